    # ledger-plot: reads a chain, block by block, into a bounded number of bins. This text is included in single quotes
    # in that script, so it must not contain one.
    #
    # Sums of amounts are kept as two numbers, high * 10^9 + low, which makes them exact up to 2^63-1. Each bin holds the
    # same number of blocks; when there are too many bins, they are merged in pairs.

    # --- Numbers ---

    function is_number(s) { return s ~ /^(0|[1-9][0-9]*)$/ && length(s) <= 19 }

    # The 1 in front is for awks that read 012 as octal.
    function high(s) { return length(s) > 9 ? substr(s, 1, length(s) - 9) + 0 : 0 }

    function low(s) { return length(s) > 9 ? ("1" substr(s, length(s) - 8)) - 1000000000 : s + 0 }

    function exact(h, l) { return h > 0 ? sprintf("%.0f%09.0f", h, l) : sprintf("%.0f", l) }

    function about(h, l) { return h * 1000000000 + l }

    # The work of a block: 2^256 / (target + 1), rounded down. A double holds the first 16 digits of the target, so
    # adding 1 matters only if the target is short, or if it is a power of 2.
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

    # A letter stands in front of the digits of a policy, and of an SLH-DSA key.
    function is_account(s) { return is_hash(s ~ /^[ps]/ ? substr(s, 2) : s) }

    function begin_block(    first) {
        if (NF != 9 || !is_number($2) || !is_hash($3) || !is_number($5) || !is_hash($6) || !is_account($7) ||
            !is_number($8))
            refuse("not the header of a block")
        if (left > 0)
            refuse("a block before the " exact(0, left) " last lines of the one before")
        first = blocks == 0
        if (!first && $2 != next_height)
            refuse("height " $2 ", expected " exact(0, next_height) ": this is not a single chain; ledger-chain prints one")
        if (first && $2 == 0)
            has_supply = 1
        interval = first ? "" : $5 - time
        height = $2 + 0
        end_ahead(first)
        if (first && table)
            print "height\ttime\tinterval\twork\ttxs\tfees\tsupply" \
                (has_final || has_members ? "\tfinal\tlag\tmembers\tweight\tweights" : "")
        next_height = height + 1
        time = $5 + 0
        work = by_members ? 1 : work_of($6)
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
        } else if ($1 == "state" || $1 == "vote" || $1 == "attest")
            txs--
        else if ($1 == "member" && is_number($3)) {
            staked_low += low($3)
            staked_high += high($3) + (staked_low >= 1000000000)
            staked_low %= 1000000000
        } else if ($1 == "grant" && is_number($3))
            add_supply(high($3), low($3))
        else if ($1 == "rule")
            take_rule($2, $3)
        else
            refuse("a line of a block that is neither tx nor state, vote nor attest, grant, member nor rule")
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
        if (rule == "seal" && value != "pow")
            by_members = work = 1    # TARGET is a set of members
        if (rule == "allow" && value == "stake")
            stakes = 1
    }

    # The current block is complete.
    function end_block() {
        if (!open)
            return
        open = 0
        if (height == 0 && stakes)    # what is staked is a part of the supply, until an accusation destroys some
            add_supply(staked_high, staked_low)
        if (table)
            printf "%.0f\t%.0f\t%s\t%.0f\t%.0f\t%s\t%s%s\n", height, time, (interval == "" ? "-" : sprintf("%.0f", interval)),
                work, txs, exact(fee_high, fee_low), (has_supply ? exact(supply_high, supply_low) : "-"),
                (has_final || has_members ? "\t" columns_of_members() : "")
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
            count[i] = intervals[i] = elapsed[i] = works[i] = fees[i] = txs_of[i] = lag_of[i] = 0
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
        members_into_bin(i)
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
            merge_members(i, a, b)
        }
        bins = i - 1
        each *= 2
    }
