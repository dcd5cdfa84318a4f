/*
 * minetest WHAT: asks one thing of the miner. 0: it holds, 1: it does not, with a word on stderr.
 *
 * - place: every header length gets a seal that fits, and its line hashes as it should
 * - kernels [NAME]: every kernel, or that one, finds what hashing the whole line finds, for every
 *   place and range
 * - sample NAME: a part of that, for where every instruction takes an emulator's time
 * - lowest: the lowest nonce is found with 1 to 8 threads, at easy and hard targets
 * - stop: a search ends with the chunks it has when it is told to, by a thread and by a signal
 * - threads: how many are started, with which signals; and what happens where none can be
 * - shown: a rate is shown right to one in a hundred
 * - names: prints the kernels, and whether this processor can run them
 * - choice: the kernel chosen for each kind of processor
 * - best: prints the kernel that is chosen here, and whether the processor mixes SHA instructions
 *   with vectors well
 * - faster: a comparison finds one that this processor can run, and what it finds is kept
 */
#include "base/processor.h"
#include "cli/rate.h"
#include "hash/sha256.h"
#include "work/choice.h"
#include "work/kernel.h"

#include <dirent.h>
#include <err.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { HEADER_MAX = 1000, THREADS_MAX = 8 };

#define WAIT_SECONDS 60.0 /* for what should have happened long ago */

static const uint8_t impossible[TARGET_LEN],
    trivial[TARGET_LEN] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
                           255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
                           255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

/* --- helpers --------------------------------------------------------------- */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* A header of n bytes that differs with salt and ends in a space. */
static void make_header(char *header, size_t n, unsigned salt)
{
    for (size_t i = 0; i < n; i++)
        header[i] = "block 0123456789abcdef"[(i * 7 + i / 22 + salt * (i % 5 + 1)) % 22];
    if (n)
        header[n - 1] = ' ';
}

static size_t lay_out(struct mine_job *job, const char *header, size_t n, const uint8_t *target)
{
    size_t seal_len = 0;
    if (mine_job_init(job, header, n, target, &seal_len))
        errx(1, "no job for a header of %zu bytes", n);
    return seal_len;
}

/* The id of the whole line, hashed as anyone would. */
static void hash_line(const char *header, size_t n, size_t seal_len, uint64_t nonce,
                      uint8_t id[SHA256_LEN])
{
    char line[HEADER_MAX + SEAL_DIGITS];
    memcpy(line, header, n);
    mine_seal(seal_len, nonce, line + n);
    sha256(line, n + seal_len, id);
}

/* The index of the lowest id of those nonces, and that id; there is no other as low. */
static uint64_t lowest_id(const char *header, size_t n, size_t seal_len, uint64_t first,
                          uint64_t count, uint8_t id[SHA256_LEN])
{
    uint64_t best = 0;
    memset(id, 255, SHA256_LEN);
    for (uint64_t i = 0; i < count; i++) {
        uint8_t other[SHA256_LEN];
        hash_line(header, n, seal_len, first + i, other);
        if (memcmp(other, id, SHA256_LEN) < 0) {
            best = i;
            memcpy(id, other, SHA256_LEN);
        }
    }
    return best;
}

/* The lowest nonce whose whole line hashes under the target. */
static uint64_t lowest_nonce(const char *header, size_t n, size_t seal_len, const uint8_t *target)
{
    uint8_t id[SHA256_LEN];
    for (uint64_t nonce = 0;; nonce++) {
        hash_line(header, n, seal_len, nonce, id);
        if (memcmp(id, target, TARGET_LEN) <= 0)
            return nonce;
    }
}

/* --- place ----------------------------------------------------------------- */

static void check_seal(size_t seal_len, uint64_t nonce)
{
    char seal[SEAL_DIGITS + 1], expected[SEAL_DIGITS + 1];
    memset(seal, '!', sizeof seal);
    mine_seal(seal_len, nonce, seal);
    snprintf(expected, sizeof expected, "%0*" PRIx64, (int)seal_len, nonce);
    if (memcmp(seal, expected, seal_len) != 0 || seal[seal_len] != '!')
        errx(1, "seal of %zu digits for nonce %" PRIx64, seal_len, nonce);
}

