#!/usr/bin/env bash
# examples.sh [-n | -d FOLDER] FILE: runs the examples of a manual page, or of a Markdown text, in a fresh folder, and
# checks that they do what they show. Status 1 if one does not. -n only prints them; -d runs them in this folder, which
# stays.
#
# An example stands in a `.Bd -literal` block (in Markdown, between two lines of ```). All those of a file are run
# in one shell, from the top to the bottom:
#
#   $ COMMAND     what a user types. It goes on in the next line where it ends in a backslash, or is not
#                 finished (a quote, a loop, a here-document); a `> ` in front of such a line is the shell's.
#   OUTPUT        if any follows, it must be what the command prints, on stdout and stderr together;
#                 a line `...` (in a page `\&...`) stands for any lines or none. If none follows, what it
#                 prints does not matter.
#   [N]           at the end of the output: the command's exit status. Otherwise that must be 0.
#
# Text before a block's first `$ ` is left alone. A block is not run if the line above it is
# `.\" norun: WHY` (in Markdown, `<!-- norun: WHY -->`), for what needs a person or another machine.
set -u

# --- Reading -----------------------------------------------------------------------------------------

# The blocks as a page of their own, each with a line @@ around it, for mandoc to undo the escapes.
page_blocks() { # FILE
    awk '
        BEGIN { print ".Dd January 1, 2000\n.Dt X 1\n.Os X\n.Sh X" }
        /^\.Bd / && /-literal/ { if (!norun) { print ".Bd -literal\n@@"; on = 1 } }
        /^\.Ed/ && on          { print "@@\n.Ed"; on = 0 }
        /^\.Bd /               { norun = 0; next }
        on                     { print }
        !on                    { norun = /^\.\\" norun: ./ }
    ' "$1" | mandoc -T ascii -O width=200 | col -bx | sed -n '/^ *@@$/,/^ *@@$/s/^     //p'
}

markdown_blocks() { # FILE
    awk '
        /^```/ { if (fence) { if (on) print "@@" } else if (on = !norun) print "@@"
                 fence = !fence; next }
        fence && on { print }
        !fence { norun = /^<!-- norun: .* -->$/ }
    ' "$1"
}

blocks() { # FILE
    case $1 in
    *.md) markdown_blocks "$1" ;;
    *) page_blocks "$1" ;;
    esac
}

# As the body of a function it is read, and not run. (The `:` makes a body of a comment; a here-document that does not
# end takes the brace.)
is_unfinished() { # COMMAND
    [ "${1%\\}" != "$1" ] || ! eval "ex_unused() {"$'\n:\n'"$1"$'\n}' 2>/dev/null
}

# Fills ex_commands and ex_expected, one entry a command.
read_examples() { # FILE
    local line n=-1 state=outside
    ex_commands=() ex_expected=()
    while IFS= read -r line; do
        if [ "$line" = @@ ]; then
            state=outside
        elif [ "$state" = typing ]; then
            ex_commands[n]+=$'\n'${line#> }
        elif [ "${line:0:2}" = '$ ' ]; then
            n=$((n + 1))
            ex_commands[n]=${line:2} ex_expected[n]=
            state=typing
        elif [ "$state" = output ]; then
            ex_expected[n]+=$line$'\n'
        fi
        if [ "$state" = typing ] && ! is_unfinished "${ex_commands[n]}"; then
            state=output
        fi
    done < <(blocks "$1")
}

# --- Running -----------------------------------------------------------------------------------------

# Sets ex_text to TEXT without empty lines at its start and end.
trim() { # TEXT
    ex_text=$1
    while [ "${ex_text:0:1}" = $'\n' ]; do ex_text=${ex_text:1}; done
    while [ "${ex_text: -1}" = $'\n' ]; do ex_text=${ex_text%?}; done
}

# Whether $1 is what $2 shows. In the pattern, each line but `...` stands for itself.
is_shown() {
    local line pattern=$'\n'
    [ "$1" != "$2" ] || return 0
    while IFS= read -r line; do
        case $line in
        '\.\.\.') pattern+='*' ;;
        *) pattern+=$line$'\n' ;;
        esac
    done < <(printf '%s\n' "$2" | sed 's/[^a-zA-Z0-9]/\\&/g')
    # shellcheck disable=SC2053 # a pattern it is
    [[ $'\n'$1$'\n' == $pattern ]]
}

complain() { # WHY INDEX
    {
        printf '%s: %s\n$ %s\n' "$ex_file" "$1" "${ex_commands[$2]}"
        printf '%s\n' '--- it shows' "${ex_expected[$2]%$'\n'}" '--- it printed' "$(cat "$ex_folder.out")"
    } >&3
    ex_failed=1
}

check() { # INDEX STATUS
    local shown status=0
    trim "${ex_expected[$1]}"
    shown=$ex_text
    if [[ ${shown##*$'\n'} =~ ^\[([0-9]+)\]$ ]]; then
        status=${BASH_REMATCH[1]}
        shown=$(sed '$d' <<<"$shown")
    fi
    [ "$2" -eq "$status" ] || complain "status $2, expected $status" "$1"
    [ -n "$shown" ] || return 0
    trim "$(<"$ex_folder.out")"
    is_shown "$ex_text" "$shown" || complain 'prints something else' "$1"
}

finish() {
    local running
    running=$(jobs -p)
    # shellcheck disable=SC2086 # a list
    [ -z "$running" ] || kill $running 2>/dev/null
    [ "$ex_at" -eq "${#ex_commands[@]}" ] || complain 'ended the shell' "$ex_at"
    rm -rf "$ex_made" "$ex_folder.out"
    exit "$ex_failed"
}

# The commands run in this very shell, so that they can set variables and change folders. Hence the ex_ in
# front of its own.
run_examples() {
    ex_made='' ex_failed=0 ex_at=0
    [ -n "$ex_folder" ] || { ex_made=$(mktemp -d) && ex_folder=$ex_made; }
    exec 3>&1
    trap finish EXIT
    cd "$ex_folder" || exit 2
    export HOME=$ex_folder
    unset LEDGER NAMES
    set +u
    while [ "$ex_at" -lt "${#ex_commands[@]}" ]; do
        eval "${ex_commands[ex_at]}" >"$ex_folder.out" 2>&1 </dev/null 3>&-
        check "$ex_at" $?
        ex_at=$((ex_at + 1))
    done
}

ex_only_print='' ex_folder=''
if [ "${1-}" = -n ]; then
    ex_only_print=1
    shift
elif [ "${1-}" = -d ] && [ -d "${2-}" ]; then
    ex_folder=$(cd "$2" && pwd)
    shift 2
fi
if [ $# -ne 1 ] || ! [ -r "$1" ]; then
    echo 'usage: examples.sh [-n | -d FOLDER] FILE' >&2
    exit 2
fi
ex_file=$1
export LC_ALL=C
read_examples "$1"
if [ -n "$ex_only_print" ]; then
    [ "${#ex_commands[@]}" -eq 0 ] || printf '%s\n' "${ex_commands[@]}"
else
    run_examples
fi
