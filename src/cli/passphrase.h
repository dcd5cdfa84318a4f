/* A passphrase from whoever runs the program: typed at the terminal without echo, or out of a
 * descriptor. Never from an argument or the environment. */
#ifndef CLI_PASSPHRASE_H
#define CLI_PASSPHRASE_H

#include "base/fault.h"

#include <stddef.h>

/* Each puts the passphrase at out, n bytes at most and no terminator, and gives its length, at
 * least 1, or -1 and trouble. The caller wipes out, after a failure too. */

/* Asks at /dev/tty for the passphrase of what (a file's name). The terminal is as it was whenever a
 * signal ends or stops the program, and asked again when it goes on. */
int passphrase_ask(const char *what, char *out, size_t n, struct fault *f);

/* As passphrase_ask, for a new one: asks twice, and fails where the answers differ. */
int passphrase_ask_new(const char *what, char *out, size_t n, struct fault *f);

/* The next line of descriptor fd, without its newline; reads nothing behind it. */
int passphrase_read(int fd, char *out, size_t n, struct fault *f);

#endif
