load lib/common

# keygen: keys and the files that hold them.

ptyrun() {
    "$BIN/.t/ptyrun" "$@"
}

account() { # of a PEM file, as openssl sees it: account FILE [OPTION...]
    openssl pkey -in "$@" -pubout -outform DER | tail -c 32 | od -An -v -tx1 | tr -d ' \n'
}

mode() {
    stat -c %a "$1"
}

nothing_made() {
    [ -z "$(find . -name '*.key' -o -name '*.pub')" ]
}

@test "makes NAME.key and NAME.pub, and prints the key line" {
    expect 0 keygen alice
    cmp "$out" alice.pub
    [ "$(cat alice.pub)" = "key $(account alice.key) alice" ]
    [ ! -s "$err" ]
}

@test "the key is 0600 and the key line is not, whatever the umask" {
    (umask 000 && keygen a)
    (umask 277 && keygen b)
    [ "$(mode a.key) $(mode b.key) $(mode a.pub)" = '600 600 666' ]
}

@test "two keys differ" {
    keygen a
    keygen b
    ! cmp -s a.key b.key || false
}

@test "-s gives the same key again, and says that anyone can" {
    expect 0 keygen -s 'a text' alice
    says 'anyone who knows'
    mkdir again
    expect 0 keygen -s 'a text' again/alice
    cmp alice.key again/alice.key
    cmp alice.pub again/alice.pub
    expect 0 keygen -s 'another' bob
    ! cmp -s alice.key bob.key || false
    [ "$(sed -n 2p alice.key | base64 -d | tail -c 32 | od -An -v -tx1 | tr -d ' \n')" = \
        "$(printf 'a text' | sha256sum | cut -c 1-64)" ]
}

@test "a name with a folder: the folder is not part of the name" {
    mkdir keys
    keygen keys/alice
    [ "$(cut -d' ' -f3 keys/alice.pub)" = alice ]
}

@test "the name is written as a text" {
    keygen -s x 'two words'
    keygen -s x 'Zoë'
    keygen -s x -- -
    [ "$(cut -d' ' -f3 'two words.pub' 'Zoë.pub' ./-.pub | tr '\n' ' ')" = 'two%20words Zo%C3%AB %2D ' ]
}

@test "names that are none" {
    digits=$(printf %064d 7)
    for name in '' folder/ "$digits" "folder/$digits" "$(printf %064d 0 | tr 0 A)"; do
        mkdir -p folder
        expect 2 keygen "$name"
        says '^keygen: the name is '
    done
    expect 2 keygen $'alice\r'
    says '^keygen: the name ends in a carriage return, as lines written on Windows do$'
    for name in $'two\nlines' $'\ttab' $'\033[1m' $'bell\a' $'\177'; do
        expect 2 keygen "$name"
        says '^keygen: the name has a control character in it$'
    done
    expect 2 keygen "$(printf %0257d 0)"
    says 'over 256 bytes'
    expect 2 keygen "$(printf %0255d 0)"
    says 'name too long'
    expect 2 keygen no/such/folder
    nothing_made
}

@test "nothing is overwritten, and one file is never made without the other" {
    echo mine >alice.key
    expect 2 keygen alice
    says '^keygen: alice.key exists'
    [ "$(cat alice.key)" = mine ]
    [ ! -e alice.pub ]
    echo mine >bob.pub
    expect 2 keygen bob
    says '^keygen: bob.pub exists'
    [ "$(cat bob.pub)" = mine ]
    [ ! -e bob.key ]
    ln -s nowhere carol.key
    ln -s nowhere dave.pub
    expect 2 keygen carol
    expect 2 keygen dave
    [ ! -e nowhere ]
    [ ! -e carol.pub ]
    [ ! -e dave.key ]
}

@test "a key that cannot be written whole is not left behind" {
    (ulimit -f 0 && keygen alice) >/dev/null 2>&1 && false
    nothing_made
}

@test "a full stdout is trouble, and nothing is made" {
    run_apart sh -c 'keygen alice >/dev/full'
    [ "$status" -eq 2 ]
    says '^keygen: stdout: '
    nothing_made
    expect 0 keygen alice
    expect 2 sh -c 'keygen -y alice.key >/dev/full'
}

@test "usage" {
    expect 2 keygen
    expect 2 keygen a b
    expect 2 keygen -y a.key b
    expect 2 keygen -y a.key -s x
    expect 2 keygen -y a.key -p
    expect 2 keygen -P x a
    expect 2 keygen -Z a
    nothing_made
    expect 0 keygen -h
    expect 0 keygen -V
}

# --- -y -----------------------------------------------------------------------------------------

@test "-y prints the key line of a key" {
    keygen alice
    expect 0 keygen -y alice.key
    cmp "$out" alice.pub
    mv alice.key bob.key
    expect 0 keygen -y ./bob.key
    [ "$(cut -d' ' -f3 "$out")" = bob ]
}

