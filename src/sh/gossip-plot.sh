#!/bin/sh
# gossip-plot - draw how records spread over nodes and time
#
# It turns the stderr output of gossip-listen -v and gossip-send -v, one file for each node, into an SVG picture
# or a table, with awk alone.
#
# Exit status: 0 done; 1 there is nothing to draw, or too much to hold; 2 it could not be tried.
set -efu
LC_ALL=C
export LC_ALL
unset CDPATH POSIXLY_CORRECT

usage() {
    printf 'usage: @PROGPREFIX@gossip-plot [-t] [-i ID] [-x linear|log] LOG...\n'
}

# Prints what is missing or superfluous, then the usage line.
misuse() { # REASON
    printf '%s\n' "@PROGPREFIX@gossip-plot: $1" >&2
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

Draws how records spread over nodes, from the -v logs of gossip-listen and gossip-send, one file for each
node. The picture is written to stdout, as SVG.

  -i ID                        draw only this record, node by node; at least the first 6 digits of its id
  -t, --table                  write a table instead: a line for each record, fields separated by tabs
  -x linear|log                the time axis (default: the one that suits the measurements)
  -h, --help                   print this help
  -V, --version                print the version

A node is named after its file without .log, or after the folder of a file called log.
END
}

trouble() {
    printf '@PROGPREFIX@gossip-plot: %s\n' "$1" >&2
    exit 2
}

write() {
    printf '%s\n' "$1" 2>/dev/null || trouble 'stdout: cannot be written'
}

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

