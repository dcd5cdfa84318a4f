load lib/common

# Files of lines, which ledgers, pools, shares and spools are made of.

basetest() {
    timeout 300 "$BIN/.t/basetest" "$1"
}

@test "lines: a torn last line is cut off, or set aside" {
    basetest torn
}

@test "lines: whichever system call fails, a file has what was logged, and nothing else" {
    basetest faults
}

@test "lines: two writers take turns, also where one of them replaces the file" {
    basetest writers
}

@test "a test that is not there is told" {
    expect 2 basetest nothing
}
