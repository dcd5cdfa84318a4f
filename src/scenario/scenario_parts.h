/* For scenario*.c alone: the values of statements. Each gives 0, or -1 and a rule that names the
 * word. */
#ifndef SCENARIO_SCENARIO_PARTS_H
#define SCENARIO_SCENARIO_PARTS_H

#include "scenario/scenario.h"

/* The words of a statement that are still to be taken. */
struct sim_reader {
    struct sim_scenario *s;
    const char *const *next;
    size_t left;
    const char *statement; /* its first word */
};

/* The next word, or NULL: there is none. */
const char *sim_word(struct sim_reader *r);

/* Whether the next word is this one, which is then taken. */
bool sim_word_is(struct sim_reader *r, const char *word);

/* A number, milliseconds among them; one of a NULL-ended list of words; a part of 100, such as 5%
 * or 0.25%, in a million; a delay's words. */
int sim_word_number(struct sim_reader *r, int64_t least, int64_t most, int64_t *n, struct fault *f);
int sim_word_ms(struct sim_reader *r, int32_t *ms, struct fault *f);
int sim_word_choice(struct sim_reader *r, const char *const *words, int *choice, struct fault *f);
int sim_word_part(struct sim_reader *r, uint32_t *ppm, struct fault *f);
int sim_word_delay(struct sim_reader *r, struct sim_delay *d, struct fault *f);

/* The place of a region, which is made if it is new. */
int sim_word_region(struct sim_reader *r, int *region, struct fault *f);

/* The place of a node's plan, which is made if it is new. */
int sim_plan_node(struct sim_scenario *s, const char *name, size_t *place, struct fault *f);

/* All words that are left, which are then taken. */
struct sim_words sim_rest(struct sim_reader *r);

typedef int sim_take(struct sim_reader *r, struct fault *f);

/* What takes the words of a statement of scenario_work.c, or NULL: it is none. */
sim_take *sim_work_statement(const char *word);

/* Takes all the words of a statement but the first. */
int sim_statement(struct sim_reader *r, struct fault *f);

/* Takes the words of `at`. */
int sim_statement_at(struct sim_reader *r, struct fault *f);

#endif
