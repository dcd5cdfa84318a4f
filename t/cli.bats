load lib/common

# What every command line has in common.

compiled() {
    (cd "$ROOT" && ls src/cmd/*.c) | sed 's,.*/,,; s,\.c$,,'
}

# misuse REASON PROGRAM ARGUMENT...: status 2, nothing on stdout, the reason, and the usage line after it.
misuse() {
    expect 2 "${@:2}" </dev/null
    [ ! -s "$out" ]
    [ "$(wc -l <"$err")" -eq 2 ]
    diff <(printf '%s\n' "$2: $1") <(head -n 1 "$err")
    sed -n 2p "$err" | grep -q "^usage: $2 "
}

@test "what is missing or too much is said before the usage line" {
    misuse '-f FROM is missing: who pays' txmake alice bob 25
    misuse 'AMOUNT is missing' txmake -f alice bob
    misuse "'milk': too many operands" txmake -f alice bob 25 bread milk
    misuse '-m ACCOUNT is missing (the account credited with the reward and the fees)' mine
    misuse '-m ACCOUNT is missing (the account credited with the reward and the fees)' mine miner
    misuse "'alice': its AMOUNT is missing" ledger-init alice
    misuse "'bob': its AMOUNT is missing" ledger-init alice 1 bob
    misuse 'NAME is missing' ledger-history
    misuse 'ID is missing' ledger-proof
    misuse 'PEERS is missing' peerbook
    misuse 'PEER is missing' gossip-send
    misuse 'PEER is missing' ledger-pull
    misuse 'NAME is missing' keygen
    misuse "'b': too many operands" keygen a b
    misuse 'SHARES is missing' minepool
    misuse 'POOL is missing' txpool
    misuse "'b': too many operands" txpool a b
    misuse "'b': too many operands" ledger-append a b
    misuse "'b': too many operands" ledger-chain a b
    misuse "'b': too many operands" ledger-graph a b
    misuse "'x': no operand goes here" minework x
    misuse 'the chain is missing: give -L LEDGER or -c CHAIN' gossip-listen -l 127.0.0.1:0
    misuse 'the chain is missing: give -L LEDGER or -c CHAIN' gossip -l 127.0.0.1:0
    misuse 'neither -l HOST:PORT nor a PEER is given' gossip -c x
    misuse 'only one of -b, -s and -U can be given' ledger-balance -b 1 -s 1
}

@test "a required option is not in brackets, and is asked for by every program that has one" {
    for name in $(compiled); do
        "$name" --help | head -n 1 | sed 's/\[-[^]]*\]//g' | grep -oE ' -[A-Za-z0-9] [^ ]+' >required || continue
        read -r option <required
        expect 2 "$name"
        says "^$name: $option is missing \\("
    done
}

@test "an option that no program has" {
    for name in $(compiled); do
        misuse '-Z: no such option' "$name" -Z
        misuse '-Z: no such option' "$name" -Zh
        misuse '--no-such-thing: no such option' "$name" --no-such-thing
        misuse '--no-such-thing: no such option' "$name" --no-such-thing=3
        misuse "--help takes no argument" "$name" --help=3
    done
    misuse '--s could be any of --sponsor, --stake, --seq, --share, --seed' txmake --s 3
    misuse '-\303: no such option' verify -ä
    misuse '--quiet takes no argument' verify --quiet=yes
}

@test "an option without its argument" {
    misuse '-j: its COUNT is missing' verify -qj
    misuse '-j: its COUNT is missing' verify --threads
    misuse '-k: its KEY is missing' txsign -k
}

@test "a negative number is no option" {
    misuse "amount: '-25' is negative" txmake -f alice bob -25
    misuse "amount: '-5' is negative" txmake -f alice bob -5
    misuse "amount: '-0.5' is negative" txmake -f alice bob -0.5 memo
    misuse "amount: '-25' is negative" ledger-init alice -25
    misuse '-2: no such option' verify -25
    misuse '-2: no such option' verify -q2
}

@test "a program goes by the name that it was called by" {
    ln -s "$(command -v verify)" my-verify
    expect 2 ./my-verify -Z
    says '^my-verify: -Z: no such option$'
    says '^usage: my-verify '
    expect 2 ./my-verify nothere
    says '^my-verify: '
    ./my-verify --version | grep '^my-verify (peerutils) '
    expect 0 bash -c 'exec -a "" verify --version'
    grep '^verify (peerutils) ' "$out"
}

# --- Values -------------------------------------------------------------------------------------------

# Every option that takes a number, with the least and the most; MAX: 2^63-1.
numbers() {
    cat <<'EOF'
dht-lookup -a:1:65535 -s:0:MAX -p:0:2147483647
dht-node -r:0:1000000
gossip -f:1:56 -n:1:4096 -t:0:86400 -m:1:1099511627776 -j:1:1024 -P:0:2147483647
gossip-listen -n:1:4096 -j:1:1024 -P:0:2147483647
gossip-send -f:1:64 -n:1:64 -t:0:86400 -m:1:1099511627776 -P:0:2147483647
keygen -P:0:2147483647
ledger-append -n:1:1024 -j:1:1024
ledger-balance -s:0:MAX
ledger-chain -s:0:MAX -n:0:MAX
ledger-checkpoint -P:0:2147483647 -s:0:MAX
ledger-graph -s:0:MAX -n:1:MAX
ledger-history -s:0:MAX -e:0:MAX -n:0:MAX
ledger-init -s:1:MAX -e:0:MAX -r:0:MAX -H:0:MAX -b:0:MAX -f:0:MAX -F:1:MAX -B:1:MAX -p:1:MAX -i:1:MAX -u:3:2147483648 -x:1:1000 -m:1:MAX
ledger-log -n:0:MAX
ledger-proof -s:0:MAX
ledger-pull -i:1:86400 -n:1:64 -t:1:86400 -j:1:1024 -P:0:2147483647 -w:1:MAX
ledger-watch -d:0:MAX -i:1:86400 -j:1:1024
lincheck -t:1:1000000 -n:1:MAX -M:1:65536
mesh -P:0:2147483647 -i:0:MAX
mine -n:1:MAX -t:0:2147483647 -j:1:1024 -r:0:MAX -s:1:4294967295
minepool -r:1:MAX -n:1:1048576 -c:0:100 -F:0:MAX
minework -j:1:1024 -t:0:2147483647 -s:1:1073741824
netsim -n:1:16777216 -s:0:MAX
node-log -n:131072:4611686018427387903
node-status -i:1:86400 -n:0:100
paxos -N:1:MAX
pbft -N:1:MAX
peerbook -n:1:16384 -P:0:2147483647
poh -n:1:100000000 -t:1:86400 -e:1:100000000 -j:1:1024
policy -H:0:MAX
raft -N:1:MAX
seal -t:0:2147483647 -P:0:2147483647 -e:0:MAX
validator -w:1:3600000 -g:0:3600000 -P:0:2147483647
txmake -F:0:MAX -s:0:MAX -r:0:100 -e:0:MAX -y:0:7 -t:1:MAX -u:1:MAX
txpool -b:1:1073741824 -g:1:1073741824 -i:0:86400 -j:1:1024
txsign -P:0:2147483647
verify -n:1:1024 -j:1:1024 -w:1:MAX
EOF
}

# refused NAME OPTION LEAST MOST VALUE: the ends of the range are taken, but not the value after them.
refused() {
    expect 2 "$1" "$2" "$3" "$2" "$4" "$2" "$5" </dev/null
    [ ! -s "$out" ]
    diff <(printf '%s\n' "$1: $2: '$5' is not a number from $3 to $4") "$err"
}

# The number after this one; 2^63 is none of the shell's.
above() {
    if [ "$1" = 9223372036854775807 ]; then echo 9223372036854775808; else echo $(($1 + 1)); fi
}

@test "a number that will not do: every program says so, and what would" {
    local name options option least most value
    while read -r name options; do
        for option in $options; do
            IFS=: read -r option least most <<<"${option/MAX/9223372036854775807}"
            for value in $((least - 1)) "$(above "$most")" '' 1x +1 18446744073709551616; do
                refused "$name" "$option" "$least" "$most" "$value"
            done
        done
    done < <(numbers)
}

# arguments NAME: the letter and the long name of every option that takes an argument.
arguments() {
    "$1" --help | sed -nE 's/^  -(.), --([a-z-]+) [A-Z|:]+ .*/\1 \2/p'
}

# The table above is complete: what complains of letters as of a number stands in it.
@test "no option that takes a number is missing in the table" {
    local name letter long
    for name in $(compiled); do
        while read -r letter long; do
            run_apart timeout 300 "$name" "-$letter" x </dev/null
            ! grep -q "^$name: -$letter: 'x' is not a number" "$err" || echo "$name -$letter"
        done < <(arguments "$name")
    done | sort >found
    numbers | while read -r name options; do
        for option in $options; do echo "$name ${option%%:*}"; done
    done | sort | diff - found
}

# The program ends by itself with a status of its own, whatever it makes of it.
survives() {
    run_apart timeout 300 "$@" </dev/null
    [ "$status" -le 3 ] || { echo "status $status: ${*:0:80}" && cat "$err" && return 1; }
}

# bats test_tags=thorough
@test "an argument that is empty, given twice, or huge" {
    local name letter long huge
    huge=$(printf '%0100000d' 0)
    for name in $(compiled); do
        while read -r letter long; do
            survives "$name" "--$long="
            survives "$name" "-$letter" ''
            survives "$name" "--$long=x" "-${letter}y"
            survives "$name" "-$letter" "$huge"
            misuse "-$letter: its $("$name" --help | sed -nE "s/^  -$letter, --$long ([^ ]+) .*/\1/p") is missing" "$name" "--$long"
        done < <(arguments "$name")
    done
}

@test "an option may be given as often as the command line is long" {
    keygen -s k me
    printf -- '-k me.key %.0s' {1..500} | xargs txsign -t text >signed
    [ "$(wc -l <signed)" -eq 500 ]
    : >none
    printf -- '-C none %.0s' {1..500} | xargs ledger-watch -1
    ledger-init >ledger
    for option in l a; do
        printf -- "-$option none %.0s" {1..500} | xargs sh -c 'exec txmake "$@" -l ledger -f me -a me.pub me 1' txmake >made
        grep -q '^tx ' made
    done
}

# --- Times --------------------------------------------------------------------------------------------

# The time that -T makes of a text, as ledger-init writes it.
time_of() {
    ledger-init -T "$1" | head -n 1 | cut -d ' ' -f 5
}

# Nobody's calendar but the system's, from 1970 to 9999.
@test "a date is the time that date(1) has for it" {
    for text in 1970-01-01 1970-12-31 1972-02-29 1999-12-31 2000-02-29 2000-03-01 2024-02-29 2026-01-31 2038-01-20 \
        2100-02-28 2100-03-01 2399-12-31 2400-02-29 9999-12-31; do
        for clock in '' T00:00:00Z T12:00:00Z T23:59:59Z; do
            [ "$(time_of "$text$clock")" = "$(TZ=UTC0 date -u -d "$text$clock" +%s)" ] || { echo "$text$clock" && false; }
        done
    done
    [ "$(time_of 1769860800)" = 1769860800 ]
    [ "$(time_of 2026-01-31T12:00:00Z)" = 1769860800 ]
    [ "$(TZ=Asia/Tokyo time_of 2026-01-31)" = 1769817600 ]
}

# told TEXT REASON: no time, and why.
told() {
    expect 2 ledger-init -T "$1"
    [ ! -s "$out" ]
    diff <(printf '%s\n' "ledger-init: -T: '$1': $2") "$err"
}

@test "what is no time, and why" {
    told 2026-02-29 '2026-02 has days 01 to 28'
    told 2100-02-29 '2100-02 has days 01 to 28'
    told 2024-02-30 '2024-02 has days 01 to 29'
    told 2026-04-31T00:00:00Z '2026-04 has days 01 to 30'
    told 2026-01-00 '2026-01 has days 01 to 31'
    told 2026-00-01 'there is no month 00'
    told 2026-13-01 'there is no month 13'
    told 1969-12-31 'years begin with 1970'
    told 0000-01-01 'years begin with 1970'
    told 2026-01-31T24:00:00Z 'hours are 00 to 23'
    told 2026-01-31T23:60:00Z 'minutes are 00 to 59'
    told 2016-12-31T23:59:60Z 'seconds are 00 to 59'
    for text in '' now -1 1.5 0x10 ' 1' '1 ' 2026-1-31 26-01-31 2026/01/31 2026-01-31T12:00:00 2026-01-31T12:00:00z \
        2026-01-31t12:00:00Z '2026-01-31 12:00:00Z' 2026-01-31T12:00Z 2026-01-31T12:00:00.5Z 2026-01-31T12:00:00+01:00 \
        2026-01-31Z ' 2026-01-31' '2026-01-31 ' 10000-01-01 -026-01-31 2026-01-3a; do
        told "$text" 'neither Unix seconds nor a date such as 2026-01-31 or 2026-01-31T12:00:00Z'
    done
    for text in 007 9223372036854775808 99999999999999999999999; do
        expect 2 ledger-init -T "$text"
        says "^ledger-init: -T: '$text' is not a number of seconds from 0 to 9223372036854775807$"
    done
}

@test "every program that takes a time takes a date" {
    demo_chain
    for how in 'verify ledger -q' 'ledger-append -q' 'ledger-checkpoint -k alice.key' 'peerbook -a 127.0.0.1:1 -k alice.key' \
        'mine -m miner' 'audit-by-hand -q'; do
        read -ra words <<<"$how"
        expect 0 "${words[@]}" -T 2023-11-14T22:13:30Z </dev/null
        cp "$out" by-date
        expect 0 "${words[@]}" -T 1700000010 </dev/null
        cmp "$out" by-date
        expect 2 "${words[@]}" -T 2023-11-31 </dev/null
        says "^${words[0]}: -T: '2023-11-31'"
    done
    expect 0 ledger-history -S 2023-11-14 -U 2023-11-15 alice
    expect 1 ledger-history -S 2023-11-15 alice
    expect 1 ledger-history -U 2023-11-14 alice
    expect 2 ledger-history -U yesterday alice
}

# --- Ids ----------------------------------------------------------------------------------------------

# A ledger with two transactions whose ids begin with the same eight digits, and one block.
twins() {
    for name in alice bob miner; do keygen -s "$name" "$name" >>names; done 2>keygen.err
    ledger-init -n twins -T 1700000000 -t ff alice 1000 >ledger
    printf 'bob 5 %s\n' m45065 m114037 | txmake -f alice | txsign -k alice.key | mine -m miner -T 1700000010 | ledger-append -q
    first=fa0c9ef2f7aefb85650d0ea68a156eb3ce9a37fa50d842c65991a163e7f14a61
    second=fa0c9ef2a36fb3f46c3e4791b95962786d5ca2d28883987b0ba7fde4f4e10ba8
    block=$(ledger-chain -t | tr -d '\n' | sha256sum | cut -c 1-64)
}

@test "an id is enough if its first eight digits or more are its own" {
    twins
    for program in ledger-chain ledger-balance 'ledger-history alice'; do
        read -ra words <<<"$program"
        "${words[@]}" -b "$block" >wanted
        for digits in 8 9 32 63; do
            "${words[@]}" -b "${block:0:digits}" | diff wanted -
        done
        expect 2 "${words[@]}" -b "${block:0:7}"
        says "^${words[0]}: '${block:0:7}' is shorter than 8 digits$"
        expect 2 "${words[@]}" -b "${block:0:20}x"
        says "^${words[0]}: '${block:0:20}x' is not 8 to 64 lowercase hex digits$"
        expect 1 "${words[@]}" -b 0123456789
        says "^${words[0]}: ledger: no block 0123456789$"
        expect 1 "${words[@]}" -b "${first:0:12}"
    done
}

@test "digits that several ids begin with: all of them are named" {
    twins
    expect 2 ledger-proof fa0c9ef2
    [ ! -s "$out" ]
    says "^ledger-proof: ledger: more than one id begins with 'fa0c9ef2': give more digits \\(record $second, record $first\\)$"
    ledger-proof "$first" >wanted
    ledger-proof fa0c9ef2f | diff wanted -
    ledger-proof "${first%?}" | diff wanted -
    grant=$(sed -n '/^grant/p' ledger | tr -d '\n' | sha256sum | cut -c 1-64)
    ledger-proof "$grant" >wanted
    ledger-proof "${grant:0:8}" | diff wanted -
    expect 1 ledger-proof 0123456789
    says '^ledger-proof: ledger: no record 0123456789$'
}

# --- The ledger ---------------------------------------------------------------------------------------

@test "the ledger is an operand or comes with -l, the same in all programs of ledgers" {
    twins
    mv ledger other
    for what in "ledger-balance alice" "ledger-balance" "ledger-history alice bob" "ledger-proof $first" "ledger-show 1" \
        "ledger-chain" "ledger-log" "ledger-graph" "ledger-checkpoint -k alice.key -T 1700000010" "ledger-append"; do
        read -ra words <<<"$what"
        "${words[@]}" -l other </dev/null >wanted
        if [[ ${words[1]-} = -* ]]; then
            "${words[@]}" other </dev/null | diff wanted -
        else
            "${words[0]}" other "${words[@]:1}" </dev/null | diff wanted -
        fi
    done
    misuse 'NAME is missing' ledger-history other
    misuse 'ID is missing' ledger-proof other
    misuse 'ID is missing' ledger-show other
    # an account of that name is meant, as it always was
    cp other bob
    LEDGER=other ledger-balance bob >wanted
    [ "$(wc -l <wanted)" -eq 1 ]
    expect 2 ledger-balance bob
    says "^ledger-balance: ledger: No such file"
}

@test "a file that is no ledger is told by what it holds, and nothing is changed" {
    twins
    cp ledger.index before
    for file in "alice.key: a secret key or a certificate" "alice.pub: public keys, or an address book" \
        "ledger.index: an index, or another SQLite database"; do
        for program in ledger-append ledger-chain 'ledger-balance -l' 'mine -m miner -l'; do
            cp "${file%%:*}" copy
            printf "%s\n" * >.listed
            read -ra words <<<"$program"
            expect 2 "${words[@]}" "${file%%:*}" </dev/null
            says "^${words[0]}: ${file%%:*}: not a ledger: it holds ${file#*: }$"
            cmp "${file%%:*}" copy
            printf "%s\n" * | diff .listed -
        done
    done
}

@test "the lines of a secret key pass through no filter" {
    twins
    echo note of nothing >note
    for program in 'txpool pool' 'ledger-append -p' 'peerbook book' minework txsign names verify; do
        cat note alice.key note >mixed
        read -ra words <<<"$program"
        [ "$program" != txsign ] || words+=(-k alice.key)
        expect 1 "${words[@]}" <mixed
        says "^stdin:2: pem: the beginning of a PEM file, such as a secret key: not passed on$"
        cat note note | diff - "$out"
    done
    expect 1 ledger-export - <mixed
    says "^stdin:2: pem: the beginning of a PEM file, such as a secret key: not passed on$"
    [ "$(wc -l <"$out")" -eq 2 ]
}

@test "txmake: an amount before an account" {
    twins
    expect 2 txmake -f alice 25 bob
    [ ! -s "$out" ]
    says "^txmake: 'bob' is an account and '25' an amount: TO comes before AMOUNT$"
    expect 1 txmake <<<'alice 25 bob'
    says "^stdin:1: 'bob' is an account and '25' an amount: TO comes before AMOUNT$"
    # an account may be called 25
    keygen -s 25 25 >>names 2>keygen.err
    expect 0 txmake -f alice 25 3
    expect 2 txmake -f alice 25 bob
    says '^txmake: amount: '
}

@test "programs in shell: the reason, and then the usage line" {
    for name in audit-by-hand demo gossip-plot ledger-plot node trace-page; do
        expect 2 "$name" -Z
        [ "$(head -n 1 "$err")" = "$name: -Z: no such option" ]
        says "^usage: $name "
    done
    misuse 'DIR is missing' node
    misuse '-l: its argument is missing' node -l
    expect 2 gossip-plot </dev/null
    [ "$(head -n 1 "$err")" = 'gossip-plot: LOG is missing' ]
    says '^usage: gossip-plot '
    misuse "'b': too many operands" ledger-plot a b
    misuse "'b': too many operands" audit-by-hand a b
    misuse "'x': no operand goes here" demo x
    misuse '--nothing: no such option' demo --nothing
}
