/*
 * The services that Maelstrom has for nodes to build on (jepsen-io/maelstrom, doc/services.md).
 * Anyone sends them a request, and each answers at once:
 *
 *   lin-kv   a linearizable store of keys: read, write, cas (with create_if_not_exists)
 *   seq-kv   the same, sequentially consistent: each client may be shown the past, never going back
 *   lww-kv   five copies that exchange what they have now and then; the last writer wins
 *   lin-tso  numbers that only rise: ts
 */
#ifndef MAELSTROM_MAELSTROM_SERVICE_H
#define MAELSTROM_MAELSTROM_SERVICE_H

#include "base/fault.h"
#include "maelstrom/maelstrom_message.h"

#include <jansson.h>
#include <stdint.h>

#define MAELSTROM_STORE_MAX (64 << 20) /* bytes of the keys and values that a service holds */

enum { MAELSTROM_SERVICES = 4 }; /* their numbers are from 0 */

struct maelstrom_service;

/* Whether a service has this name; its number, or -1. And a number's name, or NULL. */
int maelstrom_service_find(const char *name);
const char *maelstrom_service_name(int service);

/* A service, empty, which draws from the seed. NULL: no memory. */
struct maelstrom_service *maelstrom_service_new(int service, uint64_t seed);
void maelstrom_service_free(struct maelstrom_service *s);

/* The body that answers a request, of which `in_reply_to` and the rest are there: the caller's, to
 * be dropped with json_decref. A request that breaks a rule is answered with an error. NULL and
 * *f: no memory. */
json_t *maelstrom_service_answer(struct maelstrom_service *s,
                                 const struct maelstrom_message *request, struct fault *f);

#endif
