/* txsign: signs the unsigned transactions of its keys' accounts, and passes all other lines on. */
#include "base/buf.h"
#include "base/file.h"
#include "base/lines.h"
#include "cli/cli.h"
#include "cli/key.h"
#include "cli/names.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "crypto/secret_key.h"
#include "record/armor.h"
#include "record/statement.h"
#include "record/tx.h"
#include "record/types.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct arguments {
    struct cli_list keys;
    const char *text;
    int passphrase_fd;
};

static const struct cli_option options[] = {
    {'k', "key", "KEY", "a secret key file; may be given many times",
     CLI_LIST(struct arguments, keys)},
    {'t', "text", "TEXT", "sign this text: prints a statement by each key",
     CLI_TEXT(struct arguments, text)},
    {'P', "passphrase-fd", "FD", "each encrypted key takes its passphrase from the next line of FD",
     CLI_NUMBER(struct arguments, passphrase_fd, 0, INT_MAX)},
    {0},
};

static const struct cli txsign = {
    .name = "txsign",
    .operands = "[FILE]...",
    .about =
        "Signs unsigned tx lines with the key of the account that pays; passes other lines on.",
    .options = options,
    .required = "k",
};

struct signer {
    struct secret_key *keys; /* sorted by account */
    size_t count;
    bool refused;       /* a line was left unsigned */
    struct armor armor; /* in the current input */
};

/* --- Keys ------------------------------------------------------------------------------------- */

static int by_account(const void *a, const void *b)
{
    const struct account x = cli_account_of(a), y = cli_account_of(b);
    return account_compare(&x, &y);
}

static void wipe_keys(struct signer *s)
{
    for (size_t i = 0; i < s->count; i++)
        secret_key_wipe(&s->keys[i]);
    free(s->keys);
    *s = (struct signer){.refused = s->refused};
}

static void read_keys(struct signer *s, const struct arguments *a)
{
    const struct cli_list *paths = &a->keys;
    struct fault f;
    s->keys = calloc(paths->count, sizeof *s->keys);
    cli_memory(!s->keys);
    for (; s->count < paths->count; s->count++) {
        if (cli_try_key(paths->items[s->count], a->passphrase_fd, &s->keys[s->count], &f)) {
            wipe_keys(s);
            cli_fail(paths->items[s->count], &f);
        }
    }
    qsort(s->keys, s->count, sizeof *s->keys, by_account);
}

static const struct secret_key *find_key(const struct signer *s, const struct account *account)
{
    struct secret_key wanted = {.scheme = account->form == ACCOUNT_SLH_DSA ? SIGNATURE_SLH_DSA
                                                                           : SIGNATURE_ED25519};
    if (account->form == ACCOUNT_POLICY)
        return NULL;
    memcpy(wanted.public, account->id, sizeof wanted.public);
    return bsearch(&wanted, s->keys, s->count, sizeof *s->keys, by_account);
}

/* --- Lines ------------------------------------------------------------------------------------ */

/* Prepares a line that needs no signature, or that gets one: 0, and *key is the key that signs it,
 * or NULL. A line that cannot be signed: -1 and a rule. */
static int judge(const struct signer *s, const struct line *line, const struct secret_key **key,
                 struct fault *f)
{
    struct tx tx;
    *key = NULL;
    if (line_check(line->text, line->len, f))
        return -1;
    if (record_is(&tx_type, line->text, line->len) && tx_is_signed(line->text, line->len))
        return tx_parse(line->text, line->len, &tx, f);
    if (tx_parse_unsigned(line->text, line->len, &tx, f))
        return -1;
    *key = find_key(s, &tx.from);
    return *key ? 0 : fault_rule(f, "tx: no key here for %s", account_text(&tx.from).text);
}

static const char *refusal(enum line_state state)
{
    return state == LINE_TORN ? "line: cut short (no newline at its end), and not passed on"
                              : "line: over 65535 bytes, and not passed on";
}

/* Whether the line belongs to a PEM file, as secret keys do: it is not passed on. */
static bool is_armor(struct signer *s, const char *place, const struct line *line)
{
    enum armor_part part = armor_next(&s->armor, line->text, line->len);
    if (part == ARMOR_BEGINS)
        cli_report(place, line->number, ARMOR_RULE);
    s->refused |= part != ARMOR_NONE;
    return part != ARMOR_NONE;
}

