#!/bin/sh
# demo - a small network at work on one machine, step by step
#
# Every line that begins with $ is run exactly as shown, in a new folder that is kept for the reader to look
# into. Its output follows, with names for accounts and long hashes cut. The nodes stop when the demo ends.
#
# Exit status: 0 all went as described; 1 a command had an unexpected status, or something that the demo
# waited for did not happen; 2 it could not be run.
set -eu
LC_ALL=C
export LC_ALL
unset CDPATH LEDGER NAMES
case ${TMPDIR:-/} in /*) ;; *) TMPDIR=$PWD/$TMPDIR ;; esac # the programs run in another folder

usage() {
    printf 'usage: @PROGPREFIX@demo [-p]\n'
}

@options.sh@

help() {
    usage
    cat <<'END'

Runs a small network, explains each step, and shows every command.

  -p, --pause                  wait for Enter after each step
  -h, --help                   print this help
  -V, --version                print the version

The files that it makes are kept, in a folder under $TMPDIR, or else /tmp.
END
}

@output.sh@

# --- Showing a step ------------------------------------------------------------------------------------

# Output for people: names instead of accounts, and only the first digits of other hashes.
shorten() {
    @PROGPREFIX@names -a names | sed 's/\([0-9a-f]\{8\}\)[0-9a-f]\{24,\}/\1../g'
}

print_output() { # FILE
    while IFS= read -r line; do
        write "    $line"
    done <"$1"
}

# step WORDS: begins the next step, with a sentence or two about it.
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

# differs WORDS STATUS: ends the demo because something did not go as described.
differs() {
    printf '@PROGPREFIX@demo: %s; the files are in %s\n' "$1" "$PWD" >&2
    [ "$2" -lt 2 ] || exit 2
    exit 1
}

# try STATUS COMMAND [as-it-is]: shows a command, runs it, and shows its output. It runs in this shell, so
# the variables that it sets and the processes that it starts remain.
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
    [ "$status" -eq "$1" ] || differs "status $status, expected $1" "$status"
}

# A shell reaps its dead children when it runs another command, so kill -0 finds them gone.
nodes_run() {
    for pid in $north $east $west; do
        kill -0 "$pid" 2>/dev/null && continue
        status=0
        wait "$pid" || status=$?
        differs "a node has ended with status $status: *.said and */log say why" "$status"
    done
}

# await CONDITION: shows the loop that waits for it, and waits, for a minute at most.
await() {
    write "$bold\$ until $1; do sleep 0.1; done$plain"
    tries=0
    until eval "$1" >/dev/null 2>&1 </dev/null; do
        [ $((tries += 1)) -le 600 ] || differs "after a minute this is still false: $1" 1
        sleep 0.1
        nodes_run
    done
}

# --- Options, the folder and cleaning up -----------------------------------------------------------------

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
        write '@PROGPREFIX@demo (peerutils) @VERSION@'
        exit
        ;;
    *) wrong_option ;;
    esac
done
shift $((OPTIND - 1))
[ $# -eq 0 ] || misuse "'$1': no operand goes here"

# The other programs are in the same folder as this one.
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

folder=$(mktemp -d "${TMPDIR:-/tmp}/demo.XXXXXX") || trouble "cannot make a folder in ${TMPDIR:-/tmp}"
cd -- "$folder" || trouble "$folder: cannot be entered"
folder=$PWD
mkdir .demo
said=$PWD/.demo/said
north='' east='' west='' # process ids of the running nodes

# However the demo ends, everything that it started ends too.
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

@endings.sh@
: >names
number=0

# --- The demo --------------------------------------------------------------------------------------------

write "A network from nothing, in $folder"
write "Each line that begins with \$ is run there as shown; its output follows. To fit the screen, accounts"
write "are shown by name and other hashes by their first 8 digits and '..'; the files hold them in full."

step 'Keys. An account is a public key; the secret key is needed to pay from it. Nodes have keys too.'
try 0 '@PROGPREFIX@keygen alice' as-it-is
try 0 'for name in bob carol miner north east west; do @PROGPREFIX@keygen $name >>keys; done; echo *.key'
try 0 'cat *.pub >names # an address book'

step 'Genesis. The first block holds the whole configuration of the chain, and gives alice 1000.'
try 0 '@PROGPREFIX@ledger-init -n demo -t 0000f -e 0 alice 1000 >genesis && cat genesis'
tell "A block is a line 'block' and its body. That line gives the height, the parent, the root of the"
tell "hashes of the body's lines, the time, the target, the miner, the number of lines, and the seal."

step 'Three nodes. Each is a folder of files. East and west know only the address of north.'
try 0 'for name in north east west; do
    mkdir $name; cp genesis $name/ledger; mv $name.key $name/node.key; cp $name.pub $name/node.pub
done'
try 0 '@PROGPREFIX@node north >north.said 2>&1 & north=$!'
await '[ -s north/where ]'
try 0 '@PROGPREFIX@node east $(cat north/where) >east.said 2>&1 & east=$!'
try 0 '@PROGPREFIX@node west $(cat north/where) >west.said 2>&1 & west=$!'
await '[ $(cat */peers | grep -c "^peer ") -ge 9 ]'
tell 'They have exchanged their addresses:'
try 0 'head -n 1 north.said; grep "^peer " north/peers'

step "A payment. Alice writes it, and signs it with her key: the signature is the last field."
try 0 '@PROGPREFIX@txmake -l genesis -f alice bob 25 lunch >unsigned && cat unsigned'
try 0 '@PROGPREFIX@txsign -k alice.key <unsigned >payment && cat payment'

step 'Gossip. Sent to one node, the payment spreads to all of them, and waits in their pools.'
try 0 '@PROGPREFIX@gossip-send -L genesis $(cat north/where) <payment'
await '[ $(cat */pool | grep -c " lunch ") -eq 3 ]'
tell 'When each node first received it, and from which peer:'
try 0 'grep " new .* tx" */log'

step 'A forgery. Someone changes 25 to 250. No node accepts it, and the log of north says why.'
try 1 "sed 's/ 25 lunch / 250 lunch /' payment |
    @PROGPREFIX@gossip-send -t 3 -L genesis \$(cat north/where)"
try 0 'grep " bad " north/log'

step 'A block. A miner at east tries seals until the hash of the header is not over the target.'
try 0 '@PROGPREFIX@txpool -s -l east/ledger east/pool | @PROGPREFIX@mine -l east/ledger -m miner >block && cat block'
tell 'Anyone can check the work: the hash begins with the zeros that the target, below it, requires.'
try 0 'head -n 1 block | tr -d "\n" | sha256sum; head -n 1 block | cut -d " " -f 6' as-it-is
try 0 '@PROGPREFIX@gossip-send -L genesis $(cat east/where) <block'
await '[ $(for n in north east west; do @PROGPREFIX@ledger-chain -t $n/ledger; done |
    grep -c "^block 1 ") -eq 3 ]'
