#!/bin/sh
# demo - a network from the shell, told step by step on one machine
#
# Every line that begins with $ is run as it stands, in a fresh folder that is left for the reader to look
# into. What it prints follows, with names for accounts and long hashes cut. The nodes end with the story.
#
# Exit status: 0 all went as told; 1 a command ended otherwise than told, or what it waited for did not come;
# 2 it could not be tried.
set -eu
LC_ALL=C
export LC_ALL
unset CDPATH LEDGER NAMES
case ${TMPDIR:-/} in /*) ;; *) TMPDIR=$PWD/$TMPDIR ;; esac # the programs run in another folder

usage() {
    printf 'usage: @PROGPREFIX@demo [-p]\n'
}

help() {
    usage
    cat <<'END'

Tells the story of a small network, running every command that it shows.

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

# differs WORDS STATUS: ends the story, where it is not as it is told.
differs() {
    printf '@PROGPREFIX@demo: %s; the files are in %s\n' "$1" "$PWD" >&2
    [ "$2" -lt 2 ] || exit 2
    exit 1
}

# try STATUS COMMAND [as-it-is]: shows a command, runs it, and shows what it prints. It is run in this very
# shell, as the reader's would: what it sets and starts stays.
try() {
    write "$bold\$ $2$plain"
    status=0
    eval "$2" >"$said" 2>&1 </dev/null || status=$?
    if [ "${3-}" ]; then
        print_output "$said"
    else
        shorten <"$said" >"$said.short"
        print_output "$said.short"
    fi
    [ "$status" -eq "$1" ] || differs "status $status, and $1 was expected" "$status"
}

# A shell has taken leave of its ended children once it has run another command.
nodes_run() {
    for pid in $north $east $west; do
        kill -0 "$pid" 2>/dev/null && continue
        status=0
        wait "$pid" || status=$?
        differs "a node has ended, with status $status: *.said and */log tell why" "$status"
    done
}

# await CONDITION: shows the loop that waits for it, and waits, but not for ever.
await() {
    write "$bold\$ until $1; do sleep 0.1; done$plain"
    tries=0
    until eval "$1" >/dev/null 2>&1 </dev/null; do
        [ $((tries += 1)) -le 600 ] || differs "it did not come true in a minute that $1" 1
        sleep 0.1
        nodes_run
    done
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
for program in keygen names ledger-init node gossip-send gossip-plot txmake txsign txpool mine ledger-append \
    ledger-balance ledger-chain verify audit-by-hand; do
    command -v "@PROGPREFIX@$program" >/dev/null || trouble "@PROGPREFIX@$program: not found"
done

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR-}" ] && [ "${TERM-dumb}" != dumb ]; then
    bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/demo.XXXXXX") || trouble "no folder can be made in ${TMPDIR:-/tmp}"
cd -- "$folder" || trouble "$folder: cannot be entered"
folder=$PWD
mkdir .demo
said=$PWD/.demo/said
north='' east='' west='' # the nodes that run, by their process ids

# All that runs ends with the story, whichever way that ends.
end_all() {
    trap '' HUP INT QUIT PIPE TERM
    for pid in $north $east $west; do
        kill "$pid" 2>/dev/null || :
    done
    for pid in $north $east $west; do
        wait "$pid" || :
    done
    rm -rf "$folder/.demo"
}

# A signal ends all the same, and this shell last, if that is not deaf to it (as bash is to SIGQUIT).
killed() { # NUMBER
    trap - EXIT
    end_all
    trap - "$1"
    kill "-$1" $$
    exit $((128 + $1))
}
trap end_all EXIT
for signal in 1 2 3 13 15; do # HUP INT QUIT PIPE TERM
    # shellcheck disable=SC2064 # the signal of now
    trap "killed $signal" "$signal"
done
: >names
number=0

# --- The story -------------------------------------------------------------------------------------------

write "A network from nothing, in $folder"
write "Lines with a \$ are run there as they stand; what they print follows. To fit the screen, accounts are"
write "shown by their names and other hashes by their first 8 digits and '..'; the files hold them whole."

step 'Keys. An account is a public key; who holds the secret one can pay from it. Nodes have keys too.'
try 0 '@PROGPREFIX@keygen alice' as-it-is
try 0 'for name in bob carol miner north east west; do @PROGPREFIX@keygen $name >>keys; done; echo *.key'
try 0 'cat *.pub >names # an address book'

step 'Genesis. The first block is the whole configuration of the chain, and gives alice 1000.'
try 0 '@PROGPREFIX@ledger-init -n demo -t 0000f -e 0 alice 1000 >genesis && cat genesis'
tell "A block is a line 'block' and the lines behind it that it counts. It says its height, its parent,"
tell 'the root of the hashes of its lines, its time, its target, its miner, their number, its seal.'

step 'Three nodes. Each lives in a folder of files; east and west know where north is, and no more.'
try 0 'for name in north east west; do
    mkdir $name; cp genesis $name/ledger; mv $name.key $name/node.key; cp $name.pub $name/node.pub
