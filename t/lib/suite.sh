#!/usr/bin/env bash
# suite.sh KIND:FOLDER...: runs the bats files of $TESTS against each of these builds; a line a file as it
# ends, what failed in full, and in the last line the sum: N passed, N failed, N skipped.
#
# KIND is plain, address or thread. In the last two $SANITIZE says so to the tests, and what a sanitizer
# reports counts as a failure even if the test did not see it. A file runs beside others, three a
# processor, all its tests in turn. What it says of itself in a line `# bats file_tags=...` is heeded:
#
#   slow      starts early, and is left out under sanitizers (a single test with test_tags=slow, too)
#   long      starts early, so that the others run beside it
#   threads   runs under ThreadSanitizer, where nothing else does (test_tags=threads: that test alone)
#   alone     runs when all others have ended, with both processors for itself
#
# Where few files failed, each is run once more by itself, when all others have ended: a busy machine can make a test
# wait in vain. What it says then counts, and that it failed at first is told in the sum. What a sanitizer reported
# is never taken back.
set -euo pipefail
export LC_ALL=C

ALL=$0
: "${TESTS:=$(echo t/*.bats)}"

# More failed files than this are no matter of a busy machine.
FORGIVEN=3

# What a test may take before it counts as hanging, and a file.
TEST_SECONDS=300
FILE_SECONDS=900

# --- One file against one build ------------------------------------------------------------------------

sanitizer_options() { # KIND
    local common="exitcode=99:log_path=$report"
    case $1 in
    plain) return ;;
    address) filter='!slow' ;;
    thread) filter='threads,!slow' ;;
    esac
    export SANITIZE=$1
    export ASAN_OPTIONS="$common:detect_leaks=1:verify_asan_link_order=0"
    export LSAN_OPTIONS="exitcode=99"
    export UBSAN_OPTIONS="$common:print_stacktrace=1"
    export TSAN_OPTIONS="$common:suppressions=$PWD/t/lib/tsan.supp"
}

