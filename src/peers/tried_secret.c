/* The secret of a peers file, and the buckets that follow from it. */
#include "base/file.h"
#include "base/hex.h"
#include "hash/sha256.h"
#include "peers/tried_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_TRIES = 10 };

/* 1 and the secret, 0 if there is no such file, -1 and trouble. */
static int read_secret(const char *path, uint8_t secret[TRIED_SECRET_LEN], struct fault *f)
{
    char digits[2 * TRIED_SECRET_LEN + 1];
    struct stat st;
    int fd = file_open(path, O_RDONLY | O_NONBLOCK, 0);
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0)
        return fault_errno(f, "%s", path);
    bool whole = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == sizeof digits &&
                 file_read_at(fd, digits, sizeof digits, 0) == 0 &&
                 hex_decode(secret, digits, TRIED_SECRET_LEN) == 0;
    close(fd);
    return whole ? 1
                 : fault_trouble(f,
                                 "%s: not a line of %d hex digits: remove it, and another one "
                                 "is made",
                                 path, 2 * TRIED_SECRET_LEN);
}

/* Writes the secret under another name first, so nobody reads a part of it. 0, or -1 and trouble;
 * another process may have made it in the meantime. */
static int make_secret(const char *path, struct fault *f)
{
    uint8_t secret[TRIED_SECRET_LEN];
    char digits[2 * TRIED_SECRET_LEN + 1], temporary[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.%ld", path, (long)getpid()) >= PATH_MAX)
        return fault_trouble(f, "%s: the name is too long", path);
    if (getrandom(secret, sizeof secret, 0) != (ssize_t)sizeof secret)
        return fault_errno(f, "no random bytes");
    hex_encode(digits, secret, sizeof secret);
    digits[sizeof digits - 1] = '\n';
    unlink(temporary); /* of a process that was killed */
    struct fault why;
    if (file_make(temporary, true, digits, sizeof digits, &why))
        return fault_trouble(f, "%s: %s", temporary, why.text);
    int failed = link(temporary, path) && errno != EEXIST ? fault_errno(f, "%s", path) : 0;
    unlink(temporary);
    return failed;
}

int tried_secret(const char *peers, uint8_t secret[TRIED_SECRET_LEN], struct fault *f)
{
    char path[PATH_MAX];
    if (tried_path(peers, "secret", path))
        return fault_errno(f, "%s.secret", peers);
    for (int i = 0; i < SECRET_TRIES; i++) {
        int got = read_secret(path, secret, f);
        if (got)
            return got > 0 ? 0 : -1;
        if (make_secret(path, f))
            return -1;
    }
    return fault_trouble(f, "%s: is removed again and again", path);
}

static uint64_t draw(const uint8_t secret[TRIED_SECRET_LEN], const void *text, size_t n)
{
    struct sha256 h;
    uint8_t out[SHA256_LEN];
    uint64_t number;
    sha256_init(&h);
    sha256_update(&h, secret, TRIED_SECRET_LEN);
    sha256_update(&h, text, n);
    sha256_final(&h, out);
    memcpy(&number, out, sizeof number);
    return number;
}

unsigned tried_bucket(const uint8_t secret[TRIED_SECRET_LEN], char table, uint64_t network,
                      const struct tried_name *n, unsigned count, unsigned reach)
{
    char text[64];
    uint64_t which = draw(secret, n, sizeof *n) % reach;
    int len = snprintf(text, sizeof text, "%c %" PRIx64 " %" PRIu64, table, network, which);
    return (unsigned)(draw(secret, text, (size_t)len) % count);
}