/* The job's chunk with the nonce's digits in it must be the end of the line's padded input. */
static void check_chunk(const struct mine_job *job, const char *header, size_t n, size_t seal_len,
                        uint64_t nonce)
{
    uint8_t chunk[SHA256_CHUNK], id[SHA256_LEN], expected[SHA256_LEN];
    char digits[SEAL_DIGITS];
    uint32_t state[8];
    mine_seal(NONCE_DIGITS, nonce, digits);
    memcpy(chunk, job->chunk, sizeof chunk);
    memcpy(chunk + job->nonce_at, digits, NONCE_DIGITS);
    memcpy(state, job->midstate, sizeof state);
    sha256_compress(state, chunk, 1);
    for (int i = 0; i < SHA256_LEN; i++)
        id[i] = (uint8_t)(state[i / 4] >> (24 - i % 4 * 8));
    hash_line(header, n, seal_len, nonce, expected);
    if (memcmp(id, expected, sizeof id) != 0)
        errx(1, "header of %zu bytes, nonce %" PRIx64 ": another hash", n, nonce);
}

static int test_place(void)
{
    static const uint64_t nonces[] = {0, 1, 9, 10, 0xf0e1d2c3b4a59687, UINT64_MAX};
    for (size_t n = 0; n <= HEADER_MAX; n++) {
        struct mine_job job;
        char header[HEADER_MAX];
        make_header(header, n, 3);
        size_t seal_len = lay_out(&job, header, n, trivial);
        if (seal_len < NONCE_DIGITS || seal_len > SEAL_DIGITS)
            errx(1, "header of %zu bytes: seal of %zu digits", n, seal_len);
        if (job.nonce_at % 4 || job.nonce_at < 20 || job.nonce_at > 36)
            errx(1, "header of %zu bytes: nonce at %zu", n, job.nonce_at);
        for (size_t i = 0; i < sizeof nonces / sizeof nonces[0]; i++) {
            check_seal(seal_len, nonces[i]);
            check_chunk(&job, header, n, seal_len, nonces[i]);
        }
    }
    return 0;
}

/* --- kernels --------------------------------------------------------------- */

struct range {
    uint64_t first, count;
};

static void check_range(const struct mine_kernel *k, struct mine_job *job, struct range r,
                        uint64_t expected)
{
    uint64_t found = k->search(job, r.first, r.count);
    if (found != expected)
        errx(1, "%s: from %" PRIx64 ", count %" PRIu64 ": found %" PRIu64 ", expected %" PRIu64,
             k->name, r.first, r.count, found, expected);
}

/* The lowest id of a range as its target is met there alone; one less is met nowhere. */
static void check_kernel(const struct mine_kernel *k, const char *header, size_t n, struct range r)
{
    struct mine_job job;
    size_t seal_len = lay_out(&job, header, n, impossible);
    check_range(k, &job, r, r.count);
    if (r.count == 0)
        return;
    uint64_t expected = lowest_id(header, n, seal_len, r.first, r.count, job.target);
    check_range(k, &job, r, expected);
    check_range(k, &job, (struct range){r.first, expected}, expected);
    for (int i = SHA256_LEN - 1; job.target[i]-- == 0; i--)
        ;
    check_range(k, &job, r, r.count);
    memcpy(job.target, trivial, TARGET_LEN);
    check_range(k, &job, r, 0);
}