@gossip-plot.awk@

    # --- Text ---

    # n tenths of the nodes, rounded up.
    function tenths(n) { return int((n * nodes + 9) / 10) }

    function milliseconds(t) { return t < 0 ? "-" : sprintf("%.3f", t / 1000) }

    function three_digits(x) { return sprintf(x < 9.995 ? "%.2f" : x < 99.95 ? "%.1f" : "%.0f", x) }

    # A time for people, as SVG text.
    function spoken(t) {
        if (t < 0)
            return "never"
        if (t < 1000)
            return sprintf("%d &#181;s", t)
        if (t < 999500)
            return three_digits(t / 1000) " ms"
        return three_digits(t / 1000000) " s"
    }

    function group_of(r,    type) {
        type = (id_of[r] in type_of) ? type_of[id_of[r]] : ""
        return type == "tx" || type == "block" || type == "peer" ? type : "other"
    }

    # --- The table ---

    function print_table(    i, r, id) {
        print "id\ttype\tfirst-node\tnodes\tmedian-ms\tp90-ms\tworst-ms"
        for (i = 1; i <= records; i++) {
            r = by_time[i]
            id = id_of[r]
            printf "%s\t%s\t%s\t%d\t%s\t%s\t%s\n", id, (id in type_of) ? type_of[id] : "-",
                printable(label[node_of[order[base[r] + 1]]]), count[r], milliseconds(delay(r, tenths(5))),
                milliseconds(delay(r, tenths(9))), milliseconds(delay(r, nodes))
        }
    }

    # --- The time axis: from least to most, linear or logarithmic, from LEFT to RIGHT ---

    # The default is logarithmic if half of the delays would otherwise fall into the first twentieth of the axis. A
    # logarithmic axis begins at the first percentile of the delays, and covers at most six decades.
    function choose_axis(    a, n, all) {
        for (a = 1; a <= arrivals; a++)
            if (time[a] > first[record_of[a]])
                all[++n] = time[a] - first[record_of[a]]
        sort_values(all, n)
        most = n > 0 ? all[n] : 1000
        is_log = n > 0 && (axis == "log" || (axis == "" && most > 20 * all[int((n + 1) / 2)]))
        least = 0
        if (is_log) {
            least = floor_125(all[int((n + 99) / 100)])
            if (least * 1000000 < most)
                least = floor_125(most / 1000000)
            most *= 1.05
        } else {
            step = most > 8 ? ceiling_125(most / 8) : 1
            most = step * int((most + step - 1) / step)
        }
    }

    function x_of(t) {
        if (!is_log)
            return LEFT + (RIGHT - LEFT) * t / most
        return t <= least ? LEFT : LEFT + (RIGHT - LEFT) * ln(t / least) / ln(most / least)
    }

    # All labels of a linear axis have the same unit.
    function choose_unit() {
        unit = 1
        unit_name = "&#181;s"
        if (most > 2000) {
            unit = 1000
            unit_name = "ms"
        }
        if (most > 5000000) {
            unit = 1000000
            unit_name = "s"
        }
    }

    # A number without an exponent.
    function plain(x) { return x == int(x) ? sprintf("%.0f", x) : x "" }

    function tick_label(t) {
        if (!is_log)
            return plain(t / unit)
        if (t >= 1000000)
            return plain(t / 1000000) " s"
        return t >= 1000 ? plain(t / 1000) " ms" : plain(t) " &#181;s"
    }

    function print_ticks(top, bottom,    t, wide) {
        wide = is_log && most / least > 10000
        for (t = is_log ? least : 0; t <= most * 1.0001; t = is_log ? after_125(t) : t + step)
            if (!wide || substr(t "", 1, 1) == "1")
                printf "M%.1f %.1fV%.1f", x_of(t), top, bottom
    }

    # A logarithmic axis is labelled at 1, 2 and 5 if there is space, and otherwise only at the decades.
    function print_time_axis(bottom,    t, wide) {
        choose_unit()
        wide = is_log && most / least > 10000
        for (t = is_log ? least : 0; t <= most * 1.0001; t = is_log ? after_125(t) : t + step)
            if (!wide || substr(t "", 1, 1) == "1")
                print_text(x_of(t), bottom + 19, "text-anchor=\"middle\"", tick_label(t))
        print_text((LEFT + RIGHT) / 2, bottom + 42, "class=\"ink\" text-anchor=\"middle\"",
            "time since the record was first seen on any node" (is_log ? " (logarithmic)" : " (" unit_name ")"))
    }

    # --- The picture ---

    # The grid of a panel: horizontal lines for shares, vertical ones for times.
    function print_grid(    i, n, share) {
        n = split(BOTTOM - TOP > 160 ? "0 25 50 75 90 100" : "0 50 100", share, " ")
        printf "<path class=\"grid\" d=\""
        for (i = 2; i <= n; i++)
            printf "M%.1f %.1fH%.1f", LEFT, y_of(share[i] / 100), RIGHT
        print_ticks(TOP, BOTTOM)
        print "\"/>"
        for (i = 1; i <= n; i++)
            print_text(LEFT - 8, y_of(share[i] / 100) + 4.5, "text-anchor=\"end\"", share[i] " %")
        printf "<path class=\"base\" d=\"M%.1f %.1fH%.1f\"/>\n", LEFT, BOTTOM, RIGHT
    }

    function y_of(share) { return BOTTOM - (BOTTOM - TOP) * share }

    # --- A curve for each record ---

    # The line of record r. If the record did not reach all nodes, the line continues to the right end.
    function print_curve(r,    k) {
        printf "<path d=\"M%.1f %.1f", x_of(0), y_of(1 / nodes)
        for (k = 2; k <= count[r]; k++)
            printf "H%.1fV%.1f", x_of(delay(r, k)), y_of(k / nodes)
        if (count[r] < nodes)
            printf "H%.1f", RIGHT
        print "\"/>"
    }

    # Thin lines, and their median if there are many.
    function print_curves(group,    i) {
        printf "<g class=\"%s line\" stroke-width=\"1.2\" stroke-opacity=\"%s\"%s>\n", group, (size[group] < MANY ? "0.9" : "0.5"),
            DASH[group]
        for (i = 1; i <= records; i++)
            if (group_of(by_time[i]) == group)
                print_curve(by_time[i])
        print "</g>"
        if (size[group] >= MANY) {
            find_bands(group, size[group])
            print_median(group, DASH[group])
        }
    }

    function print_median(group, dash) {
        printf "<path class=\"%s line\" stroke-width=\"2.6\"%s d=\"", group, dash
        band_steps(3)
        print "\"/>"
    }

    # --- Bands of many records ---

    # The i-th smallest of the sorted value[1..m]; -1 if there are fewer.
    function nth(value, m, i) { return i <= m ? value[i] : -1 }

    # For every k, over the n records of a group, the time until k nodes had the record: the minimum, 10th percentile,
    # median, 90th percentile and maximum, or -1 if too few records reached k nodes. member[1..m] are those that did.
    function find_bands(group, n,    k, i, m, still, member, value) {
        for (i = 1; i <= records; i++)
            if (group_of(i) == group)
                member[++m] = i
        for (k = 1; k <= nodes; k++) {
            still = 0
            for (i = 1; i <= m; i++)
                if (count[member[i]] >= k) {
                    member[++still] = member[i]
                    value[still] = delay(member[i], k)
                }
            m = still
            sort_values(value, m)
            band[1, k] = nth(value, m, 1)
            band[2, k] = nth(value, m, int((n + 9) / 10))
            band[3, k] = nth(value, m, int((n + 1) / 2))
            band[4, k] = nth(value, m, int((9 * n + 9) / 10))
            band[5, k] = nth(value, m, n)
        }
    }

    # The path up along one of these, as far as it goes, and then to the right end. Returns the number of nodes reached.
    function band_steps(which,    k) {
        printf "M%.1f %.1f", x_of(0), y_of(1 / nodes)
        for (k = 2; k <= nodes && band[which, k] >= 0; k++)
            printf "H%.1fV%.1f", x_of(band[which, k]), y_of(k / nodes)
        if (k <= nodes)
            printf "H%.1f", RIGHT
        return k - 1
    }

    # The area between two of these: up along the earlier and back along the later one.
    function print_band(earlier, later, opacity,    k, last) {
        printf "<path class=\"band\" fill-opacity=\"%s\" d=\"", opacity
        last = band_steps(earlier)
        if (last < nodes && band[later, last] < 0)
            printf "V%.1f", y_of(last / nodes)
        for (k = last; k >= 2; k--)
            printf "H%.1fV%.1f", (band[later, k] < 0 ? RIGHT : x_of(band[later, k])), y_of((k - 1) / nodes)
        print "Z\"/>"
    }

    # The samples of a legend have the same classes as the series that they stand for.
    function print_bands_legend(group, y,    x) {
        print_text(LEFT, y, "class=\"ink\" font-weight=\"bold\"", group_words(group))
        x = LEFT + 150
        printf "<path class=\"line\" stroke-width=\"2.6\" d=\"M%d %.1fh26\"/>\n", x, y - 4.5
        print_text(x + 33, y, "", "median")
        printf "<rect class=\"band\" fill-opacity=\"%s\" x=\"%d\" y=\"%.1f\" width=\"26\" height=\"11\"/>\n", INNER, x + 110, y - 10
        print_text(x + 143, y, "", "10 to 90 % of the records")
        printf "<rect class=\"band\" fill-opacity=\"%s\" x=\"%d\" y=\"%.1f\" width=\"26\" height=\"11\"/>\n", OUTER, x + 340, y - 10
        print_text(x + 373, y, "", "fastest to slowest")
    }

    function print_bands(group) {
        find_bands(group, size[group])
        printf "<g class=\"%s\">\n", group
        print_bands_legend(group, TOP - 10)
        print_grid()
        print_band(1, 5, OUTER)
        print_band(2, 4, INNER)
        print_median(group, "")
        print "</g>"
    }

    # A panel for each group, one above the other.
    function print_all_bands(groups,    i, high, bottom) {
        high = int((478 - 108 - 40 * (groups - 1)) / groups)
        if (high < 130)
            high = 130
        bottom = 108 + groups * (high + 40) - 40
        print_chart_head(bottom)
        BOTTOM = 108 - 40
        for (i = 1; i <= 4; i++)
            if (size[GROUP[i]]) {
                TOP = BOTTOM + 40
                BOTTOM = TOP + high
                print_bands(GROUP[i])
            }
    }

    # --- The chart ---

    function group_words(group) { return group " (" commas(size[group]) ")" }

    # Prints a sample of a line and its text at x; returns the x of the next entry.
    function legend_entry(x, group, style, words) {
        printf "<path class=\"%s line\" %s d=\"M%.1f 84h30\"/>\n", group, style, x
        print_text(x + 37, 88.5, "", words)
        return x + 60 + length(words) * 7.2
    }

    function print_legend(    i, group, x) {
        x = LEFT
        for (i = 1; i <= 4; i++) {
            group = GROUP[i]
            if (size[group])
                x = legend_entry(x, group, "stroke-width=\"1.4\"" DASH[group], group_words(group))
            if (size[group] >= MANY)
                x = legend_entry(x, group, "stroke-width=\"2.6\"" DASH[group], "median of " group)
        }
    }

    function print_all_curves(    i) {
        print_chart_head(BOTTOM)
        print_grid()
        print_legend()
        for (i = 1; i <= 4; i++)
            if (size[GROUP[i]])
                print_curves(GROUP[i])
    }

    # The subtitle: the number of nodes and records, and how long the records took to reach all nodes.
    function chart_caption(    i, r, n, all, text) {
        for (r = 1; r <= records; r++)
            if (delay(r, nodes) >= 0)
                all[++n] = delay(r, nodes)
        sort_values(all, n)
        text = counted(nodes, "node") ", " counted(records, "record") "; "
        if (n > 0)
            text = text "to reach all nodes: median " spoken(all[int((n + 1) / 2)]) ", worst " spoken(all[n])
        if (n < records)
            text = text (n > 0 ? "; " : "") (n > 0 ? records - n : "none") " did not reach all"
        if (n == 0)
            sub(/none did not reach/, "none reached", text)
        return text
    }

    function print_chart_head(bottom) {
        print_head(bottom + 62, "How records spread over the nodes", chart_caption(), SERIES)
        printf "<text class=\"ink\" transform=\"translate(22 %.1f) rotate(-90)\" text-anchor=\"middle\">", (108 + bottom) / 2
        print "share of the nodes that have the record</text>"
    }

    function print_chart(    i, r, groups) {
        LEFT = 84; RIGHT = 924; TOP = 108; BOTTOM = 478
        for (r = 1; r <= records; r++)
            groups += size[group_of(r)]++ == 0
        if (records > CURVES)
            print_all_bands(groups)
        else
            print_all_curves()
        print_time_axis(BOTTOM)
        print "</svg>"
    }

    # --- One record: a row for each node ---

    # The node that sent the record of arrival a; 0 if none of the logs is its.
    function source(a,    node) {
        node = peer[a] in node_with ? node_with[peer[a]] : 0
        return node != node_of[a] && (1, node) in slot ? node : 0
    }

    # Whether the record originated here: it is the first arrival, and no other node sent it.
    function is_origin(a) { return a == order[1] && (peer[a] == "" || node_with[peer[a]] == node_of[a]) }

    # The number of hops from the origin; 0 in a cycle, which clocks that disagree can cause.
    function hops(a,    n, node) {
        for (n = 0; node = source(a); n++) {
            if (n > nodes)
                return 0
            a = slot[1, node]
        }
        return n
    }

    function reached(k) { return delay(1, k) < 0 ? "never" : "after " spoken(delay(1, k)) }

    function record_caption(    a, far, text) {
        for (a = 1; a <= arrivals; a++)
            if (hops(a) > far)
                far = hops(a)
        text = count[1] " of " counted(nodes, "node") " had it; half " reached(tenths(5)) ", 90 % " reached(tenths(9)) ", all " \
            reached(nodes)
        if (far > 0)
            text = text "; the longest path has " counted(far, "hop")
        return text
    }

    function row_y(i) { return TOP + ROW * (i - 0.5) }

    # A line from the dot of the sender, down (or up) to this row, and along it to this dot.
    function print_way(i, a,    from) {
        from = source(a)
        if (from)
            printf "<path d=\"M%.1f %.1fV%.1fH%.1f\"/>\n", x_of(time[slot[1, from]] - first[1]),
                row_y(row[from]), row_y(i), x_of(time[a] - first[1])
    }

    function print_mark(x, y, radius, hollow) {
        printf "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%s\"%s/>\n", (hollow ? "hollow" : "bar"), x, y, radius,
            (hollow ? " stroke-width=\"1.8\"" : "")
    }

    function print_dot(i, a,    x) {
        x = x_of(time[a] - first[1])
        if (is_origin(a))
            print_mark(x, row_y(i), 5.5, 0)
        else
            print_mark(x, row_y(i), source(a) ? 4.2 : 3.6, !source(a))
        print_text(x + 10, row_y(i) + FONT * 0.36, "class=\"halo\" font-size=\"" FONT "\"",
            (i == 1 ? "first" : spoken(time[a] - first[1])))
    }

    function print_row(i, node, style) {
        printf "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>\n", LEFT, row_y(i), RIGHT
        print_text(LEFT - 12, row_y(i) + FONT * 0.36, style "font-size=\"" FONT "\" text-anchor=\"end\"",
            escaped(shortened(label[node], 28)))
    }

    # Nodes in the order of arrival; below them, in a paler colour, those that never had the record.
    function print_rows(    i, node, n) {
        for (i = 1; i <= count[1]; i++) {
            row[node_of[order[i]]] = i
            print_row(i, node_of[order[i]], "class=\"ink\" ")
        }
        n = count[1]
        for (node = 1; node <= nodes; node++) {
            if ((1, node) in slot)
                continue
            print_row(++n, node, "")
            print_text(LEFT + 10, row_y(n) + FONT * 0.36, "font-size=\"" FONT "\" font-style=\"italic\"", "never")
        }
    }

    function print_dot_legend() {
        print_mark(32, 84, 5.5, 0)
        print_mark(172, 84, 4.2, 0)
        print_mark(432, 84, 3.6, 1)
        print_text(44, 88.5, "", "first node")
        print_text(184, 88.5, "", "from the node where its line begins")
        print_text(444, 88.5, "", "from a peer whose log is not given")
    }

    function longest_label(    node, n) {
        for (node = 1; node <= nodes; node++)
            if (length(shortened(label[node], 28)) > n)
                n = length(shortened(label[node], 28))
        return n
    }

    function print_record(    i, title) {
        ROW = nodes > 60 ? 14 : 24
        FONT = nodes > 60 ? 10 : 13
        LEFT = 44 + longest_label() * FONT * 0.62
        RIGHT = 860; TOP = 108; BOTTOM = TOP + ROW * nodes + 6
        title = ((id_of[1] in type_of) ? type_of[id_of[1]] : "record") " " substr(id_of[1], 1, 16) ".."
        print_head(BOTTOM + 62, "How " title " spread", record_caption(), SERIES)
        printf "<g class=\"%s\">\n", group_of(1)
        print_dot_legend()
        printf "<path class=\"grid\" d=\""
        print_ticks(TOP, BOTTOM)
        print "\"/>"
        print_time_axis(BOTTOM)
        print_rows()
        print "<g class=\"line\" stroke-opacity=\"0.65\" stroke-width=\"1.4\">"
        for (i = 1; i <= count[1]; i++)
            print_way(i, order[i])
        print "</g>"
        for (i = 1; i <= count[1]; i++)
            print_dot(i, order[i])
        print "</g>\n</svg>"
    }

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

