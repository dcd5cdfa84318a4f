/* OpenSSL's queue of what went wrong in this thread, for its users outside this folder. */
#ifndef CRYPTO_ERRORS_H
#define CRYPTO_ERRORS_H

/* Empties the queue, as must be done before each call whose failure is to be understood. */
void errors_forget(void);

/* Empties the queue and gives libssl's reason (SSL_R_...) for its last entry, or 0 where that is
 * none of libssl's own; *words: OpenSSL's words for it, static, or NULL where it has none. */
int errors_take(const char **words);

#endif
