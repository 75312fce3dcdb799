# bash completion for osssync: eval "$(osssync completion bash)"
_osssync() {
	local last= assigned= kind= line word i
	local -a earlier=()
	COMPREPLY=()
	# bash takes --flag=value for three words; here it is one again.
	for ((i = 1; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $word == = && $last == --* ]]; then
			last+== assigned=1
		elif [[ $assigned && ${COMP_WORDS[i - 1]} == = ]]; then
			last+=$word
		else
			if ((i > 1)); then earlier+=("$last"); fi
			last=$word assigned=
		fi
	done
	while IFS= read -r line; do
		if [[ ! $kind ]]; then
			kind=$line
			continue
		fi
		word=${line%%$'\t'*}
		if [[ $assigned ]]; then word=${word#*=}; fi
		COMPREPLY+=("$word")
	done < <("${COMP_WORDS[0]}" __complete "--last=$last" -- ${earlier[@]+"${earlier[@]}"} 2>/dev/null)
	if [[ $assigned ]]; then last=${last#*=}; fi
	local IFS=$'\n'
	case $kind in
	files) COMPREPLY=($(compgen -f -- "$last")) ;;
	folders) COMPREPLY=($(compgen -d -- "$last")) ;;
	*) return ;;
	esac
	compopt -o filenames 2>/dev/null # bash 3 has none: it adds no slash to folders
}
complete -F _osssync osssync
