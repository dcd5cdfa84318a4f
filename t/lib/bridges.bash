# For tests of what pages show of carrying records by what people already run, and that needs more than these
# programs: blocks marked `norun' there are run here, as far as it is installed. Load it behind lib/ledger.
#
# A test has a folder bin in front of PATH, $HERE is where it runs, and work holds what a section begins with.

bridges_setup() {
    fresh_folder
    mkdir bin work
    export HERE=$PWD PATH=$PWD/bin:$PATH
}

bridges_teardown() {
    cd "$BATS_TEST_TMPDIR" || return 1
    if [ -e redis.pid ]; then kill "$(cat redis.pid)" || :; fi
}

# The blocks of a section of a page, none of them left out, as lines of a page.
section() { # PAGE TITLE
    awk -v title="$2" '
        /^\.S[hs] / { on = ($0 == ".Ss " title) }
        on && !/^\.\\" norun: /
    ' "$ROOT/man/$1"
}

# A block of a page. The lines on stdin are shell, with $ in front of commands.
block() {
    echo '.Bd -literal'
    sed 's/\\/\\e/g; s/^\./\\\&./; s/'\''/\\(aq/g'
    echo '.Ed'
}

# run_section PAGE TITLE BEFORE AFTER: the section between other commands, in a folder like that of the page. Where $edit
# is set, sed does this to it first: a test has not the time that an example may take.
run_section() {
    {
        printf '.Dd January 1, 2000\n.Dt X 7\n.Os\n.Sh X\n'
        printf '%s\n' "\$ cp \"\$HERE\"/work/* ." "$3" | block
        section "$1" "$2" | sed -e "${edit-}"
        printf '%s\n' "$4" | block
    } >page.7
    grep -q '^[$>] .*\(ssh\|redis-cli\|nc\|parallel\|xargs\|sbatch\|mine\) ' page.7
    timeout 1200 "$ROOT/t/lib/examples.sh" page.7
}

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

redis_server() {
    need redis-server redis-cli
    redis-server --port 0 --unixsocket "$PWD/redis.sock" --save '' --appendonly no --dir "$PWD" \
        --logfile "$PWD/redis.log" >/dev/null 3>&- &
    echo $! >redis.pid
    printf '#!/bin/sh\nexec %s -s %s "$@"\n' "$(command -v redis-cli)" "$PWD/redis.sock" >bin/redis-cli
    chmod +x bin/redis-cli
    eventually test -S redis.sock
}
