#include "light/presence.h"

#include "base/hex.h"
#include "hash/merkle.h"

static bool bit(const uint8_t place[ID_LEN], size_t depth)
{
    return place[depth / 8] >> (7 - depth % 8) & 1;
}

/* How many bits the two places agree in. */
static size_t common(const uint8_t a[ID_LEN], const uint8_t b[ID_LEN])
{
    size_t n = 0;
    while (n < STATE_PATH_MAX && bit(a, n) == bit(b, n))
        n++;
    return n;
}

/* An absent line that ends in an entry: another one, on the way to the place. */
static int check_other(const struct state_proof *p, const uint8_t other[ID_LEN], struct fault *f)
{
    size_t n = common(p->place, other);
    if (n == STATE_PATH_MAX)
        return fault_rule(f, "absent: its entry is the one at its place");
    return n < p->depth ? fault_rule(f,
                                     "absent: its entry is not on the way to its place: they "
                                     "differ in bit %zu, above depth %zu",
                                     n, p->depth)
                        : 0;
}

int presence_check(const struct state_proof *p, struct fault *f)
{
    uint8_t node[ID_LEN] = {0}, place[ID_LEN];
    memcpy(place, p->place, ID_LEN);
    if (p->entry.len) {
        sha256(p->entry.text, p->entry.len, node);
        sha256(p->entry.text, p->named, place);
    }
    if (!p->present && p->entry.len && check_other(p, place, f))
        return -1;
    for (size_t i = 0; i < p->depth; i++) {
        const uint8_t *sibling = p->path[i];
        bool right = bit(place, p->depth - 1 - i);
        merkle_node(right ? sibling : node, right ? node : sibling, node);
    }
    if (memcmp(node, p->root, ID_LEN) == 0)
        return 0;
    return fault_rule(f, "%s: its path does not lead to its root, %s",
                      p->present ? "present" : "absent", hex32(p->root).text);
}
