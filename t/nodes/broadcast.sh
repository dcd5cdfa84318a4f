#!/bin/sh
# Tells everyone each line that is proposed to any node, and repeats its newest every 50 ms until all have said
# that they have it. What is new to a node is an event.

# The lines that follow are read into $text; here they are one.
take_body() {
    text=''
    for _ in $(seq "$1"); do
        read -r text
    done
}

learn() { # WORDS: whether they are new
    case "$known" in *"|$*|"*) return 1 ;; esac
    known="$known|$*|"
    echo "event has $*"
}

offer() { # WORDS: to all that may not have them
    for peer in $peers; do
        case "$had" in *"|$peer $*|"*) ;; *) printf 'send %s 1\noffer %s\n' "$peer" "$*" ;; esac
    done
}

known='' had='' mine='' now=0
while read -r word first second rest; do
    case "$word" in
    init)
        peers=''
        for name in $rest; do
            [ "$name" = "$first" ] || peers="$peers $name"
        done
        ;;
    time) now=$first ;;
    restart) take_body "$first" ;;
    propose)
        take_body "$second"
        learn "$text" && mine="$text" && offer "$text"
        echo "deadline $((now + 50))"
        ;;
    message)
        take_body "$second"
        case "$text" in
        offer\ *)
            learn "${text#offer }" || :
            printf 'send %s 1\nhas %s\n' "$first" "${text#offer }"
            ;;
        has\ *) had="$had|$first ${text#has }|" ;;
        esac
        ;;
    timer)
        sent=$(offer "$mine")
        [ -z "$sent" ] || printf '%s\ndeadline %d\n' "$sent" $((now + 50))
        ;;
    step) echo "done" ;;
    esac
done
