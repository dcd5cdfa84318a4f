/*
 * explain/ over what judge/judge makes of a stream: whatever the records are, no byte of them gets
 * out of its quotes or its comment, and every fault that the judge finds is one of the checks.
 */
#include "explain/explain.h"
#include "fuzz.h"
#include "stream/feed.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static const char chain[] =
#include "chain.inc"
    ;

enum { NOW = 1700100000 };

/* All that may stand in a script outside of quotes and comments, but for digits and signs. */
static const char words[] =
    " account accounts accuse accused admit after agree_in all allow allowed amount An "
    "and another apart at attest attests balance balances batch BEGIN begin_attests "
    "begin_votes bft block by bytefee bytes case cat chain chain_named changed climb "
    "close_first_members close_members count cut decimal der dev do do_accuse do_admit "
    "do_stake do_unstake done drift dsa earned earned_by_accusing elif else end_attests "
    "end_votes eq esac exit expr factor false fees fi file finality find_sealer "
    "find_state folder ge genesis_target genesis_time grant gt halflife halflives "
    "halving halvings has hash hash_of head height here hex holdings holds id if in is "
    "is_account is_accused is_address is_allowed is_apart is_at_most is_below is_due "
    "is_hex is_key is_line is_number is_one_of is_sound is_text its judged key kind "
    "kinds last le least ledger ledger_has ledger_line left line lines look_up lt "
    "maxblock meanwhile member members message minfee minstake mkdir n name next no "
    "node not now null number od of open_members openssl_agrees openssl_knows_slh_dsa "
    "or other parent path pay place policy pow precommit prevote printf proposal put "
    "put_account r raw read read_rules record rest return_unbonded reversed reward rf "
    "rm root rule rules s seal sealers set sha shift shifted show sign signature slash "
    "slh sort spacing spends spent sponsor stake state stream sum supply tail "
    "take_attest take_evidence take_member take_vote target that_is_all the then time "
    "times tr trouble tx unbonding under unstake verdict vote votes wc weight weights "
    "where while whole wish yes zeros ";

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_hex(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] < 'a' || text[i] > 'f')
            return false;
    return true;
}

static bool is_known(const char *text, size_t n)
{
    char spaced[40];
    if (is_hex(text, n) || ((*text == 'p' || *text == 's') && is_hex(text + 1, n - 1)))
        return true; /* of an account, too */
    return n < sizeof spaced - 3 && snprintf(spaced, sizeof spaced, " %.*s ", (int)n, text) > 0 &&
           strstr(words, spaced);
}

/* The place behind the comment, the quotes, or the one byte or word, that begins at `at`. */
static size_t skip(const char *text, size_t len, size_t at)
{
    size_t end = at + 1;
    bool comment = text[at] == '#' && (at == 0 || text[at - 1] == '\n' || text[at - 1] == ' ');
    char until = comment ? '\n' : '\'';
    if (text[at] == '\\')
        return at + 2;
    if (comment || text[at] == '\'') {
        while (end < len && text[end] != until) {
            must(text[end] >= 0x20 && text[end] <= 0x7e);
            end++;
        }
        must(end < len);
        return end + 1;
    }
    must((text[at] >= 0x20 && text[at] <= 0x7e) || text[at] == '\n');
    if (!is_letter(text[at]))
        return end;
    while (end < len && is_letter(text[end]))
        end++;
    must(is_known(text + at, end - at));
    return end;
}

/* Functions that are the same in every script. */
extern const char explain_members[], explain_member_ops[];

static void leave_out(struct buf *script, const char *text)
{
    size_t len = strlen(text);
    char *at = script->len ? memmem(script->data, script->len, text, len) : NULL;
    if (!at)
        return;
    size_t after = script->len - len - (size_t)(at - script->data);
    memmove(at, at + len, after);
    script->len -= len;
}

static void check_script(struct explain *x)
{
    struct buf *script = explain_out(x);
    static const char missed[] = "\ntrouble 'verify has found more";
    must(script->len == 0 || !memmem(script->data, script->len, missed, strlen(missed)));
    leave_out(script, explain_members);
    leave_out(script, explain_member_ops);
    for (size_t at = 0; at < script->len;)
        at = skip(script->data, script->len, at);
    script->len = 0;
}

static void explain_batch(struct explain *x, struct judge *j, const struct batch *b)
{
    struct fault f = {0}, trouble;
    for (size_t i = 0; i < b->count; i++) {
        int holds = judge_item(j, &b->items[i], NOW, &f);
        must(holds >= 0 && explain_item(x, &b->items[i], holds, &f, &trouble) == 0);
        check_script(x);
    }
}

/* Made once, and kept. */
static struct ledger *the_ledger(void)
{
    static struct ledger l;
    static char path[64];
    struct fault f;
    if (!*path) {
        int fd = memfd_create("fuzz", MFD_CLOEXEC);
        must(fd >= 0 && write(fd, chain, sizeof chain - 1) == (ssize_t)sizeof chain - 1);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        must(ledger_open(&l, path, &f) == 0);
    }
    return &l;
}

/* By itself, or against a ledger. */
static void explain(const char *bytes, size_t len, const char *name, struct ledger *against)
{
    struct span rest = {bytes, len};
    struct stream *stream = stream_new(source_memory(&rest), 1, 0);
    struct sigpool *pool = sigpool_new(1);
    struct judge *j = judge_new(against);
    struct explain *x = explain_new(NOW);
    struct explain_about about = {.judge = j, .name = name, .path = name, .against = against};
    struct feed feed;
    struct batch *b;
    struct fault f;
    must(stream && pool && j && x && explain_begin(x, &f) == 0);
    explain_out(x)->len = 0; /* the same in every script */
    must(explain_open(x, &about, &f) == 0);
    feed_init(&feed, stream, pool);
    while (feed_next(&feed, &b, &f) > 0) {
        explain_batch(x, j, b);
        if (judge_rules(j))
            stream_limit(stream, judge_rules(j)->maxblock);
    }
    must(explain_close(x, &f) == 0 && explain_end(x, &f) == 0);
    check_script(x);
    feed_free(&feed);
    explain_free(x);
    judge_free(j);
    sigpool_free(pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char name[64] = "";
    memcpy(name, data, n < sizeof name - 1 ? n : sizeof name - 1);
    explain((const char *)data, n, name, NULL);
    explain((const char *)data, n, name, the_ledger());
    return 0;
}