static int sign_line(struct signer *s, const char *place, const struct line *line, struct fault *f)
{
    const struct secret_key *key;
    if (line->state != LINE_WHOLE) {
        cli_report(place, line->number, refusal(line->state));
        s->refused = true;
        return 0;
    }
    if (is_armor(s, place, line))
        return 0;
    if (judge(s, line, &key, f)) {
        cli_report(place, line->number, f->text);
        s->refused = true;
    }
    if (key)
        return cli_put_signed(key, line->text, line->len, f);
    cli_put(line->text, line->len);
    cli_put("\n", 1);
    return 0;
}

static int sign_lines(struct signer *s, const char *place, struct lines *in, struct fault *f)
{
    struct line line;
    int got;
    for (;;) {
        if (!lines_ready(in))
            cli_flush();
        if ((got = lines_next(in, &line, f)) <= 0)
            return got;
        if (sign_line(s, place, &line, f))
            return -1;
    }
}

/* --- A text ----------------------------------------------------------------------------------- */

static void refuse_slh_dsa(struct signer *s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->keys[i].scheme == SIGNATURE_SLH_DSA) {
            wipe_keys(s);
            cli_die("-t: a statement is signed by Ed25519 keys alone: leave out the SLH-DSA key");
        }
    }
}

/* -t: prints the statement of each key, in the order of their accounts. */
static void sign_text(struct signer *s, const char *text)
{
    char form[TEXT_FORM_MAX];
    struct fault f;
    size_t len = strlen(text);
    if (len > TEXT_MAX)
        cli_die("-t: the text has %zu bytes, and %d is the most: sign its sha256 instead", len,
                TEXT_MAX);
    refuse_slh_dsa(s);
    for (size_t i = 0; i < s->count; i++) {
        struct buf line = {0};
        struct signed_text made = {.text = {form, text_encode(text, len, form)}};
        memcpy(made.line.signer, s->keys[i].public, ID_LEN);
        cli_memory(statement_format(&made, &line));
        if (cli_put_signed(&s->keys[i], line.data, line.len, &f)) {
            wipe_keys(s);
            cli_fail(NULL, &f);
        }
        buf_free(&line);
    }
}

/* --- Files ------------------------------------------------------------------------------------ */

static int sign_descriptor(struct signer *s, const char *place, int fd, struct fault *f)
{
    struct lines *in = lines_new(source_fd(fd), 1, 0);
    if (!in)
        return fault_memory(f);
    int result = sign_lines(s, place, in, f);
    lines_free(in);
    return result;
}

static int sign_file(struct signer *s, const char *path, struct fault *f)
{
    int fd = file_open(path, O_RDONLY, 0);
    if (fd < 0)
        return fault_errno(f, "cannot open");
    int result = sign_descriptor(s, path, fd, f);
    close(fd);
    return result;
}

/* Trouble with one file ends the run: otherwise what follows would be printed without what came
 * before. */
static void sign_operand(struct signer *s, const char *path)
{
    struct fault f;
    bool standard = strcmp(path, "-") == 0;
    const char *place = standard ? "stdin" : path;
    if (standard)
        terminal_input("transactions");
    if ((standard ? sign_descriptor(s, place, STDIN_FILENO, &f) : sign_file(s, path, &f)) == 0)
        return;
    wipe_keys(s);
    cli_flush();
    cli_fail(place, &f);
}

int main(int argc, char **argv)
{
    struct arguments a = {.passphrase_fd = -1};
    struct signer s = {0};
    char **operands = cli_options(&txsign, argc, argv, &a);
    if (a.text && *operands)
        cli_misuse("-t signs TEXT and reads no file: leave out FILE");
    cli_name_accounts();
    read_keys(&s, &a);
    cli_list_free(&a.keys);
    if (a.text)
        sign_text(&s, a.text);
    else if (!*operands)
        sign_operand(&s, "-");
    for (; *operands; operands++)
        sign_operand(&s, *operands);
    wipe_keys(&s);
    cli_exit(s.refused ? CLI_NO : CLI_YES);
}
