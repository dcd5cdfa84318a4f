/*
 * Memory runs out: into a program with LD_PRELOAD, this has its Nth allocation give NULL, whoever
 * makes it (malloc, calloc, realloc, aligned memory; strdup and the like go through malloc).
 *
 *     FAILALLOC_AT=N      the Nth, from 1; 0 or none: no allocation fails
 *     FAILALLOC_OF=WHOM   of those of `openssl`, of `sqlite`, or of the others, `ours`
 *     FAILALLOC_ON=1      and all behind it fail, whoever makes them
 *     FAILALLOC_SUM=FILE  how many were counted goes to this file at the end
 *     FAILALLOC_PLACES=WHOM BEGIN SIZE ...
 *                         where else in the program (hexadecimal) somebody calls malloc: SQLite
 *                         is a part of it, and OpenSSL may be given functions of ours
 *
 * What is asked for before this has started is not counted: that is the loader's. A program that
 * OpenSSL itself crashes (3.0 does, where it has no memory for its own locks as it starts) ends
 * with 98: nobody else can help that. Whoever else crashes does so.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void *memalign(size_t, size_t);

/* Whose allocations are counted. */
enum whom { OURS, OPENSSL, SQLITE, EVERYBODY };

/* Where somebody's code stands in memory. */
struct span {
    uintptr_t begin, end;
    enum whom whom;
};

static struct span spans[8];
static size_t spans_count;
static enum whom of;
static atomic_ulong seen;
static atomic_bool counting;
static unsigned long at;
static bool on;
static const char *sum;

/* Neither backtrace nor dladdr is safe in a handler; but a crash in here is a crash all the same.
 */
// NOLINTBEGIN(bugprone-signal-handler,cert-sig30-c)

/* Whether the innermost frame that is neither ours nor the C library's is OpenSSL's. */
static bool is_openssl(void *const *frames, int n)
{
    for (int i = 0; i < n; i++) {
        Dl_info where;
        if (!dladdr(frames[i], &where) || !where.dli_fname)
            return false;
        if (strstr(where.dli_fname, "libcrypto") || strstr(where.dli_fname, "libssl"))
            return true;
        if (!strstr(where.dli_fname, "libc.so") && !strstr(where.dli_fname, "failalloc"))
            return false;
    }
    return false;
}

static void crashed(int signal_number)
{
    void *frames[32];
    atomic_store(&counting, false);
    if (is_openssl(frames, backtrace(frames, 32)))
        _exit(98);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

// NOLINTEND(bugprone-signal-handler,cert-sig30-c)

static void note_span(uintptr_t begin, uintptr_t end, enum whom whom)
{
    if (spans_count < sizeof spans / sizeof spans[0])
        spans[spans_count++] = (struct span){begin, end, whom};
}

static enum whom whom(const char *name)
{
    static const char *const names[] = {
        [OURS] = "ours", [OPENSSL] = "openssl", [SQLITE] = "sqlite"};
    for (size_t i = 0; name && i < sizeof names / sizeof names[0]; i++)
        if (strncmp(name, names[i], strlen(names[i])) == 0)
            return (enum whom)i;
    return EVERYBODY;
}

/* The places in the program, which is loaded at this address. */
static void note_places(uintptr_t address, const char *text)
{
    while (text && *text) {
        enum whom it = whom(text);
        char *end = strchrnul(text, ' ');
        uintptr_t begin = address + strtoul(end, &end, 16);
        note_span(begin, begin + strtoul(end, &end, 16), it);
        text = end + (*end == ' ');
    }
}

/* A library of OpenSSL's, or the program. */
static int note_object(struct dl_phdr_info *info, size_t size, void *self)
{
    (void)size, (void)self;
    if (!*info->dlpi_name)
        note_places(info->dlpi_addr, getenv("FAILALLOC_PLACES"));
    if (!strstr(info->dlpi_name, "libcrypto") && !strstr(info->dlpi_name, "libssl"))
        return 0;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const uintptr_t begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X)
            note_span(begin, begin + info->dlpi_phdr[i].p_memsz, OPENSSL);
    }
    return 0;
}

__attribute__((constructor)) static void start(void)
{
    void *frame;
    backtrace(&frame, 1); /* loads what it needs */
    signal(SIGSEGV, crashed);
    signal(SIGABRT, crashed);
    const char *text = getenv("FAILALLOC_AT");
    at = text ? strtoul(text, NULL, 10) : 0;
    on = getenv("FAILALLOC_ON") != NULL;
    of = whom(getenv("FAILALLOC_OF"));
    dl_iterate_phdr(note_object, NULL);
    sum = getenv("FAILALLOC_SUM");
    atomic_store(&counting, true);
}

__attribute__((destructor)) static void end(void)
{
    char text[32];
    atomic_store(&counting, false);
    int fd = sum ? open(sum, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
    if (fd < 0)
        return;
    int n = snprintf(text, sizeof text, "%lu\n", atomic_load(&seen));
    if (write(fd, text, (size_t)n) != n)
        _exit(99);
    close(fd);
}

static bool is_counted(const void *caller)
{
    const uintptr_t place = (uintptr_t)caller;
    enum whom whose = OURS;
    for (size_t i = 0; i < spans_count; i++)
        if (place >= spans[i].begin && place < spans[i].end)
            whose = spans[i].whom;
    return of == EVERYBODY || of == whose;
}

static bool fails(const void *caller)
{
    if (!atomic_load(&counting))
        return false;
    bool counted = is_counted(caller);
    unsigned long n = counted ? atomic_fetch_add(&seen, 1) + 1 : atomic_load(&seen);
    if (at == 0 || n < at || (!on && (!counted || n > at)))
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(n);
}

void *calloc(size_t count, size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, n);
}

void *realloc(void *old, size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, n);
}

void *memalign(size_t alignment, size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, n);
}

void *aligned_alloc(size_t alignment, size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, n);
}

int posix_memalign(void **out, size_t alignment, size_t n)
{
    void *p = fails(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, n);
    if (!p)
        return ENOMEM;
    *out = p;
    return 0;
}
