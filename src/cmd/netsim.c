/* netsim: runs nodes in virtual time, with faults drawn from a seed. */
#include "cli/cli.h"
#include "cli/options.h"
#include "model/model.h"
#include "sim/minimise.h"
#include "sim/report.h"

#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MINIMISE_RUNS = 500 };
enum { NODES_MAX = 1 << 24 }; /* of the models; engines and programs have fewer */

struct run {
    int64_t first, last; /* seeds */
    uint64_t nodes;      /* -n; 0: not given */
    bool quiet, whole, counts;
    const char *without;
    struct cli_list lines; /* statements; each is freed */
    struct sim_scenario scenario;
    struct sim_options options;
    uint8_t *left_out;
    size_t left_out_count;
};

/* --- Options -------------------------------------------------------------------------------- */

/* A statement: the option's long name and what it was given. */
static void take_statement(const struct cli_option *o, const char *text, void *to)
{
    struct run *r = to;
    struct buf line = {0};
    if (strcmp(o->name, "statement") != 0)
        cli_memory(buf_add_string(&line, o->name) || buf_add(&line, " ", 1));
    cli_memory(buf_add_string(&line, text) || buf_add(&line, "", 1));
    cli_take_list(o, line.data, &r->lines);
}

static void take_nodes(const struct cli_option *o, const char *text, void *to)
{
    struct run *r = to;
    r->nodes = (uint64_t)cli_number("-n", text, 1, NODES_MAX);
    take_statement(o, text, to);
}

/* A number, or FIRST-LAST. */
static void take_seeds(const struct cli_option *o, const char *text, void *to)
{
    struct run *r = to;
    char first[24];
    const char *dash = *text ? strchr(text + 1, '-') : NULL;
    (void)o;
    snprintf(first, sizeof first, "%.*s", dash ? (int)(dash - text) : 23, text);
    r->first = cli_number("-s", dash ? first : text, 0, INT64_MAX);
    r->last = dash ? cli_number("-s", dash + 1, r->first, INT64_MAX) : r->first;
}

static const struct cli_option options[] = {
    {'n', "nodes", "COUNT", "so many nodes, named n1, n2, ...", CLI_CALL(take_nodes)},
    {'s', "seed", "SEED", "the seed, or FIRST-LAST: all of these (default: 1)",
     CLI_CALL(take_seeds)},
    {'e', "statement", "LINE", "a statement of scenario(5)", CLI_CALL(take_statement)},
    {'f', "fault", "FAULT", "faults that are drawn, such as `crash every 3000 for 200 900', or all",
     CLI_CALL(take_statement)},
    {'a', "at", "ACTION", "what happens at a time, such as `2000 crash n1 for 500'",
     CLI_CALL(take_statement)},
    {'d', "delay", "DELAY", "of messages, such as `uniform 1 10'", CLI_CALL(take_statement)},
    {'D', "disk", "DELAY", "of a sync", CLI_CALL(take_statement)},
    {'L', "loss", "PERCENT", "of messages are lost, such as 5%", CLI_CALL(take_statement)},
    {'u', "duplicate", "PERCENT", "of messages come twice", CLI_CALL(take_statement)},
    {'r', "reorder", "PERCENT", "of messages are held back: `5% 100', by up to 100 ms",
     CLI_CALL(take_statement)},
    {'W', "twins", "COUNT", "so many nodes have a second instance", CLI_CALL(take_statement)},
    {'t', "time", "MS", "faults and clients go on for this time", CLI_CALL(take_statement)},
    {'b', "live", "MS", "the bound of the liveness phase after it", CLI_CALL(take_statement)},
    {'w', "workload", "WORK", "what clients do: register, log or none", CLI_CALL(take_statement)},
    {'M', "maelstrom", "WORKLOAD",
     "the nodes are programs for Maelstrom, and this is asked of them", CLI_CALL(take_statement)},
    {'c', "clients", "COUNT", "clients", CLI_CALL(take_statement)},
    {'p', "property", "WORDS", "check these properties alone", CLI_CALL(take_statement)},
    {'x', "without", "FAULTS", "leave these faults out, such as 1-4,7",
     CLI_TEXT(struct run, without)},
    {'m', "whole", NULL, "do not look for the faults that a broken property needs",
     CLI_FLAG(struct run, whole)},
    {'C', "counts", NULL, "print counts and percentiles at the end", CLI_FLAG(struct run, counts)},
    {'q', "quiet", NULL, "no trace", CLI_FLAG(struct run, quiet)},
    {0},
};

