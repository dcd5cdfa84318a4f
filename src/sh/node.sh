#!/bin/sh
# node - one peer of a network, run from a folder of plain files
#
# Everything that a node does is in the pipelines near the end of this script; the rest is options and files. To
# make a different node, change the pipelines: leave out a program, or put one of your own between two others.
#
# Exit status: 0 stopped by a signal; 1 the ledger is damaged; 2 trouble.
set -eu
LC_ALL=C
export LC_ALL
unset CDPATH LEDGER NAMES
case ${TMPDIR:-/} in /*) ;; *) TMPDIR=$PWD/$TMPDIR ;; esac # the programs run in another folder

usage() {
    printf 'usage: @PROGPREFIX@node [-dpqrV] [-a KEYS] [-c CHAIN] [-D BOOT] [-f COUNT] [-l HOST:PORT] [-m NAME] [-o HOST:PORT] [-v KEY] DIR [PEER]...\n'
}

@options.sh@

help() {
    usage
    cat <<'END'

Runs one peer from the folder DIR: ledger, pool, peers, names, node.key, log.

  -a, --allow=KEYS             connect only to peers with these keys
  -c, --chain=CHAIN            the genesis block's id, if there is no ledger yet
  -D, --dht=BOOT               find peers by the DHT of which HOST:PORT is a node, and be found
  -d, --dandelion              send fresh transactions along a stem first
  -f, --fanout=COUNT           dial this many peers (default: 8)
  -l, --listen=HOST:PORT       listen at this address (default: as last time, else a free port of 127.0.0.1)
  -m, --mine=NAME              mine for this account
  -o, --announce=HOST:PORT     the address announced to peers (default: where it listens)
  -p, --plain                  use no TLS, and only loopback, for watching with nc
  -q, --quiet                  print nothing while it runs
  -r, --resolve                also dial peers that announce a name instead of an IP address
  -v, --validate=KEY           take a member's part in the chain, with this key
  -h, --help                   print this help
  -V, --version                print the version
END
}

talk=2
die() { # WORDS [STATUS]
    printf '@PROGPREFIX@node: %s\n' "$1" >&"$talk" || :
    exit "${2-2}"
}

# --- Options -------------------------------------------------------------------------------------------

allow='' chain='' stems='' names='' fanout=8 listen='' elsewhere='' miner='' address='' plain='' quiet='' member='' boots='' found='' none=''

# Long options become short ones: --chain=CHAIN is -c CHAIN.
short_option() { # --NAME[=VALUE]
    OPTARG=${1#*=}
    case $1 in
    --allow=*) option=a ;;
    --announce=*) option=o ;;
    --chain=*) option=c ;;
    --dandelion) option=d ;;
    --dht=*) option=D ;;
    --fanout=*) option=f ;;
    --help) option=h ;;
    --listen=*) option=l ;;
    --mine=*) option=m ;;
    --plain) option=p ;;
    --quiet) option=q ;;
    --resolve) option=r ;;
    --validate=*) option=v ;;
    --version) option=V ;;
    --allow | --announce | --chain | --dht | --fanout | --listen | --mine | --validate) misuse "$1: its argument is missing: $1=..." ;;
    *) misuse "${1%%=*}: no such option" ;;
    esac
}

while getopts :a:c:D:df:hl:m:o:pqrv:V-: option; do
    [ "$option" != - ] || short_option "--$OPTARG"
    case $option in
    a) allow=$OPTARG ;;
    c) chain=$OPTARG ;;
    D) boots="$boots $OPTARG" found=found ;;
    d) stems=-d ;;
    f) fanout=$OPTARG ;;
    l) listen=$OPTARG ;;
    m) miner=$OPTARG ;;
    o) address=$OPTARG ;;
    p) plain=-p ;;
    q) quiet=yes ;;
    r) names=-r ;;
    v) member=$OPTARG ;;
    h)
        help || exit 2
        exit
        ;;
    V)
        echo '@PROGPREFIX@node (peerutils) @VERSION@' || exit 2
        exit
        ;;
    *) wrong_option ;;
    esac
done
[ "$OPTIND" -le $# ] || misuse 'DIR is missing'
case $fanout in
[1-9] | [1-4][0-9] | 5[0-6]) ;;
*) die '-f: not a number from 1 to 56' ;;
esac
[ -z "$plain" ] || [ -z "$allow" ] || die '-p: plain connections have no keys: leave out -a'

# The other programs are in the same folder as this one.
here=$(cd "$(dirname "$0")" && pwd)
PATH=$here:$PATH
export PATH
for program in flock setsid shuf @PROGPREFIX@keygen @PROGPREFIX@gossip @PROGPREFIX@verify @PROGPREFIX@ledger-append \
    @PROGPREFIX@txpool @PROGPREFIX@peerbook @PROGPREFIX@gossip-send @PROGPREFIX@ledger-pull @PROGPREFIX@ledger-chain \
    @PROGPREFIX@mine @PROGPREFIX@validator @PROGPREFIX@names @PROGPREFIX@node-log @PROGPREFIX@dht-lookup mkfifo; do
    command -v "$program" >/dev/null || die "$program: not found"
done

how_ended() { # STATUS
    if [ "$1" -gt 128 ]; then
        echo "was killed by signal $(($1 - 128)) ($(kill -l "$1" 2>/dev/null || echo '?'))"
    else
        echo "ended with status $1"
    fi
}

# --- The supervisor --------------------------------------------------------------------------------------

# The node runs in its own process group, so all of it ends together. This shell waits for it, forwards
# signals, and kills whatever remains of it.
if [ "${NODE_WATCHER-}" != "$PPID" ]; then
    NODE_WATCHER=$$ setsid sh "$here/${0##*/}" "$@" </dev/null &
    node=$!
    trap 'cut_short=yes told=yes; kill -TERM "$node" 2>/dev/null || :' HUP INT QUIT TERM
    cut_short=yes told='' status=128
    while [ "$status" -ge 128 ] && [ -n "$cut_short" ]; do # a signal interrupts the wait, and does not mean that the node has ended
        cut_short='' status=0
        wait "$node" 2>/dev/null || status=$?
    done
    kill -s KILL -- "-$node" 2>/dev/null || :
    # it may have got our signal before it was ready to end by it
    [ -z "$told" ] || [ "$status" -ne 143 ] || exit 0
    [ "$status" -le 128 ] || printf '@PROGPREFIX@node: %s\n' "$(how_ended "$status")" >&2
    [ "$status" -lt 127 ] || status=2
    exit "$status"
