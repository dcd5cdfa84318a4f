    # gossip-plot: how one record spread: a row for each node. This text is included in single quotes in that script, so it
    # must not contain one.

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
