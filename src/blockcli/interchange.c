#include "blockcli/interchange.h"

#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* All of it, but no more than a byte over INTERCHANGE_MAX. */
static void read_all(FILE *in, const char *path, struct buf *out)
{
    char part[65536];
    size_t n = 1;
    while (n > 0 && out->len <= INTERCHANGE_MAX) {
        n = fread(part, 1, sizeof part, in);
        cli_memory(buf_add(out, part, n));
    }
    if (ferror(in))
        cli_die("%s: %s", path, strerror(errno));
    if (out->len > INTERCHANGE_MAX)
        cli_die("%s: over %d bytes", path, INTERCHANGE_MAX);
}

void cli_interchange_in(struct said *s, const char *path)
{
    struct fault f = {0};
    struct buf text = {0};
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *in = is_stdin ? stdin : fopen(path, "re");
    if (!in)
        cli_die("%s: %s", path, strerror(errno));
    read_all(in, is_stdin ? "stdin" : path, &text);
    if (!is_stdin)
        fclose(in);
    int failed = said_import(s, text.len ? text.data : "", text.len, &f);
    buf_free(&text);
    if (failed && f.kind != FAULT_RULE)
        cli_die("%s", f.text);
    if (failed) {
        cli_warn("%s: nothing taken: %s", is_stdin ? "stdin" : path, f.text);
        cli_exit(CLI_NO);
    }
}

void cli_interchange_out(const struct said *s)
{
    struct fault f = {0};
    struct buf text = {0};
    if (said_export(s, &text, &f))
        cli_die("%s", f.text);
    cli_put(text.data, text.len);
    buf_free(&text);
}
