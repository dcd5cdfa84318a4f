#include "netcli/light_pull.h"

#include "base/hex.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/values.h"
#include "ledgercli/headers.h"

#include <inttypes.h>
#include <string.h>

struct run {
    struct header_file *file;
    struct light_sync *sync;
};

bool cli_light_pull_id(struct light_pull *p, const char *text)
{
    if (strlen(text) != 2 * ID_LEN)
        return false;
    if (p->ids_count == LIGHT_PULL_IDS_MAX)
        cli_die("-P: more than %d ids", LIGHT_PULL_IDS_MAX);
    if (hex_decode(p->ids[p->ids_count++], text, ID_LEN))
        cli_die("-P: '%s' is not an id: 64 lowercase hex digits", text);
    return true;
}

void cli_light_pull_account(struct light_pull *p, const char *name)
{
    if (p->accounts_count == LIGHT_PULL_IDS_MAX)
        cli_die("-A: more than %d accounts", LIGHT_PULL_IDS_MAX);
    p->names[p->accounts_count++] = name;
}

static void print_proof(const struct light_proof *found)
{
    struct buf line = {0};
    cli_memory(proof_format(&found->proof, &line) || buf_add(&line, "\n", 1));
    cli_put(found->header.data, found->header.len);
    cli_put("\n", 1);
    cli_put(line.data, line.len);
    cli_put(found->state.data, found->state.len);
    buf_free(&line);
}

static int64_t above(const struct run *r, const struct light_proof *found)
{
    const struct light_sum sum = light_sum(header_file_light(r->file));
    return (sum.by_members ? sum.trusted : sum.height) - found->height;
}

static bool tell_proof(const struct run *r, const uint8_t id[ID_LEN], size_t i)
{
    const struct light_proof *found = light_sync_proof(r->sync, i);
    if (!found) {
        cli_warn("%s: no peer that was asked proved that it is on the best chain", hex32(id).text);
        return false;
    }
    int64_t blocks = above(r, found);
    print_proof(found);
    cli_warn("%s: in block %" PRId64 ", buried by %" PRId64 " block%s", hex32(id).text,
             found->height, blocks, blocks == 1 ? "" : "s");
    return true;
}

/* Why there is no proof of a balance. */
static void tell_no_balance(const struct run *r, const char *name)
{
    int64_t height = light_state_height(header_file_light(r->file));
    if (height == -2)
        cli_warn("%s: this chain has no `rule state`, and so no proofs of what accounts have",
                 name);
    else if (height == -1)
        cli_warn("%s: no block holds a state line yet", name);
    else
        cli_warn("%s: no peer that was asked proved what it had after block %" PRId64, name,
                 height);
}

static bool tell_balance(const struct run *r, const char *name, size_t i)
{
    const struct light_proof *found = light_sync_proof(r->sync, i);
    if (!found) {
        tell_no_balance(r, name);
        return false;
    }
    const struct holding *h = &found->holding;
    int64_t blocks = above(r, found);
    print_proof(found);
    if (h->present)
        cli_warn("%s: %" PRId64 " after block %" PRId64 ", and %" PRId64
                 " transaction%s; the block "
                 "that says so is buried by %" PRId64,
                 name, h->balance, h->height, h->seq, h->seq == 1 ? "" : "s", blocks);
    else
        cli_warn("%s: nothing after block %" PRId64
                 "; the block that says so is buried by %" PRId64,
                 name, h->height, blocks);
    int64_t newest = light_state_height(header_file_light(r->file));
    if (h->height != newest)
        cli_warn("%s: that is older than the newest state line: no peer that was asked proved what "
                 "it had after block %" PRId64,
                 name, newest);
    return h->height == newest;
}

static int verdict(const struct light_pull *p, const struct run *r)
{
    bool all = true;
    bool complete = light_sync_complete(r->sync);
    for (size_t i = 0; i < p->ids_count; i++)
        all &= tell_proof(r, p->ids[i], i);
    for (size_t i = 0; i < p->accounts_count; i++)
        all &= tell_balance(r, p->names[i], p->ids_count + i);
    return all && (complete || p->ids_count || p->accounts_count) ? CLI_YES : CLI_NO;
}

static void fail(const struct light_pull *p, const struct fault *f)
{
    cli_fail(p->path, f);
}

static void turns(struct light_pull *p, struct run *r)
{
    struct loop *loop = p->config.dialing.loop;
    struct fault f = {0};
    while (!loop_stopped(loop)) {
        if (light_sync_turn(r->sync, loop_now(), &f))
            fail(p, &f);
        if (light_sync_over(r->sync, loop_now()))
            return;
        if (loop_turn(loop, light_sync_wait(r->sync, loop_now()), &f))
            cli_fail(NULL, &f);
    }
}

int cli_light_pull_run(struct light_pull *p)
{
    struct run r = {0};
    struct fault f = {0};
    for (size_t i = 0; i < p->accounts_count; i++)
        cli_account(cli_book(NULL), p->names[i], &p->accounts[i]);
    cli_checkpoints_open(&p->checkpoints);
    const struct checkpoints *set = p->checkpoints.path ? &p->checkpoints.set : NULL;
    r.file = header_file_open(p->path, p->has_chain ? p->chain : NULL, set, cli_time_now(CLI_CLOCK),
                              &f);
    if (!r.file)
        fail(p, &f);
    light_period(header_file_light(r.file), p->within);
    p->config.file = r.file;
    p->config.set = set;
    p->config.ids = (const uint8_t(*)[ID_LEN])p->ids;
    p->config.ids_count = p->ids_count;
    p->config.accounts = p->accounts;
    p->config.accounts_count = p->accounts_count;
    r.sync = light_sync_new(&p->config, loop_now(), &f);
    if (!r.sync)
        cli_fail(NULL, &f);
    turns(p, &r);
    int status = loop_stopped(p->config.dialing.loop) ? -1 : verdict(p, &r);
    cli_put_evidence(header_file_light(r.file), p->evidence);
    const struct light_sum sum = light_sum(header_file_light(r.file));
    cli_tell_trust(p->path, &sum);
    if (sum.from_genesis)
        cli_tell_final(p->path, &sum);
    light_sync_free(r.sync);
    header_file_close(r.file);
    cli_checkpoints_close(&p->checkpoints);
    return status;
}
