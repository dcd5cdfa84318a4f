/* dhtload HOST:PORT METHOD SECONDS: asks a DHT node as fast as it answers, with 64 queries in
 * flight, and prints how many answers came a second. METHOD is ping, find_node or get_peers. */
#include "dht/krpc.h"
#include "peers/address.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { IN_FLIGHT = 64 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int open_socket(const char *where)
{
    struct sockaddr_storage sa;
    struct timeval patience = {.tv_usec = 100000};
    struct address a;
    struct fault f;
    socklen_t len;
    if (address_parse(where, strlen(where), false, &a, &f) || address_numeric(&a, &sa, &len))
        errx(2, "%s: not a numeric address", where);
    int fd = socket(sa.ss_family, SOCK_DGRAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&sa, len) ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience))
        err(2, "%s", where);
    return fd;
}

static void ask(int fd, enum krpc_method method, uint64_t *count)
{
    uint8_t id[NODE_ID_LEN] = "a node that measures", key[NODE_ID_LEN] = {0};
    struct krpc m = {.kind = KRPC_QUERY, .method = method, .read_only = true};
    struct buf out = {0};
    memcpy(key, count, sizeof *count);
    m.transaction = (struct krpc_bytes){(const uint8_t *)"aa", 2};
    m.id = (struct krpc_bytes){id, NODE_ID_LEN};
    if (method != KRPC_PING)
        m.target = (struct krpc_bytes){key, NODE_ID_LEN};
    if (krpc_write(&m, &out) || send(fd, out.data, out.len, 0) < 0)
        err(2, "send");
    buf_free(&out);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        errx(2, "usage: dhtload HOST:PORT METHOD SECONDS");
    enum krpc_method method = strcmp(argv[2], "ping") == 0        ? KRPC_PING
                              : strcmp(argv[2], "find_node") == 0 ? KRPC_FIND_NODE
                                                                  : KRPC_GET_PEERS;
    int fd = open_socket(argv[1]);
    uint64_t answers = 0;
    double begin = now(), end = begin + atof(argv[3]);
    for (int i = 0; i < IN_FLIGHT; i++)
        ask(fd, method, &answers);
    while (now() < end) {
        char reply[2048];
        if (recv(fd, reply, sizeof reply, 0) >= 0)
            answers++;
        ask(fd, method, &answers); /* also in place of one that was lost */
    }
    printf("%s %.0f\n", argv[2], (double)answers / (now() - begin));
    close(fd);
    return 0;
}
