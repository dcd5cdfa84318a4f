#!/bin/sh
# trace-page - a trace of netsim as one HTML page, which plays it
#
# The page is src/page/trace/trace.html, without network, server or library; this puts the trace into it.
#
# Exit status: 0 done; 1 the input is no trace, or too much; 2 it could not be tried.
set -efu
LC_ALL=C
export LC_ALL
unset CDPATH POSIXLY_CORRECT

usage() {
    printf 'usage: @PROGPREFIX@trace-page [-t TEXTS] [TRACE]\n'
    printf '       @PROGPREFIX@trace-page -p\n'
}

@options.sh@

help() {
    usage
    cat <<'END'

Writes a trace of netsim to stdout as one HTML page, for a browser, which plays it: nodes, messages and faults
in virtual time.

  -p, --print-texts            print the texts of the page, to be translated
  -t, --texts=TEXTS            use the texts in this file instead of the page's own
  -h, --help                   print this help
  -V, --version                print the version

Without TRACE, or if it is -, stdin is read.
END
}

@output.sh@

@page.sh@

# --- The page -------------------------------------------------------------------------------------------

texts() {
    cat <<'END_OF_TEXTS'
@trace.texts@
END_OF_TEXTS
}

top() {
    cat <<'END_OF_PAGE'
@trace.top@
END_OF_PAGE
}

end() {
    cat <<'END_OF_PAGE'
@trace.end@
END_OF_PAGE
}

LIMIT=33554432 # bytes
MOST_MESSAGES=200000
MOST_NODES=100

# Prints the trace, its lines cut at 4096 bytes, and as its last line a byte 1 if all of it was read.
feed() { # FILE
    if [ "$1" = - ]; then
        { tr '\000\001\r' '\002\002\002' && printf '\n\001\n'; } 2>/dev/null
    else
        { tr '\000\001\r' '\002\002\002' <"$1" && printf '\n\001\n'; } 2>/dev/null
    fi | head -c $((LIMIT + 2)) | cut -b 1-4096
}

# check NAME: passes on what feed() prints, but for its last line. Status 1, with a word, at what is no trace or too much.
check() {
    PAGE_SOURCE=$1 awk -v most_messages="$MOST_MESSAGES" -v most_nodes="$MOST_NODES" '
    function refuse(status, text) {
        if (stopped == "")
            print "@PROGPREFIX@trace-page: " ENVIRON["PAGE_SOURCE"] ": " text | "cat >&2"
        stopped = status
        exit status
    }

    function see(name) {
        if (name in seen)
            return
        seen[name] = 1
        if (++nodes > most_nodes)
            refuse(1, "more than " most_nodes " nodes")
    }

    $0 == "\001" { whole = 1; next }
    { print }
    $1 !~ /^[0-9]+$/ || length($1) > 15 || NF < 3 { next }
    $1 + 0 < last { refuse(1, "line " NR ": the time goes back") }
    { last = $1 + 0; lines++ }
    $2 == "start" { see($3) }
    $2 == "send" || $2 == "dup" {
        see($3)
        see($4)
        if (++messages > most_messages)
            refuse(1, "more than " most_messages " messages")
    }

    END {
        if (stopped != "")
            exit stopped
        if (!whole)
            refuse(2, "cannot be read, or is longer than '"$LIMIT"' bytes")
        if (lines == 0)
            refuse(1, "no line of a trace of netsim")
    }'
}

# page TRACE: TRACE is the text of one.
page() {
    top
    page_texts "$translation" || return $?
    put_text "$1" | page_data trace $((2 * LIMIT))
    page_data_end
    end
}

# --- Main ----------------------------------------------------------------------------------------------

translation='' print=''
while getopts :pt:hV-: option; do
    [ "$option" != - ] || option=--$OPTARG
    case $option in
    p | --print-texts) print=1 ;;
    t) translation=$OPTARG ;;
    --texts=*) translation=${OPTARG#texts=} ;;
    h | --help) write "$(help)"; exit ;;
    V | --version) write '@PROGPREFIX@trace-page (peerutils) @VERSION@'; exit ;;
    *) wrong_option ;;
    esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || misuse "'$2': too many operands"
[ -z "$print" ] || [ $# -eq 0 ] || misuse '-p: takes no trace'
for tool in awk cat cut head od tr; do
    command -v "$tool" >/dev/null || trouble "$tool: not found"
done
if [ -n "$print" ]; then
    write "$(texts)"
    exit
fi
file=${1:--} name=${1:--}
[ "$file" = - ] || check_file "$file"
[ "$file" != - ] || name=stdin
[ -z "$translation" ] || check_file "$translation"

# The page is written only once it is complete.
status=0
trace=$(feed "$file" | check "$name") || status=$?
[ "$status" -le 2 ] || trouble "awk: ended with status $status"
[ "$status" -eq 0 ] || exit "$status"
made=$(page "$trace") || status=$?
case $status in
0) ;;
4) trouble "$translation: more than 1000000 bytes" ;;
*) trouble 'the page could not be made' ;;
esac
put_text "$made" 2>/dev/null || trouble 'stdout: cannot be written'
