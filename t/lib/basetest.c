/*
 * Tests of the small parts of base/ that others are made of, each alone.
 *
 *     basetest torn       a torn last line, of any length, is cut off or set aside
 *     basetest faults     each system call in turn fails; what was logged is there, and no more
 *     basetest writers    processes append by turns to a file that is replaced meanwhile
 *     basetest array      elements stay as an array grows; one that cannot grow stays as it was
 */
#include <err.h>

#define must(truth) ((truth) ? (void)0 : errx(1, "%s:%d: not so: %s", __FILE__, __LINE__, #truth))

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/linefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- System calls that fail ------------------------------------------------------------------- */

static int calls, failing; /* the number of calls so far; of the one that fails, 0: none */

static bool fails(void)
{
    errno = EIO;
    return ++calls == failing;
}

int fsync(int fd)
{
    return fails() ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return fails() ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int ftruncate(int fd, off_t size)
{
    return fails() ? -1 : (int)syscall(SYS_ftruncate, fd, size);
}

/* Writes at most 7 bytes at once; and one that fails comes after a part of its line. */
ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    return fails() ? -1 : syscall(SYS_pwrite64, fd, bytes, n < 7 ? n : 7, at);
}

/* --- Files ------------------------------------------------------------------------------------ */

static void make(const char *path, const char *bytes, size_t n)
{
    int fd = file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    must(fd >= 0 && file_write(fd, bytes, n) == 0);
    close(fd);
}

static bool holds(const char *path, const char *bytes, size_t n)
{
    struct stat st;
    int fd = file_open(path, O_RDONLY, 0);
    char *got = malloc(n + 1);
    must(fd >= 0 && fstat(fd, &st) == 0 && got);
    bool same = (size_t)st.st_size == n && file_read_at(fd, got, n, 0) == 0 &&
                !memcmp(got, bytes, n);
    free(got);
    close(fd);
    return same;
}

static int gather(void *self, const struct line *line, struct fault *f)
{
    (void)f;
    must(line->state == LINE_WHOLE);
    must(buf_add(self, line->text, line->len) == 0 && buf_add_string(self, "\n") == 0);
    return 0;
}

/* Opens the file that is to be repaired. */
static struct linefile open_torn(size_t whole, size_t torn)
{
    struct linefile l = LINEFILE("lines");
    struct fault f;
    uint64_t got;
    must(linefile_lock(&l, &f) == 0 && linefile_find_end(&l, &got, &f) == 0);
    must(l.end == whole && got == torn && l.ragged == (torn > 0));
    return l;
}

static void test_torn(void)
{
    static const size_t wholes[] = {0, 2, 65536, 65537, 200000};
    static const size_t torns[] = {0, 1, 65535, 65536, 150000};
    char *bytes = malloc(400000);
    uint64_t moved;
    struct fault f;
    must(bytes);
    for (size_t i = 0; i < 25; i++) {
        size_t whole = wholes[i / 5], torn = torns[i % 5];
        memset(bytes, 'w', whole);
        memset(bytes + whole, 0, torn); /* as a power failure leaves it */
        if (whole)
            bytes[whole - 1] = '\n';
        make("lines", bytes, whole + torn);
        struct linefile l = open_torn(whole, torn);
        unlink("lines.torn");
        must(linefile_set_aside(&l, &moved, &f) == 0 && moved == torn && !l.ragged);
        must(holds("lines", bytes, whole) && holds("lines.torn", bytes + whole, torn));
        linefile_close(&l);
        make("lines", bytes, whole + torn);
        l = open_torn(whole, torn);
        must(linefile_append(&l, "next\n", 5, &f) == 0); /* which cuts it */
        memcpy(bytes + whole, "next\n", 5);
        must(holds("lines", bytes, whole + 5));
        linefile_close(&l);
    }
    free(bytes);
    mkdir("folder", 0777);
    struct linefile l = LINEFILE("folder");
    must(linefile_open(&l, &f) == -1 && l.fd < 0 && strstr(f.text, "folder: "));
    l = LINEFILE("/dev/full");
    must(linefile_lock(&l, &f) == -1 && l.fd < 0 &&
         strcmp(f.text, "/dev/full: not a regular file") == 0);
}

/* Logs three lines after what the file has, and goes on after what fails. Whether something did;
 * *there: what must be in the file. */
static bool log_lines(struct buf *there)
{
    struct linefile l = LINEFILE("lines");
    struct fault f;
    uint64_t torn;
    bool failed = false;
    must(linefile_lock(&l, &f) == 0 && linefile_find_end(&l, &torn, &f) == 0);
    for (int i = 0; i < 3; i++) {
        char line[40];
        int n = snprintf(line, sizeof line, "line %d, of several writes\n", i);
        if (linefile_log(&l, line, (size_t)n, &f)) {
            failed = true;
            must(strcmp(f.text, "lines: Input/output error") == 0);
        } else
            must(buf_add(there, line, (size_t)n) == 0);
    }
    linefile_close(&l);
    return failed;
}

