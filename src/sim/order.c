#include "sim/order.h"

#include "base/array.h"
#include "scenario/scenario.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sim_order_free(struct sim_order *o)
{
    for (size_t i = 0; i < o->count; i++)
        payload_unref(o->records[i].payload);
    for (size_t i = 0; i < o->names; i++)
        free(o->indexes[i]);
    free(o->records);
    free(o->indexes);
    free(o->index_caps);
    free(o->leaders);
    *o = (struct sim_order){0};
}

static void say(struct sim_breach *b, enum sim_property property, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void say(struct sim_breach *b, enum sim_property property, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(b->text, sizeof b->text, format, args);
    va_end(args);
    b->property = (int)property;
}

static int grow_records(struct sim_order *o, uint64_t index, struct fault *f)
{
    if (ARRAY_RESERVE(o->records, o->cap, (size_t)index))
        return fault_memory(f);
    while (o->count < index)
        o->records[o->count++] = (struct sim_record){.node = UINT32_MAX};
    return 0;
}

uint64_t sim_order_chain(const struct sim_order *o, uint64_t index)
{
    return index >= 1 && index <= o->count ? o->records[index - 1].chain : 0;
}

/* --- Once ----------------------------------------------------------------------------------- */

static int grow_names(struct sim_order *o, uint32_t name, struct fault *f)
{
    if (ARRAY_RESERVE(o->indexes, o->index_lists_cap, (size_t)name + 1) ||
        ARRAY_RESERVE(o->index_caps, o->names_cap, (size_t)name + 1))
        return fault_memory(f);
    for (; o->names <= name; o->names++) {
        o->indexes[o->names] = NULL;
        o->index_caps[o->names] = 0;
    }
    return 0;
}

/* Where the index of a proposal is kept. */
static uint64_t *index_of(struct sim_order *o, struct proposal_id id, struct fault *f)
{
    if (id.client >= o->names && grow_names(o, id.client, f))
        return NULL;
    size_t *cap = &o->index_caps[id.client];
    const size_t before = *cap;
    if (ARRAY_RESERVE(o->indexes[id.client], *cap, (size_t)id.serial + 1)) {
        fault_memory(f);
        return NULL;
    }
    if (*cap > before)
        memset(o->indexes[id.client] + before, 0, (*cap - before) * sizeof **o->indexes);
    return &o->indexes[id.client][id.serial];
}

static int check_once(struct sim_order *o, uint64_t index, struct proposal_id id, const char *label,
                      struct sim_breach *b, struct fault *f)
{
    if (id.serial == 0 || id.serial > SIM_INDEX_MAX || id.client == NODE_NONE)
        return 0;
    uint64_t *first = index_of(o, id, f);
    if (first == NULL)
        return -1;
    if (*first != 0 && *first != index)
        say(b, SIM_ONCE,
            "%s commits proposal %" PRIu64 " at index %" PRIu64 ", and it is at %" PRIu64
            " already",
            label, id.serial, index, *first);
    *first = index;
    return 0;
}

/* --- Order ---------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t chain, uint64_t word)
{
    chain = (chain ^ word) * 0x9e3779b97f4a7c15;
    return chain ^ chain >> 29;
}

static uint64_t hash_text(uint64_t chain, const struct payload *p)
{
    for (size_t i = 0; i < p->len; i += 8) {
        uint64_t word = 0;
        for (size_t k = 0; k < 8 && i + k < p->len; k++)
            word |= (uint64_t)(unsigned char)p->text[i + k] << 8 * k;
        chain = mix(chain, word);
    }
    return mix(chain, p->len + 1);
}

static bool same_payload(const struct payload *a, const struct payload *b)
{
    return a == b || (a->len == b->len && memcmp(a->text, b->text, a->len) == 0);
}

/* Notes that a node passes over the indexes between its last commit and this one. */
static void pass_over(struct sim_order *o, uint32_t node, uint64_t before, uint64_t index,
                      const char *const *labels, struct sim_breach *b)
{
    for (uint64_t i = before + 1; i < index; i++) {
        struct sim_record *r = &o->records[i - 1];
        if (r->payload != NULL) {
            say(b, SIM_ORDER, "%s passes over index %" PRIu64 ", where %s committed a record",
                labels[node], i, labels[r->node]);
            return;
        }
        if (!r->nothing)
            r->node = node;
        r->nothing = true;
    }
}

static void first_commit(struct sim_record *r, uint32_t node, uint64_t index, uint64_t before_chain,
                         const struct engine_output *commit)
{
    *r = (struct sim_record){
        .payload = payload_ref(commit->payload),
        .id = commit->id,
        .before = before_chain,
        .node = node,
        .operation = sim_operation_parse(commit->payload->text, commit->payload->len),
    };
    r->chain = hash_text(mix(mix(before_chain, index), commit->id.serial), r->payload) | 1;
}

static void compare(const struct sim_record *r, uint32_t node, uint64_t before_chain,
                    const struct engine_output *commit, const char *const *labels,
                    struct sim_breach *b)
{
    if (commit->id.client != r->id.client || commit->id.serial != r->id.serial ||
        !same_payload(r->payload, commit->payload))
        say(b, SIM_ORDER, "%s commits another record at index %" PRIu64 " than %s did",
            labels[node], commit->index, labels[r->node]);
    else if (r->before != before_chain)
        say(b, SIM_ORDER, "%s has other records than %s before index %" PRIu64, labels[node],
            labels[r->node], commit->index);
}

int sim_order_commit(struct sim_order *o, uint32_t node, uint64_t before, uint64_t before_chain,
                     const struct engine_output *commit, const char *const *labels,
                     struct sim_breach *b, const struct sim_record **record, struct fault *f)
{
    const uint64_t index = commit->index;
    b->property = -1;
    if (index <= before || index > SIM_INDEX_MAX) {
        say(b, SIM_ORDER, "%s commits index %" PRIu64 " after %" PRIu64, labels[node], index,
            before);
        return 0;
    }
    if (index > o->count && grow_records(o, index, f))
        return -1;
    struct sim_record *r = &o->records[index - 1];
    *record = r;
    pass_over(o, node, before, index, labels, b);
    if (b->property >= 0)
        return 0;
    if (r->nothing)
        say(b, SIM_ORDER, "%s commits a record at index %" PRIu64 ", which %s passed over",
            labels[node], index, labels[r->node]);
    else if (r->payload != NULL)
        compare(r, node, before_chain, commit, labels, b);
    else
        first_commit(r, node, index, before_chain, commit);
    return b->property >= 0 ? 0 : check_once(o, index, commit->id, labels[node], b, f);
}

/* --- Leaders -------------------------------------------------------------------------------- */

int sim_order_leader(struct sim_order *o, uint64_t term, uint32_t name,
                     const struct node_names *names, struct sim_breach *b, struct fault *f)
{
    size_t at = o->leader_count;
    b->property = -1;
    while (at > 0 && o->leaders[at - 1].term > term)
        at--;
    if (at > 0 && o->leaders[at - 1].term == term) {
        if (o->leaders[at - 1].name != name)
            say(b, SIM_LEADER, "term %" PRIu64 " has two leaders, %s and %s", term,
                node_names_text(names, o->leaders[at - 1].name), node_names_text(names, name));
        return 0;
    }
    if (ARRAY_RESERVE(o->leaders, o->leaders_cap, o->leader_count + 1))
        return fault_memory(f);
    memmove(&o->leaders[at + 1], &o->leaders[at], (o->leader_count - at) * sizeof *o->leaders);
    o->leaders[at] = (struct sim_leader){term, name};
    o->leader_count++;
    return 0;
}
