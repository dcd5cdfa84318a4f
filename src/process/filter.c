#include "process/filter.h"

#include "base/waits.h"
#include "process/filter_parts.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1 << 18 }; /* bytes read at a time */

/* --- Beginning -------------------------------------------------------------------------------- */

static int add_members(struct filter *f, struct field words, uint32_t **list, size_t *count,
                       struct fault *fault)
{
    const char *at = words.text, *end = words.text + words.len;
    for (*count = 1; at < end; at++)
        *count += *at == ' ';
    *list = calloc(*count, sizeof **list);
    if (*list == NULL)
        return fault_memory(fault);
    at = words.text;
    for (size_t i = 0; i < *count; i++) {
        size_t n = strcspn(at, " \n");
        (*list)[i] = node_names_add(f->names, at, n, fault);
        if ((*list)[i] == NODE_NONE)
            return -1;
        at += n + 1;
    }
    return 0;
}

/* A member that is named twice would count twice. */
static int check_members(const struct filter *f, const uint32_t *list, size_t count,
                         struct fault *fault)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (list[i] == list[k])
                return fault_rule(fault, "init: the member %s is named twice",
                                  node_names_text(f->names, list[i]));
    return 0;
}

/* A wrong setting is a fault of the command line, not of the input. */
static struct engine *make_engine(struct filter *f, const struct engine_setup *setup,
                                  struct fault *fault)
{
    struct engine *e = f->config->type->make(setup, fault);
    if (e == NULL)
        fault->kind = FAULT_TROUBLE;
    return e;
}

static int init(struct filter *f, const struct process_item *item, struct fault *fault)
{
    const struct process_filter *c = f->config;
    struct engine_setup setup = {.names = f->names,
                                 .seed = item->number,
                                 .settings = c->settings,
                                 .setting_count = c->setting_count};
    uint32_t *members = NULL;
    if (f->engine != NULL)
        return fault_rule(fault, "a second init");
    setup.self = node_names_add(f->names, item->name.text, item->name.len, fault);
    int failed = setup.self == NODE_NONE ||
                 add_members(f, item->words, &members, &setup.member_count, fault) != 0 ||
                 check_members(f, members, setup.member_count, fault) != 0;
    setup.members = members;
    if (!failed)
        f->engine = make_engine(f, &setup, fault);
    free(members);
    if (f->engine == NULL)
        return -1;
    f->outputs.deadline = f->deadline = INT64_MAX;
    f->name = node_names_text(f->names, setup.self);
    return 0;
}

static int take_saved(void *self, const char *text, size_t n, struct fault *fault)
{
    struct filter *f = self;
    int result = engine_input_add(&f->input, text, n, f->config->type, f->names, fault);
    if (result == 0 || fault->kind != FAULT_RULE)
        return result;
    struct fault why = *fault;
    return fault_rule(fault, "%s: %s", f->log.path, why.text);
}

/* Opens the log and gives the engine its first event, with what the log has. */
static int restart(struct filter *f, struct fault *fault)
{
    char words[64];
    f->input.event = (struct engine_event){.kind = ENGINE_RESTART};
    f->placed = true;
    if (process_log_open(&f->log, f->config->folder, f->config->type->name, f->name, take_saved, f,
                         &f->next_line, fault) != 0)
        return -1;
    f->saver = process_saver_start(&f->log, fault);
    if (f->saver == NULL)
        return -1;
    snprintf(words, sizeof words, "torn %llu", (unsigned long long)f->log.torn);
    if (f->log.torn > 0 && filter_note(f, words, fault) != 0)
        return -1;
    f->restarted = true;
    if (filter_step(f, fault) != 0)
        return -1;
    f->placed = false;
    return 0;
}

/* --- Events ----------------------------------------------------------------------------------- */

