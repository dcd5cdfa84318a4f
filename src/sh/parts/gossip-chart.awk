    # gossip-plot: how many records spread: a curve for each, or a band for all of a type. This text is included in single
    # quotes in that script, so it must not contain one.

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
