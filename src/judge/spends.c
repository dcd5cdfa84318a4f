#include "judge/spends.h"

#include "base/hex.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct spend {
    struct {
        uint8_t chain[ID_LEN];
        struct account from;
        uint8_t pad[7]; /* zero: it is hashed with the rest */
        int64_t seq;
    } what;
    uint8_t id[ID_LEN];
    uint64_t line;
    UT_hash_handle hh;
};

static void forget_oldest(struct spends *s)
{
    struct spend *oldest = s->oldest;
    HASH_DEL(s->oldest, oldest);
    free(oldest);
}

void spends_free(struct spends *s)
{
    while (s->oldest)
        forget_oldest(s);
}

static int add(struct spends *s, struct spend *new, struct fault *f)
{
    HASH_ADD(hh, s->oldest, what, sizeof new->what, new);
    if (!new->hh.tbl) {
        free(new);
        return fault_memory(f);
    }
    if (HASH_COUNT(s->oldest) > SPENDS_MAX)
        forget_oldest(s);
    return 0;
}

int spends_add(struct spends *s, const struct item *item, struct fault *f)
{
    const struct entry *e = &item->entries[0];
    struct spend *other, *new = calloc(1, sizeof *new);
    if (!new)
        return fault_memory(f);
    memcpy(new->what.chain, e->tx.chain, ID_LEN);
    new->what.from = e->tx.from;
    new->what.seq = e->tx.seq;
    memcpy(new->id, e->id, ID_LEN);
    new->line = item->line;
    HASH_FIND(hh, s->oldest, &new->what, sizeof new->what, other);
    if (!other)
        return add(s, new, f);
    free(new);
    if (memcmp(other->id, e->id, ID_LEN) == 0)
        return 0;
    return fault_rule(
        f, "tx: seq %" PRId64 " is spent twice: %s spends what %s at line %" PRIu64 " spent",
        e->tx.seq, hex32(e->id).text, hex32(other->id).text, other->line);
}