/* Why an event may not come now; NULL: it may. */
static const char *misplaced(const struct filter *f, enum process_kind kind)
{
    bool own = f->config->folder != NULL;
    if (f->engine == NULL)
        return "init comes first";
    if (own && (kind == PROCESS_RESTART || kind == PROCESS_SAVED))
        return "this process keeps its log itself";
    if (!own && !f->restarted && kind != PROCESS_RESTART)
        return "restart comes before all other events";
    if (f->restarted && kind == PROCESS_RESTART)
        return "a second restart";
    return NULL;
}

/* A message that cannot be read is the sender's fault: it is reported and dropped. */
static int refuse_message(struct filter *f, const struct process_item *item, struct fault *fault)
{
    char words[512];
    if (item->kind != PROCESS_MESSAGE || fault->kind != FAULT_RULE)
        return -1;
    snprintf(words, sizeof words, "reject %.*s %s", (int)item->name.len, item->name.text,
             fault->text);
    engine_input_clear(&f->input);
    return filter_note(f, words, fault);
}

/* Answers `command log`, which the engine never sees. */
static int tell_log(struct filter *f, struct fault *fault)
{
    char words[120];
    uint64_t number, syncs;
    if (process_saver_saved(f->saver, &number, &syncs, fault) != 0)
        return -1;
    snprintf(words, sizeof words, "log saves %llu syncs %llu", (unsigned long long)f->saves,
             (unsigned long long)syncs);
    return filter_note(f, words, fault);
}

static int take_event(struct filter *f, const struct process_item *item, struct fault *fault)
{
    const char *wrong = misplaced(f, item->kind);
    if (wrong != NULL)
        return fault_rule(fault, "%s: %s", process_word(item->kind), wrong);
    if (f->config->folder != NULL && !f->restarted && restart(f, fault) != 0)
        return -1;
    if (f->config->folder != NULL && item->kind == PROCESS_COMMAND && field_is(item->words, "log"))
        return tell_log(f, fault);
    if (engine_input_read(&f->input, item, f->config->type, f->names, fault) != 0)
        return refuse_message(f, item, fault);
    f->restarted = true;
    f->deadline = item->kind == PROCESS_TIMER ? INT64_MAX : f->deadline;
    return filter_step(f, fault);
}

static int take_time(struct filter *f, int64_t now, struct fault *fault)
{
    if (now < f->time)
        return fault_rule(fault, "time: %lld is before %lld: the clock never goes back",
                          (long long)now, (long long)f->time);
    f->time = now;
    f->time_told = waits_now();
    return 0;
}

/* With -d, an empty first batch opens the log; without it, `restart` has to come first. */
static int take_step(struct filter *f, struct fault *fault)
{
    bool own = f->config->folder != NULL;
    if (f->engine != NULL && !f->restarted && !own)
        return fault_rule(fault, "step: restart comes first, unless -d DIR keeps the log here");
    if (f->engine != NULL && !f->restarted && restart(f, fault) != 0)
        return -1;
    return filter_finish(f, true, fault);
}

static int take_item(struct filter *f, const struct process_item *item, struct fault *fault)
{
    switch (item->kind) {
    case PROCESS_INIT:
        return init(f, item, fault);
    case PROCESS_TIME:
        return take_time(f, (int64_t)item->number, fault);
    case PROCESS_STEP:
        return take_step(f, fault);
    default:
        return take_event(f, item, fault);
    }
}

/* Places a broken rule in the input, unless its text says already where it is. */
static int at_input(const struct filter *f, struct fault *fault, uint64_t line)
{
    struct fault why = *fault;
    fault->line = 0;
    if (why.kind != FAULT_RULE || f->placed)
        return -1;
    return fault_rule(fault, "stdin:%llu: %s", (unsigned long long)line, why.text);
}

