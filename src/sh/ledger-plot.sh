#!/bin/sh
# ledger-plot - draw the block times, difficulty, hash rate, fees and supply of a chain
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
    printf 'usage: @PROGPREFIX@ledger-plot [-t] [-l LEDGER] [-x height|time] [FILE]\n'
}

# Prints what is missing or superfluous, then the usage line.
misuse() { # REASON
    printf '%s\n' "@PROGPREFIX@ledger-plot: $1" >&2
    usage >&2
    exit 2
}

# Reports an option that getopts does not know, or that lacks its argument, from its $option and $OPTARG.
wrong_option() {
    case $option in
    :) misuse "-$OPTARG: its argument is missing" ;;
    [?]) misuse "-$OPTARG: no such option" ;;
    *) misuse "$option: no such option" ;;
    esac
}

help() {
    usage
    cat <<'END'

Draws block times, difficulty, hash rate, fees and supply of the chain that ledger-chain prints, as SVG.

  -l, --ledger=LEDGER          draw the best chain of this ledger, instead of FILE
  -t, --table                  write a table instead: a line for each block, fields separated by tabs
  -x height|time               the horizontal axis (default: height)
  -h, --help                   print this help
  -V, --version                print the version

FILE is the output of ledger-chain; without FILE, or if it is -, stdin is read.
END
}

trouble() {
    printf '@PROGPREFIX@ledger-plot: %s\n' "$1" >&2
    exit 2
}

write() {
    printf '%s\n' "$1" 2>/dev/null || trouble 'stdout: cannot be written'
}

# --- Reading -------------------------------------------------------------------------------------------

# Prints the chain, an empty line, and a line with a byte 1 and the status of reading the chain. The bytes 0 and
# 1 in the chain itself are replaced. If the chain's last line has no newline, there is no empty line.
feed() { # LEDGER FILE
    ended=0
    if [ -n "$1" ]; then
        @PROGPREFIX@ledger-chain -l "$1" || ended=$?
    elif [ "$2" = - ]; then
        { tr '\000\001' '\002\002'; } 2>/dev/null || ended=2
    else
        { tr '\000\001' '\002\002' <"$2"; } 2>/dev/null || ended=2
    fi
    printf '\n\001%d\n' "$ended"
}

# --- Drawing -------------------------------------------------------------------------------------------

