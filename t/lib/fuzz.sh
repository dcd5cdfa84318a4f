#!/bin/sh
# fuzz.sh FOLDER SECONDS NAME...: runs FOLDER/fuzz-NAME for each NAME, for so many seconds, one a processor; or until
# $FUZZ_RUNS inputs were tried, if that is set.
#
# It starts from t/fuzz/corpus/NAME, with the words of t/fuzz/NAME.dict, and keeps what it finds on the way in
# FOLDER/corpus/NAME. Input that breaks something is FOLDER/broken-NAME-..., and then the status is 1. Of
# each it says when it is done; and in the end, in a table, the executions and the coverage that was reached:
# edges of the program, of how many, and features (edges with how often, values compared).
set -eu
folder=$1 seconds=$2
shift 2

# One row of the table, from what the run said.
row() {
    awk -v name="$1" '
        / inline 8-bit counters/ { match($0, /[0-9]+ inline/); all = substr($0, RSTART, RLENGTH) + 0 }
        / cov: [0-9]+ ft: [0-9]+ / {
            for (i = 1; i < NF; i++) {
                if ($i == "cov:") edges = $(i + 1)
                if ($i == "ft:") features = $(i + 1)
                if ($i == "corp:") kept = $(i + 1) + 0
            }
        }
        /^Done [0-9]+ runs/ { runs = $2; took = $5 > 0 ? $5 : 1; done = 1 }
        END {
            if (!done) printf "%s\tbroken\n", name
            else printf "%s\t%d\t%d\t%d\t%d\t%d\t%d\n", name, runs, runs / took, edges, all, features, kept
        }' "$folder/$1.log"
}

table() {
    for name; do
        row "$name"
    done | awk -F '\t' '
        BEGIN {
            form = "%-12s %12s %9s %7s %7s %9s %8s\n"
            printf form, "target", "executions", "a second", "edges", "of", "features", "inputs"
        }
        { printf form, $1, $2, $3, $4, $5, $6, $7; sum += $2 }
        END { printf form, "all", sprintf("%d", sum), "", "", "", "", "" }' | sed 's/ *$//'
}

one() {
    name=$1 log=$folder/$1.log
    mkdir -p "$folder/corpus/$name" "t/fuzz/corpus/$name"
    dict=t/fuzz/$name.dict
    [ -e "$dict" ] || dict=
    if "$folder/fuzz-$name" -max_total_time="$seconds" ${FUZZ_RUNS:+"-runs=$FUZZ_RUNS"} -timeout=20 -rss_limit_mb=2048 -verbosity=1 \
        -artifact_prefix="$folder/broken-$name-" ${dict:+"-dict=$dict"} \
        "$folder/corpus/$name" "t/fuzz/corpus/$name" >"$log" 2>&1; then
        row "$name" | awk -F '\t' '{ print $1 ": " $2 " executions, " $4 " edges, " $6 " features" }'
    else
        cat "$log"
        printf '%s: broken\n' "$name"
        echo broken >>"$log"
        return 1
    fi
}

if [ $# -eq 1 ]; then
    one "$1"
else
    status=0
    printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 "$0" "$folder" "$seconds" || status=1
    table "$@"
    exit $status
fi