/* Every hit of a row of nonces, one after the other. */
static void check_hits(const struct mine_kernel *k, size_t n, uint64_t first, uint64_t count)
{
    static const uint8_t often[TARGET_LEN] = {4};
    char header[HEADER_MAX];
    struct mine_job job;
    make_header(header, n, 7);
    size_t seal_len = lay_out(&job, header, n, often);
    for (uint64_t from = 0, i = 0; i < count; i++) {
        uint8_t id[SHA256_LEN];
        hash_line(header, n, seal_len, first + i, id);
        if (memcmp(id, often, sizeof id) > 0)
            continue;
        check_range(k, &job, (struct range){first + from, count - from}, i - from);
        from = i + 1;
    }
}

/* A header length for every word that the nonce's last digits can stand in. */
static const size_t length_of[] = {421, 425, 429, 433, 457};
enum { LENGTHS = sizeof length_of / sizeof length_of[0] };

static void check_words(void)
{
    for (int i = 0; i < LENGTHS; i++) {
        struct mine_job job;
        char header[HEADER_MAX];
        make_header(header, length_of[i], 0);
        lay_out(&job, header, length_of[i], impossible);
        if (job.nonce_at + NONCE_DIGITS != 4 * (size_t)(9 + i))
            errx(1, "header of %zu bytes: nonce at %zu", length_of[i], job.nonce_at);
    }
}

static void check_all_hits(const struct mine_kernel *k, uint64_t count)
{
    for (int i = 0; i < LENGTHS; i++)
        check_hits(k, length_of[i], 0x55550 - count / 2 + (uint64_t)i * 0x1111, count);
}

static void check_ranges(const struct mine_kernel *k)
{
    static const struct range ranges[] = {{0, 0},
                                          {0, 1},
                                          {0, 300},
                                          {9, 1},
                                          {9, 2},
                                          {0xf, 17},
                                          {0xff1, 31},
                                          {0xffffffff, 2},
                                          {0xfffffff0, 33},
                                          {0xfffffffffffff8, 64},
                                          {UINT64_MAX, 1},
                                          {UINT64_MAX - 99, 100},
                                          {0x7fffffffffffffef, 40},
                                          {0x9f9f9f9f9f9f9f9f, 100}};
    char header[HEADER_MAX];
    for (size_t n = 300; n < 364; n++)
        for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
            make_header(header, n, (unsigned)i);
            check_kernel(k, header, n, ranges[i]);
        }
    for (size_t n = 300; n <= 600; n++)
        for (uint64_t count = 1; count <= 70; count += 23) {
            make_header(header, n, (unsigned)count);
            check_kernel(k, header, n, (struct range){n * 0x123456789abcd, count});
        }
}

/* Over the ends of runs, with the nonce in each of the places. */
static void check_runs(const struct mine_kernel *k)
{
    static const struct range ranges[] = {
        {0x1fff0, 32}, {0x2ffe1, 77}, {0xffffffff8, 100}, {0x123456789affff, 18}};
    static const struct range whole[] = {{UINT64_MAX - 0x1000f, 0x10010},
                                         {0x8fffffff, RUN_NONCES + 2}};
    char header[HEADER_MAX];
    for (size_t n = 409; n < 473; n += 4)
        for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
            make_header(header, n, (unsigned)i);
            check_kernel(k, header, n, ranges[i]);
        }
    for (size_t i = 0; i < LENGTHS; i++) {
        make_header(header, length_of[i], (unsigned)i);
        check_kernel(k, header, length_of[i], whole[i % 2]);
    }
}

/* A scan to which every attempt is a candidate, every third, or one in a thousand. */
static uint32_t scan_all(const struct mine_run *run, uint32_t digits, uint32_t count)
{
    (void)run, (void)digits, (void)count;
    return 0;
}

static uint32_t scan_some(const struct mine_run *run, uint32_t digits, uint32_t count)
{
    (void)run;
    for (uint32_t i = 0; i < count; i++)
        if ((digits + i) % 3 == 1)
            return i;
    return count;
}

