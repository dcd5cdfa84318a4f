# A command of a lesson: shown, typed by the reader or for them, run, and its output shown.
# shellcheck shell=sh

# Prints without a newline, to wait for the reader after it.
prompt() {
    printf '%s' "$1" 2>/dev/null || trouble 'stdout: cannot be written'
}

show_output() {
    tr '\000-\010\013-\037\177' '?' <"$own/out" | awk '
        NR <= 200 { print "    " $0 }
        END { if (NR > 200) print "    ... (" NR - 200 " more lines)" }' >"$own/shown"
    cat "$own/shown" 2>/dev/null || {
        [ $? -ne 141 ] || kill -s PIPE $$ # the reader has left: this ends, too
        trouble 'stdout: cannot be written'
    }
}

# The command as it is typed: `$ ' before its first line, `> ' before others.
show_command() { # FILE
    sign='$'
    while IFS= read -r line; do
        write "$bold$sign $line$plain"
        sign='>'
    done <"$1"
}

# differs WORDS: ends the lesson because something did not go as it says.
differs() {
    printf '%s\n' "$1" >&2
    exit 1
}

# run_command NUMBER STATUS: the lesson's own command.
run_command() {
    request run "$own/$1.command"
    show_output
    case $status in
    late) differs "@PROGPREFIX@lesson: this takes longer than $limit seconds, and was ended" ;;
    ended) differs "@PROGPREFIX@lesson: this has ended the shell of the lesson" ;;
    0) ;;
    *) write "    [$status]" ;;
    esac
    [ "$status" -eq "$2" ] || differs "@PROGPREFIX@lesson: status $status, expected $2"
}

# wait_for_reader: for -p.
wait_for_reader() {
    [ "$mode" = pause ] || return 0
    printf '(Enter)' >&2
    read -r _ || mode=auto
}

# hear: a line of the reader, without spaces at its ends, in $heard. The end of stdin ends the lesson.
hear() {
    read -r heard || {
        write ''
        differs '@PROGPREFIX@lesson: left before its end'
    }
    [ -t 0 ] || write "$heard"
}

# Whether what was typed is this line of the command, however it is spaced.
same_words() ( # TYPED LINE
    set -f
    # shellcheck disable=SC2086 # words, on purpose
    set -- "$(set -- $1 && echo "$*")" "$(set -- $2 && echo "$*")"
    [ "$1" = "$2" ]
)

# The reader types the command; with Enter alone, it is typed. Anything else runs in a copy of the folder.
typed_command() { # NUMBER
    while :; do
        all=yes
        while IFS= read -r line <&7; do
            prompt '> '
            hear
            [ -n "$heard" ] || break
            same_words "$heard" "$line" || {
                all=''
                break
            }
        done 7<"$own/$1.command"
        [ -z "$all" ] || return 0
        try_typed try
        write "(That ran in a copy of the folder. The lesson waits for its command: type it, or press Enter.)"
    done
}

do_command() { # NUMBER STATUS
    show_command "$own/$1.command"
    wait_for_reader
    [ "$mode" != typed ] || typed_command "$1"
    run_command "$1" "$2"
}
