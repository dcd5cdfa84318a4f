/* keygen: makes a key: NAME.key, the secret key, and NAME.pub, the account and its name. */
#include "base/buf.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/key.h"
#include "cli/options.h"
#include "cli/passphrase.h"
#include "crypto/keyfile.h"
#include "record/key.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct request {
    bool encrypt;
    int type;          /* enum signature_scheme; -1: not said */
    int passphrase_fd; /* -1: the terminal */
    const char *seed, *show;
};

/* In the order of enum signature_scheme. */
static const char *const types[] = {"ed25519", "slh-dsa", NULL};

static const struct cli_option options[] = {
    {'p', "passphrase", NULL, "encrypt the key with a passphrase, asked for at the terminal",
     CLI_FLAG(struct request, encrypt)},
    {'P', "passphrase-fd", "FD", "encrypt with (or, for -y, use) the first line of descriptor FD",
     CLI_NUMBER(struct request, passphrase_fd, 0, INT_MAX)},
    {'s', "seed", "SEED", "derive the key from this text, as anyone else can",
     CLI_TEXT(struct request, seed)},
    {'t', "type", "TYPE", "the signature scheme: ed25519 (the default), or slh-dsa, post-quantum",
     CLI_CHOICE(struct request, type, types)},
    {'y', "show", "FILE", "print the key line of the secret key in FILE; make nothing",
     CLI_TEXT(struct request, show)},
    {0},
};

static const struct cli keygen = {
    .name = "keygen",
    .operands = "NAME",
    .about = "Makes NAME.key (secret) and NAME.pub, and prints the key line.",
    .options = options,
};

/* --- Names ------------------------------------------------------------------------------------ */

static bool looks_like_account(const char *name, size_t n)
{
    if (n && (*name == ACCOUNT_SLH_DSA || *name == ACCOUNT_POLICY)) {
        name++;
        n--;
    }
    return n == 2 * ID_LEN && strspn(name, "0123456789abcdefABCDEF") >= n;
}

/* The last component of a path, without ".key" at its end if asked to drop that. */
static struct field name_of(const char *path, bool strip)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t n = strlen(name);
    if (strip && n > 4 && strcmp(name + n - 4, ".key") == 0)
        n -= 4;
    return (struct field){name, n};
}

static void check_name(struct field name)
{
    if (name.len == 0)
        cli_die("the name is empty");
    if (name.text[name.len - 1] == '\r')
        cli_die("the name ends in a carriage return, as lines written on Windows do");
    for (size_t n = 0; n < name.len; n++)
        if (iscntrl((unsigned char)name.text[n]))
            cli_die("the name has a control character in it");
    if (name.len > TEXT_MAX)
        cli_die("the name is over %d bytes", TEXT_MAX);
    if (looks_like_account(name.text, name.len))
        cli_die("the name is of the form of an account, and would be taken for one");
}

static void key_line(const struct secret_key *k, struct field name, struct buf *out)
{
    char form[TEXT_FORM_MAX];
    struct key record = {.name = {form, text_encode(name.text, name.len, form)}};
    record.account = cli_account_of(k);
    cli_memory(key_format(&record, out));
}

/* --- An existing key -------------------------------------------------------------------------- */

static _Noreturn void show(struct request *r)
{
    struct field name = name_of(r->show, true);
    struct secret_key k;
    struct buf line = {0};
    struct fault f;
    check_name(name);
    if (cli_try_key(r->show, r->passphrase_fd, &k, &f))
        cli_fail(r->show, &f);
    key_line(&k, name, &line);
    secret_key_wipe(&k);
    cli_put(line.data, line.len);
    buf_free(&line);
    cli_exit(CLI_YES);
}

/* --- A new key -------------------------------------------------------------------------------- */

struct paths {
    char key[PATH_MAX], pub[PATH_MAX];
};

static void refuse_existing(const char *path)
{
    struct stat st;
    if (lstat(path, &st) == 0)
        cli_die("%s exists: nothing was made", path);
}

