load lib/common
load lib/seams
load lib/ledger

# What a new operation costs: one file and one row. The toy is no part of any ledger; programs are linked with it.
# split MEMO TO AMOUNT [TO AMOUNT]...: pays several accounts, at most 4, from height 2 on, and counts how often in an entry
# of its own of the state: the third is refused.
toy_operation() {
    cat >split.c <<'TOY'
#include "record/tx.h"
#include "state/apply.h"

enum { MOST = 4, TIMES = 2, SPLIT_KIND = '@' };

/* How many payments, the memo, and the fields after it. */
struct split {
    uint32_t count;
    struct piece memo, rest;
};

static int parse(struct cursor *c, struct tx *tx, struct fault *f)
{
    struct split split = {0};
    struct account to;
    struct field memo;
    int64_t amount;
    struct cursor next;
    if (cursor_take_text(c, "tx: memo", &memo, f))
        return -1;
    split.memo = tx_piece(tx, memo);
    split.rest.at = (uint32_t)(c->text - tx->line);
    do {
        if (split.count++ == MOST)
            return fault_rule(f, "tx: split: more than %d payments", MOST);
        if (cursor_take_account(c, "tx: to", &to, f) || cursor_take_number(c, "tx: amount", &amount, f))
            return -1;
        if (amount == 0)
            return fault_rule(f, "tx: amount is 0");
        next = *c;
    } while (cursor_take_field(&next).len == 2 * ID_LEN);
    split.rest.len = (uint32_t)(c->text - tx->line) - split.rest.at;
    memcpy(tx->arguments, &split, sizeof split);
    return 0;
}

static bool moves(const struct tx *tx, size_t *at, struct move *out)
{
    struct split split;
    struct fault f;
    memcpy(&split, tx->arguments, sizeof split);
    struct field rest = tx_field(tx, split.rest);
    struct cursor c = {rest.text + *at, rest.text + rest.len};
    cursor_take_account(&c, "", &out->to, &f);
    cursor_take_number(&c, "", &out->amount, &f);
    out->memo = tx_field(tx, split.memo);
    *at = c.text == c.end ? MOVES_END : (size_t)(c.text - rest.text);
    return true;
}

static bool touches(const struct tx *tx, size_t *at, struct state_key *out)
{
    *out = (struct state_key){.kind = SPLIT_KIND};
    memcpy(out->id, tx->from.id, ID_LEN);
    return (*at)++ == 0;
}

static int apply(const struct apply_context *in, const struct tx *tx, struct fault *f)
{
    size_t at = 0;
    struct state_key key;
    struct state_value count;
    if (in->height < 2)
        return fault_rule(f, "tx: split: not before height 2");
    touches(tx, &at, &key);
    if (state_get(in->state, &key, &count, f))
        return -1;
    if (count.len == TIMES)
        return fault_rule(f, "tx: split: twice is enough");
    count.bytes[count.len++] = 'x';
    return state_put(in->state, &key, &count, f);
}

const struct operation operation_split = {
    .name = "split",
    .arguments = {{"memo", ARGUMENT_TEXT}, {"to", ARGUMENT_ACCOUNT}, {"amount", ARGUMENT_NUMBER}},
    .repeated = 2,
    .parse = parse,
    .moves = moves,
    .apply = apply,
    .touches = touches,
};
TOY
    row state/operations.c 's/^#define OPERATIONS .*/& OPERATION(split)/'
    local program
    for program; do
        linked "$program" split.c operations.c
    done
}

# split SEQ MEMO TO AMOUNT...: alice's, signed.
split() {
    local seq=$1
    shift
    echo "tx $CHAIN $ALICE $seq 3 split $*" | ./txsign -k alice.key
}

# mine_on HEIGHT <TXS: a block on ./ledger.
mine_on() {
    ./mine -m miner -T $((1700000000 + 10 * $1)) | ./ledger-append -q -T 1800000000 ledger
}

