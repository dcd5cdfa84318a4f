load lib/common
load lib/ledger

# ledger-graph: the tree of blocks as DOT.

setup() {
    fresh_folder
    easy_chain 2>keygen.err
}

append() { # LEDGER
    ledger-append -q -T 1900000000 "$1" 2>append.err
}

# A fork of two, of which the second to come grows: one reorganisation of two blocks.
#   0 - 1 - 2 - 3a - 4a           (3a and 4a: numbers 3 and 4)
#             \ 3b - 4b - 5b - 6b (5 to 8)
forked() {
    { printf '%s\n' 'bob 5' 'bob 6' | paid alice ledger; } >txs
    mined_with ledger 2 alice <txs | append ledger
    cp ledger other
    mined ledger 2 bob | append ledger
    mined other 4 miner >branch
    append ledger <branch
}

# picture ARGUMENT...: draws into `dot`, which must be sound; where Graphviz is here, into `svg` too.
picture() {
    expect 0 ledger-graph "$@"
    cp "$out" dot
    [ "$(head -n 1 dot)" = 'digraph ledger {' ]
    [ "$(tail -n 1 dot)" = '}' ]
    # every quote is closed, and what is drawn has been named
    awk '{ gsub(/\\./, "") } gsub(/"/, "") % 2 && ++bad { print "open: " $0 } END { exit bad }' dot
    command -v dot >/dev/null || return 0
    dot -Tsvg dot >svg 2>dot.err
    [ ! -s dot.err ]
}

count() { # PATTERN
    grep -c -- "$1" dot || true
}

