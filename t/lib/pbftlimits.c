/*
 * pbftlimits: whether one node of pbft bears what a member that lies, or a stranger, sends without
 * end. Prints what is wrong. Status 0: it does; 1: not.
 */
#include "pbftnode.h"

static int wrong;

static void check(bool ok, const char *what)
{
    if (!ok)
        printf("%s\n", what);
    wrong |= !ok;
}

/* Records of so many bytes. */
static struct pbft_batch *batch_of(const struct node *n, size_t count, size_t bytes)
{
    struct pbft_batch *b = pbft_batch_new(count);
    char *text = malloc(bytes);
    if (b == NULL || text == NULL)
        errx(2, "out of memory");
    memset(text, 'x', bytes);
    text[bytes - 1] = '\n';
    for (size_t i = 0; i < count; i++)
        b->values[i] = (struct pbft_value){.id = {.client = n->members[7], .serial = i + 1},
                                           .payload = payload_new(text, bytes)};
    free(text);
    pbft_batch_seal(b, n->names);
    return b;
}

static struct pbft_digest propose(struct node *n, uint64_t seq, size_t count, size_t bytes)
{
    struct pbft_item *x = item_new(PBFT_PREPREPARE, 0, seq, 0);
    x->batch = batch_of(n, count, bytes);
    struct pbft_digest digest = x->batch->digest;
    node_hear(n, 0, x);
    return digest;
}

static void is_refused(struct node_names *names, const char *text, const char *why)
{
    struct fault f = {.text = ""};
    size_t used;
    struct engine_item *x = pbft_engine.item_parse(text, strlen(text), &used, names, &f);
    check(x == NULL && strstr(f.text, why) != NULL, text);
    if (x != NULL)
        engine_item_unref(x);
}

/* What is quoted is not read before it is known that it may be there. */
static void nesting(struct node *n)
{
    is_refused(n->names, "viewchange 1 0 2\nv n2 1\nnonsense\n", "viewchange has no part v");
    is_refused(n->names, "newview 1 4\nv n2 3\nviewchange 1 0 2\nv n2 1\nviewchange 1 0 0\n",
               "viewchange has no part v");
    is_refused(n->names, "decided 1 2\no 1 1\nnonsense\n", "decided has no part o");
}

static void batches(struct node *n)
{
    propose(n, 1, 4097, 1);
    propose(n, 1, 2, 300000);
    propose(n, 1, 1, 393105);
    check(node_sent_count(n, PBFT_PREPARE) == 0, "a batch beyond the limits is accepted");
    propose(n, 1, 1, 393104);
    propose(n, 2, 3000, 1);
    check(node_sent_count(n, PBFT_PREPARE) == 2, "a batch in the limits is not accepted");
    struct pbft_item *x = item_new(PBFT_REQUEST, 0, 0, 0);
    x->batch = batch_of(n, 1, 393105);
    struct engine_event e = {.kind = ENGINE_PROPOSE,
                             .id = x->batch->values[0].id,
                             .payload = x->batch->values[0].payload};
    node_step(n, e);
    node_hear(n, 3, x);
    check(n->p->kept.list == NULL && n->p->pending.list == NULL, "a long record is kept");
}

static size_t ask(struct node *n, uint32_t from, size_t times)
{
    size_t before = node_sent_count(n, PBFT_DECIDED);
    for (size_t i = 0; i < times; i++) {
        struct pbft_item *x = item_new(PBFT_FETCH, 0, 1, 0);
        x->flag = true;
        node_hear(n, from, x);
    }
    return node_sent_count(n, PBFT_DECIDED) - before;
}

static void answers(struct node *n)
{
    struct pbft_digest d = propose(n, 1, 1, 300000);
    node_hear_vote(n, 2, PBFT_PREPARE, 0, 1, d);
    node_hear_vote(n, 0, PBFT_COMMIT, 0, 1, d);
    node_hear_vote(n, 2, PBFT_COMMIT, 0, 1, d);
    check(n->commits == 1, "a record is not committed");
    check(ask(n, 3, 100) == 56, "a member is answered without end");
    check(ask(n, 2, 1) == 1, "another member is not answered");
    check(ask(n, 6, 40) + ask(n, 7, 40) == 56, "strangers are answered without end");
    n->now += 126;
    check(ask(n, 3, 1) == 1 && ask(n, 7, 1) == 1, "later questions are not answered");
}

