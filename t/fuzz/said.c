/*
 * validator/said, from a file of what a key has signed, or an interchange of EIP-3076, that anybody
 * may have written: what is taken is given out again, read again to the same, and contradicted by
 * nothing that may still be signed.
 */
#include "validator/said.h"
#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const uint8_t chain[32] = {0x11}, key[32] = {0x22};

/* A file of these bytes in memory; what is written to it is synced, and so is its folder. */
static void make_file(const char *name, const void *bytes, size_t n, char path[64])
{
    snprintf(path, 64, "/dev/shm/fuzz-said-%d-%s", (int)getpid(), name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    must(fd >= 0 && (n == 0 || write(fd, bytes, n) == (ssize_t)n));
    close(fd);
}

static void remove_file(const char *path)
{
    char torn[80];
    snprintf(torn, sizeof torn, "%s.torn", path);
    unlink(path);
    unlink(torn);
}

/* Whether one of these, read from one file, allows what the other one forbids. */
static void must_forbid(struct said *s, const struct said_attest *a)
{
    struct fault f;
    struct said_attest other = {.source = a->source, .target = a->target, .root = {.known = true}};
    memset(other.root.bytes, 0xff, 32);
    must(said_sign_attest(s, &other, &f) != SAID_NEW);
    struct said_attest around = {.source = a->source - 1, .target = a->target + 1};
    if (a->source > 0 && a->target < INT64_MAX && a->source <= a->target)
        must(said_sign_attest(s, &around, &f) == SAID_REFUSED && f.kind == FAULT_RULE);
}

static void check_votes(struct said *s)
{
    struct fault f;
    struct said_vote v = s->last;
    if (!s->voted)
        return;
    memset(v.root.bytes, 0xff, 32);
    must(said_sign_vote(s, &v, NULL, &f) != SAID_NEW);
    if (s->last.round > 0) {
        v.round--;
        must(said_sign_vote(s, &v, NULL, &f) == SAID_REFUSED);
    }
}

static void check_all(struct said *s)
{
    size_t count = s->count;
    for (size_t i = 0; i < count && i < 16; i++) {
        struct said_attest a = s->attests[i];
        must_forbid(s, &a);
    }
    must(s->count == count);
    check_votes(s);
}

/* Out, and into a history that is empty: the same comes out of that, but for what is there twice.
 */
static void give_out(const struct said *s)
{
    struct said again;
    struct buf out = {0}, second = {0};
    struct fault f;
    char path[64];
    make_file("again", "", 0, path);
    must(said_export(s, &out, &f) == 0);
    must(said_open(&again, path, chain, key, &f) == 0);
    must(said_import(&again, out.data, out.len, &f) == 0);
    must(again.voted == s->voted && again.count <= s->count);
    must(said_export(&again, &second, &f) == 0);
    must(second.len <= out.len);
    check_all(&again);
    said_close(&again);
    buf_free(&out);
    buf_free(&second);
    remove_file(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct said s;
    struct fault f;
    char path[64];
    bool json = n > 0 && data[0] == '{';
    make_file("file", data, json ? 0 : n, path);
    if (said_open(&s, path, chain, key, &f) == 0) {
        if (json && said_import(&s, (const char *)data, n, &f) != 0)
            must(f.kind == FAULT_RULE && f.text[0] && s.count == 0 && !s.voted);
        give_out(&s);
        check_all(&s);
        must(said_prune(&s, &f) == 0 && s.count <= 64);
        check_all(&s);
    } else {
        must(f.kind != FAULT_NONE && f.text[0]);
    }
    said_close(&s);
    remove_file(path);
    return 0;
}
