/* merkletest: a line for every count of leaves on stdin: COUNT ROOT, over the ids sha256("leaf 0"),
 * sha256("leaf 1") and so on; status 1 where all leaves at once have another root. */
#include "hash/merkle.h"
#include "base/hex.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    unsigned count;
    while (scanf("%u", &count) == 1) {
        struct merkle m;
        uint8_t hash[SHA256_LEN], root[SHA256_LEN];
        uint8_t(*leaves)[SHA256_LEN] = calloc(count + 1U, SHA256_LEN);
        if (!leaves)
            err(2, NULL);
        merkle_init(&m);
        for (unsigned i = 0; i < count; i++) {
            char text[32];
            int n = snprintf(text, sizeof text, "leaf %u", i);
            sha256(text, (size_t)n, hash);
            merkle_add(&m, hash);
            memcpy(leaves[i], hash, SHA256_LEN);
        }
        merkle_root(&m, hash);
        merkle_root_of(leaves, count, root);
        if (memcmp(root, hash, SHA256_LEN) != 0)
            errx(1, "%u leaves at once have another root", count);
        free(leaves);
        printf("%u %s\n", count, hex32(hash).text);
    }
    return 0;
}
