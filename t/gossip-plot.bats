# bats file_tags=slow
# shellcheck disable=SC2094 # two ends of one pipe
load lib/common
load lib/awks

# gossip-plot: from the logs of a run to a table or a picture.

# hex PREFIX: 64 digits that begin so.
hex() {
    printf '%s%0*d' "$1" $((64 - ${#1})) 0
}

# make_run NODES RECORDS: logs n1.log, n2.log ... of a run whose every number is known. Record r (1, 2, ...)
# begins at node r % NODES, at second r; the k-th node after that has it k * k * r milliseconds later, from the
# one before it. Every fifth is a block, every other seventh a peer.
make_run() {
    awk -v nodes="$1" -v records="$2" '
        function hex(n) { return sprintf("%06x%058d", n, 0) }
        function out(node, ms, words) {
            printf "%d.%06d %s\n", 1700000000 + int(ms / 1000), ms % 1000 * 1000, words >"n" node + 1 ".log"
        }
        BEGIN {
            for (n = 0; n < nodes; n++)
                out(n, 0, "- start - listen 127.0.0.1:" 7000 + n " " hex(1000 + n) " " hex(0))
            for (r = 1; r <= records; r++) {
                type = r % 5 == 0 ? "block" : r % 7 == 0 ? "peer" : "tx"
                for (k = 0; k < nodes; k++)
                    if (k == 0)
                        out(r % nodes, r * 1000, hex(1001 + r % nodes) " offer " hex(r) " have")
                    else
                        out((r + k) % nodes, r * 1000 + k * k * r, \
                            hex(1000 + (r + k - 1) % nodes) " new " hex(r) " " type)
            }
        }'
}

# The table of that run, by the same rule.
known_table() { # NODES RECORDS K-OF-MEDIAN K-OF-90
    awk -v nodes="$1" -v records="$2" -v half="$3" -v ninety="$4" 'BEGIN {
        OFS = "\t"
        print "id\ttype\tfirst-node\tnodes\tmedian-ms\tp90-ms\tworst-ms"
        for (r = 1; r <= records; r++)
            print sprintf("%06x%058d", r, 0), r % 5 == 0 ? "block" : r % 7 == 0 ? "peer" : "tx", "n" r % nodes + 1, nodes, \
                half * half * r ".000", ninety * ninety * r ".000", (nodes - 1) * (nodes - 1) * r ".000"
    }'
}

# picture ARGUMENT...: draws into the file svg, which must be sound and plain.
picture() {
    expect 0 timeout 300 gossip-plot "$@"
    cp "$out" svg
    ! grep -q '[^ -~]' svg || { echo 'bytes that are not printable' && return 1; }
    [ "$(head -n 1 svg)" = '<?xml version="1.0" encoding="UTF-8"?>' ]
    [ "$(tail -n 1 svg)" = '</svg>' ]
    ! grep -Eq 'nan|inf[^o]|e\+' svg || { echo 'numbers that are none' && return 1; }
    if command -v xmllint >/dev/null; then
        xmllint --noout --nonet svg
    elif command -v python3 >/dev/null; then
        python3 -c 'import xml.dom.minidom; xml.dom.minidom.parse("svg")'
    fi
}

# caption WORDS: those under the title of the picture.
caption() {
    sed -n 's,<desc>\(.*\)</desc>,\1,p' svg >caption
    diff <(echo "$1") caption
}

# --- The table -----------------------------------------------------------------------------------------

@test "every number of the table is the one counted by hand" {
    make_run 6 20
    expect 0 gossip-plot -t n?.log
    diff <(known_table 6 20 2 5) "$out"
    [ ! -s "$err" ]
    expect 0 gossip-plot --table n6.log n2.log n5.log n1.log n3.log n4.log
    diff <(known_table 6 20 2 5) "$out"
}

@test "the median and 90 % are of all nodes, rounded up to whole ones" {
    make_run 12 30 # the 6th and the 11th node
    expect 0 gossip-plot -t n*.log
    diff <(known_table 12 30 5 10) "$out"
    rm n*.log
    make_run 10 30 # the 5th and the 9th
    expect 0 gossip-plot -t n*.log
    diff <(known_table 10 30 4 8) "$out"
    rm n*.log
    make_run 1 3
    expect 0 gossip-plot -t n1.log
    grep -qx "$(hex 000002)"$'\t-\tn1\t1\t0.000\t0.000\t0.000' "$out"
}

@test "what never came so far is -, and the first of several times counts" {
    a=$(hex aaaaaa) b=$(hex bbbbbb) key=$(hex 1)
    printf '%s\n' "5.000001 $key new $a tx" "4.999999 $key new $a tx" "7.5 $key new $a tx" >one.log
    printf '%s\n' "5.123456 127.0.0.1:9 new $a tx" "6.000000 - taken $b" >two.log
    printf '%s\n' "5.900000 $key gave $b" "6.000001 $key asked $a" >three.log
    expect 0 gossip-plot -t one.log two.log three.log
    diff - "$out" <<END
id	type	first-node	nodes	median-ms	p90-ms	worst-ms
$a	tx	one	2	123.457	-	-
$b	-	three	2	100.000	-	-
END
}

@test "microseconds are exact, with zeros in front and over a second's end" {
    a=$(hex aaaaaa)
    echo "1699999999.999999 - new $a tx" >one.log
    echo "1700000001.012345 - new $a tx" >two.log
    expect 0 gossip-plot -t one.log two.log
    [ "$(cut -f 5- "$out" | tail -n 1)" = $'0.000\t1012.346\t1012.346' ]
}

@test "every awk says the same" {
    make_awks
    make_run 8 20
    for arguments in -t '' '-x log' '-x linear' '-i 000013'; do
        # shellcheck disable=SC2086 # a list
        every_awk gossip-plot $arguments n?.log
    done
}

# --- The picture ---------------------------------------------------------------------------------------

@test "a picture has a curve a record, a legend, axes and a caption" {
    make_run 6 20
    picture n?.log
    caption '6 nodes, 20 records; to reach all nodes: median 250 ms, worst 500 ms'
    [ "$(grep -c '^<path d="M84.0 [0-9.]*H.*"/>$' svg)" -eq 20 ]
    [ "$(grep -c ' class="[a-z]* line" .*d="M84.0 [0-9.]*H' svg)" -eq 1 ] # the median of 12 transactions or more
    for words in 'tx (14)' 'block (4)' 'peer (2)' 'median of tx' '0 %' '100 %' 'share of the nodes that have the record' \
        'time since the record was first seen on any node (ms)'; do
        grep -qF ">$words</text>" svg || { echo "lacks $words" && false; }
    done
    grep -q 'viewBox="0 0 960 540"' svg
    # record 20 (a block): 500 ms to the right end of the axis, in six steps
    grep -qF 'd="M84.0 416.3H117.6V354.7H218.4V293.0H386.4V231.3H621.6V169.7H924.0V108.0"/>' svg
}

@test "-x says which axis; without it, that which suits" {
    make_run 6 20
    picture -x log n?.log
    grep -qF '(logarithmic)</text>' svg
    # The left end is 1 ms, the right one 525; record 20 is there after 20, 80, 180, 320, 500 ms.
    grep -qF 'd="M84.0 416.3H485.8V354.7H671.7V293.0H780.4V231.3H857.6V169.7H917.5V108.0"/>' svg
    grep -qF '>500 ms</text>' svg
    ! grep -qF '>0</text>' svg || false
    picture n?.log
    ! grep -qF '(logarithmic)</text>' svg || false
    rm n?.log
    make_run 40 10 # most is 39 * 39 * 10 ms, half of all is under a twentieth
    sed '/ new 00000[2-9]/d' -i n*.log
    picture -x linear n*.log
    grep -qF '>16</text>' svg
    grep -qF '(s)</text>' svg
    echo "1700000001.000500 - new $(hex 000003) tx" >x.log
    echo "1700050000.000000 - new $(hex 000003) tx" >y.log
    picture n*.log x.log y.log
    grep -qF '(logarithmic)</text>' svg
}

# panel TYPE: that part of the picture.
panel() {
    sed -n "/^<g class=\"$1\">/,/^<\/g>/p" svg
}

@test "more than 30 records are drawn as bands of quantiles, a panel a type" {
    make_run 6 30
    picture n?.log
    [ "$(grep -c 'class="band"' svg)" -eq 0 ]
    [ "$(grep -c '^<path d="M84.0 [0-9.]*H.*"/>$' svg)" -eq 30 ]
    rm n?.log
    make_run 6 31
    picture n?.log
    [ "$(grep -c '<path class="band"' svg)" -eq 6 ]
    rm n?.log
    make_run 6 301
    picture n?.log
    caption '6 nodes, 301 records; to reach all nodes: median 3.77 s, worst 7.53 s'
    [ "$(grep -c '<path class="band"' svg)" -eq 6 ]
    for type in 'tx (206)' 'block (60)' 'peer (35)'; do
        panel "${type%% *}" >panel
        for words in "$type" median '10 to 90 % of the records' 'fastest to slowest'; do
            grep -qF ">$words</text>" panel || { echo "$type lacks $words" && false; }
        done
        # what the legend shows is drawn as what it stands for
        for of_it in '<path class="line" stroke-width="2.6"' '<rect class="band"'; do
            grep -q "^$of_it" panel || { echo "no sample: $of_it" && false; }
        done
        [ "$(sed -n 's/^<rect .*fill-opacity="\([0-9.]*\)".*/\1/p' panel | sort)" = \
            "$(sed -n 's/^<path class="band" fill-opacity="\([0-9.]*\)".*/\1/p' panel | sort)" ]
    done
    # blocks: 5, 10 ... 300. At the last node, 25 times the 1st, the 6th, the 30th, the 54th and the 60th in ms, on an
    # axis of 8 seconds from 84 to 924
    panel block >panel
    band_ends() { # FILL-OPACITY
        sed -n "s/^<path class=\"band\" fill-opacity=\"$1\" d=\"\(.*\)Z\".*/\1/p" panel | sed 's,[HV],\n,g' |
            awk 'NR > 1 && NR % 2 == 0' | sed -n '5p;6p' | tr '\n' ' '
    }
    [ "$(band_ends 0.14)" = '97.1 871.5 ' ]
    [ "$(band_ends 0.32)" = '162.8 792.8 ' ]
    sed -n 's/^<path class="block line".* d="\(.*\)".*/\1/p' panel | grep -q 'H477.8V[0-9.]*$'
}

@test "bands of records that did not reach all nodes run to the right end" {
    make_run 6 40
    sed -i '/ new .* block$/d' n[12].log
    picture n?.log
    caption '6 nodes, 40 records; to reach all nodes: median 475 ms, worst 975 ms; 8 did not reach all'
    panel block | grep '<path class="band" fill-opacity="0.14"' | grep -q 'H924.0'
    panel tx >panel
    ! grep '<path class="band"' panel | grep -q 'H924.0' || false
    # only one node has them
    rm n?.log
    make_run 1 40
    echo "1700000000.000000 - start - listen 127.0.0.1:9 $(hex 9) $(hex 0)" >n2.log
    picture n?.log
    caption '2 nodes, 40 records; none reached all'
}

@test "a picture follows a light or a dark scheme, and is printed in the light one" {
    make_run 6 20
    picture n?.log
    cp svg few
    picture -i 000014 n?.log
    cp svg one
    make_run 6 40
    picture n?.log
    cp svg many
    for svg in few one many; do
        sed -n '/<style>/,/<\/style>/p' "$svg" >style
        grep -q '^@media screen and (prefers-color-scheme:dark){$' style
        grep -q '^@media print{' style
        sed '/<style>/,/<\/style>/d' "$svg" >rest
        ! grep -E '(fill|stroke)="#' rest || false # no colour but by its class
        grep -o 'class="[^"]*"' rest | cut -d '"' -f 2 | tr ' ' '\n' | sort -u | grep -vx plot >classes
        while read -r class; do
            grep -qF ".plot .$class" style || { echo "no rule for $class" && false; }
        done <classes
    done
}

@test "records that did not reach all are counted, and their lines run to the end" {
    make_run 6 20
    sed -i '/ new 00000[123]/d' n1.log
    picture n?.log
    # of records 4 to 20, the 12th: 25 times 12
    caption '6 nodes, 20 records; to reach all nodes: median 300 ms, worst 500 ms; 3 did not reach all'
    [ "$(grep -c '^<path d=.*H924.0"/>' svg)" -eq 3 ]
    grep ' start ' n2.log >only.log
    picture n3.log only.log
    caption '2 nodes, 20 records; none reached all'
}

@test "one node, one record, one time" {
    echo "1.000000 - new $(hex abcdef) tx" >one.log
    picture one.log
    caption '1 node, 1 record; to reach all nodes: median 0 &#181;s, worst 0 &#181;s'
    picture -x log one.log
    picture -i abcdef one.log
    cp one.log two.log
    picture -x log one.log two.log
    caption '2 nodes, 1 record; to reach all nodes: median 0 &#181;s, worst 0 &#181;s'
    picture -i abcdef one.log two.log
    echo "9999999999.999999 - new $(hex abcdef) tx" >two.log
    picture one.log two.log
    picture -x log one.log two.log
    picture -i abcdef one.log two.log
    echo "1.000001 - new $(hex abcdef) tx" >two.log
    picture -x log one.log two.log
    picture -x linear one.log two.log
}

# --- One record ----------------------------------------------------------------------------------------

@test "-i draws one record: a row a node, by arrival, from peer to peer" {
    make_run 6 20
    picture -i 000014 n?.log # 20: n3 first, then n4, n5, n6, n1, n2
    grep -q '<title>How block 0000140000000000.. spread</title>' svg
    caption '6 of 6 nodes had it; half after 80.0 ms, 90 % after 500 ms, all after 500 ms; the longest path has 5 hops'
    sed -n 's,.*>\(n[0-9]\)</text>,\1,p' svg | diff <(printf 'n%d\n' 3 4 5 6 1 2) -
    # 20, 80, 180, 320, 500 ms after the first, on an axis from 60.1 to 860 that ends at 500
    sed -n 's,^<path d="\(M.*V.*H.*\)"/>,\1,p' svg | diff - <(printf '%s\n' M60.1\ 120.0V144.0H92.1 M92.1\ 144.0V168.0H188.1 \
        M188.1\ 168.0V192.0H348.1 M348.1\ 192.0V216.0H572.0 M572.0\ 216.0V240.0H860.0)
    [ "$(grep -c '^<circle' svg)" -eq $((6 + 3)) ]
    expect 0 gossip-plot -t -i "$(hex 000014)" n?.log
    [ "$(wc -l <"$out")" -eq 2 ]
}

@test "-i tells who had it from a peer without a log, and who never had it" {
    make_run 6 20
    sed -i '/ new 000014/d' n6.log
    picture -i 000014 n[2-6].log # n1 had it from n6, which did not say so
    caption '4 of 5 nodes had it; half after 80.0 ms, 90 % never, all never; the longest path has 2 hops'
    grep -q '>n6</text>' svg
    [ "$(grep -c '>never</text>' svg)" -eq 1 ]
    [ "$(grep -c 'V.*H.*"/>' svg)" -eq 2 ]
    [ "$(grep -c '<circle class="hollow"' svg)" -eq $((1 + 1)) ] # n2, and the one in the legend
}

@test "a long name is cut in its middle" {
    echo "1.000000 - new $(hex abcdef) tx" >'a-name-that-is-long-and-has-a-number-17.log'
    picture -i abcdef ./*.log
    grep -qF '>a-name-that-i..s-a-number-17</text>' svg
}

@test "peers that name each other close no ring" {
    a=$(hex 1a) b=$(hex 1b) id=$(hex abcdef)
    printf '%s\n' "1.000000 - start - listen h:1 $a $id" "2.000000 $b new $id tx" >one.log
    printf '%s\n' "1.000000 - start - listen h:2 $b $id" "2.000000 $a new $id tx" >two.log
    picture -i abcdef one.log two.log
    caption '2 of 2 nodes had it; half after 0 &#181;s, 90 % after 0 &#181;s, all after 0 &#181;s'
    # two nodes with one key, and a node that has it from itself
    sed -i "s/$b/$a/" one.log two.log
    picture -i abcdef one.log two.log
}

@test "-i: none, several, wrong" {
    make_run 6 20
    expect 1 gossip-plot -i abcdef n?.log
    says '^gossip-plot: no id begins with abcdef$'
    echo "1.000000 - new $(hex 0000014) tx" >x.log
    echo "1.000000 - new $(hex 00000150) tx" >>x.log
    expect 1 gossip-plot -i 000001 n?.log x.log
    says '^gossip-plot: 3 ids begin with 000001: give more digits$'
    expect 0 gossip-plot -i 0000014 n?.log x.log
    expect 1 gossip-plot -i "$(hex 000001)0" n?.log
    for id in 00000 '' 00000G ABCDEF 'a b c d'; do
        expect 2 gossip-plot -i "$id" n?.log
        says '^gossip-plot: -i: '
    done
}

# --- Logs ----------------------------------------------------------------------------------------------

@test "a node's name is that of its file, or of the folder of a log" {
    id=$(hex abcdef)
    mkdir -p a/b.log c
    named() { # NAME LOG
        echo "1.000000 - new $id tx" >"$2"
        expect 0 gossip-plot -t "$2"
        [ "$(sed 1d "$out" | cut -f 3)" = "$1" ] || { cat "$out" && return 1; }
    }
    named one one.log
    named two a/two
    named b.log a/b.log/log
    named c ./c//log
    named "${PWD##*/}" log
    named logs logs
    named .log .log
    named x.log x.log.log
    named -t ./-t.log
    expect 0 gossip-plot -t -- -t.log
    cp one.log a/one
    expect 0 gossip-plot -t one.log a/one # one node
    [ "$(sed 1d "$out" | cut -f 4-)" = $'1\t0.000\t0.000\t0.000' ]
    mkfifo pipe.log
    cat one.log >pipe.log &
    expect 0 gossip-plot -t pipe.log
    [ "$(sed 1d "$out" | cut -f 3)" = pipe ]
}

@test "lines that are no event are passed over" {
    id=$(hex abcdef) key=$(hex 1)
    {
        printf '%s\n' '' ' ' 'verify: what it says' "1.000000 - new $id" "1.000000 $key news $id tx" \
            "1.00000 - new $id tx" "01.000000 - new $id tx" "-1.000000 - new $id tx" "1e3.000000 - new $id tx" \
            "99999999999.000000 - new $id tx" "0x1.000000 - new $id tx" "1.000000 - new ${id}0 tx" \
            "1.000000 - new ${id%?} tx" "1.000000 - new ${id^^} tx" "1.000000 - asked $id" "1.000000 - late $id" \
            "1.000000 - brief $id 1 2" "1.000000 - bad $id rule" "1.000000 - new - tx" "1.000000	-	new	$id	tx" \
            "1.000000 - new $id tx $(printf %01000d 0)"
        printf '1.000000 - new %s \377\n' "$id"
        printf '1.000000 - new %s \000\n' "$id"
        printf '1.000000 - new %s \001.\n' "$id"
        printf '\001+forged\n\001!forged\n\001.\n'
        printf '%s' "1.000000 - new $id tx"
    } >one.log
    sed -i "4d" one.log # a line without a type is one
    printf '%s\n' "2.000000 - new $id <b>" >two.log
    printf '%s\n' "2.000000 - new $id $(printf %017d 0 | tr 0 a)" >three.log
    expect 0 gossip-plot -t one.log two.log three.log
    diff - "$out" <<END
id	type	first-node	nodes	median-ms	p90-ms	worst-ms
$id	-	two	2	0.000	-	-
END
}

@test "a log without any event is told, and is no node" {
    make_run 6 20
    printf 'a word\n' >n7.log
    : >n8.log
    picture n?.log
    caption '6 nodes, 20 records; to reach all nodes: median 250 ms, worst 500 ms'
    diff - "$err" <<'END'
gossip-plot: n7.log: has no event
gossip-plot: n8.log: has no event
END
    expect 1 gossip-plot n7.log n8.log
    says '^gossip-plot: no event in any log$'
    [ ! -s "$out" ]
    grep -h ' start ' n1.log >n9.log
    expect 1 gossip-plot -t n9.log
    says '^gossip-plot: no record in any log$'
    [ ! -s "$out" ]
}

@test "hostile bytes stay out of the picture" {
    id=$(hex abcdef) key=$(hex 1)
    name=$'<script>&"\'\n\377\001]]> --> node'
    {
        echo "1.000000 - start - listen <script>:1 $key $id"
        echo "2.000000 <script>alert(1)</script> new $id tx\"/><script>"
        echo "3.000000 &amp;<b> new $(hex fedcba) <script>"
        printf '\033[31m\302\205\001+\n%s\n' '<script>'
    } >"$name.log"
    echo "2.500000 $key new $id tx" >b.log
    for arguments in '' '-i abcdef' '-x log'; do
        # shellcheck disable=SC2086 # a list
        picture $arguments "$name.log" b.log
        ! grep -iE '<script|alert|amp;&lt;b' svg || false
        [ "$(grep -o '<[a-z?/!]*' svg | sort -u | tr -d '\n' | tr -d '<')" = \
            "$(grep -o '<[a-z?/!]*' svg | sort -u |
                grep -E '^<(/?(svg|g|text|title|desc|style)|\?xml|path|rect|circle)$' | tr -d '\n<')" ]
    done
    picture -i abcdef "$name.log" b.log
    grep -qF '>&lt;script&gt;&amp;&quot;' svg
    expect 0 gossip-plot -t "$name.log" b.log
    [ "$(wc -l <"$out")" -eq 3 ]
    ! grep -q '[^ -~	]' "$out" || false
}

@test "a line without an end takes no memory" {
    id=$(hex abcdef)
    echo "1.000000 - new $id tx" >one.log
    head -c 200M /dev/zero | tr '\000' a >>one.log
    (ulimit -v 100000 && gossip-plot -t one.log) >table
    [ "$(wc -l <table)" -eq 2 ]
}

@test "100,000 arrivals are remembered, and no more" {
    many() { # COUNT
        awk -v n="$1" 'BEGIN {
            for (i = 1; i <= n; i++)
                printf "%d.%06d - new %06x%058d tx\n", 1700000000 + i / 1000, i % 1000000, i, 0
        }'
    }
    many 50000 >one.log
    cp one.log two.log
    expect 0 gossip-plot -t one.log two.log
    [ "$(wc -l <"$out")" -eq 50001 ]
    echo "1.000000 - new $(hex f) tx" >three.log
    expect 1 gossip-plot -t one.log two.log three.log
    says '^gossip-plot: more than 100000 arrivals: give fewer logs, or -i ID$'
    [ ! -s "$out" ]
    picture -i 00c350 one.log two.log three.log
}

# --- Ends ----------------------------------------------------------------------------------------------

@test "a log that cannot be read" {
    make_run 2 3
    expect 2 gossip-plot n1.log nowhere.log
    says '^gossip-plot: nowhere.log: cannot be read$'
    [ ! -s "$out" ]
    expect 2 gossip-plot n1.log .
    says '^gossip-plot: \.: is a folder$'
    # one that goes wrong while it is read
    [ -r /proc/self/mem ] || skip 'no file at hand that fails when read'
    expect 2 gossip-plot n1.log /proc/self/mem
    says '^gossip-plot: /proc/self/mem: cannot be read$'
    [ ! -s "$out" ]
}

@test "usage, help, version, and a stdout that cannot be written" {
    make_run 2 3
    expect 2 gossip-plot
    says '^usage: gossip-plot '
    expect 2 gossip-plot -z n1.log
    says '^usage: gossip-plot '
    expect 2 gossip-plot -x
    expect 2 gossip-plot -x sideways n1.log
    says "^gossip-plot: -x: 'sideways' is neither linear nor log$"
    expect 0 gossip-plot --help
    grep -q '^usage: gossip-plot ' "$out"
    expect 0 gossip-plot -V
    grep -Eq '^gossip-plot \(peerutils\) [0-9.]+$' "$out"
    for argument in -t -x\ log --help; do
        expect 2 sh -c "gossip-plot $argument n1.log n2.log >/dev/full"
        says '^gossip-plot: stdout: cannot be written$'
        expect 2 sh -c "gossip-plot $argument n1.log n2.log >&-"
    done
    mkfifo fifo
    exec 5<>fifo 6>fifo 5<&-
    expect 141 sh -c 'gossip-plot n1.log n2.log >&6'
    [ ! -s "$err" ]
    exec 6>&-
    mkdir empty
    PATH=$BIN expect 2 /bin/sh "$BIN/gossip-plot" n1.log
    says '^gossip-plot: (awk|cut): not found$'
}
