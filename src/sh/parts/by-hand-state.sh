# The state line.
# shellcheck shell=sh
#
# With `rule state N`, the body of every block whose height is a multiple of N begins with a line
#
#     state HEIGHT ROOT COUNT
#
# about the state after its parent, whose height is HEIGHT. Each account that has something, or has ever made a
# transaction, is an entry there: the line `account ACCOUNT BALANCE SEQ`; those of members are others, see there. They are
# COUNT in all. The place of an entry is the hash of the part that names it, `account ACCOUNT`, as 256 bits.

# Lines of a place, as hex digits, and a hash: the place becomes bits, and the third field says that it is a leaf.
in_bits() {
    awk '{
        bits = ""
        for (i = 1; i <= 64; i++) {
            digit = index("0123456789abcdef", substr($1, i, 1)) - 1
            for (power = 8; power >= 1; power /= 2) {
                bits = bits (digit >= power ? 1 : 0)
                digit -= digit >= power ? power : 0
            }
        }
        print bits, $2, "leaf"
    }'
}

# The entries of the files 'accounts', whose lines are ACCOUNT BALANCE SEQ, and 'holdings', in the order of their places: the
# file 'nodes'. Two fields after the first name what is unbonding, or a wish, one the others.
find_entries() {
    awk '$2 != "0" || $3 != "0" { print "account " $0 }' accounts | cat - holdings >entries
    while read -r word account numbers; do
        case $word in
        unbonding | wish) sha256 "$word $account ${numbers%% *}" ;;
        *) sha256 "$word $account" ;;
        esac
        place=$hash
        sha256 "$word $account${numbers:+ $numbers}"
        printf '%s %s\n' "$place" "$hash"
    done <entries >places
    in_bits <places | sort >nodes
}

# The first bits that two neighbours of the file 'nodes' have in common, at most, and one more: at this depth every
# entry is alone.
find_depth() {
    depth=$(awk '{
        for (n = 0; n < 256 && last != "" && substr($1, n + 1, 1) == substr(last, n + 1, 1); n++)
            continue
        if (last != "" && n + 1 > most) most = n + 1
        last = $1
    }
    END { print most + 0 }' nodes)
}

# The nodes at a depth, from those one deeper: two nodes that agree in so many bits become one, the hash of both. If
# there is none on one side, its hash is 64 zeros; but an entry that is alone stays as it is.
join_nodes() { # DEPTH
    awk -v depth="$1" -v zero="$ZERO" '
        function flush() {
            if (seen == 1 && kind[bit] == "leaf") print bits, hash[bit], "leaf"
            else if (seen) print prefix, (0 in hash ? hash[0] : zero), (1 in hash ? hash[1] : zero)
            delete hash[0]; delete hash[1]
            seen = 0
        }
        {
            if (substr($1, 1, depth) != prefix || NR == 1) flush()
            prefix = substr($1, 1, depth); bit = substr($1, depth + 1, 1); bits = $1
            hash[bit] = $2; kind[bit] = $3
            seen++
        }
        END { flush() }' nodes >joined
    while read -r bits left right; do
        if [ "$right" = leaf ]; then
            printf '%s %s leaf\n' "$bits" "$left"
        else
            sha256 "$left $right"
            printf '%s %s node\n' "${bits:--}" "$hash"
        fi
    done <joined >nodes
}

# $state_found, the state line about the books in the file 'accounts'. (At depth 0 no bits are left: awk prints the
# two hashes alone.)
find_state() { # HEIGHT
    find_entries
    state_count=$(($(wc -l <entries)))
    find_depth
    while [ "$depth" -gt 1 ]; do
        depth=$((depth - 1))
        join_nodes "$depth"
    done
    case $state_count in
    0) state_root=$ZERO ;;
    1) state_root=$(cut -d ' ' -f 2 nodes) ;;
    *)
        sha256 "$(awk -v zero="$ZERO" '
            { hash[substr($1, 1, 1)] = $2 }
            END { print (0 in hash ? hash[0] : zero), (1 in hash ? hash[1] : zero) }' nodes)"
        state_root=$hash
        ;;
    esac
    state_found="state $1 $state_root $state_count"
}

# If a state line is due, it is the next line of the body, about the parent's books.
check_state() {
    [ "$state" -ne 0 ] || return 0
    [ $((height % state)) -eq 0 ] || return 0
    find_state "$parent_height"
    at=$((at + 1))
    show "  $state_found computed"
    [ "$(tail -n "+$((judged + 1))" body | head -n 1)" = "$state_found" ] ||
        fault "state: this should be the line $state_found"
    judged=$((judged + 1))
}
