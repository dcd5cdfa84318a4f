/* SHA-1 (FIPS 180-4), for what BitTorrent names by it: it is broken as a promise that two texts
 * differ, so nothing else uses it. Our own small code, so programs start without libcrypto. */
#ifndef HASH_SHA1_H
#define HASH_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define SHA1_LEN 20

/* The hash of n bytes. */
void sha1(const void *data, size_t n, uint8_t out[SHA1_LEN]);

#endif