/* Candidates that are none are passed over, and those that are one are found. */
static void check_candidates(void)
{
    char header[HEADER_MAX];
    struct mine_job job;
    for (uint64_t first = 0xfff3; first < 0x10024; first++) {
        make_header(header, 420, 1);
        size_t seal_len = lay_out(&job, header, 420, impossible);
        uint64_t expected = lowest_id(header, 420, seal_len, first, 100, job.target);
        if (mine_search_runs(&job, first, 100, scan_all) != expected)
            errx(1, "all are candidates: another nonce");
        uint64_t some = (first + expected) % 3 == 1 || expected < 16 - first % 16 ? expected : 100;
        if (some == expected && mine_search_runs(&job, first, 100, scan_some) != some)
            errx(1, "some are candidates: another nonce");
    }
}

/* Any header length, the ends of runs, whole groups and parts of one. */
static void check_sample(const struct mine_kernel *k)
{
    char header[HEADER_MAX];
    for (size_t n = 300; n < 364; n++) {
        make_header(header, n, 2);
        check_kernel(k, header, n, (struct range){0x2ffff - n % 16, 20 + n % 9});
    }
    check_all_hits(k, 256);
}

/* The kernel's name and whether it is tried; with a name, that one alone. */
static int test_kernels(const char *name, bool sample)
{
    check_words();
    if (!sample)
        check_candidates();
    for (const struct mine_kernel *k = mine_kernels; k->name; k++) {
        if (name && strcmp(name, k->name) != 0)
            continue;
        printf("%s\t%s\n", k->name, processor_has(k->needs) ? "tried" : "not here");
        if (!processor_has(k->needs))
            continue;
        if (sample || !processor_has(k->suits)) { /* which may be a hundred times slower */
            check_sample(k);
            continue;
        }
        check_ranges(k);
        check_runs(k);
        check_all_hits(k, 4096);
    }
    return 0;
}

/* --- lowest ---------------------------------------------------------------- */

/* With a nonce in every chunk that suits, no thread goes on beyond its first. With few that suit, a
 * thread that waits for a processor in the chunk of the lowest lets the others go as far as they
 * come: then only one thread has a bound. */
static uint64_t attempts_most(const uint8_t target[TARGET_LEN], int threads, uint64_t expected)
{
    if (threads == 1)
        return expected + 1;
    return target[0] ? expected + (unsigned)threads * MINE_CHUNK : UINT64_MAX;
}

static void check_search(const struct mine_job *job, int threads, uint64_t expected)
{
    struct mine_watch watch = {0};
    struct fault f;
    uint64_t nonce = UINT64_MAX;
    int got = mine_search(job, threads, &watch, &nonce, &f);
    unsigned long long attempts = atomic_load(&watch.attempts);
    if (got != 1 || nonce != expected)
        errx(1, "%d threads: %d, nonce %" PRIx64 ", expected %" PRIx64, threads, got, nonce,
             expected);
    if (attempts <= expected || attempts > attempts_most(job->target, threads, expected))
        errx(1, "%d threads: %llu attempts to nonce %" PRIx64, threads, attempts, expected);
}

static void check_target(unsigned salt, const uint8_t target[TARGET_LEN])
{
    char header[HEADER_MAX];
    size_t n = 281 + salt % 64;
    struct mine_job job;
    make_header(header, n, salt);
    size_t seal_len = lay_out(&job, header, n, target);
    uint64_t expected = lowest_nonce(header, n, seal_len, target);
    for (int threads = 1; threads <= THREADS_MAX; threads++)
        check_search(&job, threads, expected);
}

static int test_lowest(void)
{
    static const struct {
        uint8_t target[TARGET_LEN];
        unsigned times;
    } tries[] = {
        {{255, 255}, 20}, {{128}, 20}, {{1}, 20}, {{16}, 60}, {{0, 1}, 4}, {{0, 0, 0x60}, 2},
    };
    unsigned salt = 0;
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++)
        for (unsigned j = 0; j < tries[i].times; j++)
            check_target(salt++, tries[i].target);
    return 0;
}

/* --- stop ------------------------------------------------------------------ */

/* A search that finds nothing, in a thread of its own. */
struct hopeless {
    struct mine_job job;
    struct mine_watch watch;
    int threads, result;
    double ended;
    pthread_t thread;
};

