/* Shared by the files of export/dot.h. */
#ifndef EXPORT_DOT_PARTS_H
#define EXPORT_DOT_PARTS_H

#include "export/dot.h"

/* The pale colours of miners, and their counterparts on a dark screen, without the '#'. */
struct dot_colour {
    const char *light, *dark;
};
extern const struct dot_colour dot_colours[DOT_MINERS];

/* Each of these appends to d->out, or sets d->failed. dot_text.c: bytes as they are. */
void dot_add(struct dot *d, const void *bytes, size_t n);
void dot_put(struct dot *d, const char *s);

/* Only for numbers, hex digits and words, which need no escapes. */
void dot_say(struct dot *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "1 block", "2 blocks", with a comma every three digits. */
void dot_counted(struct dot *d, int64_t n, const char *noun);

/* A text, given in its text form, for people: cut to so many characters, and escaped for a DOT
 * string or for an HTML label. If it has invisible characters, its text form. */
void dot_text(struct dot *d, const char *form, size_t characters, bool html);

/* The miner's name, or else the first digits of the account. */
void dot_miner(struct dot *d, const struct account *miner, bool html);

/* What its miner does to a block. */
static inline const char *dot_made(const struct dot *d)
{
    return d->tree->anchor.seal->is_mined ? "mined" : "sealed";
}

/* A time: a date, or Unix seconds if it is too late for one. */
void dot_time(struct dot *d, int64_t seconds);

#endif
