#!/bin/sh
# lesson - short lessons on real programs, for one reader or a lecture
#
# A lesson is a text file (lesson(1) describes its lines; those that come with the program are in src/lessons). Its
# commands run in one shell of their own, in a new folder and a session of their own: whatever they start ends with it.
#
# Exit status: 0 all went as the lesson says; 1 a command had another status, took too long, or the reader left; 2 it
# could not be run.
set -eu
LC_ALL=C TZ=UTC0
export LC_ALL TZ
unset CDPATH LEDGER NAMES
case ${TMPDIR:-/} in /*) ;; *) TMPDIR=$PWD/$TMPDIR ;; esac # the programs run in another folder
umask 022

usage() {
    printf 'usage: @PROGPREFIX@lesson [-anpx] [-c NAME] [-g DIR] [-e SEED] [-s DIR] [LESSON]...\n'
}

@options.sh@

help() {
    usage
    cat <<'END'

Runs a lesson: a text, commands that you type, and questions. Without LESSON, lists those that there are. A LESSON with
a slash or .lesson in its name is a file of your own.

  -a, --auto                   play it: types the commands and answers the questions
  -c, --class=NAME             a class with a ledger of its own, in the folder NAME; with what the teacher's screen shows,
                               join it as NAME
  -e, --seed=SEED              with -g: draw the exercises from this text
  -g, --graded=DIR             exercises in forgery: makes one in DIR for each student named; with no name, marks them
  -n, --notes                  the teacher's notes: text, commands, outputs, answers
  -p, --pause                  play it, and wait for Enter before each command and answer
  -s, --slides=DIR             play these lessons, or all, and write what they show to DIR as SVG
  -x, --extract                print the lesson's source, to copy and change
  -h, --help                   print this help
  -V, --version                print the version
END
}

@output.sh@

# --- The lessons that come with the program --------------------------------------------------------------

# All of them, each after a line '@@ NAME'.
lessons() {
    cat <<'END_OF_LESSONS'
@lessons@
END_OF_LESSONS
}

# Prints MINUTES, NAME and TITLE of each, in the order in which they are taught.
list() {
    lessons | awk '
        function row() { if (name != "") printf "%03d %-14s %3s  %s\n", order, name, minutes, title }
        /^@@ / { row(); name = $2; order = 999; minutes = "-"; inside = 1 }
        $0 == "" { inside = 0 }
        inside && sub(/^title: /, "") { title = $0 }
        inside && sub(/^minutes: /, "") { minutes = $0 }
        inside && sub(/^order: /, "") { order = $0 }
        END { row() }' | sort | cut -c 5-
}

extract() { # NAME
    lessons | awk -v name="$1" '
        /^@@ / { found = $2 == name; some = some || found; next }
        found
        END { exit !some }'
}

# source_of LESSON: its text.
source_of() {
    case $1 in
    */* | *.lesson) cat -- "$1" 2>/dev/null || trouble "$1: cannot be read" ;;
    *) extract "$1" || trouble "$1: no such lesson; without an operand, @PROGPREFIX@lesson lists them" ;;
    esac
}

# --- Reading one -------------------------------------------------------------------------------------------

# read_lesson LESSON: checks it, and makes $own/steps and the files that it names.
read_lesson() {
    source_of "$1" >"$own/source" || exit
    NAME=$1 FOLDER=$own
    export NAME FOLDER
    [ "$(wc -c <"$own/source")" -le 1000000 ] || trouble "$NAME: longer than a megabyte"
    [ "$(tr -cd '\000' <"$own/source" | wc -c)" -eq 0 ] || trouble "$NAME: a byte of 0"
    [ -z "$(tail -c 1 "$own/source")" ] || trouble "$NAME:$(($(wc -l <"$own/source") + 1)): the line is cut off"
    found=$(awk "$reader" <"$own/source") || trouble "$found"
    unset NAME FOLDER
    limit=120
    [ ! -e "$own/seconds" ] || read -r limit <"$own/seconds"
}

reader=$(
    cat <<'END_OF_READER'
@lesson-read.awk@
END_OF_READER
)

# --- Its commands and questions ---------------------------------------------------------------------------

shell_text=$(
    cat <<'END_OF_SHELL'
@lesson-shell.sh@
END_OF_SHELL
)

@lesson-run.sh@

@lesson-show.sh@

@lesson-ask.sh@

# --- A lesson from its first line to its last --------------------------------------------------------------------

show_title() {
    read -r title <"$own/title"
    write "$bold$title$plain"
    [ "$mode" != typed ] || write '(Type each command, or press Enter, which types it. Ctrl-D leaves.)'
    [ "$mode" = notes ] || return 0
    for key in minutes needs; do
        [ ! -e "$own/$key" ] || write "$key: $(cat "$own/$key")"
    done
}

# Where a note for the teacher is left out, one of the empty lines around it is, too.
show_text() {
    [ -z "$1$last" ] || write "$1"
    last=$1
}

do_step() { # KIND WORDS
    case $1 in
    text)
        show_text "$2"
        return
        ;;
    note)
        [ "$mode" = notes ] || return 0
        write "@ $2"
        ;;
    next)
        hints=yes
        write "* $2"
        ;;
    command) do_command "${2% *}" "${2#* }" ;;
    question) do_question "$2" ;;
    esac
    last=$1
}

