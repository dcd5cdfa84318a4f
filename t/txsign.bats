load lib/common

# txsign: signatures for unsigned transactions; all else passes.

setup() {
    fresh_folder
    for name in alice bob; do
        cp "$VECTORS/keys/$name.pem" "$name.key"
        chmod 600 "$name.key"
    done
    alice=$(sed -n 's/^key \(.*\) alice$/\1/p' "$VECTORS/keys/names")
    bob=$(sed -n 's/^key \(.*\) bob$/\1/p' "$VECTORS/keys/names")
    sed "s/ $alice 0 1 pay $bob / $bob 0 1 pay $alice /" "$VECTORS/tx/unsigned" >of-bob
    sed "s/$alice/${alice%?}0/" "$VECTORS/tx/unsigned" >of-nobody
}

bytes() { # of the hex digits on stdin
    tr -d "\n" | tr a-f A-F | basenc --base16 -d
}

# holds LINE-FILE: openssl finds every signature in it good.
holds() {
    while read -r line; do
        echo "302a300506032b6570032100$(echo "$line" | cut -d' ' -f3)" | bytes >pub.der
        echo "${line##* }" | bytes >sig
        printf %s "${line% *}" >message
        openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey pub.der -sigfile sig -in message >/dev/null || return 1
    done <"$1"
}

@test "signs the unsigned transaction of the vectors" {
    expect 0 txsign -k alice.key "$VECTORS/tx/unsigned"
    cmp "$out" "$VECTORS/tx/signed"
    [ ! -s "$err" ]
    expect 0 txsign -k alice.key <"$VECTORS/tx/unsigned"
    cmp "$out" "$VECTORS/tx/signed"
    expect 0 txsign --key alice.key - <"$VECTORS/tx/unsigned"
    cmp "$out" "$VECTORS/tx/signed"
}

@test "each line by the key of its account, in order, from many files" {
    cat "$VECTORS/tx/unsigned" of-bob "$VECTORS/tx/unsigned" >three
    expect 0 txsign -k bob.key -k alice.key -k bob.key three of-bob
    [ "$(wc -l <"$out")" -eq 4 ]
    sed 's/ [^ ]*$//' "$out" | cmp - <(cat three of-bob)
    cp "$out" signed
    holds signed
    sed -n 1p signed | cmp - "$VECTORS/tx/signed"
}

@test "a signed transaction passes, and the status stays 0, even where the signature is forged" {
    expect 0 txsign -k alice.key "$VECTORS/tx/signed"
    cmp "$out" "$VECTORS/tx/signed"
    sed 's/ 100 rent / 900 rent /' "$VECTORS/tx/signed" >forged
    expect 0 txsign -k alice.key forged
    cmp "$out" forged
    expect 0 txsign -k bob.key "$VECTORS/tx/signed"
    cmp "$out" "$VECTORS/tx/signed"
}

@test "messages name the accounts that the address book knows, if there is one" {
    cat of-bob of-bob >two
    NAMES=/dev/null expect 1 txsign -k alice.key two
    says "^two:1: tx: no key here for $bob\$"
    printf 'no address book\n' >odd
    NAMES=odd expect 1 txsign -k alice.key two
    says "^two:2: tx: no key here for $bob\$"
    echo "key $bob Bob%20the%20builder" >names
    NAMES=names expect 1 txsign -k alice.key two
    says "^two:2: tx: no key here for Bob%20the%20builder [(]${bob:0:8}[)]\$"
}

@test "a transaction of another account passes unsigned: status 1, and which line it was" {
    cat of-bob of-nobody "$VECTORS/tx/unsigned" >mixed
    expect 1 txsign -k alice.key mixed
    head -n 2 mixed | cmp - <(head -n 2 "$out")
    tail -n 1 "$out" | cmp - "$VECTORS/tx/signed"
    [ "$(wc -l <"$err")" -eq 2 ]
    says "^mixed:1: tx: no key here for $bob\$"
    says '^mixed:2: tx: '
    expect 1 txsign -k alice.key <mixed
    says '^stdin:1: tx: '
}

