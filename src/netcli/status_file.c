#include "netcli/status_file.h"

#include "base/file.h"
#include "cli/cli.h"
#include "cli/values.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A file that readers find whole, but that nobody needs after a crash. */
static int replace_file(const char *path, const struct buf *text)
{
    char temporary[PATH_MAX];
    if ((size_t)snprintf(temporary, sizeof temporary, "%s.tmp", path) >= sizeof temporary)
        return -1;
    if (!file_may_be_replaced(path))
        return -1;
    int fd = file_open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0)
        return -1;
    int failed = file_write(fd, text->data, text->len);
    failed |= close(fd);
    return failed || rename(temporary, path) ? -1 : 0;
}

void status_file_write(struct status_file *s, const struct duplex *d, int64_t now)
{
    struct buf text = {0};
    if (!s->path || now < s->due)
        return;
    s->due = now + STATUS_FILE_EVERY;
    cli_memory(duplex_status(d, now, cli_time_now(CLI_CLOCK), &text));
    bool has_failed = replace_file(s->path, &text) != 0;
    if (has_failed && !s->failed)
        cli_warn("%s: cannot be written: %s", s->path, strerror(errno));
    s->failed = has_failed;
    buf_free(&text);
}
