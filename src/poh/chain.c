#include "poh/chain.h"

#include "base/hex.h"

#include <string.h>

struct poh_hash poh_hash_of(const uint8_t bytes[SHA256_LEN])
{
    struct poh_hash h;
    for (int i = 0; i < 8; i++, bytes += 4)
        h.words[i] = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
                     bytes[3];
    return h;
}

static struct hex32 text_of(const struct poh_hash *h)
{
    uint8_t bytes[SHA256_LEN];
    for (int i = 0; i < SHA256_LEN; i++)
        bytes[i] = (uint8_t)(h->words[i / 4] >> (24 - 8 * (i % 4)));
    return hex32(bytes);
}

bool poh_hash_equal(const struct poh_hash *a, const struct poh_hash *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

void poh_mix(struct poh_chain *c, const uint8_t id[ID_LEN])
{
    char text[129];
    uint8_t next[SHA256_LEN];
    memcpy(text, text_of(&c->hash).text, 64);
    text[64] = ' ';
    hex_encode(text + 65, id, ID_LEN);
    sha256(text, sizeof text, next);
    c->hash = poh_hash_of(next);
    c->count++;
}

int poh_tick_format(const struct poh_chain *c, struct buf *out)
{
    return buf_add_string(out, "tick ") || buf_add_number(out, c->count) || buf_add(out, " ", 1) ||
                   buf_add_string(out, text_of(&c->hash).text) || buf_add(out, "\n", 1)
               ? -1
               : 0;
}

int poh_tick_parse(const char *line, size_t len, struct poh_chain *out, struct fault *f)
{
    enum { FIELDS = 3 };
    struct field x[FIELDS_MAX];
    uint8_t hash[SHA256_LEN];
    if (fields_split(line, len, x) != FIELDS)
        return fault_rule(f, "tick: not of the form 'tick COUNT HASH'");
    if (field_number(x[1], "tick: count", &out->count, f) || field_id(x[2], "tick: hash", hash, f))
        return -1;
    out->hash = poh_hash_of(hash);
    return 0;
}
