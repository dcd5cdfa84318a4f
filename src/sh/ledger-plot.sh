#!/bin/sh
# ledger-plot - block times, difficulty, hash rate, fees and supply of a chain, drawn
#
# What ledger-chain prints goes in; an SVG picture comes out, or a table, made by awk alone, in memory that does
# not grow with the chain.
#
# Exit status: 0 done; 1 what came is no chain, or there is nothing to draw; 2 it could not be tried.
set -efu
LC_ALL=C
export LC_ALL
unset CDPATH POSIXLY_CORRECT

usage() {
    printf 'usage: @PROGPREFIX@ledger-plot [-t] [-l LEDGER] [-x height|time] [FILE]\n'
}

help() {
    usage
    cat <<'END'

Draws block times, difficulty, hash rate, fees and supply of the chain that ledger-chain prints, as SVG.

  -l, --ledger=LEDGER          the best chain of this ledger, in place of FILE
  -t, --table                  no picture: a line for each block, fields split by tabs
  -x height|time               what the horizontal axis is (default: height)
  -h, --help                   print this help
  -V, --version                print the version

FILE is what ledger-chain printed; none, or -, is stdin.
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

# The chain, an empty line, and one with a byte 1, which the chain then has not, and how reading it ended. A
# last line without its newline makes that the only one.
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

# draw NAME AXIS TABLE TOLD: from what feed() says to the picture, or the table. NAME is the input's, for messages;
# with TOLD, whoever read it has said already what went wrong.
#
# Sums of amounts are kept as two numbers, high * 10^9 + low, so that they are exact to 2^63-1. Blocks are put
# into bins, so many each; when there are too many bins, two become one.
draw() {
    # shellcheck disable=SC2016 # these are fields of awk
    awk -v source="$1" -v axis="$2" -v table="$3" -v told="$4" '

    function stop(code, text) {
        if (text != "")
            print (code == 2 ? "@PROGPREFIX@ledger-plot: " : "") text | "cat >&2"
        close("cat >&2")
        stopped = code
        exit code
    }

    function refuse(rule) { stop(1, source ":" NR ": " rule) }

    # --- Numbers ---

    function is_number(s) { return s ~ /^(0|[1-9][0-9]*)$/ && length(s) <= 19 }

    function is_hash(s) { return length(s) == 64 && s !~ /[^0-9a-f]/ }

    # The 1 is for an awk that would take 012 for octal.
    function high(s) { return length(s) > 9 ? substr(s, 1, length(s) - 9) + 0 : 0 }

    function low(s) { return length(s) > 9 ? ("1" substr(s, length(s) - 8)) - 1000000000 : s + 0 }

    function exact(h, l) { return h > 0 ? sprintf("%.0f%09.0f", h, l) : sprintf("%.0f", l) }

    function about(h, l) { return h * 1000000000 + l }

    # Not every awk has powers.
    function power(x, n,    p) {
        for (p = 1; n > 0; n--)
            p *= x
        return p
    }

    # The work of a block: 2^256 / (target + 1), rounded down. Sixteen digits of the target are as much as a number
    # holds, so that 1 more is seen in a short target alone; in a long one it counts where that is a power of 2.
    function work_of(target,    i, t, len, w) {
        sub(/^0*/, "", target)
        len = length(target)
        for (i = 1; i <= 16; i++)
            t = t * 16 + (i <= len ? index("0123456789abcdef", substr(target, i, 1)) - 1 : 0)
        if (len <= 16)
            t += power(16, 16 - len)
        w = int(power(16, 64 - len) * (power(16, 16) / t))
        return len > 16 && target ~ /^[1248]0*$/ && w < 4503599627370496 ? w - 1 : w
    }

    # --- Blocks ---

    function begin_block(    first) {
        if (NF != 9 || !is_number($2) || !is_hash($3) || !is_number($5) || !is_hash($6) || !is_hash($7) ||
            !is_number($8))
            refuse("no block of a chain")
        if (left > 0)
            refuse("a block before the " exact(0, left) " last lines of the one before")
        first = blocks == 0
        if (!first && $2 != next_height)
            refuse("height " $2 ", expected " exact(0, next_height) ": this is no single chain; ledger-chain prints one")
        if (first && $2 == 0)
            has_supply = 1
        interval = first ? "" : $5 - time
        height = $2 + 0
        next_height = height + 1
        time = $5 + 0
        work = work_of($6)
        txs = height == 0 ? 0 : $8 + 0
        left = $8 + 0
        fee_high = fee_low = 0
        if (height > 0)
            add_reward()
        open = 1
        blocks++
    }

    # The supply grows by reward >> (height / halving).
    function add_reward(    i, n, h, l) {
        n = halving > 0 ? int(height / halving) : 0
        h = high(reward)
        l = low(reward)
        for (i = 0; i < n && i < 63 && h + l > 0; i++) {
            l = int((l + h % 2 * 1000000000) / 2)
            h = int(h / 2)
        }
        add_supply(h, n >= 63 ? 0 : l)
    }

    function add_supply(h, l) {
        supply_low += l
        supply_high += h + (supply_low >= 1000000000)
        supply_low %= 1000000000
    }

    function body_line() {
        if (left <= 0)
            refuse("a line that belongs to no block")
        left--
        if ($1 == "tx" && is_number($5)) {
            fee_low += low($5)
            fee_high += high($5) + (fee_low >= 1000000000)
            fee_low %= 1000000000
        } else if ($1 == "grant" && is_number($3))
            add_supply(high($3), low($3))
        else if ($1 == "rule")
            take_rule($2, $3)
        else
            refuse("a line of a block that is neither tx nor grant nor rule")
    }

    function take_rule(rule, value) {
        if (rule == "name")
            chain = substr(value, 1, 60)
        if (rule == "spacing" && is_number(value))
            spacing = value + 0
        if (rule == "reward" && is_number(value))
            reward = value
        if (rule == "halving" && is_number(value))
            halving = value + 0
    }

    # The block that was begun is whole.
    function end_block() {
        if (!open)
            return
        open = 0
        if (table)
            printf "%.0f\t%.0f\t%s\t%.0f\t%.0f\t%s\t%s\n", height, time, (interval == "" ? "-" : sprintf("%.0f", interval)),
                work, txs, exact(fee_high, fee_low), has_supply ? exact(supply_high, supply_low) : "-"
        else
            into_bin()
    }

    # --- Bins ---

    function into_bin(    i) {
        i = int((blocks - 1) / each) + 1
        if (i > MOST) {
            halve_bins()
            i = int((blocks - 1) / each) + 1
        }
        if (i > bins) {
            bins = i
            count[i] = intervals[i] = elapsed[i] = works[i] = fees[i] = txs_of[i] = 0
            from[i] = height
        }
        count[i]++
        till[i] = height
        at[i] = time
        if (interval != "") {
            if (intervals[i]++ == 0)
                slow[i] = quick[i] = interval
            elapsed[i] += interval
            if (interval > slow[i]) slow[i] = interval
            if (interval < quick[i]) quick[i] = interval
        }
        works[i] += work
        fees[i] += about(fee_high, fee_low)
        txs_of[i] += txs
        supply_at[i] = about(supply_high, supply_low)
    }

    function halve_bins(    i, a, b) {
        for (i = 1; 2 * i <= bins; i++) {
            a = 2 * i - 1
            b = 2 * i
            if (intervals[a] == 0) {
                slow[a] = slow[b]
                quick[a] = quick[b]
            }
            slow[i] = slow[a] > slow[b] ? slow[a] : slow[b]
            quick[i] = quick[a] < quick[b] ? quick[a] : quick[b]
            from[i] = from[a]
            till[i] = till[b]
            at[i] = at[b]
            supply_at[i] = supply_at[b]
            count[i] = count[a] + count[b]
            intervals[i] = intervals[a] + intervals[b]
            elapsed[i] = elapsed[a] + elapsed[b]
            works[i] = works[a] + works[b]
            fees[i] = fees[a] + fees[b]
            txs_of[i] = txs_of[a] + txs_of[b]
        }
        bins = i - 1
        each *= 2
    }

    # The hash rate at bin i: the work of the last bins, `span` of them, by the time that they took. -1: none is known.
    function rate_at(i,    k, w, t, n) {
        for (k = i; k >= 1 && n < span; k--)
            if (intervals[k] > 0) {
                # of a first bin that has the first block, whose own time is not known, take its share
                w += works[k] * intervals[k] / count[k]
                t += elapsed[k]
                n++
            }
        return n > 0 && t > 0 ? w / t : -1
    }

    # What is drawn, in each bin; -1: nothing.
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

    # --- Words ---

    # With the prefixes of units, three digits of it.
    function short(x,    i) {
        if (x < 0)
            return "-" short(-x)
        for (i = 1; x >= 999.5 && i < 11; i++)
            x /= 1000
        return (x == int(x) || x >= 99.95 ? sprintf("%.0f", x) : x >= 9.995 ? trimmed(sprintf("%.1f", x)) : \
            trimmed(sprintf("%.2f", x))) substr(" kMGTPEZYRQ", i, i > 1)
    }

    function trimmed(s) {
        sub(/0+$/, "", s)
        sub(/\.$/, "", s)
        return s
    }

    function counted(n, noun) { return commas(n) " " noun (n == 1 ? "" : "s") }

    function commas(n,    s, out) {
        for (s = sprintf("%.0f", n); length(s) > 3; s = substr(s, 1, length(s) - 3))
            out = "," substr(s, length(s) - 2) out
        return s out
    }

    function escaped(s) {
        gsub(/[^ -~]/, "?", s)
        gsub(/&/, "\\&amp;", s)
        gsub(/</, "\\&lt;", s)
        gsub(/>/, "\\&gt;", s)
        gsub(/"/, "\\&quot;", s)
        return s
    }

    # A text of a record as people read it; one that is not printable ASCII as it stands.
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

    # --- The calendar: from Unix seconds to the proleptic Gregorian one, in UTC ---

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

    # The least of 1, 2, 5, 10, 20, 50 ... that is not under x.
    function ceiling_125(x,    p) {
        if (x <= 0)
            return 1
        for (p = 1; p < x; p *= 10)
            ;
        for (; p / 10 >= x; p /= 10)
            ;
        return p / 5 >= x ? p / 5 : p / 2 >= x ? p / 2 : p
    }

    function ln(x,    halvings, y, s) {
        for (; x > 1.5; halvings++)
            x /= 2
        for (; x < 0.75; halvings--)
            x *= 2
        y = (x - 1) / (x + 1)
        s = y * y
        return halvings * 0.693147180559945 + 2 * y * (1 + s * (1 / 3 + s * (1 / 5 + s * (1 / 7 + s / 9))))
    }

    function x_of(i,    v) {
        v = axis == "time" ? at[i] : each > 1 ? (from[i] + till[i]) / 2 : till[i]
        return LEFT + (RIGHT - LEFT) * (x_most > x_least ? (v - x_least) / (x_most - x_least) : 0.5)
    }

    function find_x(    i) {
        x_least = axis == "time" ? at[1] : from[1]
        x_most = axis == "time" ? at[1] : till[bins]
        for (i = 1; i <= bins && axis == "time"; i++) {
            if (at[i] < x_least) x_least = at[i]
            if (at[i] > x_most) x_most = at[i]
        }
    }

    # The step of time between two labels: a good round one, of which 9 at most stand on the axis.
    function time_step(range,    i, n, round) {
        n = split("1 2 5 10 15 30 60 120 300 600 900 1800 3600 7200 10800 21600 43200 86400 172800 604800", round, " ")
        for (i = 1; i <= n; i++)
            if (round[i] * 9 >= range)
                return round[i] + 0
        return 86400 * ceiling_125(range / 9 / 86400)
    }

    function x_label(v, step) {
        if (axis != "time")
            return commas(v)
        return step >= 86400 || v > 250000000000 ? date_of(v) : clock_of(v, step < 60)
    }

    function print_x_axis(    step, v, x, first) {
        step = axis == "time" ? time_step(x_most - x_least) : ceiling_125((x_most - x_least) / 9)
        if (step < 1) step = 1
        first = step * int((x_least + step - 1) / step)
        for (v = first; v <= x_most; v += step) {
            x = LEFT + (RIGHT - LEFT) * (x_most > x_least ? (v - x_least) / (x_most - x_least) : 0.5)
            printf "<path d=\"M%.1f %.1fV%.1f\" stroke=\"%s\"/>\n", x, TOP, BOTTOM, GRID
            printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n", x, BOTTOM + 18, x_label(v, step)
            if (v + step == v)
                break
        }
        printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" fill=\"%s\">%s</text>\n", (LEFT + RIGHT) / 2, BOTTOM + 40, INK,
            (axis != "time" ? "height" : step < 86400 ? "time (UTC), from " date_of(x_least) : "date (UTC)")
    }

    # From what to what a panel goes: from 0, or, where much lies between, by the logarithm.
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
            y_step = ceiling_125(y_most / 3)
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
        printf "<path d=\"M%.1f %.1fH%.1f\" stroke=\"%s\"/>\n", LEFT, y_of(v), RIGHT, (v == 0 ? PALE_INK : GRID)
        printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", LEFT - 8, y_of(v) + 4, short(v)
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
        printf "<path d=\"M%.1f %.1fH%.1f\" stroke=\"%s\"/>\n", LEFT, panel_bottom, RIGHT, GRID
    }

    # --- The picture ---

    function print_head(title, caption) {
        print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
        printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" ", WIDTH, HEIGHT, WIDTH,
            HEIGHT
        print "role=\"img\" font-family=\"sans-serif\" font-size=\"12\">"
        printf "<title>%s</title>\n<desc>%s</desc>\n", title, caption
        printf "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", WIDTH, HEIGHT
        printf "<text x=\"24\" y=\"36\" font-size=\"18\" font-weight=\"bold\" fill=\"%s\">%s</text>\n", INK, title
        printf "<text x=\"24\" y=\"58\" fill=\"%s\">%s</text>\n", PALE_INK, caption
        printf "<g fill=\"%s\">\n", PALE_INK
    }

    # The line of a panel; each block has a dot as long as there is room for it.
    function print_line(name,    i, pen) {
        printf "<path fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" stroke-linejoin=\"round\" d=\"", COLOUR[name]
        for (i = 1; i <= bins; i++)
            if (value[name, i] < 0)
                pen = 0
            else {
                printf pen ? "L%.1f %.1f" : "M%.1f %.1f", x_of(i), y_of(value[name, i])
                pen = 1
            }
        print "\"/>"
        for (i = 1; i <= bins && bins <= 60; i++)
            if (value[name, i] >= 0)
                printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.4\" fill=\"%s\"/>\n", x_of(i), y_of(value[name, i]), COLOUR[name]
    }

    # What lies between the line and 0.
    function print_area(name,    i, begun) {
        printf "<path stroke=\"none\" fill=\"%s\" fill-opacity=\"0.14\" d=\"", COLOUR[name]
        for (i = 1; i <= bins; i++)
            if (value[name, i] >= 0) {
                if (!begun++)
                    printf "M%.1f %.1f", x_of(i), panel_bottom
                printf "L%.1f %.1f", x_of(i), y_of(value[name, i])
            }
        if (begun)
            printf "L%.1f %.1fZ", x_of(bins), panel_bottom
        print "\"/>"
    }

    # From the quickest block of each bin to the slowest.
    function print_range(    i, started) {
        printf "<path stroke=\"none\" fill=\"%s\" fill-opacity=\"0.14\" d=\"", COLOUR["time"]
        for (i = 1; i <= bins; i++)
            if (intervals[i] > 0)
                printf started++ ? "L%.1f %.1f" : "M%.1f %.1f", x_of(i), y_of(slow[i])
        for (i = bins; i >= 1; i--)
            if (intervals[i] > 0)
                printf "L%.1f %.1f", x_of(i), y_of(quick[i])
        print started ? "Z\"/>" : "\"/>"
    }

    function print_spacing() {
        printf "<path d=\"M%.1f %.1fH%.1f\" stroke=\"%s\" stroke-dasharray=\"5 4\"/>\n", LEFT, y_of(spacing), RIGHT, INK
        printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\" fill=\"%s\" paint-order=\"stroke\" stroke=\"#ffffff\" " \
            "stroke-width=\"3\">intended: %s s</text>\n", RIGHT - 4, y_of(spacing) - 4, INK, commas(spacing)
    }

    function has_any(name,    i) {
        for (i = 1; i <= bins; i++)
            if (value[name, i] >= 0)
                return 1
        return 0
    }

    function print_panel(i, name,    top) {
        top = TOP + (i - 1) * (HIGH + GAP)
        panel_bottom = top + HIGH
        printf "<g id=\"%s\">\n", name
        printf "<text x=\"%.1f\" y=\"%.1f\" font-weight=\"bold\" fill=\"%s\">%s</text>\n", LEFT, top - 8, INK, HEADING[name]
        if (!has_any(name)) {
            printf "<text x=\"%.1f\" y=\"%.1f\" font-style=\"italic\">%s</text>\n</g>\n", LEFT + 8, top + HIGH / 2, NONE[name]
            return
        }
        find_y(name)
        print_y_axis()
        if (name == "time" && each > 1)
            print_range()
        if (name == "fees" || name == "supply")
            print_area(name)
        if (name == "time" && spacing > 0 && spacing <= y_most)
            print_spacing()
        print_line(name)
        print "</g>"
    }

    # What is said of a bin that is pointed at.
    function bin_words(i,    text) {
        text = from[i] == till[i] ? "block " commas(till[i]) : "blocks " commas(from[i]) " to " commas(till[i])
        text = text ", " moment(at[i])
        if (intervals[i] > 0)
            text = text "\nblock time " short(elapsed[i] / intervals[i]) " s" \
                (intervals[i] > 1 ? " (" short(quick[i]) " to " short(slow[i]) ")" : "")
        text = text "\nwork " short(works[i] / count[i]) " hashes a block"
        if (value["rate", i] >= 0)
            text = text "\nhash rate " short(value["rate", i]) " a second"
        text = text "\n" counted(txs_of[i], "transaction") ", fees " commas(fees[i])
        return text (has_supply ? "\nsupply " commas(supply_at[i]) : "")
    }

    function print_pointed(    i, left_edge, right_edge) {
        print "<g fill=\"#000000\" fill-opacity=\"0\">"
        for (i = 1; i <= bins; i++) {
            left_edge = i == 1 ? LEFT : (x_of(i - 1) + x_of(i)) / 2
            right_edge = i == bins ? RIGHT : (x_of(i) + x_of(i + 1)) / 2
            if (right_edge > left_edge)
                printf "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\"><title>%s</title></rect>\n", left_edge, TOP,
                    right_edge - left_edge, BOTTOM - TOP, bin_words(i)
        }
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
            w = w "block time " short(t / n) " s in the mean; "
        return w counted(x, "transaction") ", fees " commas(f) (has_supply ? "; supply " commas(supply_at[bins]) : "")
    }

    function print_chart(    i, n, name, title) {
        n = split("time work rate fees supply", name, " ")
        LEFT = 84; RIGHT = 924; TOP = 98; HIGH = 104; GAP = 40
        BOTTOM = TOP + n * HIGH + (n - 1) * GAP
        HEIGHT = BOTTOM + 60
        title = text_of(chain)
        HEADING["rate"] = HEADING["rate"] ", over " counted(span * each, "block")
        if (each > 1) {
            HEADING["time"] = HEADING["time"] ": mean, quickest and slowest of each " commas(each)
            HEADING["fees"] = HEADING["fees"] ", mean of each " commas(each)
        }
        print_head(title == "" ? counted(blocks, "block") " of a chain" : "The chain " escaped(title) ": " counted(blocks, "block"),
            words_of_chain())
        find_x()
        print_x_axis()
        for (i = 1; i <= n; i++)
            print_panel(i, name[i])
        print "</g>"
        print_pointed()
        print "</svg>"
    }

    # --- Main ---

    BEGIN {
        MOST = 420              # bins; an even number
        each = 1                # blocks in a bin
        WIDTH = 960
        INK = "#222222"; PALE_INK = "#666666"; GRID = "#e3e3e3"
        COLOUR["time"] = "#2f6db3"; COLOUR["work"] = "#c8591a"; COLOUR["rate"] = "#a0328a"
        COLOUR["fees"] = "#27875f"; COLOUR["supply"] = "#7d5ba6"
        HEADING["time"] = "Block time (seconds)"; HEADING["work"] = "Difficulty: work of a block (hashes)"
        HEADING["rate"] = "Hash rate, estimated (hashes a second)"; HEADING["fees"] = "Fees of a block"
        HEADING["supply"] = "Supply"
        NONE["time"] = NONE["rate"] = "takes two blocks at least"
        NONE["supply"] = "known only where the chain begins with its genesis block"
        reward = "0"
        if (table)
            print "height\ttime\tinterval\twork\ttxs\tfees\tsupply"
    }

    stopped != "" { next }
    /^\001/ {
        if (substr($0, 2) + 0 > 0)
            stop(substr($0, 2) == 1 ? 1 : 2, told ? "" : source ": cannot be read")
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
    *) usage >&2; exit 2 ;;
    esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || { usage >&2; exit 2; }
[ -z "$ledger" ] || [ $# -eq 0 ] || { usage >&2; exit 2; }
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

# Of a line, all that is looked at stands in its first 400 bytes.
plot() {
    feed "$ledger" "$file" | cut -b 1-400 | draw "$name" "$axis" "$table" "$ledger"
}

# The table goes through cat, since not every awk tells of a full disk. A reader that left ends both.
tabulate() {
    exec 4>&1
    ended=$({ { plot || echo $? >&3; } | { cat >&4 2>/dev/null || echo out $? >&3; }; } 3>&1)
    case $ended in
    *'out 141'*) status=141 ;;
    *out*) trouble 'stdout: cannot be written' ;;
    *) status=${ended:-0} ;;
    esac
}

# A table is written as it comes; the whole picture before any of it is: half of one is none.
status=0
if [ -n "$table" ]; then
    tabulate
else
    picture=$(plot) || status=$?
fi
[ "$status" -le 2 ] || [ "$status" -eq 141 ] || trouble "awk: ended with status $status"
[ "$status" -eq 0 ] || exit "$status"
[ -n "$table" ] || write "$picture"
