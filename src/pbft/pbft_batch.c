#include "pbft/pbft_batch.h"

#include "hash/sha256.h"

#include <stdio.h>
#include <stdlib.h>

struct pbft_batch *pbft_batch_new(size_t count)
{
    struct pbft_batch *b = calloc(1, sizeof *b + count * sizeof *b->values);
    if (b == NULL)
        return NULL;
    b->references = 1;
    b->count = count;
    return b;
}

void pbft_batch_seal(struct pbft_batch *b, const struct node_names *names)
{
    struct sha256 h;
    sha256_init(&h);
    b->bytes = 0;
    for (size_t i = 0; i < b->count; i++) {
        char head[PBFT_VALUE_HEAD];
        const struct pbft_value *v = &b->values[i];
        int n = snprintf(head, sizeof head, "%s:%llu %u\n", node_names_text(names, v->id.client),
                         (unsigned long long)v->id.serial, v->payload->lines);
        sha256_update(&h, head, (size_t)n);
        sha256_update(&h, v->payload->text, v->payload->len);
        b->bytes += PBFT_VALUE_HEAD + v->payload->len;
    }
    sha256_final(&h, b->digest.bytes);
}

struct pbft_batch *pbft_batch_ref(struct pbft_batch *b)
{
    if (b != NULL)
        b->references++;
    return b;
}

void pbft_batch_unref(struct pbft_batch *b)
{
    if (b == NULL || --b->references > 0)
        return;
    for (size_t i = 0; i < b->count; i++)
        payload_unref(b->values[i].payload);
    free(b);
}

struct pbft_digest pbft_batch_digest(const struct pbft_batch *b)
{
    return b == NULL ? (struct pbft_digest){{0}} : b->digest;
}

uint64_t pbft_batch_lines(const struct pbft_batch *b)
{
    uint64_t lines = b == NULL ? 0 : b->count;
    for (size_t i = 0; b != NULL && i < b->count; i++)
        lines += b->values[i].payload->lines;
    return lines;
}

size_t pbft_batch_bytes(const struct pbft_batch *b)
{
    return b == NULL ? 0 : b->bytes;
}

struct pbft_digest pbft_chain(const struct pbft_digest *chain, const struct pbft_digest *next)
{
    struct pbft_digest out;
    struct sha256 h;
    sha256_init(&h);
    sha256_update(&h, chain->bytes, sizeof chain->bytes);
    sha256_update(&h, next->bytes, sizeof next->bytes);
    sha256_final(&h, out.bytes);
    return out;
}
