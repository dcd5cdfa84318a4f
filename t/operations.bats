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
    with_row split "$@"
}

# with_row NAME PROGRAM...: the programs with the operation of ./NAME.c.
with_row() {
    local name=$1 program
    shift
    row state/operations.c "s/^    OPERATION(accuse)$/& OPERATION($name)/"
    for program; do
        linked "$program" "$name.c" operations.c
    done
}

# levy TO AMOUNT THIRD: pays TO, and takes 7 more from the sender: THIRD, whom neither a move nor `touches` names, is
# given 5; 2 are burned. The account that has the chain's id for a key is named, and stays as it is.
levy_operation() {
    cat >levy.c <<'TOY'
#include "record/tx.h"
#include "state/apply.h"

enum { TAKEN = 7, GIVEN = 5 };

struct levy {
    struct account to;
    int64_t amount;
    struct piece third;
};
_Static_assert(sizeof(struct levy) <= TX_ARGUMENTS_MAX, "it is kept in struct tx");

static int parse(struct cursor *c, struct tx *tx, struct fault *f)
{
    struct levy levy;
    if (cursor_take_account(c, "tx: to", &levy.to, f) || cursor_take_number(c, "tx: amount", &levy.amount, f))
        return -1;
    levy.third = tx_piece(tx, cursor_take_field(c));
    memcpy(tx->arguments, &levy, sizeof levy);
    return 0;
}

static bool moves(const struct tx *tx, size_t *at, struct move *out)
{
    struct levy levy;
    memcpy(&levy, tx->arguments, sizeof levy);
    *at = MOVES_END;
    *out = (struct move){levy.to, levy.amount, {"-", 1}};
    return true;
}

static int add(struct state *s, const struct account *id, int64_t change, struct fault *f)
{
    struct account_state a;
    if (account_get(s, id, &a, f))
        return -1;
    a.balance += change;
    return a.balance < 0 ? fault_rule(f, "tx: levy: too poor") : account_put(s, id, &a, f);
}

static int apply(const struct apply_context *in, const struct tx *tx, struct fault *f)
{
    struct levy levy;
    struct account third;
    memcpy(&levy, tx->arguments, sizeof levy);
    return account_field(tx_field(tx, levy.third), "tx: third", &third, f) || add(in->state, &tx->from, -TAKEN, f) ||
                   add(in->state, &third, GIVEN, f)
               ? -1
               : 0;
}

static bool touches(const struct tx *tx, size_t *at, struct state_key *out)
{
    struct account chain = {.form = ACCOUNT_KEY};
    memcpy(chain.id, tx->chain, ID_LEN);
    *out = account_key(&chain);
    return (*at)++ == 0;
}

const struct operation operation_levy = {
    .name = "levy",
    .arguments = {{"to", ARGUMENT_ACCOUNT}, {"amount", ARGUMENT_NUMBER}, {"third", ARGUMENT_ACCOUNT}},
    .parse = parse,
    .moves = moves,
    .apply = apply,
    .touches = touches,
};
TOY
    with_row levy "$@"
}

# levy SEQ TO AMOUNT THIRD [NAME]: alice's, or NAME's, signed.
levy() {
    echo "tx $CHAIN $(account "${5-alice}") $1 3 levy $2 $3 $4" | ./txsign -k "${5-alice}.key"
}

# branch FILE N: its blocks from the Nth on, genesis being the first.
branch() {
    awk -v n="$2" '/^block / { blocks++ } blocks >= n' "$1"
}

