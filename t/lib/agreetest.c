/*
 * agreetest LEDGER MEMBERS: members with the keys of `keygen -s 'member 1'` and so on, who agree on
 * one ledger (a file of a chain of theirs), in virtual time; what each has signed is in N.history.
 * The first block has the prevotes of all but one, who does not hear the proposal; and only one
 * other than its proposer hears them, and locks on it. That one then loses all but its files, and
 * the proposer never comes back. The rest have to decide all the same, which they can only if they
 * are shown the prevotes. Status 1 if they stand still.
 */
#include "validator/agreement.h"
#include "validator/next_block.h"

#include "stream/feed.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 16, WAIT = 1000, STEP = 50, PATIENCE = 200000 };

struct party {
    char path[32];
    struct secret_key key;
    struct said said;
    struct ledger ledger;
    struct agreement agreement;
    bool up;
};

static struct {
    const char *path;
    struct ledger ledger; /* the writer */
    struct sigpool *pool;
    struct party members[MOST];
    size_t count, proposer, locked; /* MOST: none yet */
    int64_t now;
} world = {.proposer = MOST, .locked = MOST};

static void good(int failed, const struct fault *f)
{
    if (failed)
        errx(2, "%s", f->text);
}

static void start(struct party *m)
{
    struct fault f;
    struct agreement_config config = {
        .ledger = &m->ledger, .key = &m->key, .said = &m->said, .wait = WAIT, .grow = WAIT};
    good(ledger_open(&m->ledger, world.path, &f), &f);
    good(said_open(&m->said, m->path, m->ledger.tree.genesis.id, m->key.public, &f), &f);
    good(agreement_begin(&m->agreement, &config, world.now, &f), &f);
    m->up = true;
}

static void stop(struct party *m)
{
    agreement_free(&m->agreement);
    said_close(&m->said);
    ledger_close(&m->ledger);
    m->up = false;
}

static void append(const struct buf *block)
{
    struct fault f;
    struct feed feed;
    struct batch *b;
    struct reorg reorg = {0};
    struct span rest = {.at = block->data, .len = block->len};
    feed_init(&feed, stream_new(source_memory(&rest), 1, 0), world.pool);
    good(ledger_begin(&world.ledger, &f), &f);
    while (feed_next(&feed, &b, &f) > 0)
        for (size_t i = 0; i < b->count; i++)
            good(ledger_append(&world.ledger, &b->items[i], INT64_MAX, &reorg, &f) < 0, &f);
    good(ledger_commit(&world.ledger, &f), &f);
    feed_free(&feed);
}

static void propose(struct party *m)
{
    struct fault f;
    struct buf block = {0};
    struct agreement *a = &m->agreement;
    uint8_t id[ID_LEN];
    struct next_block next = {
        .ledger = &m->ledger, .parent = &a->decided, .votes = &a->commit, .key = &m->key};
    a->turn = false;
    good(next_block_make(&next, &block, id, &f), &f);
    append(&block);
    buf_free(&block);
    good(ledger_refresh(&m->ledger, &f) < 0 || agreement_look(a, world.now, &f) ||
             agreement_propose(a, id, world.now, &f),
         &f);
}

/* Who is to be locked, and who does not hear the proposal. */
static size_t first_other(void)
{
    return world.proposer == 0;
}

static size_t last_other(void)
{
    return world.count - 1 - (world.proposer == world.count - 1);
}

/* Whether this line reaches a member. */
static bool reaches(const char *line, size_t to)
{
    if (world.locked < MOST)
        return true;
    if (strncmp(line, "proposal ", 9) == 0)
        return to != last_other();
    return strstr(line, " prevote ") != NULL && to == first_other();
}

static void give(struct party *m, const char *line, size_t n)
{
    struct fault f;
    if (agreement_take(&m->agreement, line, n, world.now, &f) != 0 && f.kind != FAULT_RULE)
        errx(2, "%s", f.text);
}

/* What a member has to say, to all others. */
static void pass_on(struct party *m)
{
    struct buf out = m->agreement.out;
    m->agreement.out = (struct buf){0};
    for (size_t at = 0; at < out.len;) {
        char *line = out.data + at, *end = memchr(line, '\n', out.len - at);
        *end = '\0';
        for (size_t to = 0; to < world.count; to++)
            if (world.members[to].up && &world.members[to] != m && reaches(line, to))
                give(&world.members[to], line, (size_t)(end - line));
        at += (size_t)(end - line) + 1;
    }
    buf_free(&out);
}

static void turn(size_t i)
{
    struct fault f;
    struct party *m = &world.members[i];
    struct agreement *a = &m->agreement;
    good(ledger_refresh(&m->ledger, &f) < 0 || agreement_look(a, world.now, &f), &f);
    if (!a->begun)
        good(agreement_start(a, world.now, &f), &f);
    if (a->turn) {
        world.proposer = world.proposer < MOST ? world.proposer : i;
        propose(m);
    }
    if (world.now >= a->deadline)
        good(agreement_tick(a, world.now, &f), &f);
    pass_on(m);
}

/* It has precommitted a block: it loses what is not on disk, and the proposer is gone. */
static void cut_if_locked(size_t i)
{
    static const uint8_t nothing[ID_LEN];
    struct party *m = &world.members[i];
    const struct said_vote *last = &m->said.last;
    if (world.locked < MOST || !m->said.voted || last->step != SAID_PRECOMMIT ||
        memcmp(last->root.bytes, nothing, ID_LEN) == 0)
        return;
    world.locked = i;
    stop(m);
    stop(&world.members[world.proposer]);
    start(m);
}

static bool all_decided(void)
{
    for (size_t i = 0; i < world.count; i++)
        if (world.members[i].up && world.members[i].agreement.decided.height < 1)
            return false;
    return true;
}

static void run(void)
{
    for (; !all_decided() && world.now < PATIENCE; world.now += STEP)
        for (size_t i = 0; i < world.count; i++)
            if (world.members[i].up) {
                turn(i);
                cut_if_locked(i);
            }
}

int main(int argc, char **argv)
{
    struct fault f = {0};
    char text[32];
    world.count = argc == 3 ? (size_t)atoi(argv[2]) : 0;
    if (world.count < 1 || world.count > MOST)
        errx(2, "usage: agreetest LEDGER MEMBERS");
    world.path = argv[1];
    world.pool = sigpool_new(1);
    good(ledger_open_writer(&world.ledger, world.path, world.pool, &f), &f);
    for (size_t i = 0; i < world.count; i++) {
        struct party *m = &world.members[i];
        snprintf(text, sizeof text, "member %zu", i + 1);
        snprintf(m->path, sizeof m->path, "%zu.history", i + 1);
        good(secret_key_from_text(&m->key, text, strlen(text), &f), &f);
        start(m);
    }
    run();
    bool decided = world.locked < MOST && all_decided();
    printf("%s in round %d, locked: %zu\n", decided ? "decided" : "stands still",
           (int)world.members[world.locked % MOST].said.last.round, world.locked + 1);
    for (size_t i = 0; i < world.count; i++) {
        if (world.members[i].up)
            stop(&world.members[i]);
        secret_key_wipe(&world.members[i].key);
    }
    ledger_close(&world.ledger);
    sigpool_free(world.pool);
    return !decided;
}
