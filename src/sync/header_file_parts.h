/* Shared by header_file*.c only. */
#ifndef SYNC_HEADER_FILE_PARTS_H
#define SYNC_HEADER_FILE_PARTS_H

#include "base/buf.h"
#include "base/linefile.h"
#include "base/scratch.h"
#include "sync/header_file.h"

/* Where a text is; its newline follows. */
struct header_place {
    uint64_t at;
    uint32_t len; /* without the last newline; 0: it is with the header before */
    bool in_file; /* otherwise in the temporary file */
};

/* Where an attest line and its proof are, which is of this header's body. */
struct attest_place {
    size_t n;
    struct header_place text;
};

struct header_file {
    struct linefile file;
    bool created; /* by us */
    bool has_chain;
    uint8_t chain[ID_LEN];
    struct file_part unread;
    struct light *light;
    struct buf places;    /* struct header_place, by the headers' numbers */
    struct buf attests;   /* struct attest_place, in the order in which they came */
    size_t attests_saved; /* so many of them are in the file: the first ones */
    size_t tip;           /* the number of the last header in the file, if it is not empty */
    struct scratch texts;
};

static inline struct header_place *header_place(const struct header_file *h, size_t n)
{
    return (struct header_place *)(void *)h->places.data + n;
}

#endif
