load lib/common

# SLH-DSA-SHA2-128s: our own code against the cases of others, and against itself kernel by kernel.

slhtest() {
    timeout 300 "$BIN/.t/slhtest" "$@"
}

vectors() { # FILE
    file=$ROOT/../shared/vectors/slh-dsa/$1
    [ -e "$file" ] || skip 'no ../shared/vectors/slh-dsa'
}

@test "the shared cases: the signature holds, and with one bit of it or of the message changed it does not" {
    vectors sha2-128.txt
    sed -n 's/^128s //p' "$file" >cases
    [ "$(wc -l <cases)" -ge 3 ]
    slhtest ask 2 <cases >answers
    sed 's/.* //; s/true/yes/; s/false/no/' cases | diff - answers
}

@test "the case of the SPHINCS+ reference, which has nothing before the message, and is of no other context" {
    vectors sphincs-reference-kat-sha2-128s.txt
    grep -v '^#' "$file" >cases
    [ "$(slhtest ask 0 <cases)" = yes ]
    [ "$(slhtest ask 2 <cases)" = no ]
}

@test "the signature of known seeds is that of the shared case, byte for byte" {
    vectors sha2-128.txt
    seeds=$(seq 0 47 | xargs printf '%02x')
    slhtest sign "$seeds" "$(printf 'tx test line' | od -An -v -tx1 | tr -d ' \n')" >made
    sed -n '1s/^128s \([^ ]*\) [^ ]* \([^ ]*\) true/\1 \2/p' "$file" | diff - made
}

@test "every kernel that this processor has does what the portable one does, whatever the number of blocks" {
    timeout 300 "$BIN/.t/slhkerneltest" compare
}

@test "a changed value, in every place of a signature, is refused; so are other messages, keys and contexts" {
    slhtest forged
}

# bats test_tags=threads
@test "the threads that make a signature make the same one each time" {
    seeds=$(seq 0 47 | xargs printf '%02x')
    slhtest sign "$seeds" 61 >one
    slhtest sign "$seeds" 61 | cmp one -
}

# Whether the system says that its processor has this.
has() { # FLAG
    grep -qw "$1" /proc/cpuinfo
}

@test "the portable kernel is always there, and the others are where the processor says so" {
    "$BIN/.t/slhkerneltest" names >found
    cat found
    [ "$(tail -n 1 found)" = 'portable usable' ]
    ! has sha_ni || grep -qx 'sha-ni usable' found
    ! has avx2 || grep -qx 'avx2 usable' found
    has avx512f && has avx512dq && has avx512bw && has avx512vl || return 0
    grep -qx 'avx512 usable' found
    ! has sha_ni || ! grep -q AuthenticAMD /proc/cpuinfo || grep -qx 'sha-ni+avx512 usable' found
}

@test "on older processors the kernels that they have give the same answers" {
    need_processors
    for cpu in Nehalem Haswell; do
        on $cpu "$BIN/.t/slhkerneltest" names >found
        grep -qx 'sha-ni not here' found
        on $cpu "$BIN/.t/slhkerneltest" compare
    done
    grep -qx 'avx2 usable' found
}

# bats test_tags=thorough
@test "and the same signatures" {
    need_processors
    seeds=$(seq 0 47 | xargs printf '%02x')
    slhtest sign "$seeds" 61 >here
    for cpu in Nehalem Haswell; do
        on $cpu "$BIN/.t/slhtest" sign "$seeds" 61 | cmp here -
    done
}

# --- Others -----------------------------------------------------------------------------------------------

# Node, with the packages that t/lib/slhpeers.sh installs.
peers() { # WHAT [WORD...]
    timeout 300 "$ROOT/bin/.slh/node_modules/.bin/node" "$ROOT/t/lib/slhpeers.mjs" "$@"
}

need_peers() {
    export NODE_PATH=$ROOT/bin/.slh/node_modules
    [ -e "$NODE_PATH/@noble/post-quantum" ] || skip '@noble/post-quantum is not here: t/lib/slhpeers.sh installs it'
    peers openssl-here || skip "the node in bin/.slh does not run here, or has no SLH-DSA"
}

key_bytes() { # FILE: the 64 bytes of FIPS 205
    sed '/---/d' "$1" | base64 -d | tail -c 64 | hex
}

hex() {
    od -An -v -tx1 | tr -d ' \n'
}

@test "@noble/post-quantum makes the same key and signature" {
    need_peers
    seeds=$(head -c 48 /dev/urandom | hex)
    message=$(head -c 300 /dev/urandom | hex)
    slhtest sign "$seeds" "$message" | diff - <(peers noble "$seeds" "$message")
}

@test "OpenSSL 3.5 reads our keys and accepts our signatures" {
    need_peers
    keygen -t slh-dsa -s x alice 2>/dev/null
    seeds=$(key_bytes alice.key | cut -c 1-96)
    signature=$(slhtest sign "$seeds" 616263 | cut -d ' ' -f 2)
    [ "$(peers openssl-verify alice.key 616263 "$signature")" = yes ]
    [ "$(peers openssl-verify alice.key 616264 "$signature")" = no ]
}

@test "OpenSSL 3.5's keys are ours" {
    need_peers
    (umask 077 && peers openssl-key >bob.key)
    [ "$(keygen -y bob.key | cut -c 1-5)" = 'key s' ]
    signature=$(peers openssl-sign bob.key 616263)
    [ "$(echo "$(keygen -y bob.key | cut -c 6-69) 616263 $signature" | slhtest ask 2)" = yes ]
    [ "$(echo "$(keygen -y bob.key | cut -c 6-69) 616264 $signature" | slhtest ask 2)" = no ]
}

@test "openssl 3.5 or newer, where it is, reads and makes the same keys" {
    openssl list -public-key-algorithms 2>/dev/null | grep -q SLH-DSA-SHA2-128s || skip 'this openssl has no SLH-DSA'
    (umask 077 && openssl genpkey -algorithm SLH-DSA-SHA2-128s -out bob.key)
    keygen -y bob.key >line
    openssl pkey -in bob.key -pubout -outform DER | tail -c 32 | hex | grep -qf - line
    keygen -t slh-dsa alice >line
    openssl pkey -in alice.key -pubout -outform DER | tail -c 32 | hex | grep -qf - line
    openssl pkey -in alice.key | cmp - alice.key
}
