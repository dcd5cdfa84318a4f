    # ledger-plot: the values of the panels, numbers and dates as text, and the axes. This text is included in single
    # quotes in that script, so it must not contain one.

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
            value["lag", i] = lag_of[i]
            value["stakes", i] = weight_at[i]
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
            if (name == "lag" && y_step < 1)
                y_step = 1
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
