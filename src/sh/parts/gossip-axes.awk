    # gossip-plot: shares and times as text, the table, and the axes. This text is included in single quotes in that script,
    # so it must not contain one.

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