tell 'The accounts now: balance, and payments made. The miner has earned 50 and the fee of 1.'
try 0 '@PROGPREFIX@ledger-balance -l west/ledger'

step 'A partition. West is cut off, and both sides go on: west mines one block, the others mine two.'
try 0 'kill $west; wait $west'
west=''
try 0 '@PROGPREFIX@txmake -l west/ledger -f bob carol 5 tea | @PROGPREFIX@txsign -k bob.key |
    @PROGPREFIX@mine -l west/ledger -m miner | @PROGPREFIX@ledger-append -q west/ledger'
try 0 '@PROGPREFIX@txmake -l north/ledger -f alice bob 10 | @PROGPREFIX@txsign -k alice.key |
    @PROGPREFIX@mine -l north/ledger -m miner -n 2 | @PROGPREFIX@gossip-send -L genesis $(cat north/where)'
await '@PROGPREFIX@ledger-chain -t east/ledger | grep -q "^block 3 "'
try 0 '@PROGPREFIX@ledger-chain -t west/ledger; @PROGPREFIX@ledger-chain -t east/ledger'

step 'A reorganisation. West is back, finds a chain with more work than its own, and switches to it.'
try 0 '@PROGPREFIX@node west >>west.said 2>&1 & west=$!'
await 'grep -q "reorg:" west/log'
try 0 'grep "reorg:" west/log'
tell "Bob's payment was in the block that was undone. It returns to west's pool, and spreads to all:"
await 'grep -q " tea " north/pool'
tell 'The next block includes it, and all nodes agree: their best chains are the same to the byte.'
try 0 '@PROGPREFIX@txpool -s -l north/ledger north/pool | @PROGPREFIX@mine -l north/ledger -m miner |
    @PROGPREFIX@gossip-send -L genesis $(cat north/where)'
await '[ $(for n in north east west; do @PROGPREFIX@ledger-chain -t $n/ledger; done |
    grep -c "^block 4 ") -eq 3 ]'
try 0 'for name in north east west; do @PROGPREFIX@ledger-chain $name/ledger | sha256sum; done'
try 0 '@PROGPREFIX@ledger-balance -l west/ledger'
tell "Nothing was erased: west's ledger still has the block that was undone, six blocks with genesis."
try 0 'grep -c "^block " west/ledger'

step 'The audit. verify rejects a changed ledger; a script checks the true one with openssl.'
try 0 "sed 's/ 25 lunch / 250 lunch /' west/ledger >forged"
try 1 '@PROGPREFIX@verify -q forged'
try 0 '@PROGPREFIX@audit-by-hand west/ledger >audit && grep -A 4 ": tx" audit | head -n 5; tail -n 1 audit'

step 'The end. The nodes stop. Their logs show how long each record took to reach the nodes.'
try 0 'kill $north $east $west; wait $north $east $west'
north='' east='' west=''
try 0 '@PROGPREFIX@gossip-plot */log >spread.svg # a picture, for a browser'
try 0 '@PROGPREFIX@gossip-plot -t */log | grep -E "id|block" | cut -f 1-4,7 | tr "\t" " "'

write ''
write "All of it is in $folder"
write 'Look at spread.svg, a log or a ledger; or start a node again: @PROGPREFIX@node north'
