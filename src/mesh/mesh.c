#include "mesh/mesh.h"

#include "consensus/payload.h"
#include "mesh/child.h"
#include "mesh/serials.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WAITING_MAX = 4096,      /* records that were proposed and are not committed */
    BYTES_MAX = 128 << 20,   /* of those records: half of what an engine keeps */
    BACKLOG_MAX = 16 << 20,  /* bytes of events that the process has not read */
    ANSWERS_MAX = 64,        /* answers to reads that wait for their index */
    PRINTING_MAX = 64 << 20, /* bytes of stdout that are not written yet */
};

struct answer {
    uint64_t read, index;
};

struct mesh {
    const struct mesh_config *config;
    struct mesh_network *network;
    struct mesh_child_owner child_owner;
    struct mesh_network_config network_config;
    struct mesh_child *child;
    struct mesh_serials serials;
    uint64_t first;                        /* serial of the first proposal since we began */
    uint64_t waiting, bytes, index, reads; /* bytes: of those that wait */
    struct answer answers[ANSWERS_MAX];    /* whose index has not come out yet */
    size_t answer_count;
    bool ended;
    struct fault why; /* ... it has ended */
};

static const struct mesh_member *self(const struct mesh *m)
{
    return &m->config->members->list[m->config->members->self];
}

static struct field name_of(const struct mesh *m)
{
    return (struct field){self(m)->name, strlen(self(m)->name)};
}

static void say(const struct mesh *m, const char *who, const char *words)
{
    m->config->log(m->config->self, who, words);
}

/* --- What the process puts out ---------------------------------------------------------------- */

/* Prints a record, or the state that stands for all up to its index. 0, or -1: no memory. */
static int print(struct mesh *m, const struct process_item *item)
{
    struct buf *out = m->config->out;
    size_t before = out->len;
    if (item->number <= m->config->after)
        return 0;
    if (!m->config->heads)
        return buf_add(out, item->body.text, item->body.len);
    if (process_put(out, item) != 0)
        return -1;
    size_t word = strlen(process_word(item->kind)) + 1;
    if (item->kind == PROCESS_COMMIT) { /* INDEX ID COUNT, without the word */
        memmove(out->data + before, out->data + before + word, out->len - before - word);
        out->len -= word;
    }
    return 0;
}

/* One of our own records is committed. If its serial is above the counter, the counter's file was
 * lost: the counter goes on after it. */
static void take_own(struct mesh *m, uint64_t serial, size_t bytes)
{
    if (serial >= m->serials.next) {
        m->first = m->serials.next = m->serials.reserved = serial + 1;
    } else if (serial >= m->first) {
        m->waiting -= m->waiting > 0;
        m->bytes -= bytes < m->bytes ? bytes : m->bytes;
    }
}

/* Gives the answers to reads whose index has come out. */
static void give_answers(struct mesh *m)
{
    size_t left = 0;
    for (size_t i = 0; i < m->answer_count; i++)
        if (m->answers[i].index <= m->index)
            m->config->answer(m->config->self, m->answers[i].read, m->answers[i].index);
        else
            m->answers[left++] = m->answers[i];
    m->answer_count = left;
}

static void take_answer(struct mesh *m, uint64_t read, uint64_t index)
{
    if (index == PROCESS_LATER || m->answer_count == ANSWERS_MAX) {
        m->config->answer(m->config->self, read, PROCESS_LATER);
        return;
    }
    m->answers[m->answer_count++] = (struct answer){read, index};
    give_answers(m);
}

static int take_commit(struct mesh *m, const struct process_item *item, struct fault *f)
{
    if (item->kind == PROCESS_COMMIT && field_equal(item->name, name_of(m)))
        take_own(m, item->serial, item->body.len);
    if (item->kind == PROCESS_RESTORE) { /* it does not say which of our records it contains */
        m->first = m->serials.next;
        m->waiting = m->bytes = 0;
    }
    m->index = item->number;
    int failed = print(m, item);
    give_answers(m);
    return failed != 0 ? fault_memory(f) : 0;
}

static int take_event(const struct mesh *m, const struct process_item *item, struct fault *f)
{
    char words[512];
    (void)f;
    snprintf(words, sizeof words, "%.*s", (int)(item->words.len < 500 ? item->words.len : 500),
             item->words.text);
    say(m, NULL, words);
    return 0;
}

static int take_output(void *me, const struct process_item *item, struct fault *f)
{
    struct mesh *m = me;
    switch (item->kind) {
    case PROCESS_SEND:
        mesh_network_send(m->network, item->name, item->body);
        return 0;
    case PROCESS_COMMIT:
    case PROCESS_RESTORE:
        return take_commit(m, item, f);
    case PROCESS_EVENT:
        return take_event(m, item, f);
    case PROCESS_ANSWER:
        take_answer(m, item->serial, item->number);
        return 0;
    default:
        return fault_rule(f, "%s: it puts out `%s', but must keep its log itself (-d DIR)",
                          m->config->argv[0], process_word(item->kind));
    }
}

