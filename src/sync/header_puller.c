#include "sync/header_puller.h"

#include "hash/sha256.h"
#include "record/block.h"
#include "record/member.h"
#include "record/vote.h"
#include "stream/stream.h"

#include <inttypes.h>
#include <string.h>

void header_puller_init(struct header_puller *p, const struct header_chain *chain, void *self,
                        void (*answered)(void *self, struct header_puller *p))
{
    *p = (struct header_puller){.chain = chain, .self = self, .answered = answered};
}

void header_puller_free(struct header_puller *p)
{
    buf_free(&p->genesis);
    buf_free(&p->header);
    buf_free(&p->group);
    buf_free(&p->state);
}

void header_puller_greeted(struct header_puller *p, const struct session *s)
{
    memcpy(p->tip, s->theirs.tip, ID_LEN);
    p->height = s->theirs.height;
}

int header_puller_has_all(const struct header_puller *p, struct fault *f)
{
    if (p->chain->final && p->height <= p->chain->final(p->chain->self))
        return 1;
    return p->chain->has(p->chain->self, p->tip, f);
}

/* --- Headers ---------------------------------------------------------------------------------- */

static int take(struct header_puller *p, const char *text, size_t len, bool genesis,
                struct fault *f)
{
    int new = p->chain->take(p->self, text, len, genesis, f);
    if (new < 0)
        return -1;
    p->got++;
    p->fresh += new;
    return 0;
}

static bool is_proof(enum header_request r)
{
    return r == REQUEST_PROOF || r == REQUEST_BALANCE;
}

static bool is_sealed(const struct header_puller *p)
{
    return p->chain->sealed && p->chain->sealed(p->chain->self);
}

/* Hands over the header whose lines have arrived, if there is one. */
static int take_group(struct header_puller *p, struct fault *f)
{
    size_t len = p->group.len;
    p->group.len = 0;
    return len ? take(p, p->group.data, len, false, f) : 0;
}

/* A header begins; that of a jump goes with the one before. */
static int begin_group(struct header_puller *p, const char *line, size_t len, struct fault *f)
{
    bool second = p->request == REQUEST_JUMP && p->group.len > 0;
    if (!second && take_group(p, f))
        return -1;
    p->group_lines = 0;
    if ((second && buf_add(&p->group, "\n", 1)) || buf_add(&p->group, line, len))
        return fault_memory(f);
    return 0;
}

/* A line that stands with the header before it. */
static int take_with_header(struct header_puller *p, const char *line, size_t len, struct fault *f)
{
    bool alone = is_proof(p->request); /* the header is not in the group */
    if ((!alone && !p->group.len) || !(line_is(line, len, "member") || line_is(line, len, "vote")))
        return fault_rule(f, "an answer to `headers` holds only headers");
    if (len >= (line_is(line, len, "vote") ? VOTE_LINE_MAX : MEMBER_LINE_MAX))
        return fault_rule(f, "a line of %zu bytes with a header: no member or vote has so many",
                          len);
    if (p->group_lines++ == WIRE_WITH_HEADER_MAX)
        return fault_rule(f, "over %d lines with a header", WIRE_WITH_HEADER_MAX);
    return buf_add(&p->group, "\n", 1) || buf_add(&p->group, line, len) ? fault_memory(f) : 0;
}

static int take_body(struct header_puller *p, const char *line, size_t len, struct fault *f)
{
    if (p->genesis.len + len + 1 > BLOCK_SIZE_MAX)
        return fault_rule(f, "block: genesis is over %d bytes", BLOCK_SIZE_MAX);
    if (line_check(line, len, f))
        return -1;
    if (buf_add(&p->genesis, line, len) || buf_add(&p->genesis, "\n", 1))
        return fault_memory(f);
    if (--p->body_left)
        return 0;
    bool has = p->chain->begun(p->chain->self); /* another peer was faster */
    int failed = has ? 0 : take(p, p->genesis.data, p->genesis.len, true, f);
    p->got += has;
    buf_free(&p->genesis);
    return failed;
}

/* Genesis, with its body, begins an answer to those who have nothing; otherwise it says that the
 * peer knows none of our headers. */
