/* Abbreviated ids: the first digits, as many as are unique in the ledger. */
#ifndef LEDGER_PREFIX_H
#define LEDGER_PREFIX_H

#include "ledger/ledger.h"

#define PREFIX_LEAST 8 /* digits; fewer would soon be ambiguous */
#define PREFIX_SHOWN 4 /* at most so many candidates are shown */

/* The ids that begin with some digits: those from low to high. */
struct prefix {
    uint8_t low[ID_LEN], high[ID_LEN];
    bool whole; /* all 64 digits were given: low and high are the id */
};

/* Parses 8 to 64 lowercase hex digits. 0, or -1 and a rule. */
int prefix_parse(const char *digits, struct prefix *p, struct fault *f);

/* Whether the id begins with these digits. */
bool prefix_has(const struct prefix *p, const uint8_t id[ID_LEN]);

enum prefix_of { PREFIX_BLOCKS = 1, PREFIX_RECORDS = 2 };

/* The ids that were found, the first PREFIX_SHOWN of them. */
struct prefix_ids {
    int count; /* more than PREFIX_SHOWN: there are more */
    uint8_t ids[PREFIX_SHOWN][ID_LEN];
    bool is_block[PREFIX_SHOWN];
};

/* Finds the ids in the ledger that begin with these digits: of blocks, of records (transactions,
 * including side branches, and the lines of genesis; if there are none, votes, attests and state
 * lines), or of both, as `of` says. 0, or -1 and trouble. */
int prefix_find(struct ledger *l, const struct prefix *p, enum prefix_of of,
                struct prefix_ids *found, struct fault *f);

#endif
