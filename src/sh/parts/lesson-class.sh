# A class: the teacher's node and the students', one ledger to pay each other in.
# shellcheck shell=sh
#
# The account of a person is the key of their node. Everyone learns the names from the ledger: the first payment of an
# account whose memo is `I am WORD' names it, if nobody had that name before.

# Runs the node of FOLDER in the background, and waits until it listens and has a ledger.
start_node() { # FOLDER ARGUMENT...
    node_folder=$1
    shift
    @PROGPREFIX@node -q "$@" >"$node_folder.said" 2>&1 &
    node=$!
    tries=0
    until [ -s "$node_folder/where" ] && [ -s "$node_folder/ledger" ]; do
        kill -0 "$node" 2>/dev/null || trouble "the node has ended: $(tail -n 1 "$node_folder.said")"
        [ $((tries += 1)) -le 600 ] || trouble "the node has no ledger after a minute: can it reach its peer?"
        sleep 0.1
    done
}

stop_node() {
    [ -n "$node" ] || return 0
    kill "$node" 2>/dev/null || :
    wait "$node" 2>/dev/null || :
    node=''
}

# learn_names FOLDER: the address book of the class, in $own/names.
learn_names() {
    {
        echo "key $teacher teacher"
        @PROGPREFIX@ledger-chain -l "$1/ledger" | awk -v teacher="$teacher" '
            BEGIN { account["teacher"] = teacher; named[teacher] = 1 }
            $1 != "tx" || $6 != "pay" || $9 !~ /^I%20am%20[a-z][a-z0-9-]*$/ || length($9) > 25 { next }
            { name = substr($9, 10) }
            !(name in account) && !($3 in named) { account[name] = $3; named[$3] = 1; print "key " $3 " " name }'
    } >"$own/names"
}

balances() { # FOLDER
    @PROGPREFIX@ledger-balance -l "$1/ledger" 2>/dev/null | @PROGPREFIX@names -a "$own/names" |
        awk '{ print $2, $3 }' | sort -k2,2nr -k1,1
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
    @PROGPREFIX@node-status teacher 2>/dev/null | awk '$1 == "peer" && $2 != "-" { print $2 }' |
        grep -vxF "$teacher" | sort -u >"$own/peers"
    while read -r account; do
        ! grep -qxF "$account" greeted || continue
        ! pay teacher "$account" 100 welcome 2>"$own/said" || echo "$account" >>greeted
    done <"$own/peers"
}

# The tips of peers whose folder is not here, as far as this node has heard: of the last blocks, the highest that they
# have sent, or taken, or were known to have.
tips_elsewhere() {
    @PROGPREFIX@node-status teacher 2>/dev/null >"$own/status" || :
    from=$(awk '$1 == "height" && $2 > 500 { from = $2 - 500 } END { print from + 0 }' "$own/status")
    @PROGPREFIX@ledger-chain -H -s "$from" teacher/ledger >"$own/headers" || :
    tail -c 1000000 teacher/log >"$own/events" || :
    cat ./*/node.pub | sed 's/^[^ ]*/here/' >"$own/here"
    awk '
        $1 == "here" { here[$2] = 1 }
        $1 == "tip" { at[$2] = top }
        $1 == "height" { top = $2 }
        $1 == "peer" && !($2 in here) { peer[$2] = 1 }
        $1 == "block" { at[$3] = $2 - 1 }
        $2 in peer && $3 ~ /^(new|taken|offer)$/ && $4 in at && at[$4] >= height[$2] { height[$2] = at[$4]; tip[$2] = $4 }
        END { for (one in tip) printf "%s %d %.8s elsewhere\n", one, height[one], tip[one] }' \
        "$own/here" "$own/status" "$own/headers" "$own/events" | @PROGPREFIX@names -a "$own/names" | sort |
        awk '{ printf "%-14.14s %-9s %7d %s\n", $1, $4, $2, $3 }'
}

# The nodes of the class with their tips, and what everyone has.
show_class() {
    set -- teacher
    for other in */where; do
        [ ! -e "${other%/where}/ledger" ] || [ "$other" = teacher/where ] || set -- "$@" "${other%/where}"
    done
    {
        printf '\nStudents type, in the folder %s%s:\n\n    %s\n\n' "$PWD" "$reach" "$invitation"
        @PROGPREFIX@node-status -w -a "$own/names" "$@" 2>/dev/null || :
        tips_elsewhere
        printf '\n'
        balances teacher | head -n 20
        printf '\nThe hour ends with Ctrl-C.\n'
    } >"$own/screen"
    [ -n "$clear" ] || [ ! -e "$own/shown" ] || return 0 # a screen is a terminal's
    mv "$own/screen" "$own/shown"
    write "$clear$(cat "$own/shown")"
}

