# shellcheck shell=bash
# A program of the build under test with other sources: what a new row of a table costs is a file and that row.

# row TABLE SED: ./FILE, which is src/TABLE with that edit, and differs from it.
row() {
    sed "$2" "$ROOT/src/$1" >"${1##*/}"
    cmp -s "$ROOT/src/$1" "${1##*/}" || return 0
    echo "no row was added to $1"
    return 1
}

# linked PROGRAM SOURCE...: ./PROGRAM, with these sources in place of what the archive has of the same symbols.
linked() {
    local program=$1 flags libs source objects=() here=$PWD
    read -r flags <"$BIN/.o/flags" # as make gave them to a shell
    flags=${flags%% src/*}
    libs=-l${flags#* -l}
    flags=${flags%% -l*}
    shift
    for source; do
        (cd "$ROOT" && eval "$flags -c -o '$here/$source.o' '$here/$source'") || return 1
        objects+=("'$here/$source.o'")
    done
    eval "$flags -o $program ${objects[*]} '$BIN/.o/cmd/$program.o' '$BIN/.o/libpeerutils.a' $libs"
}
