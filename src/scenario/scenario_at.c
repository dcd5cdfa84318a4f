/* Statements of what happens at a given time: at MS ACTION WORD... [for MS]. */
#include "base/array.h"
#include "base/num.h"
#include "scenario/scenario_parts.h"

#include <string.h>

/* What an action's words are. */
enum { NONE, NODE, LINK, GROUPS, NODE_AND_TEXT, NODE_AND_MS };

/* A fault's row has the word of its kind. */
static const struct {
    const char *word;
    enum sim_action_kind kind;
    enum sim_fault_kind fault;
    int words;
} actions[] = {
    {"partition", SIM_ACT_FAULT, SIM_FAULT_PARTITION, GROUPS},
    {"isolate", SIM_ACT_FAULT, SIM_FAULT_ISOLATE, NODE},
    {"asymmetric", SIM_ACT_FAULT, SIM_FAULT_ASYMMETRIC, GROUPS},
    {"bridge", SIM_ACT_FAULT, SIM_FAULT_BRIDGE, NODE},
    {"omit", SIM_ACT_FAULT, SIM_FAULT_OMIT, LINK},
    {"clog", SIM_ACT_FAULT, SIM_FAULT_CLOG, LINK},
    {"crash", SIM_ACT_FAULT, SIM_FAULT_CRASH, NODE},
    {"torn", SIM_ACT_FAULT, SIM_FAULT_TORN, NODE},
    {"wipe", SIM_ACT_FAULT, SIM_FAULT_WIPE, NODE},
    {"pause", SIM_ACT_FAULT, SIM_FAULT_PAUSE, NODE},
    {"skew", SIM_ACT_FAULT, SIM_FAULT_SKEW, NODE_AND_MS},
    {"restart", SIM_ACT_RESTART, 0, NODE},
    {"resume", SIM_ACT_RESUME, 0, NODE},
    {"heal", SIM_ACT_HEAL, 0, NONE},
    {"command", SIM_ACT_COMMAND, 0, NODE_AND_TEXT},
    {"propose", SIM_ACT_PROPOSE, 0, NODE_AND_TEXT},
    {"read", SIM_ACT_READ, 0, NODE},
};

static int check_groups(const struct sim_words *w, const char *action, struct fault *f)
{
    size_t slashes = 0;
    for (size_t i = 0; i < w->count; i++)
        slashes += strcmp(w->list[i], "/") == 0;
    if (slashes < 1 || slashes > 7)
        return fault_rule(f, "at: %s: two to eight groups of nodes are wanted, with / between them",
                          action);
    return 0;
}

static int check_words(const struct sim_action *a, int words, const char *action, struct fault *f)
{
    static const size_t counts[] = {[NONE] = 0, [NODE] = 1, [LINK] = 2, [NODE_AND_MS] = 2};
    int64_t ms;
    if (words == GROUPS)
        return check_groups(&a->words, action, f);
    if (words == NODE_AND_TEXT)
        return a->words.count < 2 ? fault_rule(f, "at: %s: a node and words are wanted", action)
                                  : 0;
    if (a->words.count != counts[words])
        return fault_rule(f, "at: %s: it takes %zu word%s, not %zu", action, counts[words],
                          counts[words] == 1 ? "" : "s", a->words.count);
    if (words == NODE_AND_MS &&
        (number_parse(a->words.list[1], strlen(a->words.list[1]), &ms) || ms > SIM_DRAW_MAX))
        return fault_rule(f, "at: %s: %.32s: not milliseconds", action, a->words.list[1]);
    return 0;
}

/* Takes `for MS` from the end of the words. */
static int take_hold(struct sim_reader *r, struct sim_action *a, struct fault *f)
{
    if (a->kind != SIM_ACT_FAULT || r->left < 2 || strcmp(r->next[r->left - 2], "for") != 0)
        return 0;
    struct sim_reader end = {r->s, r->next + r->left - 1, 1, r->statement};
    r->left -= 2;
    return sim_word_ms(&end, &a->hold, f);
}

static int add_action(struct sim_scenario *s, const struct sim_action *a, struct fault *f)
{
    if (ARRAY_RESERVE(s->actions, s->actions_cap, s->action_count + 1))
        return fault_memory(f);
    s->actions[s->action_count++] = *a;
    return 0;
}

int sim_statement_at(struct sim_reader *r, struct fault *f)
{
    struct sim_action a = {0};
    if (sim_word_number(r, 0, SIM_DRAW_MAX, &a.time, f))
        return -1;
    const char *word = sim_word(r);
    for (size_t i = 0; word != NULL && i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(actions[i].word, word) != 0)
            continue;
        a.kind = actions[i].kind;
        a.fault = actions[i].fault;
        if (take_hold(r, &a, f))
            return -1;
        a.words = (struct sim_words){r->next, r->left};
        r->next += r->left;
        r->left = 0;
        if (check_words(&a, actions[i].words, word, f))
            return -1;
        if (a.fault == SIM_FAULT_CLOG && a.hold == 0)
            return fault_rule(f, "at: clog: for how long? (`for MS')");
        return add_action(r->s, &a, f);
    }
    return word ? fault_rule(f, "at: %.64s: no action has this name", word)
                : fault_rule(f, "at: the action is missing");
}
