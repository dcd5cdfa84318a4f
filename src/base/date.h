/* Times as people write them: Unix seconds, or dates of the proleptic Gregorian calendar in UTC in
 * the form of ISO 8601 (RFC 3339 without fractions, offsets and leap seconds). */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include "base/fault.h"

#include <stddef.h>
#include <stdint.h>

/* Space for what date_format writes, whatever the time. */
#define DATE_MAX 96

/* Parses the date in the n bytes at s into Unix seconds: "2026-01-31", which stands for its first
 * second, or "2026-01-31T12:00:00Z"; years 1970 to 9999. 0, or -1 and a rule that says what is
 * wrong. */
int date_parse(const char *s, size_t n, int64_t *time, struct fault *f);

/* Writes "2026-01-31T12:00:00Z", NUL-terminated. time is at least 0; years after 9999 have more
 * digits. */
void date_format(int64_t time, char out[DATE_MAX]);

#endif
