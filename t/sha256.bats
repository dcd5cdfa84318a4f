load lib/common

# SHA-256: our own code against libcrypto's and the published examples.

@test "every length to 300, every split, random ones and a very long one, by every kernel that this processor has" {
    timeout 300 "$BIN/.t/sha256test"
}

@test "the portable kernel is always there" {
    "$BIN/.t/sha256test" names >kernels
    cat kernels
    grep -qx 'portable usable' kernels
}
