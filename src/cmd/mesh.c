/* mesh: runs one process (process(7)) on a real network, with other members. */
#include "mesh/mesh.h"
#include "base/chance.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/key.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "crypto/ed25519_openssl.h"
#include "mesh/intake.h"
#include "mesh/remembered.h"
#include "netcli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct run {
    const char *key, *bind, *control, *serials, *remember;
    int passphrase_fd;
    bool lines, heads, once, verbose;
    int64_t after;

    struct loop *loop;
    struct mesh_members members;
    struct address bound;
    struct mesh_config config;
    struct mesh *mesh;
    struct buf out;
    struct output output;
    struct mesh_intake_owner input_owner, control_owner;
    struct mesh_intake *input, *commands;
    struct watch input_watch, control_watch;
    struct mesh_remembered remembered;
    bool ended; /* stdin has */
    int status;
};

static const struct cli_option options[] = {
    {'k', "key", "KEY", "our secret key file", CLI_TEXT(struct run, key)},
    {CLI_OPTION_PASSPHRASE(struct run, passphrase_fd)},
    {'b', "bind", "HOST:PORT", "listen here, not at our address in MEMBERS",
     CLI_TEXT(struct run, bind)},
    {'L', "lines", NULL, "records are plain lines of text", CLI_FLAG(struct run, lines)},
    {'x', "index", NULL, "print INDEX ID COUNT before each record", CLI_FLAG(struct run, heads)},
    {'i', "after", "INDEX", "print nothing up to this index",
     CLI_NUMBER(struct run, after, 0, INT64_MAX)},
    {'r', "remember", "FILE", "keep in FILE what was printed, and go on after it",
     CLI_TEXT(struct run, remember)},
    {'C', "control", "FIFO", "take commands from FIFO, which is made if missing",
     CLI_TEXT(struct run, control)},
    {'s', "serials", "FILE", "our counter of proposals (default: KEY.serial)",
     CLI_TEXT(struct run, serials)},
    {'o', "once", NULL, "end when stdin has ended and its records are committed",
     CLI_FLAG(struct run, once)},
    {'v', "verbose", NULL, "events on stderr", CLI_FLAG(struct run, verbose)},
    {0},
};

static const struct cli program = {
    .name = "mesh",
    .operands = "MEMBERS -- PROGRAM [ARGUMENT...]",
    .about = "Runs a consensus process among MEMBERS: records in, one order of them out.",
    .options = options,
    .required = "k",
};

/* --- What has been printed -------------------------------------------------------------------- */

static void remember(struct run *r)
{
    struct fault f;
    if (mesh_remembered_put(&r->remembered, mesh_index(r->mesh), &f) != 0)
        cli_fail(NULL, &f);
}

static void open_remembered(struct run *r)
{
    struct fault f;
    r->remembered = MESH_REMEMBERED(r->remember);
    if (r->remember != NULL && mesh_remembered_open(&r->remembered, &f) != 0)
        cli_fail(NULL, &f);
    if (r->remembered.index > (uint64_t)r->after)
        r->after = (int64_t)r->remembered.index;
}

/* --- Records and commands --------------------------------------------------------------------- */

static int take_record(void *self, struct field lines, struct fault *f)
{
    struct run *r = self;
    return mesh_propose(r->mesh, lines, f);
}

static void refuse_record(void *self, const struct fault *why)
{
    struct run *r = self;
    cli_report("stdin", why->line, why->text);
    r->status = CLI_NO;
}

static void refuse_command(void *self, const struct fault *why)
{
    const struct run *r = self;
    cli_report(r->control, 0, why->text);
}

static int take_command(void *self, struct field line, struct fault *f)
{
    struct run *r = self;
    struct field words = {line.text, line.len - 1};
    if (mesh_command(r->mesh, words, f) == 0)
        return 0;
    if (f->kind != FAULT_RULE)
        return -1;
    refuse_command(r, f);
    return 0;
}

static void can_read_input(void *self, unsigned events)
{
    struct run *r = self;
    struct fault f;
    (void)events;
    int got = mesh_intake_read(r->input, &f);
    if (got < 0)
        cli_fail(NULL, &f);
    r->ended = got == 0;
}

static void can_read_control(void *self, unsigned events)
{
    struct run *r = self;
    struct fault f;
    (void)events;
    if (mesh_intake_read(r->commands, &f) < 0)
        cli_fail(NULL, &f);
}

static void watch_input(struct run *r)
{
    struct fault f;
    if (r->ended || mesh_is_full(r->mesh))
        loop_unwatch(&r->input_watch);
    else if (loop_watch(r->loop, &r->input_watch, LOOP_READ, &f) != 0)
        cli_fail(NULL, &f);
}

/* --- Events ----------------------------------------------------------------------------------- */

static void say(void *self, const char *who, const char *words)
{
    const struct run *r = self;
    if (r->verbose && who != NULL)
        cli_warn("%s: %s", who, words);
    else if (r->verbose)
        cli_warn("%s", words);
}

static void answer(void *self, uint64_t read, uint64_t index)
{
    (void)self;
    if (index == UINT64_MAX)
        cli_warn("read %" PRIu64 ": later", read);
    else
        cli_warn("read %" PRIu64 ": %" PRIu64, read, index);
}