/* With the Nth call failing: whether there was one. */
static bool fault_at(int n, const char *torn)
{
    struct buf there = {0}, found = {0};
    struct linefile l = LINEFILE("lines");
    struct fault f;
    uint64_t left;
    char begun[40];
    make("lines", begun, (size_t)snprintf(begun, sizeof begun, "%s", torn));
    must(buf_add(&there, begun, strcspn(begun, "\n") + (*begun != 0)) == 0);
    calls = 0;
    failing = n;
    bool failed = log_lines(&there);
    must(failed == (calls >= n));
    failing = 0;
    must(linefile_open(&l, &f) == 0 && linefile_find_end(&l, &left, &f) == 0 && left == 0);
    must(linefile_read(&l, 0, gather, &found, &f) == 0);
    must(found.len == there.len && memcmp(found.data, there.data, found.len) == 0);
    linefile_close(&l);
    buf_free(&there);
    buf_free(&found);
    return failed;
}

static void test_faults(void)
{
    int n = 1, m = 1;
    while (fault_at(n, "begun\ntor"))
        n++;
    while (fault_at(m, ""))
        m++;
    must(n > 15 && m > 15); /* several writes a line, and the syncs */
}

/* --- Two writers ------------------------------------------------------------------------------ */

enum { TURNS = 300 };

/* One of them replaces the file now and then, by the same lines. */
static void append_by_turns(char name)
{
    struct linefile l = LINEFILE("lines");
    struct fault f;
    uint64_t torn;
    for (int i = 0; i < TURNS; i++) {
        char line[20];
        int n = snprintf(line, sizeof line, "%c %d\n", name, i);
        must(linefile_lock(&l, &f) == 0 && linefile_find_end(&l, &torn, &f) == 0 && torn == 0);
        must(linefile_append(&l, line, (size_t)n, &f) == 0);
        if (name == 'a' && i % 10 == 0) {
            struct buf all = {0};
            must(linefile_read(&l, 0, gather, &all, &f) == 0);
            must(file_replace("lines", all.data, all.len) == 0);
            buf_free(&all);
        }
        linefile_unlock(&l);
    }
}

static int count(void *self, const struct line *line, struct fault *f)
{
    int *next = self;
    (void)f;
    must(line->len > 2 && (line->text[0] == 'a' || line->text[0] == 'b'));
    must(atoi(line->text + 2) == next[line->text[0] - 'a']++);
    return 0;
}

static void test_writers(void)
{
    struct linefile l = LINEFILE("lines");
    struct fault f;
    uint64_t torn;
    int next[2] = {0}, status;
    for (int i = 0; i < 2; i++)
        if (fork() == 0) {
            append_by_turns(i ? 'b' : 'a');
            exit(0);
        }
    for (int i = 0; i < 2; i++)
        must(wait(&status) > 0 && status == 0);
    must(linefile_open(&l, &f) == 0 && linefile_find_end(&l, &torn, &f) == 0 && torn == 0);
    must(linefile_read(&l, 0, count, next, &f) == 0 && next[0] == TURNS && next[1] == TURNS);
    linefile_close(&l);
}

/* --- Arrays ----------------------------------------------------------------------------------- */

static void test_array(void)
{
    uint64_t *list = NULL, *before;
    size_t cap = 0, grown = 0;
    for (size_t i = 0; i < 100000; i++) {
        size_t had = cap;
        must(ARRAY_RESERVE(list, cap, i + 1) == 0 && cap > i);
        list[i] = i;
        grown += cap != had;
    }
    must(grown <= 18 && cap < 200000);
    for (size_t i = 0; i < 100000; i++)
        must(list[i] == i);
    must(ARRAY_RESERVE(list, cap, 1000000) == 0 && cap == 1000000 && list[99999] == 99999);
    before = list;
    static const size_t many[] = {SIZE_MAX, SIZE_MAX / 2 + 2, SIZE_MAX / sizeof *list + 1};
    for (size_t i = 0; i < sizeof many / sizeof *many; i++)
        must(ARRAY_RESERVE(list, cap, many[i]) == -1 && list == before && cap == 1000000);
    free(list);
}

static void test_replace(void)
{
    struct stat there;
    must(mkfifo("fifo", 0600) == 0);
    must(file_replace("fifo", "x", 1) == -1 && errno == ENOTSUP);
    must(stat("fifo", &there) == 0 && S_ISFIFO(there.st_mode) && access("fifo.tmp", F_OK) == -1);
    must(file_replace("plain", "x", 1) == 0 && file_replace("plain", "yz", 2) == 0);
    must(stat("plain", &there) == 0 && there.st_size == 2);
}

static const struct {
    const char *name;
    void (*run)(void);
} tests[] = {{"torn", test_torn},
             {"faults", test_faults},
             {"writers", test_writers},
             {"array", test_array},
             {"replace", test_replace}};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof tests / sizeof *tests; i++)
        if (strcmp(argv[1], tests[i].name) == 0) {
            tests[i].run();
            return 0;
        }
    errx(2, "usage: basetest torn|faults|writers|array|replace");
}
