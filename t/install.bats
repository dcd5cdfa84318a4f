# bats file_tags=long,slow,thorough
load lib/common
load lib/ledger

# The build itself: from a copy of the tree alone, the same bytes wherever it is made; and what is installed.

setup_file() {
    export TREE=$BATS_FILE_TMPDIR/one
    copy "$TREE"
    listed "$TREE" >"$BATS_FILE_TMPDIR/before"
    take_large
    make_tree -s
}

# The few objects that take as long as all others together are those of the programs under test, if these were made with
# the same flags. (If not, make finds flags that are newer than they are.)
take_large() {
    local file
    [ "$BIN" = "$ROOT/bin" ] && [ -e "$BIN/.o/flags" ] || return 0
    mkdir -p "$TREE/elsewhere/.o/work" "$TREE/elsewhere/.o/crypto"
    sed "s,=$ROOT=,=$TREE=," "$BIN/.o/flags" >"$TREE/elsewhere/.o/flags"
    touch -r "$BIN/.o/flags" "$TREE/elsewhere/.o/flags"
    for file in work/kernel_ crypto/ed25519_avx2.o crypto/ed25519_ifma.o; do
        cp -p "$BIN/.o/$file"* "$TREE/elsewhere/.o/${file%/*}/" || :
    done
    rm -f "$TREE/elsewhere/.o"/*/*.d
}

# Into another folder than the programs under test were made in.
make_tree() { # ARGUMENT...
    make -C "$TREE" OUT=elsewhere "$@"
}

# The tree as it would be cloned.
copy() { # FOLDER
    mkdir -p "$1"
    (cd "$ROOT" && tar -cf - --exclude=./.git --exclude=./bin .) | tar -xf - -C "$1"
}

programs() {
    (cd "$TREE" && ls src/cmd/*.c src/sh/*.sh) | sed 's,.*/,,; s,\.[a-z]*$,,' | sort
}

pages() { # SECTION
    (cd "$TREE/man" && find . -name "*.$1") | sed 's,^\./,,' | sort
}

listed() { # FOLDER
    (cd "$1" && find . -type f) | sed 's,^\./,,' | sort
}

@test "a build makes the programs and nothing else beside its own folder" {
    (cd "$TREE/elsewhere" && printf '%s\n' *) >made
    diff <({ programs && echo completions; } | sort) made
    diff <(programs) <(ls "$TREE/elsewhere/completions/bash")
    diff "$BATS_FILE_TMPDIR/before" <(listed "$TREE" | grep -v '^elsewhere/')
}

# What a build was made with, whatever the folder.
flags_of() { # TREE OUT
    sed "s,=$1=,=FOLDER=,; s/ -Werror / /" "$1/$2/.o/flags"
}

# The programs under test are another build, unless they were made with options of their own.
@test "two builds in different folders give the same bytes" {
    other=$BIN
    if [ "$BIN" != "$ROOT/bin" ] || ! diff <(flags_of "$TREE" elsewhere) <(flags_of "$ROOT" bin); then
        copy a/longer/way
        make -s -C a/longer/way
        other=a/longer/way/bin
    fi
    for name in $(programs); do
        cmp "$TREE/elsewhere/$name" "$other/$name"
    done
}

@test "a second make has nothing to do" {
    # whatever has changed on this machine since the first one
    cp "$TREE/elsewhere/.o/flags" .
    make_tree -s
    diff flags "$TREE/elsewhere/.o/flags" || :
    touch now
    make_tree -s
    # what this one is made with is not what all are
    make_tree -s elsewhere/.o/crypto/ed25519_avx2.o
    make_tree -s elsewhere/.o/base/hex.o
    find "$TREE/elsewhere" -newer now -type f >made
    cat made
    [ ! -s made ]
}

