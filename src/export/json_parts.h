/* Shared by the files that write records as JSON. Each of these writes at p, in memory reserved for
 * it, and gives the place after what it wrote. */
#ifndef EXPORT_JSON_PARTS_H
#define EXPORT_JSON_PARTS_H

#include "export/json.h"
#include "export/text.h"

/* A comma, and a member's name. */
char *json_name(char *p, const char *name);

/* A field of hex digits or words, in which JSON escapes nothing; and one that is a number. */
char *json_plain(char *p, struct field x);
char *json_number(const struct json *j, char *p, struct field x);

/* A member, whose field is x; some kinds go on to the end. */
char *json_field(const struct json *j, char *p, const struct form_field *field, struct field x,
                 const char *end);

/* All members of a transaction, after its type. Lists of one-digit numbers as strings need twice
 * the bytes of the line. */
char *json_tx(const struct json *j, char *p, const struct tx *tx);

#endif
