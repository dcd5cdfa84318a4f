/*
 * A world for Raft engines: nodes with disks, packets between them, and a clock, all of which move
 * only when a test says so. It checks what must hold in any case: one leader a term, one proposal
 * an index, one index a proposal, and indexes that only rise.
 *
 * Every item goes through its text and back on its way.
 */
#include "base/chance.h"
#include "raft/raft.h"
#include "raft/raft_node.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES_MAX = 9, PACKETS_MAX = 20000, INDEX_MAX = 200000, TERMS_MAX = 20000 };

struct saved_item {
    struct engine_item *item;
    size_t group; /* not 0: after a `forget`, one of so many that come together */
    bool forget;  /* the first of them */
};

struct node {
    struct engine *engine; /* NULL: it is down */
    int64_t deadline;
    struct saved_item disk[20000];
    size_t kept, count;  /* on disk; put out */
    uint64_t base;       /* saves of this life before disk[0] */
    uint64_t last_index; /* of a commit, in this life */
    uint64_t answered, answer_index;
    char notes[4096];
    uint64_t skew;
};

struct packet {
    uint32_t from, to;
    struct engine_item *item;
    int64_t at;
};

static struct world {
    struct node_names *names;
    uint32_t nodes, members; /* all; those that are there at first */
    struct node node[NODES_MAX];
    struct packet packet[PACKETS_MAX];
    size_t packets;
    int64_t now;
    const char *settings[20];
    size_t setting_count;
    struct proposal_id chosen[INDEX_MAX];
    uint64_t highest; /* index that anybody has committed */
    uint32_t leader[TERMS_MAX];
    uint64_t latest_term;
    bool (*passes)(uint32_t from, uint32_t to); /* NULL: every packet does */
    uint64_t deliveries;
    void (*watch)(uint32_t from, uint32_t to, const struct raft_item *x); /* what is sent */
} w;

/* A property does not hold: status 1. */
#define broken(...) errx(1, __VA_ARGS__)

