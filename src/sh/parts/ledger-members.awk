    # ledger-plot: who seals a chain, with which weight, and how soon its blocks are final: the lines of ledger-chain -M,
    # and their two panels. This text is included in single quotes in that script, so it must not contain one.
    #
    # Of any number of members only the MOST_NAMED with the largest weights are kept, and what the others have together.

    # --- Reading ---

    # A line between two blocks, about the next one.
    function line_ahead() {
        ahead = 1
        if ($1 == "final" && NF == 2 && is_number($2) && missing == 0)
            final_next = $2
        else if ($1 == "members" && NF == 2 && is_number($2) && missing == 0)
            new_members()
        else if ($1 == "member" && NF == 3 && is_hash($2) && is_number($3) && missing > 0)
            take_member($2, high($3), low($3))
        else
            refuse("not a line that ledger-chain -M prints here")
    }

    function new_members() {
        if (blocks > 0 && !has_members)
            refuse("members, and none before the first block")
        has_members = 1
        members = missing = $2 + 0
        named = total_high = total_low = others_high = others_low = 0
    }

    # Keeps the list of the largest in order; of equal weights, the first comes first.
    function take_member(key, h, l,    k) {
        missing--
        total_low += l
        total_high += h + (total_low >= 1000000000)
        total_low %= 1000000000
        for (k = named; k > 0 && about(h, l) > about(named_high[k], named_low[k]); k--)
            put_named(k + 1, named_key[k], named_high[k], named_low[k])
        put_named(k + 1, key, h, l)
        if (named < MOST_NAMED) {
            named++
            return
        }
        others_low += named_low[named + 1]
        others_high += named_high[named + 1] + (others_low >= 1000000000)
        others_low %= 1000000000
    }

    function put_named(k, key, h, l) {
        named_key[k] = key
        named_high[k] = h
        named_low[k] = l
    }

    # A block begins: what is before it is complete, and about it.
    function end_ahead(first) {
        if (missing > 0)
            refuse("a block before the " exact(0, missing) " last members")
        if (first)
            has_final = final_next != ""
        if (has_final != (final_next != ""))
            refuse("a final line before some blocks, and not before all")
        if (has_final && final_next + 0 > height)
            refuse("height " final_next " is final before its block comes")
        final = final_next
        lag = height - final
        final_next = ""
        ahead = 0
    }

    # --- The table ---

    function weights_text(    k, s) {
        for (k = 1; k <= named; k++)
            s = s (k > 1 ? " " : "") named_key[k] " " exact(named_high[k], named_low[k])
        return s (members > named ? " others " exact(others_high, others_low) : members == 0 ? "-" : "")
    }

    function columns_of_members() {
        return (has_final ? final "\t" sprintf("%.0f", lag) : "-\t-") (has_members ? "\t" sprintf("%.0f", members) "\t" \
            exact(total_high, total_low) "\t" weights_text() : "\t-\t-\t-")
    }

    # --- Bins ---

    function members_into_bin(i,    k) {
        if (lag > lag_of[i])
            lag_of[i] = lag
        final_at[i] = final
        members_at[i] = members
        weight_at[i] = about(total_high, total_low)
        named_at[i] = named
        for (k = 1; k <= named; k++) {
            key_at[i, k] = named_key[k]
            share_at[i, k] = about(named_high[k], named_low[k])
        }
    }

    # Bin i becomes a and b together.
    function merge_members(i, a, b,    k) {
        lag_of[i] = lag_of[a] > lag_of[b] ? lag_of[a] : lag_of[b]
        final_at[i] = final_at[b]
        members_at[i] = members_at[b]
        weight_at[i] = weight_at[b]
        named_at[i] = named_at[b]
        for (k = 1; k <= named_at[b]; k++) {
            key_at[i, k] = key_at[b, k]
            share_at[i, k] = share_at[b, k]
        }
    }

    # --- The picture ---

    # Sets shown[1..showns], those members that have most in all bins together; and level[i, k], the sum of the first k
    # of them in bin i, of which the last is the sum of all members.
    function find_shown(    i, k, key, sum, best) {
        for (i = 1; i <= bins; i++)
            for (k = 1; k <= named_at[i]; k++)
                sum[key_at[i, k]] += share_at[i, k]
        for (; showns < SHOWN; showns++) {
            best = ""
            for (key in sum)
                if (best == "" || sum[key] > sum[best] || (sum[key] == sum[best] && key "" < best ""))
                    best = key
            if (best == "")
                break
            shown[showns + 1] = best
            label[showns + 1] = label_of(best)
            delete sum[best]
        }
        for (i = 1; i <= bins; i++)
            find_levels(i)
    }

    # The name of a key in the address book, or its first digits. The shell sees nothing of the chain but 64 digits.
    function label_of(key,    command, name) {
        if (ENVIRON["PLOT_BOOK"] != "") {
            command = "echo " key " | @PROGPREFIX@names -a \"$PLOT_BOOK\""
            command | getline name
            close(command)
        }
        return name "" == "" || name "" == key "" ? substr(key, 1, 8) : escaped(shortened(text_of(name), 11))
    }

    function find_levels(i,    k, n, share) {
        for (k = 1; k <= named_at[i]; k++)
            share[key_at[i, k]] = share_at[i, k]
        for (k = 1; k <= showns; k++)
            level[i, k] = level[i, k - 1] + share[shown[k]]
        if (weight_at[i] > level[i, showns] * 1.000000001)
            has_others = 1
        level[i, showns + 1] = weight_at[i]
    }

    function shade(k) { return k > showns ? 0.12 : 0.95 - 0.78 * (k - 1) / SHOWN }

    function start_of(i) { return axis == "time" ? middle[i] : left_edge[i] }

    function end_of(i) { return axis == "time" ? middle[i < bins ? i + 1 : i] : right_edge[i] }

    # The band of a member: from the sum of those below it to the sum with it.
    function print_share(k,    i) {
        printf "<path class=\"band\" fill-opacity=\"%.2f\" d=\"M%.1f %.1f", shade(k), start_of(1), y_of(level[1, k])
        for (i = 1; i <= bins; i++)
            printf "V%.1fH%.1f", y_of(level[i, k]), end_of(i)
        for (i = bins; i >= 1; i--)
            printf "V%.1fH%.1f", y_of(level[i, k - 1] + 0), start_of(i)
        print "Z\"/>"
    }

    # The labels are beside the bands where the panel ends, and as far apart as their lines are high.
    function print_shares(    k, n, y) {
        n = showns + has_others
        for (k = 1; k <= n; k++) {
            print_share(k)
            y[k] = (y_of(level[bins, k]) + y_of(level[bins, k - 1] + 0)) / 2
            if (k > 1 && y[k] > y[k - 1] - 14)
                y[k] = y[k - 1] - 14
        }
        for (k = n; k >= 1; k--) {
            if (k == n && y[k] < panel_bottom - HIGH + 4) y[k] = panel_bottom - HIGH + 4
            if (k < n && y[k] < y[k + 1] + 14) y[k] = y[k + 1] + 14
            printf "<rect class=\"band\" fill-opacity=\"%.2f\" x=\"%.1f\" y=\"%.1f\" width=\"9\" height=\"9\"/>\n", shade(k),
                RIGHT + 7, y[k] - 5
            print_text(RIGHT + 20, y[k] + 4, "class=\"ink\" font-size=\"12\"", words_of_key(k))
        }
    }

    function words_of_key(k) { return k > showns ? "others" : label[k] }

    # What a tooltip says of a bin.
    function words_of_members(i,    k, text) {
        if (has_final)
            text = "\nfinal to block " commas(final_at[i]) ", " (from[i] == till[i] ? "" : "at most ") \
                counted(lag_of[i], "block") " below"
        if (!has_members)
            return text
        text = text "\n" counted(members_at[i], "member") ", weight " commas(weight_at[i])
        for (k = 1; k <= showns + has_others; k++)
            if (level[i, k] > level[i, k - 1])
                text = text "\n" words_of_key(k) " " commas(level[i, k] - level[i, k - 1])
        return text
    }
