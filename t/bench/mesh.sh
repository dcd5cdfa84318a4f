# shellcheck shell=bash
# The theme `mesh', sourced by t/bench/run: three members on this machine, TLS between them, beside three of etcd, which
# h2load drives. Both sync each commit on a quorum before they answer.

mesh_settings='election=1000 heartbeat=100'
mesh_engine=raft
mesh_count=3
mesh_pid=()

# Members in this folder: keys and the file of members.
mesh_members() { # FOLDER
    local i base=$((20000 + RANDOM % 9000))
    mkdir -p "$1"
    for ((i = 1; i <= mesh_count; i++)); do
        (cd "$1" && keygen "n$i" >/dev/null 2>&1 && mkfifo "in$i" "out$i")
        echo "127.0.0.1:$((base + i)) $(cut -d ' ' -f 2 "$1/n$i.pub") n$i"
    done >"$1/members"
}

mesh_member() { # FOLDER NUMBER
    (
        cd "$1" || exit
        # shellcheck disable=SC2086 # words
        exec mesh -v -L -C "control$2" -k "n$2.key" members -- "$mesh_engine" -d "log$2" $mesh_settings \
            <>"in$2" >"out$2" 2>>"told$2"
    ) &
    mesh_pid[$2]=$!
    started="$started $!"
}

# The number of the member that leads in the newest term.
mesh_leader() { # FOLDER
    local leader try
    for ((try = 0; try < 600; try++)); do
        leader=$(cat "$1"/told? | sed -n 's/^mesh: leader \([0-9]*\) n\([0-9]\)$/\1 \2/p' | sort -n | tail -n 1)
        [ -z "$leader" ] || { echo "${leader#* }" && return; }
        sleep 0.05
    done
    return 1
}

# Someone reads what each member prints: all but the leader's goes nowhere.
mesh_start() { # FOLDER
    local i
    mesh_members "$1"
    for ((i = 1; i <= mesh_count; i++)); do
        # The reader's end is held open, so that whoever reads may come and go.
        sleep 900 <>"$1/out$i" &
        started="$started $!"
        mesh_member "$1" "$i"
    done
    # the primary of PBFT's first view is the first member
    leader=1
    [ "$mesh_engine" != raft ] || leader=$(mesh_leader "$1")
    for ((i = 1; i <= mesh_count; i++)); do
        [ "$i" = "$leader" ] || { cat "$1/out$i" >/dev/null & started="$started $!"; }
    done
}

mesh_syncs() { # FOLDER MEMBER
    local before try
    before=$(grep -c ' log saves ' "$1/told$2" || :)
    echo log >"$1/control$2"
    for ((try = 0; try < 200; try++)); do
        [ "$(grep -c ' log saves ' "$1/told$2" || :)" -le "$before" ] || break
        sleep 0.02
    done
    sed -n 's/.* log saves .* syncs //p' "$1/told$2" | tail -n 1
}

# --- etcd ---------------------------------------------------------------------------------------------------

etcd_start() { # FOLDER
    local i base=$((30000 + RANDOM % 9000)) all=''
    mkdir -p "$1"
    for i in 1 2 3; do all="$all,m$i=http://127.0.0.1:$((base + 10 + i))"; done
    for i in 1 2 3; do
        timeout 900 etcd --name "m$i" --data-dir "$1/m$i" --log-level error \
            --listen-client-urls "http://127.0.0.1:$((base + i))" --advertise-client-urls "http://127.0.0.1:$((base + i))" \
            --listen-peer-urls "http://127.0.0.1:$((base + 10 + i))" --initial-advertise-peer-urls "http://127.0.0.1:$((base + 10 + i))" \
            --initial-cluster "${all#,}" --initial-cluster-state new >>"$1/said$i" 2>&1 &
        started="$started $!"
    done
    etcd_port=$(etcd_leader "$base")
}

