#include "model/peer_network.h"

#include "simpeer/peer_engine.h"
#include "simpeer/peer_item.h"
#include "virtual/draw.h"
#include "virtual/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE, TIMER };   /* events */
enum { SETTLING = 20000 }; /* ms for all to be connected */

struct peer_network {
    struct peer_network_setup setup;
    struct node_names *names;
    uint32_t *members;
    struct engine **engines;
    int64_t *due;                            /* of each engine's timer */
    int64_t *had;                            /* when each printed the record; -1: not yet */
    uint64_t *streams;                       /* of each node's messages */
    char fanout[32], blocks[32], height[32]; /* settings; a note */
    const char *settings[3];
    struct sim_queue queue;
    struct engine_outputs out;
    uint64_t serial;                /* of the last proposal */
    int64_t began;                  /* the time of that */
    struct epidemic_course *course; /* of the record under way; NULL: none is */
};

/* --- What engines put out ------------------------------------------------------------------- */

static int64_t draw_delay(struct peer_network *r, uint32_t from)
{
    int32_t mean = (int32_t)r->setup.delay;
    const struct sim_delay constant = {SIM_CONSTANT, mean, mean, mean},
                           uniform = {SIM_UNIFORM, mean / 2, mean / 2 + mean, mean},
                           exponential = {SIM_EXPONENTIAL, 0, mean * EPIDEMIC_TAIL, mean};
    return sim_draw(&r->streams[from], r->setup.spread == SPREAD_CONSTANT  ? &constant
                                       : r->setup.spread == SPREAD_UNIFORM ? &uniform
                                                                           : &exponential);
}

static bool begins(const char *line, size_t len, const char *word)
{
    size_t n = strlen(word);
    return len >= n && memcmp(line, word, n) == 0;
}

/* Counts the lines in a message that tell of records. */
static void count_lines(struct epidemic_course *c, const char *text, size_t size)
{
    for (const char *end; size && (end = memchr(text, '\n', size)); text = end + 1) {
        const size_t len = (size_t)(end - text);
        size -= len + 1;
        if (begins(text, len, "have "))
            c->announced += (len - 4) / (2 * 32 + 1); /* ids of 64 digits, each after a space */
        c->requested += begins(text, len, "want ");
        c->stem_hops += begins(text, len, "stem ");
        c->delivered += begins(text, len, "tx ");
    }
}

static bool is_apart(const struct peer_network *r, uint32_t a, uint32_t b)
{
    uint32_t whole = r->setup.nodes - r->setup.part;
    return r->queue.now < SETTLING + (int64_t)r->setup.heal && (a < whole) != (b < whole);
}

static int put(struct peer_network *r, uint32_t from, struct engine_output *o, struct fault *f)
{
    const struct peer_item *item = (const struct peer_item *)o->item;
    if (r->course) {
        r->course->messages++;
        count_lines(r->course, item->bytes, item->len);
    }
    const struct sim_event e = {.kind = MESSAGE, .node = o->to, .from = from, .data = o->item};
    if (is_apart(r, from, o->to))
        return 0;
    if (sim_queue_add(&r->queue, r->queue.now + draw_delay(r, from), &e, f))
        return -1;
    o->item = NULL; /* the reference is the queue's now */
    return 0;
}

/* Whether this note says that its node has the record, or the whole chain. */
static bool tells_all(const struct peer_network *r, const char *text, size_t n)
{
    if (r->setup.blocks)
        return n == strlen(r->height) && memcmp(text, r->height, n) == 0;
    return begins(text, n, "have ") || begins(text, n, "made ");
}

static void take_note(struct peer_network *r, uint32_t node, const char *text, size_t n)
{
    struct epidemic_course *c = r->course;
    if (!c || r->had[node] >= 0 || !tells_all(r, text, n))
        return;
    r->had[node] = r->queue.now;
    epidemic_note_reached(c, r->setup.nodes, (uint32_t)(r->queue.now - r->began));
}

static int step(struct peer_network *r, uint32_t node, struct engine_event *event, struct fault *f)
{
    event->now = r->queue.now;
    engine_outputs_clear(&r->out);
    if (peer_engine.step(r->engines[node], event, &r->out, f))
        return -1;
    for (size_t i = 0; i < r->out.count; i++) {
        struct engine_output *o = &r->out.list[i];
        if (o->kind == ENGINE_SEND && put(r, node, o, f))
            return -1;
        if (o->kind == ENGINE_NOTE)
            take_note(r, node, r->out.text.data + o->at, o->n);
    }
    if (r->out.deadline == r->due[node])
        return 0;
    r->due[node] = r->out.deadline;
    const struct sim_event timer = {.kind = TIMER, .node = node};
    return sim_queue_add(&r->queue, r->out.deadline, &timer, f);
}

/* --- Running -------------------------------------------------------------------------------- */

static int handle(struct peer_network *r, const struct sim_event *e, struct fault *f)
{
    struct engine_item *item = e->data;
    struct engine_event event = {.kind = ENGINE_TIMER};
    if (e->kind == TIMER)
        return r->due[e->node] == r->queue.now ? step(r, e->node, &event, f) : 0;
    event.kind = ENGINE_MESSAGE;
    event.from = e->from;
    event.items = &item;
    event.count = 1;
    int failed = step(r, e->node, &event, f);
    engine_item_unref(item);
    return failed;
}

