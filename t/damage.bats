load lib/common
load lib/ledger

# Damage at rest: a bit that flipped, a hole of zeros, a piece that is gone, two ledgers run together. verify names the
# first line that is wrong and what is good in front of it; ledger-append adds nothing to it, and says the command
# that saves the valid part. $DAMAGE is how many of each kind (`make faults` tries many), $FIRST_DAMAGE the first seed.

setup_file() {
    W=$BATS_FILE_TMPDIR
    export W
    cd "$W" || return 1
    easy_chain 2>/dev/null
    # with work in it, so that no change of a header gives another good one
    ledger-init -n worked -T 1700000000 -e 0 -t 000fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff \
        alice 1000000 >ledger
    for n in 3 1 5 2; do
        seq $n | sed 's/.*/bob 1 &/' | paid alice ledger | mined_with ledger 2 bob | ledger-append -q
    done
    mined ledger 1 miner >next
    ledger-append </dev/null
    rm -f ledger.*
}

# Where the block begins that this byte is in: its first line, and the bytes before it.
block_of() { # BYTE
    LC_ALL=C awk -v byte="$1" '
        /^block / && at <= byte { line = NR; before = at }
        { at += length($0) + 1 }
        END { print line, before }' "$W/ledger"
}

flip() { # FILE BYTE BIT
    local was
    was=$(od -An -tu1 -j "$2" -N 1 "$1")
    # shellcheck disable=SC2059 # the byte itself
    printf "\\x$(printf %x $((was ^ 1 << $3)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# A damaged copy `led`: damage KIND SEED, and where, as block_of says: $line, $before.
damage() {
    local size at length
    RANDOM=$2
    size=$(stat -c %s "$W/ledger")
    at=$(((RANDOM << 15 | RANDOM) % (size - 1500)))
    length=$((1 + RANDOM % 1400))
    read -r line before < <(block_of $at)
    rm -f led led.* saved saved.*
    cp "$W/ledger" led
    case $1 in
    bit) flip led $at $((RANDOM % 8)) ;;
    hole) dd if=/dev/zero of=led bs=1 count=$length seek=$at conv=notrunc status=none ;;
    cut) { head -c $at "$W/ledger" && tail -c +$((at + length + 1)) "$W/ledger"; } >led ;;
    esac
}

# verify's word on led, damaged in the block that begins at $line.
verify_says_where() {
    local first
    expect 1 verify -q led
    first=$(sed -n '1s/^led:\([0-9]*\): .*/\1/p' "$err")
    [ "$first" -ge "$line" ]
    if [ "$line" -eq 1 ]; then
        return
    fi
    says "^verify: led: good up to line $((line - 1)), block [0-9]+ [0-9a-f]{64}: .head -c $before led. is that\$"
    sh -c "$(sed -n 's/.*: `\(head .*\)` is that$/\1/p' "$err")" >good
    head -n $((line - 1)) "$W/ledger" | cmp - good
    [ "$(tip_id good)" = "$(sed -n 's/.*, block [0-9]* \([0-9a-f]*\): .*/\1/p' "$err")" ]
    verify -q good
    rm good.index*
}

# ledger-append's: it adds nothing, and the command that it says saves all but what is damaged.
append_refuses() {
    cp led before
    expect 1 ledger-append led <"$W/next"
    says "^ledger-append: led:[0-9]+: .* \(damaged: .verify led > FILE. saves the valid part\)\$"
    [ ! -s "$out" ]
    cmp led before
    [ ! -e led.torn ]
    FILE=saved sh -c "$(sed -n 's/.*(damaged: `\(.*\)`.*/\1/p' "$err" | sed 's/FILE/"$FILE"/')" 2>/dev/null || :
    if [ "$line" -eq 1 ]; then # another genesis block, which may hold, makes another chain
        return
    fi
    verify -q saved
    ledger-append -q saved <"$W/ledger" 2>/dev/null
    diff <(sort saved) <(sort "$W/ledger")
    expect 0 ledger-append saved <"$W/next"
    cmp "$out" "$W/next"
}

tried() { # KIND
    local first=${FIRST_DAMAGE-1} seed
    for ((seed = first; seed < first + ${DAMAGE-$(few 4 1)}; seed++)); do
        echo "FIRST_DAMAGE=$seed: $1"
        damage "$1" "$seed"
        echo "in the block at line $line"
        ! cmp -s led "$W/ledger" || continue
        verify_says_where
        append_refuses
    done
}

@test "a bit that flipped" {
    tried bit
}

@test "a hole of zeros" {
    tried hole
}

@test "a piece that is gone" {
    tried cut
}

@test "two ledgers run together" {
    easy_chain 7
    rm ledger
    # shellcheck disable=SC2178 # bats has an array of that name
    lines=$(wc -l <"$W/ledger")
    line=$((lines + 1)) before=$(stat -c %s "$W/ledger")
    for second in genesis "$W/ledger"; do
        rm -f led.* saved saved.*
        cat "$W/ledger" "$second" >led
        verify_says_where
        append_refuses
    done
    # and the second in the midst of the first
    { head -n $((lines - 1)) "$W/ledger" && cat genesis && tail -n 1 "$W/ledger"; } >led
    read -r line before < <(block_of $((before - 1)))
    rm -f led.* saved saved.*
    verify_says_where
    append_refuses
}

@test "a path that a shell would split is not put into the command" {
    damage bit 3
    for path in 'a b' "it's" "$(printf %0120d 1)"; do
        cp led "$path"
        expect 1 ledger-append "$path" </dev/null
        says 'damaged: .verify LEDGER > FILE. saves the valid part'
    done
}