@test "all other lines pass unchanged: status 1, each with its place" {
    u=$(cat "$VECTORS/tx/unsigned") s=$(cat "$VECTORS/tx/signed")
    {
        echo "key $alice alice"
        echo
        echo "$u "
        echo " $u"
        echo "${u/ pay / give }"
        echo "${u/ 100 / 0100 }"
        echo "${u/ 100 / 0 }"
        echo "${u/ rent/ re nt}"
        echo "${u% rent}"
        echo "$u %61"
        printf '%s\r\n' "$u"
        printf 'nul \0 byte\n'
        echo "${s%?}"
        echo "${s%?}G"
        echo "$s x"
    } >odd
    expect 1 txsign -k alice.key odd
    cmp "$out" odd
    [ "$(wc -l <"$err")" -eq "$(wc -l <odd)" ]
    for n in $(seq "$(wc -l <odd)"); do
        says "^odd:$n: (tx|line|not a tx)"
    done
}

@test "a cut last line is refused, and nothing of it passes" {
    head -c -1 "$VECTORS/tx/unsigned" >torn
    cat "$VECTORS/tx/unsigned" torn >two
    expect 1 txsign -k alice.key two
    cmp "$out" "$VECTORS/tx/signed"
    says '^two:2: line: cut short'
    head -c -1 "$VECTORS/tx/signed" >torn
    expect 1 txsign -k alice.key torn
    [ ! -s "$out" ]
    expect 1 txsign -k alice.key torn "$VECTORS/tx/unsigned"
    cmp "$out" "$VECTORS/tx/signed"
}

@test "a line that is too long is refused, the next one is signed" {
    { head -c 70000 /dev/zero | tr '\0' x && echo && cat "$VECTORS/tx/unsigned"; } >long
    expect 1 txsign -k alice.key long
    cmp "$out" "$VECTORS/tx/signed"
    says '^long:1: line: over 65535 bytes'
    { head -c 65535 /dev/zero | tr '\0' x && echo; } >longest
    expect 1 txsign -k alice.key longest
    cmp "$out" longest
}

@test "nothing in, nothing out" {
    expect 0 txsign -k alice.key </dev/null
    [ ! -s "$out" ]
}

@test "a signed line comes out before the next one goes in" {
    coproc SIGNER { txsign -k alice.key; }
    # shellcheck disable=SC2153 # coproc sets it
    child=$SIGNER_PID
    for _ in 1 2 3; do
        cat "$VECTORS/tx/unsigned" >&"${SIGNER[1]}"
        read -r -t 300 line <&"${SIGNER[0]}"
        [ "$line" = "$(cat "$VECTORS/tx/signed")" ]
    done
    eval "exec ${SIGNER[1]}>&-"
    wait "$child"
}

@test "10,000 payments through one process" {
    awk '{ for (n = 0; n < 10000; n++) { line = $0; sub(/ 0 1 pay /, " " n " 1 pay ", line); print line } }' \
        "$VECTORS/tx/unsigned" >many
    expect 0 timeout 300 txsign -k bob.key -k alice.key many
    [ "$(wc -l <"$out")" -eq 10000 ]
    sed 's/ [^ ]*$//' "$out" | cmp - many
    [ "$(cut -d' ' -f10 "$out" | sort -u | wc -l)" -eq 10000 ]
    sed -n '1p;10000p' "$out" >some
    holds some
}