# What remains of the hour: pictures of the chain, and of how records spread, and what everyone has.
end_class() {
    stop_node
    learn_names teacher
    @PROGPREFIX@ledger-plot -l teacher/ledger >hour.svg
    @PROGPREFIX@gossip-plot ./*/log >spread.svg 2>"$own/said" || rm -f spread.svg
    balances teacher >"$own/balances"
    write "$clear$(cat "$own/balances")"
    write "The picture of the hour is $PWD/hour.svg, the ledger $PWD/teacher/ledger."
    [ ! -e spread.svg ] || write "How records spread: $PWD/spread.svg"
}

teach() { # CLASS [HOST:PORT]
    class=$1
    mkdir -p "$class" || trouble "$class: cannot be made"
    cd "$class"
    make_class
    start_node teacher -m node ${2:+-l "$2"} teacher
    teacher=$(cut -d ' ' -f 2 teacher/node.pub)
    invitation="@PROGPREFIX@lesson -c NAME $teacher@$(cat teacher/where)/$(chain_of teacher)"
    case ${2-127.} in 127.* | localhost:* | '[::1]:'*) reach='' ;; *) reach=' or on another machine' ;; esac
    over=''
    trap 'over=yes' 2 15
    until [ -n "$over" ]; do
        kill -0 "$node" 2>/dev/null || trouble "the node has ended: $(tail -n 1 teacher.said)"
        learn_names teacher
        greet
        show_class
        sleep 1 || :
    done
    end_class
}

chain_of() { # FOLDER
    head -n 1 "$1/ledger" | tr -d '\n' | sha256sum | cut -c 1-64
}

# --- A student -----------------------------------------------------------------------------------------------

# Waits for the teacher's welcome, and signs in with it.
sign_in() { # NAME
    account=$(cut -d ' ' -f 2 "$1/node.pub")
    learn_names "$1"
    write 'Waiting for coins from the teacher ...'
    until @PROGPREFIX@ledger-balance -l "$1/ledger" "$account" 2>/dev/null | awk '$3 > 1 { ok = 1 } END { exit !ok }'; do
        kill -0 "$node" 2>/dev/null || trouble "the node has ended: $(tail -n 1 "$1.said")"
        sleep 0.2
    done
    grep -q "^tx [^ ]* $account .* I%20am%20" "$1/ledger" || pay "$1" "$account" 1 "I am $1"
}

# A line `WHO AMOUNT [MEMO]' pays; Enter alone shows what everyone has.
pay_by_line() { # NAME
    write 'To pay, type WHO AMOUNT MEMO. Enter alone shows what everyone has. Ctrl-D leaves.'
    while prompt '> ' && read -r who amount memo; do
        learn_names "$1"
        if [ -z "$who" ]; then
            write "$(balances "$1")"
        elif [ -z "$amount" ]; then
            write 'How much?'
        elif pay "$1" "$who" "$amount" "$memo" 2>"$own/said"; then
            write "Sent: $(cut -d ' ' -f 3-9 "$own/signed" | @PROGPREFIX@names -a "$own/names")"
        else
            write "$(head -n 3 "$own/said")"
        fi
    done
    write ''
}

join_class() { # NAME TEACHER@HOST:PORT/CHAIN
    case $1 in
    teacher | [!a-z]* | *[!a-z0-9-]* | ?????????????????*) trouble "$1: a name here is 1 to 16 of a-z, 0-9 and -" ;;
    esac
    case $2 in
    *[!a-z0-9@:./_-]* | [!0-9a-f]* | *@*@*) trouble "$2: not what the teacher's screen shows" ;;
    *@*:*/????????????????????????????????????????????????????????????????) ;;
    *) trouble "$2: not what the teacher's screen shows" ;;
    esac
    teacher=${2%@*} peer=${2%/*}
    start_node "$1" -c "${2##*/}" -m node "$1" "$peer"
    sign_in "$1"
    pay_by_line "$1"
    stop_node
}
