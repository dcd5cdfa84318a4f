/* Texts from records, which anybody may have written, as a terminal can show them. Only programs
 * use this: it prints. */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include "record/field.h"

/* Puts a text of a record (its form was checked) on stdout, decoded: what is printable in UTF-8 as
 * it is; every other byte, and what would move the cursor, turn the direction of writing or is
 * invisible, as %XX. */
void cli_put_text(struct field text);

#endif
