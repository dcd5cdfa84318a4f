#include "enginecli/engine_main.h"

#include "cli/cli.h"
#include "cli/options.h"
#include "process/engines.h"
#include "process/filter.h"

#include <unistd.h>

struct run {
    const char *folder, *command;
    size_t every;
};

static const struct cli_option options[] = {
    {'d', "directory", "DIR", "keep the log in DIR, not on stdout", CLI_TEXT(struct run, folder)},
    {'c', "command", "COMMAND", "shell command that makes snapshots, see process(7)",
     CLI_TEXT(struct run, command)},
    {'N', "every", "COUNT", "commits from one snapshot to the next (default: 10000)",
     CLI_NUMBER(struct run, every, 1, INT64_MAX)},
    {0},
};

static void put(const char *bytes, size_t n)
{
    cli_put(bytes, n);
    cli_flush();
}

int engine_main(const char *name, const char *about, int argc, char **argv)
{
    const struct cli program = {
        .name = name, .operands = "[NAME=VALUE...]", .about = about, .options = options};
    struct run r = {.every = 10000};
    struct fault f;
    char **settings = cli_options(&program, argc, argv, &r);
    size_t count = cli_count_operands(settings, 0, -1);
    if (r.command != NULL && r.folder == NULL)
        cli_misuse("-c needs -d: without it, the carrier makes the snapshots");
    struct process_filter filter = {.type = engine_find(name),
                                    .folder = r.folder,
                                    .settings = (const char *const *)settings,
                                    .setting_count = count,
                                    .command = r.command,
                                    .every = r.every,
                                    .input = STDIN_FILENO,
                                    .put = put};
    if (filter.type == NULL)
        cli_die("this build has no such engine");
    if (process_filter_run(&filter, &f) != 0)
        cli_fail(NULL, &f);
    cli_exit(CLI_YES);
}
