#include "cli/preimage.h"

#include "base/file.h"
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/terminal.h"
#include "crypto/secret_key.h"
#include "hash/sha256.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static struct preimage of_bytes(const uint8_t bytes[ID_LEN])
{
    struct preimage p;
    memcpy(p.digits, hex32(bytes).text, sizeof p.digits);
    policy_hash(p.digits, p.hash);
    return p;
}

/* Reads up to n bytes until the end: how many, or -1. */
static ssize_t read_all(int fd, char *out, size_t n)
{
    size_t have = 0;
    while (have < n) {
        ssize_t got = read(fd, out + have, n - have);
        if (got <= 0)
            return got ? got : (ssize_t)have;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

struct preimage cli_read_preimage(const char *path)
{
    char text[2 * ID_LEN + 2];
    uint8_t bytes[ID_LEN];
    struct fault f;
    bool standard = strcmp(path, "-") == 0;
    if (standard)
        terminal_input("a preimage");
    int fd = standard ? STDIN_FILENO : file_open(path, O_RDONLY, 0);
    ssize_t n = fd < 0 ? -1 : read_all(fd, text, sizeof text);
    if (n < 0) {
        fault_errno(&f, "%s", standard ? "stdin" : path);
        cli_fail(NULL, &f);
    }
    if (!standard)
        close(fd);
    if (n != 2 * ID_LEN + 1 || text[n - 1] != '\n' || hex_decode(bytes, text, ID_LEN))
        cli_die("%s: no preimage: expected 64 lowercase hex digits and a newline",
                standard ? "stdin" : path);
    return of_bytes(bytes);
}

struct preimage cli_make_preimage(const char *path, const char *seed)
{
    uint8_t bytes[ID_LEN];
    struct fault f;
    if (seed)
        sha256(seed, strlen(seed), bytes);
    else if (secret_random(bytes, sizeof bytes, &f))
        cli_fail(NULL, &f);
    struct preimage p = of_bytes(bytes);
    char text[2 * ID_LEN + 1];
    memcpy(text, p.digits, sizeof text);
    text[2 * ID_LEN] = '\n';
    if (file_make(path, true, text, sizeof text, &f))
        cli_fail(path, &f);
    return p;
}
