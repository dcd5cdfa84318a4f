load lib/common
load lib/ledger

# What peerutils(7) shows of carrying records by what people already run, and needs more than these programs for:
# its blocks marked `norun' are run here, with an ssh server, a Redis server or nc as far as they are installed.

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    mkdir bin work
    export HERE=$PWD PATH=$PWD/bin:$PATH
    (cd work && keygen -s alice alice && keygen -s bob bob && ledger-init -t 0f -e 0 alice 1000 >genesis &&
        cp genesis ledger && txmake -f alice bob 25 lunch | txsign -k alice.key >payment &&
        mine -m bob <payment >block) >/dev/null 2>&1
    # a block's lines must stay together, and it has several
    [ "$(wc -l <work/block)" -eq 2 ]
    cat work/payment work/block >sent
}

teardown() {
    cd "$BATS_TEST_TMPDIR" || return 1
    if [ -e redis.pid ]; then kill "$(cat redis.pid)" || :; fi
}

# The blocks of a section of peerutils(7), none of them left out, as lines of a page.
section() { # TITLE
    awk -v title="$1" '
        /^\.S[hs] / { on = ($0 == ".Ss " title) }
        on && !/^\.\\" norun: /
    ' "$ROOT/man/peerutils.7"
}

# A block of a page. The lines on stdin are shell, with $ in front of commands.
block() {
    echo '.Bd -literal'
    sed 's/\\/\\e/g; s/^\./\\\&./; s/'\''/\\(aq/g'
    echo '.Ed'
}

# run_section TITLE BEFORE AFTER: the section between other commands, in a folder like that of the ten lines.
run_section() {
    {
        printf '.Dd January 1, 2000\n.Dt X 7\n.Os\n.Sh X\n'
        printf '%s\n' "\$ cp \"\$HERE\"/work/* ." "$2" | block
        section "$1"
        printf '%s\n' "$3" | block
    } >page.7
    grep -q '^\$ .*\(ssh\|redis-cli\|nc\) ' page.7 || grep -q '^> .*\(ssh\|redis-cli\|nc\) ' page.7
    timeout 60 "$ROOT/t/lib/examples.sh" page.7
}

# Node two of the other side is a listener here, which only hears: so nothing comes to it but by the bridge.
LISTENER="\$ gossip-listen -l 127.0.0.1:0 -L genesis -w two.at >heard & two=\$!
\$ until test -s two.at; do sleep 0.1; done"

# What was sent to node one has come to it, to the byte.
ARRIVED="\$ until test -s one/where; do sleep 0.1; done
\$ gossip-send -L genesis \$(cat one/where) <payment
\$ until grep -qf payment heard; do sleep 0.1; done
\$ gossip-send -L genesis \$(cat one/where) <block
\$ until grep -q '^block 1 ' heard && tail -n 1 heard | cmp -s - payment; do sleep 0.1; done
\$ grep -v '^peer ' heard | cmp - \"\$HERE\"/sent
\$ kill \$node \$two; wait \$node \$two"

ssh_server() {
    need ssh ssh-keygen
    sshd=$(PATH=/usr/sbin:/sbin:$PATH command -v sshd) || skip 'sshd (openssh-server) is not here'
    # Where no sshd was ever started as a service, its empty folder is not there yet. It stays: another run of this
    # file may need it by now.
    if [ "$(id_number)" -eq 0 ]; then
        mkdir -p /run/sshd
    fi
    mkdir far
    ssh-keygen -q -t ed25519 -N '' -f host_key
    ssh-keygen -q -t ed25519 -N '' -f user_key
    cp user_key.pub authorized_keys
    echo "far $(cut -d ' ' -f 1,2 host_key.pub)" >known_hosts
    cat >sshd_config <<END
HostKey $PWD/host_key
PidFile none
AuthorizedKeysFile $PWD/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
SetEnv PATH=$PATH
ForceCommand cd $PWD/far && sh -c "\$SSH_ORIGINAL_COMMAND"
END
    # One server for each connection, on a pipe: so there is no port that another could have.
    cat >ssh_config <<END
Host far
    ProxyCommand $sshd -i -e -f $PWD/sshd_config 2>>$PWD/sshd.log
    User $(command id -un)
    IdentityFile $PWD/user_key
    IdentitiesOnly yes
    UserKnownHostsFile $PWD/known_hosts
    StrictHostKeyChecking yes
    BatchMode yes
END
    printf '#!/bin/sh\nexec %s -F %s "$@"\n' "$(command -v ssh)" "$PWD/ssh_config" >bin/ssh
    chmod +x bin/ssh
    ssh far true || skip "this account cannot come in by ssh: $(tail -n 1 sshd.log)"
}

@test "over ssh: two ledgers take from each other, two networks become one" {
    ssh_server
    ssh far pwd | grep -qx "$PWD/far"
    # each side has a block that the other lacks
    cp work/genesis work/payment far
    cp work/genesis far/ledger
    mine -l far/ledger -m "$(account work/bob)" -n 2 </dev/null | ledger-append -q far/ledger
    ledger-append -q work/ledger <work/block
    mkdir far/two
    run_section 'Over ssh' "$LISTENER
\$ mkdir one; cp genesis one/ledger; cp two.at \$HERE/far/two/where" "\$ node=\$!
\$ ledger-chain ledger | cmp - \"\$HERE/far/ledger\"
\$ test \$(grep -c '^block ' ledger) -eq 4
$ARRIVED"
}

@test "over Redis Streams: what one node has comes to another, blocks in one piece" {
    need redis-server redis-cli
    redis-server --port 0 --unixsocket "$PWD/redis.sock" --save '' --appendonly no --dir "$PWD" \
        --logfile "$PWD/redis.log" >/dev/null 3>&- &
    echo $! >redis.pid
    printf '#!/bin/sh\nexec %s -s %s "$@"\n' "$(command -v redis-cli)" "$PWD/redis.sock" >bin/redis-cli
    chmod +x bin/redis-cli
    eventually test -S redis.sock
    run_section 'Over Redis Streams' "$LISTENER
\$ mkdir one two; cp genesis one/ledger; cp two.at two/where" "\$ node=\$!
$ARRIVED"
    # one entry a record: a block is one
    redis-cli --raw XRANGE records - + >entries
    [ "$(grep -cx record entries)" -eq "$(grep -c '^\(peer\|tx\|block\) ' entries | awk '{ print $1 - 1 }')" ]
    redis-cli --raw XREVRANGE records + - COUNT 1 | grep ' ' | cmp - work/block
}

@test "by hand: a plain listener is spoken to with nc" {
    need nc
    nc -h 2>&1 | grep -q OpenBSD || skip 'nc is not that of OpenBSD'
    section 'By hand' | grep -q ' nc '
    run_section 'By hand' '$ ls' '$ ls'
}

@test "an example that does not do what the page says is found" {
    mkdir man
    printf '.Ss Over x\n.\\" norun: why\n.Bd -literal\n$ echo ssh x\nssh y\n.Ed\n.Ss Next\n' >man/peerutils.7
    mkdir -p t && ln -s "$ROOT/t/lib" t/lib
    ROOT=$PWD
    refute run_section 'Over x' '$ true' '$ true'
    sed -i 's/ssh y/ssh x/' man/peerutils.7
    run_section 'Over x' '$ true' '$ true'
}