static void *hopeless_run(void *self)
{
    struct hopeless *h = self;
    struct fault f;
    uint64_t nonce;
    h->result = mine_search(&h->job, h->threads, &h->watch, &nonce, &f);
    h->ended = now();
    return NULL;
}

static void hopeless_init(struct hopeless *h, int threads)
{
    char header[HEADER_MAX];
    make_header(header, 290, 1);
    memset(h, 0, sizeof *h);
    lay_out(&h->job, header, 290, impossible);
    h->threads = threads;
}

static void hopeless_start(struct hopeless *h, int threads)
{
    hopeless_init(h, threads);
    if (pthread_create(&h->thread, NULL, hopeless_run, h))
        errx(2, "cannot start a thread");
    double deadline = now() + WAIT_SECONDS;
    while (atomic_load(&h->watch.attempts) < (unsigned)threads * MINE_CHUNK) {
        if (now() > deadline)
            errx(1, "no attempts");
        nap();
    }
}

/* Seconds from the order to the end. */
static double hopeless_stop(struct hopeless *h)
{
    double ordered = now();
    atomic_store(&h->watch.stop, true);
    pthread_join(h->thread, NULL);
    if (h->result != 0)
        errx(1, "a search that was stopped gave %d", h->result);
    return h->ended - ordered;
}

/* A thread that is told to stop ends the chunk that it has, and no more. */
static void check_stop(int threads)
{
    struct hopeless h;
    hopeless_start(&h, threads);
    atomic_store(&h.watch.stop, true);
    unsigned long long then = atomic_load(&h.watch.attempts);
    double took = hopeless_stop(&h);
    unsigned long long more = atomic_load(&h.watch.attempts) - then;
    if (more > (unsigned)threads * MINE_CHUNK)
        errx(1, "%d threads: stopped after %llu attempts", threads, more);
    if ((then + more) % mine_kernel_best()->chunk != 0)
        errx(1, "%d threads: %llu attempts are counted, and chunks are whole", threads,
             then + more);
    printf("%d threads stopped after %.1f ms\n", threads, took * 1000);
}

static void check_stopped_before(int threads)
{
    struct hopeless h;
    hopeless_init(&h, threads);
    atomic_store(&h.watch.stop, true);
    hopeless_run(&h);
    if (h.result != 0 || atomic_load(&h.watch.attempts) != 0)
        errx(1, "%d threads: a search that was stopped before it began did something", threads);
}

/* All that a handler can reach. */
static struct mine_watch *handler_watch;
static pthread_t handler_thread;

static void on_alarm(int signal)
{
    (void)signal;
    handler_thread = pthread_self();
    atomic_store(&handler_watch->stop, true);
}

/* The signal is the process's, and only the caller's thread lets it in. */
static void check_signal(int threads)
{
    struct hopeless h;
    hopeless_init(&h, threads);
    handler_watch = &h.watch;
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_alarm}, NULL);
    setitimer(ITIMER_REAL, &(struct itimerval){.it_value.tv_usec = 20000}, NULL);
    hopeless_run(&h);
    if (h.result != 0 || !pthread_equal(handler_thread, pthread_self()))
        errx(1, "%d threads: the signal went astray", threads);
}

static int test_stop(void)
{
    static const int threads[] = {1, 2, THREADS_MAX};
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        for (int j = 0; j < 3; j++) {
            check_stop(threads[i]);
            check_signal(threads[i]);
        }
        check_stopped_before(threads[i]);
    }
    return 0;
}

/* --- threads --------------------------------------------------------------- */

