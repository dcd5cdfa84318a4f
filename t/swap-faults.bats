# bats file_tags=slow
load lib/common
load lib/ledger
load lib/swap

# swap, whatever the system refuses, and whenever: a contract is printed only if its preimage is kept, a step prints the
# right transaction or none, a status of 0 is honest, and the next run goes on.

setup() {
    fresh_folder
    swap_chains
    mkdir tmp
    export TMPDIR=$PWD/tmp
    offers=(-D 20 -1 north -2 south alice 1000 30 bob 500 20)
}

# injected CALL KIND N COMMAND...: the Nth such call of each process fails, or ends it. stdout to `passed`, stderr to `told`.
injected() {
    status=0
    { strace -qq -f -o trace -e "trace=$1" -e "inject=$1:$2:when=$3" "${@:4}" >passed 2>told </dev/null || status=$?; } 2>/dev/null
}

# Of what failed: a word, unless it was killed, or the shell itself could not read what a program wrote, which ends that one by SIGPIPE.
ended_well() { # WHAT
    case $status in
    0 | 137 | 141) ;;
    *) [ -s told ] || { echo "$1: status $status without a word" && false; } ;;
    esac
}

# After a run of `swap -n`: whatever was said of a preimage is kept.
agreed() { # WHAT
    ended_well "$1"
    if [ "$(wc -l <passed)" -eq 1 ]; then
        grep -q "$(policy -y secret | cut -d ' ' -f 2)" passed || { echo "$1: a contract without its preimage" && false; }
    else
        [ "$status" -ne 0 ] || { echo "$1: status 0 without a contract" && false; }
    fi
    rm -f secret
}

# After a step: the transaction, a part of it if nothing more could be written, or nothing.
stepped() { # WHAT
    ended_well "$1"
    head -c "$(wc -c <passed)" good | cmp - passed || { echo "$1: another transaction" && false; }
    [ "$status" -ne 0 ] || cmp good passed || { echo "$1: status 0 without its transaction" && false; }
}

sweep() { # EVERY CHECK COMMAND...
    local every=$1 check=$2 count=0 call kind n
    for call in write openat read fsync clone unlinkat; do # (dash does not look at what dup2 gives)
        for kind in error=EIO error=ENOSPC signal=KILL; do
            for n in $(seq $((1 + count % every)) "$every" 24); do
                injected $call $kind "$n" "${@:3}"
                $check "$call $kind $n"
                count=$((count + 1))
            done
        done
    done
    [ "$count" -ge 20 ]
}

# bats test_tags=thorough
@test "the Nth call that fails, or is the last: a contract" {
    can_inject
    swap -n secret "${offers[@]}" >contract
    rm secret
    sweep "$(few 9 24)" agreed swap -n secret "${offers[@]}"
    rm -rf tmp/*
    swap -n secret "${offers[@]}" >contract
    grep -q "$(policy -y secret | cut -d ' ' -f 2)" contract
}

# bats test_tags=thorough
@test "the Nth call that fails, or is the last: a step, and the next run takes it" {
    can_inject
    swap -n secret "${offers[@]}" >contract
    step=(swap -D 20 -1 north -2 south -f alice -i secret contract)
    "${step[@]}" >good 2>said
    [ -s good ]
    sweep "$(few 9 24)" stepped "${step[@]}"
    "${step[@]}" 2>said | cmp good -
    cmp <(ledger-chain -l north) <(ledger-init -n north -T 1700000000 -t ff -e 0 -r 0 -A policy alice 10000)
}

@test "memory that runs out, once or for good, in every program of a step" {
    plain_only
    swap -n secret "${offers[@]}" >contract
    step=(swap -D 20 -1 north -2 south -f alice -i secret contract)
    "${step[@]}" >good 2>said
    for n in $(seq 1 "$(few 5 40)" 200); do
        status=0
        { LD_PRELOAD=$BIN/.t/failalloc.so FAILALLOC_AT=$n FAILALLOC_OF=ours "${step[@]}" >passed 2>told || status=$?; } 2>/dev/null
        stepped "memory $n"
    done
}

@test "a swap that a signal ends leaves no folder; a full disk is trouble" {
    swap -n secret "${offers[@]}" >contract
    [ -z "$(ls tmp)" ]
    expect 2 sh -c 'swap -D 20 -1 north -2 south -f alice -i secret contract >/dev/full'
    [ -z "$(ls tmp)" ]
    mkfifo pipe
    swap -D 20 -1 north -2 south -f alice -i secret - <pipe >passed 2>told 3>&- &
    pid=$!
    exec 7>pipe
    made() { [ -n "$(ls tmp)" ]; }
    eventually made
    kill -TERM $pid
    exec 7>&-
    wait $pid || status=$?
    gone() { [ -z "$(ls tmp)" ]; }
    eventually gone
    [ ! -s passed ]
}
