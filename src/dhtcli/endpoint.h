/* Addresses of the DHT: as socket addresses, as text, by name. */
#ifndef DHTCLI_ENDPOINT_H
#define DHTCLI_ENDPOINT_H

#include "dht/krpc.h"
#include "peers/address.h"

/* The address in *c, with an id of zero. One that is mapped into IPv6 becomes IPv4. False: of
 * another family. */
bool endpoint_of(const struct sockaddr *sa, struct contact *c);

/* As the socket of this family takes it: an IPv4 address is mapped into IPv6 if that is AF_INET6.
 */
socklen_t endpoint_put(const struct contact *c, int family, struct sockaddr_storage *out);

/* HOST:PORT. */
void endpoint_format(const struct contact *c, char out[ADDRESS_MAX]);

/* Reads a numeric HOST:PORT of n bytes. 0, or -1 and a rule. */
int endpoint_parse(const char *text, size_t n, struct contact *c, struct fault *f);

/* 40 lowercase digits with a NUL; and read. */
struct hex20 {
    char text[2 * NODE_ID_LEN + 1];
};
struct hex20 hex20(const struct node_id *id);
int hex20_parse(const char *text, size_t n, struct node_id *id);

#endif
