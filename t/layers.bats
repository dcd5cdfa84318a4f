# bats file_tags=slow
load lib/common

# What is in the tree, and what in the programs: the layers, the top folder, what is linked, the hardening.

# A small tree that keeps to the layers, to be spoilt a line at a time.
forge() {
    mkdir -p src/base src/record src/crypto src/index src/ledger src/net src/sync src/cli src/cmd
    printf '#include "base/hex.h"\n#include <sys/stat.h>\n#include <string.h>\n' >src/base/hex.c
    printf '#include "base/hex.h"\n#include <uthash.h>\n' >src/record/tx.c
    printf '#include "base/hex.h"\n#include <openssl/evp.h>\n' >src/crypto/key.c
    printf '#include "record/tx.h"\n#include "index/index.h"\n#include <zlib.h>\n' >src/ledger/file.c
    printf '#include "record/tx.h"\n#include <sqlite3.h>\n' >src/index/index.c
    printf '#include "crypto/key.h"\n#include <openssl/ssl.h>\n' >src/net/tls.c
    printf '#include "ledger/file.h"\n#include "net/tls.h"\n' >src/sync/sync.c
    printf '#include "ledger/file.h"\n#include "sync/sync.h"\n#include "cli/cli.h"\n' >src/cmd/verify.c
}

# spoil FILE LINE: with that line more, the forged tree is refused, at that line.
spoil() {
    rm -rf src
    forge
    mkdir -p "${1%/*}"
    echo "$2" >>"$1"
    expect 1 "$ROOT/t/lib/layers.sh" .
    grep -q "^$1:$(wc -l <"$1"): " "$out" || {
        echo "not told: $1: $2"
        cat "$out" "$err"
        return 1
    }
}

@test "no file goes against the layers" {
    expect 0 "$ROOT/t/lib/layers.sh" "$ROOT"
}

@test "an include against the layers is found" {
    forge
    expect 0 "$ROOT/t/lib/layers.sh" .
    spoil src/base/hex.c '#include "record/tx.h"'
    spoil src/base/hex.c '#include <openssl/sha.h>'
    spoil src/base/hex.c '#include <uthash.h>'
    spoil src/base/hex.c '#include "hex.h"'
    spoil src/base/hex.c '#include "../record/tx.h"'
    spoil src/base/hex.c '#include HEADER'
    spoil src/base/hex.h '  #  include "record/tx.h"'
    spoil src/record/tx.c '#include "state/pay.h"'
    spoil src/record/tx.c '#include <zlib.h>'
    spoil src/crypto/key.c '#include "record/tx.h"'
    spoil src/crypto/key.c '#include <sqlite3.h>'
    spoil src/work/target.c '#include "record/tx.h"'
    spoil src/work/target.c '#include "crypto/key.h"'
    spoil src/hash/sha256.c '#include "crypto/key.h"'
    spoil src/slhdsa/hash.c '#include "crypto/key.h"'
    spoil src/ledger/file.c '#include "crypto/key.h"'
    spoil src/txcli/batching.c '#include "blockcli/body.h"'
    spoil src/state/pay.c '#include "work/target.h"'
    spoil src/ledger/file.c '#include "cli/cli.h"'
    spoil src/ledger/file.c '#include <openssl/evp.h>'
    spoil src/ledger/file.c '#include <sqlite3.h>'
    spoil src/index/index.c '#include "ledger/file.h"'
    spoil src/cli/cli.c '#include "work/target.h"'
    spoil src/crypto/key.c "#include <openssl/ssl.h>"
    spoil src/net/tls.c "#include <openssl/evp.h>"
    spoil src/net/tls.c "#include \"ledger/file.h\""
    spoil src/net/tls.c '#include "sync/sync.h"'
    spoil src/sync/sync.c '#include "cli/cli.h"'
    spoil src/sync/sync.c '#include <openssl/ssl.h>'
    spoil src/ledger/file.c '#include "sync/sync.h"'
    spoil src/cmd/verify.c '#include "cmd/mine.h"'
    spoil src/elsewhere/x.c 'int x;'
}

