/* Ids that are bound to addresses (BEP 42): the first 21 bits follow from the address and 3 bits of
 * chance, which the last byte repeats. So whoever wants an id near a key needs many addresses. */
#ifndef LOOKUP_BOUND_ID_H
#define LOOKUP_BOUND_ID_H

#include "lookup/contact.h"

#include <stddef.h>

/* CRC32C (Castagnoli; RFC 3720, appendix B.4). */
uint32_t crc32c(const uint8_t *bytes, size_t n);

/* The id of a node with this address. `chance` fills the bits that the rule leaves free; its last
 * byte is that of the id. */
struct node_id bound_id_make(const uint8_t *host, uint8_t host_len, const struct node_id *chance);

/* Whether the id is one that its address allows. Local addresses (contact_is_local) allow any. */
bool bound_id_valid(const struct contact *c);

#endif
