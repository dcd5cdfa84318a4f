# bats file_tags=slow
load lib/common

# Two seconds for every fuzz target; `make fuzz` gives them an hour.

@test "no parser breaks on what a few seconds of fuzzing find" {
    echo 'int LLVMFuzzerTestOneInput(const char *d, long n) { return !d & n; }' >x.c
    clang -w -fsanitize=fuzzer,address,undefined -o x x.c || skip 'clang or its libFuzzer is not here'
    cd "$ROOT"
    make fuzz FUZZ_SECONDS=2
}

@test "what breaks is found, and gives the input" {
    cat >fuzz-x <<'END'
#!/bin/sh
for last; do :; done
case $last in */bad) echo broken input && exit 77 ;; esac
echo Done 5 runs
END
    chmod +x fuzz-x
    cp fuzz-x fuzz-bad
    mkdir -p t/fuzz
    expect 0 "$ROOT/t/lib/fuzz.sh" . 1 x x
    run "$ROOT/t/lib/fuzz.sh" . 1 x bad x
    [ "$status" -ne 0 ]
    [[ $output == *'broken input'*'bad: broken'* ]]
}
