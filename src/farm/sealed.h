/*
 * What a member has sealed: a member seals once upon each parent, for ever (block(5), "sign"). Its
 * blocks stand in a flat file, whole, and are on disk before anybody else sees them.
 */
#ifndef FARM_SEALED_H
#define FARM_SEALED_H

#include "base/buf.h"
#include "base/linefile.h"
#include "record/field.h"

/* Opens the file at path, which is created if it is missing, waits for its lock, and searches it.
 * Appends to *block what was sealed upon this parent by this member, if anything: *block stays
 * empty otherwise. 0, or -1 and a fault; the caller closes *l with linefile_close, which unlocks
 * it, in either case. */
int sealed_open(struct linefile *l, const char *path, const uint8_t parent[ID_LEN],
                const uint8_t member[ID_LEN], struct buf *block, struct fault *f);

/* Adds a block of n bytes, and syncs the file. 0, or -1 and trouble: then it must not leave. */
int sealed_add(struct linefile *l, const char *block, size_t n, struct fault *f);

#endif