# drawn NODES RUNS LINES REORGS
drawn() {
    [ "$(count '^  b[0-9]* \[')" -eq "$1" ]
    [ "$(count '^  r[0-9]* \[')" -eq "$2" ]
    [ "$(count ' -> .*class="parent"')" -eq "$3" ]
    [ "$(count ' -> .*class="reorg"')" -eq "$4" ]
    [ -e svg ] || return 0
    [ "$(grep -c '<g id="node' svg)" -eq $(($1 + $2 + $(count '^  \(before\|after\)[0-9]* \['))) ]
    [ "$(grep -c '<g id="edge' svg)" -eq $(($3 + $4 + $(count 'class="beyond" style=dotted'))) ]
}

# The label of a block, by its number.
label() { # NUMBER
    sed -n "s/^  b$1 \[label=\"\(.*\)\" tooltip=.*/\1/p" dot
}

@test "every block is there with its height, miner, transactions and id, and a line to its parent" {
    forked
    picture
    drawn 9 0 8 1
    n=0
    while IFS= read -r id; do
        label $n | grep -q "${id:0:8}" || { echo "lacks $id" && false; }
        grep "^  b$n " dot | grep -q "$id" # the whole id, when pointed at
        n=$((n + 1))
    done < <(ids ledger)
    [ "$n" -eq 9 ]
    [ "$(label 1)" = "1  alice\\n2 tx  $(ids ledger | sed -n 2p | cut -c 1-8)" ]
    label 0 | grep -q '^0  genesis\\n'
    printf '%s\n' '0 -> b1' '1 -> b2' '2 -> b3' '2 -> b5' '3 -> b4' '5 -> b6' '6 -> b7' '7 -> b8' >wanted
    sed -n 's/^  b\(.* -> b[0-9]*\) .*class="parent".*/\1/p' dot | sort | diff wanted -
}

@test "the best chain, the side branch, the tip and the reorganisation are told apart, also without colours" {
    forked
    picture
    sed -n 's/^  b\([0-9]*\) \[.*class="best".*/\1/p' dot | tr '\n' ' ' >best
    [ "$(cat best)" = '0 1 2 5 6 7 8 ' ]
    [ "$(sed -n 's/^  b\([0-9]*\) \[.*class="side" style="[^"]*dashed.*/\1/p' dot | tr '\n' ' ')" = '3 4 ' ]
    [ "$(count '\\nbest tip"')" -eq 1 ]
    label 8 | grep -q 'best tip$'
    label 7 | grep -q '\\nreorganisation: 2 undone$' # of equal work, the first to come is best: 5b came over 4a
    grep -q '^  b4 -> b7 .*class="reorg"' dot
    [ "$(count 'peripheries=2')" -eq 1 ]
    grep -q 'label="easy\\n7 blocks on the best chain, 2 blocks off it; 1 reorganisation, the deepest of 2 blocks"' dot
}

@test "a large picture is folded, -F draws all" {
    mined ledger 40 alice | append ledger
    picture
    drawn 2 1 2 0 # genesis, the run, the tip
    grep -q '^  r1 .*label="1 to 39\\n39 blocks, 0 tx"' dot
    grep -q '^  b0 -> r1 ' dot
    grep -q '^  r1 -> b40 ' dot
    picture -F
    drawn 41 0 40 0
    picture --no-fold
    drawn 41 0 40 0
    cp ledger other
    for i in 1 2 3; do echo "bob $i"; done | paid alice ledger >txs
    mined_with ledger 10 bob <txs | append ledger
    mined other 5 miner | append ledger
    picture
    # 0 [1-39] 40 41 [42-49] 50, and on a side branch 41 [42-44] 45
    drawn 6 3 8 0
    grep -q 'label="42 to 49\\n8 blocks, 0 tx"' dot
    grep -q '^  r[0-9]* .*label="42 to 44\\n3 blocks, 0 tx".*class="side"' dot
    [ "$(awk '/^  [br][0-9]* \[/ { n += /^  r/ ? 0 : 1 }
        match($0, /[0-9]+ blocks, [0-9]+ tx"/) { n += substr($0, RSTART) } END { print n }' dot)" -eq 56 ]
}

@test "what is folded counts: blocks and transactions of a run" {
    for i in {1..36}; do
        seq -f "bob %g" $((i % 4)) | paid alice ledger >txs
        mined_with ledger 1 alice <txs >block
        append ledger <block
    done
    picture
    drawn 2 1 2 0
    grep -q 'label="1 to 35\\n35 blocks, 54 tx"' dot # 1 + 2 + 3, nine times
}

@test "what leads to a reorganisation stays in view" {
    mined ledger 20 alice | append ledger
    cp ledger other
    mined ledger 8 bob | append ledger
    mined other 12 miner >branch
    append ledger <branch
    picture
    # the tip that was left, and the block that took over
    label 28 | grep -q '^28  bob'
    label 37 | grep -q '^29  miner\\n.*reorganisation: 8 undone$'
    grep -q '^  b28 -> b37 .*class="reorg"' dot
    # 0 [1-19] 20, then 21 [22-27] 28, and 21 [22-28] 29 30 31 32: two are no run
    drawn 9 3 11 1
}

@test "-s and -n choose heights" {
    forked
    picture -n 3 # heights 4 to 6
    drawn 4 0 2 1
    [ "$(count '^  before[0-9]* \[')" -eq 2 ] # 4a and 4b
    picture -s 2 -n 2 # 2, 3a, 3b
    drawn 3 0 2 0
    [ "$(count '^  before[0-9]* \[')" -eq 1 ]
    [ "$(count '^  after[0-9]* \[')" -eq 2 ]
    grep -q '\\nheights 2 to 3"' dot
    picture --start 5
    drawn 2 0 1 0
    label 7 | grep -q 'reorganisation: 2 undone' # though the tip that was left is not in view
    picture --count 100
    drawn 9 0 8 1
    picture -s 0 -n 9223372036854775807
    drawn 9 0 8 1
    picture -s 6 -n 1
    drawn 1 0 0 0
    expect 1 ledger-graph -s 7
    says '^ledger-graph: ledger: its height is 6$'
    expect 2 ledger-graph -n 0
    expect 2 ledger-graph -s -1
}

@test "a genesis block alone" {
    picture
    drawn 1 0 0 0
    label 0 | grep -q 'best tip$'
    grep -q 'label="easy\\n1 block on the best chain, 0 blocks off it; 0 reorganisations"' dot
}

@test "names are shown as people read them, and cannot break out of their string" {
    {
        echo "key $ALICE J%C3%BCrgen%20%22the%20%5C%20%26%23x22%3B%22"
        echo "key $BOB two%0Alines"
        echo "key $MINER %E2%80%AErevo"
    } >odd
    mined ledger 1 alice | append ledger
    mined ledger 1 bob | append ledger
    mined ledger 1 miner | append ledger
    picture -a odd
    drawn 4 0 3 0
    label 1 | grep -qF '1  Jürgen \"the \\ &amp;#x22;...\n0 tx  '
    label 2 | grep -qF '2  two%0Alines\n'
    label 3 | grep -qF '3  %E2%80%AErevo\n' # a mark that turns the text around
    if [ -e svg ]; then
        grep -qF 'Jürgen &quot;the \ &amp;#x22;...' svg
        ! command -v xmllint >/dev/null || xmllint --noout --nonet svg
    fi
    echo "key $ALICE %C3%BC12345678901234567890" >odd
    picture -a odd
    label 1 | grep -qF '1  ü1234567890123456789...\n'
    printf 'key %s %s\n' "$ALICE" 'x"]; evil -> b0; b1 [label="' >bad # no text at all
    expect 2 ledger-graph -a bad
    echo "key $ALICE %FF%FE" >odd
    picture -a odd
    label 1 | grep -qF '1  %FF%FE\n'
    label 2 | grep -qF "2  ${BOB:0:8}\\n"
    ledger-init -T 1700000000 -e 0 -t f -n 'a "chain" \N <b>' >strange
    picture strange
    grep -qF 'label="a \"chain\" \\N <b>\n1 block ' dot
}

# legend WORDS...: the legend has these rows, and no others.
legend() {
    sed -n 's/^ *label=<\(.*\)>$/\1/p' dot | sed 's,</td></tr>,\n,g' | sed -n 's/.*<td align="left">//p' |
        diff <(printf '%s\n' "$@") -
}

@test "a legend explains what the picture has, and nothing else" {
    picture
    legend 'best chain'
    mined ledger 40 alice | append ledger
    picture
    legend 'best chain' 'blocks in a row, drawn as one' 'mined by alice'
    picture -n 2
    legend 'best chain' 'mined by alice'
    mkdir again
    cd again
    easy_chain 2>keygen.err
    forked
    keygen -s 'strange' strange 2>keygen.err | sed 's/ strange$/ %3Cb%3E%26%22/' >names
    cat ./*.pub >>names
    mined ledger 1 "$(cut -d ' ' -f 2 names | head -n 1)" | append ledger
    picture -a names
    legend 'best chain' 'side branch' 'reorganisation: took over the best chain' 'from the tip that was left' \
        'mined by alice' 'mined by bob' 'mined by miner' 'mined by &lt;b&gt;&amp;&quot;'
    # the colours are those of the blocks
    sed -n 's/^  b[1-9][0-9]* .* fillcolor="\(#[0-9a-f]*\)".*/\1/p' dot | awk '!seen[$0]++' >colours
    grep -o 'bgcolor="#[0-9a-f]*"> </td><td align="left">mined' dot | cut -d '"' -f 2 | diff colours -
    [ ! -e svg ] || grep -qF '>mined by &lt;b&gt;&amp;&quot;</text>' svg
}

@test "-r draws from left to right" {
    forked
    picture
    ! grep -q 'rankdir' dot || false
    cp dot down
    [ ! -e svg ] || cp svg down.svg
    for option in -r --left-to-right; do
        picture "$option"
        drawn 9 0 8 1
        sed 's/ rankdir=LR / /; s/\[rankdir=LR /[/' dot | diff down -
        ! cmp -s dot down || false
    done
    [ -e svg ] || return 0
    shape() { sed -n 's/^<svg width="\([0-9]*\)pt" height="\([0-9]*\)pt".*/\1 \2/p' "$1"; }
    [ "$(shape svg | awk '{ print ($1 > $2) }')" -eq 1 ]
    [ "$(shape down.svg | awk '{ print ($1 < $2) }')" -eq 1 ]
}

@test "in SVG the picture follows a light or a dark scheme" {
    forked
    picture
    sed -n 's/.* stylesheet="data:text\/css,\([^"]*\)".*/\1/p' dot | sed 's/%23/#/g' >style
    grep -q '^@media screen and (prefers-color-scheme:dark){.*}}$' style
    # every colour in it has another there; black is what Graphviz draws with unless told otherwise
    grep -o '[a-z]*color="#[0-9a-f]*"' dot | grep -o '#[0-9a-f]*' | sort -u >colours
    [ "$(wc -l <colours)" -ge 6 ]
    while read -r colour; do
        grep -qF "='$colour']" style || { echo "no rule for $colour" && false; }
    done <colours
    grep -qF "[stroke='black']" style
    [ ! -e svg ] || grep -q '^<?xml-stylesheet href="data:text/css,@media screen and (prefers-color-scheme:dark){' svg
}

@test "a miner has one colour, the first ten have each their own" {
    for i in {1..12}; do
        keygen -s "miner $i" "m$i" >/dev/null 2>&1
        mined ledger 2 "m$i" >blocks
        append ledger <blocks
    done
    picture
    colours() { sed -n 's/^  b[1-9][0-9]* \[.*fillcolor="\([^"]*\)".*/\1/p' dot; }
    [ "$(colours | wc -l)" -eq 20 ]
    [ "$(colours | uniq | sort -u | wc -l)" -eq 10 ]
}

@test "where the ledger is, and when it cannot be read" {
    forked
    picture
    cp dot wanted
    mv ledger elsewhere
    ledger-graph elsewhere | diff wanted -
    ledger-graph -l elsewhere | diff wanted -
    LEDGER=elsewhere ledger-graph | diff wanted -
    expect 2 ledger-graph
    says '^ledger-graph: ledger: No such file'
    expect 2 ledger-graph elsewhere elsewhere
    says '^usage: ledger-graph '
    sed 's/^rule minfee 1$/rule minfee 2/' elsewhere >forged
    expect 1 ledger-graph forged
    says '^ledger-graph: forged:1: block: root does not match'
    [ ! -s "$out" ]
    head -c -10 elsewhere >torn
    expect 0 ledger-graph torn
    grep -q ' 6 blocks on the best chain\|n6 blocks on the best chain' "$out"
    says '^torn:.*ignored'
}

@test "usage, help, version, and a stdout that cannot be written" {
    expect 2 ledger-graph -x
    says '^usage: ledger-graph '
    expect 0 ledger-graph --help
    grep -q '^usage: ledger-graph ' "$out"
    expect 0 ledger-graph -V
    grep -q '^ledger-graph (peerutils) ' "$out"
    expect 2 sh -c 'ledger-graph >/dev/full'
    says '^ledger-graph: stdout: No space left on device$'
}
