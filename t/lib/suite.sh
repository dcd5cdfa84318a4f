#!/usr/bin/env bash
# suite.sh KIND:FOLDER...: runs the bats files in $TESTS against each of these builds. It prints a line for each file
# when that ends, all output of tests that fail, and in the last line the sum: N passed, N failed, N skipped.
#
# KIND is one of
#
#   plain     the tests of `make test`
#   thorough  the tests that take too long for that, on the same build
#   address   the tests of `make test`, under AddressSanitizer and UndefinedBehaviorSanitizer
#   thread    the tests of whatever uses threads, under ThreadSanitizer
#
# Under a sanitizer, $SANITIZE tells the tests which, and anything that the sanitizer reports counts as a failure, even
# if the test did not notice. What a file with a failure in it printed stays in bin/.test, as KIND-FILE. Five files run at once on each processor; the tests in a file run one after another. Tags
# decide which tests run. A line `# bats file_tags=...` speaks for a whole file, `# bats test_tags=...` for the test that
# follows it:
#
#   thorough  runs as kind `thorough` only
#   slow      does not run under sanitizers: it takes too long, or most of it is programs in shell
#   threads   runs as kind `thread`, too
#   long      (files only) starts first, so that the last file to end is a short one
set -euo pipefail
export LC_ALL=C

ALL=$0
: "${TESTS:=$(echo t/*.bats)}"

# A file that takes this long hangs: ten times as long as any takes on a machine ten times too busy. (Not by
# BATS_TEST_TIMEOUT: a test that ends before bats has begun to count leaves a sleep behind, for which bats waits.)
FILE_SECONDS=3600

# --- Which tests ----------------------------------------------------------------------------------------

# What bats is to leave out and take, in the words of its --filter-tags.
filter_of() { # KIND
    case $1 in
    plain) echo '!thorough' ;;
    thorough) echo 'thorough' ;;
    address) echo '!thorough,!slow' ;;
    thread) echo 'threads,!thorough,!slow' ;;
    esac
}

has_tag() { # TAG FILE
    grep -Eq "^ *# bats (file|test)_tags=(.*[, ])?$1([, ].*)?\$" "$2"
}

file_has_tag() { # TAG FILE
    grep -Eq "^# bats file_tags=(.*[, ])?$1([, ].*)?\$" "$2"
}

wanted() { # KIND FILE
    case $1 in
    plain) ! file_has_tag thorough "$2" ;;
    thorough) has_tag thorough "$2" ;;
    address) ! file_has_tag thorough "$2" && ! file_has_tag slow "$2" ;;
    thread) has_tag threads "$2" && ! file_has_tag slow "$2" ;;
    esac
}

# ThreadSanitizer does not start on kernels that place memory where it wants its own.
thread_works() {
    [ -z "${works-}" ] || return "$works"
    works=0
    { echo 'int main(void){return 0;}' | ${CC:-cc} -xc -fsanitize=thread -o "$WORK/tsan" - &&
        "$WORK/tsan"; } >/dev/null 2>&1 || works=$?
    [ "$works" -eq 0 ] || echo 'ThreadSanitizer does not work here: its tests are left out' >&2
    return "$works"
}

# "RANK SIZE KIND:FOLDER FILE", in the order in which they start: the long ones first, and the large before the small.
jobs_of() { # KIND:FOLDER...
    local build file rank
    for build in "$@"; do
        [ "${build%%:*}" != thread ] || thread_works || continue
        for file in $TESTS; do
            wanted "${build%%:*}" "$file" || continue
            rank=2
            ! file_has_tag long "$file" || rank=1
            printf '%s %s %s %s\n' $rank "$(wc -c <"$file")" "$build" "$file"
        done
    done | sort -k1,1n -k2,2nr
}

# --- One file on one build --------------------------------------------------------------------------------

set_sanitizer() { # KIND
    local common="exitcode=99:log_path=$report"
    export SANITIZE=$1
    export ASAN_OPTIONS="$common:detect_leaks=1:verify_asan_link_order=0"
    export LSAN_OPTIONS="exitcode=99"
    export UBSAN_OPTIONS="$common:print_stacktrace=1"
    export TSAN_OPTIONS="$common:suppressions=$PWD/t/lib/tsan.supp"
}

# Sums up a TAP file: passed, failed, skipped. Tests that never ended have failed.
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

# The failed tests with all their output; or everything, if something other than a test failed.
show_failures() { # TAP
    awk '/^not ok / { on = 1 } /^ok / { on = 0 } on' "$1" | grep . || cat "$1"
}

# Which they were, a line each, to be said again at the end.
name_failures() { # TAP
    sed -n "s|^not ok [0-9]* |failed: $kind $file: |p" "$1" | grep . || echo "failed: $kind $file"
}