/* Handles events until `end`, or until all have what they are to get. 0, or -1 and *f. */
static int run_until(struct peer_network *r, int64_t end, struct fault *f)
{
    struct sim_event e;
    while (sim_queue_next(&r->queue) <= end && !(r->course && r->course->reached == r->setup.nodes))
        if (sim_queue_take(&r->queue, &e) && handle(r, &e, f))
            return -1;
    return 0;
}

/* Lets what is under way arrive. */
static int settle(struct peer_network *r, struct fault *f)
{
    r->course = NULL;
    return run_until(r, r->queue.now + SETTLING, f);
}

/* Begins to note in *course which nodes have what all are to get. */
static void begin(struct peer_network *r, struct epidemic_course *course)
{
    memset(course, 0, sizeof *course);
    memset(course->percent, 0xff, sizeof course->percent);
    for (uint32_t i = 0; i < r->setup.nodes; i++)
        r->had[i] = -1;
    r->course = course;
    r->began = r->queue.now;
}

int peer_network_run(struct peer_network *r, uint32_t node, struct epidemic_course *course,
                     struct fault *f)
{
    char text[32];
    snprintf(text, sizeof text, "record %llu\n", (unsigned long long)++r->serial);
    struct engine_event event = {.kind = ENGINE_PROPOSE, .id = {r->members[node], r->serial}};
    begin(r, course);
    event.payload = payload_new(text, strlen(text));
    if (!event.payload)
        return fault_memory(f);
    int failed = step(r, node, &event, f);
    payload_unref(event.payload);
    return failed || run_until(r, r->began + r->setup.heal + PEER_NETWORK_PATIENCE, f) ||
                   settle(r, f)
               ? -1
               : 0;
}

/* --- Making and freeing --------------------------------------------------------------------- */

static int add_node(struct peer_network *r, uint32_t node, struct fault *f)
{
    char name[16];
    int n = snprintf(name, sizeof name, "n%u", node + 1);
    r->streams[node] = sim_stream(r->setup.seed, "delay", node);
    r->members[node] = node_names_add(r->names, name, (size_t)n, f);
    return r->members[node] == NODE_NONE ? -1 : 0;
}

static int start_node(struct peer_network *r, uint32_t node, struct fault *f)
{
    const struct engine_setup setup = {
        .names = r->names,
        .self = r->members[node],
        .members = r->members,
        .member_count = r->setup.nodes,
        .seed = sim_stream(r->setup.seed, "node", node),
        .settings = r->settings,
        .setting_count = r->setup.blocks ? 3 : 2,
    };
    struct engine_event event = {.kind = ENGINE_RESTART};
    r->engines[node] = peer_engine.make(&setup, f);
    return r->engines[node] ? step(r, node, &event, f) : -1;
}

static int start(struct peer_network *r, struct fault *f)
{
    const uint32_t nodes = r->setup.nodes;
    sim_queue_init(&r->queue);
    snprintf(r->fanout, sizeof r->fanout, "fanout=%u", r->setup.fanout);
    r->settings[0] = r->fanout;
    snprintf(r->blocks, sizeof r->blocks, "blocks=%u", r->setup.blocks);
    snprintf(r->height, sizeof r->height, "height %u", r->setup.blocks);
    r->settings[2] = r->blocks;
    r->settings[1] = r->setup.stems ? "stems=yes" : "stems=no";
    r->names = node_names_new();
    r->members = calloc(nodes, sizeof *r->members);
    r->engines = calloc(nodes, sizeof *r->engines);
    r->due = calloc(nodes, sizeof *r->due);
    r->had = calloc(nodes, sizeof *r->had);
    r->streams = calloc(nodes, sizeof *r->streams);
    if (!r->names || !r->members || !r->engines || !r->due || !r->had || !r->streams)
        return fault_memory(f);
    for (uint32_t node = 0; node < nodes; node++)
        if (add_node(r, node, f))
            return -1;
    for (uint32_t node = 0; node < nodes; node++)
        if (start_node(r, node, f))
            return -1;
    return 0;
}

struct peer_network *peer_network_new(const struct peer_network_setup *setup, struct fault *f)
{
    struct peer_network *r = calloc(1, sizeof *r);
    if (!r) {
        fault_memory(f);
        return NULL;
    }
    r->setup = *setup;
    if (!start(r, f) && !settle(r, f))
        return r;
    peer_network_free(r);
    return NULL;
}

void peer_network_free(struct peer_network *r)
{
    struct sim_event e;
    while (sim_queue_take(&r->queue, &e))
        if (e.kind == MESSAGE)
            engine_item_unref(e.data);
    sim_queue_free(&r->queue);
    for (uint32_t i = 0; r->engines && i < r->setup.nodes; i++)
        if (r->engines[i])
            peer_engine.free(r->engines[i]);
    engine_outputs_free(&r->out);
    if (r->names)
        node_names_free(r->names);
    free(r->members);
    free(r->engines);
    free(r->due);
    free(r->had);
    free(r->streams);
    free(r);
}

int peer_network_pull(const struct peer_network_setup *setup, struct epidemic_course *course,
                      struct fault *f)
{
    struct peer_network *r = calloc(1, sizeof *r);
    if (!r)
        return fault_memory(f);
    r->setup = *setup;
    int failed = start(r, f);
    if (!failed) {
        begin(r, course);
        take_note(r, 0, r->height, strlen(r->height));
        failed = run_until(r, PEER_NETWORK_PATIENCE, f);
    }
    peer_network_free(r);
    return failed;
}
