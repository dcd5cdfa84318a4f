#!/bin/sh
# fuzz.sh FOLDER SECONDS NAME...: runs FOLDER/fuzz-NAME for each NAME, for so many seconds, one a processor.
#
# It starts from t/fuzz/corpus/NAME, with the words of t/fuzz/NAME.dict, and keeps what it finds on the way in
# FOLDER/corpus/NAME. Input that breaks something is FOLDER/broken-NAME-..., and then the status is 1. Of
# each it says the runs made and the coverage reached.
set -eu
folder=$1 seconds=$2
shift 2

# The coverage at the end: edges of the program, and features (edges with how often, values compared).
reached() {
    sed -n 's/^.* cov: \([0-9]*\) ft: \([0-9]*\) .*/, \1 edges, \2 features/p' "$1" | tail -n 1
}

one() {
    name=$1 log=$folder/$1.log
    mkdir -p "$folder/corpus/$name" "t/fuzz/corpus/$name"
    dict=t/fuzz/$name.dict
    [ -e "$dict" ] || dict=
    if "$folder/fuzz-$name" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -verbosity=1 \
        -artifact_prefix="$folder/broken-$name-" ${dict:+"-dict=$dict"} \
        "$folder/corpus/$name" "t/fuzz/corpus/$name" >"$log" 2>&1; then
        printf '%s: %s%s\n' "$name" "$(grep '^Done ' "$log")" "$(reached "$log")"
    else
        cat "$log"
        printf '%s: broken\n' "$name"
        return 1
    fi
}

if [ $# -eq 1 ]; then
    one "$1"
else
    printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 "$0" "$folder" "$seconds"
fi
