#include "cli/values.h"

#include "base/clock.h"
#include "base/date.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/options.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t cli_number(const char *what, const char *text, int64_t least, int64_t most)
{
    int64_t n;
    if (number_parse(text, strlen(text), &n) || n < least || n > most)
        cli_die("%s: '%s' is not a number from %" PRId64 " to %" PRId64, what, text, least, most);
    return n;
}

const char *cli_ledger(const char *option)
{
    const char *variable = getenv("LEDGER");
    if (option)
        return option;
    return variable && *variable ? variable : "ledger";
}

int cli_thread_count(int option)
{
    cpu_set_t set;
    if (option)
        return option;
    return sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set);
}

int64_t cli_time(const char *what, const char *text)
{
    struct fault f;
    int64_t time;
    if (number_parse(text, strlen(text), &time) == 0)
        return time;
    if (*text && text[strspn(text, "0123456789")] == '\0')
        cli_die("%s: '%.80s' is not a number of seconds from 0 to %" PRId64, what, text, INT64_MAX);
    if (date_parse(text, strlen(text), &time, &f))
        cli_die("%s: '%.80s': %s", what, text, f.text);
    return time;
}

int64_t cli_time_now(int64_t option)
{
    struct timespec now;
    struct fault f;
    if (option != CLI_CLOCK)
        return option;
    if (clock_read(&now, &f))
        cli_fail(NULL, &f);
    return now.tv_sec;
}

/* --- Options ---------------------------------------------------------------------------------- */

struct dashed {
    char text[3];
};

static struct dashed dashed(const struct cli_option *o)
{
    return (struct dashed){{'-', o->letter, '\0'}};
}

void cli_take_flag(const struct cli_option *o, const char *text, void *to)
{
    (void)o, (void)text;
    *(bool *)to = true;
}

void cli_take_text(const struct cli_option *o, const char *text, void *to)
{
    (void)o;
    *(const char **)to = text;
}

void cli_take_number(const struct cli_option *o, const char *text, void *to)
{
    int64_t n = cli_number(dashed(o).text, text, o->least, o->most);
    int small = (int)n;
    memcpy(to, o->size == sizeof small ? (const void *)&small : &n, o->size);
}

void cli_take_seconds(const struct cli_option *o, const char *text, void *to)
{
    *(int64_t *)to = 1000 * cli_number(dashed(o).text, text, o->least, o->most);
}

void cli_take_time(const struct cli_option *o, const char *text, void *to)
{
    *(int64_t *)to = cli_time(dashed(o).text, text);
}

static _Noreturn void refuse_choice(const struct cli_option *o, const char *text)
{
    char all[256] = "";
    for (size_t i = 0; o->words[i]; i++) {
        size_t used = strlen(all);
        const char *comma = i == 0 ? "" : o->words[i + 1] ? ", " : " or ";
        snprintf(all + used, sizeof all - used, "%s%s", comma, o->words[i]);
    }
    cli_die("-%c: '%.80s' is not %s", o->letter, text, all);
}

void cli_take_choice(const struct cli_option *o, const char *text, void *to)
{
    int i = 0;
    while (o->words[i] && strcmp(o->words[i], text))
        i++;
    if (!o->words[i])
        refuse_choice(o, text);
    *(int *)to = i;
}

void cli_take_list(const struct cli_option *o, const char *text, void *to)
{
    struct cli_list *l = to;
    (void)o;
    const char **items = realloc(l->items, (l->count + 2) * sizeof *items);
    cli_memory(!items);
    items[l->count++] = text;
    items[l->count] = NULL;
    l->items = items;
}

void cli_list_free(struct cli_list *l)
{
    free(l->items);
    *l = (struct cli_list){0};
}