# After the hints, whatever the reader wants to try, where the lesson has run.
try_hints() {
    write "(Try it, in $top/lesson, which is removed at the end."
    write "Enter alone, or Ctrl-D, ends the lesson.)"
    while prompt '$ ' && read -r heard && [ -n "$heard" ]; do
        [ -t 0 ] || write "$heard"
        try_typed free
        case $status in 0 | ended) ;; *) write "    [$status]" ;; esac
    done
    write ''
}

run_lesson() { # LESSON
    read_lesson "$1"
    link_programs
    start_shell
    request begin - # all of it is there now, for end_shell to end
    asked=0 right=0 last='' hints=''
    show_title
    write ''
    while IFS= read -r step <&5; do
        words=${step#* }
        [ "$step" != "text" ] || words=''
        do_step "${step%% *}" "$words"
    done 5<"$own/steps"
    [ "$mode" != typed ] || [ "$asked" -eq 0 ] || write "Right at once: $right of $asked."
    [ "$mode" != typed ] || [ -z "$hints" ] || try_hints
}

slide_drawer=$(
    cat <<'END_OF_DRAWER'
@lesson-slides.awk@
END_OF_DRAWER
)

@lesson-slides.sh@

@lesson-grade.sh@

class_table=$(
    cat <<'END_OF_TABLE'
@lesson-class.awk@
END_OF_TABLE
)

@lesson-class.sh@

@lesson-student.sh@

# --- Options, the folder and cleaning up -----------------------------------------------------------------

mode=typed folder='' seed=''
while getopts :ac:e:g:nps:xhV-: option; do
    [ "$option" != - ] || option=--$OPTARG
    case $option in
    a | --auto) mode=auto ;;
    c) mode=class folder=$OPTARG ;;
    --class=*) mode=class folder=${OPTARG#class=} ;;
    e) seed=$OPTARG ;;
    --seed=*) seed=${OPTARG#seed=} ;;
    g) mode=graded folder=$OPTARG ;;
    --graded=*) mode=graded folder=${OPTARG#graded=} ;;
    n | --notes) mode=notes ;;
    p | --pause) mode=pause ;;
    s) mode=slides folder=$OPTARG ;;
    --slides=*) mode=slides folder=${OPTARG#slides=} ;;
    x | --extract) mode=extract ;;
    h | --help)
        write "$(help)"
        exit
        ;;
    V | --version)
        write '@PROGPREFIX@lesson (peerutils) @VERSION@'
        exit
        ;;
    *) wrong_option ;;
    esac
done
shift $((OPTIND - 1))
case $mode in
class)
    [ -n "$folder" ] || misuse 'which class?'
    [ $# -le 1 ] || misuse "'$2': only an address goes here"
    ;;
graded | slides) [ -n "$folder" ] || misuse 'which folder?' ;;
typed) [ $# -le 1 ] || misuse "'$2': one lesson at a time" ;;
*)
    [ $# -ge 1 ] || misuse 'which lesson?'
    [ $# -le 1 ] || misuse "'$2': one lesson at a time"
    ;;
esac
[ -z "$seed" ] || [ "$mode" = graded ] || misuse '-e: it goes with -g'

if [ "$mode" = typed ] && [ $# -eq 0 ]; then
    write "$(list)"
    exit
elif [ "$mode" = extract ]; then
    text=$(source_of "$1")
    write "$text"
    exit
fi

# The other programs are in the same folder as this one.
here=$(cd "$(dirname "$0")" && pwd)
PATH=$here:$PATH
export PATH
for program in setsid timeout mkfifo; do
    command -v "$program" >/dev/null || trouble "$program: not found"
done

bold='' plain='' clear='' node=''
if [ -t 1 ] && [ -z "${NO_COLOR-}" ] && [ "${TERM-dumb}" != dumb ]; then
    bold=$(printf '\033[1m') plain=$(printf '\033[0m')
    clear=$(printf '\033[H\033[J')
fi

top=$(mktemp -d "${TMPDIR:-/tmp}/lesson.XXXXXX") || trouble "cannot make a folder in ${TMPDIR:-/tmp}"
own=$top/own

end_all() {
    trap '' HUP INT QUIT PIPE TERM
    [ -z "$waiter" ] || kill "$waiter" 2>/dev/null || :
    end_shell
    stop_node
    rm -rf "$top"
}

@endings.sh@
mkdir "$own"
case $mode in
class)
    case ${1-} in
    */*) join_class "$folder" "$1" ;;
    *) teach "$folder" "$@" ;;
    esac
    ;;
graded)
    [ $# -gt 0 ] || {
        mark_all "$folder"
        exit
    }
    make_exercises "$folder" "$@"
    ;;
slides)
    mode=auto
    # shellcheck disable=SC2046 # names are words
    [ $# -gt 0 ] || set -- $(list | cut -d ' ' -f 1)
    draw_lessons "$folder" "$@"
    ;;
*) run_lesson "$1" ;;
esac
