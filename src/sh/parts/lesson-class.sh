# A class: the teacher's node and the students', one ledger to pay each other in.
# shellcheck shell=sh
#
# The account of a person is the key of their node. Everyone learns the names from the ledger: the first payment of an
# account whose memo is `I am WORD' names it, if nobody had that name before.

is_running() { # FOLDER
    @PROGPREFIX@node-status "$1" 2>/dev/null | grep -q '^state running'
}

# Runs the node of FOLDER in the background, and waits until it listens and has a ledger.
start_node() { # FOLDER ARGUMENT...
    node_folder=$1
    shift
    ! is_running "$node_folder" || trouble "$node_folder: its node runs already: in another terminal?"
    @PROGPREFIX@node -q "$@" >"$node_folder.said" 2>&1 &
    node=$!
    tries=0
    until [ -s "$node_folder/ledger" ] && is_running "$node_folder"; do
        check_node
        [ $((tries += 1)) -le 600 ] || trouble 'the node has no ledger after a minute: can it reach its peer?'
        sleep 0.1
    done
}

check_node() {
    kill -0 "$node" 2>/dev/null || trouble "the node has ended: $(tail -n 1 "$node_folder.said")"
}

stop_node() {
    [ -n "$node" ] || return 0
    kill "$node" 2>/dev/null || :
    wait "$node" 2>/dev/null || :
    node=''
}

chain_of() { # FOLDER
    head -n 1 "$1/ledger" | tr -d '\n' | sha256sum | cut -c 1-64
}

# learn_names FOLDER: the address book of the class, in $own/names. The teacher has the coins of the genesis block.
learn_names() {
    @PROGPREFIX@ledger-chain -l "$1/ledger" | awk '
        function know(key, word) { account[word] = key; named[key] = 1; print "key " key " " word }
        $1 == "grant" && !("teacher" in account) { know($2, "teacher") }
        $1 != "tx" || $6 != "pay" || $9 !~ /^I%20am%20[a-z][a-z0-9-]*$/ || length($9) > 25 { next }
        { word = substr($9, 10) }
        !(word in account) && !($3 in named) { know($3, word) }' >"$own/names"
}

# The account of a NAME, or nothing.
account_of() { # NAME
    awk -v name="$1" '$3 == name { print $2 }' "$own/names"
}

balances() { # FOLDER
    @PROGPREFIX@ledger-balance -l "$1/ledger" 2>/dev/null | @PROGPREFIX@names -a "$own/names" |
        awk '{ printf "%-16.16s %9s\n", $2, $3 }' | sort -k2,2nr -k1,1
}

# pay FOLDER TO AMOUNT MEMO: signs with the node's key, and tells the network.
pay() {
    set -- "$1" "$2" "$3" "${4-}" "$(cut -d ' ' -f 2 "$1/node.pub")"
    @PROGPREFIX@txmake -l "$1/ledger" -p "$1/pool" -a "$own/names" -f "$5" -- "$2" "$3" ${4:+"$4"} >"$own/unsigned" &&
        @PROGPREFIX@txsign -k "$1/node.key" "$own/unsigned" >"$own/signed" &&
        @PROGPREFIX@gossip-send -t 10 -L "$1/ledger" "$(cat "$1/where")" <"$own/signed"
}

# --- The teacher --------------------------------------------------------------------------------------------

# The first time, a chain that many laptops can mine and in which the teacher has all the money.
make_class() {
    mkdir -p teacher || trouble "$class: cannot be made"
    [ -e teacher/node.key ] || (cd teacher && @PROGPREFIX@keygen node >/dev/null)
    [ -e teacher/ledger ] || @PROGPREFIX@ledger-init -n class -s 2 -e 60 \
        "$(cut -d ' ' -f 2 teacher/node.pub)" 1000000 >teacher/ledger
    touch greeted
}

# Everyone whose node has come gets 100 to begin with.
greet() {
    awk '$1 == "account" { own = $2 } $1 == "peer" && $2 != "-" && $2 != own && $9 ~ /l/ { print $2 }' "$own/status" |
        sort -u >"$own/peers"
    while read -r account; do
        ! grep -qxF "$account" greeted || continue
        ! pay teacher "$account" 100 welcome 2>"$own/said" || echo "$account" >>greeted
    done <"$own/peers"
}

# The lines and columns of the terminal, in $lines and $columns; many, if stdout is none.
measure_screen() {
    stty size <&1 >"$own/size" 2>/dev/null || :
    read -r lines columns <"$own/size" || :
    [ "${lines:-0}" -gt 0 ] || lines=1000
    [ "${columns:-0}" -gt 0 ] || columns=80
}

# Everyone's tip, as their nodes have last answered the teacher's, and what they have.
show_class() {
    measure_screen
    from=$(awk '$1 == "height" && $2 > 500 { from = $2 - 500 } END { print from + 0 }' "$own/status")
    {
        cat "$own/names" "$own/status"
        @PROGPREFIX@ledger-balance -l teacher/ledger | sed 's/^account/has/'
        @PROGPREFIX@ledger-chain -H -s "$from" teacher/ledger
    } >"$own/known"
    {
        printf 'Students type%s:\n\n    %s\n\n' "$reach" "$bold$invitation$plain"
        awk -v lines="$((lines - 6))" -v width="$columns" -v now="$(date +%s)" "$class_table" "$own/known"
        printf '\nThe hour ends with Ctrl-C.\n'
    } >"$own/screen"
    [ -n "$clear" ] || ! cmp -s "$own/screen" "$own/shown" || return 0
    mv "$own/screen" "$own/shown"
    write "$clear$(cat "$own/shown")"
}

# What remains of the hour: what everyone has; a picture of the chain, a page of it, and a picture of how records spread.
end_class() {
    trap '' 2 15
    stop_node
    learn_names teacher
    @PROGPREFIX@ledger-plot -l teacher/ledger >hour.svg
    @PROGPREFIX@ledger-page -a "$own/names" -l teacher/ledger >hour.html
    rm -f spread.svg
    set -- */log # of students on this machine, or copied here
    [ $# -eq 1 ] || @PROGPREFIX@gossip-plot "$@" >spread.svg 2>"$own/said" || rm -f spread.svg
    balances teacher >"$own/balances"
    write "$clear$(cat "$own/balances")"
    write "The picture of the hour: $PWD/hour.svg"
    write "All payments, for a browser: $PWD/hour.html"
    [ ! -e spread.svg ] || write "How records spread: $PWD/spread.svg"
}

one_turn() {
    check_node
    @PROGPREFIX@node-status teacher >"$own/status" 2>/dev/null || :
    learn_names teacher
    greet
    show_class
    sleep 1
}

teach() { # CLASS [HOST:PORT]
    class=$1
    case ${2-} in 0.0.0.0:* | '[::]:'* | :*) trouble "$2: no address that students could type" ;; esac
    mkdir -p "$class" || trouble "$class: cannot be made"
    cd "$class"
    make_class
    start_node teacher -f 56 -m node ${2:+-l "$2"} teacher # it dials students who no longer dial it
    invitation="@PROGPREFIX@lesson -c NAME $(cat teacher/where)/$(chain_of teacher | cut -c 1-12)"
    case $(cat teacher/where) in 127.* | localhost:* | '[::1]:'*) reach=' on this machine' ;; *) reach='' ;; esac
    over=''
    trap 'over=yes' 2 15
    until [ -n "$over" ]; do
        one_turn || : # Ctrl-C ends what runs in it, too
    done
    end_class
}
