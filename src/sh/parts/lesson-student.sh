# A student's part in a class: the node, its name, and payments by lines that the student types.
# shellcheck shell=sh

is_name() { # TEXT
    case $1 in
    teacher | [!a-z]* | *[!a-z0-9-]* | ?????????????????* | '') return 1 ;;
    esac
}

name_rule='a name here is 1 to 16 of a-z, 0-9 and -, and begins with a letter'

# The node listens where the teacher's can reach it, so that students also connect to each other. -l is left out if it
# listened there before, or if this machine does not say: then nobody dials it.
listen_at() { # HOST NODE
    host=${1#[}
    host=$(ip -o route get "${host%]}" 2>/dev/null | sed -n 's/.* src \([^ ]*\) .*/\1/p') || :
    case $host in *:*) host="[$host]" ;; esac
    case $(cat "$2/where" 2>/dev/null) in
    "$host":*) listen='' ;;
    *) listen=${host:+$host:0} ;;
    esac
}

# A node of another chain says in its greeting which chain it has: it is asked for one that nobody has.
ask_chain() { # HOST:PORT
    @PROGPREFIX@ledger-pull -c "$(printf '%064d' 0)" -l "$own/none" "$1" 2>"$own/said" || :
    sed -n 's/.* hello: of another chain, //p' "$own/said"
}

find_chain() { # NAME HOST:PORT CODE
    if [ -s "$1/ledger" ]; then
        chain=$(chain_of "$1")
    else
        chain=$(ask_chain "$2")
        [ -n "$chain" ] || trouble "$2: no class there: $(head -n 1 "$own/said")"
    fi
    case $chain in
    "$3"*) ;;
    *) trouble "$3: $([ -s "$1/ledger" ] && echo "$1 has the ledger of another class" || echo "$2 has another class")" ;;
    esac
}

# Whether the node has less than all of its peers have.
is_behind() { # NAME
    @PROGPREFIX@node-status "$1" 2>/dev/null | awk '
        $1 == "height" { own = $2 }
        $1 == "peer" && $10 ~ /^[0-9]+$/ && (least == "" || $10 < least) { least = $10 + 0 }
        END { exit !(least > own + 5) }'
}

# Says once if this machine's clock keeps the node behind: to it, new blocks come from the future.
check_clock() { # NAME
    [ -z "${clock_said-}" ] && is_behind "$1" || return 0
    slow=$(sed -n 's/.* time \([0-9]*\) is over 60 s ahead of the clock, \([0-9]*\).*/\1 \2/p' "$1/log" | tail -n 1)
    [ -n "$slow" ] || return 0
    clock_said=yes
    write "The clock of this machine is at least $((${slow% *} - ${slow#* })) seconds slow, so new blocks are refused. Set it."
}

