/*
 * The model `churn`: a DHT whose nodes come and go, by the code of the DHT's nodes (src/lookup),
 * and whether what was stored in it is found.
 */
#include "model/settings.h"
#include "model/table.h"
#include "overlay/churn.h"

#include "lookup/routing_table.h"

#include <inttypes.h>

enum { NODES = 200, MINUTE = 60000, HOURS_MAX = 1000 };

struct churn_settings {
    uint64_t k, alpha, session, refresh, republish, delay, items, hours;
};

#define AT(field) offsetof(struct churn_settings, field)

/* Sessions, refresh and republish are in minutes. */
static const struct setting settings[] = {
    {"k", SETTING_NUMBER, AT(k), 1, ROUTING_K_MAX, NULL},
    {"alpha", SETTING_NUMBER, AT(alpha), 1, 64, NULL},
    {"session", SETTING_NUMBER, AT(session), 0, 10000, NULL},
    {"refresh", SETTING_NUMBER, AT(refresh), 1, 10000, NULL},
    {"republish", SETTING_NUMBER, AT(republish), 1, 10000, NULL},
    {"delay", SETTING_NUMBER, AT(delay), 1, 200, NULL},
    {"items", SETTING_NUMBER, AT(items), 1, CHURN_ITEMS_MAX, NULL},
    {"hours", SETTING_NUMBER, AT(hours), 2, HOURS_MAX, NULL},
    {0},
};

struct churn_rows {
    const struct churn_setup *setup;
    struct buf *out;
};

static int print(void *self, struct churn_hour *h, struct fault *f)
{
    const struct churn_rows *r = self;
    const double node_seconds = 3600.0 * r->setup->nodes;
    return model_print(
        r->out, f,
        "%u %" PRIu32 " %" PRId64 " %" PRIu32 " %" PRIu32 " %.4f %" PRIu32 " %" PRIu32 " %" PRIu32
        " %" PRIu32 " %" PRIu32 " %.1f %.4f %.2f %.0f %" PRIu32 "\n",
        h->hour, r->setup->nodes, r->setup->session / MINUTE, h->lookups, h->found,
        h->lookups ? (double)h->found / h->lookups : 0, figures_percentile(&h->queries, 50),
        figures_percentile(&h->queries, 95), figures_percentile(&h->timeouts, 50),
        figures_percentile(&h->ms, 50), figures_percentile(&h->ms, 95), h->table, h->stale,
        (double)h->messages / node_seconds, (double)h->bytes / node_seconds, h->left);
}

static int run(const struct sim_model_setup *setup, struct buf *out, struct fault *f)
{
    struct churn_settings s = {.k = 8,
                               .alpha = 3,
                               .session = 60,
                               .refresh = 15,
                               .republish = 15,
                               .delay = 50,
                               .items = 100,
                               .hours = 7};
    struct churn_setup churn = {.seed = setup->seed};
    struct churn_rows rows = {&churn, out};
    if (settings_take(settings, setup->words, setup->count, &s, f) ||
        model_nodes(setup, 16, CHURN_NODES_MAX, NODES, &churn.nodes, f))
        return -1;
    churn.k = (unsigned)s.k;
    churn.alpha = (unsigned)s.alpha;
    churn.session = (int64_t)s.session * MINUTE;
    churn.refresh = (int64_t)s.refresh * MINUTE;
    churn.republish = (int64_t)s.republish * MINUTE;
    churn.delay = (int64_t)s.delay;
    churn.items = (unsigned)s.items;
    churn.hours = (unsigned)s.hours;
    return model_print(out, f,
                       "# hour nodes session lookups found share queries50 queries95 timeouts50 "
                       "ms50 ms95 table stale messages bytes left\n") ||
                   churn_run(&churn, print, &rows, f)
               ? -1
               : 0;
}

const struct sim_model model_churn = {
    "churn", "a DHT whose nodes come and go, and whether items are found", run};
