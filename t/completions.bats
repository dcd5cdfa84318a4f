# bats file_tags=slow
load lib/common
load lib/ledger

# Completions for bash, zsh and fish, made from what every program's --help says.

COMPLETE=$ROOT/src/cli/completions.sh

programs() {
    (cd "$ROOT" && ls src/cmd/*.c src/sh/*.sh) | sed 's,.*/,,; s,\.[a-z]*$,,'
}

# Every option of a program's usage and help, -x and --long.
options() { # PROGRAM
    "$1" --help | grep -E '^  -' | grep -oE '^  -[A-Za-z0-9](, --[a-z-]+)?' | tr -d ' ' | tr , '\n' | sort
}

@test "--help of every program has a line for each option of its usage line, and -h and -V" {
    for name in $(programs); do
        "$name" --help >help
        head -n 1 help | grep -q "^usage: $name" || { echo "$name: no usage line" && false; }
        sed -n 's/^  -\([A-Za-z0-9]\)[, ].* .*/\1/p' help | sort >lines
        [ -z "$(uniq -d lines)" ]
        grep -qx h lines && grep -qx V lines
        sed '/^$/q' help | grep -oE '[[ ]-[A-Za-z0-9]+' | sed 's/^..//' | fold -w 1 | grep -v '[hV]' | sort -u >usage
        diff usage <(grep -v '[hV]' lines) || { echo "of $name" && false; }
    done
}

# complete_bash PROGRAM WORD...: what bash offers for the last word.
complete_bash() {
    "$COMPLETE" bash "$(command -v "$1")" "$1" >script
    # shellcheck disable=SC2016 # another shell's
    bash -u -c '. ./script
        function=$(complete -p "$1" | sed "s/.* -F \([^ ]*\) .*/\1/")
        eval "${SETTING-}"
        compopt() { COMPREPLY=("compopt $*"); }
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        "$function"
        [ ${#COMPREPLY[@]} -eq 0 ] || builtin printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}

@test "bash: every option of every program, and no other" {
    for name in $(programs); do
        complete_bash "$name" - | sort | diff <(options "$name") - || { echo "of $name" && false; }
    done
}

@test "bash: arguments: files, words, names, and what cannot be known" {
    easy_chain 2>keygen.err
    is() { # OFFERED PROGRAM WORD...
        complete_bash "${@:2}" | tr '\n' ' ' >offered
        diff <(printf '%s' "$1") offered || { echo "${@:2}" && false; }
    }
    is '--version ' verify --vers
    is 'compopt -o default ' verify ''
    is 'compopt -o default ' verify -l ''
    is 'compopt -o default ' verify -q --ledger le
    is 'compopt -o default ' verify --ledger = ''
    is 'compopt -o default ' txsign -k ''
    is '' verify -j ''
    is 'alice bob miner alice bob miner ' txmake -f ''
    is 'bob bob ' txmake -f alice b
    is 'bob bob ' policy 1 b
    is 'bob bob ' policy -w -k b
    is 'form fee ' txmake --break f
    is 'form fee ' txmake --break = f
    is 'height time ' ledger-plot -x ''
    is 'linear log ' gossip-plot -x l
    mkdir folder
    is 'folder ' node fo
}

@test "bash: whatever is set at the prompt" {
    easy_chain 2>keygen.err
    mkdir 'one  two' plain
    touch 'led ger'
    complete_bash txmake -f '' >names.offered
    complete_bash verify - >options.offered
    [ -s names.offered ] && [ -s options.offered ]
    for setting in 'IFS=' 'IFS=:' 'IFS=-' "IFS=\$'\n'" 'IFS=ab' 'set -o noglob' 'set -o errexit' 'set -o nounset' 'set -o posix' \
        'set -o noclobber' 'shopt -s failglob' 'shopt -s nullglob' 'shopt -s extglob' 'shopt -s nocasematch' \
        "alias sed='sed -E' local=false printf=echo; shopt -s expand_aliases" 'sed() { :; }' 'GLOBIGNORE=*.pub'; do
        case $setting in
        *posix) [ "${BASH_VERSINFO[0]}${BASH_VERSINFO[1]}" -ge 51 ] || continue ;;
        esac
        SETTING=$setting complete_bash txmake -f '' | sort -u | diff <(sort -u names.offered) - || { echo "$setting" && false; }
        SETTING=$setting complete_bash verify - | diff options.offered - || { echo "$setting" && false; }
        [ "$(SETTING=$setting complete_bash txmake --break f | tr '\n' ' ')" = 'form fee ' ]
        [ "$(SETTING=$setting complete_bash node o)" = 'one  two' ]
    done
    # only names when no *.pub is here, though a pattern that fits nothing is an error
    rm -- *.pub
    [ "$(SETTING='shopt -s failglob' complete_bash txmake -f a)" = alice ]
    # = is no word of its own
    [ "$(complete_bash txmake --break=f | tr '\n' ' ')" = '--break=form --break=fee ' ]
    [ "$(complete_bash txmake --from=b)" = --from=bob ]
    [ "$(complete_bash txmake --ledger=led | sort | tr '\n' :)" = '--ledger=led ger:--ledger=ledger:' ]
    [ "$(complete_bash verify --quiet=x)" = '' ]
}

@test "every awk makes the same completions" {
    mkdir other
    for awk in mawk gawk 'gawk --posix' original-awk 'busybox awk'; do
        command -v "${awk%% *}" >/dev/null || continue
        printf '#!/bin/sh\nexec %s "$@"\n' "$(command -v "${awk%% *}")${awk#"${awk%% *}"}" >other/awk
        chmod +x other/awk
        for shell in bash zsh fish; do
            for name in txmake node verify ledger-plot; do
                "$COMPLETE" $shell "$(command -v $name)" $name >want
                PATH=$PWD/other:$PATH "$COMPLETE" $shell "$(command -v $name)" $name | cmp want - || { echo "$awk" && false; }
            done
        done
    done
}

@test "a hostile name is not put on a command line, nor run" {
    # shellcheck disable=SC2016 # not to be expanded, here or there
    printf 'key %s %s\n' "$(printf %064d 1)" '$(touch${IFS}evil)' "$(printf %064d 2)" 'a;b' "$(printf %064d 3)" '`touch evil`' \
        "$(printf %064d 4)" 'good%20one' "$(printf %064d 5)" -x "$(printf %064d 6)" '~root' >names
    [ "$(complete_bash txmake -f '')" = 'good%20one' ]
    [ ! -e evil ]
    if command -v fish >/dev/null; then
        "$COMPLETE" fish "$(command -v txmake)" txmake >script.fish
        HOME=$PWD fish --no-config -c 'source script.fish; complete -C "txmake -f "' >offered
        [ "$(cut -f 1 offered)" = 'good%20one' ]
        [ ! -e evil ]
    fi
}

@test "fish: every option of every program, and arguments" {
    need fish
    export HOME=$PWD
    easy_chain 2>keygen.err
    for name in $(programs); do
        "$COMPLETE" fish "$(command -v "$name")" "$name" >"$name.fish"
        echo "source $name.fish"
        echo "complete -C '$name -' | cut -f 1 | sed 's/^/$name /'"
        echo "complete -C '$name --' | cut -f 1 | sed 's/^/$name /'"
    done >run.fish
    fish --no-config run.fish | sort -u >offered
    for name in $(programs); do
        options "$name" | sed "s/^/$name /"
    done | sort -u | diff - offered
    [ "$(fish --no-config -c 'source txmake.fish; complete -C "txmake --break f"' | cut -f 1 | tr '\n' ' ')" = 'fee form ' ]
    [ "$(fish --no-config -c 'source txmake.fish; complete -C "txmake -f b"' | cut -f 1 | sort -u)" = bob ]
    fish --no-config -c 'source verify.fish; complete -C "verify -l led"' | grep -q '^ledger'
    fish --no-config -c 'source verify.fish; complete -C "verify -j "' | diff /dev/null -
}

@test "zsh: every option of every program, and what its argument is" {
    need zsh
    for name in $(programs); do
        "$COMPLETE" zsh "$(command -v "$name")" "$name" >"_$name"
        zsh -f -n "_$name"
        [ "$(head -n 1 "_$name")" = "#compdef $name" ]
        # run, with what would complete put in the place of zsh's own: the specifications of all options
        zsh -f -c '_arguments() { print -rl -- "$@"; }; source ./$1' zsh "_$name" >"$name.specs"
        diff <(options "$name") <(sed -n 's/^[*(][- )*]*\(-[A-Za-z0-9]\|--[a-z-]*\)=\{0,1\}\[.*/\1/p' "$name.specs" | sort) ||
            { echo "of $name" && false; }
    done
    grep -qxF -e '*-l[judge blocks and transactions against this ledger]:LEDGER:_files' verify.specs
    grep -qF -e ':KIND:(signature sequence amount double-spend other-chain form fee replay account batch sponsor proof early accuse any)' txmake.specs
    grep -qF -e '*-f[who pays; lines on stdin are then TO AMOUNT \[MEMO\]]:FROM:{_txmake_names}' txmake.specs
    easy_chain 2>keygen.err
    zsh -f -c '_arguments() { :; }; source ./_txmake; compadd() { shift; print -rl -- "$@"; }; _txmake_names' >offered
    sort -u offered | diff <(printf '%s\n' alice bob miner) -
}

@test "wrong usage" {
    expect 2 "$COMPLETE"
    expect 2 "$COMPLETE" csh "$BIN/verify" verify
}
