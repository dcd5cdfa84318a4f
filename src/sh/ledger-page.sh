#!/bin/sh
# ledger-page - a ledger as one HTML page, in which every field can be edited and every rule is checked again
#
# The page is src/page/ledger/ledger.html, without network, server or library; this puts the ledger into it.
#
# Exit status: 0 done; 1 the input is no ledger; 2 it could not be tried.
set -efu
LC_ALL=C
export LC_ALL
unset CDPATH POSIXLY_CORRECT

usage() {
    printf 'usage: @PROGPREFIX@ledger-page [-a FILE] [-l LEDGER]... [-t TEXTS] [LEDGER]\n'
    printf '       @PROGPREFIX@ledger-page -p\n'
}

@options.sh@

help() {
    usage
    cat <<'END'

Writes a ledger to stdout as one HTML page, for a browser. Every field can be edited there: what no longer
holds turns red. Two ledgers are shown side by side.

  -a, --names=FILE             the address book, whose names the page shows beside accounts (default: $NAMES,
                               else the files `names` and *.pub)
  -l, --ledger=LEDGER          show this ledger; two of them are compared
  -p, --print-texts            print the texts of the page, to be translated
  -t, --texts=TEXTS            the texts in this file take the place of the page's own
  -h, --help                   print this help
  -V, --version                print the version

LEDGER is by default $LEDGER, else the file `ledger`; if it is -, stdin is read.
END
}

@output.sh@

@page.sh@

# --- The page -------------------------------------------------------------------------------------------

texts() {
    cat <<'END_OF_TEXTS'
@ledger.texts@
END_OF_TEXTS
}

top() {
    cat <<'END_OF_PAGE'
@ledger.top@
END_OF_PAGE
}

end() {
    cat <<'END_OF_PAGE'
@ledger.end@
END_OF_PAGE
}

LIMIT=16777216

# Whether an element of data begins as a ledger does: with a header, whatever is wrong with it.
is_ledger() { # ELEMENT
    case ${1#*
} in
    'block '*) ;;
    *) return 1 ;;
    esac
}

# ledger FILE: the elements with its name and its bytes. Status 1 if it is no ledger, 3 if it is too long.
ledger() {
    name=$1
    [ "$1" != - ] || name=stdin
    printf %s "$name" | page_data name
    page_data_end
    if [ "$1" = - ]; then
        element=$(page_data ledger $LIMIT && page_data_end) || return $?
    else
        element=$(page_data ledger $LIMIT <"$1" && page_data_end) || return $?
    fi
    is_ledger "$element" || refuse "$name"
    put_text "$element"
}

refuse() { # NAME
    printf '%s\n' "@PROGPREFIX@ledger-page: $1: is no ledger: its first line is not a block" >&2
    exit 1
}

# The address book: the file that was given; else what the current folder has.
names() {
    if [ -n "$book" ]; then
        cat -- "$book"
        return
    fi
    set +f
    for file in names *.pub; do
        [ ! -f "$file" ] || [ ! -r "$file" ] || cat -- "$file"
    done
    set -f
}

page() { # LEDGER...
    top
    page_texts "$translation" || return $?
    names | page_data names || return 4
    page_data_end
    for file; do ledger "$file" || return $?; done
    end
}

# --- Main ----------------------------------------------------------------------------------------------

first='' second='' translation='' book=${NAMES-} print=''

add_file() { # FILE
    if [ -z "$first" ]; then
        first=$1
    elif [ -z "$second" ]; then
        second=$1
    else
        misuse "'$1': a page compares two ledgers, not more"
    fi
}

while getopts :a:l:pt:hV-: option; do
    [ "$option" != - ] || option=--$OPTARG
    case $option in
    a) book=$OPTARG ;;
    --names=*) book=${OPTARG#names=} ;;
    l) add_file "$OPTARG" ;;
    --ledger=*) add_file "${OPTARG#ledger=}" ;;
    p | --print-texts) print=1 ;;
    t) translation=$OPTARG ;;
    --texts=*) translation=${OPTARG#texts=} ;;
    h | --help) write "$(help)"; exit ;;
    V | --version) write '@PROGPREFIX@ledger-page (peerutils) @VERSION@'; exit ;;
    *) wrong_option ;;
    esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || misuse "'$2': too many operands"
[ $# -eq 0 ] || add_file "$1"
for tool in awk cat od; do
    command -v "$tool" >/dev/null || trouble "$tool: not found"
done
if [ -n "$print" ]; then
    [ -z "$first" ] || misuse "-p: takes no ledger"
    write "$(texts)"
    exit
fi
[ -n "$first" ] || first=${LEDGER:-ledger}
for file in "$first" "$second" "$translation" "$book"; do
    case $file in
    '' | -) ;;
    *) check_file "$file" ;;
    esac
done
status=0
made=$(page "$first" ${second:+"$second"}) || status=$?
case $status in
0) ;;
1) exit 1 ;;
3) trouble "a ledger of more than $LIMIT bytes is too long for a page" ;;
4) trouble 'texts or names of more than 1000000 bytes' ;;
*) trouble "the page could not be made" ;;
esac
put_text "$made" 2>/dev/null || trouble 'stdout: cannot be written'
