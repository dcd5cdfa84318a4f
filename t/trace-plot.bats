# bats file_tags=slow
load lib/common
load lib/trace
load lib/awks

# gossip-plot -m: a trace of netsim as a space-time diagram. Most traces here are written by hand.

trace() {
    trace_of_election
    cat <<'END'
25 crash n3
30 commit n1 1 n1:1 a line
30 commit n1 2 n1:2 a line
31 commit n2 1 n1:1 a line
300 restart n3
301 event n1 follower 2 n3
302 pause n2
310 resume n2
320 heal partition
330 live n1 n3
340 send n3 n1 5 {"src": "n3", "body": {"type": "echo", "msg_id": 1}}
350 broken order n1 & n2 <differ>
350 result broken
END
}

# drawn ARGUMENT...: draws with every awk into the file svg, which must be sound and plain.
drawn() {
    [ -d awks ] || make_awks
    every_awk timeout 300 gossip-plot -m "$@"
    cp "$out" svg
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

has() { # COUNT PATTERN: so many lines of the picture
    [ "$(grep -Ec -- "$2" svg)" -eq "$1" ] || { echo "$(grep -Ec -- "$2" svg) lines, not $1: $2" && grep -E -- "$2" svg && return 1; }
}

refused() { # STATUS WORDS ARGUMENT...
    expect "$1" gossip-plot -m "${@:3}"
    [ ! -s "$out" ]
    says "^gossip-plot: $2"
}

@test "each message has an arrow, and each mark its place" {
    trace >t
    drawn t
    has 1 '<title>netsim -s 1 .* &lt;raft&gt; &amp; &quot;more&quot;'
    has 1 '<desc>5 messages, 0 to 350 ms; broken: order n1 &amp; n2 &lt;differ&gt;</desc>'
    has 5 '<path class="line s[0-9]"[^>]*><title>'
    has 3 'marker-end="url[^>]*><title>'
    has 1 '<title>n1 to n2, 10 to 12 ms: vote 1 0 &lt;0&gt;</title>'
    has 1 '<title>n1 to n3, 10 to dropped \(loss\) at 13 ms: vote'
    has 1 'stroke-dasharray="5 3" marker-end="url.*<title>n2 to n1, 14 to 16 ms: voted 1 yes' # the copy
    has 2 '<title>commit '
    has 1 '<title>commit 1 to 2</title>'
    has 1 '>crash</text>'
    has 1 '>restart</text>'
    has 1 '>partition n1 n2 / n3</text>'
    has 1 '>live n1 n3</text>'
    has 1 'class="red" font-size="11">broken order'
    has 1 '>leader 1 n1</text>'
    has 1 '>propose n1:1 a line</text>'
    has 3 'class="band s[0-9]"'
    has 1 'stroke-width="7"'            # n1 leads for a while
    has 1 'class="life".*"2 4"'         # n2 pauses
    has 1 '>echo</text>'                # the type in the JSON
    # the words of what is sent to two stand once
    has 1 'matrix.*>vote 1 0 &lt;0&gt;</text>'
}

@test "the line of a node has a gap while it is down" {
    trace >t
    drawn t
    # n3: up to the crash, and from the restart on
    x=$(sed -n 's/.*<text x="\([0-9.]*\)".*>n3<.text>/\1/p' svg | head -n 1)
    has 2 "class=\"life\" d=\"M$x "
    y=$(sed -n "s/.*class=\"life\" d=\"M$x [0-9.]*V\([0-9.]*\)\".*/\1/p" svg | head -n 1)
    from=$(sed -n "s/.*class=\"life\" d=\"M$x \([0-9.]*\)V.*/\1/p" svg | tail -n 1)
    awk "BEGIN { exit !($y < $from) }"
}

@test "a window: what is in it, and what reaches into it" {
    trace >t
    drawn -w 13-15 t
    has 1 '<desc>3 messages of 5, 13 to 15 ms'
    has 3 '<path class="line s[0-9]"[^>]*><title>'
    has 0 '>crash<'
    has 1 '>leader 1 n1</text>'
    drawn -w 302-308 t
    has 1 '<desc>0 messages of 5, 302 to 308 ms'
    has 1 '>pause</text>'
}

@test "many messages: the first, or the last before a property broke" {
    { echo '# netsim -s 1' && for i in {1..700}; do
        printf '%d send n1 n2 %d append %d\n%d recv n2 n1 %d\n' $((i * 10)) "$i" "$i" $((i * 10 + 4)) "$i"
    done; } >t
    drawn t
    has 1 '<desc>500 messages of 700, 0 to 5000 ms</desc>'
    has 0 matrix
    echo '7005 broken order n1' >>t
    drawn t
    has 1 '<desc>500 messages of 700, 2010 to 7005 ms; broken: order n1</desc>'
    drawn -w 100-900 t
    has 1 '<desc>81 messages of 700, 100 to 900 ms'
    drawn -w 100-890 t
    has 1 'matrix.*>append 11<'
}

@test "names, texts and lines that are hostile" {
    long=$(head -c 3000 /dev/zero | tr '\0' x)
    {
        trace | head -n 4
        echo "5 send n1 n2 1 $long"
        echo '6 recv n2 n1 1'
        printf '6 send a<b>&"c n1 2 \001\033[2J\377\n'
        printf "7 send n1' n1 3 twin\n8 recv n1 n1' 3\n8 send n1 n1 4 self\n9 recv n1 n1 4\n"
        printf '9 recv n1 n2 99\n9 drop n1 n2 98 loss\n9 dup n1 n2 97 96\n9 dup n1 n2 1 2\n9 send n1 n2 1 again\n'
        printf '9 send\n9 recv\n9 crash\n9 event n1\n9 commit n2\nx send n1 n2 7 word\n-1 send n1 n2 8 word\n9.5 send n1 n2 9 word\n'
        printf '99999999999999999 send n1 n2 10 word\n'
        printf '10 partition\n10 heal\n10 partition / > / nobody n1\n11 event n1 leader\n11 event n1 leader 1 n1\n'
        printf 'no newline at the end'
    } >t
    drawn t
    has 1 '<desc>4 messages, 0 to 11 ms'
    has 2 'text-anchor="middle">a&lt;b&gt;&amp;&quot;c</text>'
}

@test "what cannot be drawn" {
    refused 1 'no message in the trace' /dev/null
    trace >t
    refused 1 'nothing happens from 40 to 200 ms' -w 40-200 t
    { cat t && echo '7 start n9'; } >back
    refused 1 'line 30: the time goes back' back
    seq 101 | sed 's/.*/0 start n&/' >crowd
    refused 1 'more than 100 nodes' crowd
    seq 5001 | sed 's/.*/1 send n1 n2 & word/' >much
    refused 1 '5,001 messages in the window: give a shorter one' -w 0-1 much
    refused 2 "-w: '5' is not two times in milliseconds, FROM-TO" -w 5 t
    refused 2 "-w: '9-5' is not two times" -w 9-5 t
    refused 2 "-w: '-5' is not two times" -w -5 t
    refused 2 "-w: '1-2-3' is not two times" -w 1-2-3 t
    refused 2 'missing: cannot be read' missing
    refused 2 '.: is a folder' .
    refused 2 "'t': too many operands" t t
    refused 2 '-t is for logs, and -m for a trace: give only one of them' -t t
    expect 2 gossip-plot -w 1-2 t
    says '^gossip-plot: -w needs -m$'
    expect 2 sh -c 'gossip-plot -m t >/dev/full'
}

@test "what netsim prints" {
    netsim -s 7 -n 3 raft >t
    drawn -w 0-400 t
    has 1 'leader 1 n'
    [ "$(grep -c '<title>.* voted ' svg)" -ge 1 ]
    gossip-plot --messages <t >again
    gossip-plot -m t | cmp - again
}
