load lib/common
load lib/ledger

# What a validator has signed (src/validator/said.h): its file, the conditions of EIP-3076, and the interchange.

ask() { # LINE...: answers to them, one a line
    printf '%s\n' "$@" | timeout 300 "$BIN/.t/saidtest" said
}

answers() { # WORD... -- LINE...: the first words of the answers
    local want=()
    while [ "$1" != -- ]; do
        want+=("$1")
        shift
    done
    shift
    [ "$(ask "$@" | cut -d ' ' -f 1 | paste -s -d ' ')" = "${want[*]}" ] || { ask "$@" && return 1; }
}

@test "votes go forward in height, round and step; the same may be said again, and nothing else" {
    answers new again refused: -- 'vote 5 0 propose 1' 'vote 5 0 propose 1' 'vote 5 0 propose 2'
    answers new new refused: again -- 'vote 5 0 prevote 1' 'vote 5 0 precommit 1' 'vote 5 0 prevote 1' 'vote 5 0 precommit 1'
    answers new refused: refused: new -- 'vote 5 3 prevote 0' 'vote 5 2 precommit 1' 'vote 4 9 precommit 1' 'vote 6 0 propose 3'
    [ "$(wc -l <said)" -eq 6 ]
    grep -Fxq "vote 5 0 precommit $(printf '1%.0s' {1..64})" said
}

@test "no two attests of one target, and none around another" {
    answers new again refused: refused: -- 'attest 2 3 1' 'attest 2 3 1' 'attest 2 3 2' 'attest 1 3 1'
    answers new refused: refused: new -- 'attest 4 9 1' 'attest 5 8 1' 'attest 3 10 1' 'attest 4 10 1'
    answers refused: refused: refused: -- 'attest 1 11 1' 'attest 2 2 1' 'attest 12 11 1'
    answers new -- 'attest 9 11 -'
    answers refused: -- 'attest 9 11 -'
}

@test "it is on disk before the answer: whatever ends the process, the next one knows" {
    printf '%s\n' 'vote 7 1 precommit 4' cut | timeout 300 "$BIN/.t/saidtest" said
    answers refused: again -- 'vote 7 1 precommit 5' 'vote 7 1 precommit 4'
}

@test "what one wrote that was killed before it could sync is synced, before it is said again" {
    [ -z "${SANITIZE-}" ] || skip 'a sanitizer has calls of its own'
    need strace
    strace -o /dev/null -e inject=fsync:error=EIO true 2>/dev/null || skip 'strace does not work here'
    ask 'vote 7 1 precommit 4' >/dev/null
    strace -o trace -e trace=fdatasync,fsync,write "$BIN/.t/saidtest" said <<<'vote 7 1 precommit 4' >answer
    grep -q '^again$' answer
    [ "$(sed 's/(.*//' trace | head -n 3 | paste -s -d ' ')" = 'fdatasync fsync write' ]
    expect 2 strace -o trace -e inject=fdatasync:error=EIO "$BIN/.t/saidtest" said <<<'vote 7 1 precommit 4'
    [ ! -s "$out" ]
}

@test "a torn last line was never signed, and is moved away; any other wrong line stops it" {
    ask 'vote 7 1 prevote 4' 'vote 7 1 precommit 4' >/dev/null
    answers again -- 'vote 7 1 precommit 4'
    [ ! -e said.torn ]
    truncate -s -3 said
    answers again new -- 'vote 7 1 prevote 4' 'vote 7 1 precommit 5'
    [ -s said.torn ]
    sed -i '2s/prevote/prefer/' said
    expect 1 ask 'vote 8 0 propose 1'
    says 'line 2: neither a vote nor an attest'
    echo 'vote 1 0 propose -' >said
    expect 1 ask 'vote 8 0 propose 1'
    says 'line 1: it does not begin with'
}

@test "another chain's or key's file is refused, and an open one is locked" {
    ask 'vote 7 1 precommit 4' >/dev/null
    expect 1 timeout 300 "$BIN/.t/saidtest" said 3 2 </dev/null
    says 'of another chain'
    expect 1 timeout 300 "$BIN/.t/saidtest" said 1 3 </dev/null
    says 'of another key'
    expect 124 flock said timeout 2 "$BIN/.t/saidtest" said </dev/null
}

@test "trouble with the disk refuses to sign" {
    ln -s /dev/full said
    expect 2 ask 'vote 7 1 precommit 4'
    mkdir -p folder && rm said && ln -s folder said
    expect 2 ask 'vote 7 1 precommit 4'
}

@test "the interchange goes out, and in again, and forbids the same" {
    ask 'vote 7 1 precommit 4' 'attest 2 3 1' 'attest 3 5 -' export | tail -n 1 >out.json
    python3 -m json.tool out.json >/dev/null
    mv said first
    answers new refused: new refused: again refused: refused: -- "import $(cat out.json)" 'vote 7 2 propose 1' 'vote 8 0 propose 1' \
        'attest 2 3 2' 'attest 2 3 1' 'attest 3 5 1' 'attest 1 6 1'
    mv said second
    # what it says twice is taken once
    twice=$(python3 -c 'import json, sys
it = json.load(open("out.json"))
for kind in "signed_blocks", "signed_attestations": it["data"][0][kind] *= 2
print(json.dumps({**it, "data": it["data"] * 2}))')
    answers new -- "import $twice"
    [ "$(wc -l <said)" -eq 4 ]
    rm said
    answers refused: -- "import $(tr 1 9 <out.json)"
    answers refused: refused: refused: refused: -- 'import {' 'import {}' "import $(sed 's/"5"/"4"/' out.json)" \
        "import $(sed 's/target_epoch/t/' out.json)"
    [ ! -s said ]
    answers refused: new -- "import $(sed 's/0x2222/0x3333/' out.json)" 'attest 2 3 2'
}