static void child_ended(void *me, const struct fault *why)
{
    struct mesh *m = me;
    m->ended = true;
    m->why = *why;
}

/* --- What it is given ------------------------------------------------------------------------- */

static void pass_log(void *me, const char *who, const char *words)
{
    say(me, who, words);
}

static int take_message(void *me, const char *text, size_t n)
{
    struct mesh *m = me;
    return mesh_child_add_text(m->child, text, n);
}

int mesh_propose(struct mesh *m, struct field lines, struct fault *f)
{
    struct process_item item = {.kind = PROCESS_PROPOSE, .name = name_of(m), .body = lines};
    if (mesh_serials_take(&m->serials, &item.serial, f) != 0)
        return -1;
    m->waiting++;
    m->bytes += lines.len;
    return mesh_child_add(m->child, &item) != 0 ? fault_memory(f) : 0;
}

int mesh_command(struct mesh *m, struct field words, struct fault *f)
{
    struct process_item item = {.kind = PROCESS_COMMAND, .words = words};
    if (line_check(words.text, words.len, f) != 0)
        return -1;
    if (field_is(words, "read")) {
        item.kind = PROCESS_READ;
        item.serial = ++m->reads;
    }
    return mesh_child_add(m->child, &item) != 0 ? fault_memory(f) : 0;
}

bool mesh_is_full(const struct mesh *m)
{
    return m->waiting >= WAITING_MAX || m->bytes > BYTES_MAX ||
           mesh_child_backlog(m->child) > BACKLOG_MAX;
}

uint64_t mesh_waiting(const struct mesh *m)
{
    return m->waiting;
}

uint64_t mesh_index(const struct mesh *m)
{
    return m->index;
}

const char *mesh_address(const struct mesh *m)
{
    return mesh_network_address(m->network);
}

/* --- Turns ------------------------------------------------------------------------------------ */

int mesh_turn(struct mesh *m, int64_t now, size_t printing, struct fault *f)
{
    if (m->ended) {
        *f = m->why;
        return -1;
    }
    mesh_network_pause(m->network, mesh_child_backlog(m->child) > BACKLOG_MAX);
    mesh_child_pause(m->child, printing > PRINTING_MAX);
    mesh_network_turn(m->network, now);
    return mesh_child_turn(m->child, f);
}

int mesh_wait(const struct mesh *m, int64_t now)
{
    return m->ended ? 0 : mesh_network_wait(m->network, now);
}

/* --- Beginning and end ------------------------------------------------------------------------ */

/* Gives it `init` and a first step, so it sets its first deadline. */
static int give_init(struct mesh *m)
{
    struct buf names = {0};
    const struct mesh_members *all = m->config->members;
    int failed = 0;
    for (size_t i = 0; i < all->count && failed == 0; i++)
        if (!all->list[i].later)
            failed = (names.len > 0 && buf_add(&names, " ", 1) != 0) ||
                     buf_add_string(&names, all->list[i].name) != 0;
    struct process_item item = {.kind = PROCESS_INIT,
                                .name = name_of(m),
                                .number = m->config->seed,
                                .words = {names.data, names.len}};
    failed = failed != 0 || mesh_child_add(m->child, &item) != 0;
    buf_free(&names);
    return failed ? -1 : 0;
}

static int start(struct mesh *m, struct fault *f)
{
    const struct mesh_config *c = m->config;
    m->child_owner = (struct mesh_child_owner){take_output, child_ended, m};
    m->network_config = (struct mesh_network_config){.loop = c->loop,
                                                     .key = c->key,
                                                     .members = c->members,
                                                     .path = c->path,
                                                     .bind = c->bind,
                                                     .seed = c->seed,
                                                     .message = take_message,
                                                     .log = pass_log,
                                                     .self = m};
    if (mesh_serials_open(&m->serials, c->serials, f) != 0)
        return -1;
    m->first = m->serials.next;
    m->network = mesh_network_new(&m->network_config, f);
    if (m->network == NULL)
        return -1;
    m->child = mesh_child_new(c->loop, c->argv, &m->child_owner, f);
    if (m->child == NULL)
        return -1;
    return give_init(m) != 0 ? fault_memory(f) : 0;
}

struct mesh *mesh_new(const struct mesh_config *config, struct fault *f)
{
    struct fault second;
    struct mesh *m = calloc(1, sizeof *m);
    if (m == NULL) {
        fault_memory(f);
        return NULL;
    }
    m->config = config;
    if (start(m, f) == 0)
        return m;
    mesh_free(m, &second);
    return NULL;
}

int mesh_free(struct mesh *m, struct fault *f)
{
    if (m == NULL)
        return 0;
    int result = mesh_serials_close(&m->serials, f);
    mesh_child_free(m->child);
    mesh_network_free(m->network);
    free(m);
    return result;
}
