#!/bin/sh
# ledger-plot - draw the block times, difficulty, hash rate, fees and supply of a chain, its finality and its members
#
# It turns the output of ledger-chain into an SVG picture or a table, with awk alone, in memory that does not
# grow with the chain.
#
# Exit status: 0 done; 1 the input is not a chain, or there is nothing to draw; 2 it could not be tried.
set -efu
LC_ALL=C
export LC_ALL
unset CDPATH POSIXLY_CORRECT

usage() {
    printf 'usage: @PROGPREFIX@ledger-plot [-t] [-a NAMES] [-l LEDGER] [-x height|time] [FILE]\n'
}

@options.sh@

help() {
    usage
    cat <<'END'

Draws block times, difficulty, hash rate, fees and supply of the chain that ledger-chain prints, as SVG; and
of one that ledger-chain -M prints, also how soon blocks are final, and the weight of members.

  -a, --names=NAMES            show members by their names in this address book
  -l, --ledger=LEDGER          draw the best chain of this ledger, instead of FILE
  -t, --table                  write a table instead: a line for each block, fields separated by tabs
  -x height|time               the horizontal axis (default: height)
  -h, --help                   print this help
  -V, --version                print the version

FILE is the output of ledger-chain; without FILE, or if it is -, stdin is read.
END
}

@output.sh@

# --- Reading -------------------------------------------------------------------------------------------

# Prints the chain, an empty line, and a line with a byte 1 and the status of reading the chain. The bytes 0 and
# 1 in the chain itself are replaced. If the chain's last line has no newline, there is no empty line.
feed() { # LEDGER FILE
    ended=0
    if [ -n "$1" ]; then
        @PROGPREFIX@ledger-chain -M -l "$1" || ended=$?
    elif [ "$2" = - ]; then
        { tr '\000\001' '\002\002'; } 2>/dev/null || ended=2
    else
        { tr '\000\001' '\002\002' <"$2"; } 2>/dev/null || ended=2
    fi
    printf '\n\001%d\n' "$ended"
}

# --- Drawing -------------------------------------------------------------------------------------------

# draw NAME AXIS TABLE TOLD BOOK: turns the output of feed() into the picture, or the table. NAME is the input's, for
# messages; if TOLD is not empty, the program that read the input has already reported what went wrong; BOOK is an
# address book, or empty.
draw() {
    # shellcheck disable=SC2016 # these are fields of awk
    PLOT_SOURCE=$1 PLOT_BOOK=$5 awk -v axis="$2" -v table="$3" -v told="$4" '

@plot.awk@

    function refuse(rule) { stop(1, source ":" NR ": " rule) }

@ledger-read.awk@

@ledger-members.awk@

@ledger-axes.awk@

@ledger-panels.awk@

    # --- Main ---

    BEGIN {
        source = ENVIRON["PLOT_SOURCE"]    # -v would interpret a backslash in it
        MOST = 420              # bins; an even number
        each = 1                # blocks in a bin
        WIDTH = 960
        PANELS = "time work rate fees supply"
        LIGHT["time"] = "#2f6db3"; LIGHT["work"] = "#b5501a"; LIGHT["rate"] = "#a0328a"
        LIGHT["fees"] = "#1f7a55"; LIGHT["supply"] = "#7450a3"
        DARK["time"] = "#6fb0f2"; DARK["work"] = "#f09a5e"; DARK["rate"] = "#e58bd3"
        DARK["fees"] = "#5fcb9c"; DARK["supply"] = "#b99cea"
        HEADING["time"] = "Block time (seconds)"; HEADING["work"] = "Difficulty: work per block (hashes)"
        HEADING["rate"] = "Hash rate (hashes per second), estimated over "; HEADING["fees"] = "Fees per block"
        HEADING["supply"] = "Supply"
        NONE["time"] = NONE["rate"] = "not known from a single block"
        NONE["supply"] = "known only if the chain is read from its genesis block"
        LIGHT["lag"] = "#86680d"; LIGHT["stakes"] = "#1f6f80"
        DARK["lag"] = "#d9b84f"; DARK["stakes"] = "#67c3d6"
        HEADING["lag"] = "Finality: heights from the highest final block to this one"; HEADING["stakes"] = "Weight of members"
        MOST_NAMED = 8          # members of which a bin keeps the weight
        SHOWN = 5               # ... of which the picture has a band
        reward = "0"
    }

    stopped != "" { next }
    /^\001/ {
        if (substr($0, 2) + 0 > 0)
            stop(substr($0, 2) == 1 ? 1 : 2, told ? "" : "@PROGPREFIX@ledger-plot: " source ": cannot be read")
        if (!empty)
            refuse("cut short: no newline at its end")
        next
    }
    empty { empty = 0; refuse("a line that is empty") }
    $0 == "" { empty = 1; next }
    /[^ -~]/ { refuse("a byte that is not printable ASCII") }
    left <= 0 && $1 ~ /^(final|members?)$/ { line_ahead(); next }
    $1 == "block" { end_block(); begin_block(); if (left == 0) end_block(); next }
    { if (blocks == 0) refuse("no block comes first"); body_line(); if (left == 0) end_block() }

    END {
        if (stopped != "")
            exit stopped
        if (blocks == 0)
            stop(1, source ": no block")
        if (left > 0)
            stop(1, source ": cut short: " counted(left, "line") " of the last block missing")
        if (ahead)
            stop(1, source ": cut short: the last block is missing")
        if (table)
            exit
        find_values()
        print_chart()
    }'
}

