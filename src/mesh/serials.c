#include "mesh/serials.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { RESERVED = 1000000 }; /* numbers that are reserved by one sync */

static int write_file(const struct mesh_serials *s, uint64_t number, struct fault *f)
{
    char text[40];
    int n = snprintf(text, sizeof text, "serial %llu\n", (unsigned long long)number);
    return file_replace(s->path, text, (size_t)n) != 0 ? fault_errno(f, "%s", s->path) : 0;
}

/* A million numbers for each second of the clock: more than restarts can use up. */
static int begin_by_clock(struct mesh_serials *s, struct fault *f)
{
    struct timespec now;
    if (clock_read(&now, f) != 0)
        return -1;
    s->next = (uint64_t)now.tv_sec * RESERVED;
    return 0;
}

static int parse(struct mesh_serials *s, const char *text, size_t n, struct fault *f)
{
    int64_t number;
    if (n < 9 || memcmp(text, "serial ", 7) != 0 || text[n - 1] != '\n' ||
        number_parse(text + 7, n - 8, &number) != 0 || number == 0)
        return fault_rule(f, "%s: expected `serial NUMBER'", s->path);
    s->next = (uint64_t)number;
    return 0;
}

int mesh_serials_open(struct mesh_serials *s, const char *path, struct fault *f)
{
    char text[64];
    *s = (struct mesh_serials){.path = path};
    int fd = file_open(path, O_RDONLY, 0);
    if (fd < 0 && errno != ENOENT)
        return fault_errno(f, "%s", path);
    ssize_t got = fd >= 0 ? read(fd, text, sizeof text) : 0;
    int result = got < 0  ? fault_errno(f, "%s", path)
                 : fd < 0 ? begin_by_clock(s, f)
                          : parse(s, text, (size_t)got, f);
    if (fd >= 0)
        close(fd);
    s->reserved = s->next;
    return result;
}

int mesh_serials_take(struct mesh_serials *s, uint64_t *serial, struct fault *f)
{
    if (s->next == s->reserved) {
        if (write_file(s, s->next + RESERVED, f) != 0)
            return -1;
        s->reserved = s->next + RESERVED;
    }
    *serial = s->next++;
    return 0;
}

int mesh_serials_close(struct mesh_serials *s, struct fault *f)
{
    return s->reserved > s->next ? write_file(s, s->next, f) : 0;
}
