/*
 * bftrules RULE [SETTING]: what one node of Tendermint does when others tell it this or that: the
 * rules T1 to T16, or `all` of them. Prints what is broken. Status 1 if anything is.
 */
#include "bft/bft_evidence.h"
#include "bftnet.h"

static const char *broken;

static void must(bool holds, const char *what)
{
    if (!holds && broken == NULL)
        broken = what;
}

/* n4 has precommitted A in round 0, and all have gone on to round 1. */
static void lock_on_a(struct one *o)
{
    one_proposal(o, 1, 0, -1, 'A');
    one_votes(o, "123", 0, BFT_PREVOTE, 'A');
    must(one_said(o, 0, BFT_PREVOTE) == 'A', "no prevote for a good proposal");
    must(one_said(o, 0, BFT_PRECOMMIT) == 'A', "no precommit after a polka");
}

static void go_to(struct one *o, int32_t round)
{
    one_votes(o, "123", round - 1, BFT_PRECOMMIT, '-');
    one_wait(o, 150 + (round - 1) * 50);
}

static void t1(struct one *o)
{
    lock_on_a(o);
    go_to(o, 1);
    one_proposal(o, 2, 1, -1, 'B');
    must(one_said(o, 1, BFT_PREVOTE) == '-', "a prevote against the lock");
    go_to(o, 2);
    one_proposal(o, 3, 2, 1, 'B');
    must(one_said(o, 2, BFT_PREVOTE) == ' ', "a prevote for a valid round without its polka");
    one_votes(o, "123", 1, BFT_PREVOTE, 'B');
    must(one_said(o, 2, BFT_PREVOTE) == 'B', "a later polka does not release the lock");
}

/* Line 28 says lockedRound <= vr: also if they are the same. */
static void t1_same_round(struct one *o)
{
    lock_on_a(o);
    one_votes(o, "123", 0, BFT_PREVOTE, 'B');
    go_to(o, 1);
    one_proposal(o, 2, 1, 0, 'B');
    must(one_said(o, 1, BFT_PREVOTE) == 'B', "the polka of the round of the lock does not release");
}

static void t2(struct one *o)
{
    lock_on_a(o);
    go_to(o, 1);
    one_proposal(o, 2, 1, -1, 'B');
    must(one_said(o, 1, BFT_PREVOTE) == '-', "it precommits without a lock");
}

static void t2_late(struct one *o)
{
    one_proposal(o, 1, 0, -1, 'A');
    one_votes(o, "12", 0, BFT_PREVOTE, '-');
    one_wait(o, 160);
    must(one_said(o, 0, BFT_PRECOMMIT) == '-', "no precommit after the timeout");
    one_votes(o, "123", 0, BFT_PREVOTE, 'A');
    go_to(o, 1);
    one_proposal(o, 2, 1, -1, 'B');
    must(one_said(o, 1, BFT_PREVOTE) == 'B', "a polka that came too late has locked");
}

/* In round 3 it is n4's turn. */
static void proposes_a(struct one *o)
{
    struct bft_entry e = one_entry('D');
    one_step(o, (struct engine_event){.kind = ENGINE_PROPOSE, .id = e.id, .payload = e.payload});
    payload_unref(e.payload);
    go_to(o, 3);
    const struct bft_item *x = one_proposed(o, 3);
    uint8_t a[BFT_VALUE_LEN];
    one_name(o, 'A', a);
    must(x != NULL, "no proposal in its turn");
    if (x != NULL)
        must(bft_value_equal(x->vote.value, a) && x->vote.valid_round == 0,
             "the proposer does not propose the valid value");
}

static void t3(struct one *o)
{
    one_proposal(o, 1, 0, -1, 'A');
    go_to(o, 1);
    one_votes(o, "123", 0, BFT_PREVOTE, 'A');
    proposes_a(o);
}

static void t4(struct one *o)
{
    lock_on_a(o);
    go_to(o, 1);
    proposes_a(o);
}

static void t5(struct one *o)
{
    lock_on_a(o);
    go_to(o, 1);
    one_wait(o, 210);
    one_votes(o, "123", 1, BFT_PREVOTE, '-');
    must(one_said(o, 1, BFT_PRECOMMIT) == '-', "no precommit after a polka for nothing");
    go_to(o, 2);
    one_proposal(o, 3, 2, -1, 'B');
    must(one_said(o, 2, BFT_PREVOTE) == '-', "a polka for nothing releases the lock");
}