# draw NAME AXIS TABLE TOLD: turns the output of feed() into the picture, or the table. NAME is the input's, for
# messages; if TOLD is not empty, the program that read the input has already reported what went wrong.
draw() {
    # shellcheck disable=SC2016 # these are fields of awk
    PLOT_SOURCE=$1 awk -v axis="$2" -v table="$3" -v told="$4" '

@plot.awk@

    function refuse(rule) { stop(1, source ":" NR ": " rule) }

@ledger-plot.awk@

    # --- The values of the panels ---

    # The hash rate at bin i: the work of the last `span` bins divided by the time that they took; -1 if there are
    # fewer, or they took no time. The first block has no block time.
    function rate_at(i,    k, w, t) {
        if (i < span + (intervals[1] == 0))
            return -1
        for (k = i; k > i - span; k--) {
            w += works[k] * intervals[k] / count[k]
            t += elapsed[k]
        }
        return t > 0 ? w / t : -1
    }

    # Sets value[panel, bin]; -1 means that nothing is drawn.
    function find_values(    i) {
        span = int((20 + each - 1) / each)
        if (span > bins / 3)
            span = int((bins + 2) / 3)
        for (i = 1; i <= bins; i++) {
            value["time", i] = intervals[i] > 0 ? elapsed[i] / intervals[i] : -1
            value["work", i] = works[i] / count[i]
            value["rate", i] = rate_at(i)
            value["fees", i] = fees[i] / count[i]
            value["supply", i] = has_supply ? supply_at[i] : -1
        }
    }

    # --- Text ---

    # x to three digits, with the prefix of a unit, or with a power of ten if it is too large or small for one.
    function short(x,    i) {
        if (x < 0)
            return "-" short(-x)
        if (x >= power(10, 33) || (x > 0 && x < 0.01))
            return with_power(x)
        for (i = 1; x >= 999.5 && i < 11; i++)
            x /= 1000
        return three_digits(x) substr(" kMGTPEZYRQ", i, i > 1)
    }

    function three_digits(x) {
        return x == int(x) || x >= 99.95 ? sprintf("%.0f", x) : trimmed(sprintf(x >= 9.995 ? "%.1f" : "%.2f", x))
    }

    function with_power(x,    e, digits) {
        for (; x >= 9.995; e++)
            x /= 10
        for (; x < 0.9995; e--)
            x *= 10
        digits = three_digits(x)
        return (digits == "1" || digits == "1.0" ? "" : digits " x ") "10^" e
    }

    function trimmed(s) {
        sub(/0+$/, "", s)
        sub(/\.$/, "", s)
        return s
    }

    # A text of a record, decoded if it stands for printable ASCII, and unchanged otherwise.
    function text_of(s,    i, out, c, code) {
        if (s == "-")
            return ""
        for (i = 1; i <= length(s); i++) {
            c = substr(s, i, 1)
            if (c == "%") {
                code = 16 * (index("0123456789ABCDEF", substr(s, i + 1, 1)) - 1) + index("0123456789ABCDEF", substr(s, i + 2, 1)) - 1
                if (code < 32 || code > 126)
                    return s
                c = sprintf("%c", code)
                i += 2
            }
            out = out c
        }
        return out
    }

    # --- The calendar: Unix seconds to proleptic Gregorian dates, in UTC ---

    function find_date(t,    days, era, doe, yoe, doy, m) {
        days = int(t / 86400) + 719468
        era = int(days / 146097)
        doe = days - era * 146097
        yoe = int((doe - int(doe / 1460) + int(doe / 36524) - int(doe / 146096)) / 365)
        doy = doe - (365 * yoe + int(yoe / 4) - int(yoe / 100))
        m = int((5 * doy + 2) / 153)
        day = doy - int((153 * m + 2) / 5) + 1
        month = m < 10 ? m + 3 : m - 9
        year = yoe + era * 400 + (month <= 2)
    }

    function date_of(t) {
        if (t > 250000000000)
            return sprintf("%.0f", t)
        find_date(t)
        return sprintf("%.0f-%02d-%02d", year, month, day)
    }

    function clock_of(t, with_seconds,    s) {
        s = t % 86400
        return sprintf("%02d:%02d", int(s / 3600), int(s % 3600 / 60)) (with_seconds ? sprintf(":%02d", s % 60) : "")
    }

    function moment(t) { return t > 250000000000 ? date_of(t) : date_of(t) " " clock_of(t, 1) }

    # --- Axes ---

    # The x coordinate of a height, or of a time.
    function x_at(v) { return LEFT + (RIGHT - LEFT) * (v - x_least) / (x_most - x_least) }

    # On an axis of heights, a block extends half a height to either side. On an axis of time, it extends from the
    # previous block to its own time; a state, such as the supply, lasts from there to the next block.
    function find_edges(    i) {
        for (i = 1; i <= bins; i++)
            if (axis == "time") {
                middle[i] = right_edge[i] = x_at(at[i])
                left_edge[i] = x_at(at[i > 1 ? i - 1 : 1])
            } else {
                left_edge[i] = x_at(from[i] - 0.5)
                right_edge[i] = x_at(till[i] + 0.5)
                middle[i] = (left_edge[i] + right_edge[i]) / 2
            }
        slot = (RIGHT - LEFT) / bins
        bar_width = slot * (axis == "time" ? 0.5 : slot < 4 ? 1 : 0.75)
        if (bar_width < 1.2) bar_width = 1.2
        if (bar_width > 40) bar_width = 40
    }

    function find_x(    i, margin) {
        x_least = x_most = axis == "time" ? at[1] : from[1]
        for (i = 1; i <= bins; i++) {
            if (axis != "time")
                x_most = till[i]
            else if (at[i] < x_least)
                x_least = at[i]
            else if (at[i] > x_most)
                x_most = at[i]
        }
        margin = axis != "time" ? 0.5 : x_most > x_least ? (x_most - x_least) * 0.012 : 1
        tick_from = x_least
        tick_till = x_most
        x_least -= margin
        x_most += margin
        if (x_most <= x_least)  # the numbers are so large that the margin is lost
            x_most = x_least + x_least / 1000000000
        find_edges()
    }

    # The time between two labels: a round number, such that at most 9 fit on the axis.
    function time_step(range,    i, n, round) {
        n = split("1 2 5 10 15 30 60 120 300 600 900 1800 3600 7200 10800 21600 43200 86400 172800 604800", round, " ")
        for (i = 1; i <= n; i++)
            if (round[i] * 9 >= range)
                return round[i] + 0
        return 86400 * ceiling_125(range / 9 / 86400)
    }

    function x_label(v) {
        if (axis != "time")
            return commas(v)
        return tick_step >= 86400 || v > 250000000000 ? date_of(v) : clock_of(v, tick_step < 60)
    }

    # Sets tick[1..ticks], as many marks as there is space for their labels.
    function find_ticks(    v, most) {
        most = int((RIGHT - LEFT) / (length(commas(tick_till)) * 7.4 + 16))
        if (most > 9) most = 9
        tick_step = axis == "time" ? time_step(tick_till - tick_from) : ceiling_125((tick_till - tick_from) / most)
        if (tick_step < 1) tick_step = 1
        for (v = tick_step * int((tick_from + tick_step - 1) / tick_step); v <= tick_till; v += tick_step) {
            tick[++ticks] = v
            if (v + tick_step == v)
                break
        }
        # a range without a multiple of the step, such as a single block
        if (ticks == 0)
            tick[++ticks] = tick_till
    }

    # A long label at an end of the axis is moved inward, so it is not cut off.
    function print_x_label(x, words,    half) {
        half = length(words) * 3.8 + 4
        print_text(x < half ? half : x > WIDTH - half ? WIDTH - half : x, BOTTOM + 19, "text-anchor=\"middle\"", words)
    }

    function print_x_axis(    i) {
        for (i = 1; i <= ticks; i++)
            print_x_label(x_at(tick[i]), x_label(tick[i]))
        print_text((LEFT + RIGHT) / 2, BOTTOM + 42, "class=\"ink\" text-anchor=\"middle\"",
            axis != "time" ? "height" : tick_step < 86400 ? "time (UTC), from " date_of(tick_from) : "date (UTC)")
    }

    # Sets the range of a panel: from 0, or logarithmic if the values differ by much.
    function find_y(name,    i, v, range) {
        y_least = y_most = ""
        for (i = 1; i <= bins; i++) {
            v = value[name, i]
            if (v < 0)
                continue
            if (y_most == "" || v > y_most) y_most = v
            if (v > 0 && (y_least == "" || v < y_least)) y_least = v
        }
        is_log = (name == "work" || name == "rate") && y_least != "" && y_most > 20 * y_least
        if (name == "time" && each > 1)
            for (i = 1; i <= bins; i++)
                if (intervals[i] > 0 && slow[i] < 4 * y_most && slow[i] > range)
                    range = slow[i]
        if (range > y_most) y_most = range
        if (name == "time" && spacing > y_most && spacing < 20 * y_most)
            y_most = spacing
        if (!is_log) {
            y_least = 0
            y_step = ceiling_125(y_most / 4)
            y_most = y_most > 0 ? y_most * 1.06 : 1
        } else {
            y_least /= 1.15
            y_most *= 1.15
        }
    }

    function y_of(v) {
        if (v < y_least) v = y_least
        if (v > y_most) v = y_most
        return panel_bottom - HIGH * (is_log ? ln(v / y_least) / ln(y_most / y_least) : (v - y_least) / (y_most - y_least))
    }

    function print_y_tick(v) {
        if (v > 0)
            printf "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>\n", LEFT, y_of(v), RIGHT
        print_text(LEFT - 8, y_of(v) + 4.5, "text-anchor=\"end\"", short(v))
    }

    function print_y_axis(    v, decades, p) {
        if (!is_log) {
            for (v = 0; v <= y_most; v += y_step)
                print_y_tick(v)
            return
        }
        decades = int(ln(y_most / y_least) / ln(1000)) + 1
        for (p = 1; p < y_least; p *= 10)
            ;
        for (; p <= y_most; p *= power(10, decades)) {
            print_y_tick(p)
            if (decades == 1 && 3 * p <= y_most && y_most < 200 * y_least)
                print_y_tick(3 * p)
        }
    }

    # --- The picture ---

    function print_grid(    i) {
        printf "<path class=\"grid\" d=\""
        for (i = 1; i <= ticks; i++)
            printf "M%.1f %.1fv%d", x_at(tick[i]), panel_bottom - HIGH, HIGH
        print "\"/>"
        print_y_axis()
    }

    # All bars are one path.
    function print_bars(name,    i) {
        printf "<path class=\"bar\" d=\""
        for (i = 1; i <= bins; i++)
            if (value[name, i] > 0)
                printf "M%.1f %.1fV%.1fh%.1fV%.1fZ", middle[i] - bar_width / 2, panel_bottom, y_of(value[name, i]), bar_width,
                    panel_bottom
        print "\"/>"
    }

    # Draws a level for each block, and a gap where the value is unknown. A state begins at its block and lasts until
    # the next one.
    function print_steps(name, is_state,    i, pen, start, end) {
        for (i = 1; i <= bins; i++) {
            if (value[name, i] < 0) {
                pen = 0
                continue
            }
            start = is_state && axis == "time" ? middle[i] : left_edge[i]
            end = is_state && axis == "time" ? middle[i < bins ? i + 1 : i] : right_edge[i]
            if (pen)
                printf "V%.1fH%.1f", y_of(value[name, i]), end
            else
                printf "M%.1f %.1fH%.1f", start, y_of(value[name, i]), end
            pen = 1
        }
    }

    function print_line(name, is_state) {
        printf "<path class=\"line\" stroke-width=\"1.8\" d=\""
        print_steps(name, is_state)
        print "\"/>"
    }

    # The area under the supply, which is known for all blocks or for none.
    function print_area() {
        printf "<path class=\"band\" fill-opacity=\"0.2\" d=\""
        print_steps("supply", 1)
        printf "V%.1fH%.1fZ\"/>\n", panel_bottom, (axis == "time" ? middle[1] : left_edge[1])
    }

    # A band from the quickest block of each bin to the slowest.
    function print_range(    i) {
        printf "<path class=\"band\" fill-opacity=\"0.3\" d=\""
        for (i = 1; i <= bins; i++)
            if (intervals[i] > 0)
                printf "M%.1f %.1fV%.1fH%.1fV%.1fZ", left_edge[i], y_of(quick[i]), y_of(slow[i]), right_edge[i], y_of(quick[i])
        print "\"/>"
    }

    # The label is beside the panel, where nothing is drawn.
    function print_spacing() {
        printf "<path class=\"mark\" stroke-dasharray=\"6 4\" d=\"M%.1f %.1fH%.1f\"/>\n", LEFT, y_of(spacing), RIGHT + 4
        print_text(RIGHT + 8, y_of(spacing) - 2, "class=\"ink\"", "intended:")
        print_text(RIGHT + 8, y_of(spacing) + 13, "class=\"ink\"", (spacing < 1000000 ? commas(spacing) : short(spacing)) " s")
    }

    function has_any(name,    i) {
        for (i = 1; i <= bins; i++)
            if (value[name, i] >= 0)
                return 1
        return 0
    }

    function print_series(name) {
        if (name == "time" && each > 1)
            print_range()
        if (name == "supply")
            print_area()
        if (name == "fees" || (name == "time" && each == 1))
            print_bars(name)
        else
            print_line(name, name == "supply")
        if (name == "time" && spacing > 0 && spacing <= y_most)
            print_spacing()
    }

    function print_panel(i, name,    top) {
        top = TOP + (i - 1) * (HIGH + GAP)
        panel_bottom = top + HIGH
        printf "<g id=\"%s\" class=\"%s\">\n", name, name
        print_text(LEFT, top - 9, "class=\"ink\" font-weight=\"bold\"", HEADING[name])
        if (has_any(name)) {
            find_y(name)
            print_grid()
            print_series(name)
        } else
            print_text(LEFT + 8, top + HIGH / 2, "font-style=\"italic\"", NONE[name])
        printf "<path class=\"base\" d=\"M%.1f %.1fH%.1f\"/>\n</g>\n", LEFT, panel_bottom, RIGHT
    }

    # The tooltip of a bin.
    function bin_words(i,    text) {
        text = from[i] == till[i] ? "block " commas(till[i]) : "blocks " commas(from[i]) " to " commas(till[i])
        text = text ", " moment(at[i])
        if (intervals[i] > 0)
            text = text "\nblock time " short(elapsed[i] / intervals[i]) " s" \
                (intervals[i] > 1 ? " (" short(quick[i]) " to " short(slow[i]) ")" : "")
        text = text "\nwork " short(works[i] / count[i]) " hashes per block"
        if (value["rate", i] >= 0)
            text = text "\nhash rate " short(value["rate", i]) " per second"
        text = text "\n" counted(txs_of[i], "transaction") ", fees " commas(fees[i])
        return text (has_supply ? "\nsupply " commas(supply_at[i]) : "")
    }

    function print_pointed(    i) {
        print "<g fill=\"#000000\" fill-opacity=\"0\">"
        for (i = 1; i <= bins; i++)
            if (right_edge[i] > left_edge[i] || axis == "time")
                printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%s</title></rect>\n",
                    (right_edge[i] < left_edge[i] ? right_edge[i] : left_edge[i]) - (axis == "time"), TOP,
                    (right_edge[i] < left_edge[i] ? left_edge[i] - right_edge[i] : right_edge[i] - left_edge[i]) + (axis == "time"),
                    BOTTOM - TOP, bin_words(i)
        print "</g>"
    }

    function words_of_chain(    i, n, t, w, f, x) {
        for (i = 1; i <= bins; i++) {
            n += intervals[i]
            t += elapsed[i]
            f += fees[i]
            x += txs_of[i]
        }
        w = "heights " commas(from[1]) " to " commas(till[bins]) ", until " moment(at[bins]) " UTC; "
        if (n > 0)
            w = w "mean block time " short(t / n) " s; "
        return w counted(x, "transaction") ", fees " commas(f) (has_supply ? "; supply " commas(supply_at[bins]) : "")
    }

    function print_chart(    i, n, name, title) {
        n = split(PANELS, name, " ")
        LEFT = 76; RIGHT = 868; TOP = 112; HIGH = 104; GAP = 44
        BOTTOM = TOP + n * HIGH + (n - 1) * GAP
        title = shortened(text_of(chain), 44)
        HEADING["rate"] = HEADING["rate"] counted(span * each, "block")
        if (each > 1) {
            HEADING["time"] = HEADING["time"] ": mean of each " commas(each) ", and range from quickest to slowest"
            HEADING["fees"] = HEADING["fees"] ", mean of each " commas(each)
        }
        print_head(BOTTOM + 60, title == "" ? counted(blocks, "block") " of a chain" : \
            "The chain " escaped(title) ": " counted(blocks, "block"), words_of_chain(), PANELS)
        find_x()
        find_ticks()
        for (i = 1; i <= n; i++)
            print_panel(i, name[i])
        print_x_axis()
        print_pointed()
        print "</svg>"
    }

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
        reward = "0"
        if (table)
            print "height\ttime\tinterval\twork\ttxs\tfees\tsupply"
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
    $1 == "block" { end_block(); begin_block(); if (left == 0) end_block(); next }
    { if (blocks == 0) refuse("no block comes first"); body_line(); if (left == 0) end_block() }

    END {
        if (stopped != "")
            exit stopped
        if (blocks == 0)
            stop(1, source ": no block")
        if (left > 0)
            stop(1, source ": cut short: " counted(left, "line") " of the last block missing")
        if (table)
            exit
        find_values()
        print_chart()
    }'
}

# --- Main ----------------------------------------------------------------------------------------------

ledger='' axis=height table=''
while getopts :l:tx:hV-: option; do
    [ "$option" != - ] || option=--$OPTARG
    case $option in
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
for tool in $tools; do
    command -v "$tool" >/dev/null || trouble "$tool: not found"
done
if [ -z "$ledger" ] && [ "$file" != - ]; then
    [ ! -d "$file" ] || trouble "$file: is a folder"
    [ -r "$file" ] || trouble "$file: cannot be read"
fi
name=$file
[ "$file" != - ] || name=stdin
[ -z "$ledger" ] || name=$ledger

# The first 400 bytes of a line hold everything that is used of it.
plot() {
    feed "$ledger" "$file" | cut -b 1-400 | draw "$name" "$axis" "$table" "$ledger"
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