@test "an encrypted key takes its passphrase from a descriptor, each the next line" {
    printf 'first\nsecond\n' >pass
    openssl pkcs8 -topk8 -in alice.key -passout pass:first -out a.key
    openssl pkcs8 -topk8 -scrypt -in bob.key -passout pass:second -out b.key
    chmod 600 a.key b.key
    expect 0 txsign -k a.key -P 3 "$VECTORS/tx/unsigned" 3<pass
    cmp "$out" "$VECTORS/tx/signed"
    expect 0 txsign -k a.key -k b.key -P 3 of-bob 3<pass
    cp "$out" signed
    holds signed
    expect 0 txsign -P 0 -k a.key < <(echo first && cat "$VECTORS/tx/unsigned")
    cmp "$out" "$VECTORS/tx/signed"
    expect 2 txsign -k b.key -P 3 "$VECTORS/tx/unsigned" 3<pass
    says '^txsign: b.key: wrong passphrase'
    [ ! -s "$out" ]
    expect 2 setsid -w txsign -k a.key "$VECTORS/tx/unsigned"
    says '^txsign: a.key: no terminal'
    need_terminal
    "$BIN/.t/ptyrun" 'a.key: ' first -- txsign -k a.key "$VECTORS/tx/unsigned" | tr -d '\r' | grep -Fqx "$(cat "$VECTORS/tx/signed")"
}

@test "a key that others can read is refused with the command that mends it" {
    chmod 640 alice.key
    expect 2 txsign -k alice.key "$VECTORS/tx/unsigned"
    says 'chmod 600 alice.key$'
    [ ! -s "$out" ]
}

@test "trouble is status 2" {
    expect 2 txsign "$VECTORS/tx/unsigned"
    says '^txsign: -k KEY is missing'
    expect 2 txsign -k none.key "$VECTORS/tx/unsigned"
    says '^txsign: none.key: cannot open'
    expect 2 txsign -k of-bob "$VECTORS/tx/unsigned"
    expect 2 txsign -k alice.key none
    says '^txsign: none: cannot open'
    expect 2 txsign -k alice.key .
    expect 2 txsign -k alice.key -P -1
    expect 2 txsign -Z
    expect 2 sh -c 'txsign -k alice.key "$VECTORS/tx/unsigned" >/dev/full'
    says '^txsign: stdout: '
    expect 2 txsign -k alice.key "$VECTORS/tx/unsigned" none
    cmp "$out" "$VECTORS/tx/signed"
    expect 0 txsign -h
    expect 0 txsign -V
}

@test "a reader that leaves ends it quietly" {
    yes "$(cat "$VECTORS/tx/unsigned")" | txsign -k alice.key 2>said | head -n 1 >one
    cmp one "$VECTORS/tx/signed"
    [ ! -s said ]
}

@test "-t: a statement by each key, of any text that fits" {
    for who in alice bob; do keygen -y $who.key >$who.pub; done
    cat alice.pub bob.pub >names
    expect 0 txsign -k alice.key -t 'I am alice, 100% sure'
    grep -qE "^statement $(cut -d ' ' -f 2 alice.pub) I%20am%20alice%2C%20100%25%20sure [0-9a-f]{128}\$" "$out"
    cp "$out" said
    expect 0 verify -q said
    names said | grep -q '^statement alice I%20am'
    expect 0 txsign -k alice.key -k bob.key -t ''
    [ "$(cut -d ' ' -f 3 "$out" | paste -s -d ,)" = -,- ]
    verify -q "$out"
    expect 0 txsign -k bob.key -t "$(printf '%256s' '' | tr ' ' x)"
    expect 2 txsign -k bob.key -t "$(printf '%257s' '' | tr ' ' x)"
    says '^txsign: -t: the text has 257 bytes, and 256 is the most: sign its sha256 instead$'
    expect 2 txsign -k alice.key -t x names
    says '^txsign: -t signs TEXT and reads no file: leave out FILE$'
    expect 2 txsign -t x
    txsign -k alice.key -t x >/dev/full 2>told || [ $? -eq 2 ]
    grep -q 'No space left' told
    # the public file in the place of the secret one
    expect 2 txsign -k alice.pub -t x
    says '^txsign: alice.pub: this is the public key; the secret one is in the file that ends in .key$'
}

@test "a secret key among the lines does not pass" {
    expect 1 txsign -k alice.key alice.key
    [ ! -s "$out" ]
    echo 'alice.key:1: pem: the beginning of a PEM file, such as a secret key: not passed on' | diff - "$err"
}
