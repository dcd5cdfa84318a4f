/*
 * turntest: offers a transaction of N of M keys, for all N and M up to KEYS, to its signers one by
 * one in every order. Each signs if it is its turn; a line that is complete must have N signatures,
 * and one that is not must become complete once all keys are asked together: nobody may sign so
 * early that too few are left. Prints how many orders there were, and in how many nobody had to be
 * asked twice.
 */
#include "cli/turn.h"
#include "record/policy_make.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS = 5 };

static struct secret_key keys[KEYS]; /* ascending */

struct tally {
    long orders, complete;
};

static void good(int failed, const struct fault *f)
{
    if (failed)
        errx(1, "%s", f->text);
}

static int by_public(const void *a, const void *b)
{
    const struct secret_key *x = a, *y = b;
    return memcmp(x->public, y->public, sizeof x->public);
}

static void make_keys(void)
{
    struct fault f;
    for (int i = 0; i < KEYS; i++) {
        char text[] = "turn key 0";
        text[sizeof text - 2] += (char)i;
        good(secret_key_from_text(&keys[i], text, strlen(text), &f), &f);
    }
    qsort(keys, KEYS, sizeof *keys, by_public);
}

/* The line of `signers` of the first `count` keys, without signatures. */
static void begin_line(unsigned signers, unsigned count, struct buf *line)
{
    struct policy p = {.count = 1};
    struct buf text = {0};
    struct fault f;
    p.branches[0].signers = signers;
    for (unsigned i = 0; i < count; i++) {
        struct account key = cli_account_of(&keys[i]);
        good(policy_add_key(&p.branches[0], &key, &f), &f);
    }
    if (policy_format(&p, &text))
        err(2, NULL);
    p.text = (struct field){text.data, text.len};
    struct account from = policy_account(&p), to = cli_account_of(&keys[0]);
    line->len = 0;
    if (buf_add_string(line, "tx ") || buf_add_string(line, hex32(to.id).text) ||
        buf_add_string(line, " ") || buf_add_string(line, account_text(&from).text) ||
        buf_add_string(line, " 0 1 pay ") || buf_add_string(line, account_text(&to).text) ||
        buf_add_string(line, " 1 - ") || buf_add(line, text.data, text.len) ||
        buf_add_string(line, " by 0"))
        err(2, NULL);
    buf_free(&text);
}

/* Lets these keys sign while it is the turn of one. Whether the line is complete. */
static bool offer(struct secret_key *ring_keys, size_t n, struct buf *line)
{
    struct keyring ring = {ring_keys, n};
    const struct secret_key *key;
    struct tx tx, whole;
    struct fault f;
    good(tx_parse_partial(line->data, line->len, &tx, &f), &f);
    while (turn_next(&tx, &ring, &key, &f) == 0) {
        if (!key) {
            good(tx_parse(line->data, line->len, &whole, &f), &f);
            return true;
        }
        good(turn_sign(&tx, key, line, &f), &f);
    }
    if (f.kind != FAULT_RULE || tx_parse(line->data, line->len, &whole, &f) == 0)
        errx(1, "not complete, but a whole transaction: %s", f.text);
    return false;
}

static void try_order(unsigned signers, unsigned count, const int order[KEYS], struct tally *t)
{
    struct buf line = {0};
    bool complete = false;
    begin_line(signers, count, &line);
    for (unsigned i = 0; i < count; i++)
        complete = offer(&keys[order[i]], 1, &line);
    t->orders++;
    t->complete += complete;
    if (!complete && !offer(keys, count, &line))
        errx(1, "a dead end: %.*s", (int)line.len, line.data);
    buf_free(&line);
}

static void try_orders(unsigned signers, unsigned count, unsigned at, int order[KEYS],
                       struct tally *t)
{
    if (at == count)
        try_order(signers, count, order, t);
    for (unsigned i = at; i < count; i++) {
        int swap = order[at];
        order[at] = order[i];
        order[i] = swap;
        try_orders(signers, count, at + 1, order, t);
        order[i] = order[at];
        order[at] = swap;
    }
}

int main(void)
{
    struct tally t = {0};
    make_keys();
    for (unsigned count = 1; count <= KEYS; count++)
        for (unsigned signers = 1; signers <= count; signers++) {
            int order[KEYS] = {0, 1, 2, 3, 4};
            try_orders(signers, count, 0, order, &t);
        }
    for (int i = 0; i < KEYS; i++)
        secret_key_wipe(&keys[i]);
    printf("%ld orders, %ld complete\n", t.orders, t.complete);
    return fflush(stdout) ? 2 : 0;
}