/* Reads once and takes all whole items. 1: there may be more; 0: the end; -1 and a fault. */
static int read_input(struct filter *f, struct fault *fault)
{
    char *space = process_reader_space(&f->reader, PIECE);
    if (space == NULL)
        return fault_memory(fault);
    ssize_t got = read(f->config->input, space, PIECE);
    if (got < 0)
        return errno == EINTR || errno == EAGAIN ? 1 : fault_errno(fault, "stdin");
    process_reader_add(&f->reader, (size_t)got);
    for (;;) {
        struct process_item item;
        uint64_t line = f->reader.line + 1;
        int result = process_reader_next(&f->reader, &item, fault);
        if (result < 0)
            return at_input(f, fault, fault->line);
        if (result == 0)
            break;
        if (take_item(f, &item, fault) != 0)
            return at_input(f, fault, line);
    }
    if (got > 0)
        return 1;
    return process_reader_end(&f->reader, fault) != 0 ? at_input(f, fault, fault->line) : 0;
}

/* --- The loop --------------------------------------------------------------------------------- */

static int take_saves(struct filter *f, struct fault *fault)
{
    uint64_t number, syncs;
    if (process_saver_saved(f->saver, &number, &syncs, fault) != 0)
        return -1;
    if (number == f->saved)
        return 0;
    f->saved = number;
    return filter_step_plain(f, ENGINE_SAVED, number, fault) != 0 ? -1
                                                                  : filter_finish(f, false, fault);
}

static int take_snapshot(struct filter *f, struct fault *fault)
{
    uint64_t index;
    struct payload *state = NULL;
    char words[400];
    int result = process_snapshots_end(&f->snapshots, &index, &state, fault);
    if (result < 0) {
        snprintf(words, sizeof words, "snapshot %s", fault->text);
        return filter_note(f, words, fault) != 0 ? -1 : filter_finish(f, false, fault);
    }
    if (result == 0)
        return 0;
    f->input.event = (struct engine_event){
        .kind = ENGINE_SNAPSHOT, .index = index, .payload = state};
    return filter_step(f, fault) != 0 ? -1 : filter_finish(f, false, fault);
}

/* One turn of the loop: 1; 0 when the input has ended, the engine has been told of all saves, and
 * no snapshot is being made; -1 and a fault. */
static int turn(struct filter *f, struct fault *fault)
{
    struct pollfd p[] = {
        {.fd = f->ended ? -1 : f->config->input, .events = POLLIN},
        {.fd = f->saver != NULL ? process_saver_fd(f->saver) : -1, .events = POLLIN},
        {.fd = f->snapshots.fd, .events = POLLIN},
    };
    if (f->ended && (f->saver == NULL || f->saved == f->saves) && f->snapshots.fd < 0)
        return 0;
    if (poll(p, 3, -1) < 0)
        return errno == EINTR ? 1 : fault_errno(fault, "poll");
    if (p[1].revents != 0 && take_saves(f, fault) != 0)
        return -1;
    if (p[2].revents != 0 && take_snapshot(f, fault) != 0)
        return -1;
    int more = p[0].revents != 0 ? read_input(f, fault) : 1;
    f->ended = f->ended || more == 0;
    return more < 0 ? -1 : 1;
}

static void free_filter(struct filter *f)
{
    if (f->engine != NULL)
        f->config->type->free(f->engine);
    engine_input_free(&f->input);
    engine_outputs_free(&f->outputs);
    process_reader_free(&f->reader);
    process_snapshots_free(&f->snapshots);
    buf_free(&f->out);
    buf_free(&f->scratch);
    buf_free(&f->lines);
    node_names_free(f->names);
}

int process_filter_run(const struct process_filter *config, struct fault *fault)
{
    struct filter f = {
        .config = config,
        .names = node_names_new(),
        .reader = {.side = PROCESS_EVENTS},
        .log = {.lock = -1, .fd = -1},
        .snapshots = {.command = config->command, .every = config->every, .fd = -1, .output = -1},
    };
    int result = f.names != NULL ? 1 : fault_memory(fault);
    while (result == 1)
        result = turn(&f, fault);
    struct fault second;
    if (process_saver_stop(f.saver, result == 0 ? fault : &second) != 0)
        result = -1;
    process_log_close(&f.log);
    free_filter(&f);
    return result;
}
