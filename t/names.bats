# shellcheck disable=SC2094 # a file that is read and compared with what comes out
load lib/common

# names: names for accounts in any stream, and back.

A=$(printf %064d 1)
B=$(printf %064d 2)
C=$(printf %064d 3)

setup() {
    fresh_folder
    printf 'key %s\n' "$A alice" "$B bob" "$B robert" >names
}

# names_of WANTED TEXT [ARGUMENT...]: what comes out, to the byte.
names_of() {
    printf %b "$2" | names "${@:3}" >got
    printf %b "$1" | cmp - got || { cat got && return 1; }
}

# Back and forth gives the same bytes.
identity() { # FILE
    names "$1" >there
    names -r there | cmp - "$1"
}

@test "accounts of every record become names, and names accounts" {
    x=$(printf %064d 9) s=$(printf %0128d 0)
    printf '%s\n' "tx $x $A 0 1 pay $B 5 - $s" "tx $x $A 0 1 pay $B 5 -" "block 1 $x $x 5 $x $B 0 0" \
        "grant $A 5" "account $B 5 0" "key $A alice" "peer $x $A host:1 5 $s" "checkpoint $x 5 $x $B 5 $s" \
        'rule name alice' "proof $x 2 0 $x $x" "block 0 $x $x 5 $x $x 0 0" >records
    names records >named
    cat >wanted <<E
tx $x alice 0 1 pay bob 5 - $s
tx $x alice 0 1 pay bob 5 -
block 1 $x $x 5 $x bob 0 0
grant alice 5
account bob 5 0
key alice alice
peer $x alice host:1 5 $s
checkpoint $x 5 $x bob 5 $s
rule name alice
proof $x 2 0 $x $x
block 0 $x $x 5 $x $x 0 0
E
    diff wanted named
    names -r named | diff records -
    names --reverse <named | diff records -
}

@test "only where an account stands: memos and hashes that look like one stay" {
    x=$(printf %064d 9)
    names_of "tx $A alice 0 1 pay bob 5 $A\n" "tx $A $A 0 1 pay $B 5 $A\n"
    names_of "tx $x $A 0 1 pay $B 5 alice\n" "tx $x alice 0 1 pay bob 5 alice\n" -r
    names_of "block 1 $A $B 5 $A alice 0 0\n" "block 1 $A $B 5 $A $A 0 0\n"
    names_of "rule name alice\n" "rule name alice\n" -r
    names_of "key $A bob\n" 'key alice bob\n' -r
}