# For whoever looks later, and for .ci/run.
keep_failures() {
    mkdir -p bin/.test
    { show_failures "$tap"; show_reports; } >"bin/.test/$kind-${file##*/}"
}

show_reports() {
    local file
    for file in "$report".*; do
        [ -e "$file" ] || continue
        echo "--- the sanitizer's report"
        cat "$file"
    done
}

has_reports() {
    compgen -G "$report.*" >/dev/null
}

# What `times` says of a shell's children, in seconds.
cpu_seconds() { # FILE
    awk -F '[ms ]+' 'NR == 2 { printf "%.1f", $1 * 60 + $2 + $3 * 60 + $4 }' "$1"
}

run_one() { # KIND:FOLDER FILE
    local kind=${1%%:*} folder=${1#*:} file=$2 status=0 passed failed skipped
    local name=${kind}_${file##*/}
    local tap=$WORK/$name.tap report=$WORK/$name.report start=$EPOCHREALTIME
    case $kind in address | thread) set_sanitizer "$kind" ;; esac
    BIN=$(cd "$folder" && pwd)
    export BIN
    timeout -k 5 "$FILE_SECONDS" bats --formatter tap --filter-tags "$(filter_of "$kind")" "$file" \
        >"$tap" 2>&1 </dev/null || status=$?
    times >"$WORK/$name.times"
    read -r passed failed skipped < <(count "$tap" "$status")
    if has_reports && [ "$failed" -eq 0 ]; then
        failed=1
    fi
    tell >"$WORK/$name.told"
    flock "$WORK/lock" cat "$WORK/$name.told"
}

tell() {
    local seconds word=ok cpu
    [ "$failed" -eq 0 ] || word=FAILED
    seconds=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
    cpu=$(cpu_seconds "$WORK/$name.times")
    printf '%-7s %-8s %-28s %4d passed %3d failed %3d skipped %7s s %7s s CPU\n' \
        "$word" "$kind" "$file" "$passed" "$failed" "$skipped" "$seconds" "$cpu"
    printf '%s %s %s %s %s %s %s\n' "$passed" "$failed" "$skipped" "$seconds" "$cpu" "$kind" "$file" >"$WORK/$name.row"
    [ "$failed" -eq 0 ] || show_failures "$tap"
    [ "$failed" -eq 0 ] || name_failures "$tap" >"$WORK/$name.failed"
    [ "$failed" -eq 0 ] || keep_failures
    ! has_reports || show_reports
}

# --- All of them --------------------------------------------------------------------------------------------

sum_up() {
    local tap
    printf '\nslowest:'
    # (A reader that left after five would end sort by SIGPIPE, and all of this with it.)
    cat "$WORK"/*.row | sort -k4,4nr |
        awk 'NR <= 5 { printf "%s %s s %s (%s)", (NR > 1 ? "," : ""), $4, $7, $6 } END { print "" }'
    for tap in "$WORK"/*.tap; do
        sed -n 's/^ok .* # skip *(\{0,1\}\(.*[^)]\))\{0,1\}$/\1/p' "$tap"
    done | sort | uniq -c | sed 's/^ */skipped: /'
    cat "$WORK"/*.failed 2>/dev/null || :
    cat "$WORK"/*.row | awk -v began="$began" -v now="$EPOCHSECONDS" '
        { passed += $1; failed += $2; skipped += $3; cpu += $5 }
        END {
            printf "took %d s, %d s of CPU\n", now - began, cpu
            printf "%d passed, %d failed%s\n", passed, failed, (skipped ? ", " skipped " skipped" : "")
            exit (failed > 0 || passed == 0)
        }'
}

if [ "$1" = --one ]; then
    run_one "$2" "$3"
    exit 0
fi

# Where python3 is a script that looks for the one to run, that takes longer than what python3 is asked for.
find_python() {
    local found
    found=$(python3 -c 'import sys; print(sys.executable)' 2>/dev/null) || return 0
    mkdir "$WORK/bin"
    ln -s "$found" "$WORK/bin/python3"
    PATH=$WORK/bin:$PATH
}

WORK=$(mktemp -d)
export WORK TESTS
trap 'rm -rf "$WORK"' EXIT
find_python
unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES # what tests make is none of this make's business
began=$EPOCHSECONDS
for build in "$@"; do rm -f "bin/.test/${build%%:*}-"*; done
: >"$WORK/none.row"
jobs_of "$@" >"$WORK/jobs"
awk '{ print $3, $4 }' "$WORK/jobs" | xargs -r -P "$(($(nproc) * 5))" -n 2 "$ALL" --one # most wait longer than they work
sum_up
