#!/bin/sh
# demo - the chain from the shell, told step by step on one machine
#
# Every line that begins with $ is run as it stands, in a fresh folder that is left for the reader to look
# into. What it prints follows, with names for accounts and long hashes cut.
#
# Exit status: 0 all went as told; 1 a command ended otherwise than told; 2 it could not be tried.
set -eu
LC_ALL=C
export LC_ALL
unset CDPATH LEDGER NAMES

usage() {
    printf 'usage: @PROGPREFIX@demo [-p]\n'
}

help() {
    usage
    cat <<'END'

Tells the story of a small ledger, running every command that it shows.

  -p, --pause                  wait for Enter after each step
  -h, --help                   print this help
  -V, --version                print the version

The files that it makes stay in a folder under $TMPDIR, or else /tmp.
END
}

trouble() {
    printf '@PROGPREFIX@demo: %s\n' "$1" >&2
    exit 2
}

# All that is printed goes through here: a line that cannot be written is trouble, not a line less.
write() {
    printf '%s\n' "$1" 2>/dev/null || trouble 'stdout: cannot be written'
}

# --- How the story is told -----------------------------------------------------------------------------

# What people read: names in the place of accounts, of other hashes the first digits.
shorten() {
    @PROGPREFIX@names -a names | sed 's/\([0-9a-f]\{8\}\)[0-9a-f]\{24,\}/\1../g'
}

print_output() { # FILE
    while IFS= read -r line; do
        write "    $line"
    done <"$1"
}

# step WORDS: the next step, in a plain sentence or two.
step() {
    if [ -n "$pause" ] && [ "$number" -gt 0 ]; then
        printf '\n(Enter)' >&2
        read -r _ || pause=''
    fi
    number=$((number + 1))
    write ''
    write "$number. $1"
}

tell() {
    write "   $1"
}

# try STATUS COMMAND [as-it-is]: shows a command, runs it, and shows what it prints.
try() {
    write "$bold\$ $2$plain"
    status=0
    (eval "$2") >"$said" 2>&1 </dev/null || status=$?
    if [ "${3-}" ]; then
        print_output "$said"
    else
        shorten <"$said" >"$said.short"
        print_output "$said.short"
    fi
    [ "$status" -ne "$1" ] || return 0
    printf '@PROGPREFIX@demo: status %s, and %s was expected; the files are in %s\n' "$status" "$1" "$PWD" >&2
    [ "$status" -lt 2 ] || exit 2
    exit 1
}

# --- Where it takes place --------------------------------------------------------------------------------

pause=''
while getopts :phV-: option; do
    [ "$option" != - ] || option=--$OPTARG
    case $option in
    p | --pause) pause=yes ;;
    h | --help)
        write "$(help)"
        exit
        ;;
    V | --version)
        write 'demo (peerutils) @VERSION@'
        exit
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
done
shift $((OPTIND - 1))
[ $# -eq 0 ] || {
    usage >&2
    exit 2
}

# The other programs stand beside this one.
PATH=$(cd "$(dirname "$0")" && pwd):$PATH
export PATH
for program in keygen ledger-init txmake txsign mine ledger-append ledger-balance ledger-chain verify names \
    audit-by-hand; do
    command -v "@PROGPREFIX@$program" >/dev/null || trouble "@PROGPREFIX@$program: not found"
done

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR-}" ] && [ "${TERM-dumb}" != dumb ]; then
    bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/demo.XXXXXX") || trouble "no folder can be made in ${TMPDIR:-/tmp}"
cd "$folder"
mkdir .demo
said=$PWD/.demo/said
trap 'rm -rf "$folder/.demo"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM
: >names
number=0

# --- The story -------------------------------------------------------------------------------------------

write "A ledger from nothing, in $folder"
write "Lines with a \$ are run there as they stand; what they print follows. To fit the screen, accounts are"
write "shown by their names and other hashes by their first 8 digits and '..'; the files hold them whole."

step 'Keys. An account is a public key; who holds the secret one can pay from it.'
try 0 '@PROGPREFIX@keygen alice' as-it-is
try 0 'for name in bob carol miner; do @PROGPREFIX@keygen $name >>keys; done; rm keys; echo *'
try 0 'cat *.pub >names # an address book'

step 'Genesis. The first block is the whole configuration of the chain, and gives alice 1000.'
try 0 '@PROGPREFIX@ledger-init -n demo alice 1000 >ledger && cat ledger'
tell "A block is a line 'block' and the lines behind it that it counts. It says its height, its parent,"
tell 'the root of the hashes of its lines, its time, its target, its miner, their number, its seal.'

step 'A payment. Unsigned, it is a wish: chain, payer, sequence number, fee, payee, amount, memo.'
try 0 '@PROGPREFIX@txmake -f alice bob 25 lunch >wish && cat wish'

step "Signed, it is alice's word: her signature of all before it is the last field."
try 0 '@PROGPREFIX@txsign -k alice.key <wish >payment && cat payment'

step 'Mining. The miner tries seals until the hash of the header line is not over the target.'
try 0 '@PROGPREFIX@mine -m miner <payment >block && cat block'
tell 'Anyone can see the work: the hash begins with the zeros that the target, below it, asks for.'
try 0 'head -n 1 block | tr -d "\n" | sha256sum; head -n 1 block | cut -d " " -f 6' as-it-is

step 'Appending. Only a block that keeps every rule gets into the ledger, at its end.'
try 0 '@PROGPREFIX@ledger-append ledger <block >appended && cmp block appended && wc -l ledger'
tell 'Who has what now: account, balance, payments made. The miner earned 50, and the fee of 1.'
try 0 '@PROGPREFIX@ledger-balance'

step 'A forger makes 25 into 250. The hashes no longer fit, and verify says where.'
try 0 "sed 's/ 25 lunch / 250 lunch /' ledger >forged"
try 1 '@PROGPREFIX@verify -q forged'
try 0 '@PROGPREFIX@verify -q ledger && echo the true one holds'

step 'A fork. East and west lose sight of each other, and alice spends the same money on both sides.'
try 0 'cp ledger east; cp ledger west'
try 0 '@PROGPREFIX@txmake -l east -f alice bob 900 | @PROGPREFIX@txsign -k alice.key |
    @PROGPREFIX@mine -l east -m miner | @PROGPREFIX@ledger-append -q east'
try 0 '@PROGPREFIX@txmake -l west -f alice carol 900 | @PROGPREFIX@txsign -k alice.key |
    @PROGPREFIX@mine -l west -m miner -n 2 | @PROGPREFIX@ledger-append -q west'
try 0 '@PROGPREFIX@ledger-balance -l east bob carol; @PROGPREFIX@ledger-balance -l west bob carol'

step 'They meet again. West has done more work, two blocks to one: east changes its mind.'
try 0 '@PROGPREFIX@ledger-append -q east <west && @PROGPREFIX@ledger-append -q west <east'
tell 'Nothing was erased: their files hold all blocks, each in its order of arrival. The best chain is'
tell 'the same to the byte, and so is the money.'
try 0 '@PROGPREFIX@ledger-chain east | sha256sum; @PROGPREFIX@ledger-chain west | sha256sum'
try 0 '@PROGPREFIX@ledger-balance -l east'

step 'Nobody need believe these programs: a script checks it all by sha256sum and openssl.'
try 0 '@PROGPREFIX@audit-by-hand east >audit && grep -A 4 ": tx" audit | head -n 5; tail -n 1 audit'

write ''
write "All of it is in $folder"
write 'Go there, look at a file or change one, and ask @PROGPREFIX@verify or @PROGPREFIX@audit-by-hand.'