static const struct cli program = {
    .name = "netsim",
    .operands =
        "[FILE.scenario] [ENGINE [NAME=VALUE]... | MODEL [NAME=VALUE]... | PROGRAM [ARGUMENT]...]",
    .about = "Runs nodes in virtual time, with faults drawn from a seed, and prints what happened.",
    .options = options,
};

/* --- The scenario --------------------------------------------------------------------------- */

static void take_line(struct run *r, const char *line)
{
    struct fault f;
    if (sim_scenario_line(&r->scenario, line, strlen(line), &f))
        cli_die("%s", f.text);
}

static void read_file(struct run *r, const char *path)
{
    struct fault f;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        fault_errno(&f, "%s", path);
        cli_fail(NULL, &f);
    }
    if (sim_scenario_read(&r->scenario, fd, &f)) {
        if (f.kind == FAULT_RULE)
            cli_die("%s:%" PRIu64 ": %s", path, f.line, f.text);
        cli_fail(path, &f);
    }
    close(fd);
}

static bool is_scenario(const char *name)
{
    static const char end[] = ".scenario";
    const size_t n = strlen(name), m = sizeof end - 1;
    return n > m && strcmp(name + n - m, end) == 0;
}

/* What nodes run: the rest of the operands. */
static void take_run(struct run *r, char **words)
{
    struct buf line = {0};
    cli_memory(buf_add_string(&line, "run"));
    for (; *words != NULL; words++) {
        if (**words == '\0' || strpbrk(*words, " \t\n") != NULL)
            cli_die("'%s': an argument with a blank, or an empty one, has no place in a scenario; "
                    "put the command into a file",
                    *words);
        cli_memory(buf_add(&line, " ", 1) || buf_add_string(&line, *words));
    }
    cli_memory(buf_add(&line, "", 1));
    take_line(r, line.data);
    buf_free(&line);
}

/* The file's statements come before those of the command line, which so prevail. */
static void read_scenario(struct run *r, char **operands)
{
    struct fault f;
    if (*operands != NULL && is_scenario(*operands))
        read_file(r, *operands++);
    for (size_t i = 0; i < r->lines.count; i++)
        take_line(r, r->lines.items[i]);
    if (*operands != NULL)
        take_run(r, operands);
    if (sim_scenario_check(&r->scenario, &f))
        cli_die("%s", f.text);
}

/* --- Runs ----------------------------------------------------------------------------------- */

static int put_trace(void *self, const char *bytes, size_t n, struct fault *f)
{
    (void)self, (void)f;
    cli_put(bytes, n);
    return 0;
}

static void put_buf(struct buf *b, int failed)
{
    cli_memory(failed);
    cli_put(b->data, b->len);
    buf_free(b);
}

/* Runs it once. */
static void run_once(struct run *r, int64_t seed, bool trace, struct sim_result *result)
{
    struct fault f;
    struct buf text = {0};
    char flags[8];
    snprintf(flags, sizeof flags, "%s%s", r->counts ? "-C " : "", r->whole ? "-m " : "");
    r->options.seed = (uint64_t)seed;
    r->options.write = trace ? put_trace : NULL;
    r->options.left_out = r->left_out;
    r->options.left_out_count = r->left_out_count;
    if (trace)
        put_buf(&text, sim_report_command(&r->scenario, &r->options, flags, &text));
    if (sim_run(&r->scenario, &r->options, result, &f))
        cli_die("%s", f.text);
    if (r->counts && (trace || r->quiet))
        put_buf(&text, sim_report_counts(result, &text));
}

/* The faults that the broken property needs are left; *result is that of the run with them. */
static void minimise(struct run *r, const struct sim_result *result)
{
    struct fault f;
    uint8_t *left_out;
    if (sim_minimise(&r->scenario, (uint64_t)r->first, result, MINIMISE_RUNS, &left_out, &f))
        cli_die("%s", f.text);
    free(r->left_out);
    r->left_out = left_out;
    r->left_out_count = result->faults;
}

