load lib/common

# The acceptance rule of signatures, and the threads that check many.

sigtest() {
    timeout 240 "$BIN/.t/sigtest" "$@"
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

