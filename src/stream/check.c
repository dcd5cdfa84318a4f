/* The signatures of a batch, as jobs for the threads of a pool. */
#include "base/array.h"
#include "stream/jobs.h"
#include "stream/parts.h"

/* How many signed parts an item has: itself, or its transactions. */
static size_t signed_parts(const struct item *item)
{
    if (item->broken || item->is_genesis || item->unread)
        return 0;
    return item_is_signed(item) ? 1 : item->count;
}

/* How many signatures of the i-th are to be checked. */
static size_t count_jobs(const struct item *item, size_t i)
{
    if (item_is_signed(item))
        return 1;
    const struct entry *e = &item->entries[i];
    if (entry_is_signed(e))
        return 1;
    return e->type != &tx_type || e->checked ? 0 : tx_job_count(&e->tx);
}

static void put_jobs(const struct item *item, size_t i, struct sigjob *out, struct job_bytes *room)
{
    if (item_is_signed(item))
        *out = signed_job(&item->signed_line);
    else if (entry_is_signed(&item->entries[i]))
        *out = signed_job(&item->entries[i].signed_line);
    else
        tx_jobs(&item->entries[i].tx, out, room);
}

int batch_start(struct batch *b, struct sigpool *pool, struct fault *f)
{
    size_t count = 0, n = 0;
    for (size_t i = 0; i < b->count; i++)
        for (size_t j = 0, parts = signed_parts(&b->items[i]); j < parts; j++)
            count += count_jobs(&b->items[i], j);
    if (ARRAY_RESERVE(b->jobs, b->jobs_cap, count) || ARRAY_RESERVE(b->room, b->room_cap, count))
        return fault_memory(f);
    for (size_t i = 0; i < b->count; i++)
        for (size_t j = 0, parts = signed_parts(&b->items[i]); j < parts; j++) {
            size_t jobs = count_jobs(&b->items[i], j);
            if (jobs)
                put_jobs(&b->items[i], j, &b->jobs[n], &b->room[n]);
            n += jobs;
        }
    return sigpool_start(pool, b->jobs, n, f);
}

int batch_finish(struct batch *b, struct sigpool *pool, struct fault *f)
{
    struct fault why;
    size_t n = 0;
    sigpool_wait(pool, b->jobs);
    for (size_t i = 0; i < b->count; i++) {
        struct item *item = &b->items[i];
        size_t parts = signed_parts(item);
        for (size_t j = 0; j < parts; j++) {
            size_t jobs = count_jobs(item, j);
            int valid = jobs ? jobs_valid(&b->jobs[n], jobs) : 1;
            n += jobs;
            if (valid < 0)
                return fault_memory(f);
            if (!item_is_signed(item) && jobs)
                item->entries[j].valid = valid;
            if (!valid) {
                bool is_block = item->type == &block_type;
                const struct record_type *type = is_block ? item->entries[j].type : item->type;
                fault_rule(&why, "%s: bad signature", type->name);
                item_break(item, item->line + j + is_block, &why);
            }
        }
    }
    return 0;
}
