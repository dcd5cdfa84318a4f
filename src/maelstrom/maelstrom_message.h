/*
 * Messages of Maelstrom, Jepsen's workbench for programs that students write: one JSON object a
 * line, {"src": NAME, "dest": NAME, "body": {"type": WORD, "msg_id": N, "in_reply_to": N, ...}}
 * (jepsen-io/maelstrom, doc/protocol.md).
 *
 * They come from programs that are being tried, so everything in them is hostile until it was read.
 */
#ifndef MAELSTROM_MAELSTROM_MESSAGE_H
#define MAELSTROM_MAELSTROM_MESSAGE_H

#include "base/buf.h"
#include "base/fault.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAELSTROM_LINE_MAX (1 << 20) /* bytes of a message, without its newline */
#define MAELSTROM_NAME_MAX 64        /* bytes of a node's name */

/* All but `root` is a part of it. */
struct maelstrom_message {
    json_t *root;
    const char *src, *dest, *type;
    const json_t *body;
    bool has_id, is_reply;
    int64_t id, reply_to; /* body's msg_id and in_reply_to, if has_id and is_reply say so */
};

/* Reads one line of n bytes, without its newline. 0, and the caller frees *m; or -1 and *f, a rule
 * that names what is wrong (a key that is there twice counts), or trouble: no memory. */
int maelstrom_message_parse(const char *line, size_t n, struct maelstrom_message *m,
                            struct fault *f);
void maelstrom_message_free(struct maelstrom_message *m);

/* Appends the message as a line with its newline. 0, or -1: no memory. The body stays the caller's.
 */
int maelstrom_message_format(const char *src, const char *dest, const json_t *body,
                             struct buf *out);

/* Appends a value as JSON without a newline. 0, or -1: no memory. */
int maelstrom_value_format(const json_t *value, struct buf *out);

/* The errors that an answer of the type `error` may carry (doc/protocol.md, "Errors"). A definite
 * one says that the operation neither was nor will be done. */
enum maelstrom_error {
    MAELSTROM_TIMEOUT = 0,
    MAELSTROM_NO_NODE = 1,
    MAELSTROM_NOT_SUPPORTED = 10,
    MAELSTROM_UNAVAILABLE = 11,
    MAELSTROM_MALFORMED = 12,
    MAELSTROM_CRASH = 13,
    MAELSTROM_ABORT = 14,
    MAELSTROM_NO_KEY = 20,
    MAELSTROM_KEY_EXISTS = 21,
    MAELSTROM_PRECONDITION = 22,
    MAELSTROM_CONFLICT = 30,
};

/* Whether this code says that nothing was done, for sure. Codes that are not listed above never do.
 */
bool maelstrom_error_definite(int64_t code);

/* A code's name, such as `precondition-failed`, or `error`. */
const char *maelstrom_error_name(int64_t code);

#endif
