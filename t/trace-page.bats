load lib/common
load lib/trace
load lib/awks
load lib/browser

# trace-page: a trace of netsim as a page for a browser. Most traces here are written by hand.

trace() {
    trace_of_election
    cat <<'END'
22 partition n1 / n2 n3
25 crash n3
30 commit n1 1 n1:1 a line
300 restart n3
301 event n1 follower 2 n3
301 event n3 leader 2 n3
302 pause n2
305 skew n1 40
310 resume n2
320 heal partition n1 n2 / n3
325 heal partition n1 / n2 n3
327 invoke c1 write k1 1
330 live n1 n3
340 send n3 n1 5 {"src": "n3", "body": {"type": "echo", "msg_id": 1}}
350 broken order n1 & n2 <differ>
350 result broken
END
}

# asks QUESTION: what the page's scripts make of the file t: see t/lib/tracetest.js.
asks() {
    [ -e all.js ] || cat "$ROOT"/src/page/texts.js "$ROOT"/src/page/trace/{read,state,splits,steps,layout}.js "$ROOT/t/lib/tracetest.js" >all.js
    TEXTS=$ROOT/src/page/trace/trace.texts "$javascript" all.js t "$@"
}

# The text of the page's element of that class, as the browser's script reads it.
data() { # CLASS
    awk -v class="$1" '$0 == "<pre class=\"" class "\" hidden>" { on = 1; next } /^<\/pre>/ { on = 0 } on' "$out" |
        sed 's/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'
}

refused() { # STATUS WORDS ARGUMENT...
    expect "$1" trace-page "${@:3}"
    [ ! -s "$out" ]
    says "^trace-page: $2"
}

# --- The file ---

@test "the same trace gives the same page, which holds the trace as text" {
    trace >t
    expect 0 trace-page t
    cp "$out" page
    trace-page <t | cmp - page
    trace-page - <t | cmp - page
    [ "$(head -n 1 page)" = '<!doctype html>' ]
    [ "$(tail -n 1 page)" = '</html>' ]
    data trace | sed 's/\\x09/\t/g' | diff - t
    ! LC_ALL=C grep -q '[^ -~]' <(sed '/^<pre/,/^<\/pre>/!d' page) || false
}

@test "every awk writes the same page" {
    make_awks
    { trace && printf '400 event n1 a\\nb & \303\251\n'; } >t
    every_awk trace-page t
}