# --- Main ----------------------------------------------------------------------------------------------

wanted='' axis='' table=''
while getopts :i:tx:hV-: option; do
    [ "$option" != - ] || option=--$OPTARG
    case $option in
    i) wanted=${OPTARG:--} ;;
    t | --table) table=1 ;;
    x) axis=$OPTARG ;;
    h | --help) write "$(help)"; exit ;;
    V | --version) write '@PROGPREFIX@gossip-plot (peerutils) @VERSION@'; exit ;;
    *) wrong_option ;;
    esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || misuse 'LOG is missing'
case $axis in
'' | linear | log) ;;
*) trouble "-x: '$axis' is neither linear nor log" ;;
esac
case $wanted in
*[!0-9a-f]*) trouble "-i: '$wanted' is not lowercase hex digits" ;;
'' | ??????*) ;;
*) trouble "-i: '$wanted' is too short: give at least 6 digits" ;;
esac

for tool in awk cut tr; do
    command -v "$tool" >/dev/null || trouble "$tool: not found"
done
for log; do
    [ ! -d "$log" ] || trouble "$log: is a folder"
    [ -r "$log" ] || trouble "$log: cannot be read"
done

# The picture is written only once it is complete, as part of one is useless. Of a line that is too long for an
# event, awk sees just enough to tell.
status=0
picture=$(feed "$@" | cut -b 1-1025 | draw "$wanted" "$axis" "$table") || status=$?
[ "$status" -le 2 ] || trouble "awk: ended with status $status"
[ "$status" -eq 0 ] || exit "$status"
write "$picture"
