#include "node/status.h"

#include "base/file.h"
#include "base/hex.h"
#include "base/num.h"
#include "node/status_parts.h"
#include "record/tx.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { SMALL = 4096, STALE = 15 }; /* bytes of a small file; seconds */

/* --- Small files ------------------------------------------------------------------------------ */

void status_trouble(struct node_status *s, const char *file, const char *format, ...)
{
    char words[320];
    va_list args;
    if (s->troubles_count == STATUS_TROUBLES)
        return;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    char *out = s->troubles[s->troubles_count++];
    snprintf(out, sizeof s->troubles[0], "%s: %s", file, words);
    file_names_visible(out);
}

int status_open(struct node_status *s, int dir, const char *name)
{
    struct stat st;
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno != ENOENT)
        status_trouble(s, name, "%s", strerror(errno));
    if (fd >= 0 && (fstat(fd, &st) || !S_ISREG(st.st_mode))) {
        status_trouble(s, name, "not a regular file");
        close(fd);
        return -1;
    }
    return fd;
}

/* The first line of a small file, without its newline; "" if there is none. */
static void first_line(struct node_status *s, int dir, const char *name, char *out, size_t size)
{
    *out = '\0';
    int fd = status_open(s, dir, name);
    if (fd < 0)
        return;
    ssize_t got = read(fd, out, size - 1);
    close(fd);
    out[got > 0 ? got : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
}

/* --- The process ------------------------------------------------------------------------------ */

static void read_where(struct node_status *s, int dir)
{
    first_line(s, dir, "where", s->where, sizeof s->where);
    struct fault f;
    if (s->where[0] && (line_check(s->where, strlen(s->where), &f) || strchr(s->where, ' '))) {
        status_trouble(s, "where", "not HOST:PORT");
        s->where[0] = '\0';
    }
}

static void read_account(struct node_status *s, int dir)
{
    char line[SMALL];
    uint8_t account[ID_LEN];
    struct field x[FIELDS_MAX];
    first_line(s, dir, "node.pub", line, sizeof line);
    if (!*line)
        return;
    if (fields_split(line, strlen(line), x) >= 3 && field_is(x[0], "key") &&
        x[1].len == 2 * ID_LEN && hex_decode(account, x[1].text, ID_LEN) == 0)
        memcpy(s->account, hex32(account).text, sizeof s->account);
    else
        status_trouble(s, "node.pub", "not a key line");
}

/* Every part of a running node holds the lock on its key. It listens once `where` is newer than the
 * file with its process id. */
static void read_state(struct node_status *s, int dir)
{
    char pid[32];
    struct stat started, listens;
    int fd = status_open(s, dir, "node.key");
    bool is_held = fd >= 0 && file_is_locked(fd);
    if (fd >= 0)
        close(fd);
    if (!is_held)
        return;
    first_line(s, dir, "node.pid", pid, sizeof pid);
    if (number_parse(pid, strlen(pid), &s->pid))
        s->pid = -1;
    bool has_both = fstatat(dir, "node.pid", &started, 0) == 0 &&
                    fstatat(dir, "where", &listens, 0) == 0;
    bool is_newer = has_both && (listens.st_mtim.tv_sec > started.st_mtim.tv_sec ||
                                 (listens.st_mtim.tv_sec == started.st_mtim.tv_sec &&
                                  listens.st_mtim.tv_nsec >= started.st_mtim.tv_nsec));
    s->state = is_newer ? NODE_RUNNING : NODE_STARTING;
}

/* --- Lines ------------------------------------------------------------------------------------ */

/* Calls `take` for every line of the file, if there is one. */
static void each_line(struct node_status *s, int dir, const char *name,
                      void (*take)(struct node_status *, const struct line *))
{
    struct line line;
    struct fault f;
    int got = -1;
    int fd = status_open(s, dir, name);
    if (fd < 0)
        return;
    struct lines *lines = lines_new(source_fd(fd), 1, 0);
    while (lines && (got = lines_next(lines, &line, &f)) > 0)
        take(s, &line);
    if (!lines || got < 0)
        status_trouble(s, name, "%s", lines ? f.text : "out of memory");
    lines_free(lines);
    close(fd);
}

static bool split(const struct line *line, struct field x[FIELDS_MAX], size_t *count)
{
    struct fault f;
    if (line->state != LINE_WHOLE || line_check(line->text, line->len, &f))
        return false;
    *count = fields_split(line->text, line->len, x);
    return true;
}

static void take_pool(struct node_status *s, const struct line *line)
{
    struct tx tx;
    struct fault f;
    bool is_tx = line->state == LINE_WHOLE && line_check(line->text, line->len, &f) == 0 &&
                 tx_parse(line->text, line->len, &tx, &f) == 0;
    s->pool_bytes += (int64_t)line->size;
    if (!is_tx) {
        status_trouble(s, "pool", "line %llu is not a transaction",
                       (unsigned long long)line->number);
        return;
    }
    s->pool++;
    if (number_add(s->pool_fees, tx.fee, &s->pool_fees))
        s->pool_fees = INT64_MAX;
}

static void read_pool(struct node_status *s, int dir)
{
    struct stat st;
    size_t troubles = s->troubles_count;
    if (fstatat(dir, "pool", &st, 0) && errno == ENOENT)
        return;
    s->pool = s->pool_bytes = s->pool_fees = 0;
    each_line(s, dir, "pool", take_pool);
    if (s->troubles_count > troubles + 1) /* one of them is enough */
        s->troubles_count = troubles + 1;
}

static void take_known(struct node_status *s, const struct line *line)
{
    s->known += line->len > 0 && line->text[0] != '#';
}

/* A line that gossip -S wrote: peer ACCOUNT|- HOST:PORT in|out SINCE USEFUL RTT_MS VERSION ROLES
 * HEIGHT TIP */
static void take_peer(struct node_status *s, const struct line *line)
{
    struct field x[FIELDS_MAX];
    size_t n;
    if (!split(line, x, &n) || line->len > STATUS_PEER_MAX || n < 7 || !field_is(x[0], "peer"))
        return;
    bool is_in = field_is(x[3], "in");
    if (!is_in && !field_is(x[3], "out"))
        return;
    s->inbound += is_in;
    s->outbound += !is_in;
    if (buf_add(&s->peers, x[1].text, line->len - strlen("peer ")) || buf_add(&s->peers, "\n", 1))
        status_trouble(s, "status", "out of memory");
}

static void read_peers(struct node_status *s, int dir, int64_t now)
{
    struct stat st;
    s->known = fstatat(dir, "peers", &st, 0) ? -1 : 0;
    each_line(s, dir, "peers", take_known);
    if (s->state == NODE_STOPPED) {
        s->inbound = s->outbound = 0;
        return;
    }
    if (fstatat(dir, "status", &st, 0))
        return;
    s->inbound = s->outbound = 0;
    each_line(s, dir, "status", take_peer);
    if (now - st.st_mtim.tv_sec > STALE)
        status_trouble(s, "status", "not updated for %lld s", (long long)(now - st.st_mtim.tv_sec));
}

/* --- The disk --------------------------------------------------------------------------------- */

static void read_disk(struct node_status *s, int dir)
{
    struct statvfs v;
    struct stat st;
    DIR *d = fdopendir(openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (d)
        s->disk = 0;
    for (struct dirent *e; d && (e = readdir(d));)
        if (fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
            s->disk += (int64_t)st.st_blocks * 512;
    if (d)
        closedir(d);
    if (fstatvfs(dir, &v) == 0)
        s->free = (int64_t)(v.f_bavail * v.f_frsize);
}

int node_status_read(struct node_status *s, const char *path, size_t refusals, int64_t now,
                     struct fault *f)
{
    *s = (struct node_status){.pid = -1,
                              .height = -1,
                              .time = -1,
                              .unindexed = -1,
                              .pool = -1,
                              .pool_bytes = -1,
                              .pool_fees = -1,
                              .inbound = -1,
                              .outbound = -1,
                              .known = -1,
                              .disk = -1,
                              .free = -1};
    int dir = file_open(path, O_RDONLY | O_DIRECTORY, 0);
    if (dir < 0)
        return fault_errno(f, "%s", path);
    read_state(s, dir);
    read_where(s, dir);
    read_account(s, dir);
    status_tip(s, dir, path);
    read_pool(s, dir);
    read_peers(s, dir, now);
    status_refusals(s, dir, refusals);
    read_disk(s, dir);
    close(dir);
    return 0;
}

void node_status_free(struct node_status *s)
{
    buf_free(&s->peers);
    buf_free(&s->refusals);
}
