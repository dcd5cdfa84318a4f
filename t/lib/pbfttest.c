/*
 * pbfttest RULE [SETTING...]: whether one node of pbft keeps this rule, B1 to B14 (pbft(1)). Prints
 * the first thing that is wrong. Status 0: it keeps it; 1: not.
 */
#include "pbftnode.h"

struct test {
    struct node n;
    const char *words[8];
    size_t word_count;
    const char *wrong;
};

static void check(struct test *t, bool ok, const char *what)
{
    if (!ok && t->wrong == NULL)
        t->wrong = what;
}

static void open_node(struct test *t, uint32_t self, size_t count)
{
    if (t->n.engine != NULL)
        node_close(&t->n);
    node_open(&t->n, self, count, t->words, t->word_count);
}

/* --- View changes --------------------------------------------------------------------------- */

static struct pbft_digest digest_of(const struct node *n, uint64_t serial)
{
    struct pbft_batch *b = batch_new(n, serial);
    struct pbft_digest digest = b->digest;
    pbft_batch_unref(b);
    return digest;
}

/* A view change to `view`: prepared and pre-prepared are records by their serials; 0: none. */
static struct pbft_item *change(const struct node *n, uint64_t view, uint64_t seq, uint64_t in,
                                uint64_t prepared, uint64_t accepted)
{
    struct pbft_item *x = item_new(PBFT_VIEWCHANGE, view, 0, 3);
    x->count = 0;
    if (prepared != 0) {
        x->parts[x->count++] = (struct pbft_part){
            .what = 'p', .seq = seq, .view = in, .digest = digest_of(n, prepared)};
        x->parts[x->count++] = (struct pbft_part){.what = 'b', .batch = batch_new(n, prepared)};
    }
    if (accepted != 0)
        x->parts[x->count++] = (struct pbft_part){
            .what = 'q', .seq = seq, .view = in, .digest = digest_of(n, accepted)};
    if (pbft_item_seal(x, n->names) != 0)
        errx(2, "out of memory");
    return x;
}

/* What follows from these view changes of n1, n2, ..., which are dropped. */
static bool choose(const struct node *n, struct pbft_item **claims, size_t count,
                   struct pbft_choice *out)
{
    static const unsigned members[] = {0, 1, 2, 3, 4, 5, 6};
    bool decided = pbft_choose(n->p, claims, members, count, out);
    for (size_t i = 0; i < count; i++)
        pbft_item_drop(claims[i]);
    return decided;
}

static bool is_chosen(const struct node *n, const struct pbft_choice *c, size_t at, uint64_t serial)
{
    struct pbft_digest want = serial == 0 ? (struct pbft_digest){{0}} : digest_of(n, serial);
    return at < c->count && pbft_digest_equal(&c->list[at], &want);
}

/* The view changes to view 1 of n2 and n4, and the own one; then n2's new view message, with a
 * record that nobody has prepared unless serial is 0. */
static void enter_view(struct node *n, uint64_t serial)
{
    struct pbft_item *x = item_new(PBFT_NEWVIEW, 1, 0, serial == 0 ? 3 : 4);
    struct pbft_item *of[] = {change(n, 1, 0, 0, 0, 0), NULL, change(n, 1, 0, 0, 0, 0)};
    node_command(n, "view");
    of[1] = pbft_item_share(n->p->change);
    for (unsigned i = 0; i < 3; i++) {
        x->parts[i] = (struct pbft_part){
            .what = 'v', .node = n->members[i + 1], .claim = pbft_item_strip(of[i])};
        if (i != 1)
            node_hear(n, i + 1, pbft_item_share(of[i]));
        pbft_item_drop(of[i]);
    }
    if (serial != 0)
        x->parts[3] = (struct pbft_part){.what = 'o', .seq = 1, .batch = batch_new(n, serial)};
    node_hear(n, 1, x);
}

static void b1(struct test *t)
{
    open_node(t, 2, 4);
    enter_view(&t->n, 0);
    check(t, t->n.p->active && t->n.p->view == 1, "a new view that follows is not entered");
    open_node(t, 2, 4);
    enter_view(&t->n, 5);
    check(t, !t->n.p->active, "a primary's word is believed");
}

static void prepare(struct node *n, uint64_t seq)
{
    struct pbft_digest digest = node_hear_proposal(n, 0, 0, seq, seq);
    node_hear_vote(n, 2, PBFT_PREPARE, 0, seq, digest);
}

