# What the tests of meshes share; load it behind lib/common.

MESH_SETTINGS=(election=600 heartbeat=60)
MESH_ENGINE=raft
MESH_OPTIONS=(-L)
MESH_PID=()

# Members n1 to nCOUNT on loopback addresses of their own, of which the last LATER join later.
members() { # COUNT [LATER]
    local i net=$((RANDOM % 250 + 1)).$((RANDOM % 250 + 1))
    for ((i = 1; i <= $1; i++)); do
        [ -e "n$i.key" ] || keygen "n$i" >/dev/null
        echo "127.$net.$i:7000 $(cut -d ' ' -f 2 "n$i.pub") n$i$([ "$i" -le $(($1 - ${2-0})) ] || echo ' later')"
    done >members
}

# begin NUMBER [OPTION...]: starts a member; it reads inNUMBER, prints to outNUMBER, tells to toldNUMBER, and takes
# commands from controlNUMBER.
begin() {
    local i=$1 begun
    shift
    begun=$(begun "$i")
    [ -p "in$i" ] || mkfifo "in$i"
    "${MESH_INSIDE[@]}" mesh -v "${MESH_OPTIONS[@]}" -C "control$i" -k "n$i.key" "$@" members -- "$MESH_ENGINE" -d "log$i" "${MESH_SETTINGS[@]}" \
         <>"in$i" >>"out$i" 2>>"told$i" 3>&- &
    MESH_PID[i]=$!
    eventually has_begun "$i" "$begun"
}

# How often a member has said that it listens.
begun() { # NUMBER
    [ ! -e "told$1" ] || grep -c '^mesh: listening on ' "told$1" || :
}

has_begun() { # NUMBER BEFORE
    local now
    now=$(begun "$1")
    [ "${now:-0}" -gt "${2:-0}" ]
}

give() { # NUMBER LINE...
    printf '%s\n' "${@:2}" >"in$1"
}

has_lines() { # COUNT FILE...
    local file
    for file in "${@:2}"; do
        [ -e "$file" ] && [ "$(wc -l <"$file")" -ge "$1" ] || return 1
    done
}

# Which member leads in the newest term that anyone has told of: $leader.
find_leader() {
    leader=$(cat told* 2>/dev/null | sed -n 's/^mesh: leader \([0-9]*\) n\([0-9]*\)$/\1 \2/p' | sort -n | tail -n 1 | cut -d ' ' -f 2)
    [ -n "$leader" ]
}

# Whether some member other than this one leads, in a newer term than the newest when it was killed.
other_leads() { # NUMBER
    find_leader && [ "$leader" != "$1" ]
}

kill_member() { # NUMBER
    kill -KILL "${MESH_PID[$1]}"
    wait "${MESH_PID[$1]}" 2>/dev/null || :
}

end_member() { # NUMBER
    kill -TERM "${MESH_PID[$1]}"
    wait "${MESH_PID[$1]}"
}

end_members() {
    local i
    for i in "${!MESH_PID[@]}"; do
        kill -CONT "${MESH_PID[$i]}" 2>/dev/null || :
        kill -KILL "${MESH_PID[$i]}" 2>/dev/null || :
        wait "${MESH_PID[$i]}" 2>/dev/null || :
    done
}
