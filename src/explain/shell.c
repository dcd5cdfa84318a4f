#include "explain/parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void explain_put(struct explain *x, const char *bytes, size_t n)
{
    if (!x->ended && buf_add(&x->out, bytes, n))
        x->no_memory = true;
}

void explain_say(struct explain *x, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof text)
        explain_put(x, text, (size_t)n);
    else
        x->no_memory = true; /* cannot happen: long texts are appended, not formatted */
}

static bool is_printable(char c)
{
    return c >= 0x20 && c <= 0x7e;
}

bool explain_is_plain(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_printable(bytes[i]))
            return false;
    return true;
}

void explain_quote(struct explain *x, const char *bytes, size_t n)
{
    explain_put(x, "'", 1);
    for (size_t i = 0; i < n; i++)
        if (bytes[i] == '\'')
            explain_put(x, "'\\''", 4);
        else if (is_printable(bytes[i]))
            explain_put(x, bytes + i, 1);
        else
            explain_put(x, "?", 1); /* cannot happen; and if it does, it breaks nothing */
    explain_put(x, "'", 1);
}

void explain_quote_field(struct explain *x, struct field f)
{
    explain_put(x, " ", 1);
    explain_quote(x, f.text, f.len);
}

/* Any bytes as the format of a printf(1) that prints them: one quoted word. Letters and digits
 * without a meaning to printf or the shell represent themselves. */
static void put_octal(struct explain *x, const char *bytes, size_t n)
{
    explain_put(x, "'", 1);
    for (size_t i = 0; i < n; i++)
        if (is_printable(bytes[i]) && !strchr("%\\'", bytes[i]))
            explain_put(x, bytes + i, 1);
        else
            explain_say(x, "\\%03o", (unsigned)(unsigned char)bytes[i]);
    explain_put(x, "'", 1);
}

void explain_raw(struct explain *x, const char *bytes, size_t n)
{
    enum { PIECE = 1 << 14 };
    do {
        size_t piece = n < PIECE ? n : PIECE;
        explain_say(x, "raw ");
        put_octal(x, bytes, piece);
        explain_say(x, "\n");
        bytes += piece;
        n -= piece;
    } while (n > 0);
}

void explain_assign(struct explain *x, const char *variable, const char *value)
{
    size_t n = strlen(value);
    if (explain_is_plain(value, n)) {
        explain_say(x, "%s=", variable);
        explain_quote(x, value, n);
        explain_say(x, "\n");
        return;
    }
    /* The full stop keeps newlines at the end, which $() would drop. */
    explain_say(x, "%s=$(printf ", variable);
    put_octal(x, value, n);
    explain_say(x, " && printf .)\n%s=${%s%%.}\n", variable, variable);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

bool explain_fails(const struct explain *x, uint64_t line, const char *rule)
{
    return x->why && x->why->line == line && begins(x->why->text, rule);
}

void explain_or_no(struct explain *x, uint64_t line, const char *rule, ...)
{
    char words[sizeof x->why->text];
    va_list args;
    va_start(args, rule);
    vsnprintf(words, sizeof words, rule, args);
    va_end(args);
    bool fails = explain_fails(x, line, words);
    const char *said = fails ? x->why->text : words;
    size_t n = strlen(said);
    while (!fails && n && strchr(":,' ", said[n - 1]))
        n--;
    explain_say(x, " || no %llu ", (unsigned long long)line);
    explain_quote(x, said, n);
    explain_say(x, "\n");
    x->ended |= fails;
}

void explain_held_or_no(struct explain *x, bool holds, uint64_t line, const char *rule)
{
    const struct fault *why = x->why;
    if (holds)
        x->why = NULL;
    explain_or_no(x, line, "%s", rule);
    x->why = why;
}