@test "-y reads the keys of openssl, plain and encrypted in the usual ways" {
    openssl genpkey -algorithm ed25519 -out plain.key
    chmod 600 plain.key
    want=$(account plain.key)
    [ "$(keygen -y plain.key)" = "key $want plain" ]
    echo secret >pass
    for way in '' '-scrypt' '-scrypt -v2 aes-128-cbc' '-v2 aes-256-cbc -v2prf hmacWithSHA512' '-v1 PBE-SHA1-3DES'; do
        # shellcheck disable=SC2086 # several words
        openssl pkcs8 -topk8 $way -in plain.key -passout file:pass -out sealed.pem
        chmod 600 sealed.pem
        [ "$(keygen -P 3 -y sealed.pem 3<pass)" = "key $want sealed.pem" ]
        echo wrong >other
        expect 2 keygen -P 3 -y sealed.pem 3<other
        says '^keygen: sealed.pem: wrong passphrase'
    done
}

@test "-y does not begin on an encryption that takes for ever" {
    openssl genpkey -algorithm ed25519 -out plain.key
    echo secret >pass
    openssl pkcs8 -topk8 -iter 65793 -in plain.key -passout file:pass -outform DER -out sealed.der
    sed 's/\x02\x03\x01\x01\x01/\x02\x03\x7f\xff\xff/' sealed.der >long.der
    ! cmp -s sealed.der long.der || false
    (umask 077; { echo '-----BEGIN ENCRYPTED PRIVATE KEY-----' && openssl base64 -in long.der &&
        echo '-----END ENCRYPTED PRIVATE KEY-----'; } >long.pem)
    expect 2 timeout 300 keygen -P 3 -y long.pem 3<pass
    says '^keygen: long.pem: wrong passphrase .*or an encryption that'
}

@test "-y reads a key with words and carriage returns around it" {
    keygen -s x alice
    { openssl pkey -in alice.key -noout -text && sed 's/$/\r/' alice.key && echo tail; } >told.key
    chmod 600 told.key
    [ "$(keygen -y told.key | cut -d' ' -f2)" = "$(cut -d' ' -f2 alice.pub)" ]
}

@test "a key that others can get at is refused with the command that mends it" {
    keygen alice
    for m in 604 640 620 610 601 602 644 777; do
        chmod "$m" alice.key
        expect 2 keygen -y alice.key
        says 'chmod 600 alice.key$'
        [ ! -s "$out" ]
    done
    sh -c "$(sed 's/.*: //' "$err")"
    expect 0 keygen -y alice.key
}