@test "what changes is made again, with all that includes it" {
    copy tree
    mapfile -t users < <(cd tree && grep -l '#include "base/chance.h"' src/*/*.c)
    [ "${#users[@]}" -ge 5 ]
    objects=("${users[@]/#src/bin/.o}")
    objects=("${objects[@]/%.c/.o}" bin/.o/base/fault.o)
    make -s -C tree OPT=-O0 "${objects[@]}"
    # the clock of files may stand still for a few milliseconds
    until [ tree/src/base/chance.h -nt "tree/${objects[-2]}" ] && [ -z "$(find tree/bin/.o -newer tree/src/base/chance.h -name '*.o')" ]; do
        touch tree/src/base/chance.h
    done
    make -C tree OPT=-O0 "${objects[@]}" >log
    for file in "${users[@]}"; do
        grep -Fq -e " $file" log || { echo "not made again: $file" && cat log && return 1; }
    done
    refute grep -Fq ' src/base/fault.c' log
    make -C tree OPT='-O0 -DOTHER' bin/.o/base/fault.o >log
    grep -q -- '-DOTHER.* src/base/fault.c' log
}

@test "what is no longer there is no longer in the library" {
    copy tree
    find tree/src -mindepth 1 -maxdepth 1 ! -name base -exec rm -r {} +
    make -s -C tree OPT=-O0 bin/.o/libpeerutils.a
    ar t tree/bin/.o/libpeerutils.a | grep -x hex.o
    rm tree/src/base/hex.c
    make -s -C tree OPT=-O0 bin/.o/libpeerutils.a
    ar t tree/bin/.o/libpeerutils.a >members
    grep -x num.o members
    refute grep -x hex.o members
}

@test "install puts programs and pages, uninstall takes exactly those away" {
    mkdir -p "to here/usr/bin"
    echo mine >"to here/usr/bin/other"
    make_tree -s install PREFIX=/usr DESTDIR="$PWD/to here"
    {
        echo usr/bin/other
        programs | sed 's,^,usr/bin/,'
        pages 1 | sed 's,^,usr/share/man/man1/,'
        pages 5 | sed 's,^,usr/share/man/man5/,'
        pages 7 | sed 's,^,usr/share/man/man7/,'
        programs | sed 's,^,usr/share/bash-completion/completions/,'
        programs | sed 's,^,usr/share/zsh/site-functions/_,'
        programs | sed 's,.*,usr/share/fish/vendor_completions.d/&.fish,'
    } | sort >wanted
    diff wanted <(listed "to here")
    for name in $(programs); do
        cmp "$TREE/elsewhere/$name" "to here/usr/bin/$name"
        "to here/usr/bin/$name" --version
        cmp "$TREE/elsewhere/completions/bash/$name" "to here/usr/share/bash-completion/completions/$name"
    done
    make_tree -s uninstall PREFIX=/usr DESTDIR="$PWD/to here"
    [ "$(listed "to here")" = usr/bin/other ]
}

@test "uninstall removes the folders that install made, and no others" {
    mkdir -p "to here/usr/share/fish"
    make_tree -s install PREFIX=/usr DESTDIR="$PWD/to here"
    make_tree -s install PROGPREFIX=p- PREFIX=/usr DESTDIR="$PWD/to here"
    make_tree -s install PREFIX=/usr DESTDIR="$PWD/other"
    echo mine >"to here/usr/share/man/man5/mine"
    make_tree -s uninstall PREFIX=/usr DESTDIR="$PWD/to here"
    [ -e "to here/usr/bin/p-verify" ]
    make_tree -s uninstall PROGPREFIX=p- PREFIX=/usr DESTDIR="$PWD/to here"
    # what was there before stays, and so does what is not empty
    diff <(find "to here" | sort) <(printf '%s\n' "to here" "to here/usr" "to here/usr/share" "to here/usr/share/fish" \
        "to here/usr/share/man" "to here/usr/share/man/man5" "to here/usr/share/man/man5/mine")
    rm -r "to here/usr/share/man"
    mkdir -p "to here/usr/bin"
    make_tree -s install PREFIX=/usr DESTDIR="$PWD/to here"
    make_tree -s uninstall PREFIX=/usr DESTDIR="$PWD/to here"
    diff <(find "to here" | sort) <(printf '%s\n' "to here" "to here/usr" "to here/usr/bin" "to here/usr/share" \
        "to here/usr/share/fish")
    [ -x other/usr/bin/verify ]
    make_tree -s uninstall PREFIX=/usr DESTDIR="$PWD/other"
    [ ! -e other ]
}

@test "install with a prefix to the names" {
    make_tree -s install PROGPREFIX=p- PREFIX=/usr DESTDIR="$PWD/to"
    diff <(programs | sed 's/^/p-/') <(ls to/usr/bin)
    diff <(pages 1 | sed 's/^/p-/') <(ls to/usr/share/man/man1)
    diff <(pages 5) <(ls to/usr/share/man/man5)
    diff <(programs | sed 's/^/p-/') <(ls to/usr/share/bash-completion/completions)
    diff <(programs | sed 's/^/_p-/') <(ls to/usr/share/zsh/site-functions)
    diff <(programs | sed 's/.*/p-&.fish/' | sort) <(ls to/usr/share/fish/vendor_completions.d)
    grep -qx 'complete -F _p_verify p-verify' to/usr/share/bash-completion/completions/p-verify
    grep -qx '#compdef p-verify' to/usr/share/zsh/site-functions/_p-verify
    grep -q '^complete -c p-verify ' to/usr/share/fish/vendor_completions.d/p-verify.fish
    ! grep -r '@PROGPREFIX@\|@VERSION@' to/usr/bin || false
    for page in to/usr/share/man/man1/*; do
        name=$(basename "$page" .1)
        mandoc -T ascii "$page" | col -bx >text
        grep -q "^ *$name " text
        grep -q "^P-" text
    done
    for name in $(programs); do
        run_apart to/usr/bin/p-"$name" -Z
        [ "$status" -eq 2 ]
        says "^p-$name: -Z: no such option$"
        says "^usage: p-$name "
        to/usr/bin/p-"$name" --help | grep -q "^usage: p-$name "
        to/usr/bin/p-"$name" --version | grep -q "^p-$name (peerutils) "
    done
    for name in $(programs); do
        ! grep -rE "(Xr $name 1|Nm $name( |\$))" to/usr/share/man || false
    done
    make_tree -s uninstall PROGPREFIX=p- PREFIX=/usr DESTDIR="$PWD/to"
    [ -z "$(listed to)" ]
}
