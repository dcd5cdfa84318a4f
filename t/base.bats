load lib/common

# What others are made of: files of lines, arrays.

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

@test "arrays grow, and stay as they were where there is no memory" {
    basetest array
}

@test "a file is replaced; a FIFO in its place is left alone" {
    basetest replace
}

@test "a test that is not there is told" {
    expect 2 basetest nothing
}
