# bats file_tags=slow
# shellcheck disable=SC2094 # two ends of one pipe
load lib/common
load lib/awks
load lib/ledger

# ledger-plot: from a chain to a table or a picture. It verifies nothing, so that most chains here are made by awk.

Z=$(printf %064d 0)

# chain LAST [AWK]: heights 0 to LAST, a block every 7 to 13 seconds, HEIGHT % 4 transactions each with a fee of the
# height; AWK sees h and may set dt, work (a power of two as digits of the target) and fee.
chain() {
    awk -v last="$1" -v z="$Z" '
        function block(n, txs,    i) {
            printf "block %.0f %s %s %.0f %s %s %d %x\n", h, z, z, t, target, z, n, h
            for (i = 0; i < txs; i++)
                printf "tx %s %s %d %s pay %s 5 - %s%s\n", z, z, h, fee, z, z, z
        }
        BEGIN {
            t = 1700000000
            target = "0000" substr(z, 1, 59) "f"
            target = sprintf("%s%s", "0000ffff", substr(z, 9))
            block(9, 0)
            print "rule name plotted\nrule seal pow\nrule spacing 10\nrule halflife 0\nrule reward 50\nrule halving 100"
            print "rule maxblock 1000000\nrule minfee 1\ngrant " z " 1000"
            for (h = 1; h <= last; h++) {
                dt = 7 + h % 7
                fee = h
                '"${2-}"'
                t += dt
                block(h % 4, h % 4)
            }
        }'
}

# picture ARGUMENT...: draws into the file svg, which must be sound and plain.
picture() {
    expect 0 timeout 300 ledger-plot "$@"
    cp "$out" svg
    [ ! -s "$err" ]
    ! LC_ALL=C grep -q '[^ -~]' svg || { echo 'bytes that are not printable' && return 1; }
    [ "$(head -n 1 svg)" = '<?xml version="1.0" encoding="UTF-8"?>' ]
    [ "$(tail -n 1 svg)" = '</svg>' ]
    ! grep -Eq '[^a-z]nan|[^a-z]inf[^o]|e\+|[0-9]-[0-9]*\.' svg || { echo 'numbers that are none' && return 1; }
    if command -v xmllint >/dev/null; then
        xmllint --noout --nonet svg
    elif command -v python3 >/dev/null; then
        python3 -c 'import xml.dom.minidom; xml.dom.minidom.parse("svg")'
    fi
}

says_of_all() {
    sed -n 's,<desc>\(.*\)</desc>,\1,p' svg | diff <(echo "$1") -
}

# --- The table -----------------------------------------------------------------------------------------

@test "the table of a real chain, against what is counted by other means" {
    easy_chain 1000000 2>keygen.err
    for i in {1..12}; do
        seq -f "bob %g" $((i % 5)) | txmake -f alice -F $((i * 100)) | txsign -k alice.key >txs
        mined_with ledger 1 miner <txs | ledger-append -q -T 1900000000
    done
    expect 0 ledger-plot -t -l ledger
    ledger-chain | ledger-plot --table | diff "$out" -
    ledger-chain >best
    ledger-plot -t best | diff "$out" -
    head -n 1 "$out" | diff <(printf 'height\ttime\tinterval\twork\ttxs\tfees\tsupply\n') -
    # heights, times and counts are the headers'
    diff <(headers ledger | awk '{ print $2, $5, $2 ? $8 : 0 }') <(sed 1d "$out" | awk '{ print $1, $2, $5 }')
    # fees are those of the tx lines; the supply is all that there is
    diff <(awk '/^block/ { if (n++) print sum + 0; sum = 0 } /^tx/ { sum += $5 } END { print sum }' ledger) <(sed 1d "$out" | cut -f 6)
    for h in 0 1 7 12; do
        [ "$(ledger-balance -s $h | awk '{ n += $3 } END { print n }')" -eq "$(sed 1d "$out" | sed -n $((h + 1))p | cut -f 7)" ]
    done
    [ "$(sed 1d "$out" | cut -f 3,4 | sort -u)" = $'-\t1\n10\t1' ]
}

