#include "node/cause.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char by_status[] = "ended with status ", by_signal[] = "was killed by signal ";

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Whether this message comes from that program: "PROGRAM: ...". */
static bool is_of(const char *message, const char *program)
{
    size_t n = strlen(program);
    return strncmp(message, program, n) == 0 && message[n] == ':';
}

/* Whether the message comes from the shell that runs the node: "PATH/node: LINE: ...". */
static bool is_of_shell(const char *message)
{
    static const char name[] = "node";
    size_t n = strcspn(message, ":"), m = strlen(name);
    return message[n] && n >= m && strncmp(message + n - m, name, m) == 0;
}

/* Why the shell could not start a program; NULL if it has not said so. */
static const char *last_of_shell(const struct cause *c)
{
    for (size_t back = 1; back <= c->count && back <= CAUSE_SAID - 1; back++)
        if (is_of_shell(c->said[(c->count - back) % CAUSE_SAID]))
            return c->said[(c->count - back) % CAUSE_SAID];
    return NULL;
}

/* The last message of this program (NULL: of any); NULL if there is none. */
static const char *last_of(const struct cause *c, const char *program)
{
    for (size_t back = 1; back <= c->count && back <= CAUSE_SAID - 1; back++) {
        const char *message = c->said[(c->count - back) % CAUSE_SAID];
        if (!program || is_of(message, program))
            return message;
    }
    return NULL;
}

/* Whether the message says how a part ended; if so, remembers the first. */
static bool take_end(struct cause *c, const char *message)
{
    const char *part = strstr(message, ": ");
    if (!part)
        return false;
    part += 2;
    size_t n = strcspn(part, " ");
    const char *how = part[n] ? part + n + 1 : "";
    if (n >= sizeof c->part || (!begins(how, by_status) && !begins(how, by_signal)))
        return false;
    bool was_well = strcmp(c->how, "ended with status 0") == 0;
    bool is_well = strcmp(how, "ended with status 0") == 0;
    if (!*c->part || (was_well && !is_well)) {
        snprintf(c->part, sizeof c->part, "%.*s", (int)n, part);
        snprintf(c->how, sizeof c->how, "%s", how);
        const char *said = last_of(c, c->part);
        if (!said)
            said = last_of_shell(c);
        snprintf(c->words, sizeof c->words, "%s", said ? said : "");
    }
    return true;
}

void cause_take(struct cause *c, const char *line, size_t n)
{
    char *slot = c->said[c->count % CAUSE_SAID];
    if (n == 0 || (*line >= '0' && *line <= '9'))
        return;
    snprintf(slot, CAUSE_SAID_MAX, "%.*s", (int)(n < CAUSE_SAID_MAX ? n : CAUSE_SAID_MAX), line);
    if (!take_end(c, slot))
        c->count++;
}

const char *cause_words(struct cause *c)
{
    static const char none[] = "no program said why; is there a limit on processes or files?";
    bool is_status = begins(c->how, by_status);
    const char *said = last_of(c, NULL);
    if (!*c->part)
        snprintf(c->words, sizeof c->words, "%s", said ? said : none);
    else if (!*c->words || !is_status)
        snprintf(c->words, sizeof c->words, "%s %s%s", c->part, c->how,
                 is_status ? ", without a message" : "");
    *c->part = *c->how = '\0';
    return c->words;
}
