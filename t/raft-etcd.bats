load lib/common

# etcd's directives about Raft (Apache-2.0), read where they lie: they are no part of the project.

FIXTURES=$ROOT/../shared/vectors/raft

agree() { # KIND COUNT
    [ -d "$FIXTURES/$1" ] || skip "no ../shared/vectors/raft/$1"
    expect 0 timeout 60 "$BIN/.t/raftetcd" "$1" "$FIXTURES/$1"/*.txt
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