etcd_leader() { # BASE
    local i try
    for ((try = 0; try < 600; try++)); do
        for i in 1 2 3; do
            if curl -s "127.0.0.1:$(($1 + i))/metrics" | grep -qx 'etcd_server_is_leader 1'; then
                echo $(($1 + i))
                return
            fi
        done
        sleep 0.05
    done
    return 1
}

etcd_syncs() { curl -s "127.0.0.1:$etcd_port/metrics" | awk '/^etcd_disk_wal_fsync_duration_seconds_count/ { print $2 }'; }
etcd_revision() { ETCDCTL_API=3 etcdctl --endpoints "127.0.0.1:$etcd_port" get k -w json | sed 's/.*"revision":\([0-9]*\).*/\1/'; }

# A PutRequest of a 16-byte key and a 256-byte value, framed for gRPC.
put_request() {
    printf '\000\000\000\001\025\012\020aaaaaaaaaaaaaaaa\022\200\002'
    head -c 256 /dev/zero | tr '\0' x
}

# --- In turn --------------------------------------------------------------------------------------------------

# Each prints: a second, median or mean, 99th percentile (both microseconds), syncs of the leader for each.
mesh_run() { # FOLDER CLIENTS RECORDS
    local before
    before=$(mesh_syncs "$1" "$leader")
    mesh_tag=$((${mesh_tag-0} + 1))
    timeout 300 meshload "$2" "$3" "run$mesh_tag" "$1/in$leader" "$1/out$leader" >load
    echo "$(cut -d ' ' -f 1-3 load) $(sum "($(mesh_syncs "$1" "$leader") - $before) / $3")"
}

etcd_run() { # CLIENTS PUTS
    local before revision rate
    before=$(etcd_syncs)
    revision=$(etcd_revision)
    timeout 300 h2load -n "$2" -c "$1" -m 1 -t 1 -d put.bin -H 'content-type: application/grpc' -H 'te: trailers' \
        --log-file=h2load.log "http://127.0.0.1:$etcd_port/etcdserverpb.KV/Put" >h2load.said
    [ "$(etcd_revision)" -eq $((revision + $2)) ] || echo 'bench: etcd has lost puts' >&2
    rate=$(sed -n 's/^finished in .*, \([0-9.]*\) req.s,.*/\1/p' h2load.said)
    echo "$rate $(sort -n -k 3 h2load.log | awk '{ a[NR] = $3 } END { print a[int((NR + 1) / 2)], a[int(NR * 0.99)] }')" \
        "$(sum "($(etcd_syncs) - $before) / $2")"
    rm -f h2load.log
}

mesh_pairs() { # PLACE NAME
    local clients round count goal
    for ((round = 1; round <= rounds; round++)); do
        for clients in 1 16 64; do
            count=$((clients == 1 ? 600 : clients == 16 ? 6000 : 9000))
            mesh_run "$1/ours" "$clients" "$count" >>"$2.ours.$clients"
            etcd_run "$clients" "$count" >>"$2.etcd.$clients"
        done
    done
    for ((round = 1; round <= rounds; round++)); do
        mesh_ledger "$1/ours" "$2.empty.$round" 100 0 >>"$2.blocks.0"
        mesh_ledger "$1/ours" "$2.full.$round" 20 1000 >>"$2.blocks.1000"
    done
    for count in 0 1000; do
        row "a ledger's blocks of $count payments, $2: a second" "$(median_of <"$2.blocks.$count")" "$(cut -d ' ' -f 1 "$2.etcd.1" | median_of)"
    done
    for clients in 1 16 64; do
        goal=$((clients == 1 ? 1 : clients == 16 ? 2 : 3))
        [ "$2" = disk ] && goal=">= $goal" || goal=''
        of() { cut -d ' ' -f "$2" "$1.$clients" | median_of; }
        row "$clients client$([ "$clients" -eq 1 ] || echo s), $2: commits a second" "$(of "$2.ours" 1)" "$(of "$2.etcd" 1)" "$goal"
        row "... 99th percentile, ms" "$(sum "$(of "$2.ours" 3) / 1000")" "$(sum "$(of "$2.etcd" 3) / 1000")"
        row "... syncs of the leader for each" "$(of "$2.ours" 4)" "$(of "$2.etcd" 4)"
    done
}