fi
unset NODE_WATCHER
trap 'exit 0' HUP INT QUIT TERM

# --- The folder --------------------------------------------------------------------------------------------

shift $((OPTIND - 1))
[ -z "$allow" ] || allow=$(cd "$(dirname "$allow")" && pwd)/${allow##*/} || die "$allow: does not exist"
[ -z "$allow" ] || [ -r "$allow" ] || die "$allow: cannot be read"
folder=$1
shift
if [ -n "$member" ]; then
    [ -r "$member" ] || die "-v: $member: cannot be read"
    member=$(cd "$(dirname "$member")" && pwd)/${member##*/}
fi
for peer in "$@"; do
    case ${peer##*:} in
    "$peer" | '' | *[!0-9]*) die "$peer: neither HOST:PORT nor KEY@HOST:PORT" ;;
    esac
done

for peer in $boots; do
    case ${peer##*:} in
    "$peer" | '' | *[!0-9]*) die "-D: $peer: not HOST:PORT" ;;
    esac
done

is_account() { # TEXT
    case $1 in
    *[!0-9a-f]*) return 1 ;;
    esac
    [ ${#1} -eq 64 ]
}

# No folder is made unless the node can start.
{ [ ! -e "$folder" ] || [ -d "$folder" ]; } || die "$folder: cannot be made"
if [ ! -s "$folder/ledger" ]; then
    [ -n "$chain" ] || die "$folder/ledger: does not exist; name its chain with -c"
    [ $# -gt 0 ] || [ -s "$folder/peers" ] || [ -n "$boots" ] || die "$folder/ledger: does not exist; give a PEER to fetch it from"
fi
[ -z "$miner" ] || [ "$miner" = node ] || is_account "$miner" || [ -d "$folder" ] ||
    die "-m: '$miner' is not an account, and $folder/names does not exist"
mkdir -p -- "$folder" 2>/dev/null || die "$folder: cannot be made"
cd -- "$folder" 2>/dev/null || die "$folder: cannot be entered"
[ -w . ] || die "$PWD: cannot be written"
[ -e node.key ] || @PROGPREFIX@keygen node >/dev/null || die 'keygen could not make a key'

# Every part holds the lock, so it lasts as long as any of them. Those of a killed node may take a moment to die.
exec 9<node.key
flock -w 1 9 || die "a node is already running in $PWD"
{ echo $$ >node.pid && touch log names peers pool $found; } || die "$PWD: cannot be written"
rm -f listener.pid puller.pid miner.pid listening loop intake # left by a run that was killed
mkfifo loop intake || die "$PWD: no fifos can be made"

grep -qxF -e "$(cat node.pub)" names || cat node.pub >>names
for peer in "$@"; do
    line=${peer#*@}
    [ "$line" = "$peer" ] || line="$line ${peer%%@*}"
    grep -qxF -e "$line" peers || printf '%s\n' "$line" >>peers
done

# If there are checkpoints of auditors, checkpoint(5), the ledger must agree with them.
held=''
[ ! -e checkpoints ] || held='-C checkpoints'

# This removes what a killed writer left unfinished, before anything reads the ledger.
if [ -s ledger ]; then
    # shellcheck disable=SC2086 # an option, or nothing
    @PROGPREFIX@ledger-append -q $held ledger </dev/null || exit
    id=$(head -n 1 ledger | tr -d '\n' | sha256sum)
    [ "${chain:-${id%% *}}" = "${id%% *}" ] || die "$PWD/ledger: belongs to the chain ${id%% *}, not to that of -c"
fi
id=${chain:-${id%% *}} # of the genesis block
[ -z "$chain" ] || chain="-c $chain"
if [ -n "$miner" ]; then
    account=$(printf '%s\n' "$miner" | @PROGPREFIX@names -r)
    [ ${#account} -eq 64 ] || die "-m: '$miner' is neither an account nor a name in $PWD/names"
fi
if [ -z "$listen" ]; then
    listen=127.0.0.1:0
    [ ! -s where ] || { listen=$(cat where) && elsewhere=${listen%:*}:0; }
fi
identity=${plain:--k node.key}

# Everything that the parts of the node say goes through one pipe to node-log, which keeps the log within bounds, shows
# what happens, and remembers the last messages: 7 is the pipe's entrance. This shell also holds its exit, 6, so nothing
# that a part says is lost if node-log itself ends.
exec 4>&2 # messages of this shell go there
talk=4
rm -f said
mkfifo said || die "$PWD: no pipe can be made in it"
# shellcheck disable=SC2094 # a fifo
exec 5<>said 6<said 7>said 5>&-
rm -f said
( # a signal that comes before it is ready must not end it
    trap '' HUP INT QUIT TERM
    exec @PROGPREFIX@node-log -v ${quiet:+-q} -a names -m "$(cut -d ' ' -f 2 node.pub)" log <&6 2>&4 4>&- 6<&- 7>&-
) &
logger=$!

# Asks node-log to say, after these words, why a part ended: on stderr, or on the screen.
explain() { # !WORDS|?WORDS
    ! is_running "$logger" || printf '%s\n' "$1" >&7
}

is_running() { # [PROCESS]
    [ -n "$1" ] && kill -0 "$1" 2>/dev/null
}

# Waits until node-log has written everything, and says so if it could not.
finish_log() {
    exec 7>&-
    ended=0
    wait "$logger" 2>/dev/null || ended=$?
    [ "$ended" -le 2 ] || printf '@PROGPREFIX@node: @PROGPREFIX@node-log %s\n' "$(how_ended "$ended")" >&4 || :
}

# Runs a part of the node, and reports how it ended. With a NAME, its process id is in NAME.pid, for `stop`.
part() { # NAME|- PROGRAM...
    ended=0
    (
        [ "$1" = - ] || sh -c 'echo "$PPID" >"$0.pid"' "$1"
        # no shell may hold the ends of the loop open: what closes them must be seen by the others
        [ "$1" != listener ] || exec <loop >intake
        shift
        exec "$@"
    ) || ended=$?
    printf '@PROGPREFIX@node: %s %s\n' "$2" "$(how_ended "$ended")" >&2 || :
}

say() { # WORDS
    [ -n "$quiet" ] || printf '%s %s\n' "$(date -u +%T)" "$1" 2>/dev/null || die 'stdout: cannot be written'
}

# --- The node ----------------------------------------------------------------------------------------------

# shellcheck disable=SC2086 # $identity, $chain, $kinds, $stems, $names, $held, $found and $boots are words, or nothing
{
    # What members sign travels too, on chains whose members do: genesis says so, in a line of any place.
    kinds() {
        sed -n -e '2,$ { /^block /q' -e '}' -e 's/^rule seal bft$/-T vote -T proposal/p' -e 's/^rule finality .*/-T attest/p' ledger
    }

    # What comes in and breaks no rule; and, if we are a member, what we add to it.
    judged() {
        if [ -n "$member" ]; then
            part - @PROGPREFIX@verify -u -l ledger <intake |
                part - @PROGPREFIX@validator -k "$member" -l ledger -p pool # proposes blocks, and votes
        else
            part - @PROGPREFIX@verify -u -l ledger <intake
        fi
    }

    # The connections: each new record comes in once, its form, work and signatures checked, and what has passed the
    # programs below goes out.
    exchange() {
        kinds=$(kinds)
        part listener @PROGPREFIX@gossip -v $kinds $identity ${allow:+-a "$allow"} $stems $names -l "$listen" -L ledger \
            -s spool -w listening -S status -m 268435456 -f "$fanout" -t 2 peers $found
        end_intake        # if nothing can go out, nothing should come in
        : <>intake <>loop  # if it could not even start, the others still wait for it to open them
    }

    # This is the node: records come in, pass one program after the other, and go out.
    flow() {
        exchange &
        judged | # drops records that break a rule
            part - @PROGPREFIX@ledger-append -p $held ledger | # appends blocks to the ledger
            part - @PROGPREFIX@txpool -u -l ledger pool | # keeps transactions until they are in a block
            {
                remind # sends what we had at the start first
                part - @PROGPREFIX@peerbook -l ledger -o "$listen" ${address:+-o "$address"} peers # keeps addresses
            } >loop
        wait
    }

    # Offers again what the node may not have relayed before it was killed.
    remind() {
        height=$(@PROGPREFIX@ledger-chain -t ledger | cut -d ' ' -f 2)
        [ "$height" -eq 0 ] || @PROGPREFIX@ledger-chain -s $((height > 10 ? height - 9 : 1)) ledger
        grep '^peer ' peers | tail -n 100
        cat pool
        [ ! -e pool.attests ] || cat pool.attests
    }

    # Fetches the blocks missed while the node was down or cut off.
    catch_up() {
        part puller @PROGPREFIX@ledger-pull $1 $names $identity ${allow:+-a "$allow"} $chain -l ledger peers $found |
            part - @PROGPREFIX@ledger-append -q $held ledger
    }

    # Asks the DHT for peers of this chain, and tells it of us: found has 64 of those that are announced now, but not us,
    # drawn at random, since anyone may announce any number. What was found before stays if nobody is announced at all.
    look_up() { # [-a PORT]
        echo "peerutils $id" | @PROGPREFIX@dht-lookup -o peers "$@" $boots 2>found.said | sed 's/^peer [^ ]* //' >found.now
        grep -vxF -e "$(cat where 2>/dev/null)" -e "$address" found.now | shuf -n 64 | sort >found.next
        [ -s found.next ] || tell_why_none
        [ ! -s found.now ] || cmp -s found.next found || mv found.next found
    }

    # Once for each reason.
    tell_why_none() {
        why=$(sed -n '$ { s/^[^ ]*dht-lookup: //; s/^[0-9a-f]\{40\}: //; p; }' found.said)
        [ "$why" = "$none" ] || say "no other node of this chain was found by the DHT: $why"
        none=$why
    }

    # Nodes forget who is not announced again. As long as no peer is connected, we look more often.
    discover() {
        pause=5
        while :; do
            look_up -a "${address##*:}"
            waited=0
            while [ "$waited" -lt 600 ]; do
                sleep 5
                waited=$((waited + 5))
                [ "$waited" -lt "$pause" ] || grep -q '^peer ' status 2>/dev/null || break
            done
            pause=$((waited == 600 ? 5 : pause < 40 ? pause * 2 : 60))
        done
    }

    # Our own records go through the same pipeline as all others: they are sent to our listener.
    bring() {
        @PROGPREFIX@gossip-send $identity -L ledger "$(cat where)"
    }

    # Announces our address to peers, with a time later than that of our last announcement, even within one second.
    announce() {
        while :; do
            last=$(sed -n "s/^peer [^ ]* $(cut -d ' ' -f 2 node.pub) [^ ]* \([0-9]*\) .*/\1/p" peers)
            later='' pause=600
            [ -z "$last" ] || [ "$last" -lt "$(date +%s)" ] || later="-T $((last + 1))"
            @PROGPREFIX@peerbook -a "$address" $later -k node.key -l ledger | bring || pause=5
            sleep "$pause"
        done
    }

    # Mines a block on stdin's, as a process whose id is in miner.pid, for `stop`.
    mine_one() {
        sh -c 'echo "$PPID"' >miner.pid
        exec nice @PROGPREFIX@mine -w -l ledger -m "$miner"
    }

    # Mines block after block on the best tip, and waits until each is in the ledger before it starts the next.
    mining() {
        while :; do
            tip=$(@PROGPREFIX@ledger-chain -t ledger) || tip=''
            @PROGPREFIX@txpool -s -l ledger pool | mine_one | bring || sleep 1
            rm -f miner.pid
            tries=0
            while [ $((tries += 1)) -le 40 ] && [ "$(@PROGPREFIX@ledger-chain -t ledger)" = "$tip" ]; do
                sleep 0.05
            done
        done
    }
}

# --- From start to end ---------------------------------------------------------------------------------------

flow='' catching_up='' mining=''

end_intake() {
    for part in listener puller; do
        process=$(cat "$part.pid" 2>/dev/null) || continue
        rm -f "$part.pid"
        kill -TERM "$process" 2>/dev/null || :
    done
}

# The loop first, so that it starts no other.
end_mining() {
    [ -n "$mining" ] || return 0
    kill -TERM "$mining" 2>/dev/null || :
    process=$(cat miner.pid 2>/dev/null) || return 0
    kill -TERM "$process" 2>/dev/null || :
}

# Ends whatever still runs in our process group, and then this shell.
end() { # STATUS [WORDS]
    trap '' HUP INT QUIT TERM
    rm -f node.pid
    kill -TERM 0
    finish_log
    [ $# -eq 1 ] || say "$2"
    exit "$1"
}

# Stops accepting records, lets those accepted pass the whole pipeline, and then ends everything.
stop() {
    trap '' HUP INT QUIT TERM
    end_mining
    (trap - TERM && sleep 30 && kill -KILL 0) & # in case a part hangs
    while is_running "$flow" || is_running "$catching_up"; do
        end_intake
        sleep 0.05
    done
    end 0 stopped
}
trap stop HUP INT QUIT TERM

# Sleeps in the background: a trap runs at once during wait, but not while a foreground program runs.
pause() { # SECONDS
    sleep "$1" &
    wait $! || :
}

is_watched() {
    kill -0 "$PPID" 2>/dev/null || stop
}

[ -s ledger ] || say 'fetching the chain'
tries=0
until [ -s ledger ]; do
    is_watched
    is_running "$logger" || end 2
    [ -z "$boots" ] || look_up
    catch_up '' 2>&7 4>&- 6<&- 7>&- &
    catching_up=$!
    wait "$catching_up" || :
    [ -s ledger ] || [ $((tries += 1)) -ne 1 ] || explain '?no peer has sent it yet, trying again'
    [ -s ledger ] || pause 2
done

explain '?' # what was said until now is not why it may end later
flow 2>&7 4>&- 6<&- 7>&- &
flow=$!
until [ -s listening ]; do
    is_running "$logger" || end 2
    if ! is_running "$flow"; then
        # another program may now listen where we did last time
        [ -n "$elsewhere" ] || {
            explain '!@PROGPREFIX@node: cannot listen'
            end 2
        }
        explain '?'
        listen=$elsewhere elsewhere=''
        flow 2>&7 4>&- 6<&- 7>&- &
        flow=$!
    fi
    pause 0.05
done
mv listening where
say "listening on $(cat where)"
catch_up -f 2>&7 4>&- 6<&- 7>&- &
catching_up=$!

address=${address:-$(cat where)}
case $address in
0.0.0.0:* | '[::]:'*) say 'not announced: use -o to give peers an address' ;;
*) announce 2>&7 4>&- 6<&- 7>&- & ;;
esac
[ -z "$boots" ] || discover 2>&7 4>&- 6<&- 7>&- &
if [ -n "$miner" ]; then
    mining 2>&7 4>&- 6<&- 7>&- &
    mining=$!
fi

while is_running "$flow" && is_running "$catching_up" && is_running "$logger"; do
    is_watched
    pause 1
done
explain '!@PROGPREFIX@node: a part of the node has ended'
end 2