done'
try 0 '@PROGPREFIX@node north >north.said 2>&1 & north=$!'
await '[ -s north/where ]'
try 0 '@PROGPREFIX@node east $(cat north/where) >east.said 2>&1 & east=$!'
try 0 '@PROGPREFIX@node west $(cat north/where) >west.said 2>&1 & west=$!'
await '[ $(cat */peers | grep -c "^peer ") -ge 6 ]'
tell 'They have told each other where they are:'
try 0 'head -n 1 north.said; grep "^peer " north/peers'

step "A payment. Unsigned it is a wish; signed it is alice's word, the signature its last field."
try 0 '@PROGPREFIX@txmake -l genesis -f alice bob 25 lunch >wish && cat wish'
try 0 '@PROGPREFIX@txsign -k alice.key <wish >payment && cat payment'

step 'Gossip. Given to one node, it is with all of them, waiting in their pools.'
try 0 '@PROGPREFIX@gossip-send -L genesis $(cat north/where) <payment'
await '[ $(cat */pool | grep -c " lunch ") -eq 3 ]'
tell 'When each had it first, and from whom:'
try 0 'grep " new .* tx" */log'

step 'A forger makes 25 into 250. Nobody takes that, and north says why.'
try 1 "sed 's/ 25 lunch / 250 lunch /' payment |
    @PROGPREFIX@gossip-send -t 3 -L genesis \$(cat north/where)"
try 0 'grep " bad " north/log'

step 'A block. A miner at east tries seals until the hash of the header line is not over the target.'
try 0 '@PROGPREFIX@txpool -s -l east/ledger east/pool | @PROGPREFIX@mine -l east/ledger -m miner >block && cat block'
tell 'Anyone can see the work: the hash begins with the zeros that the target, below it, asks for.'
try 0 'head -n 1 block | tr -d "\n" | sha256sum; head -n 1 block | cut -d " " -f 6' as-it-is
try 0 '@PROGPREFIX@gossip-send -L genesis $(cat east/where) <block'
await '[ $(cat */ledger | grep -c "^block 1 ") -eq 3 ]'
tell 'Who has what now: account, balance, payments made. The miner earned 50, and the fee of 1.'
try 0 '@PROGPREFIX@ledger-balance -l west/ledger'

step 'A partition. West loses its line; both sides go on. West seals one block, the others seal two.'
try 0 'kill $west; wait $west'
west=''
try 0 '@PROGPREFIX@txmake -l west/ledger -f bob carol 5 tea | @PROGPREFIX@txsign -k bob.key |
    @PROGPREFIX@mine -l west/ledger -m miner | @PROGPREFIX@ledger-append -q west/ledger'
try 0 '@PROGPREFIX@txmake -l north/ledger -f alice bob 10 | @PROGPREFIX@txsign -k alice.key |
    @PROGPREFIX@mine -l north/ledger -m miner -n 2 | @PROGPREFIX@gossip-send -L genesis $(cat north/where)'
await 'grep -q "^block 3 " east/ledger'
try 0 '@PROGPREFIX@ledger-chain -t west/ledger; @PROGPREFIX@ledger-chain -t east/ledger'

step 'It heals. West is back, finds more work done than its own, and changes its mind.'
try 0 '@PROGPREFIX@node west >>west.said 2>&1 & west=$!'
await 'grep -q "reorg:" west/log'
try 0 'grep "reorg:" west/log'
tell "Bob's tea was in the block that lost. It is back in the pool of west, and so, soon, in all pools;"
await 'grep -q " tea " north/pool'
tell 'the next block has it, and all agree: their best chains are the same to the byte.'
try 0 '@PROGPREFIX@txpool -s -l north/ledger north/pool | @PROGPREFIX@mine -l north/ledger -m miner |
    @PROGPREFIX@gossip-send -L genesis $(cat north/where)'
await '[ $(cat */ledger | grep -c "^block 4 ") -eq 3 ]'
try 0 'for name in north east west; do @PROGPREFIX@ledger-chain $name/ledger | sha256sum; done'
try 0 '@PROGPREFIX@ledger-balance -l west/ledger'
tell "Nothing was erased: west's file holds the block that lost as well, six with genesis."
try 0 'grep -c "^block " west/ledger'

step 'The audit. A changed ledger is found out; of the true one, a script checks all by openssl.'
try 0 "sed 's/ 25 lunch / 250 lunch /' west/ledger >forged"
try 1 '@PROGPREFIX@verify -q forged'
try 0 '@PROGPREFIX@audit-by-hand west/ledger >audit && grep -A 4 ": tx" audit | head -n 5; tail -n 1 audit'

step 'The end. The nodes stop; how long records took to reach how many nodes is in their logs.'
try 0 'kill $north $east $west; wait $north $east $west'
north='' east='' west=''
try 0 '@PROGPREFIX@gossip-plot */log >spread.svg # a picture, for a browser'
try 0 '@PROGPREFIX@gossip-plot -t */log | grep -E "id|block" | cut -f 1-4,7 | tr "\t" " "'

write ''
write "All of it is in $folder"
write 'Look at spread.svg, a log, a ledger; or start a node again: @PROGPREFIX@node north'