#define must(x)                                                                                    \
    do {                                                                                           \
        if (!(x))                                                                                  \
            errx(1, "%s:%d: %s", __func__, __LINE__, #x);                                          \
    } while (0)

static struct raft *raft_of(uint32_t n)
{
    return (struct raft *)w.node[n].engine;
}

static const char *name_of(uint32_t n)
{
    return node_names_text(w.names, n);
}

/* --- What engines put out ----------------------------------------------------------------------
 */

static void check_commit(uint32_t n, const struct engine_output *x)
{
    struct node *node = &w.node[n];
    must(x->index < INDEX_MAX);
    struct proposal_id *is = &w.chosen[x->index];
    if (x->index <= node->last_index)
        broken("%s commits %llu after %llu", name_of(n), (unsigned long long)x->index,
               (unsigned long long)node->last_index);
    if (is->serial != 0 && (is->client != x->id.client || is->serial != x->id.serial))
        broken("index %llu is %u:%llu, and %u:%llu at %s", (unsigned long long)x->index, is->client,
               (unsigned long long)is->serial, x->id.client, (unsigned long long)x->id.serial,
               name_of(n));
    node->last_index = x->index;
    *is = x->id;
    if (x->index > w.highest)
        w.highest = x->index;
}

static void check_note(uint32_t n, const char *text, size_t len)
{
    struct node *node = &w.node[n];
    unsigned long long term;
    char line[512], who[80];
    snprintf(line, sizeof line, "%.*s", (int)len, text);
    size_t used = strlen(node->notes);
    if (used + len + 2 < sizeof node->notes)
        snprintf(node->notes + used, sizeof node->notes - used, "%s\n", line);
    if (getenv("SHOW"))
        printf("%lld event %s %s\n", (long long)w.now, name_of(n), line);
    if (sscanf(line, "leader %llu %79s", &term, who) != 2)
        return;
    must(term < TERMS_MAX);
    if (w.leader[term] != 0 && w.leader[term] != n + 1)
        broken("two leaders in term %llu", term);
    w.leader[term] = n + 1;
    if (term > w.latest_term)
        w.latest_term = term;
}

static void show(const char *word, uint32_t from, uint32_t to, const struct engine_item *item)
{
    struct buf text = {0};
    must(raft_item_format(item, w.names, &text) == 0);
    printf("%lld %s %s %s %.*s", (long long)w.now, word, name_of(from), name_of(to), (int)text.len,
           text.data);
    buf_free(&text);
}

static void send_packet(uint32_t from, uint32_t to, struct engine_item *item, int64_t at)
{
    if (w.watch != NULL)
        w.watch(from, to, (const struct raft_item *)item);
    if (w.packets == PACKETS_MAX || to >= w.nodes || (w.passes != NULL && !w.passes(from, to)))
        return;
    if (getenv("SHOW"))
        show("send", from, to, item);
    w.packet[w.packets++] = (struct packet){from, to, engine_item_ref(item), at};
}

/* When a packet that is sent now arrives. */
static int64_t (*arrival)(void);

static void take_saves(struct node *node, const struct engine_outputs *out)
{
    bool forget = false;
    size_t first = node->count;
    for (size_t i = 0; i < out->count; i++) {
        forget = forget || out->list[i].kind == ENGINE_FORGET;
        if (out->list[i].kind != ENGINE_SAVE)
            continue;
        must(node->count < 20000);
        node->disk[node->count++] = (struct saved_item){.item = engine_item_ref(out->list[i].item),
                                                        .group = forget};
        if (forget && node->count - 1 >= first &&
            (node->count == first + 1 || !node->disk[node->count - 2].group))
            node->disk[node->count - 1].forget = true;
    }
    for (size_t i = first; i < node->count; i++)
        if (node->disk[i].group)
            node->disk[i].group = node->count - i;
}

static void take_outputs(uint32_t n, const struct engine_outputs *out)
{
    struct node *node = &w.node[n];
    node->deadline = out->deadline;
    take_saves(node, out);
    for (size_t i = 0; i < out->count; i++) {
        const struct engine_output *x = &out->list[i];
        if (x->kind == ENGINE_SEND)
            send_packet(n, x->to, x->item, arrival == NULL ? w.now : arrival());
        else if (x->kind == ENGINE_COMMIT)
            check_commit(n, x);
        else if (x->kind == ENGINE_RESTORE)
            node->last_index = x->index;
        else if (x->kind == ENGINE_NOTE)
            check_note(n, out->text.data + x->at, x->n);
        else if (x->kind == ENGINE_ANSWER) {
            node->answered = x->serial;
            node->answer_index = x->index;
        }
    }
}

static void step(uint32_t n, struct engine_event e)
{
    struct engine_outputs out = {0};
    struct fault f = {0};
    e.now = w.now + (int64_t)w.node[n].skew;
    if (raft_engine.step(w.node[n].engine, &e, &out, &f) != 0)
        broken("%s: %s", name_of(n), f.text);
    take_outputs(n, &out);
    w.node[n].deadline -= out.deadline == INT64_MAX ? 0 : (int64_t)w.node[n].skew;
    engine_outputs_free(&out);
}

/* --- Nodes and disks ----------------------------------------------------------------------------
 */

static struct engine_item *through_text(struct engine_item *item)
{
    struct buf text = {0}, again = {0};
    struct fault f;
    size_t used;
    must(raft_item_format(item, w.names, &text) == 0);
    struct engine_item *x = raft_item_parse(text.data, text.len, &used, w.names, &f);
    if (x == NULL)
        errx(2, "%s: %.*s", f.text, (int)text.len, text.data);
    must(used == text.len && raft_item_format(x, w.names, &again) == 0);
    must(again.len == text.len && memcmp(again.data, text.data, text.len) == 0);
    buf_free(&text);
    buf_free(&again);
    return x;
}

static int try_start(uint32_t n, struct fault *f)
{
    static struct engine_item *items[20000];
    struct node *node = &w.node[n];
    uint32_t members[NODES_MAX];
    for (uint32_t i = 0; i < w.members; i++)
        members[i] = i;
    struct engine_setup setup = {.names = w.names,
                                 .self = n,
                                 .members = members,
                                 .member_count = w.members,
                                 .seed = 7 * n + 1 + (uint64_t)w.now,
                                 .settings = w.settings,
                                 .setting_count = w.setting_count};
    node->engine = raft_engine.make(&setup, f);
    if (node->engine == NULL)
        return -1;
    for (size_t i = 0; i < node->kept; i++)
        items[i] = through_text(node->disk[i].item);
    struct engine_event e = {
        .kind = ENGINE_RESTART, .now = w.now, .items = items, .count = node->kept};
    struct engine_outputs out = {0};
    node->last_index = 0;
    node->base = node->kept;
    e.now = w.now + (int64_t)node->skew;
    int result = raft_engine.step(node->engine, &e, &out, f);
    if (result == 0)
        take_outputs(n, &out);
    engine_outputs_free(&out);
    for (size_t i = 0; i < node->kept; i++)
        engine_item_unref(items[i]);
    return result;
}

static void start(uint32_t n)
{
    struct fault f = {0};
    if (try_start(n, &f) != 0)
        broken("%s does not start: %s", name_of(n), f.text);
}

/* Everything before a group that came after a `forget` goes, once that is on disk. */
static void drop_forgotten(struct node *node)
{
    for (size_t i = node->kept; i-- > 0;)
        if (node->disk[i].forget) {
            for (size_t j = 0; j < i; j++)
                engine_item_unref(node->disk[j].item);
            memmove(node->disk, node->disk + i, (node->count - i) * sizeof *node->disk);
            node->kept -= i;
            node->count -= i;
            node->base -= i;
            node->disk[0].forget = false;
            return;
        }
}

/* The next n saves get to the disk; such a group does so together. */
static void disk_takes(struct node *node, size_t n)
{
    while (n > 0 && node->kept < node->count) {
        size_t group = node->disk[node->kept].group;
        node->kept += group == 0 ? 1 : group;
        n--;
    }
    drop_forgotten(node);
}

static void sync_disk(uint32_t n)
{
    struct node *node = &w.node[n];
    if (node->engine == NULL || node->kept == node->count)
        return;
    uint64_t serial = (uint64_t)node->count - node->base;
    disk_takes(node, node->count);
    step(n, (struct engine_event){.kind = ENGINE_SAVED, .serial = serial});
}

/* It is killed, and of what was not synced yet the first `kept` records stay. */
static void kill_node(uint32_t n, size_t kept)
{
    struct node *node = &w.node[n];
    disk_takes(node, kept);
    while (node->count > node->kept)
        engine_item_unref(node->disk[--node->count].item);
    raft_engine.free(node->engine);
    node->engine = NULL;
}

/* --- Packets and time
 * ----------------------------------------------------------------------------- */

static void drop_packet(size_t i)
{
    engine_item_unref(w.packet[i].item);
    memmove(w.packet + i, w.packet + i + 1, (--w.packets - i) * sizeof *w.packet);
}

static void deliver(size_t i)
{
    struct packet p = w.packet[i];
    struct engine_item *x = through_text(p.item);
    engine_item_ref(p.item);
    drop_packet(i);
    w.deliveries++;
    if (w.node[p.to].engine != NULL) {
        if (getenv("SHOW"))
            show("recv", p.from, p.to, p.item);
        step(p.to, (struct engine_event){
                       .kind = ENGINE_MESSAGE, .from = p.from, .items = &x, .count = 1});
    }
    engine_item_unref(x);
    engine_item_unref(p.item);
}

static bool fire_timers(void)
{
    bool fired = false;
    for (uint32_t i = 0; i < w.nodes; i++)
        if (w.node[i].engine != NULL && w.node[i].deadline <= w.now) {
            step(i, (struct engine_event){.kind = ENGINE_TIMER});
            fired = true;
        }
    return fired;
}

/* Whatever can happen at this instant does. */
static inline void settle(void)
{
    bool more = true;
    for (int i = 0; more && i < 10000; i++) {
        more = fire_timers() || w.packets > 0;
        while (w.packets > 0)
            deliver(0);
        for (uint32_t n = 0; n < w.nodes; n++) {
            more = more || (w.node[n].engine != NULL && w.node[n].kept < w.node[n].count);
            sync_disk(n);
        }
    }
}

static inline void pass_time(int64_t ms)
{
    for (; ms > 0; ms--) {
        w.now++;
        settle();
    }
}

static inline void propose(uint32_t n, uint64_t serial)
{
    char text[40];
    snprintf(text, sizeof text, "line %u %llu\n", n, (unsigned long long)serial);
    struct payload *p = payload_new(text, strlen(text));
    if (getenv("SHOW"))
        printf("%lld propose %s %llu\n", (long long)w.now, name_of(n), (unsigned long long)serial);
    step(n, (struct engine_event){
                .kind = ENGINE_PROPOSE, .id = {.client = n, .serial = serial}, .payload = p});
    payload_unref(p);
}

static inline void command(uint32_t n, const char *text)
{
    step(n, (struct engine_event){.kind = ENGINE_COMMAND, .text = text, .n = strlen(text)});
}

static inline void snapshot(uint32_t n, uint64_t index)
{
    struct payload *p = payload_new("state one\nstate two\n", 20);
    step(n, (struct engine_event){.kind = ENGINE_SNAPSHOT, .index = index, .payload = p});
    payload_unref(p);
}

/* `nodes` nodes n1, n2, ..., of which the first `members` are members. */
static inline void begin_world(uint32_t nodes, uint32_t members)
{
    struct fault f;
    w.names = node_names_new();
    w.nodes = nodes;
    w.members = members;
    w.now = 1000;
    for (uint32_t i = 0; i < nodes; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%u", i + 1);
        must(node_names_add(w.names, name, strlen(name), &f) == i);
        start(i);
    }
}

static inline void end_world(void)
{
    for (uint32_t i = 0; i < w.nodes; i++) {
        if (w.node[i].engine != NULL)
            kill_node(i, 0);
        while (w.node[i].count > 0)
            engine_item_unref(w.node[i].disk[--w.node[i].count].item);
    }
    while (w.packets > 0)
        drop_packet(w.packets - 1);
    node_names_free(w.names);
    memset(w.node, 0, sizeof w.node);
}
