#!/bin/sh
# gossip-plot - draw how records spread over nodes and time, or messages between them
#
# It turns the stderr output of gossip-listen -v and gossip-send -v, one file for each node, into an SVG picture
# or a table, and a trace of netsim into a space-time diagram, with awk alone.
#
# Exit status: 0 done; 1 there is nothing to draw, or too much to hold; 2 it could not be tried.
set -efu
LC_ALL=C
export LC_ALL
unset CDPATH POSIXLY_CORRECT

usage() {
    printf 'usage: @PROGPREFIX@gossip-plot [-t] [-i ID] [-x linear|log] LOG...\n'
    printf '       @PROGPREFIX@gossip-plot -m [-w FROM-TO] [TRACE]\n'
}

@options.sh@

help() {
    usage
    cat <<'END'

Draws how records spread over nodes, from the -v logs of gossip-listen and gossip-send, one file for each
node. The picture is written to stdout, as SVG.

With -m, draws the messages of a trace of netsim instead: a line for each node, time downward.

  -i ID                        draw only this record, node by node; at least the first 6 digits of its id
  -m, --messages               draw the messages of a trace
  -t, --table                  write a table instead: a line for each record, fields separated by tabs
  -w FROM-TO                   with -m: draw only these milliseconds (default: all, or the first 500 messages)
  -x linear|log                the time axis (default: the one that suits the measurements)
  -h, --help                   print this help
  -V, --version                print the version

A node is named after its file without .log, or after the folder of a file called log.
END
}

@output.sh@

# --- Reading -------------------------------------------------------------------------------------------

# A name without control characters, as a file name can have any byte, even a newline.
one_line() {
    printf %s "$1" | tr '\000-\037' '[?*]'
}

# Sets $name to the node's name.
find_name() { # LOG
    name=${1##*/}
    if [ "$name" = log ]; then
        name=$(cd -- "$(dirname -- "$1")" && pwd)
        name=${name##*/}
    elif [ "$name" != .log ]; then
        name=${name%.log}
    fi
    name=${name:-/}
}

# Prints all logs as one stream. Lines about the logs begin with a byte 1, which is replaced in the logs: +NODE
# and =FILE before each log, and a '.' after it, which also invalidates an unfinished last line.
feed() {
    for log; do
        find_name "$log"
        printf '\001+%s\n\001=%s\n' "$(one_line "$name")" "$(one_line "$log")"
        if { tr '\000\001' '\002\002' <"$log"; } 2>/dev/null; then
            printf '\001.\n'
        else
            printf '\n\001!\n'
        fi
    done
}

# --- Drawing -------------------------------------------------------------------------------------------

# draw WANTED AXIS TABLE: turns the output of feed() into the picture, or the table.
draw() {
    # shellcheck disable=SC2016 # these are fields of awk
    awk -v wanted="$1" -v axis="$2" -v table="$3" '

@plot.awk@

    function complain(text) { say("@PROGPREFIX@gossip-plot: " text) }

    function refuse(text) { stop(1, "@PROGPREFIX@gossip-plot: " text) }

@gossip-read.awk@

@gossip-axes.awk@

@gossip-chart.awk@

@gossip-record.awk@

    # --- Main ---

    BEGIN {
        MOST = 100000           # arrivals held
        CURVES = 30             # the most records that are drawn as curves; more are drawn as bands
        MANY = 12               # from so many curves of a type on, their median is drawn too
        WIDTH = 960
        INNER = "0.32"; OUTER = "0.14"
        SERIES = "tx block peer other"
        split(SERIES, GROUP, " ")
        LIGHT["tx"] = "#2f6db3"; LIGHT["block"] = "#b5501a"; LIGHT["peer"] = "#1f7a55"; LIGHT["other"] = "#7450a3"
        DARK["tx"] = "#6fb0f2"; DARK["block"] = "#f09a5e"; DARK["peer"] = "#5fcb9c"; DARK["other"] = "#b99cea"
        DASH["block"] = " stroke-dasharray=\"10 3\""; DASH["peer"] = " stroke-dasharray=\"5 3\""
        DASH["other"] = " stroke-dasharray=\"2 2\""
        split("start in out new asked late brief pull bad offer gave taken", words, " ")
        for (i in words)
            is_event[words[i]] = 1
    }

    /^\001\+/ { name = substr($0, 3); events = 0; next }
    /^\001=/  { file = substr($0, 3); next }
    /^\001!/  { stop(2, "@PROGPREFIX@gossip-plot: " file ": cannot be read") }
    /\001\.$/ { if (events == 0) complain(file ": has no event"); next }

    # Not an event: the message of another program.
    length($0) > 1024 || NF < 4 || /[^ -~]/             { next }
    !is_time($1) || !($3 in is_event)                   { next }
    $4 != "-" && !is_hash($4)                           { next }

    { node = this_node(); events++ }
    $3 == "start" { learn_key(node, $5 == "listen" ? $7 : $(NF - 1)) }
    $4 == "-" { next }
    $3 == "new" { arrive(node, $4, microseconds($1), $2); learn_type($4, $5) }
    # A node has the records that it offers.
    $3 == "offer" || $3 == "gave" || $3 == "taken" { arrive(node, $4, microseconds($1), "") }

    END {
        if (stopped != "")
            exit stopped
        if (nodes == 0)
            refuse("no event in any log")
        if (records == 0)
            refuse(wanted == "" ? "no record in any log" : "no id begins with " wanted)
        if (wanted != "" && records > 1)
            refuse(records " ids begin with " wanted ": give more digits")
        order_all()
        if (table) {
            print_table()
            exit
        }
        choose_axis()
        if (wanted == "")
            print_chart()
        else
            print_record()
    }'
}

# --- Messages ------------------------------------------------------------------------------------------

# draw_messages WINDOW: turns a trace into a space-time diagram.
draw_messages() {
    # shellcheck disable=SC2016 # these are fields of awk
    awk -v window="$1" '

@plot.awk@

    function refuse(text) { stop(1, "@PROGPREFIX@gossip-plot: " text) }

@trace-read.awk@

@trace-draw.awk@

    BEGIN {
        MOST_NODES = 100
        MOST_HELD = 200000      # messages held
        MOST_DRAWN = 500        # if no window is given
        MOST_WINDOW = 5000
        QUOTE = sprintf("%c", 39)
        LIGHT["s0"] = "#767676"; LIGHT["s1"] = "#2f6db3"; LIGHT["s2"] = "#b5501a"; LIGHT["s3"] = "#7450a3"; LIGHT["s4"] = "#0f7d8a"
        LIGHT["s5"] = "#a8327e"; LIGHT["s6"] = "#c98a00"; LIGHT["s7"] = "#1f7a3d"
        DARK["s0"] = "#9aa0a6"; DARK["s1"] = "#6fb0f2"; DARK["s2"] = "#f09a5e"; DARK["s3"] = "#b99cea"; DARK["s4"] = "#5cc7d4"
        DARK["s5"] = "#ea86c4"; DARK["s6"] = "#f0c14b"; DARK["s7"] = "#66cf8b"
    }

    NR == 1 && /^# / { title = substr($0, 3) }
    $1 ~ /^[0-9]+$/ && length($1) <= 15 && NF >= 3 {
        if ($1 + 0 < last_time)
            refuse("line " NR ": the time goes back")
        last_time = $1 + 0
        take_line()
    }

    END {
        if (stopped != "")
            exit stopped
        if (messages == 0)
            refuse("no message in the trace")
        choose_window()
        print_messages()
    }'
}

# --- Main ----------------------------------------------------------------------------------------------

is_time() { # TEXT
    case $1 in
    '' | *[!0-9]* | ????????????????*) return 1 ;;
    esac
}

wanted='' axis='' table='' messages='' window='' only_logs='' only_trace=''
while getopts :i:mtw:x:hV-: option; do
    [ "$option" != - ] || option=--$OPTARG
    case $option in
    i) wanted=${OPTARG:--} only_logs=-i ;;
    m | --messages) messages=1 ;;
    t | --table) table=1 only_logs=-t ;;
    w) window=$OPTARG only_trace=-w ;;
    x) axis=$OPTARG only_logs=-x ;;
    h | --help) write "$(help)"; exit ;;
    V | --version) write '@PROGPREFIX@gossip-plot (peerutils) @VERSION@'; exit ;;
    *) wrong_option ;;
    esac
