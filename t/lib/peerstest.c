/* peers/address and peers/peers, asked on the command line: prints what they make of their
 * arguments.
 */
#include "peers/peers.h"
#include "base/chance.h"
#include "base/hex.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void show(const struct target *t)
{
    printf("%s %s %s %" PRId64 "\n", t->address.text, t->has_key ? hex32(t->key).text : "-",
           t->announced ? "announced" : "-", t->time);
}

/* Reads the file twice into one struct, as a program does that looks whether it changed. */
static int read_file(const char *path, const char *chain)
{
    struct peers p = {0};
    struct fault f = {0};
    uint8_t id[ID_LEN];
    uint64_t chance = chance_seed();
    if (chain && hex_decode(id, chain, ID_LEN))
        return 3;
    if (peers_read(&p, path, chain ? id : NULL, &chance, &f) ||
        peers_read(&p, path, chain ? id : NULL, &chance, &f)) {
        printf("trouble: %s\n", f.text);
        return f.kind == FAULT_TROUBLE ? 2 : 3;
    }
    for (size_t i = 0; i < p.count; i++)
        show(&p.list[i]);
    if (p.broken_line)
        printf("broken: %" PRIu64 ": %s\n", p.broken_line, p.broken.text);
    size_t before = p.count;
    int kept = peers_read(&p, "/", NULL, &chance, &f) && p.count == before;
    peers_free(&p);
    return kept ? 0 : 3;
}

static int show_target(const char *text)
{
    struct target t;
    struct fault f;
    if (target_parse(text, &t, &f)) {
        printf("%s\n", f.text);
        return 1;
    }
    show(&t);
    return 0;
}

/* HOST:PORT as a socket address has it, whether it is loopback, and its network. */
static int show_network(const char *text)
{
    struct address a;
    struct fault f;
    struct sockaddr_storage sa;
    socklen_t len;
    char again[ADDRESS_MAX] = "name";
    bool loopback = false;
    if (address_parse(text, strlen(text), true, &a, &f))
        return 1;
    if (address_numeric(&a, &sa, &len) == 0) {
        address_format((struct sockaddr *)&sa, again);
        loopback = address_is_loopback((struct sockaddr *)&sa);
        if (address_network((struct sockaddr *)&sa) != address_network_of(&a))
            return 3;
    }
    printf("%s %s %" PRIx64 "\n", again, loopback ? "loopback" : "-", address_network_of(&a));
    return 0;
}

/* The scope and range of an address, and its canonical form. */
static int show_scope(const char *text)
{
    static const char *const scopes[] = {"global", "loopback", "private", "test", "never", "name"};
    struct address a;
    struct fault f;
    const char *range;
    char form[ADDRESS_MAX];
    if (address_parse(text, strlen(text), true, &a, &f))
        return 1;
    enum address_scope scope = address_scope_of(&a, &range);
    address_canonical(&a, form);
    printf("%s %s, %s\n", form, scopes[scope], range);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], "read") == 0)
        return read_file(argv[2], argv[3]);
    if (argc == 3 && strcmp(argv[1], "target") == 0)
        return show_target(argv[2]);
    if (argc == 3 && strcmp(argv[1], "network") == 0)
        return show_network(argv[2]);
    if (argc == 3 && strcmp(argv[1], "scope") == 0)
        return show_scope(argv[2]);
    return 3;
}
