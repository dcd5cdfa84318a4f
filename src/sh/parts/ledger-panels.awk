    # ledger-plot: a panel for each series, one above the other. This text is included in single quotes in that script, so
    # it must not contain one.

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
        if (name == "stakes")
            print_shares()
        else if (name == "fees" || (name == "time" && each == 1))
            print_bars(name)
        else
            print_line(name, name == "supply" || name == "lag")
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
        if (!by_members)
            text = text "\nwork " short(works[i] / count[i]) " hashes per block"
        if (!by_members && value["rate", i] >= 0)
            text = text "\nhash rate " short(value["rate", i]) " per second"
        text = text "\n" counted(txs_of[i], "transaction") ", fees " commas(fees[i])
        return text (has_supply ? "\nsupply " commas(supply_at[i]) : "") words_of_members(i)
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
        if (by_members) PANELS = "time fees supply"
        if (has_final) PANELS = PANELS " lag"
        if (has_members) PANELS = PANELS " stakes"
        find_shown()
        n = split(PANELS, name, " ")
        LEFT = 76; RIGHT = 868; TOP = 112; HIGH = 104; GAP = 44
        BOTTOM = TOP + n * HIGH + (n - 1) * GAP
        title = shortened(text_of(chain), 44)
        HEADING["rate"] = HEADING["rate"] counted(span * each, "block")
        if (each > 1) {
            HEADING["time"] = HEADING["time"] ": mean of each " commas(each) ", and range from quickest to slowest"
            HEADING["fees"] = HEADING["fees"] ", mean of each " commas(each)
            HEADING["lag"] = HEADING["lag"] ", highest of each " commas(each)
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
