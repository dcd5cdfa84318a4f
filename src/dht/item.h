/* Items of BEP 44: a value that is found by its SHA-1 (immutable), or by the SHA-1 of the Ed25519
 * key that signs it and a salt (mutable). */
#ifndef DHT_ITEM_H
#define DHT_ITEM_H

#include "crypto/secret_key.h"
#include "dht/krpc.h"

enum { ITEM_VALUE_MAX = 1000, ITEM_SALT_MAX = 64 };

struct dht_item {
    struct node_id target;
    uint8_t value[ITEM_VALUE_MAX]; /* bencoded */
    size_t value_len;
    bool is_mutable; /* the rest means something */
    uint8_t key[32], signature[64];
    uint8_t salt[ITEM_SALT_MAX];
    size_t salt_len;
    int64_t seq;
};

/* Where a mutable item is found: the SHA-1 of the key and the salt. */
struct node_id dht_item_place(const uint8_t key[32], const void *salt, size_t salt_len);

/* Reads the item of a put, or of a reply to a get: value, key, salt, signature and seq. A reply
 * lacks the salt, so the caller sets it before. Everything is checked, and the signature. 0; or
 * an enum krpc_code that says what is wrong, and *why in words. ed25519_load must have succeeded.
 */
int dht_item_read(const struct krpc *m, struct dht_item *item, const char **why);

/* Its two parts: all but the signature; and the signature, which costs far more. */
int dht_item_read_unsigned(const struct krpc *m, struct dht_item *item, const char **why);
int dht_item_check(const struct dht_item *item, const char **why);

/* Makes an item of a bencoded value of at most ITEM_VALUE_MAX bytes: immutable; or signed with an
 * Ed25519 key. 0, or -1 and a fault: too long, or it cannot be signed. */
int dht_item_make(struct krpc_bytes value, struct dht_item *item, struct fault *f);
int dht_item_sign(struct krpc_bytes value, struct krpc_bytes salt, int64_t seq,
                  const struct secret_key *k, struct dht_item *item, struct fault *f);

/* Sets the fields of a put, or of a reply (without the salt), to the item's, which must outlive the
 * message. */
void dht_item_write(const struct dht_item *item, struct krpc *m);

#endif
