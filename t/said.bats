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
    can_inject
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

# A history of attests, and now and then votes, in ascending order or, with `any`, as other machines may have brought them.
history_of() { # SEED COUNT HEIGHTS [any]
    awk -v seed="$1" -v count="$2" -v heights="$3" -v any="${4-}" 'BEGIN {
        srand(seed)
        source = last = 0
        for (i = 0; i < 64; i++) chain = chain "1"
        for (i = 0; i < 64; i++) key = key "2"
        print "history", chain, key
        for (i = 1; i <= count; i++) {
            root = sprintf("%064d", 0)
            gsub("0", int(rand() * 3) + 1, root)
            if (any != "") {
                # the first half lies within the second one
                target = int(i * heights / count)
                source = i > count / 2 ? int(rand() * 3) : target - int(rand() * 4)
                source = source < 0 ? 0 : source
            } else {
                target = int(i * heights / count)
                if (rand() < 0.7) source = target - int(rand() * 3)
                source = source < last ? last : source > target ? target : source
                last = source
            }
            print "attest", source, target, (rand() < 0.2 ? "-" : root)
            if (i % 7 == 0) print "vote", int(i / 7), int(rand() * 2), "prevote", root
            if (i % 14 == 0) print "heard vote", chain, int(i / 7), 0, "prevote", root, key, key key
        }
    }'
}

@test "what is pruned allows nothing that was forbidden, and has little left" {
    for seed in {1..15}; do
        any=()
        [ $((seed % 3)) -ne 0 ] || any=(any)
        history_of "$seed" 140 150 "${any[@]}" >whole
        cp whole said
        ask prune | grep -qx new
        [ "$(grep -c '^attest' said)" -le 64 ]
        [ "$(grep -c '^vote' said)" -le 8 ]
        [ "$(grep '^vote' said | tail -n 1)" = "$(grep '^vote' whole | tail -n 1)" ]
        expect 0 "$BIN/.t/saidtest" said pruned whole 155
        # pruned again, it stays so
        cp said once && ask prune >/dev/null && cmp once said
    done
    # what has been signed last can be said again
    history_of 1 140 150 >said
    last=$(grep '^attest' said | grep -v -e '-$' | tail -n 1)
    # shellcheck disable=SC2001 # no pattern of the shell says it
    [ "$(ask prune "$(sed 's/\(.\)\1*$/\1/' <<<"$last")" | paste -s -d ' ')" = 'new again' ]
}

@test "of a height in which it was locked again and again, what the last lock rests on is left" {
    one=$(printf '1%.0s' {1..64}) two=$(printf '2%.0s' {1..64}) nil=$(printf '0%.0s' {1..64})
    heard() { echo "heard $1 $one $2 $3 $4 $two $two signature"; } # KIND HEIGHT ROUND STEP|VALIDROUND
    {
        echo "history $one $two"
        heard vote 9 4 prevote
        for round in 0 3 7; do
            heard proposal 10 $round -
            heard vote 10 $round prevote
            echo "vote 10 $round precommit $two"
        done
        heard vote 10 8 prevote
        echo "vote 10 9 precommit $nil"
    } >whole
    cp whole said
    ask prune | grep -qx new
    cmp said <(grep -v 'heard vote [^ ]* 10 [03] ' whole)
}

@test "it is pruned when it has grown, while it stays locked; a file with two names is not" {
    history_of 1 12000 15000 >said
    [ "$(stat -c %s said)" -gt 1048576 ]
    cp said whole && ln said other
    answers new -- 'attest 14999 15001 1'
    [ "$(wc -l <said)" -eq $(($(wc -l <whole) + 1)) ]
    rm other
    mkfifo in
    "$BIN/.t/saidtest" said <in >out & pid=$!
    exec 8>in
    echo 'attest 15001 15002 1' >&8
    eventually test -s out
    [ "$(wc -l <said)" -lt 200 ]
    expect 1 flock -n said true
    exec 8>&-
    wait "$pid"
}

@test "where it cannot be replaced, it stays in use, which is said once, and locked" {
    history_of 1 12000 15000 >said
    cp said whole
    mkdir said.tmp
    expect 0 ask 'attest 15001 15002 1' prune 'attest 15001 15003 1'
    [ "$(cut -d ' ' -f 1 "$out" | paste -s -d ' ')" = 'new new new' ]
    [ "$(grep -c 'unpruned: said' "$err")" -eq 1 ]
    tail -n +"$(($(wc -l <whole) + 1))" said | cut -d ' ' -f 2-3 | paste -s -d ' ' | grep -qx '15001 15002 15001 15003'
    head -n "$(wc -l <whole)" said | cmp - whole
    rmdir said.tmp
    can_inject
    # a file that is mounted into a container
    expect 0 strace -o trace -e inject=rename:error=EBUSY "$BIN/.t/saidtest" said <<<prune
    says 'unpruned: said: Device or resource busy'
    [ ! -e said.tmp ]
    # the new file is locked before others find it
    strace -o trace -e trace=flock,rename "$BIN/.t/saidtest" said <<<prune
    [ "$(sed -n 's/^\(flock\|rename\)(.*/\1/p' trace | paste -s -d ' ')" = 'flock flock rename' ]
    # and if its name may be lost, nothing is signed
    cp whole said
    expect 2 strace -o trace -e inject=fsync:error=EIO:when=3 "$BIN/.t/saidtest" said <<<'attest 15001 15002 1'
    [ "$(grep -c '15001 15002' said)" -eq 0 ]
}
