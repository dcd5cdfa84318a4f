# A question of a lesson: asked, and answered by the reader or for them.
# shellcheck shell=sh

find_answer() { # NUMBER
    request ask "$own/$1.answer"
    cp "$own/out" "$own/$1.right"
    [ "$status $(wc -l <"$own/out")" = '0 1' ] ||
        differs "@PROGPREFIX@lesson: the command of an answer must print one line, with status 0; it was status $status, and $(head -n 5 "$own/out")"
}

# The reader answers until that is right; Enter alone gives the answer.
typed_answer() { # NUMBER
    tries=0
    while :; do
        prompt '? '
        hear
        [ -n "$heard" ] || {
            write "The answer is: $(cat "$own/$1.right")"
            return 0
        }
        printf '%s\n' "$heard" >"$own/typed"
        ! cmp -s "$own/typed" "$own/$1.right" || break
        write 'No.'
        [ ! -e "$own/$1.hint" ] || show_lines "$own/$1.hint"
        tries=$((tries + 1))
    done
    write 'Right.'
    [ "$tries" -gt 0 ] || right=$((right + 1))
}

show_lines() { # FILE
    while IFS= read -r line; do
        write "$line"
    done <"$1"
}

do_question() { # NUMBER
    asked=$((asked + 1))
    show_lines "$own/$1.question"
    find_answer "$1"
    wait_for_reader
    case $mode in
    typed) typed_answer "$1" ;;
    *) write "= $(cat "$own/$1.right")" ;;
    esac
}