# agree: at every block, of side branches too, and at every height the histories of all end with the balances.
agree() {
    local who block height
    for who in alice bob carol miner; do
        for block in $(ids ledger); do
            [ "$(./ledger-history -b "$block" $who | tail -n 1 | cut -d ' ' -f 11)" = \
                "$(./ledger-balance -b "$block" $who | cut -d ' ' -f 3 | grep -v '^0$')" ]
            ./ledger-history -r -b "$block" $who | tac | diff <(./ledger-history -b "$block" $who) -
        done
        for height in $(headers ledger | cut -d ' ' -f 2 | sort -u); do
            [ "$(./ledger-history -r -n 1 -e "$height" $who | cut -d ' ' -f 11)" = \
                "$(./ledger-balance -s "$height" $who | cut -d ' ' -f 3 | grep -v '^0$')" ]
        done
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
    for wrong in "- $BOB 0:tx: amount is 0" "- $BOB:tx: 9 fields, expected 10 or more" \
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
    grep -q '"operation":"split","memo":"dinner",.*"to":\["[0-9a-f]*","[0-9a-f]*"\],"amount":\[100,7\],"signature"' json
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

@test "what an account went through is read from the journals: effects that no payment, fee or reward explains" {
    levy_operation txmake txsign mine ledger-append ledger-balance ledger-history
    easy_chain 1000
    keygen -s "demo carol" carol >>names 2>/dev/null
    CHAIN=$(head -n 1 ledger | id) CAROL=$(account carol)
    echo alice bob 100 | ./txmake -F 1 | ./txsign -k alice.key | mine_on 1
    cp ledger copy
    # carol spends at once what she was given; on the other branch it is bob's, who is not named either
    { levy 1 "$BOB" 10 "$CAROL" && ./txmake -F 1 -s 0 -f carol bob 2 | ./txsign -k carol.key; } | mine_on 2
    history alice <<'END'
grant - 1000 0 1000 -
out bob 100 1 899 -
out bob 10 3 886 -
other - -7 0 879 -
END
    history carol <<'END'
other - 5 0 5 -
out bob 2 1 2 -
END
    agree
    levy 1 "$MINER" 4 "$BOB" | ./mine -l copy -m miner -T 1700000021 | ./ledger-append -q -T 1800000000 copy
    levy 2 "$MINER" 4 "$MINER" | ./mine -l copy -m miner -T 1700000031 | ./ledger-append -q -T 1800000000 copy
    cp ledger first
    branch copy 3 | ./ledger-append -q -T 1800000000 ledger
    history bob <<'END'
in alice 100 1 100 -
other - 5 0 105 -
END
    history miner <<'END'
reward - 50 1 51 -
in alice 4 3 55 -
reward - 50 3 108 -
other - 5 0 113 -
in alice 4 3 117 -
reward - 50 3 170 -
END
    expect 1 ./ledger-history carol
    agree
    [ "$(./ledger-history -n 1 -S 1700000030 alice | names | cut -d ' ' -f 3,7-)" = '3 out miner 4 3 878 -' ]
    [ "$(./ledger-history -r -n 1 -U 1700000029 alice | names | cut -d ' ' -f 3,6-)" = '2 - other - -7 0 885 -' ]
    # and back, with two of them in a block, in whose midst nothing tells what bob had
    { levy 2 "$BOB" 1 "$BOB" && levy 3 "$MINER" 1 "$BOB"; } | ./mine -l first -m miner -T 1700000032 | ./ledger-append -q -T 1800000000 first
    ./mine -l first -m miner -T 1700000042 </dev/null | ./ledger-append -q -T 1800000000 first
    branch first 4 | ./ledger-append -q -T 1800000000 ledger
    history bob <<'END'
in alice 100 1 100 -
in alice 10 3 110 -
in carol 2 1 112 -
other - 10 0 122 -
in alice 1 3 123 -
END
    [ "$(./ledger-history -r -n 1 alice | cut -d ' ' -f 7,9-11)" = 'other -14 0 857' ]
    agree
    # given, spent, received and taken in one block: only its end is what carol had
    {
        for seq in 4 5 6; do levy $seq "$BOB" 1 "$CAROL"; done
        ./txmake -F 1 -s 1 -f carol bob 15 | ./txsign -k carol.key
        ./txmake -F 1 -s 7 -f alice carol 20 | ./txsign -k alice.key
        levy 2 "$BOB" 1 "$BOB" carol
    } | mine_on 5
    history carol <<'END'
other - 5 0 5 -
out bob 2 1 2 -
other - 8 0 10 -
out bob 15 1 -6 -
in alice 20 1 14 -
out bob 1 3 10 -
END
    agree
    # who is named and was not changed
    [ "$(./ledger-balance -s 1 "$CHAIN")" = "account $CHAIN 0 0" ]
    expect 1 ./ledger-history "$CHAIN"
    [ ! -s "$err" ]
    # an index made at once from the file says the same
    for who in alice bob carol miner; do ./ledger-history "$who"; done >grown
    rm ledger.index*
    for who in alice bob carol miner; do ./ledger-history "$who"; done | cmp - grown
    # its rows are needed: without them the sums do not agree
    "$BIN/.t/plantest" spoil ledger.index 'DELETE FROM change'
    expect 2 ./ledger-history alice
    says '^ledger-history: index: '
    ./ledger-history alice | cmp - <(grep "^event $ALICE" grown)
}
