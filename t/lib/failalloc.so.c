/*
 * Memory runs out: into a program with LD_PRELOAD, this has its Nth allocation give NULL, whoever
 * makes it (malloc, calloc, realloc, aligned memory; strdup and the like go through malloc).
 *
 *     FAILALLOC_AT=N      the Nth, from 1; 0 or none: no allocation fails
 *     FAILALLOC_ON=1      and all behind it
 *     FAILALLOC_SUM=FILE  how many there were goes to this file at the end
 *
 * What is asked for before this has started is not counted: that is the loader's. A program that
 * OpenSSL itself crashes (3.0 does, where it has no memory for its own locks as it starts) ends
 * with 98: nobody else can help that. Whoever else crashes does so.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void *memalign(size_t, size_t);

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

__attribute__((constructor)) static void start(void)
{
    void *frame;
    backtrace(&frame, 1); /* loads what it needs */
    signal(SIGSEGV, crashed);
    signal(SIGABRT, crashed);
    const char *text = getenv("FAILALLOC_AT");
    at = text ? strtoul(text, NULL, 10) : 0;
    on = getenv("FAILALLOC_ON") != NULL;
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

static bool fails(void)
{
    if (!atomic_load(&counting))
        return false;
    unsigned long n = atomic_fetch_add(&seen, 1) + 1;
    if (at == 0 || n < at || (n > at && !on))
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t n)
{
    return fails() ? NULL : __libc_malloc(n);
}

void *calloc(size_t count, size_t n)
{
    return fails() ? NULL : __libc_calloc(count, n);
}

void *realloc(void *old, size_t n)
{
    return fails() ? NULL : __libc_realloc(old, n);
}

void *memalign(size_t alignment, size_t n)
{
    return fails() ? NULL : __libc_memalign(alignment, n);
}

void *aligned_alloc(size_t alignment, size_t n)
{
    return memalign(alignment, n);
}

int posix_memalign(void **out, size_t alignment, size_t n)
{
    void *p = memalign(alignment, n);
    if (!p)
        return ENOMEM;
    *out = p;
    return 0;
}
