#include "dhtcli/dht_job.h"

#include "base/array.h"
#include "base/hex.h"
#include "bencode/json.h"
#include "bencode/writer.h"
#include "cli/cli.h"
#include "dhtcli/endpoint.h"
#include "hash/sha1.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dht_job {
    struct dht_jobs *all;
    struct dht_goal goal; /* what its searches have in common */
    unsigned searches;    /* that have not ended */
    struct contact *found;
    size_t found_count, found_cap;
    struct dht_item best; /* of the items that were found */
    bool has_best;
    struct buf value;       /* to put, bencoded */
    bool putting;           /* `best` is being stored; before, it was looked for */
    int64_t newer;          /* the highest seq above its own that was seen meanwhile, or 0 */
    struct dht_outcome sum; /* asked and answered: of the search that reached the most */
};

/* --- Lines ------------------------------------------------------------------------------------ */

static void put_item(const struct dht_item *item)
{
    struct buf json = {0};
    struct fault f;
    char seq[24] = "-";
    if (item->is_mutable)
        snprintf(seq, sizeof seq, "%" PRId64, item->seq);
    if (bencode_to_json(item->value, item->value_len, true, &json, &f))
        cli_fail(NULL, &f);
    cli_put_format("item %s %s ", hex20(&item->target).text, seq);
    cli_put(json.data, json.len);
    cli_put_string("\n");
    buf_free(&json);
}

static void on_peer(void *self, const struct contact *peer)
{
    struct dht_job *j = self;
    char where[ADDRESS_MAX];
    for (size_t i = 0; i < j->found_count; i++)
        if (contact_same_address(&j->found[i], peer))
            return;
    if (j->found_count == DHT_FOUND_MAX)
        return;
    cli_memory(ARRAY_RESERVE(j->found, j->found_cap, j->found_count + 1));
    j->found[j->found_count++] = *peer;
    endpoint_format(peer, where);
    cli_put_format("peer %s %s\n", hex20(&j->goal.target).text, where);
    cli_flush();
}

static void on_item(void *self, const struct dht_item *item)
{
    struct dht_job *j = self;
    if (j->putting) {
        if (item->is_mutable && item->seq > j->best.seq && item->seq > j->newer)
            j->newer = item->seq;
        return;
    }
    if (j->has_best && (!item->is_mutable || item->seq <= j->best.seq))
        return;
    j->best = *item;
    j->has_best = true;
}

static void on_asked(void *self, const struct contact *node, unsigned hop)
{
    const struct dht_job *j = self;
    char where[ADDRESS_MAX];
    endpoint_format(node, where);
    cli_warn("%s: hop %u: %s %s", hex20(&j->goal.target).text, hop, where, hex20(&node->id).text);
}

/* --- The end of a job ------------------------------------------------------------------------- */

static const char *why_not(const struct dht_outcome *sum)
{
    if (sum->answered == 0)
        return ": none of the peers answered";
    return "";
}

static void tell_stored(const struct dht_job *j)
{
    const struct dht_outcome *sum = &j->sum;
    const char *target = hex20(&j->goal.target).text;
    if (sum->stored || j->all->verbose)
        cli_warn("%s: stored at %u node%s", target, sum->stored, sum->stored == 1 ? "" : "s");
    if (j->newer)
        cli_warn("%s: a newer item is there, with seq %" PRId64, target, j->newer);
    if (sum->stored)
        return;
    j->all->status = CLI_NO;
    if (sum->refused)
        cli_warn("%s: not stored; nodes that refused it: %u, with error %" PRId64, target,
                 sum->refused, sum->code);
    else
        cli_warn("%s: not stored; nodes that answered: %u%s", target, sum->answered, why_not(sum));
}

static void tell_found(const struct dht_job *j)
{
    const struct dht_outcome *sum = &j->sum;
    const char *target = hex20(&j->goal.target).text;
    if (j->has_best)
        put_item(&j->best);
    if (j->all->verbose)
        cli_warn("%s: asked %u nodes, answered %u, hops %u", target, sum->asked, sum->answered,
                 sum->hops);
    if (j->has_best || j->found_count || j->all->announces)
        return;
    j->all->status = CLI_NO;
    cli_warn("%s: nothing found; nodes that answered: %u%s", target, sum->answered, why_not(sum));
}

static void end(struct dht_job *j)
{
    if (j->all->puts && j->sum.stored)
        put_item(&j->best);
    cli_flush();
    if (!j->all->puts)
        tell_found(j);
    if (j->all->puts || j->all->announces)
        tell_stored(j);
    cli_flush();
    j->all->active--;
    buf_free(&j->value);
    free(j->found);
    free(j);
}

/* --- Searches --------------------------------------------------------------------------------- */

static void put_found(struct dht_job *j);

