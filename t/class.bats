# bats file_tags=slow
# shellcheck disable=SC2154 # $holder, $out and $err come from the helpers
# shellcheck disable=SC2030,SC2031 # bats runs each test in a shell of its own
load lib/common
load lib/ledger
load lib/apart
load lib/wrongclock

# lesson -c: a class on one machine, and one of several machines, each a network of its own.

setup() {
    fresh_folder
    mkdir tmp
    export TMPDIR=$PWD/tmp
    STARTED=()
}

teardown() {
    local process
    for process in "${STARTED[@]}"; do kill "$process" 2>/dev/null || :; done
    for process in "${STARTED[@]}"; do wait "$process" || :; done
    leave_networks
    [ -z "$(ls "$BATS_TEST_TMPDIR/tmp")" ]
}

# The programs, but for a `mine' that rests before each block, so that a class is not all mining; and a chain in which
# blocks are easy.
easy_class() { # FOLDER
    mkdir -p bin "$1/teacher"
    ln -s "$BIN"/* bin
    rm bin/mine
    # not all for the same time, or each would stay on a branch of its own
    printf '#!/bin/sh\nsleep "$(shuf -n 1 -i 1-8)"\nexec "%s" "$@"\n' "$BIN/mine" >bin/mine
    chmod +x bin/mine
    PATH=$PWD/bin:$PATH
    (cd "$1/teacher" && keygen node >/dev/null)
    ledger-init -n class -t 00000f -s 2 -e 3600 "$(cut -d ' ' -f 2 "$1/teacher/node.pub")" 1000000 >"$1/teacher/ledger"
}

# The teacher's terminal is in the file screen; what is typed there goes to the descriptor 9. What students are to type:
# $invitation.
begin_class() { # FOLDER ADDRESS [BEFORE...]
    rm -f keys screen
    mkfifo keys
    exec 9<>keys
    "${@:3}" env TERM=vt100 script -qfec "exec env --default-signal=INT lesson -c '$1' $2" /dev/null <keys >screen 2>&1 3>&- 9>&- &
    teacher=$!
    STARTED+=("$teacher")
    eventually grep -Eq 'lesson -c NAME [0-9.:]+/[0-9a-f]{12}' screen
    invitation=$(tr -d '\r' <screen | sed -n '/.*lesson -c NAME /{ s///; s/[^0-9a-z:./].*//p; q; }')
}

# What a real Ctrl-C does: all that the terminal runs gets the signal.
end_class() {
    printf '\003' >&9
    wait "$teacher"
    tr -d '\r' <screen | grep -q '^The picture of the hour: /.*/hour.svg$'
}

# A student in a folder: NAME.said, and what they type goes to NAME.in. The process: ${student[NAME]}.
declare -gA student
join() { # NAME FOLDER AS [BEFORE...]
    mkdir -p "$2"
    [ -p "$1.in" ] || mkfifo "$1.in"
    (cd "$2" && HOME=$PWD exec "${@:4}" lesson -c "$3" "$invitation") <>"$1.in" >"$1.said" 2>&1 3>&- 9>&- &
    student[$1]=$!
    STARTED+=($!)
}

types() { # NAME LINE...
    printf '%s\n' "${@:2}" 1<>"$1.in"
}

says_to() { # NAME PATTERN
    grep -Eq -- "$2" "$1.said"
}

# Whether the name is on the best chain of a ledger.
knows() { # LEDGER NAME
    ledger-chain "$1" | grep -q " I%20am%20$2 "
}

leaves() { # NAME
    kill "${student[$1]}"
    wait "${student[$1]}" || [ $? -eq 143 ] || { cat "$1.said" && return 1; }
}

# The last state of a student's row: block, hash, coins.
row() { # NAME
    tr -d '\r' <screen | grep -E "^$1 +[0-9-]" | tail -n 1
}

has_row() { # NAME PATTERN
    row "$1" | grep -Eq "^$1 +$2"
}

@test "what is no name and no line of a class is refused" {
    address=127.0.0.1:1/$(printf '%012d' 0)
    for name in teacher Ann 1a a/b ../a abcdefghijklmnopq élodie; do
        expect 2 lesson -c "$name" "$address"
        says 'a name here is'
    done
    for wrong in "$address/" "$address/x" "${address%0}" "${address}g" "a@$address" '$(x):1/'"${address#*/}"; do
        expect 2 lesson -c ann "$wrong"
        says "not what the teacher's screen shows"
    done
    expect 2 lesson -c ann "$address"
    says '^lesson: 127.0.0.1:1: no class there: '
    expect 2 lesson -c class 0.0.0.0:7000
    says 'no address that students could type'
    expect 2 lesson -c ''
    expect 2 lesson -c a b c
    expect 2 lesson -c /dev/null/x
    [ ! -e ann ] && [ ! -e class ]
}

# bats test_tags=thorough
@test "a class on one machine: a student pays, a picture remains, and the class goes on where it stopped" {
    need_terminal
    easy_class class
    begin_class class ''
    grep -q 'Students type on this machine:' screen
    join ann class ann
    join ben elsewhere ben
    for name in ann ben; do eventually says_to $name "^You are $name\\."; done
    eventually knows class/ann/ledger ben
    types ann 'ben 5 for the tea'
    eventually says_to ann 'You pay ben 5, and a fee of 1'
    eventually grep -q ' 5 for%20the%20tea ' elsewhere/ben/ledger
    expect 2 env -C class lesson -c ann "$invitation" </dev/null
    says '^lesson: ann: its node runs already'
    end_class
    verify -q class/teacher/ledger
    grep -q '</svg>' class/hour.svg
    grep -q '</svg>' class/spread.svg
    grep -q '</html>' class/hour.html
    leaves ann
    leaves ben
    for node in class/teacher class/ann elsewhere/ben; do flock -w 300 $node/node.key true; done
    cp class/teacher/ledger before
    begin_class class ''
    eventually has_row ann '- away  *[0-9]+$'
    end_class
    cmp <(head -n 20 before) <(head -n 20 class/teacher/ledger)
}

