load lib/common

# Channels: TLS 1.3 between keys, and the plain kind; against each other, and against openssl(1).

nettest() {
    timeout 300 "$BIN/.t/nettest" "$@"
}

# Starts a listener in the background: its port is $port, what it says is in the file `said`.
listening() {
    : >said # before anybody looks into it
    timeout 300 "$BIN/.t/nettest" listen "$@" >>said 2>&1 3>&- &
    listener=$!
    eventually grep -q '^port ' said
    port=$(sed -n 's/^port //p' said)
}

# Waits for the listener's end: $status.
listened() {
    status=0
    wait "$listener" || status=$?
    cat said
}

# certificate NAME ALGORITHM OPTION...: NAME.pem and NAME.key.
certificate() {
    local name=$1 algorithm=$2
    shift 2
    openssl req -x509 -newkey "$algorithm" -nodes -subj "/CN=$name" -keyout "$name.key" -out "$name.pem" "$@" 2>/dev/null
}

# The key in a certificate, as an account.
account_in() {
    openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform DER | tail -c 32 | od -An -tx1 | tr -d ' \n'
}

# openssl's client against our listener.
client() {
    timeout 300 openssl s_client -connect "127.0.0.1:$port" -quiet -no_ign_eof "$@"
}

# refuses PATTERN OPTION...: our listener refuses such a client of openssl's, and says why.
refuses() {
    local why=$1
    shift
    listening
    client "$@" </dev/null >/dev/null 2>&1 || :
    listened
    [ "$status" -eq 1 ]
    grep -Eqx "$why" said
}

# openssl's server in the background, on $port; its stdin is a FIFO that descriptor 4 keeps open.
serving() {
    [ -p in ] || mkfifo in
    : >served # before anybody looks into it
    timeout 300 openssl s_server -accept 127.0.0.1:0 -naccept 1 "$@" <>in >>served 2>&1 3>&- &
    server=$!
    eventually grep -q '^ACCEPT 127.0.0.1:' served
    port=$(sed -n 's/^ACCEPT 127.0.0.1://p' served)
}

# We dial openssl's server, which is then stopped: $status, and what we say in the file `said`.
dialing() {
    status=0
    nettest dial "$port" >said 2>&1 || status=$?
    kill "$server" 2>/dev/null || :
    wait "$server" || :
    cat said
}

@test "a certificate is the same each time, and only sound Ed25519 keys are accounts" {
    nettest certificate
}

@test "libssl starts before and after libcrypto's lean start, and signatures are checked as ever" {
    export PEERUTILS_ED25519_KERNEL=portable # the one that is libcrypto's
    nettest start
    nettest start lean
    printf 'openssl_conf = nonsense\n[nonsense]\nssl_conf = x\n' >bad.cnf
    OPENSSL_CONF=$PWD/bad.cnf nettest start
}

@test "each side knows the other, over sockets of both kinds, a byte at a time, too" {
    nettest open
}

@test "10 MB each way come intact, in pieces of any size" {
    nettest bytes
}

@test "10 MB each way come intact through plain channels" {
    nettest bytes plain
}

@test "a handshake that is cut, after any number of bytes, ends as closed" {
    nettest cut
}

@test "a byte changed in the handshake, whichever, never makes a side take one for another" {
    nettest garble
}

@test "ends: the last bytes are read, then closed, and no SIGPIPE" {
    nettest ends
}

@test "an idle channel takes less than 40,000 bytes" {
    [ -z "${SANITIZE-}" ] || skip 'sanitizers take more'
    nettest memory
}

@test "dial and listen, by TLS and plain" {
    listening
    timeout 300 "$BIN/.t/nettest" dial "$port" >dialed 3>&- &
    dialer=$!
    eventually grep -q open said
    eventually grep -q open dialed
    grep -q "^open $(keygen -s dialer dialer | cut -d ' ' -f 2)$" said
    grep -q "^open $(keygen -s listener listener | cut -d ' ' -f 2)$" dialed
    kill "$dialer"
    wait "$dialer" || :
    listened
    [ "$status" -eq 0 ]

    listening plain
    exec 5<>"/dev/tcp/127.0.0.1/$port"
    echo hello >&5
    IFS= read -r -t 300 line <&5
    [ "$line" = hello ]
    exec 5>&-
    listened
    grep -qx 'open -' said
}

@test "nobody listens: the connection is refused" {
    listening plain
    exec 5<>"/dev/tcp/127.0.0.1/$port"
    exec 5>&-
    listened
    run_apart nettest dial "$port"
    [ "$status" -eq 1 ]
    grep -qx 'trouble: cannot connect: Connection refused' "$out"
}

