/*
 * asertsim SPACING HALFLIFE TOLERANCE SEEDS: a month of mining by chance under a changing hash
 * rate.
 *
 * A block's time is drawn from the exponential distribution that its target and the hash rate at
 * that time give. Every story below is told with so many seeds; the mean spacing of each of its
 * windows must be the intended one, within TOLERANCE percent: 0 where it is, 1 where it is not.
 * With HALFLIFE 0 the target stands still, so that it must not be. Nothing here depends on the
 * machine: own chance, no libm.
 */
#include "work/target.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY 86400.0
#define GENESIS_TIME 1700000000

enum { MEDIAN_OF = 11 };

/* The beginning and end of a window, in days. */
struct window {
    double from, to;
};

struct story {
    const char *name;
    double (*rate)(double t); /* the hash rate t seconds after genesis; genesis's target suits 1 */
    struct window window[3];
};

/* sin(2 pi x) by Bhaskara's formula, good to 0.2 %. */
static double sine(double x)
{
    x -= (double)(int64_t)x;
    double half = x < 0.5 ? 2 * x : 2 * x - 1, p = half * (1 - half);
    return (x < 0.5 ? 16 : -16) * p / (5 - 4 * p);
}

static double steady(double t)
{
    (void)t;
    return 1;
}

static double rise(double t)
{
    return t < 10 * DAY ? 1 : 10;
}

static double fall(double t)
{
    return t < 10 * DAY ? 1 : 0.1;
}

static double rise_and_fall(double t)
{
    return t < 5 * DAY || t >= 16 * DAY ? 1 : 10;
}

static double daily(double t)
{
    return 1 + 0.5 * sine(t / DAY);
}

static double all(double t)
{
    return rise_and_fall(t) * daily(t);
}

static const struct story stories[] = {
    {"steady", steady, {{0, 30}}},
    {"x10 on day 10", rise, {{0, 10}, {20, 30}}},
    {"/10 on day 10", fall, {{0, 10}, {20, 30}}},
    {"x10 on day 5, /10 on day 16", rise_and_fall, {{10, 16}, {22, 30}}},
    {"daily sine, +-50 %", daily, {{2, 16}, {16, 30}}},
    {"all at once", all, {{10, 16}, {22, 30}}},
};

/* A number from 0 to 1 (splitmix64). */
static double chance(uint64_t *seed)
{
    uint64_t z = *seed += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (double)((z ^ z >> 31) >> 11) / 9007199254740992.0;
}

/* From the exponential distribution with mean 1, by von Neumann's method of descending runs. */
static double exponential(uint64_t *seed)
{
    for (double whole = 0;; whole++) {
        double first = chance(seed), last = first;
        int run = 1;
        for (double x; (x = chance(seed)) < last; run++)
            last = x;
        if (run % 2)
            return whole + first;
    }
}

static double work_of(const uint8_t target[TARGET_LEN])
{
    struct u256 w = target_work(target);
    double sum = 0;
    for (int i = 3; i >= 0; i--)
        sum = sum * 18446744073709551616.0 + (double)w.word[i];
    return sum;
}

/* The time at which a block of this much work, begun at t, is found. */
static double found_at(double t, double work, double step, double (*rate)(double), uint64_t *seed)
{
    double left = exponential(seed) * work;
    while (rate(t) * step < left) {
        left -= rate(t) * step;
        t += step;
    }
    return t + left / rate(t);
}

struct chain {
    struct asert asert;
    int64_t height;
    int64_t times[MEDIAN_OF]; /* the time of the block at height h is at h % MEDIAN_OF */
    double now;               /* since genesis */
};

/* Mines the next block; the unit of work is what hash rate 1 does in a second. */
static void mine(struct chain *c, double unit, double (*rate)(double), uint64_t *seed)
{
    uint8_t target[TARGET_LEN];
    target_next(&c->asert, c->height, c->times[c->height % MEDIAN_OF], target);
    double step = (double)c->asert.spacing / 10;
    c->now = found_at(c->now, work_of(target) / unit, step, rate, seed);
    int64_t time = GENESIS_TIME + (int64_t)c->now;
    /* times never fall, so the median of the last 11 is the sixth last */
    int64_t median = c->height < 5 ? GENESIS_TIME : c->times[(c->height - 5) % MEDIAN_OF];
    c->height++;
    c->times[c->height % MEDIAN_OF] = time > median ? time : median + 1;
}

/* Whether the mean spacing of a window is as intended; prints it. */
static int judge(const struct story *s, struct window w, double mean, double spacing,
                 double tolerance)
{
    double off = (mean / spacing - 1) * 100;
    int good = off <= tolerance && off >= -tolerance;
    printf("%s\t%s\tdays %g-%g\tmean %.3f s\t%+.2f %%\n", good ? "good" : "BAD", s->name, w.from,
           w.to, mean, off);
    return good;
}

/* Runs one story with one seed. Gives the number of windows that are wrong. */
static int tell(const struct story *s, struct asert asert, double tolerance, uint64_t seed)
{
    struct chain c = {.asert = asert, .times = {GENESIS_TIME}};
    double unit = work_of(asert.target) / (double)asert.spacing;
    int bad = 0;
    for (const struct window *w = s->window; w->to > 0; w++) {
        while (c.now < w->from * DAY)
            mine(&c, unit, s->rate, &seed);
        double since = c.now;
        int64_t height = c.height;
        while (c.now < w->to * DAY)
            mine(&c, unit, s->rate, &seed);
        double mean = (c.now - since) / (double)(c.height - height);
        bad += !judge(s, *w, mean, (double)asert.spacing, tolerance);
    }
    return bad;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        errx(2, "usage: asertsim SPACING HALFLIFE TOLERANCE SEEDS");
    struct asert a = {.target = {0, 0, 0, 0, 0xff, 0xff},
                      .time = GENESIS_TIME,
                      .spacing = atoll(argv[1]),
                      .halflife = atoll(argv[2])};
    uint64_t seeds = strtoull(argv[4], NULL, 10);
    int bad = 0;
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++)
        for (uint64_t seed = 1; seed <= seeds; seed++)
            bad += tell(&stories[i], a, atof(argv[3]), seed << 32 | i);
    return fflush(stdout) ? 2 : bad > 0;
}
