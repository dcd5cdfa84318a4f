load lib/common

# bencode: the vectors, JSON and back byte for byte, what is lenient on the wire, and every refusal.

DHT=$VECTORS/dht

unhex() { # HEX
    [ -z "$1" ] || printf '%b' "$(fold -w 2 <<<"$1" | sed 's/^/\\x/' | tr -d '\n')"
}

@test "the vectors: what is good comes back byte for byte, and what is bad is refused with its byte" {
    while IFS=$'\t' read -r verdict hex reason; do
        [ "$verdict" != '#verdict' ] || continue
        unhex "$hex" >in
        run_apart bencode in
        [ "$status" -eq "$([ "$verdict" = good ]; echo $?)" ] || { echo "$verdict $reason: $status" && false; }
        if [ "$verdict" = good ]; then
            bencode -r <"$out" | cmp in -
        else
            says '^bencode: in: bencoding: (byte [0-9]+: |more than)'
        fi
    done <"$DHT/bencode.tsv"
}

@test "messages of KRPC come back byte for byte" {
    count=0
    while IFS=$'\t' read -r name hex; do
        [ "$name" != '#name' ] || continue
        unhex "$hex" >in
        bencode in >json
        bencode -r json | cmp in - || { echo "$name" && false; }
        count=$((count + 1))
    done <"$DHT/krpc.tsv"
    [ "$count" -eq 21 ]
}

@test "strings: text as itself, other bytes as digits, and what looks like digits, too" {
    printf 'l0:1:"1:\\6:h\xc3\xa4\xf0\x9f\x8d1:\xff3:0xa2:0x2:\xc2\x851:\n1:\x7f1:\x003:\xed\xa0\x80e' >bad
    printf 'l0:1:"1:\\7:h\xc3\xa4\xf0\x9f\x8d\x8b1:\xff3:0xa2:0x2:\xc2\x851:\n1:\x7f1:\x003:\xed\xa0\x80e' >in
    [ "$(bencode in)" = '["","\"","\\","hä🍋","0xff","0x307861","0x3078","0xc285","0x0a","0x7f","0x00","0xeda080"]' ]
    bencode in | bencode -r | cmp in -
    bencode bad >json
    bencode -r json | cmp bad -
}

@test "JSON by hand: keys are put in order, digits may be of either case" {
    [ "$(echo '{"b": [1, -2, {}], "a\u00e4": "0xC3", "a": "0x61"}' | bencode -r)" = $'d1:a1:a3:a\xc3\xa41:\xc31:bli1ei-2edeee' ]
    for bad in '' '{' '[1.5]' '[true]' 'null' '{"a":1,"a":2}' '{"a":1,"0x61":2}' '["0x1"]' '["0xzz"]' '9223372036854775808' '1 2'; do
        expect 1 bencode -r <<<"$bad"
        [ ! -s "$out" ]
        says '^bencode: stdin: JSON: '
    done
}

@test "on the wire: keys in any order and twice, leading zeros; no more" {
    printf 'd1:bi007e1:ai-0e1:a01:xe' >in
    expect 1 bencode in
    says 'byte 5: a number with a leading zero'
    [ "$(bencode -w in)" = '{"b":7,"a":0,"a":"x"}' ]
    printf 'i1ei2e' >in
    expect 1 bencode -w in
    says 'byte 3: more bytes after the value'
}

@test "one hundred levels and no more, either way" {
    deep() { printf "%0.s$2" $(seq "$1") && printf "%0.s$3" $(seq "$1"); }
    deep 100 l e | bencode >json
    deep 100 l e | cmp - <(bencode -r json)
    deep 101 l e >in
    expect 1 bencode in
    says 'byte 100: too many levels'
    deep 101 '[' ']' >in
    expect 1 bencode -r in
    says 'more than 100 levels'
}

@test "the value of one key, as its bytes are" {
    printf 'd1:ai1e4:infod4:infoi6e6:lengthi5ee1:zl4:infoi7eee' >in
    [ "$(bencode -x info in)" = 'd4:infoi6e6:lengthi5ee' ]
    [ "$(bencode -x z in)" = 'l4:infoi7ee' ]
    [ "$(bencode -x a - <in)" = i1e ]
    expect 1 bencode -x length in
    says 'in: it is not a dictionary with the key length'
    expect 1 bencode -x a <<<'i1e'
    says 'byte 3: more bytes'
    printf 'd1:ai1e1:ai2ee' >in
    expect 1 bencode -x a in
    [ "$(bencode -w -x a in)" = i1e ]
}

@test "what cannot be asked" {
    expect 2 bencode nothere
    says '^bencode: nothere: No such file'
    expect 2 bencode -rw
    says '-r: not with -w or -x'
    expect 2 bencode -r -x a
    expect 2 bencode .
    [ ! -e /dev/full ] || { expect 2 sh -c 'printf i1e | bencode >/dev/full' && says 'No space'; }
    expect 2 sh -c 'head -c 67108865 /dev/zero | bencode'
    says 'stdin: more than 67108864 bytes'
}
