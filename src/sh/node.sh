#!/bin/sh
# node - one peer of a network, out of a folder of flat files
#
# All that a node does is in the pipelines at the end of this script; the rest is options and files. Change them,
# leave a part out, put one of your own between two others: what comes out is a node that does that.
#
# Exit status: 0 stopped by a signal; 1 the ledger could not be had; 2 trouble.
set -eu
LC_ALL=C
export LC_ALL
unset CDPATH LEDGER NAMES

usage() {
    printf 'usage: @PROGPREFIX@node [-dpqV] [-a KEYS] [-c CHAIN] [-f COUNT] [-l HOST:PORT] [-m NAME] [-o HOST:PORT] DIR [PEER]...\n'
}

help() {
    usage
    cat <<'END'

Runs one peer from the folder DIR: ledger, pool, peers, names, node.key, log.

  -a, --allow=KEYS             talk to peers with these keys alone
  -c, --chain=CHAIN            the genesis block's id, where there is no ledger yet
  -d, --dandelion              send fresh transactions along a stem first
  -f, --fanout=COUNT           dial so many peers (default: 8)
  -l, --listen=HOST:PORT       listen there (default: as last time, else 127.0.0.1, a free port)
  -m, --mine=NAME              mine, for this account
  -o, --announce=HOST:PORT     the address that others are told (default: where it listens)
  -p, --plain                  without TLS, on loopback alone, to look at with nc
  -q, --quiet                  say nothing while it runs
  -h, --help                   print this help
  -V, --version                print the version
END
}

talk=2
die() {
    printf '@PROGPREFIX@node: %s\n' "$1" >&"$talk"
    exit 2
}


# --- Who watches it --------------------------------------------------------------------------------------

# The node itself runs in a process group of its own, so that all of it ends together. This shell waits for it,
# hands signals on, and makes an end where the node does not.
if [ -z "${NODE_WATCHER-}" ]; then
    NODE_WATCHER=$$ setsid "$0" "$@" </dev/null &
    node=$!
    stopping=''
    trap 'stopping=yes; kill -TERM "$node" 2>/dev/null || :' HUP INT TERM
    while :; do
        status=0
        wait "$node" 2>/dev/null || status=$?
        kill -0 "$node" 2>/dev/null || break # else a signal has only cut the waiting short
    done
    kill -KILL -- "-$node" 2>/dev/null || :
    [ "$status" -lt 128 ] || status=2 # it ended itself and all its parts
    [ -z "$stopping" ] || status=0
    exit "$status"
fi
watcher=$NODE_WATCHER
unset NODE_WATCHER

# --- Options -------------------------------------------------------------------------------------------

allow='' chain='' stems='' fanout=8 listen='' miner='' address='' plain='' quiet=''

# Long options become short ones: --chain=ID is -c ID.
short_option() { # --NAME[=VALUE]
    OPTARG=${1#*=}
    case $1 in
    --allow=*) option=a ;;
    --announce=*) option=o ;;
    --chain=*) option=c ;;
    --dandelion) option=d ;;
    --fanout=*) option=f ;;
    --help) option=h ;;
    --listen=*) option=l ;;
    --mine=*) option=m ;;
    --plain) option=p ;;
    --quiet) option=q ;;
    --version) option=V ;;
    *) option='?' ;;
    esac
}

while getopts :a:c:df:hl:m:o:pqV-: option; do
    [ "$option" != - ] || short_option "--$OPTARG"
    case $option in
    a) allow=$OPTARG ;;
    c) chain=$OPTARG ;;
    d) stems=-d ;;
    f) fanout=$OPTARG ;;
    l) listen=$OPTARG ;;
    m) miner=$OPTARG ;;
    o) address=$OPTARG ;;
    p) plain=-p ;;
    q) quiet=yes ;;
    h)
        help || exit 2
        exit
        ;;
    V)
        echo 'node (peerutils) @VERSION@' || exit 2
        exit
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || {
    usage >&2
    exit 2
}

# --- Its folder --------------------------------------------------------------------------------------------

# The other programs stand beside this one.
PATH=$(cd "$(dirname "$0")" && pwd):$PATH
export PATH
for program in keygen gossip-listen verify ledger-append txpool peerbook gossip-send ledger-pull mine; do
    command -v "@PROGPREFIX@$program" >/dev/null || die "@PROGPREFIX@$program: not found"
done

