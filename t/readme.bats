# bats file_tags=slow,thorough
load lib/common

# README.md, typed from its first line to its last in a clone, on a machine that has only the base system.

setup() {
    TREE=$BATS_TEST_TMPDIR/clone
    copy
    fresh_folder
}

# The tree as it would be cloned. To save time, the object files are copied too, unless the programs under test are
# another build; the commands in README.md make the rest.
copy() {
    mkdir "$TREE"
    (cd "$ROOT" && tar -cf - --exclude=./.git --exclude=./bin .) | tar -xf - -C "$TREE"
    mkdir "$TREE/bin"
    [ "$BIN" = "$ROOT/bin" ] || return 0
    cp -a "$BIN/.o" "$TREE/bin/"
    sed -i "s,=$ROOT=,=$TREE=,g" "$TREE/bin/.o/flags"
    touch -r "$BIN/.o/flags" "$TREE/bin/.o/flags"
}

# Programs that are already installed must not be used instead of those of the clone.
typed() { # FILE
    env -i HOME="$BATS_TEST_TMPDIR" TMPDIR="$BATS_TEST_TMPDIR" TERM=dumb PATH="$(getconf PATH)" \
        "$TREE/t/lib/examples.sh" -d "$TREE" "$1"
}

@test "README.md works as typed in a clone" {
    typed "$TREE/README.md"
}

@test "without the line that builds, or the one that sets PATH, nothing would work" {
    for line in '^\$ make$' '^\$ export PATH='; do
        sed "/$line/d; /^## A network/,\$d" "$TREE/README.md" >without.md
        run typed without.md
        [ "$status" -eq 1 ]
        [[ $output == *keygen* ]]
    done
}