static bool has_note(const struct one *o, const char *note)
{
    return strstr(o->notes, note) != NULL;
}

static void t6(struct one *o)
{
    one_votes(o, "12", 0, BFT_PREVOTE, '-');
    one_wait(o, 149);
    must(one_said(o, 0, BFT_PREVOTE) == ' ', "the timeout of round 0 is too short");
    one_wait(o, 1);
    must(one_said(o, 0, BFT_PREVOTE) == '-', "no timeout in round 0");
    one_wait(o, 100);
    one_votes(o, "3", 0, BFT_PREVOTE, 'A');
    one_wait(o, 60);
    must(one_said(o, 0, BFT_PRECOMMIT) == '-', "a timeout was started twice");
    one_votes(o, "12", 4, BFT_PREVOTE, '-');
    one_wait(o, 349);
    must(one_said(o, 4, BFT_PREVOTE) == ' ', "the timeout of round 4 is too short");
    one_wait(o, 1);
    must(one_said(o, 4, BFT_PREVOTE) == '-', "the timeout of round 4 is too long");
}

static void t7(struct one *o)
{
    one_votes(o, "1", 5, BFT_PREVOTE, '-');
    must(!has_note(o, "round 1 5 "), "one liar makes it jump");
    one_votes(o, "2", 6, BFT_PREVOTE, '-');
    must(has_note(o, "round 1 5 "), "a third of the weight ahead does not make it jump");
}

/* Where nothing is forwarded, a vote wakes a node. */
static void t7_asleep(struct one *o)
{
    o->settings[o->setting_count++] = "forward=no";
    one_restart(o);
    one_votes(o, "1", 5, BFT_PREVOTE, '-');
    must(has_note(o, "round 1 0 "), "a vote does not wake it");
    must(!has_note(o, "round 1 5 "), "one liar chooses the round in which it wakes");
    one_votes(o, "2", 5, BFT_PREVOTE, '-');
    must(has_note(o, "round 1 5 "), "it does not follow once it is awake");
}

static void t8(struct one *o)
{
    one_votes(o, "123", 0, BFT_PRECOMMIT, 'A');
    one_votes(o, "12", 3, BFT_PREVOTE, '-');
    must(o->committed == 0, "a commit without the value");
    one_proposal(o, 1, 0, -1, 'A');
    must(o->committed == 1 && o->record[0] == 'A', "precommits of an old round decide nothing");
}

static void t9(struct one *o)
{
    one_proposal(o, 1, 0, -1, 'A');
    one_votes(o, "123", 0, BFT_PREVOTE, '-');
    must(one_said(o, 0, BFT_PRECOMMIT) == '-', "no precommit after a polka for nothing");
    one_votes(o, "12", 0, BFT_PRECOMMIT, 'A');
    one_wait(o, 160);
    must(has_note(o, "round 1 1 "), "any precommits of a quorum start no timeout");
}

static void t10(struct one *o)
{
    o->slow = true;
    one_proposal(o, 1, 0, -1, 'A');
    must(one_said(o, 0, BFT_PREVOTE) == ' ', "a vote leaves before it is on disk");
    one_sync(o);
    must(one_said(o, 0, BFT_PREVOTE) == 'A', "what is on disk does not leave");
    one_forget(o);
    one_restart(o);
    o->slow = false;
    one_wait(o, 1000);
    one_proposal(o, 1, 0, -1, 'B');
    one_wait(o, 1000);
    must(one_said(o, 0, BFT_PREVOTE) == 'A', "after a restart it says something else, or nothing");
}

static void t11(struct one *o)
{
    lock_on_a(o);
    one_forget(o);
    one_restart(o);
    go_to(o, 1);
    one_proposal(o, 2, 1, -1, 'B');
    must(one_said(o, 1, BFT_PREVOTE) == '-', "the lock is forgotten");
    go_to(o, 2);
    proposes_a(o);
}