static void b2(struct test *t)
{
    struct pbft_choice c;
    open_node(t, 1, 4);
    prepare(&t->n, 1);
    check(t, node_sent_count(&t->n, PBFT_COMMIT) == 1, "a prepared batch is not committed to");
    node_command(&t->n, "view");
    const struct pbft_item *x = node_sent_last(&t->n, PBFT_VIEWCHANGE);
    bool carried = false;
    for (size_t i = 0; x != NULL && i < x->count; i++)
        carried |= x->parts[i].what == 'p' && x->parts[i].seq == 1;
    check(t, carried, "what was prepared is not carried");
    struct pbft_item *claims[] = {change(&t->n, 3, 1, 0, 5, 5), change(&t->n, 3, 1, 2, 6, 6),
                                  change(&t->n, 3, 1, 2, 0, 6)};
    check(t, choose(&t->n, claims, 3, &c) && is_chosen(&t->n, &c, 0, 6),
          "the highest view does not prevail");
}

/* Three members have prepared record 5; the first claims something else. */
static void b3(struct test *t)
{
    struct pbft_choice c;
    open_node(t, 1, 4);
    struct pbft_item *claims[] = {change(&t->n, 9, 1, 8, 6, 0), change(&t->n, 9, 1, 0, 5, 5),
                                  change(&t->n, 9, 1, 0, 5, 5), change(&t->n, 9, 1, 0, 5, 5)};
    check(t, choose(&t->n, claims, 4, &c) && is_chosen(&t->n, &c, 0, 5),
          "a claim without support decides");
}

static void b5(struct test *t)
{
    struct pbft_choice c;
    open_node(t, 1, 4);
    struct pbft_item *claims[] = {change(&t->n, 1, 2, 0, 5, 5), change(&t->n, 1, 2, 0, 5, 5),
                                  change(&t->n, 1, 2, 0, 5, 5)};
    check(t, choose(&t->n, claims, 3, &c) && c.count == 2, "a gap is not filled");
    check(t, is_chosen(&t->n, &c, 0, 0) && is_chosen(&t->n, &c, 1, 5), "it is not a null request");
    struct pbft_item *null = item_new(PBFT_PREPREPARE, 0, 1, 0);
    node_hear(&t->n, 0, null);
    for (uint32_t i = 0; i < 4; i += 2) {
        node_hear_vote(&t->n, i, PBFT_PREPARE, 0, 1, (struct pbft_digest){{0}});
        node_hear_vote(&t->n, i, PBFT_COMMIT, 0, 1, (struct pbft_digest){{0}});
    }
    check(t, t->n.p->executed == 1 && t->n.commits == 0,
          "a null request is not executed as nothing");
}

static void b6(struct test *t)
{
    struct pbft_choice c;
    open_node(t, 1, 4);
    struct pbft_item *claims[] = {change(&t->n, 1, 0, 0, 0, 0), change(&t->n, 1, 0, 0, 0, 0),
                                  change(&t->n, 1, 0, 0, 0, 0)};
    check(t, choose(&t->n, claims, 3, &c) && c.start == 0, "no view before the first checkpoint");
}

/* --- Votes ---------------------------------------------------------------------------------- */

static struct pbft_digest execute(struct node *n, uint64_t view, uint64_t seq)
{
    struct pbft_digest d = node_hear_proposal(n, (uint32_t)(view % 4), view, seq, seq);
    node_hear_vote(n, 2, PBFT_PREPARE, view, seq, d);
    node_hear_vote(n, 3, PBFT_PREPARE, view, seq, d);
    for (uint32_t i = 0; i < 4; i++)
        if (n->members[i] != n->p->self)
            node_hear_vote(n, i, PBFT_COMMIT, view, seq, d);
    return d;
}

static void b7(struct test *t)
{
    t->words[t->word_count++] = "window=4";
    t->words[t->word_count++] = "checkpoint=1";
    open_node(t, 1, 4);
    node_hear_proposal(&t->n, 0, 0, 5, 5);
    check(t, node_sent_count(&t->n, PBFT_PREPARE) == 0, "it votes above the window");
    node_hear_proposal(&t->n, 0, 0, 4, 4);
    check(t, node_sent_count(&t->n, PBFT_PREPARE) == 1, "it does not vote in the window");
    execute(&t->n, 0, 1);
    struct pbft_digest order = t->n.p->order;
    node_hear_vote(&t->n, 0, PBFT_CHECKPOINT, 0, 1, order);
    node_hear_vote(&t->n, 0, PBFT_CHECKPOINT, 0, 1, order);
    node_hear_vote(&t->n, 2, PBFT_CHECKPOINT, 0, 1, (struct pbft_digest){{1}});
    check(t, t->n.p->executed == 1 && t->n.p->stable == 0, "a checkpoint of too few is stable");
    node_hear_vote(&t->n, 3, PBFT_CHECKPOINT, 0, 1, order);
    check(t, t->n.p->stable == 1, "a checkpoint of a quorum is not stable");
    node_hear_proposal(&t->n, 0, 0, 5, 5);
    check(t, node_sent_last(&t->n, PBFT_PREPARE)->seq == 5, "the window does not move");
}