/* A view change with so many P and their batches, Q, and C, all of one number. */
static bool is_taken(struct node *n, uint64_t view, size_t prepared, size_t accepted, size_t checks)
{
    struct pbft_batch *b = batch_of(n, 1, 10);
    struct pbft_item *x = item_new(PBFT_VIEWCHANGE, view, 0, 2 * prepared + accepted + checks);
    size_t at = 0;
    for (size_t i = 0; i < prepared; i++) {
        x->parts[at++] = (struct pbft_part){.what = 'p', .seq = 16, .digest = b->digest};
        x->parts[at++] = (struct pbft_part){.what = 'b', .batch = pbft_batch_ref(b)};
    }
    for (size_t i = 0; i < accepted; i++)
        x->parts[at++] = (struct pbft_part){.what = 'q', .seq = 16, .digest = b->digest};
    for (size_t i = 0; i < checks; i++)
        x->parts[at++] = (struct pbft_part){.what = 'c', .seq = 16};
    pbft_batch_unref(b);
    if (pbft_item_seal(x, n->names) != 0)
        errx(2, "out of memory");
    node_hear(n, 3, x);
    return n->p->peers[3].change != NULL && n->p->peers[3].change->view == view;
}

static void view_changes(struct node *n)
{
    check(is_taken(n, 1, 1, PBFT_HISTORY, 2 * PBFT_CHECKS), "a view change is not taken");
    check(!is_taken(n, 2, 2, 0, 0), "a number is prepared twice");
    check(!is_taken(n, 3, 0, PBFT_HISTORY + 1, 0), "a number is accepted too often");
    check(!is_taken(n, 4, 0, 0, 2 * PBFT_CHECKS + 1), "there are too many checkpoints");
}

static bool keeps(struct node *n, uint32_t from, uint64_t seq)
{
    struct pbft_item *x = item_new(PBFT_DECIDED, 0, seq, 1);
    struct pbft_batch *b = batch_of(n, 1, 300000);
    x->parts[0] = (struct pbft_part){.what = 'd', .seq = seq, .digest = b->digest, .batch = b};
    node_hear(n, from, x);
    return n->p->peers[from].fetched[seq % PBFT_FETCHED].batch != NULL;
}

static void unasked(struct node *n)
{
    size_t count = 0;
    check(keeps(n, 3, 1), "the next batch is not kept");
    check(!keeps(n, 3, 2), "a batch is kept that nobody asked for");
    n->p->peers[3].asked = 2;
    check(keeps(n, 3, 2) && keeps(n, 3, 65) && !keeps(n, 3, 66), "what was asked for is not kept");
    for (uint64_t at = 2; at <= 256; at++) {
        n->p->peers[3].asked = at;
        count += keeps(n, 3, at);
    }
    check(count == 222 && n->p->peers[3].kept <= 64 << 20, "all that was asked for is kept");
}

/* How many of 524,300 names, which begin with this one, a node can teach. */
static size_t teach(struct node *n, uint32_t teacher, const char *name)
{
    struct fault f;
    size_t count = 0;
    node_names_learn(n->names, teacher);
    for (int i = 0; i < 524300; i++) {
        char text[32];
        int length = snprintf(text, sizeof text, "%s-%d", name, i);
        count += node_names_add(n->names, text, (size_t)length, &f) != NODE_NONE;
    }
    node_names_learn(n->names, NODE_NONE);
    return count;
}

static void names(struct node *n)
{
    check(teach(n, 2, "a") == NODE_NAMES_TAUGHT, "a node teaches names without end");
    check(teach(n, 2, "b") == 0, "a node teaches names again");
    check(teach(n, 3, "c") == NODE_NAMES_TAUGHT, "another node teaches none");
}

int main(void)
{
    static void (*const tests[])(struct node *) = {nesting,      batches, answers,
                                                   view_changes, unasked, names};
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        struct node n;
        node_open(&n, 1, 4, NULL, 0);
        tests[i](&n);
        node_close(&n);
    }
    return wrong;
}
