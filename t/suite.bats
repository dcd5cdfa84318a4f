# bats file_tags=slow
load lib/common

# What counts the tests: t/lib/suite.sh for a build, .ci/run for all that must hold.

# A small suite in t/: one file of plain tests, and one with a thorough one.
small_suite() {
    mkdir -p t/lib bin
    cp "$ROOT/t/lib/suite.sh" t/lib/
    printf '@test "%s" {\n    %s\n}\n' one true two 'skip "no reason"' three "${1-true}" >t/a.bats
    printf '# bats test_tags=thorough\n@test "long" {\n    echo of all >"$BIN/long"\n}\n@test "short" {\n    true\n}\n' >t/b.bats
}

suite() { # STATUS KIND
    expect "$1" env -u SANITIZE TESTS="$(echo t/*.bats)" t/lib/suite.sh "$2:bin"
    tail -n 1 "$out"
}

@test "suite.sh: the sum is in the last line, and its status says whether all passed" {
    small_suite
    [ "$(suite 0 plain)" = '3 passed, 0 failed, 1 skipped' ]
    small_suite 'echo the reason; false'
    [ "$(suite 1 plain)" = '2 passed, 1 failed, 1 skipped' ]
    suite 1 plain
    grep -q '^# the reason$' "$out"
    grep -Eq '^FAILED +plain +t/a.bats +1 passed +1 failed +1 skipped ' "$out"
    grep -qx 'failed: plain t/a.bats: three' "$out"
    grep -q '^# the reason$' bin/.test/plain-a.bats
    small_suite
    suite 0 plain
    [ ! -e bin/.test/plain-a.bats ]
}

@test "suite.sh: thorough tests run as such, and only as such" {
    small_suite
    suite 0 plain
    [ ! -e bin/long ]
    suite 0 address
    [ ! -e bin/long ]
    [ "$(suite 0 thorough)" = '1 passed, 0 failed' ]
    [ -e bin/long ]
}

@test "suite.sh: what a sanitizer reports is a failure" {
    # shellcheck disable=SC2016 # for that test's shell
    small_suite 'log=${ASAN_OPTIONS#*log_path=}; [ -z "$log" ] || echo found >"${log%%:*}.1"'
    [ "$(suite 1 address)" = '3 passed, 1 failed, 1 skipped' ]
    suite 1 address
    grep -q "^--- the sanitizer's report" "$out"
}

# What make says of lint, test and check.
pretend() { # LINT TEST CHECK, a command each
    mkdir -p fake repo/.ci
    cp "$ROOT/.ci/run" repo/.ci/
    printf '#!/bin/sh\ncase $1 in lint) %s ;; test) %s ;; check) %s ;; esac\n' "$@" >fake/make
    chmod +x fake/make
}

sum() { # STATUS
    PATH=$PWD/fake:$PATH expect "$1" repo/.ci/run
    tail -n 1 "$out"
}

@test ".ci/run: the sum of lint, test and check; what cannot be built has failed" {
    pretend true 'echo "10 passed, 0 failed, 2 skipped"' 'echo "5 passed, 0 failed"'
    [ "$(sum 0)" = '16 passed, 0 failed, 2 skipped' ]
    pretend 'exit 2' 'echo "10 passed, 0 failed, 2 skipped"' 'echo "5 passed, 0 failed"'
    [ "$(sum 1)" = '15 passed, 1 failed, 2 skipped' ]
    pretend true 'exit 2' 'echo "5 passed, 3 failed"; exit 1'
    [ "$(sum 1)" = '6 passed, 4 failed, 0 skipped' ]
    pretend true 'echo "failed: plain t/a.bats: three"; mkdir -p bin/.test; seq 70 >bin/.test/plain-a.bats
        echo "5 passed, 1 failed"; exit 1' true
    sum 1
    [ "$(tail -n 2 "$out" | head -n 1)" = 'failed: plain t/a.bats: three' ]
    [ "$(tail -n 3 "$out" | head -n 1)" = 60 ] && grep -qx -- '--- plain-a.bats' "$out"
    pretend true 'echo "10 passed, 0 failed"; exit 2' 'echo "5 passed, 0 failed"'
    [ "$(sum 1)" = '16 passed, 1 failed, 0 skipped' ]
}
