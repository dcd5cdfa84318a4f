# What the tests of the ledger's side share; load it behind lib/common.

REFERENCE=$ROOT/t/lib/refledger.py

# The reference reading of the format.
reference() { # audit|balances|chain FILE
    python3 "$REFERENCE" "$@"
}

# The same for many ledgers at once: FILE.audit, FILE.balances and FILE.chain of each. (Starting python is slow.)
reference_all() { # FILE...
    python3 -B - "$REFERENCE" "$@" <<'END'
import contextlib, importlib.util, sys
spec = importlib.util.spec_from_file_location("refledger", sys.argv[1])
refledger = importlib.util.module_from_spec(spec)
spec.loader.exec_module(refledger)
worst = 0
for path in sys.argv[2:]:
    for what in "audit", "balances", "chain":
        with open(f"{path}.{what}", "w") as out, contextlib.redirect_stdout(out):
            worst = max(worst, refledger.main(["refledger", what, path]))
sys.exit(worst)
END
}

# The command must not succeed. (A line `! COMMAND` would never fail a test.)
refute() { # COMMAND...
    if "$@"; then
        echo "should have failed: $*"
        return 1
    fi
}

need() { # PROGRAM...
    local program
    for program; do
        command -v "$program" >/dev/null || skip "$program is not here"
    done
}

# For a test that makes calls or memory fail: skips under a sanitizer.
plain_only() {
    [ -z "${SANITIZE-}" ] || skip 'a sanitizer has calls and memory of its own'
}

# For a test that makes calls fail: skips where strace cannot.
can_inject() {
    plain_only
    need strace
    strace -o /dev/null -e inject=fsync:error=EIO true 2>/dev/null || skip 'strace does not work here'
}

# few PLAIN SANITIZED: how often to do a thing; sanitizers are slow.
few() {
    if [ -n "${SANITIZE-}" ]; then echo "$2"; else echo "$1"; fi
}

# A chain whose every hash is good enough, so that blocks cost nothing: alice has AMOUNT (1000000).
easy_chain() { # [AMOUNT]
    keygen -s "demo alice" alice >names 2>/dev/null
    keygen -s "demo bob" bob >>names 2>/dev/null
    keygen -s "demo miner" miner >>names 2>/dev/null
    ledger-init -n easy -T 1700000000 -e 0 -t f alice "${1-1000000}" >ledger
    cp ledger genesis
    ALICE=$(account alice) BOB=$(account bob) MINER=$(account miner)
}

account() { # NAME
    cut -d ' ' -f 2 "$1.pub"
}

id() { # of a line on stdin, its newline apart
    tr -d '\n' | sha256sum | cut -c 1-64
}

# Block headers of a ledger, and their ids in the same order.
headers() { # FILE
    grep '^block ' "$1"
}

ids() { # FILE
    headers "$1" | while IFS= read -r line; do
        printf %s "$line" | sha256sum | cut -c 1-64
    done
}

tip_id() { # LEDGER
    ledger-chain -t "$1" | id
}

# The Nth record and those behind it: `blocks FILE FROM [TO]`, the genesis block being number 0.
blocks() {
    awk -v from="$2" -v to="${3-$2}" 'BEGIN { n = -1 } /^block / { n++ } n >= from && n <= to' "$1"
}

# As many empty blocks on the tip of a ledger, by this miner. Time goes on by ten seconds a block.
mined() { # LEDGER COUNT MINER
    local time
    time=$(ledger-chain -t "$1" | cut -d ' ' -f 5)
    mine -l "$1" -m "$3" -n "$2" -T $((time + 10)) </dev/null
}

# The same with the transactions on stdin in the first block.
mined_with() { # LEDGER COUNT MINER <TXS
    local time
    time=$(ledger-chain -t "$1" | cut -d ' ' -f 5)
    mine -l "$1" -m "$3" -n "$2" -T $((time + 10))
}

# The payments on stdin (TO AMOUNT MEMO a line), signed.
paid() { # FROM LEDGER
    txmake -l "$2" -f "$1" | txsign -k "$1.key"
}

# What a fresh index says of a ledger, all that a program can ask: the index has no part in it.
answers() { # LEDGER
    ledger-chain -t "$1" && ledger-chain "$1" && ledger-balance -l "$1" &&
        ledger-balance -l "$1" -s 1 && ledger-balance -l "$1" alice bob miner
}

# Runs a command as somebody whom permissions bind, or skips the test.
as_nobody() {
    if [ "$(id_number)" -ne 0 ]; then
        "$@"
    else
        setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    fi
}

id_number() {
    command id -u
}

can_be_nobody() {
    [ "$(id_number)" -ne 0 ] || setpriv --reuid=65534 --regid=65534 --clear-groups true 2>/dev/null ||
        skip 'cannot become a user whom permissions bind'
    # the programs themselves must be in that user's reach
    as_nobody test -r "$(command -v ledger-chain)" || skip 'another user cannot reach the programs'
}