# Others refuse the blocks of a node whose clock is fast. As long as the class makes blocks, the last one is new.
check_blocks() { # NAME
    age=$(@PROGPREFIX@ledger-chain -H -l "$1/ledger" | awk -v me="$account" -v now="$(date +%s)" '
        $1 == "block" && $7 != me { time = $5 } END { print now - time }')
    [ "$age" -le 60 ] ||
        write "The last block of somebody else is $age seconds old: is this machine's clock fast, or has it lost the class?"
}

# Waits until COMMAND... is true.
until_true() {
    waited=0
    until "$@"; do
        check_node
        waited=$((waited + 1))
        [ $((waited % 25)) -ne 0 ] || check_clock "$node_folder" # before that, it may just be fetching blocks
        sleep 0.2
    done
}

has_coins() { # NAME
    @PROGPREFIX@ledger-balance -l "$1/ledger" "$account" 2>/dev/null | awk '$3 > 1 { ok = 1 } END { exit !ok }'
}

# The payment that says the name is in a block.
is_signed_in() { # NAME WORD
    @PROGPREFIX@ledger-chain -l "$1/ledger" | awk -v me="$account" -v memo="I%20am%20$2" '$1 == "tx" && $3 == me && $9 == memo { ok = 1 } END { exit !ok }'
}

my_name() { # NAME
    learn_names "$1"
    awk -v me="$account" '$2 == me { print $3 }' "$own/names"
}

# Waits for the teacher's welcome, and signs in with it. A name belongs to whoever took it first.
sign_in() { # NAME
    account=$(cut -d ' ' -f 2 "$1/node.pub")
    write 'Waiting for coins from the teacher ...'
    until_true has_coins "$1"
    word=$1
    while me=$(my_name "$1") && [ -z "$me" ]; do
        if is_name "$word" && [ -z "$(account_of "$word")" ]; then
            write "Waiting for a block that says who you are ..."
            pay "$1" "$account" 1 "I am $word" 2>"$own/said" || trouble "$(tail -n 1 "$own/said")"
            until_true is_signed_in "$1" "$word"
            continue
        fi
        if is_name "$word"; then
            write "'$word' is somebody else here. Type another name:"
        else
            write "'$word': $name_rule. Type another:"
        fi
        prompt '? '
        read -r word || differs "@PROGPREFIX@lesson: left before its end"
    done
}

# What others have paid since this was last shown.
show_news() { # NAME
    @PROGPREFIX@ledger-chain -l "$1/ledger" | awk -v me="$account" -v names="$own/names" '
        BEGIN { while ((getline line <names) > 0) { split(line, x, " "); name[x[2]] = x[3] } }
        $1 == "tx" && $6 == "pay" && $7 == me && $3 != me { print ($3 in name ? name[$3] : $3) " pays you " $8 "," $9 }' >"$own/news"
    tail -n "+$((news + 1))" "$own/news" | plain_memo >"$own/shown"
    [ ! -s "$own/shown" ] || write "$(cat "$own/shown")"
    news=$(wc -l <"$own/news")
}

# Texts of the ledger as people read them, without what might move the cursor.
plain_memo() {
    awk '
        function digit(i) { return index("0123456789ABCDEF", substr($0, i, 1)) - 1 }
        {
            for (out = ""; (i = match($0, /%[0-9A-F][0-9A-F]/)) > 0; $0 = substr($0, i + 3)) {
                code = digit(i + 1) * 16 + digit(i + 2)
                out = out substr($0, 1, i - 1) (code < 32 || code == 127 ? "?" : sprintf("%c", code))
            }
            out = out $0
            gsub(/\302[\200-\237]/, "?", out)
            sub(/,$/, "", out)
            sub(/,/, ": ", out)
            print out
        }'
}

# Why a payment was refused, without what only programs need.
show_refusal() {
    sed -n 's/^gossip-send: refused: [0-9a-f]*: tx: //p' "$own/said" | @PROGPREFIX@names -a "$own/names" >"$own/why"
    [ -s "$own/why" ] || grep -v ': waiting for' "$own/said" | head -n 3 >"$own/why"
    write "Not paid: $(cat "$own/why")"
}

pay_somebody() { # NAME WHO AMOUNT MEMO
    [ -n "$(account_of "$2")" ] || {
        write "Nobody here is called '$2'. There are: $(cut -d ' ' -f 3 "$own/names" | sort | tr '\n' ' ')"
        return
    }
    case $3 in
    '') write 'How much?' && return ;;
    *[!0-9]* | 0* | ????????????????*) write "'$3' is no amount: it is a number of coins, such as 5." && return ;;
    esac
    if pay "$@" 2>"$own/said"; then
        write "You pay $2 $3, and a fee of $(cut -d ' ' -f 5 "$own/signed"). It counts once it is in a block."
    else
        show_refusal
    fi
}

# A line `WHO AMOUNT [MEMO]' pays; Enter alone shows what everyone has.
pay_by_line() { # NAME
    news=0
    check_blocks "$1"
    write "You are $me. To pay, type WHO AMOUNT MEMO. Enter alone shows what everyone has. Ctrl-D leaves."
    while prompt '> ' && read -r who amount memo; do
        check_node
        check_clock "$1"
        learn_names "$1"
        if [ -z "$who" ]; then
            write "$(balances "$1")"
            show_news "$1"
            check_blocks "$1"
        else
            pay_somebody "$1" "$who" "$amount" "$memo"
        fi
    done
    write ''
}

join_class() { # NAME HOST:PORT/CODE
    is_name "$1" || trouble "$1: $name_rule"
    case $2 in
    *[!]A-Za-z0-9:./_[-]* | -* | */*/* | */*[!0-9a-f]*) trouble "$2: not what the teacher's screen shows" ;;
    *:*[0-9]/????????????*) ;;
    *) trouble "$2: not what the teacher's screen shows" ;;
    esac
    peer=${2%/*}
    find_chain "$1" "$peer" "${2#*/}"
    listen_at "${peer%:*}" "$1"
    start_node "$1" -c "$chain" -m node ${listen:+-l "$listen"} "$1" "$peer"
    sign_in "$1"
    pay_by_line "$1"
    stop_node
    write "Your ledger stays in $PWD/$1. The same line as before brings you back."
}
