/*
 * prooftest: Merkle paths and proofs of them, over the ids sha256("leaf 0"), sha256("leaf 1") and
 * so on, in a block whose id is all zeros. On stdin and stdout a line is ROOT and a proof record.
 *
 *     prooftest make COUNT     the lines of every index of COUNT
 *     prooftest check          for each line: `holds`, or why not
 *     prooftest change         every line with one digit changed, in every place and to every other
 *                              digit, must fall: how many did; status 1 and those that did not
 *     prooftest changed        the same lines themselves, those that are no proof record left out
 *     prooftest shorten        the same with hashes left out at either end, doubled, or put behind
 */
#include "base/hex.h"
#include "hash/merkle.h"
#include "light/inclusion.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 8192 };

static void make(size_t count)
{
    uint8_t(*leaves)[ID_LEN] = calloc(count, sizeof *leaves);
    for (size_t index = 0; index < count; index++) {
        struct proof p = {.count = (int64_t)count, .index = (int64_t)index};
        struct buf line = {0};
        for (size_t i = 0; i < count; i++) {
            char text[32];
            int n = snprintf(text, sizeof text, "leaf %zu", i);
            sha256(text, (size_t)n, leaves[i]);
        }
        memcpy(p.id, leaves[index], ID_LEN);
        p.hashes = merkle_path(leaves, count, index, p.path);
        if (proof_format(&p, &line) || buf_add(&line, "", 1))
            errx(2, "out of memory");
        printf("%s %s\n", hex32(leaves[0]).text, line.data);
        buf_free(&line);
    }
    free(leaves);
}

/* Whether the record is a proof for this root, in block zero. */
static bool holds(const uint8_t root[ID_LEN], int64_t count, const char *line, struct fault *f)
{
    static const uint8_t zero[ID_LEN];
    struct proof p;
    size_t len = strlen(line);
    f->text[0] = 0;
    if (line_check(line, len, f) || proof_parse(line, len, &p, f))
        return false;
    if (memcmp(p.block, zero, ID_LEN)) {
        fault_rule(f, "another block");
        return false;
    }
    return inclusion_check(&p, root, count, f) == 0;
}

/* The count field of the record. */
static int64_t count_in(const char *line)
{
    struct proof p;
    struct fault f;
    return proof_parse(line, strlen(line), &p, &f) ? 0 : p.count;
}

static size_t accepted, refused;
static bool only_print;

static void must_fall(const uint8_t root[ID_LEN], int64_t count, const char *line)
{
    struct fault f;
    struct proof p;
    if (only_print) {
        if (proof_parse(line, strlen(line), &p, &f) == 0)
            puts(line);
    } else if (holds(root, count, line, &f)) {
        printf("holds: %s\n", line);
        accepted++;
    } else {
        refused++;
    }
}

static void change(const uint8_t root[ID_LEN], char *line)
{
    static const char digits[] = "0123456789abcdef";
    int64_t count = count_in(line);
    for (char *at = line + 6; *at; at++) {
        char was = *at;
        for (int i = 0; was != ' ' && i < 16; i++) {
            *at = digits[i];
            if (*at != was)
                must_fall(root, count, line);
        }
        *at = was;
    }
}

static void shorten(const uint8_t root[ID_LEN], const char *line)
{
    int64_t count = count_in(line);
    struct proof p, q;
    struct fault f;
    if (proof_parse(line, strlen(line), &p, &f))
        errx(2, "%s", f.text);
    for (int kind = 0; kind < 4; kind++) {
        struct buf text = {0};
        q = p;
        if (p.hashes == 0 && kind < 3)
            continue;
        if (kind == 0)
            q.hashes--;
        if (kind == 1)
            memmove(q.path[0], q.path[1], --q.hashes * ID_LEN);
        if (kind == 2)
            memcpy(q.path[q.hashes++], p.path[p.hashes - 1], ID_LEN);
        if (kind == 3)
            memcpy(q.path[q.hashes++], p.id, ID_LEN);
        if (proof_format(&q, &text) || buf_add(&text, "", 1))
            errx(2, "out of memory");
        must_fall(root, count, text.data);
        buf_free(&text);
    }
}

static void each_line(const char *what)
{
    char line[LINE];
    while (fgets(line, sizeof line, stdin)) {
        uint8_t root[ID_LEN];
        struct fault f;
        line[strcspn(line, "\n")] = 0;
        char *record = line + 2 * ID_LEN + 1;
        if (strlen(line) < 2 * ID_LEN + 1 || hex_decode(root, line, ID_LEN))
            errx(2, "no root: %s", line);
        if (strcmp(what, "check") == 0)
            puts(holds(root, count_in(record), record, &f) ? "holds" : f.text);
        else if (strcmp(what, "shorten") == 0)
            shorten(root, record);
        else
            change(root, record);
    }
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    only_print = strcmp(what, "changed") == 0;
    if (argc == 3 && strcmp(what, "make") == 0)
        make((size_t)atoi(argv[2]));
    else
        each_line(what);
    if (refused + accepted)
        printf("%zu\n", refused);
    return accepted ? 1 : 0;
}
