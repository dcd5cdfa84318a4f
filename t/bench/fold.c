/*
 * fold [-p] LEDGER: what verify does, without signature arithmetic: parsing, hashing, state and all
 * other rules; with -p, only parsing and hashing.
 */
#include "judge/judge.h"
#include "ledger/source.h"
#include "stream/feed.h"

#include <err.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void judge_batch(struct judge *j, const struct batch *b)
{
    struct fault f = {0};
    for (size_t i = 0; i < b->count; i++)
        if (judge_item(j, &b->items[i], time(NULL), &f) != 1)
            errx(1, "line %llu: %s", (unsigned long long)f.line, f.text);
}

int main(int argc, char **argv)
{
    bool parse_only = argc == 3 && strcmp(argv[1], "-p") == 0;
    struct source src;
    struct fault f = {0};
    struct feed feed;
    struct batch *b;
    int got;
    if (argc != 2 + parse_only)
        errx(2, "usage: fold [-p] LEDGER");
    if (source_open(argv[1 + parse_only], &src, &f))
        errx(2, "%s", f.text);
    struct stream *stream = stream_new(src, 1, 0);
    struct judge *j = judge_new(NULL);
    if (!stream || !j)
        errx(2, "out of memory");
    feed_init(&feed, stream, NULL);
    while ((got = feed_next(&feed, &b, &f)) > 0)
        if (!parse_only)
            judge_batch(j, b);
    if (got < 0)
        errx(2, "%s", f.text);
    feed_free(&feed);
    judge_free(j);
    return 0;
}
