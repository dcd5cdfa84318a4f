# clock_at TIME: $clock, a command before another, which then has a clock that stands there.
clock_at() {
    local first=''
    # a sanitizer's library, where programs load one, has to come first
    ! ldd "$BIN/verify" | grep -q libasan || first=$(gcc -print-file-name=libasan.so)
    # the tools of scripts leak
    clock=(env "ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0" "LD_PRELOAD=$first $BIN/.t/setclock.so" "SETCLOCK=$1")
}

# at TIME COMMAND...: with a clock that stands there.
at() {
    local clock
    clock_at "$1"
    shift
    "${clock[@]}" "$@"
}
