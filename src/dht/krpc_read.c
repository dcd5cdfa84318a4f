#include "bencode/tree.h"
#include "dht/krpc_parts.h"

#include <string.h>

enum { NODES = KRPC_BYTES_MAX / 2 }; /* values in a message: each has at least 2 bytes */

const char *const krpc_names[KRPC_OTHER] = {
    [KRPC_PING] = "ping",
    [KRPC_FIND_NODE] = "find_node",
    [KRPC_GET_PEERS] = "get_peers",
    [KRPC_ANNOUNCE_PEER] = "announce_peer",
    [KRPC_GET] = "get",
    [KRPC_PUT] = "put",
    [KRPC_SAMPLE_INFOHASHES] = "sample_infohashes",
};

struct parsed {
    struct bencode_node nodes[NODES];
    const struct bencode_node *dict; /* in which the next are looked up */
};

static struct krpc_bytes get_bytes(const struct parsed *p, const char *name)
{
    const struct bencode_node *node = bencode_find_kind(p->nodes, p->dict, name, BENCODE_STRING);
    return node ? (struct krpc_bytes){node->bytes, node->len} : (struct krpc_bytes){0};
}

/* A string of so many bytes. */
static struct krpc_bytes get_exactly(const struct parsed *p, const char *name, size_t len)
{
    struct krpc_bytes bytes = get_bytes(p, name);
    return bytes.len == len ? bytes : (struct krpc_bytes){0};
}

static struct krpc_number get_number(const struct parsed *p, const char *name)
{
    const struct bencode_node *node = bencode_find_kind(p->nodes, p->dict, name, BENCODE_INTEGER);
    return node ? (struct krpc_number){true, node->number} : (struct krpc_number){0};
}

static void get_values(const struct parsed *p, struct krpc *m)
{
    const struct bencode_node *list = bencode_find_kind(p->nodes, p->dict, "values", BENCODE_LIST);
    if (!list)
        return;
    for (size_t i = (size_t)(list - p->nodes) + 1; i < list->next; i = p->nodes[i].next)
        if (p->nodes[i].kind == BENCODE_STRING && m->value_count < KRPC_VALUES_MAX)
            m->values[m->value_count++] = (struct krpc_bytes){p->nodes[i].bytes, p->nodes[i].len};
}

static void get_want(const struct parsed *p, struct krpc *m)
{
    const struct bencode_node *list = bencode_find_kind(p->nodes, p->dict, "want", BENCODE_LIST);
    if (!list)
        return;
    for (size_t i = (size_t)(list - p->nodes) + 1; i < list->next; i = p->nodes[i].next) {
        const struct bencode_node *word = &p->nodes[i];
        if (word->kind == BENCODE_STRING && word->len == 2 && memcmp(word->bytes, "n4", 2) == 0)
            m->want |= KRPC_N4;
        if (word->kind == BENCODE_STRING && word->len == 2 && memcmp(word->bytes, "n6", 2) == 0)
            m->want |= KRPC_N6;
    }
}

static void get_item(const struct parsed *p, struct krpc *m)
{
    const struct bencode_node *value = bencode_find(p->nodes, p->dict, "v");
    if (value)
        m->value = (struct krpc_bytes){value->encoded, value->encoded_len};
    m->key = get_exactly(p, "k", 32);
    m->signature = get_exactly(p, "sig", 64);
    m->salt = get_bytes(p, "salt");
    m->seq = get_number(p, "seq");
    m->cas = get_number(p, "cas");
}

/* What a query's arguments and a reply's values have. */
static void get_contents(const struct parsed *p, struct krpc *m)
{
    m->id = get_exactly(p, "id", NODE_ID_LEN);
    m->token = get_bytes(p, "token");
    m->nodes = get_bytes(p, "nodes");
    m->nodes6 = get_bytes(p, "nodes6");
    m->samples = get_bytes(p, "samples");
    m->port = get_number(p, "port");
    m->implied_port = get_number(p, "implied_port");
    m->interval = get_number(p, "interval");
    m->num = get_number(p, "num");
    get_values(p, m);
    get_want(p, m);
    get_item(p, m);
}

static int read_query(struct parsed *p, struct krpc *m, struct fault *f)
{
    struct krpc_bytes name = get_bytes(p, "q");
    if (!name.at)
        return fault_rule(f, "krpc: a query without a name");
    m->kind = KRPC_QUERY;
    m->method = 0;
    while (m->method < KRPC_OTHER && (strlen(krpc_names[m->method]) != name.len ||
                                      memcmp(krpc_names[m->method], name.at, name.len) != 0))
        m->method++;
    p->dict = bencode_find_kind(p->nodes, p->nodes, "a", BENCODE_DICT);
    get_contents(p, m);
    m->target = get_exactly(p, krpc_target_name(m->method), NODE_ID_LEN);
    return 0;
}

static int read_reply(struct parsed *p, struct krpc *m, struct fault *f)
{
    m->kind = KRPC_REPLY;
    p->dict = bencode_find_kind(p->nodes, p->nodes, "r", BENCODE_DICT);
    if (!p->dict)
        return fault_rule(f, "krpc: a reply without values");
    get_contents(p, m);
    return 0;
}

/* A list of the code and words; whatever else is an error that says nothing. */
static int read_error(struct parsed *p, struct krpc *m)
{
    const struct bencode_node *list = bencode_find_kind(p->nodes, p->nodes, "e", BENCODE_LIST);
    m->kind = KRPC_ERROR;
    size_t i = list ? (size_t)(list - p->nodes) + 1 : 0;
    if (list && i < list->next && p->nodes[i].kind == BENCODE_INTEGER) {
        m->code = (struct krpc_number){true, p->nodes[i].number};
        i = p->nodes[i].next;
        if (i < list->next && p->nodes[i].kind == BENCODE_STRING)
            m->words = (struct krpc_bytes){p->nodes[i].bytes, p->nodes[i].len};
    }
    return 0;
}

int krpc_read(const void *bytes, size_t n, struct krpc *m, struct fault *f)
{
    struct parsed p;
    size_t count;
    *m = (struct krpc){0};
    if (n > KRPC_BYTES_MAX)
        return fault_rule(f, "krpc: more than %d bytes", KRPC_BYTES_MAX);
    if (bencode_tree(bytes, n, false, p.nodes, NODES, &count, f))
        return -1;
    p.dict = p.nodes;
    struct krpc_bytes kind = get_bytes(&p, "y");
    m->transaction = get_bytes(&p, "t");
    m->version = get_bytes(&p, "v");
    m->ip = get_bytes(&p, "ip");
    m->read_only = get_number(&p, "ro").n == 1;
    if (kind.len != 1 || m->transaction.len > KRPC_TRANSACTION_MAX)
        return fault_rule(f, "krpc: no kind of message, or a transaction of more than %d bytes",
                          KRPC_TRANSACTION_MAX);
    if (*kind.at == 'q')
        return read_query(&p, m, f);
    if (*kind.at == 'r')
        return read_reply(&p, m, f);
    return *kind.at == 'e' ? read_error(&p, m) : fault_rule(f, "krpc: no kind of message");
}
