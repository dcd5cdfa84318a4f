/* netcli/allow, from a file: a key that is let in stands in it. */
#include "netcli/allow.h"
#include "base/hex.h"
#include "fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static bool stands_in(const uint8_t key[ID_LEN], const uint8_t *data, size_t n)
{
    struct hex32 digits = hex32(key);
    return n && memmem(data, n, digits.text, 2 * ID_LEN);
}

static void check(const struct allow *a, const uint8_t *data, size_t n)
{
    uint8_t key[ID_LEN];
    for (size_t i = 0; i + 2 * ID_LEN <= n; i++)
        if (hex_decode(key, (const char *)data + i, ID_LEN) == 0) {
            must(!allow_has(a, key) || stands_in(key, data, n));
            key[0] ^= 1;
            must(!allow_has(a, key) || stands_in(key, data, n));
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct allow *a;
    struct fault f;
    char path[64];
    int fd = memfd_create("allow", MFD_CLOEXEC);
    must(fd >= 0 && write(fd, data, n) == (ssize_t)n);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (allow_read(path, &a, &f))
        must(!a && f.kind == FAULT_RULE && f.line > 0 && f.text[0]);
    else
        check(a, data, n);
    allow_free(a);
    close(fd);
    return 0;
}