/* How many threads this process has, and how many of them block SIGTERM. */
static int count_threads(int *blocking)
{
    DIR *d = opendir("/proc/self/task");
    int count = 0;
    *blocking = 0;
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[300], line[256];
        snprintf(path, sizeof path, "/proc/self/task/%s/status", e->d_name);
        FILE *file = e->d_name[0] == '.' ? NULL : fopen(path, "r");
        if (!file)
            continue;
        count++;
        while (fgets(line, sizeof line, file))
            if (strncmp(line, "SigBlk:", 7) == 0)
                *blocking += (int)(strtoull(line + 7, NULL, 16) >> (SIGTERM - 1) & 1);
        fclose(file);
    }
    if (d)
        closedir(d);
    return count;
}

/* Looks until it is so, as the first attempts can be made before the last thread is there. */
static void check_count(int threads)
{
    struct hopeless h;
    int before_blocking, blocking;
    int before = count_threads(&before_blocking);
    hopeless_start(&h, threads);
    double deadline = now() + WAIT_SECONDS;
    while (count_threads(&blocking) - before != threads ||
           blocking - before_blocking != threads - 1) {
        if (now() > deadline)
            errx(1, "%d threads: there are %d more, and %d more block signals", threads,
                 count_threads(&blocking) - before, blocking - before_blocking);
        nap();
    }
    hopeless_stop(&h);
}

static void check_mask(void)
{
    struct hopeless h;
    sigset_t before, after;
    hopeless_init(&h, THREADS_MAX);
    memcpy(h.job.target, trivial, TARGET_LEN);
    pthread_sigmask(SIG_BLOCK, NULL, &before);
    hopeless_run(&h);
    pthread_sigmask(SIG_BLOCK, NULL, &after);
    for (int i = 1; i < 32; i++)
        if (sigismember(&before, i) != sigismember(&after, i))
            errx(1, "a search changed its caller's signal mask");
}

#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
/* Room for some stacks, but not for all. */
static void check_no_threads(void)
{
    struct hopeless h;
    struct fault f = {0};
    uint64_t nonce;
    unsigned long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    if (!statm || fscanf(statm, "%lu", &pages) != 1)
        errx(2, "/proc/self/statm");
    fclose(statm);
    rlim_t limit = pages * (rlim_t)sysconf(_SC_PAGESIZE) + (rlim_t)100 * 1000 * 1000;
    if (setrlimit(RLIMIT_AS, &(struct rlimit){limit, limit}))
        err(2, "setrlimit");
    hopeless_init(&h, 1000);
    if (mine_search(&h.job, h.threads, &h.watch, &nonce, &f) != -1 || f.kind != FAULT_TROUBLE)
        errx(1, "1000 threads in no room");
    printf("%s\n", f.text);
}
#else
static void check_no_threads(void) /* a sanitizer needs more room than such a limit leaves */
{
}
#endif

static int test_threads(void)
{
    struct hopeless first; /* with the first thread, a sanitizer may start one of its own */
    hopeless_start(&first, 1);
    hopeless_stop(&first);
    for (int threads = 1; threads <= 4; threads++)
        check_count(threads);
    check_mask();
    check_no_threads();
    return 0;
}

/* --- shown ----------------------------------------------------------------- */

static void check_shown(uint64_t attempts, int64_t milliseconds)
{
    double expected = (double)attempts / (double)milliseconds / 1000, shown, seconds;
    char text[96];
    cli_rate_text(text, sizeof text, attempts, milliseconds);
    if (sscanf(text, "%lf million attempts a second, %lf s", &shown, &seconds) != 2)
        errx(1, "shown: '%s'", text);
    if (shown < 0.99 * expected || shown > 1.01 * expected ||
        (seconds - (double)milliseconds / 1000) * (seconds - (double)milliseconds / 1000) > 0.251)
        errx(1, "%" PRIu64 " attempts in %" PRId64 " ms: '%s'", attempts, milliseconds, text);
}

