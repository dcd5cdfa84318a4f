load lib/common

# etcd's directives about Raft (Apache-2.0), read where they lie: they are no part of the project.

FIXTURES=$ROOT/../shared/vectors/raft

agree() { # KIND COUNT
    [ -d "$FIXTURES/$1" ] || skip "no ../shared/vectors/raft/$1"
    expect 0 timeout 300 "$BIN/.t/raftetcd" "$1" "$FIXTURES/$1"/*.txt
    grep -qx "$2 of $2 agree" "$out"
}

@test "majorities and votes, also joint: all directives agree as text" {
    agree quorum 127
}

@test "changes of members, simple and joint: all directives agree as text" {
    agree confchange 58
}

@test "a directive that asks for something else is told" {
    printf 'vote cfg=(1,2,3) votes=(y,y,_)\n----\nVoteLost\n\n' >wrong
    expect 1 "$BIN/.t/raftetcd" quorum wrong
    grep -qx '0 of 1 agree' "$out"
    says '^VoteWon$'
}

# What differs in the scripts that do not agree as a whole.
why() { # FILE
    case $1 in
    *remove_leader* | *add_double_auto*) echo 'a change of members takes effect when its entry is in the log, there when it is committed' ;;
    *add_single_explicit*) echo 'a change that is refused leaves nothing in the log, there an empty entry' ;;
    forget_leader_read_only_lease_based.txt) echo 'with leases, there, a follower does not forget its leader' ;;
    prevote.txt) echo 'with prevote alone, too, a node that hears a leader votes for nobody else' ;;
    *) return 1 ;;
    esac
}

@test "interaction scripts: terms, votes, commits, entries, roles and messages of elections" {
    [ -d "$FIXTURES/interaction" ] || skip 'no ../shared/vectors/raft/interaction'
    expect 0 timeout 300 "$BIN/.t/raftscripts" "$FIXTURES"/interaction/*.txt
    grep -qx '114 of 132 agree' "$out"
    sed -n 's/^\(.*\.txt\): \([0-9]*\) of \([0-9]*\) agree.*/\1 \2 \3/p' "$out" | while read -r file agreed compared; do
        [ "$agreed" -eq "$compared" ] || echo "# $file: $agreed of $compared agree: $(why "$file")" >&3
    done
    sed -n 's/^\(.*\.txt\): .* up to: /# \1: not replayed from here: /p' "$out" >&3
}