@test "the page loads nothing, and its policy lets nothing else run" {
    trace >t
    expect 0 trace-page t
    [ "$(grep -c '<script' "$out")" -eq 1 ]
    [ "$(grep -c '<style' "$out")" -eq 1 ]
    ! grep -Eq ' (src|href)="?[^#"]|https?:|@import|url\(|fetch\(|XMLHttp|import\(|innerHTML|eval\(|document\.write' "$out" || false
    policy=$(sed -n 's/.*Content-Security-Policy" content="\([^"]*\)".*/\1/p' "$out")
    hash_of() { # TAG
        awk -v tag="$1" '$0 == "</" tag ">" { on = 0 } on { print } $0 == "<" tag ">" { on = 1; print "" }' "$out" |
            openssl dgst -sha256 -binary | base64
    }
    [ "$policy" = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-$(hash_of style)'; script-src 'sha256-$(hash_of script)'" ]
}

@test "every text of the page is in its one table" {
    trace-page -p >texts
    cut -d ' ' -f 1 texts | grep -v '^#' | sort >keys
    [ -z "$(uniq -d keys)" ]
    {
        sed -n 's/.*data-\(text\|label\|hint\)="\([^"]*\)".*/\2/p' "$ROOT/src/page/trace/trace.html"
        grep -oh 'say("[a-z-]*"[,)]' "$ROOT"/src/page/trace/*.js | cut -d '"' -f 2
    } | sort -u >used
    [ -z "$(comm -13 keys used)" ] || { comm -13 keys used && return 1; }
    while read -r key; do
        case $key in
        event-* | legend-* | steps-*) ;;
        *) grep -qF "\"$key\"" "$ROOT"/src/page/trace/*.{js,html} "$ROOT/src/page/elements.js" || { echo "nobody says $key" && return 1; } ;;
        esac
    done <keys
    printf 'language de\nplay Abspielen <b>\n' >mine
    trace >t
    expect 0 trace-page -t mine t
    data texts | grep -qxF 'play Abspielen <b>'
    expect 0 trace-page --texts=mine t
    head -c 1000001 /dev/zero | tr '\0' x >mine
    refused 2 'mine: more than 1000000 bytes' -t mine t
    refused 2 'nowhere: cannot be read' -t nowhere t
}

@test "hostile traces: nothing leaves its element, and no byte is lost but in lines too long" {
    {
        trace | head -n 4
        printf '5 send n1 n2 1 </pre><script>alert(1)</script>\n'
        printf '6 send </pre> <!-- 2 \\x3cscript\\x3e & &lt; &amp; \033 \377 \303\n'
        printf '7 event n1 %s\n' "$(head -c 9000 /dev/zero | tr '\0' y)"
        printf '8 event n1 a\r8 event n9 b\0c\001'
    } >t
    expect 0 trace-page t
    [ "$(grep -c '<script' "$out")" -eq 1 ]
    [ "$(grep -c '^</pre>' "$out")" -eq 2 ]
    [ "$(grep -c '</pre>' "$out")" -eq 2 ]
    data trace >seen
    grep -qxF '5 send n1 n2 1 </pre><script>alert(1)</script>' seen
    grep -qxF '6 send </pre> <!-- 2 \\x3cscript\\x3e & &lt; &amp; \x1b \xff \xc3' seen
    [ "$(grep -o 'y*$' seen | sort -u | tail -n 1 | wc -c)" -eq $((4096 - 11 + 1)) ]
    grep -qxF '8 event n1 a\x028 event n9 b\x02c\x02' seen
}

@test "what is no trace, and what is too much" {
    : >t
    refused 1 't: no line of a trace of netsim$' t
    printf 'hello\n1 2\n' >t
    refused 1 't: no line of a trace of netsim$' t
    printf '10 start n1\n9 start n2\n' >t
    refused 1 't: line 2: the time goes back$' t
    awk 'BEGIN { for (i = 1; i <= 101; i++) print "0 start n" i }' >t
    refused 1 't: more than 100 nodes$' t
    sed -i 1d t
    expect 0 trace-page t
    awk 'BEGIN { for (i = 1; i <= 200001; i++) print "0 send a b " i }' >t
    refused 1 'stdin: more than 200000 messages$' <t
    head -c 33554433 /dev/zero >t
    refused 2 't: cannot be read, or is longer than 33554432 bytes$' t
    mkdir folder
    refused 2 'folder: is a folder$' folder
    refused 2 'nowhere: cannot be read$' nowhere
    [ -r /proc/self/mem ] || return 0
    refused 2 '/proc/self/mem: cannot be read' /proc/self/mem
}

@test "usage, help, version, and a stdout that cannot be written" {
    trace >t
    expect 2 trace-page t t
    says '^usage: trace-page '
    expect 2 trace-page -z
    expect 2 trace-page -t
    expect 2 trace-page -p t
    expect 0 trace-page --help
    grep -q '^usage: trace-page ' "$out"
    expect 0 trace-page --version
    for arguments in t -p --help; do
        expect 2 sh -c "trace-page $arguments >/dev/full"
        says '^trace-page: stdout: cannot be written$'
    done
}

# --- What its scripts make of a trace ---

@test "events, messages, what became of them, and their words" {
    need_javascript
    trace >t
    asks messages | diff - <(cat <<'END'
1,n1,n2,10,12,recv,,vote,
2,n1,n3,10,13,drop,loss,vote,
3,n2,n1,12,15,recv,,voted,
4,n2,n1,14,16,recv,,voted,3
5,n3,n1,340,Infinity,,,echo,
END
    )
    asks events >said
    [ "$(wc -l <said)" -eq 31 ]
    grep -qxF '5 10 n1 sends n2 message 1: vote 1 / 0 <0>' <(sed 's/^[0-9]* //; s/^/5 /' said)
    grep -qF 'message 2 from n1 to n3 is dropped (loss)' said
    grep -qF '350 BROKEN: order n1 & n2 <differ>' said
    grep -qF '12 n2 receives message 1 from n1' said
}

@test "the nodes' states, at every event" {
    need_javascript
    trace >t
    asks states 12 | diff - <(printf '%s\n' n1,up,leader,1,n1,,,0, n2,up,,,n1,,,0, n3,up,,,,,,0,)
    asks states 17 | diff - <(printf '%s\n' 'n1,up,leader,1,n1,1,a line,0,A' n2,up,,,n1,,,0,B n3,down,,,,,,0,C)
    asks states 22 | diff - <(printf '%s\n' 'n1,up,follower,2,n1,1,a line,40,A' n2,paused,,,n1,,,0,B n3,up,leader,2,,,,0,C)
    asks states 30 | diff - <(printf '%s\n' 'n1,up,follower,2,n1,1,a line,40,' n2,up,,,n1,,,0, n3,up,leader,2,,,,0,)
    asks lives | diff - <(printf '%s\n' n1,0,15,up,false n1,15,301,up,true n1,301,350,up,false n2,0,302,up,false n2,302,310,paused,false \
        n2,310,350,up,false n3,0,25,up,false n3,300,301,up,false n3,301,350,up,true)
    # two partitions at once, and which of them ends first; then the quorum of the liveness phase
    asks splits | diff - <(printf '%s\n' 20,22,AAB 22,320,ABC 320,325,ABB 325,330, 330,350,)
}

@test "what steps go to" {
    need_javascript
    trace >t
    [ "$(asks shown commits)" = '17 29 30' ]
    [ "$(asks shown faults)" = '14 15 16 18 21 22 23 24 25 27 29 30' ]
    [ "$(asks shown states)" = '3 12 19 20 29 30' ]
    [ "$(asks shown clients)" = '4 26 29 30' ]
}

@test "what cannot be seen, or turns the direction of writing, is a number" {
    need_javascript
    printf '# netsim \342\200\256nur\n0 start n\342\200\2131\n1 send n1 n2 1 vo\342\200\256te 1\ta\302\255b\n2 broken \342\201\246order\330\234 \001\n' >t
    asks texts >said
    ! grep -Eq "$(printf '\342\200\256|\342\200\213|\302\255|\342\201\246|\330\234')" said || false
    grep -qF '"netsim \\x202enur"' said
    grep -qF '"n\\x200b1"' said
    grep -qF '"vo\\x202ete 1\ta\\xadb"' said
    grep -qF '"\\x2066order\\x61c \\x01"' said
}

@test "a run with all faults: windows and places" {
    need_javascript
    netsim -n 5 -s 7 -f all raft >t
    [ "$(asks windows)" = 'all found' ]
    asks layout >places
    [ "$(grep -c '^0 wrong of ' places)" -eq 3 ]
    last=$(awk '$2 == "commit" { index_of[$3] = $4 } END { print index_of["n1"] }' t)
    asks states $(($(wc -l <t) - 2)) | grep -q "^n1,up,[a-z]*,[0-9]*,n[1-5],$last,"
}

# --- In a browser ---

plays() { # BROWSER
    need_browser "$1"
    trace >t
    trace-page t >t.html
    browse t.html "$ROOT/t/lib/tracebrowse.mjs" steps broken filter keys pointer sizes play calm
    printf 'language de\nplay Abspielen\n' >mine
    trace-page -t mine t >t.html
    browse t.html "$ROOT/t/lib/tracebrowse.mjs" texts
}

# bats test_tags=thorough
@test "Chromium: steps, keys, the pointer, playing, the broken property" {
    plays chromium
}

# bats test_tags=thorough
@test "Firefox: steps, keys, the pointer, playing, the broken property" {
    plays firefox
}

plays_much() { # BROWSER
    need_browser "$1"
    netsim -n 5 -s 7 -f all raft >t
    trace-page t >t.html
    browse t.html "$ROOT/t/lib/tracebrowse.mjs" many
}

# bats test_tags=thorough
@test "Chromium: 5 nodes and 2,000 messages" {
    plays_much chromium
}

# bats test_tags=thorough
@test "Firefox: 5 nodes and 2,000 messages" {
    plays_much firefox
}

bears_hostility() { # BROWSER
    need_browser "$1"
    n=0
    {
        trace | head -n 4
        for word in '<img src=x onerror=document.title=1>' '</pre><script>document.title=1</script>' '\x3cscript>document.title=1\x3c/script>' \
            'javascript:document.title=1' '__proto__' 'constructor' 'toString'; do
            n=$((n + 1))
            echo "$((n + 4)) send n1 $word $n $word"
            echo "$((n + 4)) recv $word n1 $n"
            echo "$((n + 4)) event $word $word 1 n1"
            echo "$((n + 4)) $word n1 1"
            echo "$((n + 4)) partition $word / n1"
            echo "$((n + 4)) send n1 n2 $word $word"
        done
        echo '30 dup n1 n2 __proto__ x'
    } >t
    trace-page t >t.html
    browse t.html "$ROOT/t/lib/tracebrowse.mjs" hostile
}

# bats test_tags=thorough
@test "Chromium: a hostile trace runs nothing" {
    bears_hostility chromium
}

# bats test_tags=thorough
@test "Firefox: a hostile trace runs nothing" {
    bears_hostility firefox
}