static int begin_genesis(struct header_puller *p, const struct block *b, const char *line,
                         size_t len, const uint8_t id[ID_LEN], struct fault *f)
{
    if (memcmp(id, p->chain->chain, ID_LEN))
        return fault_rule(f, "block: another chain's genesis");
    if (!p->wants_genesis || p->got || !b->count)
        return fault_rule(f, "block: genesis was not requested");
    if (buf_add(&p->genesis, line, len) || buf_add(&p->genesis, "\n", 1))
        return fault_memory(f);
    p->body_left = b->count;
    return 0;
}

static int take_header(struct header_puller *p, const char *line, size_t len, struct fault *f)
{
    struct block b;
    uint8_t id[ID_LEN];
    if (line_check(line, len, f))
        return -1;
    if (!line_is(line, len, "block"))
        return take_with_header(p, line, len, f);
    if (block_parse(line, len, &b, f))
        return -1;
    if (p->left-- == 0)
        return fault_rule(f, "more headers than were requested");
    if ((p->got || p->group.len) && memcmp(b.prev, p->last, ID_LEN))
        return fault_rule(f, "block: does not follow the one before it");
    sha256(line, len, id);
    memcpy(p->last, id, ID_LEN);
    if (block_is_genesis(&b))
        return begin_genesis(p, &b, line, len, id, f);
    return is_sealed(p) ? begin_group(p, line, len, f) : take(p, line, len, false, f);
}

/* --- Proofs ----------------------------------------------------------------------------------- */

/* After the proof of a state line: the line, and what it says of the account. */
static int take_state(struct header_puller *p, const char *line, size_t len, struct fault *f)
{
    bool first = p->state_lines++ == 0;
    uint8_t id[ID_LEN];
    sha256(line, len, id);
    if (first ? !line_is(line, len, "state")
              : !line_is(line, len, "present") && !line_is(line, len, "absent"))
        return fault_rule(f,
                          "an answer to `balance` is a header, a proof, a state line and another");
    if (p->state_lines > 2)
        return fault_rule(f, "balance: over two lines after the proof");
    if (first && memcmp(id, p->proof.id, ID_LEN))
        return fault_rule(f, "balance: its proof is of another line");
    return buf_add(&p->state, line, len) || buf_add(&p->state, "\n", 1) ? fault_memory(f) : 0;
}

static int take_proof(struct header_puller *p, const char *line, size_t len, struct fault *f)
{
    uint8_t id[ID_LEN];
    if (line_check(line, len, f))
        return -1;
    if (!p->header.len && line_is(line, len, "block"))
        return buf_add(&p->header, line, len) ? fault_memory(f) : 0;
    if (p->header.len && !p->proved && is_sealed(p) && line_is(line, len, "member"))
        return take_with_header(p, line, len, f);
    if (p->proved && p->request == REQUEST_BALANCE)
        return take_state(p, line, len, f);
    if (!p->header.len || p->proved || p->group.len || !line_is(line, len, "proof"))
        return fault_rule(f, "an answer to `prove` is a header and a proof");
    if (proof_parse(line, len, &p->proof, f))
        return -1;
    sha256(p->header.data, p->header.len, id);
    if (memcmp(p->proof.block, id, ID_LEN) ||
        (p->request == REQUEST_PROOF && memcmp(p->proof.id, p->wanted, ID_LEN)))
        return fault_rule(f, "proof: of another block or record");
    p->proved = true;
    return 0;
}

/* A header alone is right only if its own id was asked for. */
static int end_proof(struct header_puller *p, enum header_request request, struct fault *f)
{
    uint8_t id[ID_LEN];
    if (request == REQUEST_BALANCE && p->header.len && p->state_lines < 2)
        return fault_rule(f, "pulled: the proof of a balance is cut short");
    if (p->header.len && !p->proved) {
        sha256(p->header.data, p->header.len, id);
        if (memcmp(id, p->wanted, ID_LEN))
            return fault_rule(f, "pulled: a proof is missing");
    }
    p->answered(p->self, p);
    return 0;
}

/* --- Attest lines ----------------------------------------------------------------------------- */

/* Lines of one block stand together. */
static int count_attest(struct header_puller *p, const uint8_t block[ID_LEN], size_t len,
                        struct fault *f)
{
    if (memcmp(block, p->attested, ID_LEN)) {
        if (p->left-- == 0 || p->attests_bytes >= WIRE_HEADERS_BYTES)
            return fault_rule(f, "attest lines of more blocks than were requested");
        p->group_lines = 0;
        memcpy(p->attested, block, ID_LEN);
    }
    p->attests_bytes += len;
    if (p->group_lines++ == WIRE_WITH_HEADER_MAX)
        return fault_rule(f, "over %d attest lines of one block", WIRE_WITH_HEADER_MAX);
    return 0;
}

