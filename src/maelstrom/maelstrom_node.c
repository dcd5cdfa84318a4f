#include "maelstrom/maelstrom_node.h"

#include "base/waits.h"
#include "maelstrom/maelstrom_init.h"
#include "maelstrom/maelstrom_message.h"
#include "simprocess/child_activity.h"
#include "simprocess/child_process.h"
#include "simprocess/text_item.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum {
    PIECE = 1 << 16, /* bytes that are read at once */
    TICK = 5,        /* milliseconds after which a node that waits for a time is looked at again */
    LOOK = 100,      /* microseconds between two looks at one that works */
    QUIET = 20000, /* microseconds without output after which one that /proc does not show is taken
                      to wait */
};

/* Who sends `init` and `topology`. */
#define OPERATOR "c0"

struct maelstrom_node {
    struct sim_process process;
    struct maelstrom_node_setup setup;
    const char **words; /* ended by NULL */
    const char *name;
    struct child child;
    struct buf to, from; /* bytes that it has not taken; that are no whole line yet */
    uint64_t line;       /* lines that it wrote */
    size_t outputs;      /* of this step */
    bool timed;
    int64_t looked;    /* when it was looked at last, on the machine's clock */
    json_int_t asked;  /* of the operator's requests, the newest; and */
    const char *reply; /* ... what answers it; NULL: it was answered */
};

static void stop(struct sim_process *process)
{
    struct maelstrom_node *n = (struct maelstrom_node *)process;
    child_kill(&n->child);
    n->to.len = n->from.len = 0;
}

static void free_process(struct sim_process *process)
{
    struct maelstrom_node *n = (struct maelstrom_node *)process;
    stop(process);
    buf_free(&n->to);
    buf_free(&n->from);
    free(n->words);
    free(n);
}

static int start(struct sim_process *process, struct fault *f)
{
    struct maelstrom_node *n = (struct maelstrom_node *)process;
    n->line = 0;
    n->asked = 0;
    return child_start(&n->child, n->words, f);
}

/* --- What it writes --------------------------------------------------------------------------- */

/* The answer to what the operator asked: 1 if this is none. */
static int take_reply(struct maelstrom_node *n, const struct maelstrom_message *m, struct fault *f)
{
    if (strcmp(m->dest, OPERATOR) != 0)
        return 1;
    if (!n->reply || !m->is_reply || m->reply_to != n->asked)
        return 0; /* it answers something twice, or nothing */
    if (strcmp(m->type, n->reply) != 0)
        return fault_rule(f, "%s where %s is expected", m->type, n->reply);
    n->reply = NULL;
    return 0;
}

static int send_line(struct maelstrom_node *n, const struct maelstrom_message *m, const char *line,
                     size_t len, struct engine_outputs *out, struct fault *f)
{
    uint32_t to = node_names_find(n->setup.engine->names, m->dest, strlen(m->dest));
    if (to == NODE_NONE)
        return fault_rule(f, "dest: there is no %s", m->dest);
    struct engine_item *item = text_item_new(line, len);
    return item ? engine_send(out, to, item, f) : fault_memory(f);
}

/* A line of `len` bytes, with its newline. */
static int take_line(struct maelstrom_node *n, const char *line, size_t len,
                     struct engine_outputs *out, struct fault *f)
{
    struct maelstrom_message m;
    n->line++;
    if (++n->outputs > CHILD_OUTPUTS_MAX)
        return fault_rule(f, "more than %d messages at one instant", CHILD_OUTPUTS_MAX);
    if (maelstrom_message_parse(line, len - 1, &m, f))
        return -1;
    int result = strcmp(m.src, n->name) == 0
                     ? take_reply(n, &m, f)
                     : fault_rule(f, "src is %s: a node sends as itself", m.src);
    if (result == 1)
        result = send_line(n, &m, line, len, out, f);
    maelstrom_message_free(&m);
    return result;
}

static int take_lines(struct maelstrom_node *n, struct engine_outputs *out, struct fault *f)
{
    size_t at = 0;
    const char *newline;
    while ((newline = memchr(n->from.data + at, '\n', n->from.len - at))) {
        size_t end = (size_t)(newline + 1 - n->from.data);
        if (take_line(n, n->from.data + at, end - at, out, f))
            return -1;
        at = end;
    }
    buf_drop(&n->from, at);
    n->line += n->from.len > MAELSTROM_LINE_MAX;
    return n->from.len > MAELSTROM_LINE_MAX
               ? fault_rule(f, "a line of more than %d bytes", MAELSTROM_LINE_MAX)
               : 0;
}

/* Reads what it has written: 1, 0 if that is nothing, or -1. */
static int read_some(struct maelstrom_node *n, struct engine_outputs *out, struct fault *f)
{
    if (buf_reserve(&n->from, PIECE))
        return fault_memory(f);
    ptrdiff_t got = child_read(&n->child, n->from.data + n->from.len, PIECE, f);
    if (got <= 0)
        return (int)got;
    n->from.len += (size_t)got;
    return take_lines(n, out, f) ? -1 : 1;
}

static int write_some(struct maelstrom_node *n, struct fault *f)
{
    ptrdiff_t wrote = n->to.len ? child_write(&n->child, n->to.data, n->to.len, f) : 0;
    if (wrote < 0)
        return -1;
    buf_drop(&n->to, (size_t)wrote);
    return 0;
}

