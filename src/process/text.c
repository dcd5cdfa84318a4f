#include "process/text.h"

#include "consensus/node_names.h"
#include "process/text_parts.h"

#include <stdio.h>
#include <string.h>

#define BODY PROCESS_BODY_MAX
#define STATE PROCESS_STATE_MAX

const struct process_form process_forms[] = {
    [PROCESS_INIT] = {"init", "nup", PROCESS_EVENTS, 0},
    [PROCESS_TIME] = {"time", "d", PROCESS_EVENTS, 0},
    [PROCESS_RESTART] = {"restart", "c", PROCESS_EVENTS, STATE},
    [PROCESS_MESSAGE] = {"message", "nc", PROCESS_EVENTS, BODY},
    [PROCESS_PROPOSE] = {"propose", "ic", PROCESS_EVENTS, BODY},
    [PROCESS_READ] = {"read", "s", PROCESS_EVENTS, 0},
    [PROCESS_TIMER] = {"timer", "", PROCESS_EVENTS, 0},
    [PROCESS_SAVED] = {"saved", "u", PROCESS_EVENTS, 0},
    [PROCESS_SNAPSHOT] = {"snapshot", "uc", PROCESS_EVENTS, STATE},
    [PROCESS_COMMAND] = {"command", "w", PROCESS_EVENTS, 0},
    [PROCESS_STEP] = {"step", "", PROCESS_EVENTS, 0},
    [PROCESS_SEND] = {"send", "tc", PROCESS_OUTPUTS, BODY},
    [PROCESS_SAVE] = {"save", "uc", PROCESS_OUTPUTS, STATE},
    [PROCESS_FORGET] = {"forget", "", PROCESS_OUTPUTS, 0},
    [PROCESS_COMMIT] = {"commit", "uic", PROCESS_OUTPUTS, BODY},
    [PROCESS_RESTORE] = {"restore", "uc", PROCESS_OUTPUTS, STATE},
    [PROCESS_ANSWER] = {"answer", "sx", PROCESS_OUTPUTS, 0},
    [PROCESS_EVENT] = {"event", "w", PROCESS_OUTPUTS, 0},
    [PROCESS_DEADLINE] = {"deadline", "D", PROCESS_OUTPUTS, 0},
    [PROCESS_DONE] = {"done", "", PROCESS_OUTPUTS, 0},
};

enum { FORMS = sizeof process_forms / sizeof *process_forms };

const char *process_word(enum process_kind kind)
{
    return process_forms[kind].word;
}

/* --- Writing ---------------------------------------------------------------------------------- */

static char *put_bytes(char *at, const char *bytes, size_t n)
{
    memcpy(at, bytes, n);
    return at + n;
}

static char *put_number(char *at, uint64_t n)
{
    char digits[20], *first = digits + sizeof digits;
    do
        *--first = (char)('0' + n % 10);
    while (n /= 10);
    return put_bytes(at, first, (size_t)(digits + sizeof digits - first));
}

static uint64_t count_lines(struct field body)
{
    const char *end = body.text + body.len, *at = body.text;
    uint64_t lines = 0;
    while (body.len > 0 && at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        at++;
        lines++;
    }
    return lines;
}

static char *put_word(char *at, const struct process_item *item, char form)
{
    bool never = form == 'D' && item->number == PROCESS_NEVER;
    if (form == 'n' || form == 't')
        return put_bytes(at, item->name.text, item->name.len);
    if (form == 'w' || form == 'p')
        return put_bytes(at, item->words.text, item->words.len);
    if (form == 'c')
        return put_number(at, count_lines(item->body));
    if (form == 's')
        return put_number(at, item->serial);
    if (form == 'x' && item->number == PROCESS_LATER)
        return put_bytes(at, "later", 5);
    if (form != 'i')
        return never ? put_bytes(at, "never", 5) : put_number(at, item->number);
    at = put_bytes(at, item->name.text, item->name.len);
    *at++ = ':';
    return put_number(at, item->serial);
}

int process_put(struct buf *out, const struct process_item *item)
{
    const struct process_form *form = &process_forms[item->kind];
    size_t longest = 128 + item->name.len + item->words.len + item->body.len;
    if (buf_reserve(out, longest) != 0)
        return -1;
    char *at = put_bytes(out->data + out->len, form->word, strlen(form->word));
    for (const char *w = form->words; *w != '\0'; w++) {
        *at++ = ' ';
        at = put_word(at, item, *w);
    }
    *at++ = '\n';
    if (item->body.len > 0)
        at = put_bytes(at, item->body.text, item->body.len);
    out->len = (size_t)(at - out->data);
    return 0;
}

/* --- Reading ---------------------------------------------------------------------------------- */

/* What is left of a first line. */
struct rest {
    const char *at, *end;
};

