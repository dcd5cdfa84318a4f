/* Ledger files as sources of bytes: plain and gzip (RFC 1952), distinguished by their first two
 * bytes. */
#ifndef LEDGER_SOURCE_H
#define LEDGER_SOURCE_H

#include "base/lines.h"

/* Opens path ("-": stdin), and decompresses it if it is gzip. The source owns what it opened. 0, or
 * -1 and trouble. A pipe on stdin is never decompressed. */
int source_open(const char *path, struct source *src, struct fault *f);

/* The bytes of fd's file from offset on; the source does not own fd. 0, or -1: no
 * memory. */
int source_at(int fd, uint64_t offset, struct source *src, struct fault *f);

/* Whether the file open as fd begins like a gzip file. */
bool source_is_gzip(int fd);

/* Whether path is a regular file that source_open reads without decompressing. */
bool source_is_plain(const char *path);

#endif
