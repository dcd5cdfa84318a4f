#include "mesh/remembered.h"

#include "base/file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool parse_index(const char *text, uint64_t *index)
{
    char *end;
    if (strncmp(text, "index ", 6) != 0 || text[6] < '0' || text[6] > '9')
        return false;
    *index = strtoull(text + 6, &end, 10);
    return *end == '\n';
}

int mesh_remembered_open(struct mesh_remembered *m, struct fault *f)
{
    char text[40] = {0};
    m->fd = file_open(m->path, O_RDWR | O_CREAT, 0666);
    ssize_t got = m->fd >= 0 ? read(m->fd, text, sizeof text - 1) : -1;
    if (got < 0)
        return fault_errno(f, "%s", m->path);
    if (got > 0 && !parse_index(text, &m->index))
        return fault_trouble(f, "%s: expected `index NUMBER'", m->path);
    return 0;
}

int mesh_remembered_put(struct mesh_remembered *m, uint64_t index, struct fault *f)
{
    char text[40];
    if (m->fd < 0 || index <= m->index)
        return 0;
    /* as wide as any number, so that it is written in place */
    int n = snprintf(text, sizeof text, "index %020" PRIu64 "\n", index);
    if (file_write_at(m->fd, text, (size_t)n, 0) != 0)
        return fault_errno(f, "%s", m->path);
    m->index = index;
    return 0;
}

void mesh_remembered_close(struct mesh_remembered *m)
{
    if (m->fd >= 0)
        close(m->fd);
    m->fd = -1;
}
