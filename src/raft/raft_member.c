#include "raft/raft_node.h"

#include <string.h>

enum { CHANGES_MAX = 64, COMMAND_MAX = 4096 };

/* --- Words ----------------------------------------------------------------------------------- */

struct order {
    const char *at, *end;
};

static size_t next_word(struct order *o, const char **word)
{
    while (o->at < o->end && *o->at == ' ')
        o->at++;
    *word = o->at;
    while (o->at < o->end && *o->at != ' ')
        o->at++;
    return (size_t)(o->at - *word);
}

static bool is(const char *word, size_t n, const char *text)
{
    return strlen(text) == n && memcmp(word, text, n) == 0;
}

static int reject(struct raft *r, const char *text, size_t n, const char *why)
{
    return engine_note(r->out, r->f, "reject %.*s: %s", n > 200 ? 200 : (int)n, text, why);
}

/* --- Members --------------------------------------------------------------------------------- */

/* `add NAME... remove NAME... learner NAME...`: how many changes; 0: it is not that. */
static size_t parse_changes(struct raft *r, struct order o, struct raft_change list[CHANGES_MAX])
{
    static const char *const kinds[] = {"add", "learner", "remove"}; /* enum raft_change_kind */
    size_t count = 0, kind = 3, n;
    const char *word;
    while ((n = next_word(&o, &word)) > 0) {
        size_t k = 0;
        while (k < 3 && !is(word, n, kinds[k]))
            k++;
        if (k < 3) {
            kind = k;
            continue;
        }
        uint32_t node = node_names_add(r->names, word, n, r->f);
        if (kind == 3 || node == NODE_NONE || count == CHANGES_MAX)
            return 0;
        list[count++] = (struct raft_change){(enum raft_change_kind)kind, node};
    }
    return count;
}

static int put_members(struct raft *r, const struct raft_config *c)
{
    struct buf line = {0};
    struct raft_entry e = {.client = NODE_NONE, .kind = RAFT_MEMBERS};
    int result = -1;
    if (raft_config_format(c, r->names, &line) != 0 ||
        (e.payload = payload_new(line.data, line.len)) == NULL)
        fault_memory(r->f);
    else
        result = raft_extend(r, &e);
    if (result == 0)
        result = raft_config_push(r, raft_log_last(&r->log), c);
    if (result == 0)
        result = engine_note(r->out, r->f, "members %.*s", (int)line.len - 1, line.data);
    payload_unref(e.payload);
    buf_free(&line);
    return result;
}

/* Whether a change may begin: an entry of the leader's own term is committed, and no change is
 * under way (Ongaro, "bug in single-server membership changes", raft-dev, 2015; rule R14). */
static const char *obstacle(const struct raft *r)
{
    if (RAFT_BROKEN(r, 14))
        return NULL;
    if (r->commit < r->log.base || raft_log_term(&r->log, r->commit) != r->term)
        return "nothing of this term is committed yet";
    if (raft_config_now(r)->index > r->commit)
        return "another change is under way";
    return r->transferee == NODE_NONE ? NULL : "leadership is being transferred";
}

static bool goes_joint(const struct raft *r, const struct raft_change *list, size_t n)
{
    if (r->set.joint == RAFT_JOINT_AUTO)
        return !raft_config_is_simple(&raft_config_now(r)->config, list, n);
    return r->set.joint == RAFT_JOINT_ALWAYS;
}

static int change_members(struct raft *r, struct order o, const char *text, size_t n)
{
    struct raft_change list[CHANGES_MAX];
    struct raft_config c = raft_config_now(r)->config;
    struct fault why;
    size_t count = parse_changes(r, o, list);
    if (count == 0)
        return reject(r, text, n, "no changes of members");
    if (obstacle(r) != NULL)
        return reject(r, text, n, obstacle(r));
    int wrong = goes_joint(r, list, count)
                    ? raft_config_enter(&c, list, count, r->set.autoleave, &why)
                    : raft_config_simple(&c, list, count, &why);
    return wrong != 0 ? reject(r, text, n, why.text) : put_members(r, &c);
}

/* Only after the joint configuration is committed (rule R15). */
static int leave_joint(struct raft *r)
{
    struct raft_config c = raft_config_now(r)->config;
    struct fault why;
    if (obstacle(r) != NULL)
        return reject(r, "leave", 5, obstacle(r));
    if (raft_config_leave(&c, &why) != 0)
        return reject(r, "leave", 5, why.text);
    return put_members(r, &c);
}

