#include "cli/names.h"

#include "base/file.h"
#include "cli/cli.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the program has read, for all who ask for it and for messages. */
static struct {
    struct book *book; /* NULL: nothing yet */
    bool is_lenient;   /* a file that cannot be read is left out */
} names;

static void read_book(struct book *b, const char *path)
{
    struct fault f = {0};
    if (book_read(b, path, &f) == 0 || names.is_lenient)
        return;
    f.kind = FAULT_TROUBLE;
    cli_fail(path, &f);
}

/* Whether a file that was found, not named, is an address book at all: it may be an ssh key. */
static bool begins_as_book(const char *path)
{
    char head[8] = "";
    int fd = file_open(path, O_RDONLY | O_NONBLOCK, 0);
    bool yes = fd >= 0 && read(fd, head, sizeof head - 1) > 0 &&
               (strncmp(head, "key ", 4) == 0 || strcmp(head, "policy ") == 0);
    if (fd >= 0)
        close(fd);
    return yes;
}

static void read_books(struct book *b, const char *option)
{
    const char *variable = getenv("NAMES");
    glob_t found;
    if (option || (variable && *variable)) {
        read_book(b, option ? option : variable);
        return;
    }
    if (access("names", F_OK) == 0)
        read_book(b, "names");
    if (glob("*.pub", 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            if (begins_as_book(found.gl_pathv[i]))
                read_book(b, found.gl_pathv[i]);
        globfree(&found);
    }
}

/* Looks a name up as given or, failing that, in the text form of its bytes. */
static int find_name(const struct book *b, struct field name, struct account *account)
{
    char form[TEXT_FORM_MAX];
    struct field encoded = {form, 0};
    int found = book_account(b, name, account);
    if (found || name.len > TEXT_MAX)
        return found;
    encoded.len = text_encode(name.text, name.len, form);
    return book_account(b, encoded, account);
}

static int fault_unknown(const struct book *b, struct field name, struct fault *f)
{
    char form[TEXT_FORM_MAX];
    struct field encoded = {form, 0};
    if (name.len <= TEXT_MAX)
        encoded.len = text_encode(name.text, name.len, form);
    const char *near = book_nearest(b, name);
    if (!near)
        near = book_nearest(b, encoded);
    fault_rule(f, "'%.*s' is neither an account nor a name in the address book%s%.80s%s%s",
               name.len > 80 ? 80 : (int)name.len, name.text, near ? ": did you mean " : "",
               near ? near : "", near ? "?" : "",
               near && strstr(near, "%20") ? " (%20 is a space)" : "");
    return -1;
}

int cli_find_account(const struct book *b, const char *text, size_t n, struct account *account,
                     struct fault *f)
{
    struct field name = {text, n};
    int shown = n > 80 ? 80 : (int)n;
    if (account_field(name, "", account, f) == 0)
        return 0;
    int found = find_name(b, name, account);
    if (found > 0)
        return 0;
    if (found < 0)
        return fault_rule(f, "'%.*s' is the name of more than one account", shown, text);
    return fault_unknown(b, name, f);
}

void cli_account(const struct book *b, const char *text, struct account *account)
{
    struct fault f;
    if (cli_find_account(b, text, strlen(text), account, &f))
        cli_die("%s", f.text);
}

struct account_words cli_account_words(const struct book *b, const struct account *account)
{
    struct account_words w;
    const char *name = b ? book_name(b, account) : NULL;
    if (name)
        snprintf(w.text, sizeof w.text, "%s (%.8s)", name, account_text(account).text);
    else
        snprintf(w.text, sizeof w.text, "%s", account_text(account).text);
    return w;
}

/* Whether a word of a message is an account; what was typed is quoted, and stays as it is. */
static bool is_account(const char *message, const char *word, struct account *account)
{
    struct fault ignored;
    bool begins = word > message && word[-1] == ' ';
    struct field x = {word, strcspn(word, " ,;:)")};
    return begins && account_field(x, "", account, &ignored) == 0;
}

/* Puts words in place of an account's len bytes, if they fit. */
static void replace(char *word, size_t len, const char *words, size_t size)
{
    size_t n = strlen(words), rest = strlen(word + len) + 1;
    if (n + rest > size)
        return;
    memmove(word + n, word + len, rest);
    memcpy(word, words, n);
}

static void name_accounts(char *message, size_t size)
{
    struct account account;
    for (char *c = message; *c; c++) {
        if (!is_account(message, c, &account))
            continue;
        if (!names.book && (names.book = book_new()))
            read_books(names.book, NULL);
        replace(c, account_text(&account).len, cli_account_words(names.book, &account).text,
                size - (size_t)(c - message));
    }
}

void cli_name_accounts(void)
{
    names.is_lenient = true;
    cli_edit_messages(name_accounts);
}

const struct book *cli_book(const char *option)
{
    if (names.book)
        return names.book;
    names.book = book_new();
    cli_memory(!names.book);
    read_books(names.book, option);
    cli_edit_messages(name_accounts);
    return names.book;
}
