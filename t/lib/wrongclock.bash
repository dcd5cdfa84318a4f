# at TIME COMMAND...: with a clock that stands there.
at() {
    local clock=$1 first=''
    shift
    # a sanitizer's library, where programs load one, has to come first
    ! ldd "$BIN/verify" | grep -q libasan || first=$(gcc -print-file-name=libasan.so)
    # the tools of scripts leak
    env ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" LD_PRELOAD="$first $BIN/.t/setclock.so" SETCLOCK="$clock" "$@"
}
