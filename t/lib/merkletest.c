/* merkletest: a line for every count of leaves on stdin: COUNT ROOT, over the ids sha256("leaf 0"),
 * sha256("leaf 1") and so on. */
#include "crypto/merkle.h"
#include "base/hex.h"

#include <stdio.h>

int main(void)
{
    unsigned count;
    while (scanf("%u", &count) == 1) {
        struct merkle m;
        uint8_t hash[SHA256_LEN];
        merkle_init(&m);
        for (unsigned i = 0; i < count; i++) {
            char text[32];
            int n = snprintf(text, sizeof text, "leaf %u", i);
            sha256(text, (size_t)n, hash);
            merkle_add(&m, hash);
        }
        merkle_root(&m, hash);
        printf("%u %s\n", count, hex32(hash).text);
    }
    return 0;
}
