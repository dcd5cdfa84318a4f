/* Shared by the files of explain/. */
#ifndef EXPLAIN_PARTS_H
#define EXPLAIN_PARTS_H

#include "explain/explain.h"

struct explain {
    struct buf out;
    bool no_memory; /* something could not be written: the script is void */
    int64_t now;    /* -1: the script asks the clock */

    /* The stream. */
    struct explain_about about;
    struct tree *tree;  /* in which its blocks are judged; NULL: loose records */
    bool knows_slh_dsa; /* the script has the functions that check its signatures, */
    bool knows_members; /* and those for chains with members */
    bool founded;       /* a whole ledger's genesis block was valid */
    bool partial;       /* an item was not kept whole */
    bool pem; /* a PEM file has begun: records that fail may be lines of a secret key, and are not
                 shown */

    /* The item. After the check that it fails, nothing more is written: ended. */
    const struct item *item;
    const struct fault *why; /* NULL: it is valid */
    bool ended;
    size_t shown; /* how many bytes of it the script has so far */
};

/* --- shell.c: text ---------------------------------------------------------------------------- */

/* Each appends text, unless the explanation of the item has ended. */
void explain_put(struct explain *x, const char *bytes, size_t n);
void explain_say(struct explain *x, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whether all bytes are printable ASCII, which is safe in quotes and comments. */
bool explain_is_plain(const char *bytes, size_t n);

/* The bytes, which are printable, as one word of the shell. */
void explain_quote(struct explain *x, const char *bytes, size_t n);

/* A space, and a field as one word of the shell. */
void explain_quote_field(struct explain *x, struct field f);

/* Commands that append the bytes to the record, a piece at a time: some shells run a program for
 * each printf, and an argument of a program has at most 128 KiB. */
void explain_raw(struct explain *x, const char *bytes, size_t n);

/* An assignment of any C string to a shell variable. */
void explain_assign(struct explain *x, const char *variable, const char *value);

/* Ends a command: if it fails when the script is run, the item breaks, in this line, the rule that
 * begins with these words. If that is the fault that the judge has found, its full text is written,
 * and the explanation of the item ends. */
void explain_or_no(struct explain *x, uint64_t line, const char *rule, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for one of several checks with the same rule: this one is known to hold or not. */
void explain_held_or_no(struct explain *x, bool holds, uint64_t line, const char *rule);

/* Whether the judge has found a fault in this line that begins with these words. */
bool explain_fails(const struct explain *x, uint64_t line, const char *rule);

/* prelude.sh: the first part of every script, after its guard. */
extern const char explain_prelude[];

/* sh/parts/by-hand-slh-dsa.sh: how audit-by-hand checks a signature of SLH-DSA. */
extern const char sh_parts_by_hand_slh_dsa[];

/* members.sh and member_ops.sh: functions for chains with members. */
extern const char explain_members[], explain_member_ops[];

/* --- form.c: checks of a line by itself ------------------------------------------------------- */

/* A line of the item: len bytes without the newline. Appends it to the script as $line. */
void explain_line(struct explain *x, uint64_t line, const char *text, size_t len);

/* The fields of a $line of that type; and of a rule of the chain. */
enum form {
    FORM_BLOCK,
    FORM_PEER,
    FORM_CHECKPOINT,
    FORM_KEY,
    FORM_GRANT,
    FORM_PROOF,
    FORM_STATEMENT,
    FORM_STATE,
    FORM_MEMBER,
    FORM_VOTE,
    FORM_PROPOSAL,
    FORM_ATTEST
};
void explain_form(struct explain *x, enum form form, uint64_t line, const char *text, size_t len);
void explain_rule(struct explain *x, uint64_t line, const char *text, size_t len);

/* The line's hash, and the signature at its end. */
void explain_id(struct explain *x, const uint8_t id[ID_LEN]);
struct signing {
    const char *type;         /* the line's */
    const struct account *by; /* a key */
    const char *text;         /* of the line, up to and with the signature */
    size_t len;
    bool holds;       /* the judge has not found the fault here */
    const char *rule; /* how the words of the fault begin; NULL: "TYPE: bad signature" */
};
void explain_signature(struct explain *x, uint64_t line, const struct signing *s);

/* Defines what the signatures of the current item need, before its checks. */
void explain_schemes(struct explain *x);

/* --- tx.c, policy.c, tx_chain.c: transactions ------------------------------------------------- */

/* The fields of a $line that is a transaction; its signatures; and what its chain allows, and the
 * least fee. */
void explain_tx(struct explain *x, uint64_t line, const char *text, size_t len);
void explain_tx_signatures(struct explain *x, uint64_t line, const struct tx *tx);
void explain_tx_of_chain(struct explain *x, uint64_t line, const struct tx *tx);

/* Accounts with a letter are those of chains that allow them. */
void explain_account_allowed(struct explain *x, uint64_t line, const struct account *a,
                             const char *what);

/* --- members.c: chains with members ----------------------------------------------------------- */

/* Whether the chain of the tree is one. */
bool explain_has_members(const struct explain *x);

/* Defines what its checks need, before its genesis block. */
void explain_member_functions(struct explain *x);

/* The member lines of genesis; the seal of a header by its signature alone, or else this rule is
 * broken; and by who may seal after this parent. */
void explain_first_members(struct explain *x);
void explain_seal_signature(struct explain *x, const char *rule);
void explain_seal_by_members(struct explain *x, const struct node *parent);

/* The lines that members have signed in a body. */
void explain_votes(struct explain *x, const struct node *parent);
void explain_attests(struct explain *x, const struct node *parent);

/* The books of such a chain, with what all accounts have. */
void explain_open_members(struct explain *x, const struct node *parent);
void explain_close_members(struct explain *x, const struct node *parent);

/* What a transaction does about members. What FROM has, the fee taken, is $left; what it earns by
 * accusing is $earned_by_accusing. */
void explain_member_operation(struct explain *x, uint64_t line, const struct tx *tx,
                              const struct node *parent);

/* --- presence.c: proofs of what the state holds ------------------------------------------------
 */

/* A line of len bytes that begins with present or absent: its form, and its path. */
void explain_presence(struct explain *x, uint64_t line, const char *text, size_t len);

/* --- loose.c, proof.c, block.c, body.c, books.c, target.c, quote.c, state.c: each 0, or -1 and
 * trouble */

/* A record other than a block, whatever is wrong with it. */
int explain_loose(struct explain *x, struct fault *f);

/* A proof: a line of len bytes, in its form. */
int explain_proof(struct explain *x, uint64_t line, const char *text, size_t len, struct fault *f);

/* A block, whatever is wrong with it. */
int explain_block(struct explain *x, struct fault *f);

/* A block's body by itself: the forms of its lines, their Merkle root, their signatures. */
void explain_body_forms(struct explain *x);
int explain_root(struct explain *x, struct fault *f);

/* The hash of two hashes, which may be one of them. */
void explain_pair(struct explain *x, const uint8_t left[ID_LEN], const uint8_t right[ID_LEN],
                  uint8_t out[ID_LEN]);
void explain_body_signatures(struct explain *x);

/* A genesis block's grants; and the payments of a block with this parent, and its reward. Both open
 * and close the books. */
void explain_grants(struct explain *x);
int explain_payments(struct explain *x, const struct node *parent, struct fault *f);

/* In a whole ledger, where the tree is: the line of the block that changed an account last; 0:
 * none. */
int explain_changed_at(struct explain *x, const struct account *id, int64_t *line, struct fault *f);

/* The state line that the block begins with, if one is due. */
int explain_state(struct explain *x, struct fault *f);

/* The target of a block after this parent. */
void explain_target(struct explain *x, const struct node *parent);

/* Shows a line of the ledger that is checked against, which has this hash. Its fields become $1, $2
 * and so on. */
void explain_quote_line(struct explain *x, uint64_t line, const uint8_t id[ID_LEN]);

/* Shows, from its own lines, what the ledger that is checked against has: the chain and its rules;
 * a block's parent and what is needed from it; the next sequence number of a sender. */
int explain_quote_chain(struct explain *x, struct fault *f);
int explain_quote_parent(struct explain *x, const struct node *parent, struct fault *f);
int explain_quote_next(struct explain *x, const struct tx *tx, struct fault *f);

/* For judge_watch: records in the state which block changed an account last. */
int explain_note(void *self, struct tree *t, const struct item *item, const struct node *node,
                 struct fault *f);

#endif
