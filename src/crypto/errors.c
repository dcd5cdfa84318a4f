#include "crypto/errors.h"

#include <openssl/err.h>
#include <stddef.h>

void errors_clear(void)
{
    ERR_clear_error();
}

/* Reasons common to all of OpenSSL's libraries (no memory, internal error) are not libssl's own. */
int errors_take(const char **words)
{
    unsigned long e = ERR_peek_last_error();
    *words = ERR_reason_error_string(e);
    ERR_clear_error();
    return ERR_GET_LIB(e) == ERR_LIB_SSL && !ERR_FATAL_ERROR(e) ? ERR_GET_REASON(e) : 0;
}
