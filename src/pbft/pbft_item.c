#include "pbft/pbft_item.h"

#include "hash/sha256.h"
#include "pbft/pbft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct pbft_form pbft_forms[PBFT_KINDS] = {
    [PBFT_REQUEST] = {"request", "", 'B'},
    [PBFT_PREPREPARE] = {"preprepare", "vs", 'B'},
    [PBFT_PREPARE] = {"prepare", "vsd", 0},
    [PBFT_COMMIT] = {"commit", "vsd", 0},
    [PBFT_CHECKPOINT] = {"checkpoint", "sd", 0},
    [PBFT_VIEWCHANGE] = {"viewchange", "vl", 'P'},
    [PBFT_ACK] = {"ack", "vnd", 0},
    [PBFT_NEWVIEW] = {"newview", "v", 'P'},
    [PBFT_STATUS] = {"status", "vfsl", 0},
    [PBFT_FETCH] = {"fetch", "sf", 0},
    [PBFT_DECIDED] = {"decided", "s", 'P'},
    [PBFT_SNAPSHOT] = {"snapshot", "siok", 'S'},
    [PBFT_MARK] = {"mark", "sid", 0},
    [PBFT_PREPARED] = {"prepared", "vsd", 0},
    [PBFT_EXECUTED] = {"executed", "sd", 0},
    [PBFT_CHOSEN] = {"chosen", "s", 'B'},
    [PBFT_STABLE] = {"stable", "sd", 0},
    [PBFT_HELD] = {"held", "l", 'P'},
};

static const struct pbft_form part_forms[] = {
    {"c", "sd", 0},  {"p", "svd", 0}, {"q", "svd", 0},  {"b", "", 'B'},
    {"v", "n", 'V'}, {"o", "s", 'B'}, {"d", "sd", 'B'},
};

const struct pbft_form *pbft_part_form(char what)
{
    for (size_t i = 0; i < sizeof part_forms / sizeof *part_forms; i++)
        if (part_forms[i].word[0] == what)
            return &part_forms[i];
    return NULL;
}

struct pbft_item *pbft_item_new(enum pbft_kind kind, size_t count)
{
    struct pbft_item *x = calloc(1, sizeof *x + count * sizeof *x->parts);
    if (x == NULL)
        return NULL;
    x->head = (struct engine_item){.references = 1, .kind = kind, .type = &pbft_engine};
    x->count = count;
    return x;
}

void pbft_item_free(struct engine_item *item)
{
    struct pbft_item *x = (struct pbft_item *)item;
    for (size_t i = 0; i < x->count; i++) {
        pbft_batch_unref(x->parts[i].batch);
        pbft_item_drop(x->parts[i].claim);
    }
    pbft_batch_unref(x->batch);
    payload_unref(x->state);
    applied_free(&x->applied);
    free(x);
}

struct pbft_item *pbft_item_strip(const struct pbft_item *item)
{
    size_t count = 0;
    for (size_t i = 0; i < item->count; i++)
        count += item->parts[i].what != 'b';
    struct pbft_item *x = pbft_item_new(item->head.kind, count);
    if (x == NULL)
        return NULL;
    x->view = item->view;
    x->low = item->low;
    x->digest = item->digest;
    for (size_t i = 0, at = 0; i < item->count; i++)
        if (item->parts[i].what != 'b')
            x->parts[at++] = item->parts[i];
    return x;
}

static int seal_claim(struct pbft_item *item, const struct node_names *names)
{
    struct buf text = {0};
    struct pbft_item *bare = pbft_item_strip(item);
    int result = bare == NULL ? -1 : pbft_item_format(&bare->head, names, &text);
    if (result == 0)
        sha256(text.data, text.len, item->digest.bytes);
    pbft_item_drop(bare);
    buf_free(&text);
    return result;
}

struct text_line {
    const char *at;
    size_t n;
};

static int order_lines(const void *a, const void *b)
{
    const struct text_line *x = a, *y = b;
    int order = memcmp(x->at, y->at, x->n < y->n ? x->n : y->n);
    return order != 0 ? order : (x->n > y->n) - (x->n < y->n);
}

/* Hashes the lines in the order of their bytes: every process numbers the clients in its own. */
static int hash_applied(struct sha256 *h, const struct applied *a, const struct node_names *names)
{
    struct buf text = {0};
    struct text_line *lines = calloc(a->count + 1, sizeof *lines);
    int result = lines == NULL ? -1 : applied_format(a, names, &text);
    const char *at = text.data;
    for (size_t i = 0; result == 0 && i < a->count; i++) {
        const char *end = memchr(at, '\n', (size_t)(text.data + text.len - at));
        lines[i] = (struct text_line){at, (size_t)(end + 1 - at)};
        at = end + 1;
    }
    if (result == 0 && a->count > 0)
        qsort(lines, a->count, sizeof *lines, order_lines);
    for (size_t i = 0; result == 0 && i < a->count; i++)
        sha256_update(h, lines[i].at, lines[i].n);
    free(lines);
    buf_free(&text);
    return result;
}

static int seal_snapshot(struct pbft_item *item, const struct node_names *names)
{
    struct sha256 h;
    char head[64];
    int n = snprintf(head, sizeof head, "%llu %llu\n", (unsigned long long)item->seq,
                     (unsigned long long)item->index);
    sha256_init(&h);
    sha256_update(&h, head, (size_t)n);
    sha256_update(&h, item->order.bytes, sizeof item->order.bytes);
    if (hash_applied(&h, &item->applied, names) != 0)
        return -1;
    sha256_update(&h, item->state->text, item->state->len);
    sha256_final(&h, item->digest.bytes);
    return 0;
}

int pbft_item_seal(struct pbft_item *item, const struct node_names *names)
{
    return item->head.kind == PBFT_VIEWCHANGE ? seal_claim(item, names)
                                              : seal_snapshot(item, names);
}
