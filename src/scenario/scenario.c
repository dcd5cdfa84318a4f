#include "base/array.h"
#include "base/lines.h"
#include "scenario/scenario_parts.h"
#include "simprocess/child_process.h"

#include <stdlib.h>
#include <string.h>

const char *const sim_fault_words[] = {"loss",       "duplicate", "reorder", "partition", "isolate",
                                       "asymmetric", "bridge",    "omit",    "clog",      "crash",
                                       "torn",       "wipe",      "pause",   "skew",      NULL};

const char *const sim_property_words[] = {"order",        "once",    "durable", "leader", "live",
                                          "linearizable", "answers", "process", NULL};

void sim_scenario_init(struct sim_scenario *s)
{
    *s = (struct sim_scenario){
        .time = 10000,
        .live = SIM_LIVE_DEFAULT,
        .delay = {SIM_UNIFORM, 1, 10, 0},
        .disk = {SIM_UNIFORM, 1, 5, 0},
        .clients = 2,
        .keys = 3,
        .retries = 3,
        .reads = 40,
        .writes = 40,
        .think = {SIM_UNIFORM, 50, 500, 0},
        .timeout = 1000,
        .silence = CHILD_SILENCE,
    };
    for (int i = 0; i < SIM_PROPERTIES; i++)
        s->properties[i] = true;
}

void sim_scenario_free(struct sim_scenario *s)
{
    for (size_t i = 0; i < s->statements_count; i++)
        buf_free(&s->statements[i]);
    for (size_t i = 0; i < s->kept; i++) {
        free(s->texts[i]);
        free(s->lists[i]);
    }
    free(s->statements);
    free(s->texts);
    free(s->lists);
    free(s->nodes);
    free(s->region_delays);
    free(s->actions);
    sim_scenario_init(s);
}

long sim_scenario_node(const struct sim_scenario *s, const char *name)
{
    for (size_t i = 0; i < s->node_count; i++)
        if (strcmp(s->nodes[i].name, name) == 0)
            return (long)i;
    return -1;
}

/* A copy of a text for as long as the scenario lives, and space for a list of as many words as it
 * may have. NULL: no memory. */
static char *keep(struct sim_scenario *s, const char *text, size_t n, size_t words)
{
    if (ARRAY_RESERVE(s->texts, s->texts_cap, s->kept + 1) ||
        ARRAY_RESERVE(s->lists, s->lists_cap, s->kept + 1))
        return NULL;
    char *copy = malloc(n + 1);
    const char **list = calloc(words + 1, sizeof *list);
    if (copy == NULL || list == NULL) {
        free(copy);
        free(list);
        return NULL;
    }
    memcpy(copy, text, n);
    copy[n] = '\0';
    s->texts[s->kept] = copy;
    s->lists[s->kept++] = list;
    return copy;
}

int sim_plan_node(struct sim_scenario *s, const char *name, size_t *place, struct fault *f)
{
    const long found = sim_scenario_node(s, name);
    *place = found < 0 ? s->node_count : (size_t)found;
    if (found >= 0)
        return 0;
    if (!node_name_is_valid(name, strlen(name)))
        return fault_rule(f, "%.64s: no name of a node (1 to %d of A-Z a-z 0-9 _ . -)", name,
                          NODE_NAME_MAX);
    if (s->node_count == SIM_NODES_MAX)
        return fault_rule(f, "more than %d nodes", SIM_NODES_MAX);
    if (ARRAY_RESERVE(s->nodes, s->nodes_cap, s->node_count + 1))
        return fault_memory(f);
    const char *kept = keep(s, name, strlen(name), 0);
    if (kept == NULL)
        return fault_memory(f);
    s->nodes[s->node_count++] = (struct sim_node_plan){.name = kept, .region = -1};
    return 0;
}

/* --- Lines ---------------------------------------------------------------------------------- */

/* Cuts the text, which is printable, into words; how many. */
static size_t split(char *text, const char **list)
{
    size_t count = 0;
    for (char *at = text; (at += strspn(at, " \t"), *at != '\0');) {
        list[count++] = at;
        at += strcspn(at, " \t");
        if (*at != '\0')
            *at++ = '\0';
    }
    return count;
}

static int remember_statement(struct sim_scenario *s, const struct sim_words *w, struct fault *f)
{
    if (s->statements_count == SIM_STATEMENTS_MAX)
        return fault_rule(f, "more than %d statements", SIM_STATEMENTS_MAX);
    if (ARRAY_RESERVE(s->statements, s->statements_cap, s->statements_count + 1))
        return fault_memory(f);
    struct buf *b = &s->statements[s->statements_count++];
    *b = (struct buf){0};
    for (size_t i = 0; i < w->count; i++)
        if ((i > 0 && buf_add(b, " ", 1)) || buf_add_string(b, w->list[i]))
            return fault_memory(f);
    return 0;
}

static int check_bytes(const char *line, size_t n, struct fault *f)
{
    if (n > SIM_LINE_MAX)
        return fault_rule(f, "a line of more than %d bytes", SIM_LINE_MAX);
    for (size_t i = 0; i < n; i++)
        if (line[i] != '\t' && (line[i] < 0x20 || line[i] > 0x7e))
            return fault_rule(f, "a byte that is not printable ASCII");
    return 0;
}

int sim_scenario_line(struct sim_scenario *s, const char *line, size_t n, struct fault *f)
{
    size_t at = 0;
    while (at < n && (line[at] == ' ' || line[at] == '\t'))
        at++;
    if (at == n || line[at] == '#')
        return 0;
    if (check_bytes(line, n, f))
        return -1;
    char *text = keep(s, line + at, n - at, (n - at) / 2 + 1);
    if (text == NULL)
        return fault_memory(f);
    const char **list = s->lists[s->kept - 1];
    const struct sim_words words = {list, split(text, list)};
    if (words.count > SIM_WORDS_MAX)
        return fault_rule(f, "more than %d words", SIM_WORDS_MAX);
    struct sim_reader r = {s, list + 1, words.count - 1, list[0]};
    return remember_statement(s, &words, f) || sim_statement(&r, f) ? -1 : 0;
}

static int take_line(void *self, const struct line *line, struct fault *f)
{
    if (line->state == LINE_LONG)
        fault_rule(f, "a line of more than %d bytes", SIM_LINE_MAX);
    else if (sim_scenario_line(self, line->text, line->len, f) == 0)
        return 0;
    f->line = line->number;
    return -1;
}

int sim_scenario_read(struct sim_scenario *s, int fd, struct fault *f)
{
    return lines_each(source_fd(fd), 0, take_line, s, f);
}
