/* txsign: signs the unsigned transactions of its keys' accounts, and passes all other lines on. */
#include "base/buf.h"
#include "base/file.h"
#include "base/lines.h"
#include "cli/cli.h"
#include "cli/keyring.h"
#include "cli/names.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "cli/turn.h"
#include "record/armor.h"
#include "record/statement.h"
#include "record/tx.h"
#include "record/types.h"

#include <fcntl.h>
#include <limits.h>
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
    .about = "Adds the signatures that its keys can give to tx lines; passes other lines on.",
    .options = options,
    .required = "k",
};

struct signer {
    struct keyring ring;
    bool refused;       /* a line was left unsigned, or signed in part */
    struct armor armor; /* in the current input */
    struct buf line;    /* being signed */
};

static void end(struct signer *s)
{
    keyring_wipe(&s->ring);
    buf_free(&s->line);
}

/* --- Lines ------------------------------------------------------------------------------------ */

/* Prepares a line that needs no signature, or that gets one: 0, and *key is the key that signs it
 * first, or NULL. A line that cannot be signed: -1 and a rule. */
static int judge(const struct signer *s, const struct line *line, struct tx *tx,
                 const struct secret_key **key, struct fault *f)
{
    *key = NULL;
    if (line_check(line->text, line->len, f))
        return -1;
    if (!record_is(&tx_type, line->text, line->len))
        return fault_rule(f, "not a tx");
    if (tx_parse_partial(line->text, line->len, tx, f) == 0)
        return turn_next(tx, &s->ring, key, f);
    if (tx->from.form == ACCOUNT_POLICY || tx->has_sponsor)
        return -1;
    return tx_is_signed(line->text, line->len) ? tx_parse(line->text, line->len, tx, f)
                                               : tx_parse_unsigned(line->text, line->len, tx, f);
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

static void report(struct signer *s, const char *place, const struct line *line, const char *reason)
{
    cli_report(place, line->number, reason);
    s->refused = true;
}

/* Signs with each key whose turn it is, this one first, and puts the line. What is then missing is
 * reported. */
static int put_signatures(struct signer *s, const char *place, const struct line *line,
                          struct tx *tx, const struct secret_key *key, struct fault *f)
{
    f->kind = FAULT_NONE;
    s->line.len = 0;
    if (buf_add(&s->line, line->text, line->len))
        return fault_memory(f);
    tx_move(tx, s->line.data);
    while (key && turn_sign(tx, key, &s->line, f) == 0 && turn_next(tx, &s->ring, &key, f) == 0)
        ;
    if (f->kind == FAULT_TROUBLE)
        return -1;
    if (f->kind == FAULT_RULE)
        report(s, place, line, f->text);
    cli_put(s->line.data, s->line.len);
    cli_put("\n", 1);
    return 0;
}

static int sign_line(struct signer *s, const char *place, const struct line *line, struct fault *f)
{
    const struct secret_key *key;
    struct tx tx;
    if (line->state != LINE_WHOLE) {
        report(s, place, line, refusal(line->state));
        return 0;
    }
    if (is_armor(s, place, line))
        return 0;
    if (judge(s, line, &tx, &key, f))
        report(s, place, line, f->text);
    else if (key && account_is_key(&tx.from) && !tx.has_sponsor)
        return cli_put_signed(key, line->text, line->len, f);
    else if (key)
        return put_signatures(s, place, line, &tx, key, f);
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
    for (size_t i = 0; i < s->ring.count; i++) {
        if (s->ring.keys[i].scheme == SIGNATURE_SLH_DSA) {
            end(s);
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
    for (size_t i = 0; i < s->ring.count; i++) {
        struct buf line = {0};
        struct signed_text made = {.text = {form, text_encode(text, len, form)}};
        memcpy(made.line.signer, s->ring.keys[i].public, ID_LEN);
        cli_memory(statement_format(&made, &line));
        if (cli_put_signed(&s->ring.keys[i], line.data, line.len, &f)) {
            end(s);
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
    end(s);
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
    keyring_read(&s.ring, &a.keys, a.passphrase_fd);
    cli_list_free(&a.keys);
    if (a.text)
        sign_text(&s, a.text);
    else if (!*operands)
        sign_operand(&s, "-");
    for (; *operands; operands++)
        sign_operand(&s, *operands);
    end(&s);
    cli_exit(s.refused ? CLI_NO : CLI_YES);
}
