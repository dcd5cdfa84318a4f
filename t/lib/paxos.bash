# shellcheck shell=bash
# Talking with one node of paxos, in the words of process(7).

# talk NODES [SETTING...]: n1 of that many nodes hears what stands on stdin, a batch a line, and prints what it puts out
# as `BATCH WORD...`, a message or save with its first line. `n2: a | b` is a message of the lines a and b.
talk() { # NODES [SETTING...]
    local nodes=$1
    shift
    {
        echo "init n1 7 $(seq -f n%.0f -s ' ' "$nodes")"
        echo 'time 0'
        awk '
            /^n[0-9]+: / { from = substr($1, 1, length($1) - 1); sub(/^n[0-9]+: /, ""); n = split($0, l, / *[|] */); print "message", from, n }
            !n           { n = split($0, l, / *[|] */) }
            { for (i = 1; i <= n; i++) print l[i]; n = 0; print "step" }'
    } | paxos "$@" >talk.out 2>talk.err || { cat talk.err && return 1; }
    awk '
        skip-- > 0                    { if (first) { print batch + 1, head, $0; first = 0 } next }
        $1 == "done"                  { batch++; next }
        $1 ~ /^(send|save|commit|restore)$/ { head = $1 == "commit" ? $0 : $1 " " $2; skip = $NF; first = 1
                                        if (skip == 0) print batch + 1, $0; next }
        { print batch + 1, $0 }' talk.out >talked
}

has() { # PATTERN: a whole line of what was put out
    grep -Exq -- "$1" talked || { echo "lacks: $1" && cat talked && return 1; }
}

lacks() { # PATTERN
    ! grep -Exq -- "$1" talked || { echo "has: $1" && cat talked && return 1; }
}
