# bats file_tags=slow
load lib/common
load lib/mesh

# PBFT on a real network: four processes with TLS between them, and their disks.

MESH_ENGINE=pbft
MESH_SETTINGS=(timeout=1000 heartbeat=100)

setup() {
    fresh_folder
    members 4
}

teardown() {
    end_members
}

in_one_order() { # COUNT
    has_lines "$1" out1 out2 out3 out4 && cmp out1 out2 && cmp out2 out3 && cmp out3 out4
}

@test "four members make one order; after SIGKILL of all it is still there" {
    for i in 1 2 3 4; do begin $i; done
    for i in 1 2 3 4; do give $i "one of $i" "two of $i"; done
    eventually in_one_order 8
    sort out1 | cmp - <(printf '%s\n' 'one of '{1..4} 'two of '{1..4})
    for i in 1 2 3 4; do kill_member $i; done
    cp out1 before
    for i in 1 2 3 4; do begin $i; done
    give 2 after
    for i in 1 2 3 4; do eventually grep -Fxq after out$i; done
    awk '!seen[$0]++' out1 | cmp - <(cat before && echo after)
}

@test "a killed primary is replaced, and learns when it comes back what was decided meanwhile" {
    for i in 1 2 3 4; do begin $i; done
    give 2 first
    eventually in_one_order 1
    kill_member 1
    give 3 second
    eventually has_lines 2 out2 out3 out4
    cat told? | grep -q '^mesh: leader [1-9][0-9]* n[2-4]$'
    begin 1
    give 1 third
    eventually grep -Fxq third out1
    grep -Fxq second out1
}
