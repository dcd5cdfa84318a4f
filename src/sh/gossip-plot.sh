#!/bin/sh
# gossip-plot - how records spread over nodes and time, drawn from the logs of a run
#
# The logs are what gossip-listen -v and gossip-send -v say on stderr, one file a node. What comes out is an
# SVG picture, or a table, made by awk alone.
#
# Exit status: 0 done; 1 there is nothing to draw, or too much to remember; 2 it could not be tried.
set -efu
LC_ALL=C
export LC_ALL
unset CDPATH POSIXLY_CORRECT

usage() {
    printf 'usage: @PROGPREFIX@gossip-plot [-t] [-i ID] [-x linear|log] LOG...\n'
}

help() {
    usage
    cat <<'END'

Draws how records spread over the nodes of a run, from the -v logs of gossip-listen and gossip-send, one
file a node. The picture is written to stdout, as SVG.

  -i ID                        only this record, node after node; its first 6 digits or more will do
  -t, --table                  no picture: a line for each record, fields split by tabs
  -x linear|log                the axis of time; without it, as suits what was measured
  -h, --help                   print this help
  -V, --version                print the version

The name of a node is that of its file without .log, or of the folder of a file called log.
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

# A name as it may stand in a line of its own: a file's name can have any byte, even a newline.
one_line() {
    printf %s "$1" | tr '\000-\037' '[?*]'
}

# Sets $name, the node's.
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

# All logs as one stream. A byte 1, which no log then has, begins what is said of them: a line +NODE and a
# line =FILE in front of each, and . at its end, which also spoils a last line that was never finished.
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

# draw WANTED AXIS TABLE: from what feed() says to the picture, or the table.
#
# Times are whole microseconds, which a double holds exactly until the year 2255. Of all arrivals (a node
# has a record for the first time) number a is that of record_of[a] at node_of[a], at time[a], sent by
# peer[a]. In order[] they stand record after record, each by time: those of record r begin after base[r].
draw() {
    # shellcheck disable=SC2016 # these are fields of awk
    awk -v wanted="$1" -v axis="$2" -v table="$3" '

    function say(text) {
        print "@PROGPREFIX@gossip-plot: " text | "cat >&2"
        close("cat >&2")
    }

    function stop(code, text) {
        say(text)
        stopped = code
        exit code
    }

    function is_hash(s) { return length(s) == 64 && s !~ /[^0-9a-f]/ }

    function is_time(s) {
        return length(s) <= 17 && s ~ /^(0|[1-9][0-9]*)\.[0-9][0-9][0-9][0-9][0-9][0-9]$/
    }

    # The 1 is for an awk that would take 012345 for octal.
    function microseconds(s,    whole) {
        whole = length(s) - 7
        return (substr(s, 1, whole) - 1) * 1000000 + ("1" substr(s, whole + 2))
    }

    # The number of the node whose log is read; it has one from its first event on.
    function this_node() {
        if (!(name in number)) {
            number[name] = ++nodes
            label[nodes] = name
        }
        return number[name]
    }

    # A node says in its start event which account it is: the word before the last, the chain.
    function learn_key(node, key) {
        if (is_hash(key) && is_hash($NF) && !(node in has_key) && !(key in node_with)) {
            has_key[node] = 1
            node_with[key] = node
        }
    }

    function is_wanted(id) { return wanted == "" || index(id, wanted) == 1 }

    function record_number(id) {
        if (!(id in number_of)) {
            number_of[id] = ++records
            id_of[records] = id
        }
        return number_of[id]
    }

    # The node has the record now. Of several times the first one counts.
    function arrive(node, id, now, sender,    r, a) {
        if (!is_wanted(id))
            return
        r = record_number(id)
        if (!((r, node) in slot)) {
            if (arrivals == MOST)
                stop(1, "more than " MOST " arrivals: give fewer logs, or -i ID")
            slot[r, node] = ++arrivals
            record_of[arrivals] = r
            node_of[arrivals] = node
            time[arrivals] = now + 1
        }
        a = slot[r, node]
        if (now < time[a]) {
            time[a] = now
            peer[a] = sender
        }
    }

    function learn_type(id, type) {
        if (is_wanted(id) && !(id in type_of) && length(type) <= 16 && type ~ /^[a-z]+$/)
            type_of[id] = type
    }

    # --- Order ---

    # Moves list[i] down to its place in the heap: the item with the greatest key on top, of equal keys the
    # greatest item.
    function sift(list, key, i, n,    child, item) {
        item = list[i]
        while ((child = 2 * i) <= n) {
            if (child < n && after(key, list[child + 1], list[child]))
                child++
            if (!after(key, list[child], item))
                break
            list[i] = list[child]
            i = child
        }
        list[i] = item
    }

    function after(key, a, b) { return key[a] > key[b] || (key[a] == key[b] && a > b) }

    # Sorts list[1..n], items, by their keys; equal ones by themselves.
    function sort(list, key, n,    i, top) {
        for (i = int(n / 2); i >= 1; i--)
            sift(list, key, i, n)
        for (i = n; i > 1; i--) {
            top = list[1]
            list[1] = list[i]
            list[i] = top
            sift(list, key, 1, i - 1)
        }
    }

    # Sorts the numbers value[1..n].
    function sort_values(value, n,    i, list, copy) {
        for (i = 1; i <= n; i++) {
            list[i] = i
            copy[i] = value[i]
        }
        sort(list, copy, n)
        for (i = 1; i <= n; i++)
            value[i] = copy[list[i]]
    }

    function order_one(r, n,    i, list) {
        for (i = 1; i <= n; i++)
            list[i] = order[base[r] + i]
        sort(list, time, n)
        for (i = 1; i <= n; i++)
            order[base[r] + i] = list[i]
        first[r] = time[list[1]]
    }

    function order_all(    a, r, filled) {
        for (a = 1; a <= arrivals; a++)
            count[record_of[a]]++
        for (r = 1; r <= records; r++)
            base[r] = r == 1 ? 0 : base[r - 1] + count[r - 1]
        for (a = 1; a <= arrivals; a++)
            order[base[record_of[a]] + ++filled[record_of[a]]] = a
        for (r = 1; r <= records; r++) {
            order_one(r, count[r])
            by_time[r] = r
        }
        sort(by_time, first, records)
    }

    # How long it took until k nodes had record r; -1: so many never had it.
    function delay(r, k) { return k <= count[r] ? time[order[base[r] + k]] - first[r] : -1 }

    # --- Words ---

    # The least number of nodes that are at least this many tenths of all.
    function tenths(n) { return int((n * nodes + 9) / 10) }

    function milliseconds(t) { return t < 0 ? "-" : sprintf("%.3f", t / 1000) }

    function three_digits(x) { return sprintf(x < 9.995 ? "%.2f" : x < 99.95 ? "%.1f" : "%.0f", x) }

    # A time for people, for a text of SVG.
    function spoken(t) {
        if (t < 0)
            return "never"
        if (t < 1000)
            return sprintf("%d &#181;s", t)
        if (t < 999500)
            return three_digits(t / 1000) " ms"
        return three_digits(t / 1000000) " s"
    }

    # A count with its noun.
    function counted(n, noun) { return n " " noun (n == 1 ? "" : "s") }

    function printable(s) {
        gsub(/[^ -~]/, "?", s)
        return s
    }

    function escaped(s) {
        s = printable(s)
        gsub(/&/, "\\&amp;", s)
        gsub(/</, "\\&lt;", s)
        gsub(/>/, "\\&gt;", s)
        gsub(/"/, "\\&quot;", s)
        return s
    }

    function shortened(s) { return length(s) > 28 ? substr(s, 1, 13) ".." substr(s, length(s) - 12) : s }

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

    # --- The axis of time: least to most, linear or by its logarithm, from LEFT to RIGHT ---

    # The greatest of 1, 2, 5, 10, 20, 50 ... that is not over t; after_125 the next one.
    function floor_125(t,    p) {
        for (p = 1; p * 10 <= t; p *= 10)
            ;
        return p * (t >= 5 * p ? 5 : t >= 2 * p ? 2 : 1)
    }

    function after_125(p) { return p * (substr(p "", 1, 1) == "2" ? 2.5 : 2) }

    function ceiling_125(t,    p) {
        p = floor_125(t)
        return p < t ? after_125(p) : p
    }

    # Logarithmic, unless told, where half of what was measured would stand in the first twentieth of the
    # line. Its left end is where the first hundredth of the delays are, six decades from the right at most.
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
            step = ceiling_125(most / 8)
            most = step * int((most + step - 1) / step)
        }
    }

    # The logarithm of x, 1 or more; not every awk has one. Halved until it is near 1, then 2 artanh y.
    function ln(x,    halvings, y, s) {
        for (; x > 1.5; halvings++)
            x /= 2
        y = (x - 1) / (x + 1)
        s = y * y
        return halvings * 0.693147180559945 + 2 * y * (1 + s * (1 / 3 + s * (1 / 5 + s * (1 / 7 + s / 9))))
    }

    function x_of(t) {
        if (!is_log)
            return LEFT + (RIGHT - LEFT) * t / most
        return t <= least ? LEFT : LEFT + (RIGHT - LEFT) * ln(t / least) / ln(most / least)
    }

    # One unit for all numbers on a linear axis.
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

    function print_tick(t, top, bottom) {
        printf "<path d=\"M%.1f %.1fV%.1f\" stroke=\"%s\"/>\n", x_of(t), top, bottom, GRID
        printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n", x_of(t), bottom + 18, tick_label(t)
    }

    # On a logarithm, 1 2 5 where there is room for as many labels, or else decades.
    function print_time_axis(top, bottom,    t, wide) {
        choose_unit()
        wide = is_log && most / least > 10000
        for (t = is_log ? least : 0; t <= most * 1.0001; t = is_log ? after_125(t) : t + step)
            if (!wide || substr(t "", 1, 1) == "1")
                print_tick(t, top, bottom)
        printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" fill=\"%s\">time since the record was first " \
            "seen on any node%s</text>\n", (LEFT + RIGHT) / 2, bottom + 42, INK,
            is_log ? " (logarithmic)" : " (" unit_name ")"
    }

    # --- The picture ---

    function print_head(height, title, caption) {
        print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
        printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" ",
            WIDTH, height, WIDTH, height
        print "role=\"img\" font-family=\"sans-serif\" font-size=\"12\">"
        printf "<title>%s</title>\n<desc>%s</desc>\n", title, caption
        printf "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", WIDTH, height
        printf "<text x=\"24\" y=\"36\" font-size=\"18\" font-weight=\"bold\" fill=\"%s\">%s</text>\n", INK, title
        printf "<text x=\"24\" y=\"58\" fill=\"%s\">%s</text>\n", PALE_INK, caption
        printf "<g fill=\"%s\">\n", PALE_INK
    }

    function print_shares(    i, n, share) {
        n = split("0 25 50 75 90 100", share, " ")
        for (i = 1; i <= n; i++) {
            printf "<path d=\"M%.1f %.1fH%.1f\" stroke=\"%s\"/>\n", LEFT, y_of(share[i] / 100), RIGHT,
                (i == 1 ? PALE_INK : GRID)
            printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s %%</text>\n", LEFT - 8,
                y_of(share[i] / 100) + 4, share[i]
        }
        printf "<text transform=\"translate(24 %.1f) rotate(-90)\" text-anchor=\"middle\" fill=\"%s\">", y_of(0.5), INK
        print "share of the nodes that have it</text>"
    }

    function y_of(share) { return BOTTOM - (BOTTOM - TOP) * share }

    # The line of record r. One that did not reach all nodes goes on to the right end.
    function print_curve(r,    k) {
        printf "<path d=\"M%.1f %.1f", x_of(0), y_of(1 / nodes)
        for (k = 2; k <= count[r]; k++)
            printf "H%.1fV%.1f", x_of(delay(r, k)), y_of(k / nodes)
        if (count[r] < nodes)
            printf "H%.1f", RIGHT
        print "\"/>"
    }

    # Thin lines; and where those are many, their median.
    function print_curves(group, n,    i, width, opacity) {
        width = n > 60 ? 0.7 : 1.1
        opacity = n < MANY ? 0.85 : n >= 120 ? 0.3 : 0.45
        printf "<g stroke-width=\"%.1f\" stroke-opacity=\"%.2f\"%s>\n", width, opacity, DASH[group]
        for (i = 1; i <= records; i++)
            if (group_of(by_time[i]) == group)
                print_curve(by_time[i])
        print "</g>"
        if (n >= MANY) {
            find_bands(group, n)
            print_band(1)
        }
    }

    # The i-th least of the sorted value[1..m]; -1: there are fewer.
    function nth(value, m, i) { return i <= m ? value[i] : -1 }

    # For every k the time until k nodes had it, over the n records of a group: the median, 90 % and worst, or
    # -1 where more records than that never came so far. member[1..m] are those that did.
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
            band[1, k] = nth(value, m, int((n + 1) / 2))
            band[2, k] = nth(value, m, int((9 * n + 9) / 10))
            band[3, k] = nth(value, m, n)
        }
    }

    function band_steps(which,    k) {
        printf "M%.1f %.1f", x_of(0), y_of(1 / nodes)
        for (k = 2; k <= nodes && band[which, k] >= 0; k++)
            printf "H%.1fV%.1f", x_of(band[which, k]), y_of(k / nodes)
        if (k <= nodes)
            printf "H%.1f", RIGHT
        return k - 1
    }

    # What lies between the median and another line: along the median and back along the other.
    function print_area(which, opacity,    k, last) {
        printf "<path stroke=\"none\" fill-opacity=\"%s\" d=\"", opacity
        last = band_steps(1)
        printf "V%.1f", y_of(last / nodes)
        for (k = last; k >= 2; k--)
            printf "H%.1fV%.1f", (band[which, k] < 0 ? RIGHT : x_of(band[which, k])), y_of((k - 1) / nodes)
        print "Z\"/>"
    }

    function print_band(which) {
        printf "<path %s d=\"", BAND[which]
        band_steps(which)
        print "\"/>"
    }

    function print_bands(group, n,    i) {
        find_bands(group, n)
        printf "<g fill=\"%s\">\n", COLOUR[group]
        print_area(3, "0.07")
        print_area(2, "0.16")
        print "</g>"
        for (i = 1; i <= 3; i++)
            print_band(i)
    }

    # A sample of a line and its words, at column x of the legend; the column of the next.
    function legend_entry(x, style, words, length_of_it) {
        printf "<path d=\"M%.1f 84h26\" fill=\"none\" %s/>\n", x, style
        printf "<text x=\"%.1f\" y=\"88\">%s</text>\n", x + 33, words
        return x + 56 + length_of_it * 6.5
    }

    function print_legend(    i, group, words, x, medians, style) {
        x = LEFT
        for (i = 1; i <= 4; i++) {
            group = GROUP[i]
            if (!size[group])
                continue
            medians += size[group] >= MANY
            words = group " (" size[group] ")"
            style = records > CURVES ? " stroke-width=\"2\"" : " stroke-width=\"1.4\"" DASH[group]
            x = legend_entry(x, "stroke=\"" COLOUR[group] "\"" style, words, length(words))
        }
        for (i = 1; i <= (records > CURVES ? 3 : medians > 0); i++)
            x = legend_entry(x, "stroke=\"" INK "\" " BAND[i], BAND_NAME[i], length(BAND_NAME[i]))
    }

    # How many nodes and records, and how long the records took to reach all.
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

    function print_chart(    i, r, group) {
        LEFT = 84; RIGHT = 924; TOP = 108; BOTTOM = 478
        for (r = 1; r <= records; r++)
            size[group_of(r)]++
        print_head(540, "How records spread over the nodes", chart_caption())
        print_shares()
        print_time_axis(TOP, BOTTOM)
        print_legend()
        print "</g>"
        for (i = 1; i <= 4; i++) {
            group = GROUP[i]
            if (!size[group])
                continue
            printf "<g fill=\"none\" stroke=\"%s\" stroke-linejoin=\"round\">\n", COLOUR[group]
            if (records > CURVES)
                print_bands(group, size[group])
            else
                print_curves(group, size[group])
            print "</g>"
        }
        print "</svg>"
    }

    # --- One record: a row a node ---

    # The node that arrival a came from; 0 where no log here knows it.
    function source(a,    node) {
        node = peer[a] in node_with ? node_with[peer[a]] : 0
        return node != node_of[a] && (1, node) in slot ? node : 0
    }

    # Whether it began there: the first arrival of all, and nobody sent it.
    function is_origin(a) { return a == order[1] && (peer[a] == "" || node_with[peer[a]] == node_of[a]) }

    # How many steps from where it began; clocks that differ may close a ring, which has no length.
    function hops(a,    n, node) {
        for (n = 0; node = source(a); n++) {
            if (n > nodes)
                return 0
            a = slot[1, node]
        }
        return n
    }

    function record_caption(    a, far, text) {
        for (a = 1; a <= arrivals; a++)
            if (hops(a) > far)
                far = hops(a)
        text = (id_of[1] in type_of) ? type_of[id_of[1]] " " : ""
        text = count[1] " of " counted(nodes, "node") " had it; half after " spoken(delay(1, tenths(5))) \
            ", 90 % after " spoken(delay(1, tenths(9))) ", all after " spoken(delay(1, nodes))
        if (far > 0)
            text = text "; the longest way has " counted(far, "step")
        return text
    }

    function row_y(i) { return TOP + ROW * (i - 0.5) }

    # From the row of the node that sent it down (or up) to this one, and along it to its dot.
    function print_way(i, a,    from) {
        from = source(a)
        if (from)
            printf "<path d=\"M%.1f %.1fV%.1fH%.1f\"/>\n", x_of(time[slot[1, from]] - first[1]),
                row_y(row[from]), row_y(i), x_of(time[a] - first[1])
    }

    function print_mark(x, y, radius, colour, hollow) {
        printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%s\" fill=\"%s\" stroke=\"%s\" stroke-width=\"%s\"/>\n", x, y, radius,
            hollow ? "#ffffff" : colour, hollow ? colour : "#ffffff", hollow ? 1.8 : 1
    }

    function print_dot(i, a,    x) {
        x = x_of(time[a] - first[1])
        if (is_origin(a))
            print_mark(x, row_y(i), 5.5, COLOUR[group_of(1)], 0)
        else
            print_mark(x, row_y(i), source(a) ? 4.2 : 3.6, COLOUR[group_of(1)], !source(a))
        printf "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" paint-order=\"stroke\" stroke=\"#ffffff\" stroke-width=\"3\">" \
            "%s</text>\n", x + 10, row_y(i) + FONT * 0.36, FONT, (i == 1 ? "first" : spoken(time[a] - first[1]))
    }

    function print_row(i, node, colour) {
        printf "<path d=\"M%.1f %.1fH%.1f\" stroke=\"%s\"/>\n", LEFT, row_y(i), RIGHT, "#f0f0f0"
        printf "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" text-anchor=\"end\" fill=\"%s\">%s</text>\n", LEFT - 12,
            row_y(i) + FONT * 0.36, FONT, colour, escaped(shortened(label[node]))
    }

    # Nodes in the order of arrival; below them, pale, those that never had it.
    function print_rows(    i, node, n) {
        for (i = 1; i <= count[1]; i++) {
            row[node_of[order[i]]] = i
            print_row(i, node_of[order[i]], INK)
        }
        n = count[1]
        for (node = 1; node <= nodes; node++) {
            if ((1, node) in slot)
                continue
            print_row(++n, node, PALE_INK)
            printf "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" font-style=\"italic\">never</text>\n", LEFT + 10,
                row_y(n) + FONT * 0.36, FONT
        }
    }

    function print_dot_legend(colour) {
        print_mark(32, 84, 5.5, colour, 0)
        print_mark(152, 84, 4.2, colour, 0)
        print_mark(404, 84, 3.6, colour, 1)
        print "<text x=\"44\" y=\"88\">it began here</text>"
        print "<text x=\"164\" y=\"88\">came from where its line begins</text>"
        print "<text x=\"416\" y=\"88\">came from a peer that has no log here</text>"
    }

    function longest_label(    node, n) {
        for (node = 1; node <= nodes; node++)
            if (length(shortened(label[node])) > n)
                n = length(shortened(label[node]))
        return n
    }

    function print_record(    i, title) {
        ROW = nodes > 60 ? 14 : 22
        FONT = nodes > 60 ? 10 : 12
        LEFT = 44 + longest_label() * FONT * 0.62
        RIGHT = 864; TOP = 108; BOTTOM = TOP + ROW * nodes + 6
        title = ((id_of[1] in type_of) ? type_of[id_of[1]] : "record") " " substr(id_of[1], 1, 16) ".."
        print_head(BOTTOM + 62, "How " title " spread", record_caption())
        print_dot_legend(COLOUR[group_of(1)])
        print_time_axis(TOP, BOTTOM)
        print_rows()
        printf "<g fill=\"none\" stroke=\"%s\" stroke-opacity=\"0.6\" stroke-width=\"1.3\">\n", COLOUR[group_of(1)]
        for (i = 1; i <= count[1]; i++)
            print_way(i, order[i])
        print "</g>"
        for (i = 1; i <= count[1]; i++)
            print_dot(i, order[i])
        print "</g>\n</svg>"
    }

    # --- Main ---

    BEGIN {
        MOST = 100000           # arrivals that are remembered
        CURVES = 300            # records that have a curve each; with more there are bands
        MANY = 12               # of a type: as many have a median among their curves
        WIDTH = 960
        INK = "#222222"; PALE_INK = "#666666"; GRID = "#e3e3e3"
        split("tx block peer other", GROUP, " ")
        COLOUR["tx"] = "#2f6db3"; COLOUR["block"] = "#c8591a"; COLOUR["peer"] = "#27875f"; COLOUR["other"] = "#7d5ba6"
        DASH["peer"] = " stroke-dasharray=\"6 3\""; DASH["other"] = " stroke-dasharray=\"2 2\""
        split("median,90 %,worst", BAND_NAME, ",")
        BAND[1] = "stroke-width=\"2.2\""; BAND[2] = "stroke-width=\"1.1\""
        BAND[3] = "stroke-width=\"1.1\" stroke-dasharray=\"3 3\""
        split("start in out new asked late brief pull bad offer gave taken", words, " ")
        for (i in words)
            is_event[words[i]] = 1
    }

    /^\001\+/ { name = substr($0, 3); events = 0; next }
    /^\001=/  { file = substr($0, 3); next }
    /^\001!/  { stop(2, file ": cannot be read") }
    /\001\.$/ { if (events == 0) say(file ": has no event"); next }

    # What no event is: another program said it.
    length($0) > 1024 || NF < 4 || /[^ -~]/             { next }
    !is_time($1) || !($3 in is_event)                   { next }
    $4 != "-" && !is_hash($4)                           { next }

    { node = this_node(); events++ }
    $3 == "start" { learn_key(node, $5 == "listen" ? $7 : $(NF - 1)) }
    $4 == "-" { next }
    $3 == "new" { arrive(node, $4, microseconds($1), $2); learn_type($4, $5) }
    # What a node offers to others, it has.
    $3 == "offer" || $3 == "gave" || $3 == "taken" { arrive(node, $4, microseconds($1), "") }

    END {
        if (stopped)
            exit stopped
        if (nodes == 0)
            stop(1, "no event in any log")
        if (records == 0)
            stop(1, wanted == "" ? "no record in any log" : "no record begins with " wanted)
        if (wanted != "" && records > 1)
            stop(1, records " records begin with " wanted ": give more of its digits")
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
    V | --version) write 'gossip-plot (peerutils) @VERSION@'; exit ;;
    *) usage >&2; exit 2 ;;
    esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || { usage >&2; exit 2; }
case $axis in
'' | linear | log) ;;
*) trouble "-x: '$axis' is neither linear nor log" ;;
esac
case $wanted in
*[!0-9a-f]*) trouble "-i: '$wanted' is not lowercase hex digits" ;;
'' | ??????*) ;;
*) trouble "-i: '$wanted' is too short: 6 digits at least" ;;
esac

for tool in awk cut tr; do
    command -v "$tool" >/dev/null || trouble "$tool: not found"
done
for log; do
    [ ! -d "$log" ] || trouble "$log: is a folder"
    [ -r "$log" ] || trouble "$log: cannot be read"
done

# The whole picture before any of it is written: half of one is none. Of a line that is too long for an
# event, awk sees no more than that.
status=0
picture=$(feed "$@" | cut -b 1-1025 | draw "$wanted" "$axis" "$table") || status=$?
[ "$status" -le 2 ] || trouble "awk: ended with status $status"
[ "$status" -eq 0 ] || exit "$status"
write "$picture"
