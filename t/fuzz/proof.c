/*
 * record/proof, hash/merkle and query/proving: what is read of a proof gives back the very
 * bytes; the path of a leaf leads to the root that adding leaves one by one gives, and with any
 * other byte, length, index or count it does not.
 */
#include "fuzz.h"
#include "hash/merkle.h"
#include "light/inclusion.h"

enum { LEAVES = 200 };

static void check_record(const char *line, size_t len)
{
    struct proof p;
    struct fault f;
    struct buf again = {0};
    uint8_t root[ID_LEN] = {0};
    if (line_check(line, len, &f))
        return;
    if (proof_parse(line, len, &p, &f)) {
        must(f.kind == FAULT_RULE && f.text[0]);
        return;
    }
    must(p.index < p.count && p.hashes <= PROOF_PATH_MAX);
    must(proof_format(&p, &again) == 0);
    must_equal(again.data, again.len, line, len);
    buf_free(&again);
    bool fits = p.hashes == merkle_path_len((uint64_t)p.index, (uint64_t)p.count);
    const uint8_t(*path)[ID_LEN] = (const uint8_t(*)[ID_LEN])p.path;
    int led = merkle_climb(p.id, (uint64_t)p.index, (uint64_t)p.count, path, p.hashes, root);
    must((led == 0) == fits);
    must((inclusion_check(&p, root, p.count, &f) == 0) == fits);
    must(inclusion_check(&p, root, p.count + (p.count < INT64_MAX ? 1 : -1), &f));
}

/* One leaf of a tree that the bytes choose. */
static void check_tree(const uint8_t *data, size_t n)
{
    uint8_t leaves[LEAVES][ID_LEN], leaf[ID_LEN], path[MERKLE_PATH_MAX][ID_LEN], want[ID_LEN],
        root[ID_LEN];
    size_t count = 1 + data[0] % LEAVES, index = data[1] % count;
    struct merkle m;
    merkle_init(&m);
    for (size_t i = 0; i < count; i++) {
        memset(leaves[i], (int)(i & 0xff), ID_LEN);
        memcpy(leaves[i], data, n < ID_LEN ? n : ID_LEN);
        leaves[i][ID_LEN - 1] = (uint8_t)i;
        merkle_add(&m, leaves[i]);
    }
    memcpy(leaf, leaves[index], ID_LEN);
    merkle_root(&m, want);
    size_t hashes = merkle_path(leaves, count, index, path);
    must(hashes == merkle_path_len(index, count));
    must_equal(leaves[0], ID_LEN, want, ID_LEN);
    const uint8_t(*fixed)[ID_LEN] = (const uint8_t(*)[ID_LEN])path;
    must(merkle_climb(leaf, index, count, fixed, hashes, root) == 0);
    must_equal(root, ID_LEN, want, ID_LEN);
    must(merkle_climb(leaf, count, count, fixed, hashes, root));
    must(hashes == MERKLE_PATH_MAX || merkle_climb(leaf, index, count, fixed, hashes + 1, root));
    must(hashes == 0 || merkle_climb(leaf, index, count, fixed, hashes - 1, root));
    if (hashes) {
        path[data[2] % hashes][data[3] % ID_LEN] ^= (uint8_t)(1 << data[4] % 8);
        must(merkle_climb(leaf, index, count, fixed, hashes, root) == 0);
        must(memcmp(root, want, ID_LEN) != 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > LINE_MAX_LEN)
        return 0;
    check_record((const char *)data, n);
    if (n >= 5)
        check_tree(data, n);
    return 0;
}
