#!/bin/sh
# install.sh install|uninstall: copies to where they are used, or removes from there, the programs, scripts and
# completions that make built in $OUT, and the pages. For make, which sets all variables in capitals.
#
# With PROGPREFIX, every program, its page and its completions get that prefix to their names, and scripts and pages
# call the programs so.
set -eu

bin=$DESTDIR$BINDIR man=$DESTDIR$MANDIR share=$DESTDIR$PREFIX/share
bash=$share/bash-completion/completions zsh=$share/zsh/site-functions fish=$share/fish/vendor_completions.d
# The folders that were made, for `uninstall' to remove: those that were there before stay. `make clean' keeps this.
made=$OUT/.made

# One place for what both need to know: where a page, and the completions of a program, go.
page_place() { # PAGE
    name=${1##*/}
    case $name in
    *.1) printf '%s\n' "$man/man1/$PROGPREFIX$name" ;;
    *) printf '%s\n' "$man/man${name##*.}/$name" ;;
    esac
}

completion_place() { # SHELL PROGRAM
    case $1 in
    bash) printf '%s\n' "$bash/$PROGPREFIX$2" ;;
    zsh) printf '%s\n' "$zsh/_$PROGPREFIX$2" ;;
    fish) printf '%s\n' "$fish/$PROGPREFIX$2.fish" ;;
    esac
}

# Standard input to a file.
put() { # MODE FILE
    install -m "$1" /dev/stdin "$2"
}

# Prints the sed script that gives the programs in a page their installed names.
renames() {
    [ -n "$PROGPREFIX" ] || return 0
    for p in $PROGRAMS $SCRIPTS; do
        printf '%s\n' "s/\\<Nm $p\\( \\|\$\\)/Nm $PROGPREFIX$p\\1/" "s/\\<Xr $p 1/Xr $PROGPREFIX$p 1/g"
    done
    printf '%s\n' "/^\\.Dt .* 1\$/s/ / $(printf %s "$PROGPREFIX" | tr '[:lower:]' '[:upper:]')/"
}

make_folders() { # FOLDER...
    for d; do
        while [ ! -d "$d" ]; do
            printf '%s\n' "$d"
            d=$(dirname "$d")
        done
    done >>"$made"
    install -d "$@"
}

remove_folders() { # FOLDER...
    [ -e "$made" ] || return 0
    for d; do
        while grep -Fqx -e "$d" "$made" && rmdir "$d" 2>/dev/null; do
            d=$(dirname "$d")
        done
    done
    sort -u "$made" | while IFS= read -r d; do
        [ ! -d "$d" ] || printf '%s\n' "$d"
    done >"$made.new"
    mv "$made.new" "$made"
}

install_all() {
    for p in $PROGRAMS; do
        install -m 755 "$OUT/$p" "$bin/$PROGPREFIX$p"
    done
    for p in $SCRIPTS; do
        sed "s/@PROGPREFIX@/$PROGPREFIX/g" "$OUT/.o/sh/$p" | put 755 "$bin/$PROGPREFIX$p"
    done
    script=$(renames)
    for page in man/*.[157]; do
        sed "$script" "$page" | put 644 "$(page_place "$page")"
    done
    for p in $PROGRAMS $SCRIPTS; do
        for shell in bash zsh fish; do
            text=$(src/cli/completions.sh "$shell" "$OUT/$p" "$PROGPREFIX$p")
            printf '%s\n' "$text" | put 644 "$(completion_place "$shell" "$p")"
        done
    done
}

uninstall_all() {
    for p in $PROGRAMS $SCRIPTS; do
        rm -f "$bin/$PROGPREFIX$p"
        for shell in bash zsh fish; do
            rm -f "$(completion_place "$shell" "$p")"
        done
    done
    for page in man/*.[157]; do
        rm -f "$(page_place "$page")"
    done
}

set -- "${1-}" "$bin" "$man/man1" "$man/man5" "$man/man7" "$bash" "$zsh" "$fish"
case $1 in
install)
    shift
    make_folders "$@"
    install_all
    ;;
uninstall)
    shift
    uninstall_all
    remove_folders "$@"
    ;;
*)
    echo 'usage: install.sh install|uninstall' >&2
    exit 2
    ;;
esac
