# fish completion for osssync: osssync completion fish | source
function __osssync_complete
    set -l earlier (commandline -opc)
    set -l program $earlier[1]
    set -e earlier[1]
    set -l last (commandline -ct)
    set -l lines ($program __complete "--last=$last" -- $earlier 2>/dev/null)
    set -l before (string match -r -- '^--[^=]*=' $last)
    set -l path (string replace -r -- '^--[^=]*=' '' $last)
    switch "$lines[1]"
        case files
            printf "$before%s\n" (__fish_complete_path $path)
        case folders
            printf "$before%s\n" (__fish_complete_directories $path)
        case '*'
            printf '%s\n' $lines[2..]
    end
end
complete -c osssync -f -a '(__osssync_complete)'