done
shift $((OPTIND - 1))
if [ -n "$messages" ]; then
    [ -z "$only_logs" ] || misuse "$only_logs is for logs, and -m for a trace: give only one of them"
    [ $# -le 1 ] || misuse "'$2': too many operands"
elif [ -n "$only_trace" ]; then
    misuse '-w needs -m'
else
    [ $# -gt 0 ] || misuse 'LOG is missing'
fi
case $axis in
'' | linear | log) ;;
*) trouble "-x: '$axis' is neither linear nor log" ;;
esac
case $wanted in
*[!0-9a-f]*) trouble "-i: '$wanted' is not lowercase hex digits" ;;
'' | ??????*) ;;
*) trouble "-i: '$wanted' is too short: give at least 6 digits" ;;
esac

if [ -n "$only_trace" ]; then
    { [ "$window" != "${window%%-*}" ] && is_time "${window%%-*}" && is_time "${window#*-}" && [ "${window%%-*}" -le "${window#*-}" ]; } ||
        trouble "-w: '$window' is not two times in milliseconds, FROM-TO"
fi

for tool in awk cut tr; do
    command -v "$tool" >/dev/null || trouble "$tool: not found"
done
[ -z "$messages" ] || [ "${1--}" != - ] || set --
for log; do
    [ ! -d "$log" ] || trouble "$log: is a folder"
    [ -r "$log" ] || trouble "$log: cannot be read"
done

# The picture is written only once it is complete, as part of one is useless. Of a line that is too long for an
# event, awk sees just enough to tell.
status=0
if [ -n "$messages" ]; then
    picture=$(cat -- "$@" | tr '\000' '\002' | cut -b 1-1025 | draw_messages "$window") || status=$?
else
    picture=$(feed "$@" | cut -b 1-1025 | draw "$wanted" "$axis" "$table") || status=$?
fi
[ "$status" -le 2 ] || trouble "awk: ended with status $status"
[ "$status" -eq 0 ] || exit "$status"
write "$picture"