# Sums up a TAP file: passed, failed, skipped. Tests that never came to their end failed.
count() { # TAP STATUS
    awk -v status="$2" '
        /^1\.\.[0-9]+$/ { planned = substr($0, 4) }
        /^ok /          { if (/ # skip/) skipped++; else passed++ }
        /^not ok /      { failed++ }
        END {
            if (planned > passed + failed + skipped)
                failed = planned - passed - skipped
            if (status && !failed)
                failed = 1
            print passed + 0, failed + 0, skipped + 0
        }' "$1"
}

# The failed tests with all that they said; or everything, where what failed was no test.
show_failures() { # TAP
    awk '/^not ok / { on = 1 } /^ok / { on = 0 } on' "$1" | grep . || cat "$1"
}

show_reports() {
    local file
    for file in "$report".*; do
        echo "--- the sanitizer's report"
        cat "$file"
    done
}

run_one() { # KIND:FOLDER FILE
    local kind=${1%%:*} folder=${1#*:} file=$2 filter='' status=0 passed failed skipped
    local name=${kind}_${file##*/}
    local tap=$WORK/$name.tap report=$WORK/$name.report start=$EPOCHREALTIME
    sanitizer_options "$kind"
    BIN=$(cd "$folder" && pwd)
    export BIN BATS_TEST_TIMEOUT=$TEST_SECONDS
    timeout -k 5 "$FILE_SECONDS" bats --formatter tap ${filter:+--filter-tags "$filter"} "$file" \
        >"$tap" 2>&1 </dev/null || status=$?
    read -r passed failed skipped < <(count "$tap" "$status")
    if compgen -G "$report.*" >/dev/null && [ "$failed" -eq 0 ]; then
        failed=1
    fi
    tell >"$WORK/$name.told"
    flock "$WORK/lock" cat "$WORK/$name.told"
}

tell() {
    local seconds word=ok
    [ "$failed" -eq 0 ] || word=FAILED
    seconds=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
    printf '%-7s %-8s %-28s %4d passed %3d failed %3d skipped %7s s\n' \
        "$word" "$kind" "$file" "$passed" "$failed" "$skipped" "$seconds"
    printf '%s %s %s %s %s %s\n' "$passed" "$failed" "$skipped" "$seconds" "$kind" "$file" >"$WORK/$name.row"
    [ "$failed" -eq 0 ] || show_failures "$tap"
    ! compgen -G "$report.*" >/dev/null || show_reports
}

# --- Which files against which builds, and in what order ----------------------------------------------------

has_tag() { # TAG FILE
    grep -Eq "^ *# bats (file|test)_tags=(.*[, ])?$1([, ].*)?\$" "$2"
}

is_all() { # TAG FILE
    grep -Eq "^# bats file_tags=(.*[, ])?$1([, ].*)?\$" "$2"
}

is_all_slow() { # FILE
    is_all slow "$1"
}

wanted() { # KIND FILE
    case $1 in
    plain) return ;;
    address) ! is_all_slow "$2" ;;
    thread) has_tag threads "$2" && ! is_all_slow "$2" ;;
    esac
}

# On some kernels ThreadSanitizer does not find the memory where it wants it.
thread_works() {
    [ -z "${works-}" ] || return "$works"
    works=0
    { echo 'int main(void){return 0;}' | ${CC:-cc} -xc -fsanitize=thread -o "$WORK/tsan" - &&
        "$WORK/tsan"; } >/dev/null 2>&1 || works=$?
    [ "$works" -eq 0 ] || echo 'ThreadSanitizer does not work here: its share is left out' >&2
    return "$works"
}

# "RANK SIZE KIND:FOLDER FILE": the slow and the long first, and the large early, so that the last to end is a short one.
jobs_of() { # KIND:FOLDER...
    local build file
    for build in "$@"; do
        [ "${build%%:*}" != thread ] || thread_works || continue
        for file in $TESTS; do
            wanted "${build%%:*}" "$file" || continue
            if has_tag alone "$file"; then
                printf '3 '
            elif is_all_slow "$file" || is_all long "$file"; then
                printf '1 '
            else
                printf '2 '
            fi
            printf '%s %s %s\n' "$(wc -c <"$file")" "$build" "$file"
        done
    done | sort -k1,1n -k2,2nr
}

run_jobs() { # FIRST-RANK LAST-RANK AT-ONCE
    awk -v first="$1" -v last="$2" '$1 >= first && $1 <= last { print $3, $4 }' "$WORK/jobs" |
        xargs -r -P "$3" -n 2 "$ALL" --one
}

failed_files() {
    cat "$WORK"/*.row | awk '$2 > 0 { print $5, $6 }'
}

once_more() {
    local kind file
    [ "$(failed_files | wc -l)" -le "$FORGIVEN" ] || return 0
    failed_files | while read -r kind file; do
        ! compgen -G "$WORK/${kind}_${file##*/}.report.*" >/dev/null || continue
        echo "$file ($kind)" >>"$WORK/again"
        awk -v kind="$kind:" -v file="$file" '$4 == file && index($3, kind) == 1 { print $3, $4 }' "$WORK/jobs"
    done >"$WORK/failed"
    xargs -r -n 2 "$ALL" --one <"$WORK/failed"
}

sum_up() {
    local tap
    printf '\nslowest:'
    cat "$WORK"/*.row | sort -k4,4nr | head -n 5 |
        awk '{ printf "%s %s s %s (%s)", (NR > 1 ? "," : ""), $4, $6, $5 } END { print "" }'
    for tap in "$WORK"/*.tap; do
        sed -n 's/^ok .* # skip *(\{0,1\}\(.*[^)]\))\{0,1\}$/\1/p' "$tap"
    done | sort | uniq -c | sed 's/^ */skipped: /'
    [ ! -e "$WORK/again" ] || sed 's/^/failed at first, run once more: /' "$WORK/again"
    cat "$WORK"/*.row | awk '
        { passed += $1; failed += $2; skipped += $3 }
        END {
            printf "%d passed, %d failed%s\n", passed, failed, (skipped ? ", " skipped " skipped" : "")
            exit (failed > 0 || passed == 0)
        }'
}

if [ "$1" = --one ]; then
    run_one "$2" "$3"
    exit 0
fi

WORK=$(mktemp -d)
export WORK TESTS
trap 'rm -rf "$WORK"' EXIT
unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES # what tests make is none of this make's business
: >"$WORK/none.row"
jobs_of "$@" >"$WORK/jobs"
run_jobs 1 2 "$(($(nproc) * 2))" # most of them wait longer than they work
run_jobs 3 3 1
once_more
sum_up