static void b8(struct test *t)
{
    open_node(t, 1, 7);
    struct pbft_digest d = node_hear_proposal(&t->n, 0, 0, 1, 1);
    for (int i = 0; i < 5; i++)
        node_hear_vote(&t->n, 2, PBFT_PREPARE, 0, 1, d);
    node_hear_vote(&t->n, 0, PBFT_PREPARE, 0, 1, d);
    node_hear_vote(&t->n, 7, PBFT_PREPARE, 0, 1, d);
    check(t, node_sent_count(&t->n, PBFT_COMMIT) == 0, "a member is counted more than once");
    node_hear_vote(&t->n, 3, PBFT_PREPARE, 0, 1, d);
    node_hear_vote(&t->n, 4, PBFT_PREPARE, 0, 1, d);
    check(t, node_sent_count(&t->n, PBFT_COMMIT) == 1, "a quorum is not enough");
    open_node(t, 1, 4);
    d = node_hear_proposal(&t->n, 0, 0, 1, 1);
    for (uint32_t i = 0; i < 4; i++)
        if (i != 1)
            node_hear_vote(&t->n, i, PBFT_COMMIT, 0, 1, d);
    check(t, t->n.commits == 0, "it commits what is not prepared here");
    node_hear_vote(&t->n, 2, PBFT_PREPARE, 0, 1, d);
    check(t, t->n.commits == 1, "it does not commit what is prepared");
}

static void b9(struct test *t)
{
    open_node(t, 1, 4);
    node_hear_proposal(&t->n, 0, 0, 1, 1);
    node_hear_proposal(&t->n, 0, 0, 1, 2);
    check(t, node_sent_count(&t->n, PBFT_PREPARE) == 1, "it votes twice");
    pbft_engine.free(t->n.engine);
    node_start(&t->n, 1, 4, t->words, t->word_count, t->n.saves);
    node_hear_proposal(&t->n, 0, 0, 1, 3);
    check(t, node_sent_count(&t->n, PBFT_PREPARE) == 1, "it votes again after a start");
}

/* --- Timers --------------------------------------------------------------------------------- */

static void request(struct node *n, uint64_t serial)
{
    struct pbft_item *x = item_new(PBFT_REQUEST, 0, 0, 0);
    x->batch = batch_new(n, serial);
    node_hear(n, 7, x);
}

static void b10(struct test *t)
{
    open_node(t, 2, 4);
    request(&t->n, 1);
    check(t, t->n.p->view_due == 500, "the timer does not run for a request");
    t->n.now = 500;
    node_step(&t->n, (struct engine_event){.kind = ENGINE_TIMER});
    check(t, t->n.p->view == 1, "the view is not given up");
    node_sync(&t->n);
    node_hear(&t->n, 1, change(&t->n, 1, 0, 0, 0, 0));
    check(t, t->n.p->view_due == INT64_MAX, "the timer runs before a quorum has the view");
    node_hear(&t->n, 3, change(&t->n, 1, 0, 0, 0, 0));
    check(t, t->n.p->view_due == 500 + 2 * 500, "the timer does not double");
    node_hear(&t->n, 3, change(&t->n, 6, 0, 0, 0, 0));
    check(t, t->n.p->view == 1, "one member alone moves it");
    node_hear(&t->n, 0, change(&t->n, 4, 0, 0, 0, 0));
    check(t, t->n.p->view == 4, "it does not join the lowest view of a third");
}

static void b11(struct test *t)
{
    open_node(t, 2, 4);
    request(&t->n, 1);
    enter_view(&t->n, 0);
    int64_t due = t->n.p->view_due;
    check(t, t->n.p->active && due != INT64_MAX, "the timer does not run in the new view");
    t->n.now = 100;
    struct pbft_digest d = node_hear_proposal(&t->n, 1, 1, 1, 1);
    node_hear_vote(&t->n, 3, PBFT_PREPARE, 1, 1, d);
    check(t, t->n.p->view_due == due, "something else than executing ends the timer");
    node_hear_vote(&t->n, 3, PBFT_COMMIT, 1, 1, d);
    node_hear_vote(&t->n, 1, PBFT_COMMIT, 1, 1, d);
    check(t, t->n.commits == 1 && t->n.p->view_due == INT64_MAX,
          "executing does not end the timer");
}

