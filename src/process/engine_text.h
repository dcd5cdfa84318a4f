/* An engine's events and outputs as text of process(7): the process's side. */
#ifndef PROCESS_ENGINE_TEXT_H
#define PROCESS_ENGINE_TEXT_H

#include "consensus/engine.h"
#include "process/text.h"

/* An engine's event with all that it points to. All zero is an empty one. */
struct engine_input {
    struct engine_event event;
    struct engine_item **items;
    size_t count, cap;
};

/* The engine's event of an item, PROCESS_RESTART to PROCESS_COMMAND; the time is the caller's to
 * set. The fields of *in point into the item. 0, or -1 and a rule, or trouble. */
int engine_input_read(struct engine_input *in, const struct process_item *item,
                      const struct engine_type *type, struct node_names *names, struct fault *f);

/* Adds the items of which these n bytes are the text to those of the event. 0, or -1 and a fault.
 */
int engine_input_add(struct engine_input *in, const char *text, size_t n,
                     const struct engine_type *type, struct node_names *names, struct fault *f);

/* Lets go of all; keeps the memory. Or frees that, too. */
void engine_input_clear(struct engine_input *in);
void engine_input_free(struct engine_input *in);

/* Appends an output, of which `number` is its number if it is a save, as text; scratch is for
 * formatting. 0, or -1: no memory. */
int engine_output_write(struct buf *out, const struct engine_output *x,
                        const struct engine_outputs *of, const struct node_names *names,
                        uint64_t number, struct buf *scratch);

#endif