static void t13(struct one *o)
{
    one_votes(o, "2", 0, BFT_PREVOTE, 'A');
    one_votes(o, "2", 0, BFT_PREVOTE, '-');
    must(has_note(o, "equivocation n2 1 0 prevote\n"), "a contradiction is not noted");
    one_forget(o);
    one_votes(o, "2", 0, BFT_PREVOTE, 'B');
    one_votes(o, "2", 0, BFT_PREVOTE, 'A');
    must(!has_note(o, "equivocation"), "a contradiction is noted twice");
    one_proposal(o, 1, 0, -1, 'A');
    one_proposal(o, 1, 0, -1, 'B');
    one_proposal(o, 1, 0, -1, 'C');
    must(has_note(o, "equivocation n1 1 0 propose\n"), "two proposals are not noted");
    must(strstr(strstr(o->notes, "equivocation") + 1, "equivocation") == NULL, "... but once");
}

/* A record without lines is none. */
static void t14(struct one *o)
{
    struct bft_item *x = bft_item_new(BFT_PROPOSAL);
    struct payload *nothing = payload_new("", 0);
    struct proposal_id id = {.client = 0, .serial = 9};
    struct fault f;
    if (x == NULL || nothing == NULL || bft_item_add_entry(x, id, nothing) != 0)
        errx(2, "out of memory");
    x->vote = one_vote_of(o, 1, 1, 0, BFT_PROPOSE, '-');
    o->toys.name(o->toys.context, id, nothing, x->vote.value);
    o->toys.sign(o->toys.context, &x->vote, &f);
    payload_unref(nothing);
    one_send(o, 1, x);
    must(one_said(o, 0, BFT_PREVOTE) == '-', "an invalid proposal is prevoted");
    one_votes(o, "123", 0, BFT_PREVOTE, '-');
    must(one_said(o, 0, BFT_PRECOMMIT) == '-', "no precommit after a polka for nothing");
    go_to(o, 1);
    must(has_note(o, "round 1 1 n2"), "no next round after an invalid proposal");
}

/* A decision of height 1 with the precommits of these nodes at such a height and round. */
static bool decides(struct one *o, const char *nodes, uint64_t height, int32_t round, char letter)
{
    struct bft_item *x = bft_item_new(BFT_DECIDED);
    struct bft_entry e = one_entry('A');
    if (x == NULL || bft_item_add_entry(x, e.id, e.payload) != 0)
        errx(2, "out of memory");
    payload_unref(e.payload);
    x->height = 1;
    for (; *nodes != '\0'; nodes++) {
        struct bft_vote v = one_vote_of(o, (uint32_t)(*nodes - '0'), height,
                                        *nodes == '3' ? round : 0, BFT_PRECOMMIT, letter);
        if (bft_item_add_vote(x, &v) != 0)
            errx(2, "out of memory");
    }
    one_send(o, 2, x);
    return o->committed == 1;
}

/* As a carrier saves and reads it. */
static struct engine_item *through_text(struct one *o, const struct engine_item *item)
{
    struct buf text = {0};
    struct fault f;
    size_t used;
    if (bft_item_format(item, o->names, &text) != 0)
        errx(2, "out of memory");
    struct engine_item *read = bft_item_parse(text.data, text.len, &used, o->names, &f);
    if (read == NULL)
        errx(1, "what was saved cannot be read: %s", f.text);
    buf_free(&text);
    return read;
}

static void t15(struct one *o)
{
    struct payload *state = payload_new("state\n", 6);
    if (state == NULL)
        errx(2, "out of memory");
    must(decides(o, "123", 1, 0, 'A'), "the precommits of a quorum do not decide");
    one_step(o, (struct engine_event){.kind = ENGINE_SNAPSHOT, .index = 1, .payload = state});
    payload_unref(state);
    for (size_t i = 0; i < o->logged; i++) {
        struct engine_item *read = through_text(o, o->log[i]);
        engine_item_unref(o->log[i]);
        o->log[i] = read;
    }
    one_forget(o);
    one_restart(o);
    struct bft_entry e = one_entry('D');
    one_step(o, (struct engine_event){.kind = ENGINE_PROPOSE, .id = e.id, .payload = e.payload});
    payload_unref(e.payload);
    must(has_note(o, "round 2 0 n2\n"), "after a snapshot, it is another's turn");
}