@test "there and back is the identity on streams of records" {
    for file in "$VECTORS"/good/*.ledger "$VECTORS"/tx/signed; do
        identity "$file"
        for who in alice bob carol miner; do
            echo "key $(openssl pkey -in "$VECTORS/keys/$who.pem" -pubout -outform DER | tail -c 32 | od -An -tx1 | tr -d ' \n') $who"
        done >names
        identity "$file"
        ! cmp -s there "$file" || [ "$file" = "$VECTORS/good/genesis.ledger" ] || grep -q alice there
        # with names that are words of the records, too
        sed -i 's/ alice$/ tx/; s/ bob$/ block/; s/ carol$/ pay/; s/ miner$/ 0/' names
        identity "$file"
    done
}

@test "names that nobody, or more than one account, is known by" {
    printf 'key %s\n' "$A alice" "$B alice" "$C carol" >names # alice is nobody's
    names_of "account $A 1 0\naccount $B 1 0\naccount carol 1 0\n" "account $A 1 0\naccount $B 1 0\naccount $C 1 0\n"
    names_of 'account alice 1 0\naccount x 1 0\n' 'account alice 1 0\naccount x 1 0\n' -r
    printf 'key %s\n' "$A $B" "$C carol" >names # a name that reads like an account
    printf 'account %s 1 0\n' "$A" "$B" "$C" >records
    identity records
    names_of "account $B 1 0\n" "account $B 1 0\n" -r
}

@test "the first of an account's names is shown, all of them lead back" {
    names_of 'account bob 1 0\n' "account $B 1 0\n"
    names_of "account $B 1 0\n" 'account bob 1 0\n' -r
    names_of "account $B 1 0\n" 'account robert 1 0\n' -r
}

@test "a name with any bytes keeps its one form, so that fields stay fields" {
    printf 'key %s\n' "$A %C3%A9t%C3%A9%20%25" >names
    names_of 'account %C3%A9t%C3%A9%20%25 1 0\n' "account $A 1 0\n"
    names_of "account $A 1 0\n" 'account %C3%A9t%C3%A9%20%25 1 0\n' -r
}

@test "what is no record: every field that is an account, and no byte else" {
    names_of 'x alice  bob\n' "x $A  $B\n"
    names_of '\n\n alice \n' "\n\n $A \n"
    names_of 'alice\n' "$A\n"
    names_of "$A\n" 'alice\n' -r
    names_of "x$A ${A}0 ${A%?} $C\n" "x$A ${A}0 ${A%?} $C\n"
    names_of "txt alice\n" "txt $A\n"
    names_of 'tx\n' 'tx\n'
    names_of 'tx \n' 'tx \n'
    names_of '\0377\0000 alice \0001\n' "\\0377\\0000 $A \\0001\\n"
    names_of "\t$A\n" "\t$A\n" # only spaces part fields
}

@test "a last line without its newline stays without" {
    names_of 'account alice 1 0\naccount alice' "account $A 1 0\naccount $A"
    names_of 'account alice 1' "account $A 1"
    names_of "account $A 1" 'account alice 1' -r
    names_of '' ''
}

@test "a line that is too long is told and left out" {
    { echo "account $A 1 0" && head -c 65536 /dev/zero | tr '\0' x && echo && echo "account $B 1 0"; } >long
    expect 1 names long
    says '^long:2: line: over 65535 bytes: left out$'
    printf 'account %s 1 0\n' alice bob | cmp - "$out"
    { head -c 65535 /dev/zero | tr '\0' x && echo; } >longest
    names longest | cmp - longest
}

@test "files, stdin, several" {
    echo "account $A 1 0" >one
    echo "account $B 2 0" >two
    printf 'account %s 0\n' 'alice 1' 'bob 2' >wanted
    names one two | cmp - wanted
    names <two one - | cmp - wanted
    cat one two | names | cmp - wanted
    expect 2 names one gone
    says '^names: gone: No such file or directory$'
    expect 2 names .
    says '^names: \.: cannot read: Is a directory$'
}

@test "the address book: names and *.pub, -a, NAMES; a broken one is trouble" {
    echo "account $C 1 0" >record
    names record | cmp - record
    echo "key $C carol" >carol.pub
    [ "$(names record)" = 'account carol 1 0' ]
    mv carol.pub elsewhere
    [ "$(names -a elsewhere record)" = 'account carol 1 0' ]
    [ "$(names --names elsewhere record)" = 'account carol 1 0' ]
    [ "$(NAMES=elsewhere names record)" = 'account carol 1 0' ]
    [ "$(NAMES=gone names -a elsewhere record)" = 'account carol 1 0' ]
    expect 2 names -a gone record
    says '^names: gone: cannot open: No such file or directory$'
    for broken in "key $C" "key $C -" "key ${C%?} x" 'nonsense' "key $C a b" "key $C ä" ''; do
        printf '%s\n' "key $A alice" "$broken" >names
        expect 2 names record
        says '^names: names:2: '
        [ ! -s "$out" ]
    done
    printf 'key %s carol' "$C" >names
    expect 2 names record
    says '^names: names:1: key: torn'
    rm names
    names record | cmp - record # no book at all
}

@test "an open pipe gets its answer line by line" {
    coproc names
    pid=$COPROC_PID
    for record in "account $A 1 0" "account $B 2 0"; do
        echo "$record" >&"${COPROC[1]}"
        read -r -t 300 line <&"${COPROC[0]}"
        echo "$line" | names -r | grep -qxF "$record"
    done
    eval "exec ${COPROC[1]}>&-"
    wait "$pid"
}

@test "usage, help, version, and a stdout that cannot be written" {
    expect 2 names -x
    says '^usage: names '
    expect 0 names -h
    grep -q '^usage: names ' "$out"
    expect 0 names -V
    grep -q '^names (peerutils) ' "$out"
    expect 2 sh -c 'names names >/dev/full'
    says '^names: stdout: No space left on device$'
    expect 2 sh -c 'names names >&-'
    says '^names: stdout: Bad file descriptor$'
    expect 2 sh -c 'names <&-'
    mkfifo fifo
    exec 5<>fifo 6>fifo 5<&-
    expect 141 sh -c 'names names >&6'
    [ ! -s "$err" ]
    exec 6>&-
}

@test "a .pub file of another kind is nobody's address book, unless it is asked for" {
    rm names
    keygen -s "demo alice" alice >/dev/null
    echo 'ssh-ed25519 AAAAC3Nza somebody' >id.pub
    cut -d' ' -f2 alice.pub | names >out
    [ "$(cat out)" = alice ]
    expect 2 names -a id.pub <out
}

@test "a secret key is not put out" {
    keygen -s "demo alice" carol >book 2>/dev/null
    cat book carol.key book >mix
    expect 1 names -a book mix
    [ "$(grep -c '^key carol carol$' "$out")" -eq 2 ]
    [ "$(wc -l <"$out")" -eq 2 ]
    echo 'mix:2: pem: the beginning of a PEM file, such as a secret key: not passed on' | diff - "$err"
}

@test "the signers of a policy, sponsors and all payees of a batch; names that read like words stay" {
    local p
    p=p$(printf %064d 5)
    printf 'key %s %s\n' "$A" alice "$B" or "$p" 2 >names
    h=$(printf %064d 7) s=$(printf %0128d 1)
    printf '%s\n' "policy 1 $A $B after 3 hash $h or 2 $A $B" \
        "tx $x $p 0 1 pay $A 5 $A sponsor $A policy 1 $A or 1 $B by 0 show $h $A $s $s" \
        "tx $x $p 0 1 batch $A $A 2 $p 3 $B 5 sponsor $B $s" >lines
    expect 0 names lines
    diff - "$out" <<END
policy 1 alice $B after 3 hash $h or 2 alice $B
tx $x 2 0 1 pay alice 5 $A sponsor alice policy 1 alice or 1 $B by 0 show $h alice $s $s
tx $x 2 0 1 batch $A alice 2 $p 3 $B 5 sponsor $B $s
END
    names lines | names -r | cmp - lines
}