@test "what is no key of ours is refused" {
    openssl genpkey -algorithm x25519 -out x.key
    openssl ecparam -name prime256v1 -genkey -noout -out old.key
    openssl genpkey -algorithm ed448 -out e448.key
    : >empty.key
    head -c 3000 /dev/zero >zero.key
    head -c 100000 /dev/zero >large.key
    mkdir folder.key
    mkfifo pipe.key
    chmod 600 ./*.key
    chmod 700 folder.key
    for f in x old e448 empty zero large folder pipe none; do
        expect 2 timeout 300 keygen -y "$f.key"
        says "^keygen: $f.key: "
    done
}

@test "a cut or changed key file is refused, not misread" {
    keygen -s x alice
    want=$(keygen -y alice.key)
    size=$(stat -c %s alice.key)
    cp alice.key bad.key
    for n in $(seq 0 6 $((size - 3))); do
        head -c "$n" alice.key >bad.key
        expect 2 keygen -y bad.key
    done
    for at in 0 27 30 40 50 60; do # up to where the seed begins
        { head -c "$at" alice.key && printf '!' && tail -c +$((at + 2)) alice.key; } >bad.key
        expect 2 keygen -y bad.key
    done
    [ "$(keygen -y alice.key)" = "$want" ]
}

# --- Passphrases --------------------------------------------------------------------------------

@test "-P encrypts with the first line of a descriptor" {
    printf 'pass phrase\nsecond line\n' >pass
    expect 0 keygen -P 3 -s x alice 3<pass
    head -n 1 alice.key | grep -q ENCRYPTED
    [ "$(mode alice.key)" = 600 ]
    expect 0 keygen -P 3 -y alice.key 3<pass
    cmp "$out" alice.pub
    expect 0 keygen -P 0 -y alice.key < <(printf 'pass phrase')
    cmp "$out" alice.pub
    for wrong in 'pass phrase ' 'pass phras' x; do
        echo "$wrong" >other
        expect 2 keygen -P 3 -y alice.key 3<other
        says 'wrong passphrase'
    done
    grep -a 'pass phrase' alice.key alice.pub && false
    keygen -s x bob 2>/dev/null
    [ "$(cut -d' ' -f2 bob.pub)" = "$(cut -d' ' -f2 alice.pub)" ]
}

@test "an encrypted key is what openssl's own functions make of it" {
    echo secret >pass
    keygen -P 3 alice 3<pass
    openssl asn1parse -in alice.key >parts
    grep -q ':scrypt' parts
    hex() { sed -n "s/.*OCTET STRING *\[HEX DUMP\]:\(.*\)/\1/p" parts | sed -n "$1p"; }
    [ "$(sed -n 's/.*INTEGER *://p' parts | tr '\n' ' ')" = '020000 08 01 ' ]
    key=$(openssl kdf -keylen 32 -kdfopt pass:secret -kdfopt hexsalt:"$(hex 1)" -kdfopt n:131072 -kdfopt r:8 \
        -kdfopt p:1 -kdfopt maxmem_bytes:200000000 -binary SCRYPT | od -An -v -tx1 | tr -d ' \n')
    openssl asn1parse -in alice.key -strparse 93 -noout -out sealed
    openssl enc -d -aes-256-cbc -K "$key" -iv "$(hex 2)" -in sealed -out plain.der
    openssl pkey -inform DER -in plain.der -out plain.pem
    [ "$(account plain.pem)" = "$(cut -d' ' -f2 alice.pub)" ]
}

@test "two encryptions of one key differ" {
    echo secret >pass
    keygen -s x -P 3 a 3<pass
    keygen -s x -P 3 b 3<pass
    ! cmp -s a.key b.key || false
}

@test "a passphrase that is none" {
    : >empty
    echo >blank
    head -c 2000 /dev/zero | tr '\0' x >long
    for f in empty blank long; do
        expect 2 keygen -P 3 alice 3<"$f"
        says 'passphrase is (empty|over 1024 bytes)'
    done
    expect 2 keygen -P 9 alice 9<&-
    says 'descriptor 9'
    nothing_made
}

@test "without a terminal or a descriptor an encrypted key says what is missing" {
    echo secret >pass
    keygen -P 3 alice 3<pass
    expect 2 setsid -w keygen -y alice.key </dev/null
    says 'no terminal.*-P FD'
    expect 2 setsid -w keygen -p bob </dev/null
    says 'no terminal.*-P FD'
    [ ! -e bob.key ]
}

@test "-p asks twice at the terminal, without echo" {
    need_terminal
    ptyrun 'alice.key: ' 'hard to guess' 'alice.key: ' 'hard to guess' -- keygen -p alice >shown
    ! grep -q 'hard' shown || false
    head -n 1 alice.key | grep -q ENCRYPTED
    echo 'hard to guess' | keygen -P 0 -y alice.key | cmp - alice.pub
    ptyrun 'alice.key: ' 'hard to guess' -- keygen -y alice.key >shown
    ! grep -q 'hard' shown || false
    grep -q "$(cat alice.pub)" shown
}

@test "two different answers make nothing, and neither does an empty one or an end" {
    need_terminal
    status=0
    ptyrun 'alice.key: ' one 'alice.key: ' two -- keygen -p alice >shown || status=$?
    [ "$status" -eq 2 ]
    grep -q 'differ' shown
    status=0
    ptyrun 'alice.key: ' '' -- keygen -p alice >shown || status=$?
    [ "$status" -eq 2 ]
    status=0
    ptyrun 'alice.key: ' '^D' -- keygen -p alice >shown || status=$?
    [ "$status" -eq 2 ]
    nothing_made
}

@test "a signal at the prompt puts the terminal right first, and a stopped prompt is asked again" {
    need_terminal
    status=0
    ptyrun 'alice.key: ' '^C' -- keygen -p alice >shown || status=$?
    [ "$status" -eq 130 ]
    status=0
    ptyrun 'alice.key: ' one 'alice.key: ' "^\\" -- keygen -p alice >shown || status=$?
    [ "$status" -eq 131 ]
    nothing_made
    ptyrun 'alice.key: ' '^Z' 'alice.key: ' one 'alice.key: ' one -- keygen -p alice >shown
    grep -q stopped shown
    echo one | keygen -P 0 -y alice.key | cmp - alice.pub
}

# --- SLH-DSA ------------------------------------------------------------------------------------

key_bytes() { # FILE: the bytes of PKCS #8
    sed '/---/d' "$1" | base64 -d | od -An -v -tx1 | tr -d ' \n'
}

@test "-t slh-dsa makes a key of that scheme, in the form of RFC 9909" {
    expect 0 keygen -t slh-dsa alice
    cmp "$out" alice.pub
    [ ! -s "$err" ]
    [ "$(mode alice.key)" = 600 ]
    bytes=$(key_bytes alice.key)
    [ "${#bytes}" -eq 168 ]
    [ "${bytes:0:40}" = 3052020100300b06096086480165030403140440 ]
    [ "$(cat alice.pub)" = "key s${bytes: -64} alice" ]
    expect 0 keygen -y alice.key
    cmp "$out" alice.pub
    keygen -t slh-dsa bob
    ! cmp -s alice.key bob.key || false
    expect 0 keygen -t ed25519 carol
    grep -qx 'key [0-9a-f]\{64\} carol' carol.pub
}

@test "-t slh-dsa -s: the seeds are two hashes of the text, and anyone can make them" {
    expect 0 keygen -t slh-dsa -s 'a text' alice
    says 'anyone who knows'
    first=$(printf 'a text\0\0\0\0' | sha256sum | cut -c 1-64)
    second=$(printf 'a text\0\0\0\1' | sha256sum | cut -c 1-32)
    bytes=$(key_bytes alice.key)
    [ "${bytes:40:96}" = "$first$second" ]
    mkdir again
    keygen -t slh-dsa -s 'a text' again/alice
    cmp alice.key again/alice.key
    keygen -s 'a text' bob
    [ "$(cut -d ' ' -f 2 bob.pub)" != "$(cut -d ' ' -f 2 alice.pub | cut -c 2-)" ]
}

@test "-t slh-dsa -P encrypts, and openssl's own functions decrypt it" {
    echo secret >pass
    expect 0 keygen -t slh-dsa -P 3 -s x alice 3<pass
    keygen -t slh-dsa -s x plain 2>/dev/null
    expect 0 keygen -P 3 -y alice.key 3<pass
    cmp "$out" alice.pub
    echo Secret >other
    expect 2 keygen -P 3 -y alice.key 3<other
    says 'wrong passphrase'
    openssl asn1parse -in alice.key >parts
    dump() { # WHICH
        sed -n 's/.*HEX DUMP.://p' parts | sed -n "$1p"
    }
    key=$(openssl kdf -keylen 32 -kdfopt pass:secret -kdfopt hexsalt:"$(dump 1)" -kdfopt n:131072 -kdfopt r:8 \
        -kdfopt p:1 -kdfopt maxmem_bytes:200000000 -binary SCRYPT | od -An -v -tx1 | tr -d ' \n')
    openssl asn1parse -in alice.key -strparse 93 -noout -out sealed
    openssl enc -d -aes-256-cbc -K "$key" -iv "$(dump 2)" -in sealed -out plain.der
    [ "$(od -An -v -tx1 plain.der | tr -d ' \n')" = "$(key_bytes plain.key)" ]
}

@test "an SLH-DSA key whose bytes were changed is refused, whichever they are" {
    keygen -t slh-dsa -s x alice
    sed '/---/d' alice.key | base64 -d >alice.der
    for at in 1 7 12 17 19 20 35 36 51 52 67 68 83; do
        byte=$(od -An -tu1 -j "$at" -N 1 alice.der)
        {
            head -c "$at" alice.der
            # shellcheck disable=SC2059 # the byte is the format
            printf "\\$(printf %o $((byte ^ 1)))"
            tail -c +$((at + 2)) alice.der
        } >bad.der
        { echo '-----BEGIN PRIVATE KEY-----' && base64 -w 64 bad.der && echo '-----END PRIVATE KEY-----'; } >bad.key
        chmod 600 bad.key
        case $at in
        3[6-9] | 4[0-9] | 5[01]) continue ;; # SK.prf, of which nothing public is made
        esac
        expect 2 keygen -y bad.key
        says '^keygen: bad.key: '
    done
}

@test "what Ed25519 keys alone sign is refused to an SLH-DSA key, by name" {
    keygen -t slh-dsa -s x alice
    keygen -s c casts 2>/dev/null
    ledger-init -n easy -T 1700000000 -e 0 -t f "$(cut -d ' ' -f 2 casts.pub)" 100 >demo
    for command in 'peerbook -k alice.key -l demo -a host.example:7777' 'ledger-checkpoint -k alice.key demo' \
        'gossip-listen -k alice.key -L demo -l 127.0.0.1:0' 'txsign -k alice.key -t text'; do
        # shellcheck disable=SC2086 # a command and its words
        expect 2 timeout 300 $command </dev/null
        says 'SLH-DSA key'
    done
}

@test "-t: another scheme, or -y, is misuse; a name like an account is refused" {
    expect 2 keygen -t rsa alice
    says "^keygen: -t: "
    keygen -s x alice
    expect 2 keygen -t slh-dsa -y alice.key
    says 'leave out'
    hex=$(cut -d ' ' -f 2 alice.pub)
    for name in "$hex" "s$hex" "p$hex"; do
        expect 2 keygen "$name"
        says 'form of an account'
    done
}