/* --- Beginning -------------------------------------------------------------------------------- */

static void find_self(struct run *r, const char *path, const struct secret_key *key)
{
    struct fault f;
    if (mesh_members_read(&r->members, path, &f) != 0)
        cli_fail(NULL, &f);
    r->members.self = mesh_members_by_key(&r->members, key->public);
    if (r->members.self == MESH_NOBODY)
        cli_die("%s: no member has the key of %s", path, r->key);
}

static void open_control(struct run *r)
{
    if (mkfifo(r->control, 0600) != 0 && errno != EEXIST)
        cli_die("%s: %s", r->control, strerror(errno));
    r->control_owner = (struct mesh_intake_owner){take_command, refuse_command, r};
    int fd = file_open(r->control, O_RDWR | O_NONBLOCK, 0);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        cli_die("%s: %s", r->control, strerror(errno));
    if (!S_ISFIFO(st.st_mode))
        cli_die("%s: not a FIFO", r->control);
    r->control_watch = (struct watch){.fd = fd, .ready = can_read_control, .self = r};
    r->commands = mesh_intake_new(fd, true, &r->control_owner);
    struct fault f;
    if (r->commands == NULL || loop_watch(r->loop, &r->control_watch, LOOP_READ, &f) != 0)
        cli_die("%s: cannot be read", r->control);
}

static void start_mesh(struct run *r, char **operands, const struct secret_key *key)
{
    static char serials[PATH_MAX + 8];
    struct fault f;
    snprintf(serials, sizeof serials, "%s.serial", r->key);
    r->config = (struct mesh_config){
        .loop = r->loop,
        .key = key,
        .members = &r->members,
        .path = operands[0],
        .bind = r->bind != NULL ? &r->bound : NULL,
        .argv = operands + 1,
        .seed = chance_seed() >> 1,
        .serials = r->serials != NULL ? r->serials : serials,
        .after = (uint64_t)r->after,
        .heads = r->heads,
        .out = &r->out,
        .log = say,
        .answer = answer,
        .self = r,
    };
    r->mesh = mesh_new(&r->config, &f);
    if (r->mesh == NULL)
        cli_fail(NULL, &f);
    if (r->verbose)
        cli_warn("listening on %s", mesh_address(r->mesh));
}

static void start(struct run *r, char **operands)
{
    struct secret_key key = {0};
    struct fault f;
    if (r->bind != NULL && address_parse(r->bind, strlen(r->bind), true, &r->bound, &f) != 0)
        cli_die("-b: %s", f.text);
    ed25519_openssl_prepare();
    cli_read_key(r->key, r->passphrase_fd, &key);
    find_self(r, operands[0], &key);
    open_remembered(r);
    r->loop = loop_new(&f);
    if (r->loop == NULL || loop_catch_signals(r->loop, &f) != 0)
        cli_fail(NULL, &f);
    start_mesh(r, operands, &key);
    secret_key_wipe(&key);
    output_open(&r->output, r->loop, &r->out);
    if (r->control != NULL)
        open_control(r);
    terminal_input("records");
    r->input_owner = (struct mesh_intake_owner){take_record, refuse_record, r};
    r->input = mesh_intake_new(STDIN_FILENO, r->lines, &r->input_owner);
    cli_memory(r->input == NULL);
    r->input_watch = (struct watch){.fd = STDIN_FILENO, .ready = can_read_input, .self = r};
}

/* --- Running ---------------------------------------------------------------------------------- */

static bool is_over(const struct run *r)
{
    return loop_stopped(r->loop) != 0 || (r->once && r->ended && mesh_waiting(r->mesh) == 0 &&
                                          async_writer_backlog(&r->output.writer) == 0);
}

static void run(struct run *r)
{
    struct fault f;
    while (!is_over(r)) {
        int64_t now = loop_now();
        output_push(&r->output);
        size_t backlog = async_writer_backlog(&r->output.writer);
        if (backlog == 0)
            remember(r);
        if (mesh_turn(r->mesh, now, backlog, &f) != 0)
            cli_fail(NULL, &f);
        watch_input(r);
        if (is_over(r))
            break;
        if (loop_turn(r->loop, mesh_wait(r->mesh, now), &f) != 0)
            cli_fail(NULL, &f);
    }
}

static void stop(struct run *r)
{
    struct fault f;
    output_drain(&r->output, 1000);
    if (async_writer_backlog(&r->output.writer) == 0)
        remember(r);
    loop_unwatch(&r->input_watch);
    loop_unwatch(&r->control_watch);
    if (mesh_free(r->mesh, &f) != 0)
        cli_fail(NULL, &f);
    mesh_intake_free(r->input);
    mesh_intake_free(r->commands);
    mesh_remembered_close(&r->remembered);
    output_close(&r->output);
    buf_free(&r->out);
    mesh_members_free(&r->members);
    loop_free(r->loop);
}

int main(int argc, char **argv)
{
    struct run r = {.passphrase_fd = -1, .status = CLI_YES};
    char **operands = cli_options(&program, argc, argv, &r);
    if (cli_count_operands(operands, 1, -1) == 1)
        cli_misuse("PROGRAM is missing: mesh -k KEY MEMBERS -- raft -d DIR");
    start(&r, operands);
    run(&r);
    stop(&r);
    return r.status;
}
