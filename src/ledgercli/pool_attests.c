#include "ledgercli/pool_attests.h"

#include "cli/cli.h"
#include "ledgercli/ledger.h"
#include "mempool/attest_pool.h"
#include "record/types.h"

#include <stdlib.h>
#include <string.h>

/* The path of the file, which the caller frees. */
static char *path_of(const char *pool)
{
    struct buf path = {0};
    cli_memory(buf_add_string(&path, pool) ||
               buf_add(&path, ATTEST_POOL_SUFFIX, sizeof ATTEST_POOL_SUFFIX));
    return path.data;
}

/* Whether the ledger's members sign such a line now. */
static bool is_wanted(struct member_lines *m, struct ledger *l, const struct item *item)
{
    struct fault f = {0};
    if (item->type != &attest_type || item->broken ||
        memcmp(item->signed_line.chain, l->tree.genesis.id, ID_LEN) != 0)
        return false;
    if (member_line_check(m, &l->tree, item, &f) == 0)
        return true;
    if (f.kind != FAULT_RULE)
        cli_ledger_fail(l, &f);
    return false;
}

/* What is too old takes no place. */
static void open_pool(struct attest_pool *p, const char *path, const struct ledger *l)
{
    struct fault f = {0};
    if (attest_pool_lock(p, path, &f))
        cli_fail(NULL, &f);
    attest_pool_prune(p, &l->tree);
}

static void keep(struct attest_pool *p, const struct item *item)
{
    struct fault f = {0};
    if (attest_pool_add(p, item->text, item->size - 1, &f) < 0)
        cli_fail(NULL, &f);
}

void cli_pool_attests(const char *pool, struct ledger *l, struct member_lines *m,
                      const struct batch *b)
{
    struct attest_pool p = {.file = LINEFILE(NULL)};
    struct fault f = {0};
    char *path = NULL;
    for (size_t i = 0; i < b->count; i++) {
        if (!is_wanted(m, l, &b->items[i]))
            continue;
        path = path ? path : path_of(pool);
        if (!p.file.path)
            open_pool(&p, path, l);
        keep(&p, &b->items[i]);
    }
    if (p.file.path && attest_pool_save(&p, &f))
        cli_fail(NULL, &f);
    attest_pool_free(&p);
    free(path);
}

void cli_pool_put_attests(const char *pool, struct ledger *l)
{
    struct attest_pool p;
    struct fault f = {0};
    struct buf out = {0};
    char *path = path_of(pool);
    if (attest_pool_read(&p, path, &f))
        cli_fail(NULL, &f);
    if (attest_pool_select(&p, &l->tree, &out, &f))
        cli_ledger_fail(l, &f);
    cli_put(out.data, out.len);
    buf_free(&out);
    attest_pool_free(&p);
    free(path);
}