# An object with these lines, in an archive of its own.
archived() { # NAME LINE...
    printf '%s\n' "${@:2}" >"$1.c"
    "${CC-cc}" -fvisibility=hidden -c "$1.c"
    ar rcs "$1.a" "$1.o"
}

@test "no name exists twice" {
    mapfile -t objects < <(programs | sed "s|.*|$BIN/.o/cmd/&.o|")
    expect 0 "$ROOT/t/lib/once.sh" "$ROOT" "$BIN/.o/libpeerutils.a" "${objects[@]}"
}

@test "a name that exists twice is found: a struct in headers, a symbol in an archive or a program" {
    mkdir -p src/farm src/net
    printf 'struct tally {\n};\nstruct watch;\nstatic struct tally x = {\n' >src/farm/tally.h
    printf 'struct tally *next(void);\nstruct watch {\n};\nenum tally {\n' >src/net/loop.h
    printf 'struct lanes {\n' | tee src/net/lanes_a.h >src/net/lanes_b.h
    archived one 'int tally_add(void) { return 1; }' 'static int count;' 'int *one(void) { return &count; }'
    archived two 'extern int tally_add(void);' 'static int count;' 'int *two(void) { return &count + tally_add(); }'
    printf 'int main(void) { return 0; }\n' | tee a.c >b.c
    "${CC-cc}" -c a.c b.c
    expect 0 "$ROOT/t/lib/once.sh" . one.a two.a a.o b.o
    [ ! -s "$out" ]
    printf 'struct tally {\n};\n' >>src/net/loop.h
    expect 1 "$ROOT/t/lib/once.sh" . one.a two.a a.o
    echo 'src/net/loop.h:5: struct tally: also in src/farm/tally.h:1' | diff - "$out"
    rm -r src/net
    expect 0 "$ROOT/t/lib/once.sh" .
    archived two 'int tally_add(void) { return 2; }'
    expect 1 "$ROOT/t/lib/once.sh" . one.a two.a
    echo 'two.a:two.o: tally_add: also in one.a:one.o' | diff - "$out"
    expect 1 "$ROOT/t/lib/once.sh" . one.a two.o
    printf 'int main(void) { return 0; }\nint tally_add = 1;\n' >b.c
    "${CC-cc}" -c b.c
    expect 1 "$ROOT/t/lib/once.sh" . one.a b.o
}

@test "the top folder holds what the house names" {
    cd "$ROOT"
    for name in *; do
        case $name in
        bin | src | man | t | Makefile | README.md | LICENSE) ;;
        *) echo "not in the layout: $name" && false ;;
        esac
    done
}

programs() {
    (cd "$ROOT/src/cmd" && printf '%s\n' *.c) | sed 's/\.c$//'
}

links() { # PROGRAM LIBRARY
    readelf -d "$BIN/$1" | grep -q "NEEDED.*\[$2\.so"
}

@test "what only parses and hashes does not link libcrypto" {
    for name in ledger-chain ledger-balance names mine txpool; do
        [ -e "$ROOT/src/cmd/$name.c" ] || continue
        links "$name" libc
        ! links "$name" libcrypto || { echo "$name links libcrypto" && false; }
    done
    [ ! -e "$ROOT/src/cmd/keygen.c" ] || links keygen libcrypto
}

@test "every program is hardened" {
    for name in $(programs); do
        echo "$name"
        readelf -h "$BIN/$name" | grep -q 'Type: *DYN'
        readelf -d "$BIN/$name" >dynamic
        grep -q 'FLAGS.*BIND_NOW' dynamic
        grep -q 'FLAGS_1.*PIE' dynamic
        readelf -lW "$BIN/$name" >segments
        grep -q GNU_RELRO segments
        grep -q 'GNU_STACK.* RW ' segments
        readelf -sW "$BIN/$name" | grep -q __stack_chk_fail
    done
}
