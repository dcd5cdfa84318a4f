/*
 * saidtest FILE [CHAIN [KEY]]: opens what a validator has signed (CHAIN and KEY: a digit each that
 * fills them; 1 and 2) and does what the lines on stdin say: `vote HEIGHT ROUND STEP ROOT`,
 * `attest SOURCE TARGET ROOT` (ROOT a digit, or -), `export`, `import JSON`, `cut`, which ends it
 * at once. Prints `new`, `again` or `refused: WHY` for each. Status 1 if the file breaks a rule, 2
 * for trouble.
 */
#include "validator/said.h"

#include <err.h>
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
        tell(said_sign_vote(s, &v, &f), &f);
    } else if (sscanf(line, "attest %lld %lld %c", &a, &b, &root) == 3) {
        struct said_attest x = {.source = a, .target = b, .root = root_of(root)};
        tell(said_sign_attest(s, &x, &f), &f);
    } else if (strncmp(line, "import ", 7) == 0) {
        import(s, line + 7);
    } else if (strcmp(line, "export") == 0) {
        export(s);
    } else if (strcmp(line, "cut") == 0) {
        _exit(0);
    }
}

int main(int argc, char **argv)
{
    struct said s;
    struct fault f;
    uint8_t chain[32], key[32];
    static char line[65536];
    if (argc < 2)
        errx(2, "usage: saidtest FILE [CHAIN [KEY]]");
    fill(chain, argc > 2 ? argv[2][0] : '1');
    fill(key, argc > 3 ? argv[3][0] : '2');
    if (said_open(&s, argv[1], chain, key, &f) != 0) {
        warnx("line %llu: %s", (unsigned long long)f.line, f.text);
        said_close(&s);
        return f.kind == FAULT_RULE ? 1 : 2;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        obey(&s, line);
    }
    said_close(&s);
    return 0;
}
