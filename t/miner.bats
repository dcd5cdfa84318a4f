#!/usr/bin/env bats
# The search for a seal, below the program `mine`.

load lib/common

minetest() {
    timeout 120 "$BIN/.t/minetest" "$@"
}

@test "a seal fits behind every header, and its line hashes as sha256 says" {
    minetest place
}

# Tries one kernel, where this processor has what it needs.
kernel() { # NAME
    minetest kernels "$1" >tried
    cat tried
    grep -q . tried || skip "not built for this processor"
    grep -q 'tried$' tried || skip 'this processor cannot run it'
}

@test "the kernel sha-ni+avx512 finds what hashing whole lines finds" {
    kernel sha-ni+avx512
}

@test "the kernel avx512 finds what hashing whole lines finds" {
    kernel avx512
}

@test "the kernel sha-ni finds what hashing whole lines finds" {
    kernel sha-ni
}

@test "the kernel avx2 finds what hashing whole lines finds" {
    kernel avx2
}

@test "the kernel armv8 finds what hashing whole lines finds" {
    kernel armv8
}

@test "the portable kernel finds what hashing whole lines finds, and is always there" {
    minetest kernels portable >tried
    grep -q '^portable.tried$' tried
}

@test "the lowest nonce is found, with 1 to 8 threads" {
    minetest lowest
}

@test "a search that is told to stop ends the chunks it has, told by a thread or by a signal" {
    minetest stop
}

@test "one thread is the caller's, others block signals, and no thread is said to be trouble" {
    minetest threads
}

@test "an attempt costs one compression" {
    minetest rate >rates
    cat rates
    # two compressions an attempt would be under 50 %
    awk -F '\t' '{ n++ } $4 + 0 < 60 { bad = 1 } END { exit !n || bad }' rates
}
