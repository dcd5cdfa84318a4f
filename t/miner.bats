#!/usr/bin/env bats
# The search for a seal, below the program `mine`.

load lib/common
load lib/ledger

tab=$(printf '\t')

minetest() {
    timeout 300 "$BIN/.t/minetest" "$@"
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

# A program for ARMv8, made of the miner's sources alone. A fault in the kernel is found by a sample of what the test
# above tries: every instruction takes the emulator's time.
# bats test_tags=thorough
@test "the kernel armv8, under an emulator, finds what hashing whole lines finds" {
    [ -z "${SANITIZE-}" ] || skip 'the same program as without a sanitizer'
    need qemu-aarch64 aarch64-linux-gnu-gcc
    local from=$ROOT
    echo 'int main(void) { return 0; }' | aarch64-linux-gnu-gcc -static -o empty -xc - || skip 'no C library for ARMv8'
    aarch64-linux-gnu-gcc -std=c11 -O1 -D_GNU_SOURCE -I"$from/src" -static -pthread \
        -ffunction-sections -Wl,--gc-sections -o minetest "$from"/t/lib/minetest.c \
        "$from"/src/work/{choice,kernel*,miner}.c "$from"/src/hash/sha256*.c "$from"/src/base/*.c "$from"/src/cli/rate.c
    timeout 300 qemu-aarch64 ./minetest names >found
    grep -q '^armv8.usable$' found
    timeout 300 qemu-aarch64 ./minetest sample armv8 >tried
    grep -q '^armv8.tried$' tried
}

@test "on older processors, kernels that they cannot run are not used" {
    need_processors
    on Nehalem "$BIN/.t/minetest" names 2>qemu.said | grep 'usable$' | cut -f 1 | diff - <(echo portable)
    on Haswell "$BIN/.t/minetest" names 2>qemu.said | grep 'usable$' | cut -f 1 | diff - <(printf 'avx2\nportable\n')
    on Haswell "$BIN/.t/minetest" sample avx2 2>qemu.said | grep -q '^avx2.tried$'
    PEERUTILS_MINE_KERNEL=avx2 expect 2 on Nehalem "$BIN/minework" </dev/null
    says "^minework: PEERUTILS_MINE_KERNEL: this processor cannot run 'avx2'\$"
}

@test "of the kernels that a processor can run, the one that suits it is chosen" {
    minetest choice
}

# Whether the SHA instructions go together with wide vectors is known by the vendor alone.
@test "AMD's processors mix SHA instructions with vectors, and no others" {
    need_processors
    local cpu
    for cpu in EPYC Haswell,vendor=AuthenticAMD; do
        on $cpu "$BIN/.t/minetest" best 2>qemu.said | grep -q "${tab}mixes\$"
    done
    for cpu in Haswell EPYC,vendor=GenuineIntel EPYC,vendor=CentaurHauls; do
        on $cpu "$BIN/.t/minetest" best 2>qemu.said | grep -q "${tab}does not mix\$"
    done
}

@test "a long search compares the kernels, and keeps what it finds" {
    minetest faster
}

@test "a kernel that is asked for by name runs, whether it suits the processor or not" {
    PEERUTILS_MINE_KERNEL=portable minetest best >said
    grep -q '^portable' said
    minetest names | grep -q '^sha-ni+avx512.usable$' || skip 'this processor cannot run the other'
    PEERUTILS_MINE_KERNEL=sha-ni+avx512 minetest best >said
    grep -q '^sha-ni+avx512' said
}

@test "the portable kernel finds what hashing whole lines finds, and is always there" {
    minetest kernels portable >tried
    grep -q '^portable.tried$' tried
}

@test "the lowest nonce is found, with 1 to 8 threads" {
    minetest lowest
}

# bats test_tags=threads
@test "a search that is told to stop ends the chunks it has, told by a thread or by a signal" {
    minetest stop
}

# bats test_tags=threads
@test "one thread is the caller's, others block signals, and no thread is said to be trouble" {
    minetest threads
}

@test "the rate is shown right to one in a hundred" {
    minetest shown
}