/* --- Until it waits --------------------------------------------------------------------------- */

static bool is_waiting(struct maelstrom_node *n)
{
    enum child_activity now = n->to.len ? CHILD_BUSY : child_activity(&n->child);
    n->timed = now == CHILD_TIMED || now == CHILD_UNSEEN;
    if (now == CHILD_UNSEEN)
        return !child_wait(&n->child, false, QUIET);
    return now != CHILD_BUSY;
}

/* Writes what is to be written and reads until it waits for more. */
static int settle(struct maelstrom_node *n, struct engine_outputs *out, struct fault *f)
{
    const int64_t until = waits_now() + n->setup.silence;
    for (;;) {
        if (write_some(n, f))
            return -1;
        child_wait(&n->child, n->to.len > 0, LOOK);
        int got = read_some(n, out, f);
        if (got == 0 && is_waiting(n))
            got = (got = read_some(n, out, f)) ? got : 2;
        if (got == 2 && child_check(&n->child, f))
            return -1;
        if (got == 2)
            return n->from.len ? fault_rule(f, "a line that does not end") : 0;
        if (got < 0)
            return -1;
        if (waits_now() > until)
            return fault_trouble(f, "it still works after %d ms of real time", n->setup.silence);
    }
}

/* --- Its beginning ---------------------------------------------------------------------------- */

/* Sends the operator's request, whose reference it takes, and waits for the answer. */
static int ask(struct maelstrom_node *n, json_t *body, const char *reply,
               struct engine_outputs *out, struct fault *f)
{
    const int64_t until = waits_now() + n->setup.silence;
    n->reply = reply;
    int failed = !body || json_object_set_new(body, "msg_id", json_integer(++n->asked)) ||
                 maelstrom_message_format(OPERATOR, n->name, body, &n->to);
    json_decref(body);
    if (failed)
        return fault_memory(f);
    for (;;) {
        if (settle(n, out, f))
            return -1;
        if (!n->reply)
            return 0;
        if (!n->timed && !child_wait(&n->child, false, 0))
            return fault_trouble(
                f, "it waits for more input, and has not sent %s (a buffer that it did not flush?)",
                reply);
        if (waits_now() > until)
            return fault_trouble(f, "no %s within %d ms of real time", reply, n->setup.silence);
        child_wait(&n->child, false, 1000);
    }
}

static int introduce(struct maelstrom_node *n, struct engine_outputs *out, struct fault *f)
{
    if (ask(n, maelstrom_init_body(n->setup.engine), "init_ok", out, f))
        return -1;
    return n->setup.topology
               ? ask(n, maelstrom_topology_body(n->setup.engine), "topology_ok", out, f)
               : 0;
}

/* --- Steps ------------------------------------------------------------------------------------ */

/* Lets so much real time pass since it was looked at last. */
static void let_pass(const struct maelstrom_node *n)
{
    int64_t left = n->looked + TICK - waits_now();
    if (left > 0)
        poll(NULL, 0, (int)left);
}

static int take_event(struct maelstrom_node *n, const struct engine_event *e,
                      struct engine_outputs *out, struct fault *f)
{
    if (e->kind == ENGINE_RESTART)
        return introduce(n, out, f);
    if (e->kind == ENGINE_TIMER)
        let_pass(n);
    for (size_t i = 0; e->kind == ENGINE_MESSAGE && i < e->count; i++)
        if (e->items[i]->type->item_format(e->items[i], n->setup.engine->names, &n->to))
            return fault_memory(f);
    return 0;
}

static int take_events(struct maelstrom_node *n, const struct engine_event *events, size_t count,
                       struct engine_outputs *out, struct fault *f)
{
    n->outputs = 0;
    for (size_t i = 0; i < count; i++)
        if (take_event(n, &events[i], out, f))
            return -1;
    return settle(n, out, f);
}

static int step(struct sim_process *process, const struct engine_event *events, size_t count,
                struct engine_outputs *out, struct fault *f)
{
    struct maelstrom_node *n = (struct maelstrom_node *)process;
    if (take_events(n, events, count, out, f))
        return child_fault(n->name, n->words[0], n->line, f);
    bool ticks = n->setup.pace == MAELSTROM_REAL || (n->setup.pace == MAELSTROM_AUTO && n->timed);
    n->looked = waits_now();
    out->deadline = ticks ? events->now + TICK : INT64_MAX;
    return 0;
}

static const struct sim_process_type maelstrom_nodes = {
    .start = start, .step = step, .kill = stop, .free = free_process};

struct sim_process *maelstrom_node_new(const struct maelstrom_node_setup *setup, struct fault *f)
{
    struct maelstrom_node *n = calloc(1, sizeof *n);
    const char **words = calloc(setup->count + 1, sizeof *words);
    if (!n || !words) {
        free(n);
        free(words);
        fault_memory(f);
        return NULL;
    }
    memcpy(words, setup->words, setup->count * sizeof *words);
    *n = (struct maelstrom_node){.process.type = &maelstrom_nodes, .setup = *setup, .words = words};
    n->name = node_names_text(setup->engine->names, setup->engine->self);
    return &n->process;
}