# room COUNT: machines 1 to COUNT, their holders ${machines[NUMBER]}, with the addresses 10.9.0.NUMBER, at one switch.
room() {
    local i
    command -v ip >/dev/null || skip 'ip is not here'
    own_network || skip 'no network namespace is to be had'
    switch=$holder
    inside "$switch" ip link add name hall type bridge 2>said || skip 'no bridge is to be had'
    inside "$switch" ip link set hall up
    for ((i = 1; i <= $1; i++)); do
        beside "$switch"
        machines[i]=$holder
        inside "$switch" ip link add "port$i" type veth peer name eth netns "$holder" || skip 'no veth is to be had'
        inside "$switch" ip link set "port$i" master hall up
        inside "$holder" ip addr add "10.9.0.$i/24" dev eth
        inside "$holder" ip link set eth up
        inside "$holder" ip link set lo up
    done
}

# $enter: a command before another, which then runs at a machine.
enter() { # NUMBER
    enter=(nsenter -t "${machines[$1]}" -U -n --preserve-credentials)
}

# The student NAME at a machine, as AS.
joins_at() { # NUMBER NAME AS [BEFORE...]
    enter "$1"
    join "$2" "home$1" "$3" "${enter[@]}" "${@:4}"
}

# Whether the tip in a student's row is in the ledger of that student.
is_true() { # NAME LEDGER
    local tip
    tip=$(row "$1" | awk '{ print $3 }')
    [ ${#tip} -eq 8 ] && ledger-chain -H "$2" | awk '{ print $3 }' | grep -q "$tip\$"
}

# bats test_tags=thorough
@test "a class of six machines: names that clash, a wrong clock, one who leaves and returns, one who is cut off" {
    need_terminal
    PATH=$PATH:/usr/sbin:/sbin
    room 6
    easy_class class
    enter 1
    begin_class class 10.9.0.1:7000 "${enter[@]}"
    [[ $invitation =~ ^10\.9\.0\.1:7000/[0-9a-f]{12}$ ]]
    grep -q 'Students type:' screen
    joins_at 2 ann ann
    joins_at 3 ben ben
    eventually says_to ann '^You are ann\.'
    # a name is taken; another is asked for until it is one
    joins_at 4 zoe ann
    eventually says_to zoe "'ann' is somebody else here"
    types zoe 'Z o e' zoe
    eventually says_to zoe '^(\? )?You are zoe\.'
    says_to zoe "'Z o e': a name here is"
    # a clock that is slow: the student is told, and the screen shows that nothing has come of it
    clock_at $((EPOCHSECONDS - 10800))
    joins_at 5 dan dan "${clock[@]}"
    eventually says_to dan '^The clock of this machine is at least [0-9]+ seconds slow'
    eventually has_row '[0-9a-f]{14}\.\.' ' *0 [0-9a-f]{8} '
    # what students type
    eventually says_to ben '^You are ben\.'
    for name in ben zoe; do eventually knows home2/ann/ledger $name; done
    types ann 'give me five' 'ben' 'ben five' 'ben -1' 'ben 50000 a car' 'zoe 5 thé %1B[2J $(x)'
    eventually says_to ann 'You pay zoe 5, and a fee of 1'
    for words in "Nobody here is called 'give'\. There are: ann ben teacher zoe" 'How much' "'five' is no amount" "'-1' is no amount" \
        'Not paid: ann has [0-9]+, needs 50001$'; do
        says_to ann "$words"
    done
    paid() { types zoe '' && says_to zoe '^ann pays you 5: thé %1B\[2J \$\(x\)$'; }
    eventually paid
    eventually says_to zoe '^(> )?teacher  *[0-9]{6,7}$'
    # everyone's tip is what their own ledger has
    for name in 2:ann 3:ben 4:zoe; do
        [ "${name#*:}" = zoe ] && ledger=home4/ann/ledger || ledger=home${name%:*}/${name#*:}/ledger
        eventually has_row "${name#*:}" '([2-9]|[1-9][0-9]+)[0-9] ' # long after it came
        eventually is_true "${name#*:}" "$ledger"
    done
    # students are connected to each other, too
    eventually grep -q ' 10\.9\.0\.[346]:' home2/ann/status
    # one leaves, and comes back by the same line
    leaves ben
    eventually has_row ben '- away '
    joins_at 3 ben ben
    eventually has_row ben '[0-9]+ [0-9a-f]{8}'
    # a late one; and one whose cable is pulled says nothing any more
    joins_at 6 eve eve
    eventually says_to eve '^You are eve\.'
    inside "$switch" ip link set port4 down
    eventually has_row zoe '- silent '
    end_class
    row zoe | grep -Eq '^zoe +[0-9]+$' # what everyone has
    grep -q '</html>' class/hour.html
    [ ! -e class/spread.svg ]
    verify -q class/teacher/ledger
    for name in ann ben zoe dan eve; do leaves $name; done
}