@test "work is 2^256 / (target + 1)" {
    work_is() { # WORK TARGET: zeros follow, or f where it ends in f
        local digits=$2
        while [ ${#digits} -lt 64 ]; do
            digits+=${3-0}
        done
        { chain 0 && echo "block 1 $Z $Z 1700000010 $digits $Z 0 0"; } >odd
        [ "$(ledger-plot -t odd | tail -n 1 | cut -f 4)" = "$1" ] || { ledger-plot -t odd && return 1; }
    }
    work_is 65536 0000 f
    work_is 65537 0000ffff
    work_is 1 f
    work_is 1 '' f
    work_is 2 7 f
    work_is 4294967296 00000000 f
    work_is 281474976710656 000000000000 f
    work_is 11 17
    work_is 65535 0001
    work_is 1048575 00001
    work_is 69905 0000f
    work_is 57896044618658097711785492504343953926634992332820282019728792003956564819968 \
        "$(printf %064d 1)"
}

@test "sums are exact to 2^63-1, rewards are halved" {
    max=9223372036854775807
    {
        echo "block 0 $Z $Z 5 ${Z/0000/000f} $Z 3 0"
        echo "rule reward 3074457345618258603"
        echo "rule halving 2"
        echo "grant $Z 999999999"
        for h in 1 2 3 4; do
            echo "block $h $Z $Z $((h + 5)) ${Z/0000/000f} $Z 2 0"
            echo "tx $Z $Z 0 $((max - 999999999 - 4 + h)) pay"
            echo "tx $Z $Z 0 999999999 pay"
        done
        for ((h = 5; h < 130; h++)); do
            echo "block $h $Z $Z $((h + 5)) ${Z/0000/000f} $Z 0 0"
        done
    } >big
    expect 0 ledger-plot -t big
    for h in 1 2 3 4; do
        [ "$(awk -v h=$h '$1 == h' "$out" | cut -f 6)" -eq $((max - 4 + h)) ]
    done
    supply=999999999
    for ((h = 1; h < 130; h++)); do
        supply=$((supply + (h / 2 < 63 ? 3074457345618258603 >> (h / 2) : 0)))
        [ "$supply" -gt 0 ] || break
        [ "$(awk -v h=$h '$1 == h' "$out" | cut -f 7)" = "$supply" ] || { echo "$h $supply" && false; }
    done
}

@test "a part of a chain has no supply, and its first block no block time" {
    chain 20 >whole
    awk '/^block/ { on = $2 >= 10 } on' whole >part
    expect 0 ledger-plot -t part
    [ "$(sed 1d "$out" | head -n 1 | cut -f 1,3,7)" = $'10\t-\t-' ]
    ledger-plot -t whole | awk 'NR > 1 && $1 > 10' | cut -f 1-6 | diff <(sed 1,2d "$out" | cut -f 1-6) -
    picture part
    grep -q 'known only if the chain is read from its genesis block' svg
    [ "$(panel time | grep -c ' class="bar"')" -eq 1 ]
    [ "$(panel time | grep -o 'Z' | wc -l)" -eq 10 ] # of eleven blocks the first has no block time
}

# --- The picture ---------------------------------------------------------------------------------------

# panel NAME: that part of the picture.
panel() {
    sed -n "/<g id=\"$1\"/,/<\/g>/p" svg
}

# path PANEL CLASS: the d of its path of that class.
path() {
    panel "$1" | sed -n "s/^<path class=\"$2\".* d=\"\(.*\)\".*/\1/p"
}

@test "ten blocks: five panels, bars for what a block has, steps for what lasts, no slope" {
    chain 9 >ten
    picture ten
    [ "$(sed -n 's/.*<g id="\([a-z]*\)".*/\1/p' svg | tr '\n' ' ')" = 'time work rate fees supply ' ]
    says_of_all 'heights 0 to 9, until 2023-11-14 22:14:47 UTC; mean block time 9.67 s; 13 transactions, fees 61; supply 1,450'
    grep -q '<title>The chain plotted: 10 blocks</title>' svg
    [ "$(grep -c '<rect x=.*<title>block ' svg)" -eq 10 ]
    grep -A 6 '<title>block 7,' svg | grep -q '^3 transactions, fees 21$'
    # heights 1 to 9 have a block time; 1 to 3, 5 to 7 and 9 have fees
    [ "$(path time bar | grep -o Z | wc -l)" -eq 9 ]
    [ "$(path fees bar | grep -o Z | wc -l)" -eq 7 ]
    # a block is a tenth of the axis: 79.2 of 76 to 868
    path supply line | grep -q '^M76.0 [0-9.]*H155.2V[0-9.]*H234.4V.*H868.0$'
    path work line | grep -q '^M76.0 .*H868.0$'
    [ "$(grep -c ' d="[^"]*L' svg)" -eq 0 ]
    # 1,000 to 1,450 of an axis to 1,537 that is 104 high, whose foot is at 808
    path supply band | grep -q '^M76.0 740.3H.*V709.9H868.0V808.0H76.0Z$'
}

@test "a rate is drawn only once as many blocks are known as it is estimated over" {
    chain 9 >ten
    picture ten # over 4 blocks; the first has no block time, so the rate begins with the fifth
    panel rate | grep -qF '>Hash rate (hashes per second), estimated over 4 blocks</text>'
    path rate line | grep -q '^M392.8 '
    # 4 times 65536 by 8 + 9 + 10 + 11 seconds
    grep -A 3 '<title>block 4,' svg | grep -qx 'hash rate 6.9k per second'
    ! grep -A 3 '<title>block 3,' svg | grep 'hash rate' || false
    awk '/^block/ { on = $2 >= 3 } on' ten >part
    picture part # seven blocks from height 3 on: over 3 blocks, from height 6 on
    path rate line | grep -q "^M$(awk 'BEGIN { printf "%.1f", 76 + 792 * 3 / 7 }') "
    chain 300 >many
    picture many
    panel rate | grep -qF 'estimated over 20 blocks<'
    ! grep -A 3 '<title>block 19,' svg | grep 'hash rate' || false
    grep -A 3 '<title>block 20,' svg | grep -q 'hash rate'
}

@test "what is intended is said beside the panel, clear of what is drawn in it" {
    for dt in 1 9 10 11 30; do
        chain 9 "dt = $dt" >ten
        picture ten
        panel time | grep -q '<text x="876.0" .*>intended:</text>'
        panel time | grep -q '<text x="876.0" .*>10 s</text>'
    done
}

@test "-x time: the same at the time of each block" {
    chain 4 'dt = h == 4 ? 70 : 10' >slow
    picture slow
    path supply line | grep -q '^M76.0 [0-9.]*H234.4V[0-9.]*H392.8V[0-9.]*H551.2V[0-9.]*H709.6V[0-9.]*H868.0$'
    picture -x time slow
    # 0, 10, 20, 30 and 100 seconds, with a margin of 1.2 seconds at both ends
    path supply line | grep -q '^M85.3 [0-9.]*H162.6V[0-9.]*H240.0V[0-9.]*H317.3V[0-9.]*H858.7V[0-9.]*H858.7$'
    # a block lasts from the one before it to its own time
    path work line | grep -q '^M85.3 [0-9.]*H85.3V[0-9.]*H162.6V[0-9.]*H240.0V[0-9.]*H317.3V[0-9.]*H858.7$'
    grep -qF '>time (UTC), from 2023-11-14</text>' svg
    grep -qF '>22:13:30</text>' svg
    [ "$(grep -c ' d="[^"]*L' svg)" -eq 0 ]
}

@test "a picture follows a light or a dark scheme, and is printed in the light one" {
    chain 9 >ten
    picture ten
    sed -n '/<style>/,/<\/style>/p' svg >style
    grep -q '^@media screen and (prefers-color-scheme:dark){$' style
    grep -q '^@media print{' style
    # every class that is used has a colour, and every series has two
    sed '/<style>/,/<\/style>/d' svg | grep -o 'class="[^"]*"' | sort -u | cut -d '"' -f 2 | grep -v '^plot$' >classes
    while read -r class; do
        grep -qF ".plot .$class" style || { echo "no rule for $class" && false; }
    done <classes
    for name in time work rate fees supply; do
        [ "$(grep -o "\.$name{color:#[0-9a-f]*}" style | sort -u | wc -l)" -eq 2 ]
    done
    # no colour but by its class
    ! sed '/<style>/,/<\/style>/d; s/<g fill="#000000" fill-opacity="0">//' svg | grep -E '(fill|stroke)="#' || false
}

@test "many blocks are drawn in bins, whose sums are those of all" {
    chain 5000 >many
    picture many
    bins=$(grep -c '<rect x=.*<title>block' svg)
    [ "$bins" -ge 200 ]
    [ "$bins" -le 420 ]
    ledger-plot -t many | awk -F '\t' 'NR > 1 { n++; fees += $6; txs += $5; supply = $7 } END { print txs, fees, supply }' >sums
    read -r txs fees supply <sums
    commas() { echo "$1" | sed -E ':a; s/^([0-9]+)([0-9]{3})/\1,\2/; ta'; }
    grep -q "; $(commas "$txs") transactions, fees $(commas "$fees"); supply $(commas "$supply")</desc>" svg
    # what is said of all bins adds up, too
    sed -n 's/^\([0-9,]*\) transactions\{0,1\}, fees \([0-9,]*\)$/\1 \2/p' svg | tr -d , |
        awk '{ a += $1; b += $2 } END { print a, b }' | diff <(echo "$txs $fees") -
    grep -qF 'mean of each 16, and range from quickest to slowest' svg
}

@test "much that lies between the least and the most makes a logarithmic axis" {
    chain 300 'if (h > 150) target = "000000ff" substr(z, 9)' >steep
    picture steep
    panel work | grep -qF '>1M</text>'
    panel work | grep -qF '>100k</text>'
    chain 300 >flat
    picture flat
    panel work | grep -qF '>0</text>'
}

@test "times that stand still, go back, or are absurd" {
    for dt in 0 -1 1 1000000 100000000000000000; do
        chain 12 "dt = $dt; if ($dt < 0 && h % 3) dt = 5" >odd
        for axis in height time; do
            picture -x "$axis" odd
        done
    done
    chain 0 >one
    for axis in height time; do
        picture -x "$axis" one
    done
    chain 1 >two
    picture two
    {
        echo "block 9223372036854775806 $Z $Z 9223372036854775806 ${Z/0000/000f} $Z 0 0"
        echo "block 9223372036854775807 $Z $Z 9223372036854775807 ${Z/0000/000f} $Z 0 0"
    } >last
    picture -x time last
}

# A chain that most of its miners leave after block 14, so that the next blocks are late until the difficulty has
# followed. Block times are these tenths of what is usual then.
deserted_chain() {
    local height=0 now=1700000000 usual tenths
    for name in alice bob miner; do
        keygen -s "$name" "$name"
    done >keys 2>&1
    ledger-init -n demo -t 0fff -T "$now" alice 1000 >ledger
    for tenths in 8 14 3 11 7 22 9 5 12 10 6 16 4 9 13 9 17 6 12 8 21 10 5 14 9 7 13 11 10 4 15 8 12 6 9 18 7 11 5 10; do
        height=$((height + 1))
        usual=$((height < 15 ? 10 : height < 27 ? 32 : 9))
        now=$((now + tenths * usual / 10))
        seq -f 'bob %g' $((height * 7 % 5)) | txmake -f alice -F $((1 + height * 3 % 8)) | txsign -k alice.key >txs
        mine -m miner -T "$now" <txs | ledger-append -q -T 1900000000
    done
}

# If this fails because the picture is now drawn differently: look at the new one, and copy it to t/vectors/chain.svg.
@test "the picture in README.md is that of a chain that anyone can make again" {
    deserted_chain
    picture -l ledger
    cmp svg "$VECTORS/chain.svg"
    grep -q '(t/vectors/chain.svg)' "$ROOT/README.md"
    [ "$(wc -c <svg)" -lt 20000 ]
}

@test "every awk says the same" {
    make_awks
    chain 1000 >many
    for arguments in -t '' '-x time'; do
        # shellcheck disable=SC2086 # a list
        every_awk ledger-plot $arguments many
    done
}

@test "memory does not grow with the chain" {
    chain "$(few 30000 10000)" >long
    (ulimit -v 60000 && ledger-plot long) >svg
    grep -q '</svg>' svg
    { head -c 100M /dev/zero | tr '\0' x; echo; } >line
    (ulimit -v 60000 && expect 1 ledger-plot line)
}

# --- What is no chain ----------------------------------------------------------------------------------

@test "what is no chain is told by its line, and nothing is drawn" {
    chain 6 >good
    three=$(grep -n '^block 3 ' good | cut -d : -f 1)
    refused() { # LINE WORDS
        for arguments in '' '-x time'; do
            # shellcheck disable=SC2086 # a list
            expect 1 ledger-plot $arguments bad
            says "^bad:$1: $2" || return 1
            [ ! -s "$out" ]
        done
        expect 1 ledger-plot -t bad
        says "^bad:$1: $2"
    }
    sed 's/^block 3 /block 4 /' good >bad
    refused "$three" 'height 4, expected 3: this is not a single chain; ledger-chain prints one'
    last=$((three + 3)) # its last transaction
    sed 's/^block 3 /block 03 /' good >bad
    refused "$three" 'not the header of a block'
    sed "${three}s/ [0-9a-f]*$//" good >bad
    refused "$three" 'not the header of a block'
    sed "${last}d" good >bad
    refused "$last" 'a block before the 1 last lines of the one before'
    sed "${last}s/.*/&\n&/" good >bad
    refused $((last + 1)) 'a line that belongs to no block'
    sed "${last}s/^tx/xx/" good >bad
    refused "$last" 'a line of a block that is neither'
    for byte in '\xff' '\x01' '\x00' '\t'; do
        sed "${last}s/ pay/$byte/" good >bad
        refused "$last" 'a byte that is not printable ASCII'
    done
    sed "${last}s/^/\x010\n/" good >bad
    refused "$last" 'a byte that is not printable ASCII'
    sed "${last}s/^/\n/" good >bad
    refused $((last + 1)) 'a line that is empty'
    tail -n 2 good >bad
    refused 1 'no block comes first'
    head -c -1 good >bad
    expect 1 ledger-plot bad
    says '^bad:[0-9]*: cut short: no newline at its end$'
    head -n -1 good >bad
    expect 1 ledger-plot bad
    says '^bad: cut short: 1 line of the last block missing$'
    : >bad
    expect 1 ledger-plot bad
    says '^bad: no block$'
    echo >bad
    expect 1 ledger-plot bad
}

@test "hostile names stay text" {
    for name in '%3Cscript%3E%26%22x' '%22%2F%3E%3Cscript%3E' '%0A%3Cb%3E' '<script>' '%zz' '%' '-'; do
        chain 5 | sed "s/^rule name .*/rule name $name/" >odd 2>/dev/null || continue
        picture odd
        ! grep -i '<script\|<b>' svg || false
    done
    chain 5 | sed 's/^rule name .*/rule name %3Ca%26b%3E/' >odd
    picture odd
    grep -qF '<title>The chain &lt;a&amp;b&gt;: 6 blocks</title>' svg
}

@test "a ledger that cannot be read, or breaks a rule" {
    expect 2 ledger-plot gone
    says '^ledger-plot: gone: cannot be read$'
    expect 2 ledger-plot .
    says '^ledger-plot: \.: is a folder$'
    expect 2 ledger-plot -l gone
    says '^ledger-chain: gone: No such file'
    [ ! -s "$out" ]
    easy_chain 2>keygen.err
    sed 's/^rule minfee 1$/rule minfee 2/' ledger >forged
    expect 1 ledger-plot -l forged
    says '^ledger-chain: forged:1: block: root does not match'
    expect 0 ledger-plot --ledger=ledger
    ledger-chain | ledger-plot - | diff "$out" -
    expect 2 sh -c 'ledger-plot <&-'
    [ -r /proc/self/mem ] || skip 'no file at hand that fails when read'
    expect 2 ledger-plot /proc/self/mem
    says '^ledger-plot: /proc/self/mem: cannot be read$'
}

@test "usage, help, version, and a stdout that cannot be written" {
    chain 5 >some
    for arguments in -z '-x' '-l' 'some some' '-l some some' '--nothing'; do
        # shellcheck disable=SC2086 # a list
        expect 2 ledger-plot $arguments
        says '^usage: ledger-plot '
    done
    expect 2 ledger-plot -x sideways some
    says "^ledger-plot: -x: 'sideways' is neither height nor time$"
    expect 0 ledger-plot --help
    grep -q '^usage: ledger-plot ' "$out"
    expect 0 ledger-plot -V
    grep -Eq '^ledger-plot \(peerutils\) [0-9.]+$' "$out"
    for argument in -t -xtime --help; do
        expect 2 sh -c "ledger-plot $argument some >/dev/full"
    done
    mkfifo fifo
    exec 5<>fifo 6>fifo 5<&-
    expect 141 sh -c 'ledger-plot some >&6'
    [ ! -s "$err" ]
    exec 6>&-
    mkdir empty
    PATH=$BIN expect 2 /bin/sh "$BIN/ledger-plot" some
    says '^ledger-plot: (awk|cut): not found$'
}

@test "chains with members: votes, attests and members are read, stakes are a part of the supply, TARGET is no work" {
    for name in bft-all-votes sign-two-members finality-final rule-stake-under-pow-with-finality; do
        cp "$VECTORS/seals/good/$name.ledger" sealed
        rm -f sealed.index*
        expect 0 ledger-plot -t -l sealed
        [ "$(tail -n 1 "$out" | cut -f 1)" -eq "$(ledger-chain -t -l sealed | cut -d ' ' -f 2)" ]
        ledger-balance -e -l sealed | awk '$1 == "account" || $1 == "stake" { n += $3 } $1 == "unbonding" { n += $4 } END { print n }' |
            cmp - <(tail -n 1 "$out" | cut -f 7)
        ledger-chain -l sealed | awk '/^tx/ { n++ } END { print n + 0 }' |
            cmp - <(awk 'NR > 1 { n += $5 } END { print n + 0 }' "$out")
        ! grep -q '^rule seal [sb]' sealed || [ "$(tail -n +2 "$out" | cut -f 4 | sort -u)" = 1 ]
        expect 0 ledger-plot -l sealed
        grep -q '</svg>' "$out"
    done
}

# sealed NAME: a ledger of t/vectors/seals/good as `sealed`, what ledger-plot -t says of it as `table`, and its height.
sealed() {
    cp "$VECTORS/seals/good/$1.ledger" sealed
    rm -f sealed.index*
    ledger-plot -t -l sealed >table
    tip=$(tail -n 1 table | cut -f 1)
}

# at HEIGHT COLUMNS: of the table.
at() { sed -n "$(($1 + 2))p" table | cut -f "$2"; }

@test "finality and members, against ledger-chain -f and ledger-balance at every height" {
    for name in bft-later-round stake-joins finality-final admit-joins-and-seals-at-h-plus-2 slash-everything; do
        sealed "$name"
        [ "$(head -n 1 table | cut -f 8-)" = $'final\tlag\tmembers\tweight\tweights' ]
        ledger-chain sealed | grep '^block' >headers
        for ((h = 0; h <= tip; h++)); do
            id=$(sed -n "$((h + 1))p" headers | tr -d '\n' | sha256sum | cut -c 1-64)
            if [ "$name" = admit-joins-and-seals-at-h-plus-2 ]; then
                [ "$(at $h 8,9)" = $'-\t-' ]
            else
                final=$(ledger-chain -ft -b "$id" -l sealed | cut -d ' ' -f 2)
                [ "$(at $h 8,9)" = "$final"$'\t'$((h - final)) ]
            fi
            ledger-balance -M -s $h -l sealed >members
            [ "$(at $h 10,11)" = "$(awk '{ n += $3 } END { print NR "\t" n }' members)" ]
            at $h 12 | xargs -n 2 echo member | LC_ALL=C sort | diff <(LC_ALL=C sort members) -
        done
    done
    # what is staked, as the state has it
    sealed stake-joins
    ledger-balance -e -s 1 -l sealed | awk '$1 == "stake" { n += $3 } END { print n }' | diff <(at 1 11) -
}

@test "two panels more: how far above the final block, and a band for each member" {
    sealed stake-joins
    picture -l sealed
    [ "$(sed -n 's/.*<g id="\([a-z]*\)".*/\1/p' svg | tr '\n' ' ')" = 'time fees supply lag stakes ' ]
    [ "$(panel stakes | grep -c '<path class="band"')" -eq 5 ]
    path lag line | grep -qx 'M76.0 .*H208.0V[0-9.]*H340.0V.*H868.0'
    panel stakes | grep -q '>b04d4df6</text>'
    grep -A 10 '<title>block 2,' svg | grep -qx 'final to block 1, 1 block below'
    grep -A 10 '<title>block 2,' svg | grep -qx 'b04d4df6 400</title></rect>'
    picture -x time -l sealed
    ledger-chain sealed | picture
    [ "$(sed -n 's/.*<g id="\([a-z]*\)".*/\1/p' svg | tr '\n' ' ')" = 'time fees supply ' ]
    sealed finality-final
    picture -l sealed
    [ "$(sed -n 's/.*<g id="\([a-z]*\)".*/\1/p' svg | tr '\n' ' ')" = 'time work rate fees supply lag stakes ' ]
    ledger-chain -M -s 4 sealed | ledger-plot -t | tail -n 1 | cut -f 8- | diff <(at 5 8-) -
}

@test "-a: members by name" {
    make_awks
    sealed stake-joins
    mapfile -t keys < <(ledger-balance -M -l sealed | cut -d " " -f 2)
    echo "key ${keys[0]} carol
key ${keys[1]} a%3C%26b
key ${keys[2]} %24%28touch%20bad%29" >"o\"d d"
    every_awk ledger-plot -a "o\"d d" -l sealed
    cp "$out" svg
    panel stakes | grep -q '>carol</text>'
    panel stakes | grep -qF '>a&lt;&amp;b</text>'
    panel stakes | grep -q ">$(printf %.8s "${keys[3]}")</text>"
    grep -qx 'carol 1,000' svg
    [ ! -e bad ]
    ledger-plot --names="o\"d d" -t -l sealed | cmp - table
    expect 2 ledger-plot -a gone -l sealed
    says '^names: gone: cannot open: No such file'
    [ ! -s "$out" ]
}

# voters LAST: the chain of that function, with eleven members from height 0 on, and another weight every ten blocks.
voters() {
    chain "$1" | awk '
        /^block/ {
            print "final " ($2 > 5 ? $2 - 5 - $2 % 5 : 0)
            if ($2 % 10 == 0) {
                print "members 11"
                for (i = 0; i < 11; i++)
                    printf "member %064d %d\n", i, 9007199254740000 + (i * 7 + $2) % 11
            }
        }
        { print }'
}

@test "of many members the largest have their own band, and sums are exact; every awk says the same" {
    voters 900 >many
    expect 0 ledger-plot -t many
    [ "$(tail -n 1 "$out" | cut -f 8-11)" = $'895\t5\t11\t99079191802140055' ]
    [ "$(tail -n 1 "$out" | cut -f 12 | wc -w)" -eq 18 ]
    [ "$(tail -n 1 "$out" | cut -f 12 | cut -d ' ' -f 17-)" = "others 27021597764220003" ]
    picture many
    [ "$(panel stakes | grep -c '<path class="band"')" -eq 6 ]
    panel stakes | grep -q '>others</text>'
    grep -A 9 '<title>blocks 8 to 11,' svg | grep -qx 'final to block 5, at most 9 blocks below' # the highest of each group
    (ulimit -v 60000 && ledger-plot many) | cmp - svg
    make_awks
    for arguments in -t '' '-x time'; do
        # shellcheck disable=SC2086 # a list
        every_awk ledger-plot $arguments many
    done
    sealed stake-joins
    every_awk ledger-plot -l sealed
    for argument in -t -xtime; do
        expect 2 sh -c "ledger-plot $argument -l sealed >/dev/full"
    done
}

@test "lines of members that are cut, or not as ledger-chain -M prints them" {
    voters 12 >good
    bad() { # WORDS
        for argument in -xheight -t; do
            expect 1 ledger-plot "$argument" bad
            says "^bad:([0-9]+:)? $1" || return 1
        done
    }
    sed '5d' good >bad
    bad 'a block before the 1 last members'
    sed '3s/.*/&\n&/' good >bad
    bad 'not a line that ledger-chain -M prints here'
    sed '2s/11/12345678901234567890/' good >bad
    bad 'not a line that ledger-chain -M prints here'
    sed '0,/^final/{/^final/d}' good >bad
    bad 'a final line before some blocks, and not before all'
    sed '$!b; s/.*/&\nfinal 5/' good >bad
    bad 'cut short: the last block is missing'
    sed 's/^final 0$/final 8/' good >bad
    bad 'height 8 is final before its block comes'
    sed '2,13d' good >bad
    bad 'members, and none before the first block'
    sed '3s/ [0-9]*$/ -1/' good >bad
    bad 'not a line that ledger-chain -M prints here'
}
