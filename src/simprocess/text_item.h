/* Messages, and records of a log, that are only text: those of programs that run as children. */
#ifndef SIMPROCESS_TEXT_ITEM_H
#define SIMPROCESS_TEXT_ITEM_H

#include "consensus/engine.h"

#include <stddef.h>

/* The type of such items. It makes no engine. */
extern const struct engine_type text_items;

/* An item of these n bytes, whole lines, which are copied. NULL: no memory. */
struct engine_item *text_item_new(const char *text, size_t n);

#endif
