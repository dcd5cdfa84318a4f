# bats file_tags=slow
load lib/common

# At most a second, and some thousands of inputs, for every fuzz target; `make fuzz` gives them an hour. And every target has its words and its seeds.

# bats test_tags=thorough
@test "no parser breaks on what a few seconds of fuzzing find" {
    echo 'int LLVMFuzzerTestOneInput(const char *d, long n) { return !d & n; }' >x.c
    clang -w -fsanitize=fuzzer,address,undefined -o x x.c || skip 'clang or its libFuzzer is not here'
    cd "$ROOT"
    make fuzz FUZZ_SECONDS=1 FUZZ_RUNS=5000 FUZZ_SIGNATURES=1000
}

@test "every target has a dictionary and a corpus" {
    for target in "$ROOT"/t/fuzz/*.c; do
        name=$(basename "$target" .c)
        [ -s "$ROOT/t/fuzz/$name.dict" ] || { echo "no $name.dict" && return 1; }
        [ -n "$(ls "$ROOT/t/fuzz/corpus/$name")" ] || { echo "no corpus/$name" && return 1; }
    done
}

@test "what breaks is found, and gives the input" {
    cat >fuzz-x <<'END'
#!/bin/sh
for last; do :; done
case $last in */bad) echo broken input && exit 77 ;; esac
echo 'INFO: Loaded 1 modules   (70 inline 8-bit counters): 70 [0x1, 0x2),'
echo '#4	NEW    cov: 33 ft: 44 corp: 2/9b lim: 4 exec/s: 0 rss: 30Mb'
echo 'Done 8000 runs in 2 second(s)'
END
    chmod +x fuzz-x
    cp fuzz-x fuzz-bad
    mkdir -p t/fuzz
    expect 0 "$ROOT/t/lib/fuzz.sh" . 1 x x
    grep -Eq '^x: 8000 executions, 33 edges, 44 features$' "$out"
    grep -Eq '^target +executions +a second +edges +of +features +inputs$' "$out"
    grep -Eq '^x +8000 +4000 +33 +70 +44 +2$' "$out"
    grep -Eq '^all +16000$' "$out"
    run "$ROOT/t/lib/fuzz.sh" . 1 x bad x
    [ "$status" -ne 0 ]
    [[ $output == *'broken input'*'bad: broken'* ]]
    grep -Eq '^bad +broken$' <<<"$output"
}
