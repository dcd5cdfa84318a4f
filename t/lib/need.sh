#!/bin/sh
# need.sh build|demo|test|check|lint|fuzz: is everything here that this asks for?
#
# What is missing is installed where we are root on a Debian-like system. Elsewhere this says the one line that
# does it, and ends with status 2. What some tests only make use of (they skip without it, saying so) is
# installed with the rest where that is possible, and never asked for.
set -eu

CC=${CC:-cc}

has() { command -v "$1" >/dev/null 2>&1; }
package() { has pkg-config && pkg-config --exists "$1"; }
# shellcheck disable=SC2086 # CC may be several words
header() { printf '#include <%s>\n' "$1" | $CC -E -xc - >/dev/null 2>&1; }
compiler() { has "${CC%% *}"; }
# A fuzz target in C, in small: do clang and its libraries make a program of it?
fuzzer() {
    printf 'int LLVMFuzzerTestOneInput(const char *d, long n);int LLVMFuzzerTestOneInput(const char *d, long n){return !d&n;}' |
        clang -xc -fsanitize=fuzzer,address,undefined -o /dev/null - 2>/dev/null
}

# need PACKAGE CHECK...: without it nothing goes. wish: as need, where it can be had.
need() {
    debian=$1
    shift
    "$@" || missing="$missing $debian"
}
wish() {
    debian=$1
    shift
    "$@" || wished="$wished $debian"
}

aarch64_library() {
    echo 'int main(void){return 0;}' | aarch64-linux-gnu-gcc -xc -static -o /dev/null - 2>/dev/null
}

has_sshd() { PATH=$PATH:/usr/sbin:/sbin has sshd; }
has_javascript() { has nodejs || has node; }
has_mkfs() { PATH=$PATH:/usr/sbin:/sbin has mkfs.ext4; }

# A package that brings a service is wished for only where its installation starts none, and no system is there
# to start it later: in containers.
starts_no_service() {
    [ ! -d /run/systemd/system ] && [ -x /usr/sbin/policy-rc.d ] || return 1
    status=0
    /usr/sbin/policy-rc.d ssh start >/dev/null 2>&1 || status=$?
    [ "$status" -eq 101 ]
}

for_build() {
    case $CC in
    clang*) need clang compiler ;;
    *) need gcc compiler ;;
    esac
    need binutils has ar
    need libc6-dev header stdio.h
    need pkg-config has pkg-config
    need libssl-dev package libssl
    need zlib1g-dev package zlib
    need libsqlite3-dev package sqlite3
    need libjansson-dev package jansson
    need uthash-dev header uthash.h
}

for_demo() {
    for_build
    need openssl has openssl
}

for_test() {
    for_demo
    need bats has bats
    need bsdextrautils has col
    need procps has ps
    need mandoc has mandoc
    need binutils has readelf
    wish libsodium-dev package libsodium
    wish libsecp256k1-dev package libsecp256k1
    wish qemu-user has qemu-x86_64
    wish python3 has python3
    need sqlite3 has sqlite3
    wish gawk has gawk
    wish mawk has mawk
    wish original-awk has original-awk
    wish busybox has busybox
    wish mksh has mksh
    wish faketime has faketime
    wish jq has jq
    wish hledger has hledger
    wish bsdutils has script
    wish strace has strace
    wish e2fsprogs has_mkfs
    wish graphviz has dot
    wish nodejs has_javascript
    wish zsh has zsh
    wish fish has fish
    wish netcat-openbsd has nc
    wish openssh-client has ssh
    wish parallel has parallel
    starts_no_service || return 0
    wish openssh-server has_sshd
    wish redis-server has redis-server
    wish redis-tools has redis-cli
}

for_check() {
    for_test
    wish gcc-aarch64-linux-gnu has aarch64-linux-gnu-gcc
    wish libc6-dev-arm64-cross aarch64_library
    wish clang has clang
    wish libclang-rt-dev fuzzer
}

for_lint() {
    for_build
    need gcc has gcc
    need clang has clang
    need clang-format has clang-format
    need clang-tidy has clang-tidy
    need shellcheck has shellcheck
    need mandoc has mandoc
    wish libsodium-dev package libsodium
}

for_fuzz() {
    for_build
    need clang has clang
    need libclang-rt-dev fuzzer
}

look() {
    missing='' wished=''
    "for_$1"
}

apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
        -o Acquire::http::Timeout=20 -o DPkg::Lock::Timeout=120 "$@" </dev/null >&2
}

install_what_is_missing() {
    # shellcheck disable=SC2086 # a list of names
    apt update && { [ -z "$missing" ] || apt install $missing; } || return 1
    for one in $wished; do
        apt install "$one" || :
    done
}

case ${1-} in
build | demo | test | check | lint | fuzz) ;;
*)
    echo 'usage: need.sh build|demo|test|check|lint|fuzz' >&2
    exit 2
    ;;
esac

look "$1"
if [ -n "$missing$wished" ] && [ "$(id -u)" -eq 0 ] && has apt-get; then
    exec 9<"$0"
    flock 9 || : # another part of the same make may be installing: then there is less to do
    look "$1"
    [ -z "$missing$wished" ] || install_what_is_missing || :
    look "$1"
fi
[ -z "$wished" ] || echo "Some tests will skip without these: sudo apt-get install$wished" >&2
if [ -n "$missing" ]; then
    {
        echo "Something is missing. On Debian or Ubuntu, this installs it:"
        echo "    sudo apt-get install$missing"
    } >&2
    exit 2
fi
