# What the tests of the network share; load it behind lib/common and lib/ledger.
#
# Whatever these functions start is remembered, and ended after the test (teardown here; a file with a teardown of
# its own calls end_started in it). Call them in the test's own shell: not in a pipe, not under `run`.
#
#   start NAME COMMAND...     in the background; stdin NAME.in where there is one, else nothing; stdout to NAME.out,
#                             stderr to NAME.log. Its process: $pid. It has no descriptor 7, which is for
#                             a test that holds a fifo open.
#   listen NAME OPTION...     gossip-listen -v on a free port of 127.0.0.1, and waits until it listens. Where: $at.
#   pull_host NAME CHAIN [HOW [NUMBER]]
#                             a scripted peer (lib/pullhost.py) that has the chain in a file. Its address goes to NAME.at,
#                             the lines that it receives to NAME.log. (It needs python3.)
#   status_of PID             waits for the end of a started process: $status.
#   gives_up SECONDS PATTERN FILE COMMAND...
#                             COMMAND -t SECONDS <FILE ends with 1 and says PATTERN. A busy machine may not get that far
#                             in this time: then it has ten and a hundred times as long.
#   own_host                  an address of this machine that no other test has, so that a port there stays free.
#   chain_id LEDGER           the id of its genesis block.
#   payments COUNT [MEMO]     easy_chain with so many payments of alice to bob in txs; its id: $CHAIN.
#   chain [COUNT]             the same, and their ids in ids.
#   ids_of FILE               the ids of its lines.
#   line NUMBER FILE          one line of it.
#   forged                    stdin with another digit in the last field of each line.
#   hello CHAIN [CODING]      a greeting.
#   shows FILE COMMAND...     whether FILE is what the command prints.
#   same_lines FILE FILE      whether they have the same lines, in any order.
#   event NAME PATTERN        whether NAME.log has an event: PATTERN (extended) is of `PEER EVENT ID WORDS`.
#   log_has_form FILE RULES   whether every line is an event, and one that the RULES (awk) know: each rule says next.
#
# One who talks by hand, in plain:
#   talk NAME HOST:PORT       dials and waits until it is connected. $pid.
#   host NAME                 takes one connection on a free port, $at. (It needs python3.) $pid.
#   relay NAME HOST:PORT      passes connections on, from a free port, $at; what went there is in NAME.up, and back in
#                             NAME.down. (It needs python3.) $pid.
#   say NAME LINE...          for talk and host: says lines.
#   say_file NAME FILE        says the bytes of a file.
#   heard NAME PATTERN        whether a line in NAME.heard, all that the other side said, matches wholly (extended).
#   gone NAME                 whether the other side has hung up.
#   hang_up NAME              hangs up.

STARTED=()

start() { # NAME COMMAND...
    local name=$1
    shift
    forget "$name.out" "$name.log"
    if [ -e "$name.in" ]; then
        "$@" <"$name.in" >"$name.out" 2>"$name.log" 3>&- 7>&- &
    else
        "$@" </dev/null >"$name.out" 2>"$name.log" 3>&- 7>&- &
    fi
    pid=$!
    STARTED+=("$pid")
}

# What an earlier one said is not taken for this one's; FIFOs and links are a test's own.
forget() { # FILE...
    local file
    for file; do
        [ -L "$file" ] || [ ! -f "$file" ] || rm -f "$file"
    done
}

is_over() { # PID
    ! is_running "$1"
}

status_of() { # PID
    status=0
    eventually is_over "$1"
    wait "$1" || status=$?
}

gives_up() { # SECONDS PATTERN FILE COMMAND...
    local patience
    for patience in "$1" "${1}0" "${1}00"; do
        expect 1 "${@:4}" -t "$patience" <"$3"
        ! grep -Eq -- "$2" "$err" || return 0
    done
    says "$2"
}

end_started() {
    local one
    for one in "${STARTED[@]}"; do
        { is_running "$one" && kill -CONT "$one" && kill "$one"; } 2>/dev/null || : # it may just have died
    done
    for one in "${STARTED[@]}"; do
        within 30 is_over "$one" >/dev/null || kill -KILL "$one" 2>/dev/null || :
        wait "$one" 2>/dev/null || :
    done
    STARTED=()
}

teardown() {
    end_started
}

listen() { # NAME OPTION...
    local name=$1
    shift
    rm -f "$name.at"
    start "$name" gossip-listen -v -l 127.0.0.1:0 -w "$name.at" "$@"
    eventually listens "$name" "$pid"
    at=$(cat "$name.at") || cat "$name.log"
    [ -n "$at" ]
}

listens() { # NAME PID
    [ -s "$1.at" ] || is_over "$2"
}

pull_host() { # NAME CHAIN [HOW [NUMBER]]
    need python3
    rm -f "$1.at"
    python3 -B "$ROOT/t/lib/pullhost.py" "$2" "$1.at" "$1.log" "${@:3}" 3>&- &
    STARTED+=($!)
    eventually test -e "$1.at"
}

own_host() {
    echo "127.$((RANDOM % 250 + 2)).$((RANDOM % 250 + 1)).$((RANDOM % 250 + 1))"
}

chain_id() { # LEDGER
    head -n 1 "$1" | id
}

hello() { # CHAIN [CODING]
    printf 'hello 1 %s 0 %s %s\n' "$1" "$1" "${2-plain}"
}

shows() { # FILE COMMAND...
    cmp -s <("${@:2}") "$1"
}