# history NAME <LINES: by name, without heights, times and ids; both ways.
history() {
    cat >wanted
    ./ledger-history "$1" | names | cut -d ' ' -f 7- | diff wanted -
    ./ledger-history -r "$1" | names | cut -d ' ' -f 7- | tac | diff wanted -
}

@test "an operation is one file and one row: it is made, signed, judged, mined and found again" {
    toy_operation txmake txsign verify mine txpool ledger-append ledger-chain ledger-balance ledger-history ledger-export ledger-show
    easy_chain 1000
    CHAIN=$(head -n 1 ledger | id)
    # what its own function asks of the height, and of the line
    split 0 - "$BOB" 5 >early
    expect 1 ./mine -m miner -T 1700000010 <early
    says 'tx: split: not before height 2$'
    expect 0 mine_on 1 </dev/null
    for wrong in "- $BOB 0:tx: amount is 0" "- $BOB:tx: 9 fields, expected 10: it is not signed" \
        "- $BOB 1 $BOB 1 $BOB 1 $BOB 1 $BOB 1:tx: split: more than 4 payments"; do
        { echo "tx $CHAIN $ALICE 0 3 split ${wrong%%:*} $(printf %0128d 0)"; } >forged
        expect 1 ./verify -u -l ledger forged
        says "${wrong#*:}"
    done
    split 0 - "$BOB" 600 "$MINER" 400 >poor
    expect 1 ./mine -m miner -T 1700000020 <poor
    says "tx: alice .* has 1000, needs 1003$"
    # two payments in one, and one that costs what the first brought
    { split 0 dinner "$BOB" 100 "$MINER" 7 && ./txmake -F 1 -s 0 -f bob alice 40 | ./txsign -k bob.key; } >txs
    expect 0 ./verify -l ledger txs
    ./txpool pool <txs
    ./txmake -p pool -F 1 -f alice bob 1 >next
    [ "$(cut -d ' ' -f 4 next)" = 1 ]
    expect 0 mine_on 2 <txs
    expect 0 ./verify ledger
    [ "$(./ledger-balance alice bob miner | cut -d ' ' -f 3 | paste -sd ' ')" = '930 59 111' ]
    # every reader: the table and the journal add up, the history agrees with the balances, JSON goes both ways
    ./ledger-export -f tsv -a names | cut -f 4,6-11 | tail -n 5 >table
    printf '%s\n' 'split,0,alice,bob,100,3,dinner' 'split,0,alice,miner,7,0,dinner' 'pay,0,bob,alice,40,1,-' \
        'reward,,,miner,50,0,' 'fees,,,miner,4,0,' | tr , '\t' | diff - table
    [ "$(./ledger-export -f hledger -a names | grep -c '^    accounts:alice  -110 "easy"$')" = 1 ]
    ./ledger-chain >chain
    ./ledger-export chain >json
    grep -q '"operation":"split","rest":\["dinner",' json
    ./ledger-export -r json | cmp - chain
    history alice <<'END'
grant - 1000 0 1000 -
out bob 100 3 897 dinner
out miner 7 0 890 dinner
in bob 40 1 930 -
END
    history miner <<'END'
reward - 50 0 50 -
in alice 7 3 57 dinner
reward - 50 4 111 -
END
    [ "$(./ledger-balance -b "$(ids ledger | sed -n 2p)" miner | cut -d ' ' -f 3)" = 50 ]
    ./ledger-show "$(head -n 1 txs | id)" | sed 1q | grep -q '^split    '
    # the state that is its own is kept by the index: a third one is refused, and all that it did is undone
    split 1 - "$BOB" 1 | mine_on 3
    split 2 - "$BOB" 1 >third
    expect 1 ./mine -m miner -T 1700000040 <third
    says 'tx: split: twice is enough$'
    ./txmake -F 1 -f alice bob 1 | ./txsign -k alice.key >last
    cat third last >both
    ./txpool pool2 <both || :
    [ "$(wc -l <pool2)" = 1 ]
    # the programs without the row
    expect 1 verify ledger
    says "tx: unknown operation 'split'$"
}
