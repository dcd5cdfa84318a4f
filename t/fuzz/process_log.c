/*
 * process/log: whatever a file has, it is read or refused; what was read is there again the next
 * time, and what is appended then comes after it. A log that was cut or changed in one place never
 * gives other items than it had.
 */
#include "fuzz.h"
#include "process/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { FOLDER_MAX = 64 };

static char path[FOLDER_MAX];

static void remove_folder(void)
{
    const char *const names[] = {"log", "log.new", "lock"};
    char name[FOLDER_MAX + 16];
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s/%s", path, names[i]);
        unlink(name);
    }
    rmdir(path);
}

static const char *folder(void)
{
    if (path[0] == '\0') {
        snprintf(path, sizeof path, "%s/fuzz-process-log.XXXXXX",
                 access("/dev/shm", W_OK) == 0 ? "/dev/shm"
                                               : "/tmp"); /* syncs cost nothing there */
        must(mkdtemp(path) != NULL && atexit(remove_folder) == 0);
    }
    return path;
}

static void write_log(const char *bytes, size_t n)
{
    char name[FOLDER_MAX + 8];
    snprintf(name, sizeof name, "%s/log", folder());
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    must(fd >= 0 && write(fd, bytes, n) == (ssize_t)n && close(fd) == 0);
}

static int keep(void *self, const char *text, size_t n, struct fault *f)
{
    (void)f;
    must(n > 0 && text[n - 1] == '\n');
    must(buf_add(self, text, n) == 0 && buf_add(self, "\1", 1) == 0);
    return 0;
}

/* The items of the log, each ended by a byte 1: 0, or -1 if it is refused. */
static int read_log(struct process_log *l, struct buf *items, uint64_t *next)
{
    struct fault f = {0};
    int result = process_log_open(l, folder(), "raft", "n1", keep, items, next, &f);
    must(result == 0 || (f.kind == FAULT_RULE && f.text[0] != '\0'));
    return result;
}

/* What is appended comes last. */
static void append(struct process_log *l, uint64_t next, struct buf *items)
{
    struct buf line = {0};
    struct fault f;
    must(process_log_format(&line, &next, "one\ntwo\n", 8) == 0);
    must(process_log_append(l, line.data, line.len, &f) == 0);
    must(buf_add(items, "one\ntwo\n\1", 9) == 0);
    buf_free(&line);
}

/* The bytes themselves. */
static void try_file(const char *bytes, size_t n)
{
    struct process_log l;
    struct buf first = {0}, second = {0};
    uint64_t next;
    write_log(bytes, n);
    if (read_log(&l, &first, &next) == 0) {
        append(&l, next, &first);
        process_log_close(&l);
        must(read_log(&l, &second, &next) == 0);
        must_equal(first.data, first.len, second.data, second.len);
        process_log_close(&l);
    }
    buf_free(&first);
    buf_free(&second);
}

/* A log of the input's lines, each an item of its own. */
static void make_log(const char *bytes, size_t n, struct buf *log, struct buf *items)
{
    const struct process_log title = {.title = "log raft n1"};
    uint64_t next;
    must(process_log_title(&title, log, &next) == 0);
    while (n > 0) {
        const char *newline = memchr(bytes, '\n', n);
        size_t len = newline != NULL ? (size_t)(newline - bytes) + 1 : 0;
        if (len == 0)
            return;
        must(process_log_format(log, &next, bytes, len) == 0);
        must(keep(items, bytes, len, NULL) == 0);
        bytes += len;
        n -= len;
    }
}

static void try_damage(const char *bytes, size_t n)
{
    struct process_log l;
    struct buf log = {0}, items = {0}, found = {0};
    uint32_t dice = fingerprint(bytes, n);
    uint64_t next;
    make_log(bytes, n, &log, &items);
    size_t at = dice % log.len;
    if ((dice & 1) != 0)
        log.len = at;
    else
        log.data[at] = (char)((unsigned char)log.data[at] ^ (1 + (dice >> 8) % 255));
    write_log(log.data, log.len);
    if (read_log(&l, &found, &next) == 0) {
        must(found.len <= items.len);
        must_equal(found.data, found.len, items.data, found.len);
        process_log_close(&l);
    }
    buf_free(&log);
    buf_free(&items);
    buf_free(&found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    try_file((const char *)data, n);
    try_damage((const char *)data, n);
    return 0;
}