static int test_shown(void)
{
    char text[96];
    for (int64_t milliseconds = 1; milliseconds < 1 << 26; milliseconds *= 3)
        for (uint64_t a_second = 5000; a_second < 100000000000; a_second = a_second * 7 / 5) {
            uint64_t attempts = (uint64_t)milliseconds * a_second / 1000;
            if (attempts >= 100 && attempts / (uint64_t)milliseconds >= 5)
                check_shown(attempts, milliseconds);
        }
    cli_rate_text(text, sizeof text, 65536, 0);
    if (strcmp(text, "0.0000 million attempts a second, 0 s") != 0)
        errx(1, "in no time: '%s'", text);
    cli_rate_text(text, sizeof text, 1099500000, 10995);
    if (strcmp(text, "100.00 million attempts a second, 11 s") != 0)
        errx(1, "shown: '%s'", text);
    return 0;
}

static int test_names(void)
{
    for (const struct mine_kernel *k = mine_kernels; k->name; k++)
        printf("%s\t%s\n", k->name, processor_has(k->needs) ? "usable" : "not here");
    return 0;
}

/* --- choice ---------------------------------------------------------------- */

static int test_choice(void)
{
#if defined(__x86_64__)
    enum {
        SHA = PROCESSOR_SHA,
        AVX2 = PROCESSOR_AVX2,
        AVX512 = PROCESSOR_AVX512 | PROCESSOR_IFMA,
        AMD = PROCESSOR_MIXES_SHA
    };
    static const struct {
        unsigned features;
        const char *kernel;
    } processors[] = {
        {SHA | AVX2 | AVX512 | AMD, "sha-ni+avx512"}, /* Zen 4 */
        {SHA | AVX2 | AVX512, "avx512"},              /* Ice Lake, Emerald Rapids */
        {AVX2 | AVX512, "avx512"},                    /* Skylake-X */
        {SHA | AVX2 | AMD, "sha-ni"},                 /* Zen 1 to 3 */
        {SHA | AVX2, "sha-ni"},                       /* Alder Lake */
        {SHA, "sha-ni"},                              /* Goldmont */
        {AVX2, "avx2"},                               /* Haswell */
        {AMD, "portable"},
        {0, "portable"},
    };
#else
    static const struct {
        unsigned features;
        const char *kernel;
    } processors[] = {{0, "portable"}};
#endif
    for (size_t i = 0; i < sizeof processors / sizeof processors[0]; i++) {
        const char *chosen = mine_kernel_for(processors[i].features)->name;
        if (strcmp(chosen, processors[i].kernel) != 0)
            errx(1, "features %x: %s is chosen, not %s", processors[i].features, chosen,
                 processors[i].kernel);
    }
    return 0;
}

static int test_faster(void)
{
    const struct mine_kernel *portable = mine_kernels;
    while (strcmp(portable->name, "portable") != 0)
        portable++;
    const struct mine_kernel *found = mine_kernel_faster(portable);
    printf("%s\t%s\n", portable->name, found->name);
    if (!processor_has(found->needs))
        errx(1, "%s cannot run here", found->name);
    if (mine_kernel_compare() != mine_kernel_best())
        errx(1, "what the comparison found is not kept");
    return 0;
}

static int test_best(void)
{
    printf("%s\t%s\n", mine_kernel_best()->name,
           processor_has(PROCESSOR_MIXES_SHA) ? "mixes" : "does not mix");
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(void);
    } tests[] = {{"place", test_place},     {"lowest", test_lowest}, {"stop", test_stop},
                 {"threads", test_threads}, {"shown", test_shown},   {"names", test_names},
                 {"choice", test_choice},   {"best", test_best},     {"faster", test_faster}};
    if (argc >= 2 && argc <= 3 && strcmp(argv[1], "kernels") == 0)
        return test_kernels(argv[2], false);
    if (argc == 3 && strcmp(argv[1], "sample") == 0)
        return test_kernels(argv[2], true);
    for (size_t i = 0; argc == 2 && i < sizeof tests / sizeof tests[0]; i++)
        if (strcmp(argv[1], tests[i].name) == 0)
            return tests[i].run();
    errx(2, "usage: minetest place|kernels [NAME]|sample NAME|lowest|stop|threads|shown|names|"
            "choice|best|faster");
}
