/* Ledger files as sources of bytes: plain ones, and gzip's (RFC 1952), told apart by their first
 * two bytes. */
#ifndef LEDGER_SOURCE_H
#define LEDGER_SOURCE_H

#include "base/lines.h"

/* Opens path ("-": stdin) as it is, decompressed where it is gzip's. The source owns what it
 * opened. 0, or -1 and trouble. A pipe on stdin is read as it is. */
int source_open(const char *path, struct source *src, struct fault *f);

/* The bytes of fd's file from offset on; it owns nothing but its own few bytes. 0, or -1: no
 * memory. */
int source_at(int fd, uint64_t offset, struct source *src, struct fault *f);

/* Whether the file open as fd begins as gzip's do. */
bool source_is_gzip(int fd);

/* Whether path names a regular file whose bytes are those that source_open gives. */
bool source_is_plain(const char *path);

#endif
