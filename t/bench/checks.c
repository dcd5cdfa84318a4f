/*
 * checks THREADS FILE...: checks the signatures of all loose transactions in the files, and nothing
 * else in the time that it takes: a line of output a file,
 *
 *     TRANSACTIONS<tab>MICROSECONDS
 */
#include "stream/stream.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void check_file(const char *path, struct sigpool *pool)
{
    struct batch b = {0};
    struct fault f;
    size_t count = 0;
    double took = 0;
    int got, fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stream *s = fd < 0 ? NULL : stream_new(source_fd(fd), 1, 0);
    if (!s)
        err(2, "%s", path);
    while ((got = stream_next(s, &b, &f)) > 0) {
        double begin = now();
        if (batch_start(&b, pool, &f) || batch_finish(&b, pool, &f))
            errx(2, "%s", f.text);
        took += now() - begin;
        count += b.count;
        for (size_t i = 0; i < b.count; i++)
            if (b.items[i].broken || b.items[i].type != &tx_type)
                errx(2, "%s: not signed transactions alone", path);
    }
    if (got < 0)
        errx(2, "%s: %s", path, f.text);
    printf("%zu\t%.1f\n", count, took);
    stream_free(s);
    batch_free(&b);
    close(fd);
}

int main(int argc, char **argv)
{
    int threads = argc > 2 ? atoi(argv[1]) : 0;
    struct sigpool *pool = threads > 0 ? sigpool_new(threads) : NULL;
    if (!pool)
        errx(2, "usage: checks THREADS FILE...");
    for (int i = 2; i < argc; i++)
        check_file(argv[i], pool);
    sigpool_free(pool);
    return fflush(stdout) ? 2 : 0;
}