/* Joint configurations are left once they are committed, also by a leader that finds one (rule
 * R15). A leader that is no voter any more steps down then (section 6; rule R17). */
int raft_members_committed(struct raft *r)
{
    const struct raft_config_at *now = raft_config_now(r);
    if (r->role != RAFT_LEADER || now->index > r->commit || r->commit > raft_log_last(&r->log) ||
        raft_log_term(&r->log, r->commit) != r->term)
        return 0;
    if (raft_config_joint(&now->config))
        return now->config.autoleave ? leave_joint(r) : 0;
    if (raft_dismiss(r) != 0)
        return -1;
    if (r->voter)
        return 0;
    if (raft_flush(r) != 0) /* the others hear of the commit */
        return -1;
    return raft_follow(r, r->term, NODE_NONE);
}

/* --- Leadership ------------------------------------------------------------------------------ */

/* The transferee stands for election once it has the whole log (thesis 3.10). */
int raft_transfer_step(struct raft *r)
{
    struct raft_peer *p = r->transferee == NODE_NONE ? NULL : raft_peer_find(r, r->transferee);
    if (r->transferee == NODE_NONE)
        return 0;
    if (p == NULL || r->now >= r->transfer_due) {
        r->transferee = NODE_NONE;
        r->batch_due = true;
        return engine_note(r->out, r->f, "transfer given-up");
    }
    if (p->match < raft_log_last(&r->log) || r->transfer_sent)
        return 0;
    struct raft_item *x = raft_item_new(RAFT_CAMPAIGN, 0);
    if (x != NULL)
        x->term = r->term;
    r->lease_over = r->transfer_sent = true;
    return raft_send(r, p->node, x);
}

static int transfer(struct raft *r, struct order o, const char *text, size_t n)
{
    const char *word;
    size_t length = next_word(&o, &word);
    uint32_t node = node_names_find(r->names, word, length);
    struct raft_peer *p = node == NODE_NONE ? NULL : raft_peer_find(r, node);
    if (p == NULL || !(p->roles & RAFT_VOTER))
        return reject(r, text, n, "not a voter");
    if (node == r->self || r->transferee != NODE_NONE)
        return reject(r, text, n, "it leads already, or another transfer is under way");
    r->transferee = node;
    r->transfer_due = r->now + r->set.election;
    r->transfer_sent = false;
    return raft_transfer_step(r);
}

/* --- Commands -------------------------------------------------------------------------------- */

static int pass_on(struct raft *r, const char *text, size_t n)
{
    struct buf line = {0};
    struct raft_item *x = raft_item_new(RAFT_ORDER, 0);
    if (x != NULL && buf_add(&line, text, n) == 0 && buf_add(&line, "\n", 1) == 0)
        x->payload = payload_new(line.data, line.len);
    buf_free(&line);
    if (x == NULL || x->payload == NULL) {
        if (x != NULL)
            engine_item_unref(&x->head);
        return fault_memory(r->f);
    }
    return raft_send(r, r->leader, x);
}

/* Printable words with single spaces between them. */
static bool is_plain(const char *text, size_t n)
{
    bool space = true;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < ' ' || text[i] > '~' || (space && text[i] == ' '))
            return false;
        space = text[i] == ' ';
    }
    return !space && n <= COMMAND_MAX;
}

int raft_command(struct raft *r, const char *text, size_t n)
{
    struct order o = {text, text + n};
    const char *word;
    size_t length;
    if (!is_plain(text, n))
        return reject(r, "command", 7, "not words with single spaces");
    length = next_word(&o, &word);
    if (is(word, length, "campaign"))
        return r->role == RAFT_LEADER ? 0 : raft_campaign(r, false);
    if (r->role != RAFT_LEADER)
        return r->leader == NODE_NONE ? reject(r, text, n, "no leader is known")
                                      : pass_on(r, text, n);
    if (is(word, length, "member"))
        return change_members(r, o, text, n);
    if (is(word, length, "transfer"))
        return transfer(r, o, text, n);
    if (is(word, length, "leave"))
        return leave_joint(r);
    return reject(r, text, n, "unknown");
}
