# bats file_tags=slow
load lib/common

# The build itself: from a copy of the tree alone, the same bytes wherever it is made; and what is installed.

setup_file() {
    export TREE=$BATS_FILE_TMPDIR/one
    copy "$TREE"
    listed "$TREE" >"$BATS_FILE_TMPDIR/before"
    make -s -C "$TREE"
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
    (cd "$TREE/bin" && printf '%s\n' *) >made
    diff <({ programs && echo completions; } | sort) made
    diff <(programs) <(ls "$TREE/bin/completions/bash")
    diff "$BATS_FILE_TMPDIR/before" <(listed "$TREE" | grep -v '^bin/')
}

@test "two builds in different folders give the same bytes" {
    copy a/longer/way
    make -s -C a/longer/way OUT=elsewhere
    for name in $(programs); do
        cmp "$TREE/bin/$name" "a/longer/way/elsewhere/$name"
    done
}

@test "a second make has nothing to do; what changes is made again, with all that includes it" {
    copy tree
    make -s -C tree OPT=-O0
    touch now
    make -s -C tree OPT=-O0
    [ -z "$(find tree/bin -newer now -type f)" ]
    touch tree/src/base/hex.h
    make -C tree OPT=-O0 >log
    for file in $(cd tree && grep -l '#include "base/hex.h"' src/*/*.c); do
        grep -Fq -e " $file" log
    done
    ! grep -Fq ' src/base/fault.c' log || false
    make -C tree OPT='-O0 -DOTHER' >log
    grep -q -- '-DOTHER.* src/base/fault.c' log
    rm tree/src/base/hex.c
    make -s -C tree OPT=-O0 bin/.o/libpeerutils.a
    ! ar t tree/bin/.o/libpeerutils.a | grep -x hex.o || false
}

@test "install puts programs and pages, uninstall takes exactly those away" {
    mkdir -p "to here/usr/bin"
    echo mine >"to here/usr/bin/other"
    make -s -C "$TREE" install PREFIX=/usr DESTDIR="$PWD/to here"
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
        cmp "$TREE/bin/$name" "to here/usr/bin/$name"
        "to here/usr/bin/$name" --version
        cmp "$TREE/bin/completions/bash/$name" "to here/usr/share/bash-completion/completions/$name"
    done
    make -s -C "$TREE" uninstall PREFIX=/usr DESTDIR="$PWD/to here"
    [ "$(listed "to here")" = usr/bin/other ]
}

@test "install with a prefix to the names" {
    make -s -C "$TREE" install PROGPREFIX=p- PREFIX=/usr DESTDIR="$PWD/to"
    diff <(programs | sed 's/^/p-/') <(ls to/usr/bin)
    diff <(pages 1 | sed 's/^/p-/') <(ls to/usr/share/man/man1)
    diff <(pages 5) <(ls to/usr/share/man/man5)
    diff <(programs | sed 's/^/p-/') <(ls to/usr/share/bash-completion/completions)
    diff <(programs | sed 's/^/_p-/') <(ls to/usr/share/zsh/site-functions)
    diff <(programs | sed 's/.*/p-&.fish/') <(ls to/usr/share/fish/vendor_completions.d)
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
        ! grep -rE "(Xr $name 1|Nm $name( |\$))" to/usr/share/man || false
    done
    make -s -C "$TREE" uninstall PROGPREFIX=p- PREFIX=/usr DESTDIR="$PWD/to"
    [ -z "$(listed to)" ]
}
