#compdef osssync
# zsh completion for osssync: save it as _osssync in a folder of $fpath, or
# source <(osssync completion zsh)
_osssync() {
	local -a lines list
	local line text help
	lines=("${(@f)$("${words[1]}" __complete "--last=${(Q)words[CURRENT]}" -- "${(@Q)words[2,CURRENT-1]}" 2>/dev/null)}")
	case $lines[1] in
	files) compset -P '--*='; _files ;;
	folders) compset -P '--*='; _files -/ ;;
	*)
		for line in "${(@)lines[2,-1]}"; do
			text=${line%%$'\t'*} help=${${line#$text}#$'\t'}
			list+=("${text//:/\\:}${help:+:$help}")
		done
		(($#list)) && _describe osssync list
		;;
	esac
}
if [[ $funcstack[1] == _osssync ]]; then
	_osssync "$@"
else
	compdef _osssync osssync
fi
