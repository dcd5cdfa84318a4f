#include "blockcli/member_turn.h"

#include "chain/turn.h"
#include "cli/cli.h"
#include "cli/rate.h"
#include "cli/values.h"
#include "ledgercli/ledger.h"

#include <inttypes.h>
#include <time.h>

enum { LOOK_MS = 10 };

void member_turn_begin(struct member_turn *m, struct ledger *l, const struct account *self)
{
    m->ledger = l;
    m->self = *self;
    tip_watch_begin(&m->tip, l);
}

void member_turn_free(struct member_turn *m)
{
    tip_watch_free(&m->tip);
}

bool member_turn_is_now(struct member_turn *m, struct fault *f)
{
    struct turn turn;
    int64_t height = m->ledger->tree.best.height + 1;
    if (tree_turn(&m->ledger->tree, &m->self, &turn, f))
        cli_ledger_fail(m->ledger, f);
    if (!turn.is_member)
        fault_rule(f, "%s is no member of the set that seals block %" PRId64,
                   account_text(&m->self).text, height);
    else if (turn.apart)
        fault_rule(f, "%" PRId64 " block%s of others must come before another one by %s",
                   turn.apart, turn.apart == 1 ? "" : "s", account_text(&m->self).text);
    else if (!m->out_of_turn && !account_equal(&turn.whose, &m->self))
        fault_rule(f, "it is the turn of %s to seal block %" PRId64 " (-o: seal all the same)",
                   account_text(&turn.whose).text, height);
    else
        return true;
    return false;
}

void member_turn_take_tip(struct member_turn *m)
{
    const struct tree *t = &m->ledger->tree;
    m->height = t->best.height + 1;
    if (__builtin_add_overflow(t->best.time, t->rules.spacing, &m->earliest))
        cli_die("the chain's time ends at 2^63-1");
}

static void pause_or_give_up(struct member_turn *m)
{
    if (cli_milliseconds() >= m->deadline) {
        cli_warn("time is up");
        cli_exit(CLI_NO);
    }
    if (m->watch_tip && tip_watch_moved(&m->tip)) {
        cli_warn("the tip moved");
        cli_exit(MEMBER_TURN_TIP_MOVED);
    }
    nanosleep(&(struct timespec){.tv_nsec = LOOK_MS * 1000000L}, NULL);
}

void member_turn_wait_until(struct member_turn *m, int64_t time)
{
    int64_t left = m->clock == CLI_CLOCK ? time - cli_time_now(CLI_CLOCK) : 0;
    if (left > 0 && m->no_wait) {
        cli_warn("nothing sealed: block %" PRId64 " is due at %" PRId64 ", in %" PRId64 " s",
                 m->height, time, left);
        cli_exit(CLI_NO);
    }
    if (left > m->ledger->tree.rules.spacing)
        cli_warn("waiting %" PRId64 " s: block %" PRId64 " is due at %" PRId64
                 ", ahead of this machine's clock",
                 left, m->height, time);
    while (m->clock == CLI_CLOCK && cli_time_now(CLI_CLOCK) < time)
        pause_or_give_up(m);
}

_Noreturn void member_turn_wait(struct member_turn *m)
{
    struct fault f = {0};
    bool now = member_turn_is_now(m, &f);
    member_turn_take_tip(m);
    for (;;) {
        if (now && (m->clock != CLI_CLOCK || cli_time_now(CLI_CLOCK) >= m->earliest))
            cli_exit(CLI_YES);
        pause_or_give_up(m);
        if (tip_watch_moved(&m->tip)) {
            tip_watch_own(&m->tip, m->ledger->tree.best.id);
            now = member_turn_is_now(m, &f);
            member_turn_take_tip(m);
        }
    }
}
