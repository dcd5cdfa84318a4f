/* A record as consensus sees it: whole lines of text, shared by all who refer to it. One thread. */
#ifndef CONSENSUS_PAYLOAD_H
#define CONSENSUS_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

#define PAYLOAD_MAX (16 << 20) /* bytes of one record */

struct payload {
    uint32_t references;
    uint32_t lines; /* how many */
    size_t len;     /* bytes, with each line's newline */
    char text[];
};

/* A payload of these n bytes, which are copied: whole lines, at most PAYLOAD_MAX bytes; 0 bytes
 * make a payload of no lines. The first reference is the caller's. NULL: no memory, or not whole
 * lines. */
struct payload *payload_new(const char *text, size_t n);

/* One more reference to it, or one less; the last one frees it. NULL is let pass. */
struct payload *payload_ref(struct payload *p);
void payload_unref(struct payload *p);

#endif