/* The next word; empty at the end, or if two spaces follow each other. */
static struct field take_word(struct rest *r)
{
    const char *space = memchr(r->at, ' ', (size_t)(r->end - r->at));
    struct field word = {r->at, (size_t)((space != NULL ? space : r->end) - r->at)};
    r->at = space != NULL ? space + 1 : r->end;
    return word;
}

/* Decimal without a sign or leading zeros, at most `most`. 0, or -1. */
static int parse_number(struct field word, uint64_t most, uint64_t *out)
{
    uint64_t n = 0;
    if (word.len == 0 || word.len > 20 || (word.text[0] == '0' && word.len > 1))
        return -1;
    for (size_t i = 0; i < word.len; i++) {
        char c = word.text[i];
        if (c < '0' || c > '9' || __builtin_mul_overflow(n, 10, &n) ||
            __builtin_add_overflow(n, (uint64_t)(c - '0'), &n))
            return -1;
    }
    *out = n;
    return n > most ? -1 : 0;
}

static int parse_id(struct field word, struct process_item *item)
{
    const char *colon = word.len > 0 ? memrchr(word.text, ':', word.len) : NULL;
    if (colon == NULL)
        return -1;
    item->name = (struct field){word.text, (size_t)(colon - word.text)};
    struct field serial = {colon + 1, word.len - item->name.len - 1};
    bool valid = node_name_is_valid(item->name.text, item->name.len);
    return valid ? parse_number(serial, UINT64_MAX, &item->serial) : -1;
}

static int parse_names(struct field words)
{
    struct rest r = {words.text, words.text + words.len};
    do {
        struct field name = take_word(&r);
        if (!node_name_is_valid(name.text, name.len))
            return -1;
    } while (r.at < r.end);
    return words.text[words.len - 1] == ' ' ? -1 : 0;
}

/* Everything to the end of the line. */
static int parse_words(struct rest *r, struct process_item *item)
{
    item->words = (struct field){r->at, (size_t)(r->end - r->at)};
    r->at = r->end;
    return item->words.len == 0 ? -1 : 0;
}

static int parse_word(struct rest *r, char form, struct process_item *item, uint64_t *lines)
{
    if (form == 'w' || form == 'p')
        return parse_words(r, item) != 0 || (form == 'p' && parse_names(item->words) != 0) ? -1 : 0;
    struct field word = take_word(r);
    if (form == 'i')
        return parse_id(word, item);
    if (form == 'c')
        return parse_number(word, STATE, lines);
    if (form == 's')
        return parse_number(word, UINT64_MAX, &item->serial);
    item->name = form == 'n' || form == 't' ? word : item->name;
    if (form == 'n' || form == 't')
        return node_name_is_valid(word.text, word.len) || (form == 't' && field_is(word, "*")) ? 0
                                                                                               : -1;
    item->number = form == 'x' ? PROCESS_LATER : PROCESS_NEVER;
    if ((form == 'D' && field_is(word, "never")) || (form == 'x' && field_is(word, "later")))
        return 0;
    if (form == 'd')
        return parse_number(word, PROCESS_TIME_MAX, &item->number);
    return parse_number(word, form == 'D' ? INT64_MAX - 1 : UINT64_MAX - 1, &item->number);
}

static const char *word_name(char form)
{
    switch (form) {
    case 'n':
        return "a name";
    case 't':
        return "a name or *";
    case 'i':
        return "NAME:SERIAL";
    case 'd':
        return "milliseconds";
    case 'D':
        return "milliseconds or never";
    case 'x':
        return "a number or later";
    case 'w':
        return "words";
    case 'p':
        return "names of all members";
    case 'c':
        return "the number of lines that follow";
    default:
        return "a number";
    }
}

static bool is_printable(const char *line, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
            return false;
    return true;
}

static const struct process_form *find_form(struct field word, enum process_side side)
{
    for (size_t i = 0; i < FORMS; i++)
        if (process_forms[i].side == side && field_is(word, process_forms[i].word))
            return &process_forms[i];
    return NULL;
}

int process_head(const char *line, size_t n, enum process_side side, struct process_item *item,
                 uint64_t *lines, struct fault *f)
{
    struct rest r = {line, line + n};
    if (!is_printable(line, n))
        return fault_rule(f, "a byte that cannot be printed");
    struct field word = take_word(&r);
    const struct process_form *form = find_form(word, side);
    if (form == NULL)
        return fault_rule(f, "'%.*s' is no %s", word.len > 40 ? 40 : (int)word.len, word.text,
                          side == PROCESS_EVENTS ? "event" : "output");
    *item = (struct process_item){.kind = (enum process_kind)(form - process_forms)};
    *lines = 0;
    for (const char *w = form->words; *w != '\0'; w++)
        if (parse_word(&r, *w, item, lines))
            return fault_rule(f, "%s: expected %s", form->word, word_name(*w));
    if (r.at < r.end || line[n - 1] == ' ')
        return fault_rule(f, "%s: too many words", form->word);
    return 0;
}
