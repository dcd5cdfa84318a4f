/* The members of a new chain, as a person writes them in a file. Only programs use this: it exits.
 */
#ifndef CLI_MEMBERS_H
#define CLI_MEMBERS_H

#include "record/book.h"
#include "record/member.h"

/* Reads a file with a member in each line, in any order, into *out, which was all zero: a key line,
 * whose member gets the usual weight; or an account or a name in the book and, if it is not the
 * usual one, its weight. That a member line (genesis(5)) is read, too, makes one chain's members
 * another's. Exits with 2 if the file cannot be read, or is not so, or has a member twice. The
 * caller frees *out with member_set_free. */
void cli_members(const struct book *b, const char *path, int64_t usual, struct member_set *out);

#endif
