# shellcheck shell=bash
# The theme `agreement', sourced by t/bench/run: one record agreed on by those who bear one that stops, or one that lies,
# in one table. What a commit takes is counted in netsim(1), where nothing else is sent; the rest is measured on this
# machine, each system in a network of its own, whose loopback counts packets and bytes: TLS, TCP and, with etcd, the
# client's requests are among them.

lo_count() { awk '$1 == "lo:" { print $3, $2 }' /proc/net/dev; }

# agreement_rates FOLDER RUN: prints commits a second, median and 99th percentile in microseconds, packets and bytes a
# commit, all with one client; and commits a second with 64. RUN is called with the folder, clients, records.
agreement_rates() {
    local rate median worst rest packets bytes packets_then bytes_then
    "$2" "$1" 1 50 >/dev/null
    read -r packets bytes < <(lo_count)
    read -r rate median worst rest < <("$2" "$1" 1 400)
    read -r packets_then bytes_then < <(lo_count)
    echo "$rate $median $worst $(sum "($packets_then - $packets) / 400") $(sum "($bytes_then - $bytes) / 400")" \
        "$("$2" "$1" 64 6000 | cut -d ' ' -f 1)"
}

agreement_etcd_run() { etcd_run "$2" "$3"; } # FOLDER CLIENTS RECORDS

# Blocks of 4 members: the same figures, with an empty block for a commit; and payments a second in blocks of 1,000.
agreement_blocks() {
    local packets bytes packets_then bytes_then height
    bft_begin 4 0 1000000
    until [ "$(bft_height)" -ge 3 ]; do sleep 0.05; done
    height=$(bft_height)
    read -r packets bytes < <(lo_count)
    bft_measure 60 >idle
    read -r packets_then bytes_then < <(lo_count)
    height=$(($(bft_height) - height))
    sed -n 's/^agreed //p' measured | sort -n | awk '{ a[NR] = $1 * 1000 } END { print a[int((NR + 1) / 2)], a[int(NR * 0.99)] }' >took
    bft_end
    rm -rf n? m?.* alice.*
    bft_begin 4 16000 343000
    bft_measure 10 >full
    bft_end
    echo "$(cut -d ' ' -f 1 idle) $(cat took) $(sum "($packets_then - $packets) / $height") $(sum "($bytes_then - $bytes) / $height")" \
        "$(awk '{ print $1 * $4 }' full)"
}

# One system, in a network where nobody else is: the line of agreement_rates.
agreement_of() { # SYSTEM FOLDER
    ip link set lo up
    mkdir "$2" && cd "$2" || return
    trap end_started EXIT
    case $1 in
    raft) mesh_start . && agreement_rates . mesh_run ;;
    pbft) mesh_engine=pbft mesh_count=4 mesh_settings='timeout=5000 heartbeat=100' && mesh_start . && agreement_rates . mesh_run ;;
    etcd) put_request >put.bin && etcd_start . && agreement_rates . agreement_etcd_run ;;
    tendermint) agreement_blocks ;;
    esac
}

agreement_row() { # WHAT BEARS SYSTEM [NODES [SETTING...]]
    local what=$1 bears=$2 system=$3 messages=- bytes=- delays=-
    shift 3
    [ $# -eq 0 ] || read -r messages bytes delays < <(of_a_record "$1" "$system" "${@:2}")
    of() { cut -d ' ' -f "$1" "agreement.$system" | median_of; }
    awk -v what="$what" -v bears="$bears" -v counted="$messages $bytes $delays" -v measured="$(of 4) $(of 5) $(of 2) $(of 3) $(of 1) $(of 6)" '
        function shown(x, unit) { return x == "-" ? "-" : sprintf(x / unit < 10 ? "%.1f" : "%.0f", x / unit) }
        BEGIN {
            split(counted, c, " ")
            split(measured, m, " ")
            printf "%-26s %-8s %8s %7s %6s %8s %8s %8s %8s %8s %8s\n", what, bears, shown(c[1], 1), shown(c[2], 1), shown(c[3], 1), \
                shown(m[1], 1), shown(m[2], 1), shown(m[3], 1000), shown(m[4], 1000), shown(m[5], 1), shown(m[6], 1)
        }'
}

agreement_theme() {
    local system round word
    for word in etcd etcdctl h2load curl ip; do
        command -v "$word" >/dev/null || { echo "agreement: no $word here: left out" && return 0; }
    done
    # shellcheck disable=SC2046 # names
    export -f $(compgen -A function)
    export work mesh_settings mesh_engine mesh_count
    for ((round = 1; round <= rounds; round++)); do
        for system in raft pbft tendermint etcd; do
            unshare -rn bash -euc 'started="" mesh_pid=() bft_group=(); agreement_of "$@"' bash "$system" "$work/$system.$round" >>"agreement.$system" ||
                { echo "agreement: $system: no network of its own, or it does not run: left out" && return 0; }
        done
    done
    printf '\n%s\n%-35s %23s %17s %17s %17s\n' 'Agreement on one record, f = 1' '' 'a commit in netsim:' 'on loopback:' 'ms until it is:' 'commits a second:'
    printf '%-26s %-8s %8s %7s %6s %8s %8s %8s %8s %8s %8s\n' '' bears messages bytes delays packets bytes median '99 %' '1' '64 *'
    agreement_row 'Raft, 3 (mesh)' 'a stop' raft 3 election=2000
    agreement_row 'etcd, 3' 'a stop' etcd
    agreement_row 'PBFT, 4 (mesh)' 'a lie' pbft 4 timeout=5000
    agreement_row 'Tendermint, 4 (validator)' 'a lie' tendermint 4 timeout=5000 resend=5000
    echo '* clients, of one record each; of the blocks, payments a second in blocks of 1,000'
}
