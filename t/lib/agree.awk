# awk -v mutants=DIR -v out=DIR -f agree.awk STATUSES: compares what agree.sh gathered, block by block.
#
# verify and ledger-append read the same stream, and differ on purpose in two things:
#
#   - A block that stands twice: verify faults it, ledger-append drops it without a word.
#   - A block that comes before its parent: verify faults it; ledger-append lets it wait, and judges it when
#     the parent has come, or says at the end that the parent did not.
#
# So but for the lines that verify faults for one of these two reasons, both must fault the same lines. Every
# block that verify passes on, ledger-append has to append; and what it appends besides must stand at a line
# that verify faulted for its parent; there, too, ledger-append may find a fault in the block's body later.
#
# A stream whose first line is no block is no ledger to verify, which then judges its records one by one. That
# must not make a ledger sound that something was put in front of: neither may take a genesis block there.

function wrong(why) {
    printf "mutant %d: %s\n", mutant, why
    bad = 1
}

# The faults that a program told, by line: fault[N] is the last one's words. Gives their number.
function read_faults(file, fault,    line, n) {
    split("", fault)
    n = 0
    while ((getline line <file) > 0) {
        if (line ~ /^ledger-append: reorg: |^verify: .*: (good up to line |[0-9]+ (records? of unknown type|more lines of the block))|^ledger-append: stdin: [0-9]+ more lines of the block/)
            continue
        if (!match(line, /:[0-9]+: /)) {
            wrong("said: " line)
            continue
        }
        fault[substr(line, RSTART + 1, RLENGTH - 3) + 0] = substr(line, RSTART + RLENGTH)
        n++
    }
    close(file)
    return n
}

# Headers of a file's blocks, each with what follows it.
function read_blocks(file, blocks,    line, header) {
    split("", blocks)
    while ((getline line <file) > 0) {
        if (line ~ /^block /)
            blocks[header = line] = ""
        else
            blocks[header] = blocks[header] line "\n"
    }
    close(file)
}

# Where in the mutant, at a line of which verify found no parent, the header stands; 0: nowhere.
function waiting_line(header, verify_said,    line, n, found) {
    while ((getline line <(mutants "/" mutant)) > 0)
        if (lacks_parent(verify_said, ++n) && line == header)
            found = n
    close(mutants "/" mutant)
    return found
}

function compare_blocks(verify_said,    passed, appended, header) {
    read_blocks(out "/" mutant ".v", passed)
    read_blocks(out "/" mutant ".a", appended)
    for (header in passed)
        if (!(header in appended))
            wrong("verify alone takes " header)
        else if (appended[header] != passed[header])
            wrong("two bodies of " header)
    for (header in appended)
        if (!(header in passed) && !waiting_line(header, verify_said))
            wrong("ledger-append alone takes " header)
}

# The header line of the block, if any, that line n of the mutant is in.
function header_line(n,    line, i, header) {
    for (i = 1; i <= n + 0 && (getline line <(mutants "/" mutant)) > 0; i++)
        if (line ~ /^block /)
            header = i
    close(mutants "/" mutant)
    return header
}

function lacks_parent(verify_said, n) {
    return n in verify_said && verify_said[n] ~ /^block: its parent /
}

function compare_faults(verify_said, append_said,    n, why) {
    for (n in verify_said) {
        why = verify_said[n]
        if (why !~ /^block: (stands twice|its parent )/ && !(n in append_said))
            wrong("line " n ": verify alone says " why)
    }
    for (n in append_said)
        if (!(n in verify_said) && !lacks_parent(verify_said, header_line(n)))
            wrong("line " n ": ledger-append alone says " append_said[n])
}

# Whether any line of the mutant is of a genesis block.
function has_genesis(    line, found) {
    while ((getline line <(mutants "/" mutant)) > 0)
        if (line ~ /^(block 0|rule|grant) /)
            found = 1
    close(mutants "/" mutant)
    return found
}

{
    mutant = $1
    read_faults(out "/" mutant ".ve", verify_said)
    read_faults(out "/" mutant ".ae", append_said)
    first = ""
    getline first <(mutants "/" mutant)
    close(mutants "/" mutant)
    if ($2 > 1 || $3 > 1)
        wrong("status " $2 " of verify, " $3 " of ledger-append")
    if (first !~ /^block( |$)/) {
        if (!$3 || (!$2 && has_genesis()))
            wrong("is called sound")
        next
    }
    if (!$2 && $3)
        wrong("ledger-append refuses what verify takes")
    compare_faults(verify_said, append_said)
    compare_blocks(verify_said)
}

END { exit bad }
