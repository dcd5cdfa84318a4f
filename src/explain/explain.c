#include "explain/parts.h"

#include "base/file.h"
#include "base/hex.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char explain_guard[] = "{ trap 'echo \"explain: this script is cut short: it gives no "
                             "verdict\" >&2; exit 2' EXIT; }\n";

struct explain *explain_new(int64_t now)
{
    struct explain *x = calloc(1, sizeof *x);
    if (x)
        x->now = now;
    return x;
}

void explain_free(struct explain *x)
{
    if (x)
        buf_free(&x->out);
    free(x);
}

struct buf *explain_out(struct explain *x)
{
    return &x->out;
}

static int written(const struct explain *x, struct fault *f)
{
    return x->no_memory ? fault_memory(f) : 0;
}

int explain_begin(struct explain *x, struct fault *f)
{
    explain_put(x, explain_prelude, strlen(explain_prelude));
    if (x->now < 0)
        explain_say(x, "now=$(date +%%s)\n"
                       "[ \"$now\" -ge 0 ] && [ \"$now\" -lt 253402300800 ] ||\n"
                       "    trouble \"the machine's clock is not between 1970 and 9999 ($now): set "
                       "it\"\n");
    else
        explain_say(x, "now=%" PRId64 "\n", x->now);
    return written(x, f);
}

int explain_open(struct explain *x, const struct explain_about *about, struct fault *f)
{
    x->about = *about;
    x->tree = NULL;
    x->founded = x->partial = x->pem = false;
    judge_watch(about->judge, explain_note, NULL);
    if (about->against && explain_quote_chain(x, f))
        return -1;
    explain_say(x, "\n# ==== What is judged ====\n\n"
                   "cd -- \"$folder\" && rm -rf stream && mkdir stream && cd stream && mkdir "
                   "accounts spent &&\n"
                   "    : >all || trouble 'cannot make a temporary folder'\n");
    char place[PATH_MAX];
    snprintf(place, sizeof place, "%s", about->name);
    file_names_visible(place);
    explain_assign(x, "place", place);
    return written(x, f);
}

/* The lines that were not shown because their block had failed earlier: the script records them
 * too. */
static void rest(struct explain *x)
{
    const struct item *item = x->item;
    if (x->shown >= item->size)
        return;
    explain_say(x, "# The rest of it, which no longer matters.\n");
    explain_raw(x, item->text + x->shown, item->size - x->shown);
}

/* The chain's rules, for the blocks to come. */
static void found(struct explain *x)
{
    const struct block *b = &x->item->block;
    x->founded = true;
    explain_say(
        x, "# The chain, and its rules.\nchain=%s\ngenesis_time=%" PRId64 " genesis_target=%s\n",
        hex32(x->item->id).text, b->time, hex32(b->target).text);
    explain_say(x, "read_rules\n");
}

static void begin_item(struct explain *x)
{
    const struct item *item = x->item;
    const char *what = item->type == &block_type ? "a block"
                       : item->type == &tx_type  ? "a transaction"
                                                 : "a record";
    explain_schemes(x);
    explain_member_functions(x);
    explain_say(x, "\n# ---- Line %" PRIu64 ": %s ----\n\n(\n: >record\n", item->line, what);
}

/* A failure after the last check, in case all of them have passed. */
static const char *outcome(const struct explain *x)
{
    if (!x->why)
        return NULL;
    return x->ended ? "all checks here pass, but verify said otherwise"
                    : "verify has found more than is shown here";
}

static void end_item(struct explain *x)
{
    const char *but = outcome(x);
    x->ended = false;
    if (but)
        explain_say(x, "trouble '%s'\n", but);
    else
        explain_say(x, "holds %" PRIu64 "\n", x->item->line);
    explain_say(x, ")\njudged $?\n");
    rest(x);
    if (!but && x->item->type == &block_type && x->tree && !x->about.against && !x->founded)
        found(x);
}

int explain_item(struct explain *x, const struct item *item, int holds, const struct fault *why,
                 struct fault *f)
{
    x->item = item;
    x->why = holds ? NULL : why;
    x->tree = judge_tree(x->about.judge);
    x->partial |= item->size != item->stream_size;
    x->shown = 0;
    begin_item(x);
    int result = item->type == &block_type ? explain_block(x, f) : explain_loose(x, f);
    end_item(x);
    return result ? result : written(x, f);
}

/* Compares these records with the file. */
static void compare(struct explain *x)
{
    explain_say(x, "\n# ---- These are all the records of that file ----\n\n");
    explain_assign(x, "file", x->about.path);
    explain_say(x, "case $file in /*) ;; *) file=$here/$file ;; esac\n"
                   "if [ ! -e \"$file\" ]; then\n"
                   "    printf '%%s: is not here to compare\\n' \"$place\"\n"
                   "elif [ \"$(sha256sum <all)\" != \"$(sha256sum <\"$file\")\" ]; then\n"
                   "    trouble \"$file: has changed meanwhile\"\n"
                   "fi\n");
}

int explain_close(struct explain *x, struct fault *f)
{
    const char *nothing = judge_nothing(x->about.judge);
    if (nothing)
        explain_say(x, "( no 1 '%s' )\njudged $?\n", nothing);
    if (x->about.path && !x->partial)
        compare(x);
    return written(x, f);
}

int explain_end(struct explain *x, struct fault *f)
{
    explain_say(x, "\nthat_is_all\n");
    return written(x, f);
}