/* A first run without a trace tells whether one of fewer faults is to be shown. */
static int run_seed(struct run *r)
{
    struct sim_result result = {0};
    struct buf text = {0};
    const bool repeats = r->scenario.maelstrom == NULL; /* the same again, and in no time */
    const bool twice = repeats && !r->quiet && !r->whole && r->without == NULL;
    run_once(r, r->first, !r->quiet && !twice, &result);
    if (twice) {
        if (result.broken)
            minimise(r, &result);
        sim_result_free(&result);
        run_once(r, r->first, true, &result);
    }
    const bool broken = result.broken;
    if (broken && r->quiet)
        put_buf(&text, sim_report_broken((uint64_t)r->first, &result, &text));
    else if (broken)
        cli_warn("seed %" PRId64 ": %s: %s", r->first, sim_property_words[result.property],
                 result.text);
    sim_result_free(&result);
    return broken ? CLI_NO : CLI_YES;
}

static int run_seeds(struct run *r)
{
    int64_t broken = 0;
    r->quiet = true;
    for (int64_t seed = r->first;; seed++) {
        struct sim_result result = {0};
        struct buf text = {0};
        run_once(r, seed, false, &result);
        if (result.broken) {
            put_buf(&text, sim_report_broken((uint64_t)seed, &result, &text));
            cli_flush();
            broken++;
        }
        sim_result_free(&result);
        if (seed == r->last)
            break;
    }
    cli_put_format("seeds %" PRId64 " broken %" PRId64 "\n", r->last - r->first + 1, broken);
    return broken ? CLI_NO : CLI_YES;
}

/* No option is ignored: a model knows nodes, one seed and its own settings. */
static void check_model(const struct run *r, const char *model)
{
    bool others = r->quiet || r->whole || r->counts || r->without != NULL || r->first != r->last;
    for (size_t i = 0; i < r->lines.count; i++)
        others |= strncmp(r->lines.items[i], "nodes ", 6) != 0;
    if (others)
        cli_die("%s: a model takes no option but -n and -s, and one seed; see netsim-scale(7)",
                model);
}

/* A model of a whole network (netsim-scale(7)) has no scenario. */
static void run_model(const struct run *r, const struct sim_model *m, char **words)
{
    struct fault f;
    struct buf text = {0};
    struct sim_model_setup setup = {.nodes = r->nodes, .seed = (uint64_t)r->first};
    setup.words = (const char *const *)words;
    while (words[setup.count] != NULL)
        setup.count++;
    if (sim_model_run(m, &setup, &text, &f))
        cli_die("%s", f.text);
    put_buf(&text, 0);
    cli_exit(CLI_YES);
}

static void free_run(struct run *r)
{
    for (size_t i = 0; i < r->lines.count; i++)
        free((void *)(uintptr_t)r->lines.items[i]);
    cli_list_free(&r->lines);
    sim_scenario_free(&r->scenario);
    free(r->left_out);
}

/* Messages are allocated and freed all the time: memory is neither given back to the system nor
 * joined to its neighbours, which would take longer than the rest. */
static void keep_memory(void)
{
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_TOP_PAD, 16 << 20);
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_MXFAST, 20 * (int)sizeof(size_t));
}

/* NULL: the operands name none. A word after `--` is a program's, or an engine's. */
static const struct sim_model *find_model(char **operands)
{
    const bool dashes = strcmp(operands[-1], "--") == 0;
    return *operands != NULL && !dashes ? sim_model_find(*operands) : NULL;
}

int main(int argc, char **argv)
{
    struct fault f;
    struct run r = {.first = 1, .last = 1};
    char **operands = cli_options(&program, argc, argv, &r);
    keep_memory();
    const struct sim_model *model = find_model(operands);
    if (model != NULL) {
        check_model(&r, *operands);
        run_model(&r, model, operands + 1);
    }
    sim_scenario_init(&r.scenario);
    read_scenario(&r, operands);
    if (r.without != NULL && sim_faults_parse(r.without, &r.left_out, &r.left_out_count, &f))
        cli_die("-x: %s", f.text);
    const int status = r.first == r.last ? run_seed(&r) : run_seeds(&r);
    free_run(&r);
    cli_exit(status);
}
