#include "base/fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void printable(char *s)
{
    for (; *s; s++)
        if (*s < 0x20 || *s > 0x7e)
            *s = '?';
}

static int set(struct fault *f, enum fault_kind kind, const char *format, va_list args)
{
    char text[sizeof f->text]; /* the arguments may point into f */
    vsnprintf(text, sizeof text, format, args);
    printable(text);
    memcpy(f->text, text, sizeof text);
    f->kind = kind;
    f->answer = FAULT_REFUSED;
    f->line = 0;
    return -1;
}

int fault_rule(struct fault *f, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set(f, FAULT_RULE, format, args);
    va_end(args);
    return -1;
}

int fault_trouble(struct fault *f, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set(f, FAULT_TROUBLE, format, args);
    va_end(args);
    return -1;
}

int fault_answers(struct fault *f, enum fault_answer answer)
{
    f->answer = answer;
    return -1;
}

int fault_errno(struct fault *f, const char *format, ...)
{
    int error = errno;
    va_list args;
    va_start(args, format);
    set(f, FAULT_TROUBLE, format, args);
    va_end(args);
    size_t n = strlen(f->text);
    snprintf(f->text + n, sizeof f->text - n, ": %s", strerror(error));
    printable(f->text);
    return -1;
}

int fault_memory(struct fault *f)
{
    return fault_trouble(f, "out of memory");
}
