/*
 * LEDGER.checked, of any bytes: whatever stands there, a signature counts as checked only where the
 * file has its transaction's own id in that id's own set; and what is no such file stays as it
 * is.
 *
 * The input is what becomes of each place that a transaction of the chain has: a byte that says
 * what, and its bytes.
 */
#include "ledger/sigcache.h"
#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const char chain[] =
#include "chain.inc"
    ;

enum { TXS_MAX = 16 };

struct run {
    char ledger[64], path[80];
    int fd;
    struct batch batch;
    struct entry *txs[TXS_MAX];
    size_t count;
    const uint8_t *data;
    size_t n;
};

static off_t place_of(const struct entry *e)
{
    uint32_t first = (uint32_t)e->id[0] << 16 | (uint32_t)e->id[1] << 8 | e->id[2];
    return (off_t)(first % (SIGCACHE_SLOTS / SIGCACHE_SET)) * SIGCACHE_SET * ID_LEN;
}

static uint8_t take(struct run *r)
{
    r->n -= r->n > 0;
    return r->n ? *r->data++ : 0;
}

/* The chain's transactions, each of which stands once. */
static void read_chain(struct run *r)
{
    struct fault f;
    must(batch_parse(&r->batch, chain, sizeof chain - 1, 1, 0, &f) == 0);
    for (size_t i = 1; i < r->batch.count; i++)
        for (size_t j = 0; j < r->batch.items[i].count; j++)
            if (r->count < TXS_MAX)
                r->txs[r->count++] = &r->batch.items[i].entries[j];
    must(r->count > 0);
}

static void fill_place(struct run *r, const struct entry *e)
{
    uint8_t bytes[ID_LEN], what = take(r);
    off_t at = place_of(e);
    size_t n = sizeof bytes;
    memcpy(bytes, e->id, sizeof bytes);
    switch (what % 7) {
    case 0:
        return;
    case 1:
        break;
    case 2:
        bytes[take(r) % sizeof bytes] ^= (uint8_t)(1 << take(r) % 8);
        break;
    case 3:
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = take(r);
        break;
    case 4:
        n = take(r) % sizeof bytes;
        break;
    case 5:
        n = 1 + take(r) % sizeof bytes;
        at = 0;
        for (size_t i = 0; i < n; i++)
            bytes[i] = take(r);
        break;
    default:
        must(ftruncate(r->fd, at + take(r) % 64) == 0);
        return;
    }
    must(pwrite(r->fd, bytes, n, at) == (ssize_t)n);
}

/* Whether the file begins as a table does: with nothing, a hole, or an id that belongs there. */
static bool is_table(const struct run *r)
{
    uint8_t first[ID_LEN] = {0};
    ssize_t got = pread(r->fd, first, sizeof first, 0);
    bool hole = true;
    for (size_t i = 0; i < sizeof first; i++)
        hole &= !first[i];
    return got == 0 || (got == ID_LEN && (hole || (!first[1] && !first[2])));
}

/* Whether the file has it, told the plain way. */
static bool stands(const struct run *r, const struct entry *e)
{
    uint8_t set[SIGCACHE_SET][ID_LEN] = {0};
    bool found = false;
    must(pread(r->fd, set, sizeof set, place_of(e)) >= 0);
    for (size_t i = 0; i < SIGCACHE_SET; i++)
        found |= memcmp(set[i], e->id, sizeof set[i]) == 0;
    return found && is_table(r);
}

static void check_recalled(struct run *r, struct sigcache *k)
{
    for (size_t i = 0; i < r->count; i++)
        r->txs[i]->checked = false;
    sigcache_look_up(k, &r->batch);
    for (size_t i = 0; i < r->count; i++)
        must(r->txs[i]->checked == stands(r, r->txs[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct run r = {.data = data, .n = n};
    snprintf(r.ledger, sizeof r.ledger, "%s/fuzz-sigcache.%d",
             access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", (int)getpid());
    snprintf(r.path, sizeof r.path, "%s.checked", r.ledger);
    r.fd = open(r.path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct sigcache *k = sigcache_new(r.ledger, NULL);
    must(r.fd >= 0 && k);
    read_chain(&r);
    for (size_t i = 0; i < r.count; i++)
        fill_place(&r, r.txs[i]);
    check_recalled(&r, k);
    for (size_t i = 0; i < r.count; i++)
        r.txs[i]->valid = take(&r) % 2;
    sigcache_add(k, &r.batch);
    for (size_t i = 0; i < r.count; i++)
        must(!r.txs[i]->valid || !is_table(&r) || stands(&r, r.txs[i]));
    check_recalled(&r, k);
    sigcache_free(k);
    batch_free(&r.batch);
    close(r.fd);
    unlink(r.path);
    return 0;
}
