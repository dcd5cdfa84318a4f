/*
 * saidtest FILE [CHAIN [KEY]]: opens what a validator has signed (CHAIN and KEY: a digit each that
 * fills them; 1 and 2) and does what the lines on stdin say: `vote HEIGHT ROUND STEP ROOT`,
 * `attest SOURCE TARGET ROOT` (ROOT a digit, or -), `export`, `import JSON`, `prune`, `cut`, which
 * ends it at once. Prints `new`, `again` or `refused: WHY` for each. Status 1 if the file breaks a
 * rule, 2 for trouble.
 *
 * saidtest FILE pruned WHOLE HEIGHTS: status 1 if FILE, which was pruned, allows an attest between
 * heights below HEIGHTS, or a vote of such a height, that WHOLE, as it was before, does not.
 */
#include "validator/said.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void fill(uint8_t bytes[32], char digit)
{
    memset(bytes, (digit - '0') * 17, 32);
}

static struct said_root root_of(char digit)
{
    struct said_root root = {.known = digit != '-'};
    if (root.known)
        fill(root.bytes, digit);
    return root;
}

static void tell(enum said_answer answer, const struct fault *f)
{
    if (answer == SAID_REFUSED && f->kind == FAULT_TROUBLE)
        errx(2, "%s", f->text);
    if (answer == SAID_REFUSED)
        printf("refused: %s\n", f->text);
    else
        puts(answer == SAID_NEW ? "new" : "again");
    fflush(stdout);
}

static void import(struct said *s, const char *json)
{
    struct fault f;
    tell(said_import(s, json, strlen(json), &f) == 0 ? SAID_NEW : SAID_REFUSED, &f);
}

static void export(const struct said *s)
{
    struct buf out = {0};
    struct fault f;
    if (said_export(s, &out, &f) != 0)
        errx(2, "%s", f.text);
    fwrite(out.data, 1, out.len, stdout);
    buf_free(&out);
}

static enum said_step step_of(const char *word)
{
    return word[2] == 'o' ? SAID_PROPOSE : word[3] == 'v' ? SAID_PREVOTE : SAID_PRECOMMIT;
}

static void obey(struct said *s, const char *line)
{
    struct fault f = {0};
    long long a, b;
    char step[16], root;
    if (sscanf(line, "vote %lld %lld %15s %c", &a, &b, step, &root) == 4) {
        struct said_vote v = {
            .height = a, .round = b, .step = step_of(step), .root = root_of(root)};
        tell(said_sign_vote(s, &v, NULL, &f), &f);
    } else if (sscanf(line, "attest %lld %lld %c", &a, &b, &root) == 3) {
        struct said_attest x = {.source = a, .target = b, .root = root_of(root)};
        tell(said_sign_attest(s, &x, &f), &f);
    } else if (strncmp(line, "import ", 7) == 0) {
        import(s, line + 7);
    } else if (strcmp(line, "export") == 0) {
        export(s);
    } else if (strcmp(line, "prune") == 0) {
        tell(said_prune(s, &f) == 0 ? SAID_NEW : SAID_REFUSED, &f);
    } else if (strcmp(line, "cut") == 0) {
        _exit(0);
    }
}

static void unpruned(const char *why)
{
    warnx("unpruned: %s", why);
}

static void open_or_end(struct said *s, const char *path, char chain_digit, char key_digit)
{
    struct fault f;
    uint8_t chain[32], key[32];
    fill(chain, chain_digit);
    fill(key, key_digit);
    if (said_open(s, path, chain, key, &f) == 0) {
        s->unpruned = unpruned;
        return;
    }
    warnx("line %llu: %s", (unsigned long long)f.line, f.text);
    said_close(s);
    exit(f.kind == FAULT_RULE ? 1 : 2);
}

/* Whether something new would be signed: it cannot be written. What was signed before is no harm,
 * even if it contradicts something. */
static bool allows(enum said_answer answer, const struct fault *f)
{
    return answer == SAID_REFUSED && f->kind == FAULT_TROUBLE;
}

static bool allows_attest(struct said *s, int64_t source, int64_t target, char root)
{
    struct fault f = {0};
    struct said_attest a = {.source = source, .target = target, .root = root_of(root)};
    return allows(said_sign_attest(s, &a, &f), &f);
}

static bool allows_vote(struct said *s, int64_t height, int64_t round, enum said_step step)
{
    struct fault f = {0};
    struct said_vote v = {.height = height, .round = round, .step = step, .root = root_of('1')};
    return allows(said_sign_vote(s, &v, NULL, &f), &f);
}

static bool is_as_strict(struct said *s, struct said *whole, int64_t heights)
{
    for (int64_t x = 0; x < heights; x++) {
        for (int64_t y = 0; y < heights; y++)
            for (const char *root = "123"; *root != '\0'; root++)
                if (allows_attest(s, x, y, *root) && !allows_attest(whole, x, y, *root))
                    return false;
        for (int i = 0; i < 9; i++)
            if (allows_vote(s, x, i / 3, (enum said_step)(i % 3)) &&
                !allows_vote(whole, x, i / 3, (enum said_step)(i % 3)))
                return false;
    }
    return true;
}

static int compare(struct said *s, const char *path, const char *heights)
{
    struct said whole;
    open_or_end(&whole, path, '1', '2');
    close(s->file.fd);
    close(whole.file.fd);
    s->file.fd = open("/dev/full", O_RDWR | O_CLOEXEC);
    whole.file.fd = open("/dev/full", O_RDWR | O_CLOEXEC);
    bool strict = is_as_strict(s, &whole, atoll(heights));
    said_close(s);
    said_close(&whole);
    return strict ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct said s;
    static char line[65536];
    bool compares = argc == 5 && strcmp(argv[2], "pruned") == 0;
    if (argc < 2)
        errx(2, "usage: saidtest FILE [CHAIN [KEY]]");
    open_or_end(&s, argv[1], argc > 2 && !compares ? argv[2][0] : '1',
                argc > 3 && !compares ? argv[3][0] : '2');
    if (compares)
        return compare(&s, argv[3], argv[4]);
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        obey(&s, line);
    }
    said_close(&s);
    return 0;
}
