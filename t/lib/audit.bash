# What the tests of audit-by-hand share; load it behind lib/common.

setup() {
    fresh_folder
    mkdir tmp
    export TMPDIR=$PWD/tmp
    good=$VECTORS/good/linear.ledger
}

# Whatever a test did, no folder of books stays behind.
teardown() {
    [ -z "$(ls "$TMPDIR")" ]
}

# refuse LINE RULE [FILE]: the ledger FILE breaks this rule in this line, and nothing else is said of it.
refuse() {
    local file=${3-x}
    expect 1 audit-by-hand -q "$file"
    [ ! -s "$out" ]
    [ "$(wc -l <"$err")" -eq 1 ]
    case $(cat "$err") in
    "$file:$1: $2"*) ;;
    *) echo "expected $1: $2" && cat "$err" && return 1 ;;
    esac
}

accept() { # TIP [FILE]
    expect 0 audit-by-hand -q "${2-x}"
    [ ! -s "$err" ]
    [ "$(cat "$out")" = "$1" ] || { cat "$out" && return 1; }
}

# The functions of the program, without its main part, in a shell of their own: functions COMMANDS.
functions() {
    sed '/^# --- The audit/q' "$(command -v audit-by-hand)" >functions
    printf '%s\n' "quiet=yes books='' verdict=''" "$1" >>functions
    dash functions
}

# Its exit status for a ledger of t/vectors/v2.
status_of() { # good/NAME or bad/NAME
    if [ "${1%%/*}" = bad ]; then echo 1; else echo 0; fi
}

# A folder with links to these programs, and none else.
only() { # FOLDER PROGRAM...
    local name folder=$1
    mkdir "$folder"
    shift
    for name; do
        ln -s "$(command -v "$name")" "$folder/$name"
    done
}

TOOLS='awk basenc cat cp cut date expr fold head mktemp mv openssl paste rm sha256sum sort split tac tail tr wc'

# A shell by its words, where it is installed.
has_shell() { # WORD...
    command -v "$1" >/dev/null && { [ "$1" != busybox ] || busybox sh -c : 2>/dev/null; }
}

# Another program of this name, which says so where it should not, or says nothing: instead NAME COMMANDS.
instead() {
    # shellcheck disable=SC2086 # words
    [ -e all ] || only all $TOOLS sh
    rm -rf other
    cp -R all other
    rm -f "other/$1"
    printf '#!%s\n%s\n' "$(command -v sh)" "$2" >"other/$1"
    chmod +x "other/$1"
}
