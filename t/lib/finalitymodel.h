/*
 * An exact small model of finality over work (block(5), "Finality over work"): a few members with
 * small weights, whom each block may change at will, and lines of any member. It shares no code
 * with src/state, against which finalitystate.h holds it.
 */
#ifndef FINALITYMODEL_H
#define FINALITYMODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { PEOPLE = 12, BLOCKS = 48 };

/* Which rule decides whose lines count: the one of block(5), and some that are wrong. */
enum finality_rule {
    RULE_TWO_SETS, /* F and E, by the bodies up to TARGET's block */
    RULE_ONE_SET,  /* F alone */
    RULE_NOW,      /* the members after the line's parent */
    RULE_HALF,     /* more than half of F and of E */
    RULE_FAR,      /* a source is final however far the target is */
    RULES
};

struct crowd {
    uint8_t weight[PEOPLE]; /* 0: no member */
};

struct finals {
    int8_t final, before; /* heights, as in struct finality */
};

struct model_block {
    int8_t parent, height;
    int8_t at[BLOCKS]; /* its ancestors by height, itself included */
    struct crowd members;
    struct finals now, then;               /* by this body; and by the last checkpoint's */
    uint64_t justified;                    /* heights */
    int8_t target[PEOPLE], source[PEOPLE]; /* of each one's last line; target 0: none */
    int8_t line[PEOPLE];                   /* the source of the line in this body; -1: none */
    bool links;                            /* the body justified something */
};

struct line_said {
    int8_t source, target; /* heights */
    int8_t block;          /* TARGET */
};

struct model {
    enum finality_rule rule;
    int every; /* `rule finality` */
    int count;
    struct model_block blocks[BLOCKS];
    struct line_said said[PEOPLE][BLOCKS];
    int said_count[PEOPLE];
};

static int weight_of(const struct crowd *c, uint32_t who)
{
    int sum = 0;
    for (int i = 0; i < PEOPLE; i++)
        sum += who >> i & 1 ? c->weight[i] : 0;
    return sum;
}

#define EVERYBODY ((UINT32_C(1) << PEOPLE) - 1)

static bool enough(const struct model *m, const struct crowd *c, uint32_t who)
{
    int agreed = weight_of(c, who), all = weight_of(c, EVERYBODY);
    return m->rule == RULE_HALF ? 2 * agreed > all : 3 * agreed > 2 * all;
}

/* The height of the last checkpoint before this one. */
static int target_of(const struct model *m, int height)
{
    return (height - 1) - (height - 1) % m->every;
}

/* The sets that count for lines in a block upon this parent: F and E. */
static void sets_of(const struct model *m, const struct model_block *parent,
                    const struct crowd *sets[2])
{
    const struct model_block *at = &m->blocks[parent->at[target_of(m, parent->height + 1)]];
    sets[0] = &m->blocks[parent->at[at->then.final]].members;
    sets[1] = &m->blocks[parent->at[at->then.before]].members;
    if (m->rule == RULE_ONE_SET)
        sets[1] = sets[0];
    if (m->rule == RULE_NOW)
        sets[0] = sets[1] = &parent->members;
}

/* --- What no honest member signs -------------------------------------------------------------- */

static bool same_line(const struct line_said *a, const struct line_said *b)
{
    return a->source == b->source && a->block == b->block;
}

static bool contradict(const struct line_said *a, const struct line_said *b)
{
    if (a->target == b->target)
        return !same_line(a, b);
    return a->target < b->target ? b->source < a->source : a->source < b->source;
}

/* Whether this one may sign it without contradicting what it has said. */
static bool is_free(const struct model *m, int who, const struct line_said *line)
{
    for (int i = 0; i < m->said_count[who]; i++)
        if (contradict(&m->said[who][i], line))
            return false;
    return true;
}

static void say(struct model *m, int who, const struct line_said *line)
{
    for (int i = 0; i < m->said_count[who]; i++)
        if (same_line(&m->said[who][i], line))
            return;
    m->said[who][m->said_count[who]++] = *line;
}

static uint32_t culprits(const struct model *m)
{
    uint32_t found = 0;
    for (int who = 0; who < PEOPLE; who++)
        for (int i = 0; i < m->said_count[who]; i++)
            if (!is_free(m, who, &m->said[who][i]))
                found |= UINT32_C(1) << who;
    return found;
}

/* --- Blocks ----------------------------------------------------------------------------------- */

static void begin_chain(struct model *m, enum finality_rule rule, int every,
                        const struct crowd *first)
{
    m->rule = rule;
    m->every = every;
    m->count = 1;
    memset(m->said_count, 0, sizeof m->said_count);
    m->blocks[0] = (struct model_block){.parent = -1, .justified = 1, .members = *first};
    memset(m->blocks[0].line, -1, PEOPLE);
}

/* A block upon this parent, to which lines are to be added: its number. */
static int begin_block(struct model *m, int parent)
{
    int n = m->count++;
    struct model_block *b = &m->blocks[n];
    *b = m->blocks[parent];
    b->parent = (int8_t)parent;
    b->height++;
    b->at[b->height] = (int8_t)n;
    b->links = false;
    memset(b->line, -1, PEOPLE);
    return n;
}

/* What this one would sign from this source, in this block: false if it does not count there. */
static bool line_in(const struct model *m, int block, int who, int source, struct line_said *line)
{
    const struct model_block *b = &m->blocks[block];
    const struct crowd *sets[2];
    int target = target_of(m, b->height);
    sets_of(m, &m->blocks[b->parent], sets);
    *line = (struct line_said){(int8_t)source, (int8_t)target, b->at[target]};
    return b->target[who] < target && (sets[0]->weight[who] || sets[1]->weight[who]);
}

static void add_line(struct model *m, int block, int who, const struct line_said *line)
{
    struct model_block *b = &m->blocks[block];
    b->target[who] = line->target;
    b->source[who] = b->line[who] = line->source;
    say(m, who, line);
}

/* Those whose last line says so. */
static uint32_t who_said(const struct model_block *b, int source, int target)
{
    uint32_t who = 0;
    for (int i = 0; i < PEOPLE; i++)
        if (b->target[i] == target && b->source[i] == source)
            who |= UINT32_C(1) << i;
    return who;
}

static void count_source(const struct model *m, struct model_block *b, int source)
{
    const struct crowd *sets[2];
    int target = target_of(m, b->height);
    uint32_t who = who_said(b, source, target);
    sets_of(m, &m->blocks[b->parent], sets);
    if (!enough(m, sets[0], who) || !enough(m, sets[1], who))
        return;
    b->justified |= UINT64_C(1) << target;
    b->links = true;
    if ((source == target - m->every || m->rule == RULE_FAR) && b->now.final < source)
        b->now = (struct finals){(int8_t)source, b->now.final};
}

static void end_block(struct model *m, int block)
{
    struct model_block *b = &m->blocks[block];
    for (int source = 0; source < b->height; source += m->every)
        for (int i = 0; i < PEOPLE; i++)
            if (b->line[i] == source) {
                count_source(m, b, source);
                break;
            }
    if (b->height % m->every == 0)
        b->then = b->now;
}

static bool descends(const struct model *m, int block, int from)
{
    return m->blocks[block].height >= m->blocks[from].height &&
           m->blocks[block].at[m->blocks[from].height] == from;
}

#endif
