# bats file_tags=slow
load lib/common
load lib/mesh

# Paxos on a real network: three processes with TLS between them, and their disks.

MESH_ENGINE=paxos

setup() {
    fresh_folder
    members 3
}

teardown() {
    end_members
}

in_one_order() { # COUNT
    has_lines "$1" out1 out2 out3 && cmp out1 out2 && cmp out2 out3
}

@test "three members make one order of what each is given; after SIGKILL of all three it is still there" {
    for i in 1 2 3; do begin $i; done
    eventually find_leader
    for i in 1 2 3; do give $i "one of $i" "two of $i"; done
    eventually in_one_order 6
    sort out1 | cmp - <(printf "%s\n" "one of 1" "one of 2" "one of 3" "two of 1" "two of 2" "two of 3")
    for i in 1 2 3; do kill_member $i; done
    cp out1 before
    : >told1 && : >told2 && : >told3
    for i in 1 2 3; do begin $i; done
    eventually find_leader
    give 2 after
    eventually grep -Fxq after out1
    eventually grep -Fxq after out2
    eventually grep -Fxq after out3
    awk '!seen[$0]++' out1 | cmp - <(cat before && echo after)
}

@test "a killed leader is replaced, and learns when it comes back what was decided meanwhile" {
    for i in 1 2 3; do begin $i; done
    eventually find_leader
    give 1 first
    eventually in_one_order 1
    was=$leader
    kill_member "$was"
    eventually other_leads "$was"
    give "$leader" second
    eventually has_lines 2 "out$leader"
    begin "$was"
    give "$was" third
    eventually grep -Fxq third "out$was"
    grep -Fxq second "out$was"
}

@test "a member whose disk is gone asks the others, and then votes again" {
    for i in 1 2 3; do begin $i; done
    eventually find_leader
    give "$leader" first
    eventually in_one_order 1
    was=$((leader % 3 + 1))
    kill_member $was
    rm -r "log$was"
    begin $was
    eventually grep -Eq '^mesh: recovered ' "told$was"
    give $was second
    eventually grep -Fxq second "out$leader"
}