static void on_done(void *self, const struct dht_outcome *outcome)
{
    struct dht_job *j = self;
    if (outcome->answered >= j->sum.answered) {
        j->sum.asked = outcome->asked;
        j->sum.answered = outcome->answered;
        j->sum.hops = outcome->hops;
    }
    j->sum.stored += outcome->stored;
    j->sum.refused += outcome->refused;
    if (outcome->code)
        j->sum.code = outcome->code;
    if (--j->searches)
        return;
    if (j->all->puts && !j->putting && j->sum.answered)
        put_found(j);
    else
        end(j);
}

/* One for each family. */
static void search(struct dht_job *j, enum krpc_method method, const struct dht_item *item)
{
    struct dht_goal goal = j->goal;
    goal.method = method;
    goal.item = item;
    goal.announce = method == KRPC_GET_PEERS && j->all->announces;
    for (int i = 0; i < 2; i++) {
        goal.host_len = i ? 16 : 4;
        if (!j->all->families[i])
            continue;
        cli_memory(dht_node_search(j->all->world.node, &goal, loop_now()));
        j->searches++;
    }
}

/* The item, after the one that was found, unless it is told its seq: with that one's as `cas`, so
 * that nobody else's is overwritten unseen. */
static void put_found(struct dht_job *j)
{
    struct dht_jobs *all = j->all;
    struct krpc_bytes value = {(const uint8_t *)j->value.data, j->value.len};
    struct krpc_bytes salt = {(const uint8_t *)all->salt, strlen(all->salt)};
    struct fault f;
    int64_t seq = all->seq;
    if (seq < 0 && j->has_best && j->best.seq == INT64_MAX)
        cli_die("the item has the last seq that there is");
    if (seq < 0) {
        j->goal.cas = (struct krpc_number){j->has_best, j->best.seq};
        seq = j->has_best ? j->best.seq + 1 : 1;
    }
    if (dht_item_sign(value, salt, seq, all->key, &j->best, &f))
        cli_fail(NULL, &f);
    j->putting = true;
    j->sum = (struct dht_outcome){0};
    search(j, KRPC_GET, &j->best);
}

/* --- Beginning -------------------------------------------------------------------------------- */

static int start_put(struct dht_job *j, const char *line, size_t n, struct fault *f)
{
    struct dht_jobs *all = j->all;
    struct bencode_writer w = {.out = &j->value};
    if (all->json && bencode_from_json(line, n, &j->value, f))
        return -1;
    if (!all->json)
        bencode_put_string(&w, line, n);
    cli_memory(w.failed);
    struct krpc_bytes value = {(const uint8_t *)j->value.data, j->value.len};
    if (dht_item_make(value, &j->best, f))
        return -1;
    j->goal.target = all->key ? dht_item_place(all->key->public, all->salt, strlen(all->salt))
                              : j->best.target;
    j->putting = !all->key;
    search(j, KRPC_GET, j->putting ? &j->best : NULL);
    return 0;
}

/* 40 digits are a key as it is, 64 are the public key of a mutable item, whose salt may follow; any
 * other text is hashed. */
static int find_target(struct dht_job *j, const char *line, size_t n, struct fault *f)
{
    uint8_t public[32];
    if (hex20_parse(line, n, &j->goal.target) == 0)
        return 0;
    if (n < 64 || (n > 64 && line[64] != ' ') || hex_decode(public, line, 32)) {
        sha1(line, n, j->goal.target.bytes);
        return 0;
    }
    j->goal.salt_len = n > 65 ? n - 65 : 0;
    if (j->goal.salt_len > ITEM_SALT_MAX)
        return fault_rule(f, "a salt of more than %d bytes", ITEM_SALT_MAX);
    memcpy(j->goal.salt, line + (n > 65 ? 65 : n), j->goal.salt_len);
    j->goal.target = dht_item_place(public, j->goal.salt, j->goal.salt_len);
    return 0;
}

static int start_lookup(struct dht_job *j, const char *line, size_t n, struct fault *f)
{
    if (find_target(j, line, n, f))
        return -1;
    if (j->all->want & DHT_WANT_PEERS || j->all->announces)
        search(j, KRPC_GET_PEERS, NULL);
    if (j->all->want & DHT_WANT_ITEMS && !j->all->announces)
        search(j, KRPC_GET, NULL);
    return 0;
}

int dht_job_start(struct dht_jobs *all, const char *line, size_t n, struct fault *f)
{
    struct dht_job *j = calloc(1, sizeof *j);
    cli_memory(!j);
    j->all = all;
    j->goal.port = all->port;
    j->goal.peer = on_peer;
    j->goal.item_found = on_item;
    j->goal.asked = all->verbose ? on_asked : NULL;
    j->goal.done = on_done;
    j->goal.self = j;
    if (all->puts && all->key) {
        j->goal.salt_len = strlen(all->salt);
        memcpy(j->goal.salt, all->salt, j->goal.salt_len);
    }
    all->active++;
    if ((all->puts ? start_put : start_lookup)(j, line, n, f) == 0)
        return 0;
    all->active--;
    buf_free(&j->value);
    free(j);
    return -1;
}
