/*
 * meshload CLIENTS RECORDS TAG IN OUT: clients of a mesh (mesh -L) in a closed loop: each has one
 * record of 256 bytes on its way, and sends the next when that has come out. IN is what the mesh
 * reads, OUT what it prints; both are FIFOs. TAG, a word, tells this run's records from others'.
 *
 * Prints one line: commits a second, and the median, 99th percentile and longest of the times from
 * a record's sending to its coming out, in microseconds.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 256, CLIENTS_MAX = 4096 };

struct load {
    unsigned long clients, records, sent, seen;
    const char *tag;
    int in, out;
    double begin[CLIENTS_MAX];
    double *took;
    char batch[CLIENTS_MAX * SIZE];
    size_t filled;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void add_record(struct load *l, unsigned long client)
{
    char *at = l->batch + l->filled;
    if (l->sent == l->records)
        return;
    int n = snprintf(at, SIZE, "%s %lu %lu ", l->tag, client, l->sent++);
    memset(at + n, 'x', (size_t)(SIZE - 1 - n));
    at[SIZE - 1] = '\n';
    l->filled += SIZE;
    l->begin[client] = now();
}

static void flush(struct load *l)
{
    for (size_t at = 0; at < l->filled;) {
        ssize_t n = write(l->in, l->batch + at, l->filled - at);
        if (n < 0)
            err(2, "cannot write");
        at += (size_t)n;
    }
    l->filled = 0;
}

static void take_line(struct load *l, const char *line, size_t n)
{
    size_t tag = strlen(l->tag);
    if (n < tag + 1 || memcmp(line, l->tag, tag) != 0 || line[tag] != ' ')
        return;
    unsigned long client = strtoul(line + tag + 1, NULL, 10);
    if (client >= l->clients || l->seen == l->records)
        errx(1, "a record came out twice");
    l->took[l->seen++] = now() - l->begin[client];
    add_record(l, client);
}

static void take_lines(struct load *l)
{
    static char bytes[1 << 18];
    static size_t have;
    ssize_t got = read(l->out, bytes + have, sizeof bytes - have);
    if (got <= 0)
        errx(2, "the mesh has ended");
    have += (size_t)got;
    char *at = bytes, *newline;
    while ((newline = memchr(at, '\n', (size_t)(bytes + have - at))) != NULL) {
        take_line(l, at, (size_t)(newline - at));
        at = newline + 1;
    }
    have = (size_t)(bytes + have - at);
    memmove(bytes, at, have);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static struct load l;
    if (argc != 6)
        errx(2, "usage: meshload CLIENTS RECORDS TAG IN OUT");
    l.clients = strtoul(argv[1], NULL, 10);
    l.records = strtoul(argv[2], NULL, 10);
    l.tag = argv[3];
    l.in = open(argv[4], O_WRONLY);
    l.out = open(argv[5], O_RDONLY);
    l.took = calloc(l.records, sizeof *l.took);
    if (l.in < 0 || l.out < 0 || l.took == NULL || l.clients > CLIENTS_MAX || l.records == 0)
        err(2, "cannot begin");
    double began = now();
    for (unsigned long i = 0; i < l.clients; i++)
        add_record(&l, i);
    while (l.seen < l.records) {
        flush(&l);
        take_lines(&l);
    }
    double took = now() - began;
    qsort(l.took, l.records, sizeof *l.took, by_size);
    printf("%.0f %.0f %.0f %.0f\n", (double)l.records / took, l.took[l.records / 2] * 1e6,
           l.took[l.records * 99 / 100] * 1e6, l.took[l.records - 1] * 1e6);
    free(l.took);
    return 0;
}
