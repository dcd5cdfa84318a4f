/* OpenSSL's per-thread error queue (ERR_get_error(3)), for its users outside this folder. */
#ifndef CRYPTO_ERRORS_H
#define CRYPTO_ERRORS_H

/* Empties the queue; call it before each operation whose errors will be read. */
void errors_clear(void);

/* Empties the queue and gives libssl's reason (SSL_R_...) for its last entry, or 0 if the reason is
 * not libssl's own. *words: OpenSSL's text for it, static, or NULL if it has none. */
int errors_take(const char **words);

#endif