@test "openssl's client with an Ed25519 certificate is let in, and lines go both ways" {
    certificate ed ed25519
    listening
    mkfifo to
    client -tls1_3 -alpn gossip/1 -cert ed.pem -key ed.key <to >from 2>err 3>&- &
    peer=$!
    exec 5>to
    echo hello >&5
    eventually grep -q hello from
    exec 5>&-
    wait "$peer" || :
    grep -qx hello from
    listened
    [ "$status" -eq 0 ]
    grep -qx "open $(account_in ed.pem)" said
    grep -qx 'trouble: closed' said
}

@test "a peer without a certificate, or with one of another kind, is refused" {
    certificate rsa rsa:2048
    openssl ecparam -name prime256v1 -out params
    certificate p256 ec:params
    refuses 'rule: the peer shows no Ed25519 certificate' -tls1_3 -alpn gossip/1
    refuses 'rule: the peer shows no Ed25519 certificate' -tls1_3 -alpn gossip/1 -cert rsa.pem -key rsa.key
    refuses 'rule: the peer shows no Ed25519 certificate' -tls1_3 -alpn gossip/1 -cert p256.pem -key p256.key
}

@test "one certificate, and no longer than 4 KiB" {
    certificate ed ed25519
    certificate other ed25519
    certificate long ed25519 -addext "nsComment=$(head -c 5000 /dev/zero | tr '\0' x)"
    refuses 'rule: the peer shows no Ed25519 certificate' -tls1_3 -alpn gossip/1 -cert ed.pem -key ed.key -cert_chain other.pem
    refuses 'rule: the peer shows too large a certificate' -tls1_3 -alpn gossip/1 -cert long.pem -key long.key
}

@test "one of gossip/4, gossip/3, gossip/2 and gossip/1 is agreed on, or nothing is" {
    certificate ed ed25519
    refuses 'rule: the peer speaks none of gossip/4, gossip/3, gossip/2 and gossip/1' -tls1_3 -cert ed.pem -key ed.key
    refuses 'rule: the peer speaks none of gossip/4, gossip/3, gossip/2 and gossip/1' -tls1_3 -alpn h2 -cert ed.pem -key ed.key
    refuses 'rule: the peer speaks none of gossip/4, gossip/3, gossip/2 and gossip/1' -tls1_3 -alpn gossip/10,gossip -cert ed.pem -key ed.key
    serving -tls1_3 -cert ed.pem -key ed.key
    dialing
    grep -qx 'rule: the peer speaks none of gossip/4, gossip/3, gossip/2 and gossip/1' said
    serving -tls1_3 -alpn h2 -cert ed.pem -key ed.key
    dialing
    grep -qx 'rule: the peer speaks none of gossip/4, gossip/3, gossip/2 and gossip/1' said
}

@test "TLS 1.2 is not spoken" {
    certificate ed ed25519
    refuses 'rule: the peer speaks no TLS 1.3' -tls1_2 -alpn gossip/1 -cert ed.pem -key ed.key
    serving -tls1_2 -alpn gossip/1 -cert ed.pem -key ed.key
    dialing
    grep -qx 'rule: the peer speaks no TLS 1.3' said
}

@test "a server with another kind of certificate, or that asks for none, has nothing for us" {
    certificate rsa rsa:2048
    certificate ed ed25519
    serving -tls1_3 -alpn gossip/1 -cert rsa.pem -key rsa.key
    dialing
    grep -qx 'rule: the peer refused: it has no Ed25519 certificate, or no cipher of ours' said
    serving -tls1_3 -alpn gossip/1 -cert ed.pem -key ed.key
    timeout 300 "$BIN/.t/nettest" dial "$port" >said 3>&- &
    dialer=$!
    eventually grep -q . said
    grep -qx "open $(account_in ed.pem)" said
    kill "$dialer" "$server"
    wait "$dialer" "$server" || :
}

@test "bytes that are no TLS, and silence that ends" {
    for bytes in 'hello 1 x\n' 'GET / HTTP/1.1\r\n\r\n' '\026\003\001\000\005hello' '\200\056\001\003\001'; do
        listening
        exec 5<>"/dev/tcp/127.0.0.1/$port"
        # shellcheck disable=SC2059 # they are escapes
        printf "$bytes$(printf '%099d' 0)" >sent
        cat sent >&5 # in one piece: it may be refused after the first
        listened
        exec 5>&-
        [ "$status" -eq 1 ]
        grep -q '^rule: the peer ' said
        [[ $bytes != [hG]* ]] || grep -qx 'rule: the peer does not speak TLS' said
    done
    listening
    exec 5<>"/dev/tcp/127.0.0.1/$port"
    exec 5>&-
    listened
    [ "$status" -eq 1 ]
    grep -qx 'trouble: closed' said
}