# Blocks a second of a ledger that the mesh orders, so many payments in each: the leader seals the next block when it
# has the last. NAME is a chain of its own.
mesh_ledger() { # FOLDER NAME BLOCKS PAYMENTS
    local i began block
    (
        cd "$1" || exit
        [ -e alice.key ] || keygen -s 'bench alice' alice >/dev/null 2>&1
        # shellcheck disable=SC2094 # the name of the chain is that of the file
        ledger-init -n "$2" -S sign -p 1 -M <(cat n?.pub) -s 1 -b 1000000 -T 1700000000 alice 1000000000 >"$2"
        for ((i = 1; i <= $3; i++)); do
            seq "$4" | sed 's/.*/alice 1/' | txmake -l "$2" -f alice -s $(((i - 1) * $4)) | txsign -k alice.key >"$2.$i"
        done
        mkfifo "$2.came"
        ledger-append -op "$2" <"out$leader" > >(grep --line-buffered '^block ' >"$2.came") &
        exec 8<"$2.came"
        began=$EPOCHREALTIME
        for ((i = 1; i <= $3; i++)); do
            seal -o -T $((1700000000 + i)) -r "$2.sealed" -k "n$leader.key" "$2" <"$2.$i" >"in$leader"
            read -r -t 60 block <&8 && [ "$(cut -d ' ' -f 2 <<<"$block")" -eq "$i" ] || exit
        done
        awk -v blocks="$3" -v seconds="$(sum "$EPOCHREALTIME - $began")" 'BEGIN { print blocks / seconds }'
        exec 8<&-
        kill $!
    )
}

# How often a member has said that it leads, or whom it follows.
mesh_roles() { grep -cE '^mesh: (leader|follower) ' "$1/told$2" || :; } # FOLDER MEMBER

# From SIGKILL of the leader to the next commit, in milliseconds: a record is always on its way at a member that stays,
# and the one that waits longest was on its way then.
mesh_failover() { # FOLDER TIMES
    local i other try said load
    for ((i = 1; i <= $2; i++)); do
        leader=$(mesh_leader "$1")
        other=$((leader % 3 + 1))
        timeout 60 meshload 1 400 "over$i" "$1/in$other" "$1/out$other" >"over.$i" &
        load=$!
        sleep "0.0$((5 + RANDOM % 5))"
        said=$(mesh_roles "$1" "$leader")
        kill -KILL "${mesh_pid[leader]}"
        wait "${mesh_pid[leader]}" 2>/dev/null || :
        wait "$load" || return
        mesh_member "$1" "$leader"
        for ((try = 0; try < 600; try++)); do
            [ "$(mesh_roles "$1" "$leader")" -eq "$said" ] || break
            sleep 0.05
        done
    done
    cat over.[0-9]* | awk '{ print $4 / 1000 }' >failover
}

mesh_theme() {
    local place word
    for word in etcd etcdctl h2load curl; do
        command -v "$word" >/dev/null || { echo "mesh: no $word here: left out" && return 0; }
    done
    put_request >put.bin
    elsewhere=$(mktemp -d /dev/shm/peerutils-bench.XXXXXX)
    head_of "Three members, 256-byte records, on this machine" mesh etcd
    for place in disk memory; do
        cd "$work"
        [ "$place" = disk ] && where=$work || where=$elsewhere
        mesh_start "$where/ours"
        etcd_start "$where/etcd"
        mesh_pairs "$where" "$place"
        end_started
    done
    cd "$work"
    mesh_settings=''
    mesh_members over
    for place in 1 2 3; do
        sleep 900 <>"over/out$place" &
        started="$started $!"
        mesh_member over "$place"
    done
    head_of 'SIGKILL of the leader to the next commit, 50 times, ms' median worst
    mesh_failover over 50
    row 'as raft is set by default' "$(median_of <failover)" "$(sort -n failover | tail -n 1)"
    end_started
    rm -rf "$elsewhere"
    elsewhere=''
}