# --- Main ----------------------------------------------------------------------------------------------

ledger='' axis=height table='' book=''
while getopts :a:l:tx:hV-: option; do
    [ "$option" != - ] || option=--$OPTARG
    case $option in
    a) book=$OPTARG ;;
    --names=*) book=${OPTARG#names=} ;;
    l) ledger=$OPTARG ;;
    --ledger=*) ledger=${OPTARG#ledger=} ;;
    t | --table) table=1 ;;
    x) axis=$OPTARG ;;
    h | --help) write "$(help)"; exit ;;
    V | --version) write '@PROGPREFIX@ledger-plot (peerutils) @VERSION@'; exit ;;
    *) wrong_option ;;
    esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || misuse "'$2': too many operands"
[ -z "$ledger" ] || [ $# -eq 0 ] || misuse "-l and '$1' both say what to draw: give one"
case $axis in
height | time) ;;
*) trouble "-x: '$axis' is neither height nor time" ;;
esac
file=${1:--}

tools='awk cut tr'
[ -z "$ledger" ] || tools="$tools @PROGPREFIX@ledger-chain"
[ -z "$book" ] || tools="$tools @PROGPREFIX@names"
for tool in $tools; do
    command -v "$tool" >/dev/null || trouble "$tool: not found"
done
if [ -z "$ledger" ] && [ "$file" != - ]; then
    [ ! -d "$file" ] || trouble "$file: is a folder"
    [ -r "$file" ] || trouble "$file: cannot be read"
fi
[ -z "$book" ] || @PROGPREFIX@names -a "$book" </dev/null || exit 2
name=$file
[ "$file" != - ] || name=stdin
[ -z "$ledger" ] || name=$ledger

# The first 400 bytes of a line hold everything that is used of it.
plot() {
    feed "$ledger" "$file" | cut -b 1-400 | draw "$name" "$axis" "$table" "$ledger" "$book"
}

# The table goes through cat, as not every awk reports a full disk. If the reader leaves, both end.
tabulate() {
    exec 4>&1
    ended=$({ { plot || echo $? >&3; } | { cat >&4 2>/dev/null || echo out $? >&3; }; } 3>&1)
    case $ended in
    *'out 141'*) status=141 ;;
    *out*) trouble 'stdout: cannot be written' ;;
    *) status=${ended:-0} ;;
    esac
}

# A table is written as it is made. A picture is written only once it is complete, as part of one is useless.
status=0
if [ -n "$table" ]; then
    tabulate
else
    picture=$(plot) || status=$?
fi
[ "$status" -le 2 ] || [ "$status" -eq 141 ] || trouble "awk: ended with status $status"
[ "$status" -eq 0 ] || exit "$status"
[ -n "$table" ] || write "$picture"
