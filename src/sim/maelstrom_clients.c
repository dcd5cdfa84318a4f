#include "sim/maelstrom.h"

#include <stdio.h>
#include <string.h>

enum {
    CLIENT_DELAY = 1, /* milliseconds from a client to its node */
    READ_EVERY = 250, /* between two last reads of a node */
};

/* --- The trace -------------------------------------------------------------------------------- */

static int trace(struct sim *s, const char *word, const struct maelstrom_op *op, struct fault *f)
{
    char name[16];
    struct buf words = {0};
    if (!sim_tracing(&s->trace))
        return 0;
    snprintf(name, sizeof name, "c%u", op->client);
    sim_trace_begin(&s->trace, sim_now(s), word);
    sim_trace_word(&s->trace, name);
    int failed = maelstrom_op_format(op, &words) || buf_add(&words, "\0", 1);
    if (!failed)
        sim_trace_word(&s->trace, words.data);
    if (!failed && op->status == MAELSTROM_FAIL)
        sim_trace_word(&s->trace, maelstrom_error_name(op->error));
    sim_trace_end(&s->trace);
    buf_free(&words);
    return failed ? fault_memory(f) : 0;
}

/* --- Operations ------------------------------------------------------------------------------- */

static int later(struct sim *s, uint32_t client, int64_t delay, uint64_t number, struct fault *f)
{
    return sim_add(s, sim_now(s) + (delay > 0 ? delay : 1), SIM_ASK, client, number, f);
}

static int end(struct sim *s, uint32_t client, struct fault *f)
{
    struct maelstrom *m = s->maelstrom;
    struct maelstrom_client *c = &m->clients[client];
    struct maelstrom_op *op = &m->history.list[c->asks];
    op->answered = sim_now(s);
    op->ended = ++m->history.events;
    c->asks = SIZE_MAX;
    m->open--;
    sim_count_up(s, op->status == MAELSTROM_OK     ? SIM_COUNT_OK
                    : op->status == MAELSTROM_OPEN ? SIM_COUNT_UNKNOWN
                                                   : SIM_COUNT_FAILED);
    const int64_t think = c->reads_last ? READ_EVERY : sim_draw(&m->chance, &s->scenario->think);
    return trace(s, op_kind_words[maelstrom_op_end(op)], op, f) || later(s, client, think, 0, f) ||
                   sim_sample_add(s, SIM_SAMPLE_OPERATION, op->answered - op->asked, f)
               ? -1
               : 0;
}

static void draw(struct sim *s, const struct maelstrom_client *c, struct maelstrom_op *op)
{
    struct maelstrom *m = s->maelstrom;
    if (c->reads_last)
        *op = (struct maelstrom_op){.kind = MAELSTROM_READ, .last = true, .key = -1};
    else
        m->workload->draw(&m->chance, ++m->serial, op);
}

static int begin(struct sim *s, uint32_t client, struct fault *f)
{
    struct maelstrom *m = s->maelstrom;
    struct maelstrom_client *c = &m->clients[client];
    struct maelstrom_op op = {.key = -1};
    draw(s, c, &op);
    op.client = client + 1;
    op.node = c->node + 1;
    op.asked = sim_now(s);
    op.began = ++m->history.events;
    json_t *body = maelstrom_request(m->workload, &op, ++c->id);
    if (body == NULL || maelstrom_history_add(&m->history, &op)) {
        json_decref(body);
        return fault_memory(f);
    }
    c->asks = m->history.count - 1;
    m->open++;
    sim_count_up(s, SIM_COUNT_INVOKED);
    int result = trace(s, "invoke", &op, f) ||
                         maelstrom_post(s, s->base_count + client, c->node, body, CLIENT_DELAY,
                                        f) ||
                         later(s, client, s->scenario->timeout, (uint64_t)c->id, f)
                     ? -1
                     : 0;
    json_decref(body);
    return result;
}

int sim_maelstrom_ask(struct sim *s, uint32_t client, uint64_t number, struct fault *f)
{
    struct maelstrom_client *c = &s->maelstrom->clients[client];
    if (number > 0)
        return c->asks != SIZE_MAX && number == (uint64_t)c->id ? end(s, client, f) : 0;
    if (c->asks != SIZE_MAX || (s->live && !c->reads_last))
        return 0;
    return begin(s, client, f);
}

int maelstrom_client_answered(struct sim *s, uint32_t client, uint32_t node,
                              const struct maelstrom_message *message, struct fault *f)
{
    struct maelstrom *m = s->maelstrom;
    struct maelstrom_client *c = &m->clients[client];
    struct fault rule;
    if (c->asks == SIZE_MAX || c->node != node || !message->is_reply || message->reply_to != c->id)
        return 0; /* an answer that comes late, or twice */
    struct maelstrom_op *op = &m->history.list[c->asks];
    if (maelstrom_answer(m->workload, op, message, &rule))
        sim_broken(s, SIM_PROCESS, "%s answers %s of c%u: %s", s->labels[node],
                   maelstrom_kind_name(op->kind), client + 1, rule.text);
    return end(s, client, f);
}

/* --- After the faults ------------------------------------------------------------------------- */

int sim_maelstrom_live(struct sim *s, struct fault *f)
{
    struct maelstrom *m = s->maelstrom;
    for (uint32_t i = 0; i < m->client_count; i++) {
        struct maelstrom_client *c = &m->clients[i];
        if (c->reads_last && m->workload->check_last != NULL && s->nodes[c->node].healed &&
            later(s, i, READ_EVERY, 0, f))
            return -1;
    }
    return 0;
}

/* Whether a node that was healed for good has not answered a last read yet. */
static bool is_unread(const struct sim *s)
{
    const struct maelstrom *m = s->maelstrom;
    for (uint32_t i = 0; m->workload->check_last != NULL && i < m->client_count; i++) {
        const struct maelstrom_client *c = &m->clients[i];
        if (c->reads_last && s->nodes[c->node].healed && c->id == 0)
            return true;
    }
    return false;
}

/* 0: all is right; or 1: it breaks a rule, which ends the run if `broken`; or -1 and trouble. */
static int judge(struct sim *s, maelstrom_check *check, bool broken, struct fault *f)
{
    struct fault rule;
    if (check == NULL || check(&s->maelstrom->history, &rule) == 0)
        return 0;
    if (rule.kind != FAULT_RULE) {
        *f = rule;
        return -1;
    }
    if (broken)
        sim_broken(s, SIM_ANSWERS, "%s", rule.text);
    return 1;
}

/* What is wrong now and may become right does, while time is left, if nodes tell each other. */
int sim_maelstrom_done(struct sim *s, bool *done, struct fault *f)
{
    struct maelstrom *m = s->maelstrom;
    *done = false;
    if (!s->live || m->open > 0 || is_unread(s) || m->judged == m->history.events)
        return 0;
    m->judged = m->history.events;
    int result = judge(s, maelstrom_check_answered, true, f);
    if (result == 0)
        result = judge(s, m->workload->check, true, f);
    if (result == 0)
        result = judge(s, m->workload->check_last, false, f);
    *done = result == 0;
    return result < 0 ? -1 : 0;
}

int sim_maelstrom_failed(struct sim *s, struct fault *f)
{
    int result = judge(s, s->maelstrom->workload->check, true, f);
    if (result == 0)
        result = judge(s, s->maelstrom->workload->check_last, true, f);
    return result < 0 ? -1 : 0;
}
