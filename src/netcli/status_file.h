/* The file in which a program keeps its connections for others to read. Only programs use this: it
 * prints. */
#ifndef NETCLI_STATUS_FILE_H
#define NETCLI_STATUS_FILE_H

#include "gossip/duplex_status.h"

#define STATUS_FILE_EVERY 2000 /* ms */

/* All zero at first, but for the path. */
struct status_file {
    const char *path; /* NULL: there is no file */
    int64_t due;      /* by loop_now */
    bool failed;      /* it could not be written, which was reported */
};

/* Replaces the file if that is due, and asks peers for the tips that the next one will show; a
 * reader finds it whole. If it cannot be written, as on a full disk, that is reported once. */
void status_file_write(struct status_file *s, struct duplex *d, int64_t now);

#endif
