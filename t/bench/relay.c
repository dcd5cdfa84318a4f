/*
 * relay ADDRESS WHERE: passes one connection on to ADDRESS, and counts its bytes. It listens at the
 * address that it writes to the file WHERE. For each line on stdin it answers with one,
 *
 *     THERE BACK
 *
 * the bytes that went to ADDRESS so far, and those that came from it. Ends when stdin does.
 */
#include "loopback.h"

#include <sys/socket.h>

static void move(int from, int to, unsigned long long *count)
{
    char bytes[1 << 16];
    ssize_t n = read(from, bytes, sizeof bytes);
    if (n <= 0)
        exit(0);
    *count += (unsigned long long)n;
    for (ssize_t at = 0, put; at < n; at += put) {
        put = write(to, bytes + at, (size_t)(n - at));
        if (put <= 0)
            err(2, "relay");
    }
}

static void answer(unsigned long long there, unsigned long long back)
{
    char line[64];
    ssize_t n = read(0, line, sizeof line);
    if (n <= 0)
        exit(0);
    printf("%llu %llu\n", there, back);
    if (fflush(stdout))
        exit(2);
}

int main(int argc, char **argv)
{
    unsigned long long there = 0, back = 0;
    if (argc != 3)
        errx(2, "usage: relay ADDRESS WHERE");
    int at = listen_at(argv[2]);
    int near = accept4(at, NULL, NULL, SOCK_CLOEXEC);
    int far = dial(argv[1]);
    if (near < 0 || fcntl(far, F_SETFL, 0))
        err(2, "relay");
    struct pollfd p[] = {{near, POLLIN, 0}, {far, POLLIN, 0}, {0, POLLIN, 0}};
    while (poll(p, 3, -1) > 0) {
        if (p[0].revents)
            move(near, far, &there);
        if (p[1].revents)
            move(far, near, &back);
        if (p[2].revents)
            answer(there, back);
    }
    err(2, "poll");
}
