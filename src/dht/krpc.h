/*
 * The messages of KRPC, which the nodes of Mainline's DHT exchange as UDP datagrams (dht(7)): BEP
 * 5, with the additions of BEP 32 (IPv6), 42 (`ip`), 43 (`ro`), 44 (items) and 51 (samples).
 */
#ifndef DHT_KRPC_H
#define DHT_KRPC_H

#include "base/buf.h"
#include "base/fault.h"
#include "lookup/contact.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    KRPC_BYTES_MAX = 1452, /* of a message: net/udp.h's */
    KRPC_VALUES_MAX = 180, /* as many as fit */
    KRPC_TRANSACTION_MAX = 32,
};

enum krpc_kind { KRPC_QUERY, KRPC_REPLY, KRPC_ERROR };

enum krpc_method {
    KRPC_PING,
    KRPC_FIND_NODE,
    KRPC_GET_PEERS,
    KRPC_ANNOUNCE_PEER,
    KRPC_GET,
    KRPC_PUT,
    KRPC_SAMPLE_INFOHASHES,
    KRPC_OTHER,
};

/* The names of the methods, by enum krpc_method, KRPC_OTHER left out. */
extern const char *const krpc_names[KRPC_OTHER];

/* BEP 5, "Errors"; BEP 44, "Errors". */
enum krpc_code {
    KRPC_GENERIC = 201,
    KRPC_PROTOCOL = 203,
    KRPC_METHOD = 204,
    KRPC_TOO_LONG = 205,
    KRPC_SIGNATURE = 206,
    KRPC_SALT = 207,
    KRPC_CAS = 301,
    KRPC_SEQ = 302,
};

enum { KRPC_N4 = 1, KRPC_N6 = 2 }; /* BEP 32: `want` */

/* at NULL: the message lacks it. */
struct krpc_bytes {
    const uint8_t *at;
    size_t len;
};

struct krpc_number {
    bool there;
    int64_t n;
};

/* A message, read or to be written; its bytes are in the datagram, or the caller's. What has
 * another type than it should counts as lacking. */
struct krpc {
    enum krpc_kind kind;
    enum krpc_method method;       /* of a query */
    struct krpc_bytes transaction; /* t */
    struct krpc_bytes version;     /* v, of the message */
    bool read_only;                /* ro */
    struct krpc_bytes ip;          /* the address of the receiver, in compact form */

    struct krpc_number code; /* of an error */
    struct krpc_bytes words;

    /* The arguments of a query, or the values of a reply. */
    struct krpc_bytes id;     /* if there, NODE_ID_LEN bytes, like the next */
    struct krpc_bytes target; /* or info_hash */
    struct krpc_bytes token, nodes, nodes6, samples;
    struct krpc_number port, implied_port, interval, num;
    unsigned want; /* KRPC_N4, KRPC_N6; 0: not said */
    struct krpc_bytes values[KRPC_VALUES_MAX];
    size_t value_count;

    /* An item (BEP 44). */
    struct krpc_bytes value; /* v of the arguments or values, bencoded as it came */
    struct krpc_bytes key, salt, signature;
    struct krpc_number seq, cas;

    size_t padding; /* to be written: bytes without a meaning, so that the reply may be longer */
};

/* Reads the n bytes of a datagram. 0, or -1 and a rule: it is no message of KRPC, and deserves no
 * answer. */
int krpc_read(const void *bytes, size_t n, struct krpc *m, struct fault *f);

/* Appends the message: canonical bencoding. 0, or -1: no memory. */
int krpc_write(const struct krpc *m, struct buf *out);

/* --- Compact forms (BEP 5, "Contact Encoding"; BEP 32) ---------------------------------------- */

enum { COMPACT_MAX = 18, COMPACT_NODE_MAX = 38 };

/* Writes address and port: 6 or 18 bytes. Gives how many. */
size_t compact_put(const struct contact *c, uint8_t out[COMPACT_MAX]);

/* Reads them; the id is zero. False: not 6 or 18 bytes, or the port is 0. */
bool compact_get(const uint8_t *bytes, size_t n, struct contact *c);

/* The same with the id before them: 26 or 38 bytes. */
size_t compact_put_node(const struct contact *c, uint8_t out[COMPACT_NODE_MAX]);

/* Reads up to `most` of a string of nodes whose hosts have host_len bytes, and gives their number.
 * Those with port 0 are left out, and so is a last one that is cut. */
size_t compact_get_nodes(struct krpc_bytes nodes, uint8_t host_len, struct contact *out,
                         size_t most);

#endif
