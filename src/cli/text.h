/* Prints texts from records, which anyone may have written, safely on a terminal. Only programs use
 * this: it prints. */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include "record/field.h"

/* Prints a record's text (its form has been checked), decoded: printable UTF-8 as it is; every
 * other byte, and whatever would move the cursor, change the direction of writing or be invisible,
 * as %XX. */
void cli_put_text(struct field text);

#endif