/* --- Others --------------------------------------------------------------------------------- */

static void decided(struct node *n, uint32_t from, uint64_t seq, uint64_t serial)
{
    struct pbft_item *x = item_new(PBFT_DECIDED, 0, seq, 1);
    x->parts[0] = (struct pbft_part){
        .what = 'd', .seq = seq, .digest = digest_of(n, serial), .batch = batch_new(n, serial)};
    node_hear(n, from, x);
}

static void b12(struct test *t)
{
    open_node(t, 4, 4); /* no member */
    decided(&t->n, 0, 1, 1);
    decided(&t->n, 0, 1, 1);
    decided(&t->n, 1, 1, 2);
    check(t, t->n.commits == 0, "it believes one member");
    decided(&t->n, 2, 1, 1);
    check(t, t->n.commits == 1 && t->n.last.serial == 1, "it does not believe two");
    decided(&t->n, 0, 2, 1);
    decided(&t->n, 1, 2, 1);
    check(t, t->n.p->executed == 2 && t->n.commits == 1, "a record is committed twice");
}

/* It has prepared record 1 in view 0, and the others did not. */
static void b13(struct test *t)
{
    open_node(t, 2, 4);
    struct pbft_digest d = node_hear_proposal(&t->n, 0, 0, 1, 1);
    node_hear_vote(&t->n, 1, PBFT_PREPARE, 0, 1, d);
    struct pbft_item *x = item_new(PBFT_NEWVIEW, 1, 0, 3);
    static const uint32_t of[] = {0, 1, 3};
    node_command(&t->n, "view");
    for (unsigned i = 0; i < 3; i++) {
        struct pbft_item *claim = change(&t->n, 1, 0, 0, 0, 0);
        x->parts[i] = (struct pbft_part){
            .what = 'v', .node = t->n.members[of[i]], .claim = pbft_item_strip(claim)};
        node_hear(&t->n, of[i], claim);
    }
    node_hear(&t->n, 1, x);
    node_hear_proposal(&t->n, 1, 1, 1, 2);
    const struct pbft_item *vote = node_sent_last(&t->n, PBFT_PREPARE);
    d = digest_of(&t->n, 2);
    check(t, vote != NULL && vote->view == 1 && pbft_digest_equal(&vote->digest, &d),
          "it is bound to what was not carried");
}

static void b14(struct test *t)
{
    struct pbft_quorum q = {.total = 0};
    for (int64_t total = 1; total < 64; total++)
        for (int k = 0; k <= total; k++) {
            q.total = total;
            q.weights[0] = k;
            check(t, pbft_is_quorum(&q, 1) == (3 * k > 2 * total), "a quorum is not above 2/3");
            check(t, pbft_has_honest(&q, 1) == (3 * k >= total), "an honest part is not 1/3");
        }
    q.total = 0;
    for (int i = 0; i < PBFT_MEMBERS_MAX; i++)
        q.total += q.weights[i] = PBFT_WEIGHT_MAX;
    check(t,
          pbft_is_quorum(&q, ((uint64_t)1 << 43) - 1) &&
              !pbft_is_quorum(&q, ((uint64_t)1 << 42) - 1),
          "great weights overflow");
    t->words[t->word_count++] = "weights=n1:5,n3:2";
    open_node(t, 1, 4);
    check(t, t->n.p->weights.total == 9, "weights are not taken");
}

static void (*const tests[])(struct test *) = {b1, b2, b3,  b3,  b5,  b6,  b7,
                                               b8, b9, b10, b11, b12, b13, b14};

int main(int argc, char **argv)
{
    struct test t = {.wrong = NULL};
    int rule = argc > 1 && argv[1][0] == 'B' ? atoi(argv[1] + 1) : 0;
    if (rule < 1 || rule > 14 || argc > 6)
        errx(2, "usage: pbfttest B1...B14 [SETTING...]");
    for (int i = 2; i < argc; i++)
        t.words[t.word_count++] = argv[i];
    tests[rule - 1](&t);
    if (t.n.engine != NULL)
        node_close(&t.n);
    if (t.wrong != NULL)
        printf("B%d: %s\n", rule, t.wrong);
    return t.wrong != NULL;
}