[ -z "$allow" ] || allow=$(cd "$(dirname "$allow")" && pwd)/${allow##*/}
mkdir -p "$1" || die "$1: cannot be made"
cd "$1" || die "$1: cannot be entered"
shift
[ -e node.key ] || @PROGPREFIX@keygen node >/dev/null || die 'no key could be made'
exec 9<node.key
flock -n 9 || die "a node runs in $PWD already"
touch names peers pool
grep -qxF "$(cat node.pub)" names || cat node.pub >>names
for peer in "$@"; do
    line=${peer#*@}
    [ "$line" = "$peer" ] || line="$line ${peer%%@*}"
    grep -qxF "$line" peers || printf '%s\n' "$line" >>peers
done
if [ -z "$listen" ]; then
    listen=127.0.0.1:0
    [ ! -s where ] || listen=$(cat where)
fi
[ -z "$plain" ] && key='-k node.key' || key=''
[ -z "$allow" ] || key="$key -a $allow"
[ ! -f log ] || [ "$(wc -c <log)" -lt 16777216 ] || mv log log.old
[ -e ledger ] || [ -n "$chain" ] || die "$PWD/ledger: not there, and no -c says which chain it will be"
[ -z "$chain" ] || chain="-c $chain"

say() {
    [ -n "$quiet" ] || printf '%s %s\n' "$(date +%T)" "$1" || :
}

# Tells of new records and of peers that come, from the log. Our own programs are no peers.
tell() {
    ours=$(cut -d ' ' -f 2 node.pub)
    tail -n 0 -F log 2>/dev/null | while read -r _ who event id words; do
        [ "$event" != in ] || [ "$who" != "$ours" ] || continue
        case $event in
        new) say "new $words $(printf %.8s "$id") from $(printf %.8s "$who")" ;;
        in) say "connected with $(printf %.8s "$who") at $words" ;;
        esac
    done
}

# --- The node ----------------------------------------------------------------------------------------------

# shellcheck disable=SC2086 # $key, $chain, $plain and $stems are options, or nothing
{
    # In: each record that is new, once, its signatures checked.
    listen() {
        sh -c 'echo "$PPID" >listener.pid'
        exec @PROGPREFIX@gossip-listen -v $key $chain $plain $stems -l "$listen" -L ledger -s spool -w where
    }

    # Out: to some of the peers, who do the same.
    forward() {
        @PROGPREFIX@gossip-send -v $key -L ledger $plain $stems -z -f "$fanout" -t 2 peers
    }

    # What comes in is let through by one program after the other, and goes out. This is the node.
    flow() {
        listen |
            @PROGPREFIX@verify -u -l ledger |         # what breaks a rule falls
            @PROGPREFIX@ledger-append -p ledger |     # blocks go into the ledger
            @PROGPREFIX@txpool -u -l ledger pool |    # transactions wait for a block
            @PROGPREFIX@peerbook peers |              # addresses are kept
            forward
    }

    # Our own records take the way of all others: in by the front door.
    bring() {
        @PROGPREFIX@gossip-send $key -L ledger $plain -t 5 "$(cat where)"
    }

    # What was missed while we were away, or cut off.
    catch_up() {
        while :; do
            @PROGPREFIX@ledger-pull -f $key $chain $plain -l ledger peers | @PROGPREFIX@ledger-append -q ledger || :
            sleep 2
        done
    }

    # Where we can be reached, for others to keep.
    announce() {
        while :; do
            @PROGPREFIX@peerbook -a "${address:-$(cat where)}" -k node.key -l ledger | bring || :
            sleep 600
        done
    }

    # Block after block on the best tip. The next one waits until this one is in the ledger.
    mining() {
        while :; do
            tip=$(@PROGPREFIX@ledger-chain -t ledger)
            @PROGPREFIX@txpool -s -l ledger pool | @PROGPREFIX@mine -w -l ledger -m "$miner" | bring || sleep 1
            tries=0
            while [ "$(@PROGPREFIX@ledger-chain -t ledger)" = "$tip" ] && [ $((tries += 1)) -le 40 ]; do
                sleep 0.05
            done
        done
    }
}

# --- From start to end ---------------------------------------------------------------------------------------

flow=''
stop() {
    trap '' HUP INT TERM
    kill -TERM "$(cat listener.pid)" 2>/dev/null || :
    tries=0
    while [ -n "$flow" ] && kill -0 "$flow" 2>/dev/null && [ $((tries += 1)) -le 100 ]; do
        sleep 0.05 # what was let in goes the whole way
    done
    say 'stopped'
    trap - TERM
    kill -TERM 0
}
trap 'stop; exit 0' HUP INT TERM

exec 4>&2 2>>log
talk=4
rm -f where.new listener.pid
# What a killed writer has left is put aside before anyone reads it.
[ ! -e ledger ] || @PROGPREFIX@ledger-append -q ledger </dev/null >/dev/null
until [ -s ledger ]; do
    say 'fetching the chain'
    # shellcheck disable=SC2086
    @PROGPREFIX@ledger-pull $key $chain $plain -l ledger peers | @PROGPREFIX@ledger-append -q ledger || sleep 1
done
[ -n "$quiet" ] || tell &
rm -f where
flow &
flow=$!
until [ -s where ]; do
    kill -0 "$flow" 2>/dev/null || die "it does not listen: see $PWD/log"
    sleep 0.05
done
say "listening on $(cat where)"
catch_up &
announce &
[ -z "$miner" ] || mining &
while kill -0 "$flow" 2>/dev/null && kill -0 "$watcher" 2>/dev/null; do
    sleep 1
done
say 'a part of it has ended: the log tells'
kill -TERM 0
