    # gossip-plot -m: Lamport, "Time, Clocks, and the Ordering of Events in a Distributed System", 1978: a line for each
    # node, time downward, an arrow for each message. This text is included in single quotes in that script, so it must
    # not contain one.

    # --- Time ---

    function note_time(t) {
        if (t >= begin && t <= end && !(t in is_moment)) {
            is_moment[t] = 1
            moment[++moments] = t
        }
    }

    # Shell sort, for times that do not come in order.
    function sort_moments(    gap, i, j, t) {
        for (gap = int(moments / 2); gap > 0; gap = int(gap / 2))
            for (i = gap + 1; i <= moments; i++) {
                t = moment[i]
                for (j = i; j > gap && moment[j - gap] > t; j -= gap)
                    moment[j] = moment[j - gap]
                moment[j] = t
            }
    }

    # Where each moment is: times are drawn to scale, but for what would be too narrow to see or too wide to need.
    function place_moments(    i, step) {
        for (i = 1; i <= messages; i++) {
            if (!is_drawn(i))
                continue
            drawn++
            note_time(sent[i])
            note_time(end_of(i))
        }
        if (drawn > MOST_WINDOW)
            refuse(counted(drawn, "message") " in the window: give a shorter one")
        sparse = drawn <= 80
        LEAST = sparse ? 20 : drawn <= 200 ? 8 : 4
        WIDEST = sparse ? 60 : drawn <= 200 ? 36 : 26
        SCALE = sparse ? 5 : drawn <= 200 ? 3 : 1.5
        for (i = 1; i <= marks; i++)
            if (is_shown(i))
                note_time(mark_time[i])
        if (moments == 0)
            refuse("nothing happens from " begin " to " end " ms")
        sort_moments()
        y_at[moment[1]] = TOP + 14
        for (i = 2; i <= moments; i++) {
            step = (moment[i] - moment[i - 1]) * SCALE
            is_squeezed[i] = step > WIDEST
            step = step < LEAST ? LEAST : step > WIDEST ? WIDEST : step
            y_at[moment[i]] = y_at[moment[i - 1]] + step
        }
        BOTTOM = y_at[moment[moments]] + 16
    }

    function y_of(t) { return t in y_at ? y_at[t] : t < begin ? TOP : t > end ? BOTTOM : y_between(t) }

    # A time in the window at which nothing is drawn.
    function y_between(t,    i) {
        for (i = 1; i < moments && moment[i] < t; i++)
            ;
        return y_at[moment[i]]
    }

    function x_of(node) { return LEFT + SPACING * (node - 1) }

    # Times at the left, where there is space; zigzags where much time takes little of it.
    function print_times(    i, last, y) {
        last = -100
        for (i = 1; i <= moments; i++) {
            y = y_at[moment[i]]
            if (is_squeezed[i])
                printf "<path class=\"mark\" d=\"M%.1f %.1fl4 -2.5l-8 -3l8 -3l-4 -2.5\"/>\n", LEFT - 58, y - 4
            if (y - last < 15)
                continue
            printf "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>\n", LEFT - 50, y, RIGHT + 10
            print_text(LEFT - 66, y + 4, "text-anchor=\"end\" font-size=\"11\"", sprintf("%.0f", moment[i]))
            last = y
        }
        print_text(LEFT - 66, TOP - 8, "text-anchor=\"end\" font-size=\"11\"", "ms")
    }

    # --- Nodes ---

    function print_names(y,    node) {
        for (node = 1; node <= nodes; node++)
            print_text(x_of(node), y, "class=\"ink\" font-weight=\"bold\" text-anchor=\"middle\"",
                escaped(shortened(label[node], SPACING < 60 ? 6 : 14)))
    }

    # A part of the line of a node: up, leader, paused or down (nothing is drawn).
    function print_life(node, from, to, state,    y) {
        if (state == "" || state == "down" || to < begin || from > end || to < from)
            return
        from = from <= begin ? TOP : y_of(from)
        to = y_of(to)
        if (state == "leader")
            printf "<path class=\"s6\" stroke=\"currentColor\" stroke-width=\"7\" stroke-opacity=\"0.55\" d=\"M%.1f %.1fV%.1f\"/>\n",
                x_of(node), from, to
        printf "<path class=\"life\" d=\"M%.1f %.1fV%.1f\"%s/>\n", x_of(node), from, to,
            (state == "paused" ? " stroke-dasharray=\"2 4\"" : "")
    }

    function change(node, t, state) {
        print_life(node, since[node], t, life[node])
        since[node] = t
        life[node] = state
    }

    # Whether the words of an event say that its node leads; the name of a twin has one byte more.
    function leads(i) {
        return split(mark_text[i], word_of, " ") >= 3 && word_of[1] == "leader" && \
            (word_of[3] == label[mark_node[i]] || word_of[3] QUOTE == label[mark_node[i]])
    }

    function print_lives(    i, node, kind) {
        for (node = 1; node <= nodes; node++) {
            life[node] = "up"
            since[node] = 0
        }
        for (i = 1; i <= marks; i++) {
            node = mark_node[i]
            kind = mark_kind[i]
            if (kind == "start" && mark_time[i] > 0) {
                life[node] = ""
                change(node, mark_time[i], "up")
            } else if (kind == "crash")
                change(node, mark_time[i], "down")
            else if (kind == "restart" || kind == "resume")
                change(node, mark_time[i], "up")
            else if (kind == "pause")
                change(node, mark_time[i], "paused")
            else if (kind == "event" && leads(i))
                change(node, mark_time[i], "leader")
            else if (kind == "event" && life[node] == "leader" && mark_text[i] ~ /^(leader|follower|campaign|candidate|learner)/)
                change(node, mark_time[i], "up")
        }
        for (node = 1; node <= nodes; node++)
            change(node, end + 1, "")
    }

    # --- Partitions ---

    # A strip of each node, in the shade of its group.
    function print_partition(groups, from, to,    n, i, group) {
        if (to < begin || from > end)
            return
        from = y_of(from)
        to = y_of(to)
        n = split(groups, word_of, " ")
        group = 1
        for (i = 1; i <= n; i++)
            if (word_of[i] == "/" || word_of[i] == ">")
                group++
            else if (word_of[i] in number)
                printf "<rect class=\"band s%d\" fill-opacity=\"0.14\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
                    (group - 1) % 5 + 1, x_of(number[word_of[i]]) - SPACING / 2 + 1, from, SPACING - 2, to - from
    }

    function print_partitions(    i, open, groups) {
        for (i = 1; i <= marks; i++) {
            if (mark_kind[i] != "partition" && (mark_kind[i] != "heal" || mark_text[i] ~ /^(omit|clog)/))
                continue
            if (groups != "")
                print_partition(groups, open, mark_time[i])
            groups = mark_kind[i] == "partition" ? mark_text[i] : ""
            open = mark_time[i]
        }
        if (groups != "")
            print_partition(groups, open, end + 1)
    }

    # --- Messages ---

    # The kinds by how many there are: the first five have a colour each.
    function count_types(    m, i, j, t) {
        for (m = 1; m <= messages; m++) {
            if (!is_drawn(m))
                continue
            t = type_of(words[m])
            if (!(t in type_count))
                type_list[++types] = t
            type_count[t]++
        }
        for (i = 2; i <= types; i++) {
            t = type_list[i]
            for (j = i; j > 1 && type_count[type_list[j - 1]] < type_count[t]; j--)
                type_list[j] = type_list[j - 1]
            type_list[j] = t
        }
        for (i = 1; i <= types; i++)
            series[type_list[i]] = i <= COLOURS ? "s" i : "s0"
    }

    function print_arrow(m,    x1, y1, x2, y2, t, broken) {
        t = series[type_of(words[m])]
        x1 = x_of(sender[m])
        y1 = y_of(sent[m])
        x2 = x_of(receiver[m])
        y2 = y_of(end_of(m))
        broken = !(m in got)
        if (broken) {
            # half of the way
            y2 = m in lost && lost[m] > sent[m] ? y2 : y1 + LEAST
            x2 = x1 + (x2 - x1) * 0.45
        }
        if (x1 == x2) {
            printf "<path class=\"line %s\" marker-end=\"url(#a%s)\" d=\"M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f\">", t, t, x1, y1, x1 + 30,
                y1, x1 + 30, y2, x2, y2
        } else
            printf "<path class=\"line %s\" stroke-width=\"%s\"%s%s d=\"M%.1f %.1fL%.1f %.1f\">", t, (sparse ? 1.5 : 1),
                (broken || (m in is_copy) ? " stroke-dasharray=\"5 3\"" : ""), (broken ? "" : " marker-end=\"url(#a" t ")\""), x1, y1, x2, y2
        printf "<title>%s to %s, %.0f to %s ms: %s</title></path>\n", escaped(label[sender[m]]), escaped(label[receiver[m]]), sent[m],
            (m in got ? got[m] : m in lost ? "dropped (" escaped(reason[m]) ") at " lost[m] : "?"), escaped(words[m])
        if (m in lost)
            printf "<path class=\"cross\" d=\"M%.1f %.1fl7 7m0 -7l-7 7\"/>\n", x2 - 3.5, y2 - 3.5
    }

    function span_of(m) { return receiver[m] > sender[m] ? receiver[m] - sender[m] : sender[m] - receiver[m] }

    # The words of a message stand at the shortest of the arrows that carry them from one node at one time.
    function print_words(    m, key, i, x1, y1, x2, y2) {
        for (m = 1; m <= messages; m++) {
            key = sender[m] " " sent[m] " " words[m]
            if (is_drawn(m) && sent[m] >= begin && (!(key in shortest) || span_of(m) < span_of(shortest[key])))
                shortest[key] = m
        }
        for (m = 1; m <= messages; m++) {
            key = sender[m] " " sent[m] " " words[m]
            if (!(key in shortest) || shortest[key] != m)
                continue
            x1 = x_of(sender[m])
            x2 = x_of(receiver[m])
            y1 = y_of(sent[m])
            y2 = m in got && got[m] <= end ? y_of(got[m]) : y1 + LEAST
            i = span_of(m) == 0 ? 0 : (m in got) ? 0.5 / span_of(m) : 0.3
            print_along(m, x1 + (x2 - x1) * i, y1 + (y2 - y1) * i, x2 - x1, y2 - y1)
        }
    }

    # Newton, since an awk may have no sqrt.
    function root(x,    r, i) {
        r = x > 1 ? x / 2 : 1
        for (i = 0; i < 40; i++)
            r = (r + x / r) / 2
        return r
    }

    # Words along an arrow, never upside down: the first two numbers of the matrix are the cosine and the sine.
    function print_along(m, x, y, dx, dy,    text, length_of) {
        text = words[m]
        if (substr(text, 1, 1) == "{")
            text = type_of(text)
        length_of = dx == 0 ? 1 : root(dx * dx + dy * dy) * (dx < 0 ? -1 : 1)
        dx = dx == 0 ? 1 : dx / length_of
        dy = dx == 1 ? 0 : dy / length_of
        printf "<text class=\"halo %s\" style=\"fill:currentColor\" text-anchor=\"middle\" font-size=\"10\" y=\"-3\" " \
            "transform=\"matrix(%.3f %.3f %.3f %.3f %.1f %.1f)\">%s</text>\n", series[type_of(words[m])], dx, dy, 0 - dy, dx, x, y,
            escaped(shortened(text, int(SPACING / 6.5)))
    }

    # --- Marks ---

    # Words beside the line of a node, below others that stand there, or not at all if there is no space and they need not be
    # said.
    function print_beside(node, y, text, must, class) {
        if (said_at[node] != "" && y - said_at[node] < 11) {
            if (!must && !(sparse && said_at[node] - y < 20))
                return
            y = said_at[node] + 11
        }
        said_at[node] = y
        print_text(x_of(node) + 8, y + 4, "class=\"halo " class "\" font-size=\"11\"", escaped(shortened(text, int(SPACING / 6))))
    }

    # Words at the right edge, about all nodes.
    function print_margin(y, text, class) {
        if (margin_at != "" && y - margin_at < 12)
            y = margin_at + 12
        margin_at = y
        print_text(RIGHT + 14, y + 4, "class=\"" class "\" font-size=\"11\"", escaped(shortened(text, 34)))
    }

    # The indexes that a node commits at one time are one range.
    function print_commits(i,    node, first, last) {
        node = mark_node[i]
        first = last = mark_text[i]
        while (i < marks && mark_kind[i + 1] == "commit" && mark_node[i + 1] == node && mark_time[i + 1] == mark_time[i])
            last = mark_text[++i]
        printf "<circle class=\"s7 bar\" cx=\"%.1f\" cy=\"%.1f\" r=\"%s\"><title>commit %s</title></circle>\n", x_of(node), y_of(mark_time[i]),
            (sparse ? 4 : 2.8), escaped(first == last ? first : first " to " last)
        if (committed_at[node] == "" || y_of(mark_time[i]) - committed_at[node] >= 10) {
            print_text(x_of(node) - 7, y_of(mark_time[i]) + 3.5, "class=\"halo s7\" style=\"fill:currentColor\" text-anchor=\"end\" font-size=\"10\"",
                escaped(first == last ? first : first "-" last))
            committed_at[node] = y_of(mark_time[i])
        }
        return i
    }

    function print_mark(i,    x, y, kind) {
        kind = mark_kind[i]
        y = y_of(mark_time[i])
        if (mark_node[i] == 0) {
            printf "<path class=\"%s\" d=\"M%.1f %.1fH%.1f\"/>\n", (kind == "broken" ? "cross" : "mark"), LEFT - 40, y, RIGHT + 10
            print_margin(y, kind (mark_text[i] == "" ? "" : " ") mark_text[i], (kind == "broken" ? "red" : "ink"))
            return
        }
        x = x_of(mark_node[i])
        if (kind == "crash")
            printf "<path class=\"cross\" d=\"M%.1f %.1fl10 10m0 -10l-10 10\"/>\n", x - 5, y - 5
        else if (kind == "restart")
            printf "<circle class=\"hollow ring\" cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"/>\n", x, y
        else if (kind == "event" && leads(i))
            printf "<path class=\"s6 bar\" d=\"M%.1f %.1fl7 7l-7 7l-7 -7z\"/>\n", x, y - 7
        else if (kind == "propose")
            printf "<path class=\"ink\" d=\"M%.1f %.1fl-8 -4v8z\"/>\n", x, y
        print_beside(mark_node[i], y, (kind == "event" ? "" : kind (mark_text[i] == "" ? "" : " ")) mark_text[i], kind == "crash" || (kind == "event" && leads(i)),
            (kind == "crash" ? "red" : "ink"))
    }

    function print_marks(    i) {
        for (i = 1; i <= marks; i++) {
            if (!is_shown(i))
                continue
            if (mark_kind[i] == "commit")
                i = print_commits(i)
            else
                print_mark(i)
        }
    }

    # --- The picture ---

    function print_definitions(    i) {
        print "<style>.plot .life{stroke:#3c3c3c;stroke-width:1.6;fill:none}.plot .cross{stroke:#c22f1c;stroke-width:2;fill:none}"
        print ".plot .red{fill:#c22f1c;font-weight:bold}.plot .ring{stroke:#3c3c3c;stroke-width:1.6}"
        print "@media screen and (prefers-color-scheme:dark){.plot .life,.plot .ring{stroke:#c9cdd3}.plot .cross{stroke:#f08a7a}"
        print ".plot .red{fill:#f08a7a}}</style>\n<defs>"
        for (i = 0; i <= COLOURS; i++)
            printf "<marker id=\"as%d\" class=\"s%d\" viewBox=\"0 0 10 8\" refX=\"10\" refY=\"4\" markerUnits=\"userSpaceOnUse\" markerWidth=\"%s\" " \
                "markerHeight=\"%s\" orient=\"auto\"><path class=\"bar\" d=\"M0 0L10 4L0 8z\"/></marker>\n", i, i,
                (sparse ? 10 : 7), (sparse ? 8 : 5.6)
        print "</defs>"
    }

    function print_types(    i, x, n) {
        x = 24
        for (i = 1; i <= types && i <= COLOURS + 1; i++) {
            n = i > COLOURS ? "others" : type_list[i] " (" type_count[type_list[i]] ")"
            printf "<path class=\"line s%d\" stroke-width=\"2\" marker-end=\"url(#as%d)\" d=\"M%.1f 86h22\"/>\n", i % (COLOURS + 1), i % (COLOURS + 1), x
            print_text(x + 28, 90, "font-size=\"11\"", escaped(shortened(n, 20)))
            x += 46 + 6.4 * length(shortened(n, 20))
        }
        printf "<path class=\"s6 bar\" d=\"M%.1f 79l7 7l-7 7l-7 -7z\"/>\n", x + 8
        print_text(x + 20, 90, "font-size=\"11\"", "leader")
        printf "<circle class=\"s7 bar\" cx=\"%.1f\" cy=\"86\" r=\"4\"/>\n", x + 70
        print_text(x + 80, 90, "font-size=\"11\"", "commit")
        printf "<path class=\"cross\" d=\"M%.1f 82l7 7m0 -7l-7 7\"/>\n", x + 132
        print_text(x + 146, 90, "font-size=\"11\"", "dropped, crashed")
    }

    function caption(    i, text) {
        text = counted(drawn, "message") (drawn < messages ? " of " commas(messages) : "") ", " begin " to " end " ms"
        for (i = 1; i <= marks; i++)
            if (mark_kind[i] == "broken")
                text = text "; broken: " escaped(shortened(mark_text[i], 60))
        return text
    }

    function print_messages(    m, names, widest) {
        LEFT = 110; TOP = 126; COLOURS = 5
        place_moments()
        SPACING = nodes > 1 ? 680 / (nodes - 1) : 200
        SPACING = SPACING > 210 ? 210 : SPACING < 46 ? 46 : SPACING
        RIGHT = LEFT + SPACING * (nodes - 1) + (nodes > 1 ? 26 : 200)
        WIDTH = RIGHT + 230 < 960 ? 960 : RIGHT + 230
        count_types()
        names = "s0 s1 s2 s3 s4 s5 s6 s7"
        print_head(BOTTOM + 34, title == "" ? "Messages over time" : escaped(length(title) > 110 ? substr(title, 1, 108) ".." : title), caption(), names)
        print_definitions()
        print_types()
        print_names(TOP - 8)
        print_partitions()
        print_times()
        print_lives()
        printf "<clipPath id=\"c\"><rect x=\"0\" y=\"%.1f\" width=\"%d\" height=\"%.1f\"/></clipPath>\n<g clip-path=\"url(#c)\">\n", TOP, WIDTH,
            BOTTOM - TOP
        for (m = 1; m <= messages; m++)
            if (is_drawn(m))
                print_arrow(m)
        print "</g>"
        if (sparse)
            print_words()
        print_marks()
        print_names(BOTTOM + 18)
        print "</svg>"
    }