static int take_attest(struct header_puller *p, const char *line, size_t len, struct fault *f)
{
    struct proof proof;
    bool first = !p->group.len;
    if (line_check(line, len, f))
        return -1;
    if (first ? !line_is(line, len, "attest") && !line_is(line, len, "tx")
              : !line_is(line, len, "proof"))
        return fault_rule(f, "an answer to `attests` is attest lines, each with its proof");
    if ((!first && buf_add(&p->group, "\n", 1)) || buf_add(&p->group, line, len))
        return fault_memory(f);
    if (first)
        return 0;
    if (proof_parse(line, len, &proof, f) || count_attest(p, proof.block, p->group.len, f))
        return -1;
    int new = p->chain->attest(p->self, proof.block, p->group.data, p->group.len, f);
    p->group.len = 0;
    p->got++;
    p->fresh += new > 0;
    return new < 0 ? -1 : 0;
}

/* --- Lines ------------------------------------------------------------------------------------ */

static int take_record(struct header_puller *p, const char *line, size_t len, int64_t now,
                       struct fault *f)
{
    if (p->request == REQUEST_NONE)
        return fault_rule(f, "a record that was not requested");
    p->progress = now;
    if (p->body_left)
        return take_body(p, line, len, f);
    if (p->request == REQUEST_ATTESTS)
        return take_attest(p, line, len, f);
    return is_proof(p->request) ? take_proof(p, line, len, f) : take_header(p, line, len, f);
}

/* An answer without a new header is right only if we lack nothing. */
static int end_headers(struct header_puller *p, struct fault *f)
{
    if (p->fresh) {
        p->rewinds = 0;
        return 0;
    }
    int has = header_puller_has_all(p, f);
    if (has)
        return has < 0 ? -1 : 0;
    if (!p->got)
        return fault_rule(f, "claims a tip at height %" PRId64 ", but sends no header", p->height);
    if (p->rewinds++ == HEADER_PULLER_REWINDS_MAX)
        return fault_rule(f, "sends the same headers again and again");
    return 0;
}

static int take_pulled(struct header_puller *p, const char *line, size_t len, struct fault *f)
{
    enum header_request request = p->request;
    if (request == REQUEST_ATTESTS && p->group.len)
        return fault_rule(f, "pulled: the proof of an attest line is missing");
    if (!is_proof(request) && take_group(p, f))
        return -1;
    p->goes_on = request == REQUEST_HEADERS && p->got;
    if (request == REQUEST_NONE)
        return fault_rule(f, "pulled: nothing was requested");
    if (p->body_left)
        return fault_rule(f, "pulled: the genesis block is cut short");
    if (wire_pulled(line, len, &p->height, p->tip, f))
        return -1;
    p->request = REQUEST_NONE;
    p->was = request;
    if (request == REQUEST_JUMP || request == REQUEST_ATTESTS)
        p->answered(p->self, p);
    if (is_proof(request))
        return end_proof(p, request, f);
    return request == REQUEST_HEADERS ? end_headers(p, f) : 0;
}

int header_puller_line(struct header_puller *p, struct session *s, enum wire_word word,
                       const char *line, size_t len, int64_t now, struct fault *f)
{
    (void)s;
    if (word == WIRE_RECORD)
        return take_record(p, line, len, now, f);
    if (word == WIRE_PULLED)
        return take_pulled(p, line, len, f);
    return fault_rule(f, "an unexpected line: %.*s", len > 20 ? 20 : (int)len, line);
}

int header_puller_tick(const struct header_puller *p, int64_t now, struct fault *f)
{
    if (p->request == REQUEST_NONE)
        return 0;
    if (now - p->progress > HEADER_PULLER_STALL)
        return fault_rule(f, "stalls: nothing arrived for %d s", HEADER_PULLER_STALL / 1000);
    if (now - p->asked > HEADER_PULLER_ANSWER_MAX)
        return fault_rule(f, "stalls: an answer took over %d s", HEADER_PULLER_ANSWER_MAX / 1000);
    return 0;
}
