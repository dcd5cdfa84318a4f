#include "sim/disk.h"

#include "base/array.h"
#include "base/chance.h"

#include <stdlib.h>
#include <string.h>

static int add(struct sim_disk *d, struct engine_item *item, struct fault *f)
{
    if (ARRAY_RESERVE(d->entries, d->cap, d->count + 1)) {
        engine_item_unref(item);
        return fault_memory(f);
    }
    d->entries[d->count++] = (struct sim_disk_entry){item, d->forgetting, d->joining};
    d->joining = d->joining || d->forgetting;
    d->forgetting = false;
    return 0;
}

int sim_disk_save(struct sim_disk *d, struct engine_item *item, struct fault *f)
{
    d->saves++;
    return add(d, item, f);
}

void sim_disk_forget(struct sim_disk *d)
{
    d->forgetting = true;
    d->joining = false;
}

int sim_disk_batch_end(struct sim_disk *d, struct fault *f)
{
    const int result = d->forgetting ? add(d, NULL, f) : 0;
    d->joining = false;
    return result;
}

bool sim_disk_sync_begin(struct sim_disk *d)
{
    if (d->syncing || d->synced == d->count)
        return false;
    d->syncing = true;
    d->covered = d->count;
    d->covered_saves = d->saves;
    return true;
}

/* Drops what comes before the last fresh entry that is synced. */
static void drop_forgotten(struct sim_disk *d)
{
    size_t from = d->synced;
    while (from > 0 && !d->entries[from - 1].fresh)
        from--;
    if (from <= 1)
        return;
    for (size_t i = 0; i < from - 1; i++)
        engine_item_unref(d->entries[i].item);
    d->count -= from - 1;
    d->synced -= from - 1;
    memmove(d->entries, d->entries + from - 1, d->count * sizeof *d->entries);
}

uint64_t sim_disk_sync_end(struct sim_disk *d)
{
    d->syncing = false;
    bool fresh = false;
    for (size_t i = d->synced; i < d->covered; i++)
        fresh |= d->entries[i].fresh;
    d->synced = d->covered;
    if (fresh)
        drop_forgotten(d);
    return d->covered_saves;
}

void sim_disk_crash(struct sim_disk *d, uint64_t *stream, size_t *kept, size_t *lost)
{
    const size_t unsynced = d->count - d->synced;
    size_t keep = d->synced;
    if (stream != NULL && unsynced > 0)
        keep += (size_t)chance_below(stream, unsynced + 1);
    while (keep > d->synced && keep < d->count && d->entries[keep].joined)
        keep--;
    *kept = keep - d->synced;
    *lost = d->count - keep;
    for (size_t i = keep; i < d->count; i++)
        engine_item_unref(d->entries[i].item);
    d->count = d->synced = keep;
    d->saves = 0;
    d->syncing = d->forgetting = d->joining = false;
    drop_forgotten(d);
}

void sim_disk_wipe(struct sim_disk *d)
{
    for (size_t i = 0; i < d->count; i++)
        engine_item_unref(d->entries[i].item);
    d->count = d->synced = 0;
    d->saves = 0;
    d->syncing = d->forgetting = d->joining = false;
}

struct engine_item *const *sim_disk_items(struct sim_disk *d, size_t *count,
                                          struct engine_item ***list, size_t *cap)
{
    *count = 0;
    if (ARRAY_RESERVE(*list, *cap, d->count + 1))
        return NULL;
    for (size_t i = 0; i < d->count; i++) {
        if (d->entries[i].fresh)
            *count = 0;
        if (d->entries[i].item != NULL)
            (*list)[(*count)++] = d->entries[i].item;
    }
    return *list;
}

void sim_disk_free(struct sim_disk *d)
{
    sim_disk_wipe(d);
    free(d->entries);
    *d = (struct sim_disk){0};
}