same_lines() { # FILE FILE
    cmp -s <(sort "$1") <(sort "$2")
}

event() { # NAME PATTERN
    grep -Eq -- "^[0-9]+\.[0-9]{6} $2\$" "$1.log"
}

payments() { # COUNT [MEMO]
    easy_chain 100000000000
    CHAIN=$(chain_id ledger)
    seq -f "bob %.0f ${2-}" "$1" | sed 's/ $//' | paid alice ledger >txs
}

chain() { # [COUNT]
    payments "${1-3}"
    ids_of txs >ids
}

# One sha256sum for all: starting it is slow.
ids_of() { # FILE
    local n=1000000 text
    rm -rf .lines
    mkdir .lines
    while IFS= read -r text; do
        printf %s "$text" >".lines/$n"
        n=$((n + 1))
    done <"$1"
    find .lines -type f | sort | xargs -r sha256sum | cut -c 1-64
}

line() { # NUMBER FILE
    sed -n "$1p" "$2"
}

forged() {
    sed 's/0\(.\)$/1\1/; t; s/.\(.\)$/0\1/'
}

# --- By hand -------------------------------------------------------------------------------------------

talk() { # NAME HOST:PORT
    new_talker "$1"
    # shellcheck disable=SC2016 # for the other shell
    start_talker "$1" bash -c '
        exec 4<>"/dev/tcp/${2%:*}/${2##*:}" 5<>"$1.say" || exit
        trap "exit 143" TERM
        trap "kill \$(jobs -p) 2>/dev/null; : >\"$1.gone\"" EXIT
        cat <&4 >"$1.heard" 5>&- &
        hearing=$!
        cat <&5 >&4 &
        exec 4>&- 5>&-
        : >"$1.ready"
        wait "$hearing"' talk "$1" "$2"
}

host() { # NAME
    new_talker "$1"
    start_talker "$1" python3 -B -c '
import os, socket, sys, threading
name = sys.argv[1]
def carry_out(sock, say):
    while data := os.read(say, 65536):
        sock.sendall(data)
say = os.open(name + ".say", os.O_RDWR)
server = socket.create_server(("127.0.0.1", 0))
with open(name + ".new", "w") as f:
    print("127.0.0.1:%d" % server.getsockname()[1], file=f)
os.rename(name + ".new", name + ".ready")
sock = server.accept()[0]
threading.Thread(target=carry_out, args=(sock, say), daemon=True).start()
with open(name + ".heard", "wb", buffering=0) as f:
    try:
        while data := sock.recv(65536):
            f.write(data)
    except OSError:
        pass
open(name + ".gone", "w")' "$1"
    at=$(cat "$1.ready")
}

relay() { # NAME HOST:PORT
    rm -f "$1.ready"
    start "$1" python3 -B -c '
import os, socket, sys, threading
name, (host, port) = sys.argv[1], sys.argv[2].rsplit(":", 1)
def carry(a, b, path):
    with open(path, "ab", buffering=0) as f:
        try:
            while data := a.recv(65536):
                f.write(data)
                b.sendall(data)
        except OSError:
            pass
    for end, how in (a, socket.SHUT_RD), (b, socket.SHUT_WR):
        try:
            end.shutdown(how)
        except OSError:
            pass
server = socket.create_server(("127.0.0.1", 0))
with open(name + ".new", "w") as f:
    print("127.0.0.1:%d" % server.getsockname()[1], file=f)
os.rename(name + ".new", name + ".ready")
while True:
    a = server.accept()[0]
    b = socket.create_connection((host, int(port)))
    threading.Thread(target=carry, args=(a, b, name + ".up"), daemon=True).start()
    threading.Thread(target=carry, args=(b, a, name + ".down"), daemon=True).start()' "$1" "$2"
    eventually test -e "$1.ready"
    at=$(cat "$1.ready")
}

new_talker() { # NAME
    rm -f "$1.say" "$1.ready" "$1.gone"
    : >"$1.heard"
    mkfifo "$1.say"
}

start_talker() { # NAME COMMAND...
    start "$@"
    eval "talker_$1=$pid"
    eventually test -e "$1.ready"
}

say() { # NAME LINE...
    local name=$1
    shift
    printf '%s\n' "$@" 1<>"$name.say"
}

say_file() { # NAME FILE
    timeout 300 cat "$2" 1<>"$1.say"
}

heard() { # NAME PATTERN
    grep -Eqx -- "$2" "$1.heard"
}

gone() { # NAME
    [ -e "$1.gone" ]
}

hang_up() { # NAME
    local it=talker_$1
    kill "${!it}" 2>/dev/null || :
    eventually is_over "${!it}"
}

log_has_form() { # FILE RULES
    awk '
        function bad(why) { print FILENAME ":" FNR ": " why ": " $0; wrong = 1 }
        function is_id(x) { return length(x) == 64 && x !~ /[^0-9a-f]/ }
        $1 !~ /^[0-9]+\.[0-9][0-9][0-9][0-9][0-9][0-9]$/ { bad("time") }
        $1 < last { bad("back in time") }
        { last = $1 }
        $2 != "-" && !is_id($2) && $2 !~ /^[0-9.]+:[0-9]+$/ { bad("peer") }
        $4 != "-" && !is_id($4) { bad("id") }
        $3 == "in" { if (NF != 5) bad("fields"); next }
        $3 == "out" || $3 == "bad" { if (NF < 5) bad("fields"); next }
        '"$2"'
        { bad("event") }
        END { exit wrong }' "$1"
}