static void t16(struct one *o)
{
    must(!decides(o, "", 1, 0, 'A'), "nobody decides");
    must(!decides(o, "12", 1, 0, 'A'), "half of the members decide");
    must(!decides(o, "1222", 1, 0, 'A'), "a member counts twice");
    must(!decides(o, "123", 2, 0, 'A'), "precommits of another height count");
    must(!decides(o, "123", 1, 1, 'A'), "precommits of two rounds count together");
    must(!decides(o, "123", 1, 0, 'B'), "precommits of another value count");
    must(!decides(o, "123", 1, 0, '-'), "precommits of nothing count");
    strcpy(o->toy.chain, "other");
    must(!decides(o, "123", 1, 0, 'A'), "precommits of another chain count");
    one_votes(o, "12", 0, BFT_PREVOTE, '-');
    must(has_note(o, "reject votes n1") && !has_note(o, "round"), "votes of another chain count");
    strcpy(o->toy.chain, "-");
    must(decides(o, "123", 1, 0, 'A'), "the precommits of a quorum do not decide");
}

/* T12 and the amnesia of T11, as a court sees them. */
static void t12(struct one *o)
{
    struct bft_set set = {.count = ONE_MEMBERS, .total = ONE_MEMBERS};
    struct bft_vote v[32];
    struct bft_culprit c[ONE_MEMBERS];
    size_t n = 0;
    for (size_t i = 0; i < ONE_MEMBERS; i++)
        set.list[i] = (struct bft_member){.node = (uint32_t)i, .weight = 1};
    for (uint32_t i = 1; i <= 3; i++) {
        v[n++] = one_vote_of(o, i, 1, 0, BFT_PREVOTE, 'A');
        v[n++] = one_vote_of(o, i, 1, 0, BFT_PRECOMMIT, 'A');
    }
    must(bft_culprits(&set, v, n, c) == 0, "somebody who did nothing wrong is named");
    for (uint32_t i = 2; i <= 4; i++)
        v[n++] = one_vote_of(o, i, 1, 2, BFT_PREVOTE, 'B');
    for (uint32_t i = 2; i <= 4; i++)
        v[n++] = one_vote_of(o, i, 1, 2, BFT_PRECOMMIT, 'B');
    must(bft_culprits(&set, v, n, c) == 2 && c[0].node == 1 && c[1].node == 2 && c[0].amnesia,
         "who forgot a lock is not named");
    size_t with = n;
    for (uint32_t i = 1; i <= 4; i += i == 1 ? 2 : 1)
        v[with++] = one_vote_of(o, i, 1, 1, BFT_PREVOTE, 'B');
    must(bft_culprits(&set, v, with, c) == 2 && c[0].node == 0 && c[1].node == 2,
         "who was released is named, or who released without a reason is not");
    v[n++] = one_vote_of(o, 4, 1, 2, BFT_PRECOMMIT, '-');
    must(bft_culprits(&set, v, n, c) == 3 && !c[2].amnesia, "a contradiction is not named");
}

static const struct rule {
    const char *name;
    void (*check)(struct one *o);
} rules[] = {{"T1", t1},   {"T1", t1_same_round},
             {"T2", t2},   {"T2", t2_late},
             {"T3", t3},   {"T4", t4},
             {"T5", t5},   {"T6", t6},
             {"T7", t7},   {"T7", t7_asleep},
             {"T8", t8},   {"T9", t9},
             {"T10", t10}, {"T11", t11},
             {"T12", t12}, {"T13", t13},
             {"T14", t14}, {"T15", t15},
             {"T16", t16}};

int main(int argc, char **argv)
{
    size_t count = 0;
    if (argc < 2)
        errx(2, "usage: bftrules RULE|all [SETTING]");
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        struct one o;
        if (strcmp(argv[1], "all") != 0 && strcmp(argv[1], rules[i].name) != 0)
            continue;
        count++;
        one_open(&o, 4, argc > 2 ? argv[2] : NULL);
        rules[i].check(&o);
        one_close(&o);
        if (broken != NULL) {
            printf("%s: %s\n", rules[i].name, broken);
            return 1;
        }
    }
    printf("%zu kept\n", count);
    return count == 0 ? 2 : 0;
}
