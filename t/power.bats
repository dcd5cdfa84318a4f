# bats file_tags=slow
load lib/common
load lib/ledger

# Loss of power: what was reported durable is there when the file system comes up again. An ext4 image, which would
# write nothing of its own accord for ten minutes, is shut down under the programs, its journal not flushed.

# Puts the file system that holds a path out of action: what it has not on the disk yet is lost.
pull_the_plug() { # PATH
    python3 - "$1" <<'END'
import fcntl, os, struct, sys
SHUTDOWN, WITHOUT_LOG = 0x8004587D, 2
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), SHUTDOWN, struct.pack("I", WITHOUT_LOG))
END
}

up() {
    mount -o loop,commit=600 image disk
}

# Runs a function of this file where mounts are our own, or skips.
apart() { # FUNCTION
    need mkfs.ext4 python3 unshare
    unshare -m true 2>/dev/null || skip 'no mount namespace here'
    truncate -s 24M image
    mkfs.ext4 -q -F image
    mkdir -p disk
    unshare -m sh -c 'mount -o loop image disk' 2>/dev/null || skip 'cannot mount an image here'
    # shellcheck disable=SC2163 # the function that it names
    export -f "$1" up pull_the_plug within eventually has_passed
    export ALICE
    unshare -m bash -euo pipefail -c "$1"
}

has_passed() { # LINES
    [ "$(wc -l <passed)" -ge "$1" ]
}

ledger_loses_power() {
    local n writer
    up
    for n in 1 5 20 60 150; do
        rm -f disk/ledger*
        cp genesis disk/ledger
        sync -f disk
        : >passed
        awk '{ print; fflush(); if (NR % 8 == 0) system("sleep 0.002") }' chain 2>/dev/null |
            ledger-append disk/ledger >passed 2>told &
        writer=$!
        eventually has_passed $n
        cp passed durable # a sync that ends while the file system is shut down may succeed and save nothing
        pull_the_plug disk
        wait $writer || :
        umount disk
        up
        # a line that was half written when we looked was not passed on yet
        [ -z "$(comm -23 <(grep -v '^[^ ]*$' durable | head -n -1 | sort) <(sort disk/ledger))" ]
        ledger-chain disk/ledger >/dev/null
    done
    ledger-append -q disk/ledger <chain 2>told || :
    cat genesis chain | cmp - disk/ledger
    verify -q disk/ledger
    umount disk
}

@test "the ledger has every block that was passed on" {
    easy_chain
    mined ledger 400 alice >chain
    apart ledger_loses_power
}

files_lose_power() {
    up
    cp ledger disk/ledger
    sync -f disk
    ledger-append -q disk/ledger <block
    txpool -l disk/ledger disk/pool <txs >passed
    peerbook -o 192.0.2.1:1 -T 1700000000 disk/peers <peer >passed
    keygen disk/key >passed
    echo unsynced >disk/unsynced
    pull_the_plug disk
    umount disk
    up
    cat ledger block | cmp - disk/ledger
    cmp txs disk/pool
    cmp peer disk/peers
    cmp passed disk/key.pub
    keygen -y disk/key.key | cmp - passed
    [ ! -s disk/unsynced ] # the plug was pulled for real
    # and they go on
    ledger-append disk/ledger </dev/null
    txpool -l disk/ledger disk/pool <txs
    umount disk
}

@test "what txpool, peerbook, keygen and ledger-append ended with 0 for is there" {
    easy_chain
    mined ledger 1 alice >block
    seq 3 | sed 's/.*/bob 1 &/' | paid alice ledger >txs
    peerbook -a 192.0.2.1:7000 -k alice.key -T 1700000000 >peer
    apart files_lose_power
}

found_loses_power() {
    up
    cp ledger disk/ledger
    sync -f disk
    cat block >>disk/ledger # as one who was killed before it could sync
    ledger-append disk/ledger <block # it is there: 0
    pull_the_plug disk
    umount disk
    up
    cat ledger block | cmp - disk/ledger
    umount disk
}

@test "and a block that ledger-append found there, put by one that was killed before it could sync" {
    easy_chain
    mined ledger 1 alice >block
    apart found_loses_power
}

commits_in() { # FILE: lines INDEX ID RECORD, of whole records
    awk '$1 == "commit" { at = $2 " " $3; if (getline > 0 && /\.$/) print at, $0 }' "$1"
}

has_committed() { # COUNT
    [ "$(commits_in passed | wc -l)" -ge "$1" ]
}

# A member that is alone commits, and its log is replaced by a state now and then; one of three gives its vote away.
engine_loses_power() {
    local engine n writer restored
    up
    for engine in raft paxos; do
        for n in 1 30 200; do
            rm -rf disk/log disk/votes
            sync -f disk
            : >passed
            awk 'BEGIN {
                print "init n1 1 n1\ntime 0\nstep\ntime 90000\ntimer\nstep"
                for (n = 1; n < 4000; n++) {
                    print "propose n1:" n " 1\nrecord " n ".\nstep"; fflush()
                    if (n % 4 == 0) system("sleep 0.002")
                }
            }' 2>/dev/null | $engine -c 'tail -n 1' -N 50 -d disk/log >passed 2>told &
            writer=$!
            printf '%s\n' 'init n1 1 n1 n2 n3' 'time 0' 'message n2 1' 'vote 5 0 0 no' step | raft -d disk/votes >voted
            eventually has_committed $n
            cp passed durable
            pull_the_plug disk
            wait $writer || :
            umount disk
            up
            printf '%s\n' 'init n1 1 n1' 'time 0' step 'time 90000' timer step | $engine -d disk/log >again
            restored=$(sed -n 's/^restore \([0-9]*\) .*/\1/p' again | tail -n 1)
            commits_in durable | awk -v from="${restored:-0}" '$1 > from' | sort >promised
            commits_in again | sort | comm -23 promised - >lost
            [ ! -s lost ]
            [ "$(commits_in durable | wc -l)" -ge "$n" ]
            grep -qx 'voted 5 yes' voted
            printf '%s\n' 'init n1 1 n1 n2 n3' 'time 0' 'message n3 1' 'vote 5 0 0 no' step |
                raft -d disk/votes | grep -x "voted 5 no" >/dev/null
        done
    done
    umount disk
}

@test "what raft and paxos committed is there, and the vote that raft gave away" {
    export -f commits_in has_committed
    apart engine_loses_power
}

# A member attests a checkpoint, and signs no other one at that height, nor once more from elsewhere.
attester_loses_power() {
    local n
    up
    for n in 2 4 6; do
        validator -k bob.key -r disk/history "at$n" </dev/null >passed
        [ -s passed ]
        pull_the_plug disk
        umount disk
        up
        validator -k bob.key -r disk/history "fork$n" </dev/null >other 2>told
        [ ! -s other ]
        grep -q 'this key has signed another one to that height' told
        validator -k bob.key -r disk/history "at$n" </dev/null | cmp - passed
    done
    umount disk
}

@test "what a validator has signed is there" {
    keygen -s 'demo bob' bob >members 2>told
    ledger-init -n power -M members -i 2 -e 0 -t f -T 1700000000 bob 1000 >at0
    for n in 2 4 6; do
        cp at$((n - 2)) at$n
        mine -l at$n -a members -m bob -T 17000000$((n * 10)) </dev/null | ledger-append -q at$n
        cp at$n fork$n
        for chain in at fork; do
            mine -l $chain$n -a members -m "$([ $chain = at ] && account bob || printf '%064d' 1)" -T 17000001$((n * 10)) </dev/null | ledger-append -q $chain$n
        done
    done
    apart attester_loses_power
}
