load lib/common
load lib/ledger

# The acceptance rule of signatures, the kernels that check them, and the threads that check many.

# The kernels that this processor has.
kernels() {
    "$BIN/.t/sigkerneltest" names | sed -n 's/ usable$//p'
}

# Each of them answers; status 77 where there is nobody to ask.
sigtest() {
    local kernel
    for kernel in $(kernels); do
        PEERUTILS_ED25519_KERNEL=$kernel timeout 300 "$BIN/.t/sigtest" "$@" || return
    done
}

sigkerneltest() {
    timeout 300 "$BIN/.t/sigkerneltest" "$@"
}

@test "honest signatures hold; S + L, small orders and what is not canonical do not" {
    sigtest self
}

# bats test_tags=threads
@test "a pool of 1 to 8 threads gives the same answers, and takes no signals" {
    sigtest pool
}

@test "libsodium says the same of special, near, mixed and random signatures" {
    answer=0
    sigtest oracle || answer=$?
    [ "$answer" -ne 77 ] || skip "libsodium is not here"
    [ "$answer" -eq 0 ]
}


# Whether the system says that its processor has this.
has() { # FLAG
    grep -qw "$1" /proc/cpuinfo
}

@test "the portable kernel is always there, and the others are where the processor says so" {
    sigkerneltest names >found
    cat found
    [ "$(tail -n 1 found)" = 'portable usable' ]
    has avx2 || return 0
    grep -qx 'avx2 usable' found
    has avx512f && has avx512dq && has avx512bw && has avx512vl && has avx512ifma || return 0
    grep -qx 'avx512ifma usable' found
}

@test "numbers at the limits of every limb, scalars and hashes are what libcrypto makes of them" {
    sigkerneltest parts
}

@test "every kernel finds the one forgery, and the one that holds, at every place of every batch" {
    sigkerneltest lanes
}

kernels_and_libsodium_agree() { # COUNT
    sigkerneltest compare "$1" 16 >said
    cat said
    awk -F '[: ]+' '/^(honest|mixed|replaced)/ { if ($NF !~ /^accepted/ || $(NF - 1) < 10) exit 1 }
        /^(special|random|one bit|near miss|ghost)/ { if ($(NF - 1) != 0) exit 1 }' said
}

@test "all kernels say the same of ten thousand signatures as libsodium" {
    kernels_and_libsodium_agree 10000
}

# bats test_tags=thorough
@test "and of fifty thousand" {
    kernels_and_libsodium_agree 50000
}

@test "Wycheproof's cases" {
    file=$ROOT/../shared/vectors/ed25519/wycheproof.json
    [ -e "$file" ] || skip 'no ../shared/vectors/ed25519'
    command -v jq >/dev/null || skip 'jq is not here'
    jq -r 'def word: if . == "" then "-" else . end; .testGroups[] | .publicKey.pk as $key | .tests[] |
        [$key, (.msg | word), (.sig | word), if .result == "valid" then "yes" else "no" end] | join(" ")' "$file" >cases
    [ "$(wc -l <cases)" -gt 100 ]
    sigkerneltest ask <cases >answers
    cut -d ' ' -f 4 cases | diff - answers
}

@test "ed25519-speccheck's cases: of all, only that with mixed orders that hold without the cofactor" {
    file=$ROOT/../shared/vectors/ed25519/speccheck.json
    [ -e "$file" ] || skip 'no ../shared/vectors/ed25519'
    command -v jq >/dev/null || skip 'jq is not here'
    jq -r '.[] | [.pub_key, .message, .signature] | join(" ")' "$file" >cases
    sigkerneltest ask <cases >answers
    [ "$(tr '\n' ' ' <answers)" = 'no no no yes no no no no no no no no ' ]
}

@test "a kernel can be named, and one that is not there is no other" {
    easy_chain
    txmake -f alice bob 5 | txsign -k alice.key >tx
    sed 's/ 5 -/ 6 -/; t; s/ 5 / 6 /' tx >forged
    refute cmp -s tx forged
    for kernel in $(kernels); do
        export PEERUTILS_ED25519_KERNEL=$kernel
        expect 0 verify tx
        cmp tx "$out"
        expect 1 verify forged
        says '^forged:1: tx: bad signature'
    done
    for kernel in avx1024 '' 'portable '; do
        export PEERUTILS_ED25519_KERNEL=$kernel
        for command in 'verify tx' 'txpool pool'; do
            # shellcheck disable=SC2086 # a command and its words
            expect 2 $command <tx
            says "PEERUTILS_ED25519_KERNEL: no kernel '$kernel'\$"
        done
    done
}

@test "on older processors the best that they have is chosen, and what they lack is refused" {
    need_processors
    easy_chain
    txmake -f alice bob 5 | txsign -k alice.key >tx
    sed 's/ 5 / 6 /' tx >forged
    for cpu in Nehalem Haswell; do
        on $cpu "$BIN/.t/sigkerneltest" names >found 2>qemu.said
        grep -qx 'avx512ifma not here' found
        expect 0 on $cpu verify tx
        expect 1 on $cpu verify forged
        PEERUTILS_ED25519_KERNEL=avx512ifma expect 2 on $cpu verify tx
        says "PEERUTILS_ED25519_KERNEL: this processor cannot run 'avx512ifma'\$"
    done
    grep -qx 'avx2 usable' found
    on Haswell "$BIN/.t/sigkerneltest" compare 500 500
    PEERUTILS_ED25519_KERNEL=avx2 expect 2 on Nehalem verify tx
    says "PEERUTILS_ED25519_KERNEL: this processor cannot run 'avx2'\$"
}
