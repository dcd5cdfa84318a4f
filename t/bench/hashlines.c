/* hashlines: hashes every line of stdin with our SHA-256, and prints the xor of all hashes: the
 * least that a reader of records has to do. */
#include "base/hex.h"
#include "base/lines.h"
#include "hash/sha256.h"

#include <err.h>
#include <stdio.h>

int main(void)
{
    struct lines *lines = lines_new(source_fd(0), 1, 0);
    struct line line;
    struct fault f;
    uint8_t sum[SHA256_LEN] = {0}, id[SHA256_LEN];
    int got;
    if (!lines)
        errx(2, "out of memory");
    while ((got = lines_next(lines, &line, &f)) > 0) {
        sha256(line.text, line.len, id);
        for (int i = 0; i < SHA256_LEN; i++)
            sum[i] ^= id[i];
    }
    if (got < 0)
        errx(2, "%s", f.text);
    lines_free(lines);
    return puts(hex32(sum).text) < 0 || fflush(stdout) ? 2 : 0;
}
