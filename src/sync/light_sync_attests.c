/* What members have attested, on a chain with finality over work: asked for after the headers, from
 * the last checkpoint on that is justified by what is here. */
#include "sync/light_sync_parts.h"

#include <stdio.h>

/* Whether bodies of the best chain can have lines that justify another checkpoint. */
static bool is_behind(const struct light *c)
{
    int64_t apart = light_checkpoints(c);
    return apart && light_sum(c).height - light_justified(c) > apart;
}

/* The peer has no more lines, for this reason, which is no fault of its; or NULL. */
static void end(struct light_peer *p, const char *why)
{
    struct pull_run *run = &p->run->base;
    p->attests_done = true;
    if (!why)
        return;
    pull_run_log(run, p->base.who, "none", NULL, why);
    run->warn(run->self, p->base.who, why);
}

/* What could not be judged may rest on an accusation that another peer has hidden, so all lines are
 * asked for, once. Whether it has begun. */
static bool begin_again(struct light_peer *p)
{
    const struct light *c = p->run->light;
    if (p->asked_all || !light_takes_accusations(c))
        return false;
    p->asked_all = true;
    p->unsure = 0;
    p->attested = light_begins(c);
    return true;
}

bool light_sync_wants_attests(struct light_peer *p)
{
    const struct light *c = p->run->light;
    if (p->attests_done || !is_behind(c))
        return false;
    if (p->attested < 0)
        p->attested = light_justified(c);
    if (p->base.session.theirs.version < WIRE_ATTESTS)
        end(p, "does not serve attest lines");
    else if (p->attested >= light_sum(c).height && p->unsure && begin_again(p))
        return true;
    else if (p->attested >= light_sum(c).height)
        end(p, p->unsure ? p->doubt : NULL);
    return !p->attests_done;
}

int light_sync_ask_attests(struct light_peer *p, int64_t now, struct fault *f)
{
    const struct light *c = p->run->light;
    uint8_t after[ID_LEN];
    int64_t left = light_sum(c).height - p->attested;
    p->attests_asked = left < WIRE_ATTESTS_MAX ? left : WIRE_ATTESTS_MAX;
    light_id_at(c, p->attested, after);
    return header_puller_attests(&p->puller, &p->base.session, after, p->attests_asked, now, f);
}

/* Lines of bodies that were not asked for would be judged again and again. 0, or -1 and a fault. */
static int check_place(const struct light_peer *p, const uint8_t block[ID_LEN], struct fault *f)
{
    struct light *c = p->run->light;
    size_t n;
    int found = light_find(c, block, &n, f);
    int64_t above = found > 0 ? light_height(c, n) - p->attested : 1;
    if (found < 0 || (above > 0 && above <= p->attests_asked))
        return found < 0 ? -1 : 0;
    return fault_rule(f, "attest lines of a block that was not asked for");
}

int light_sync_attest(void *self, const uint8_t block[ID_LEN], const char *text, size_t len,
                      struct fault *f)
{
    struct light_peer *p = self;
    struct light_sync *s = p->run;
    if (check_place(p, block, f))
        return -1;
    int new = header_file_attest(s->config.file, text, len, s->config.clock(s->config.self), f);
    if (new < 0 && f->kind == FAULT_RULE && light_unsure(s->light)) {
        if (p->unsure++ == 0)
            snprintf(p->doubt, sizeof p->doubt, "cannot tell: %s", f->text);
        return 0;
    }
    if (new > 0) {
        p->base.useful = true;
        s->base.progress = s->base.now;
    }
    return new;
}

/* What follows is asked for after the last block that had lines, as an answer may end early. */
void light_sync_attests_end(struct light_peer *p)
{
    struct light *c = p->run->light;
    struct fault ignored;
    size_t n;
    int64_t next = p->attested + p->attests_asked;
    if (p->puller.got && light_find(c, p->puller.attested, &n, &ignored) == 1 &&
        light_height(c, n) > p->attested)
        next = light_height(c, n);
    p->attested = next;
}
