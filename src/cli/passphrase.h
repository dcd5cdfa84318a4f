/* Reads a passphrase: typed at the terminal without echo, or from a descriptor. Never from an
 * argument or the environment. */
#ifndef CLI_PASSPHRASE_H
#define CLI_PASSPHRASE_H

#include "base/fault.h"

#include <stddef.h>

/* Each writes the passphrase to out, at most n bytes and no terminator, and gives its length, at
 * least 1, or -1 and trouble. The caller wipes out, even after a failure. */

/* Asks at /dev/tty for the passphrase of `what` (a file's name). If a signal ends or stops the
 * program, the terminal is restored first; when it continues, it asks again. */
int passphrase_ask(const char *what, char *out, size_t n, struct fault *f);

/* As passphrase_ask, for a new passphrase: asks twice, and fails if the answers differ. */
int passphrase_ask_new(const char *what, char *out, size_t n, struct fault *f);

/* The next line of descriptor fd, without its newline; reads nothing after it. */
int passphrase_read(int fd, char *out, size_t n, struct fault *f);

#endif