static struct paths make_paths(const char *name)
{
    struct paths p;
    if (snprintf(p.key, sizeof p.key, "%s.key", name) >= PATH_MAX ||
        snprintf(p.pub, sizeof p.pub, "%s.pub", name) >= PATH_MAX)
        cli_die("the name is too long for a file");
    refuse_existing(p.key);
    refuse_existing(p.pub);
    return p;
}

static int make_key(const struct request *r, struct secret_key *k, struct fault *f)
{
    bool slh_dsa = r->type == SIGNATURE_SLH_DSA;
    if (!r->seed)
        return slh_dsa ? secret_key_slh_dsa_random(k, f) : secret_key_random(k, f);
    cli_warn("anyone who knows the text of -s has this key");
    size_t n = strlen(r->seed);
    return slh_dsa ? secret_key_slh_dsa_from_text(k, r->seed, n, f)
                   : secret_key_from_text(k, r->seed, n, f);
}

/* Both files or none: signals are blocked between them. *at is the path that a fault is about. */
static int write_files(const struct paths *p, const struct secret_key *k, const char *passphrase,
                       size_t n, const struct buf *line, const char **at, struct fault *f)
{
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    *at = p->key;
    int failed = keyfile_write(p->key, k, passphrase, n, f);
    if (!failed) {
        *at = p->pub;
        failed = file_make(p->pub, false, line->data, line->len, f);
        if (failed)
            unlink(p->key);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return failed;
}

/* The passphrase's length; 0 if none is wanted. */
static size_t new_passphrase(const struct request *r, const char *path, char out[PASSPHRASE_MAX])
{
    struct fault f;
    int n = 0;
    if (r->passphrase_fd >= 0)
        n = passphrase_read(r->passphrase_fd, out, PASSPHRASE_MAX, &f);
    else if (r->encrypt)
        n = passphrase_ask_new(path, out, PASSPHRASE_MAX, &f);
    if (n < 0) {
        explicit_bzero(out, PASSPHRASE_MAX);
        cli_fail(NULL, &f);
    }
    return (size_t)n;
}

/* Ends with the key line on stdout; if that cannot be written, removes the files: otherwise the
 * next try would find that they exist, and the reader of the line would never get it. */
static _Noreturn void print_line(const struct paths *p, struct buf *line)
{
    void (*usual)(int) = signal(SIGPIPE, SIG_IGN);
    if (file_write(STDOUT_FILENO, line->data, line->len) == 0 && close(STDOUT_FILENO) == 0) {
        buf_free(line);
        exit(CLI_YES);
    }
    int error = errno;
    unlink(p->pub);
    unlink(p->key);
    signal(SIGPIPE, usual);
    if (error == EPIPE)
        raise(SIGPIPE);
    cli_die("stdout: %s: nothing was made", strerror(error));
}

static _Noreturn void make(const struct request *r, const char *path)
{
    struct field name = name_of(path, false);
    check_name(name);
    struct paths p = make_paths(path);
    char passphrase[PASSPHRASE_MAX];
    size_t n = new_passphrase(r, p.key, passphrase);
    struct secret_key k;
    struct buf line = {0};
    struct fault f;
    const char *at = NULL;
    int failed = make_key(r, &k, &f);
    if (!failed) {
        key_line(&k, name, &line);
        failed = write_files(&p, &k, passphrase, n, &line, &at, &f);
        secret_key_wipe(&k);
    }
    explicit_bzero(passphrase, sizeof passphrase);
    if (failed)
        cli_fail(at, &f);
    print_line(&p, &line);
}

int main(int argc, char **argv)
{
    struct request r = {.type = -1, .passphrase_fd = -1};
    char **operands = cli_options(&keygen, argc, argv, &r);
    if (r.show && (r.seed || r.encrypt || r.type >= 0))
        cli_misuse("-y shows an existing key: leave out -s, -p and -t");
    if (r.show && *operands)
        cli_misuse("-y makes no key: leave out '%.80s'", *operands);
    cli_count_operands(operands, !r.show, 1);
    if (r.show)
        show(&r);
    make(&r, *operands);
}
