# The beginning of a trace of netsim, written by hand: three nodes, of which one is elected, up to the first partition.
trace_of_election() {
    cat <<'END'
# netsim -s 1 -e 'nodes 3' -e 'run <raft> & "more"'
0 start n1
0 start n2
0 start n3
10 event n1 campaign 1
10 propose n1 n1:1 a line
10 send n1 n2 1 vote 1	0 <0>
10 send n1 n3 2 vote 1	0 <0>
12 recv n2 n1 1
12 send n2 n1 3 voted 1 yes
13 drop n1 n3 2 loss
14 dup n2 n1 3 4
15 recv n1 n2 3
15 event n1 leader 1 n1
16 recv n1 n2 4
20 partition n1 n2 / n3
END
}
