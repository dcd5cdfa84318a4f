#include "peers/dial_history.h"

#include "base/file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void dial_history_init(struct dial_history *j, const char *path)
{
    *j = (struct dial_history){.tried = {.path = path}};
}

void dial_history_free(struct dial_history *j)
{
    tried_free(&j->tried);
}

int dial_history_read(struct dial_history *j, struct fault *f)
{
    char path[PATH_MAX];
    struct stat now = {0};
    snprintf(path, sizeof path, "%s.tried", j->tried.path);
    if (stat(path, &now)) /* a missing file is an empty one */
        now = (struct stat){0};
    if (file_unchanged(&j->seen, &now))
        return 0;
    j->seen = now;
    return tried_load(&j->tried, f) ? -1 : 1;
}

/* An event that is not in the file yet; NULL: none. */
static const struct tried_event *find_event(const struct dial_history *j,
                                            const struct tried_name *n)
{
    for (size_t i = 0; i < j->count; i++)
        if (memcmp(&j->events[i].name, n, sizeof *n) == 0)
            return &j->events[i];
    return NULL;
}

/* When the target failed last, under its key or any; 0: never, as far as is known. */
static int64_t failed_at(const struct dial_history *j, const struct target *t,
                         const struct tried_mark *known)
{
    struct tried_name n;
    tried_name(&n, NULL, &t->address);
    const struct tried_event *any = find_event(j, &n);
    memcpy(n.key, t->key, ID_LEN);
    const struct tried_event *own = find_event(j, &n);
    int64_t at = known->failures ? known->time : 0;
    if (any && any->time > at)
        at = any->time;
    return own && !own->answered && own->time > at ? own->time : at;
}

void dial_history_mark(const struct dial_history *j, struct target *t, int64_t now, int64_t hold)
{
    struct tried_name n;
    struct tried_mark known = {0};
    tried_name(&n, t->key, &t->address);
    if (tried_find(&j->tried, &n, &known)) {
        t->tried = known.state != TRIED_FAILED;
        t->anchor = known.state == TRIED_ANCHOR;
        t->test = known.state == TRIED_TEST;
    }
    int64_t at = t->tried ? 0 : failed_at(j, t, &known);
    if (at && now >= at && now - at < hold)
        t->hold = (hold - (now - at)) * 1000;
}

void dial_history_note(struct dial_history *j, const struct target *t, enum outcome outcome,
                       int64_t now)
{
    struct tried_event event = {.answered = outcome == OUTCOME_ANSWERED, .time = now};
    bool any = outcome == OUTCOME_NOBODY && !t->tried;
    size_t i = 0;
    tried_name(&event.name, any ? NULL : t->key, &t->address);
    while (i < j->count && memcmp(&j->events[i].name, &event.name, sizeof event.name) != 0)
        i++;
    if (i == DIAL_HISTORY_EVENTS_MAX)
        return;
    j->events[i] = event;
    j->count += i == j->count;
}

void dial_history_anchors(struct dial_history *j, const struct target *const *list, size_t count)
{
    struct tried_name now[TRIED_ANCHORS];
    if (!count) /* offline for now: the anchors of before are still the ones to dial first */
        return;
    memset(now, 0, sizeof now);
    for (size_t i = 0; i < count && i < TRIED_ANCHORS; i++)
        tried_name(&now[i], list[i]->key, &list[i]->address);
    j->moved |= memcmp(now, j->anchors, sizeof now) != 0;
    memcpy(j->anchors, now, sizeof now);
}

/* 0, or -1 and trouble. The file is locked. */
static int update(struct dial_history *j, const struct peers *peers, struct fault *f)
{
    uint8_t secret[TRIED_SECRET_LEN];
    if (tried_secret(j->tried.path, secret, f) || tried_load(&j->tried, f) ||
        tried_apply(&j->tried, secret, j->events, j->count, j->moved ? j->anchors : NULL, f))
        return -1;
    for (size_t i = 0; i < peers->count; i++) {
        struct tried_name n;
        if (!peers->list[i].announced)
            continue;
        tried_name(&n, peers->list[i].key, &peers->list[i].address);
        tried_listed(&j->tried, &n);
    }
    tried_drop_unlisted(&j->tried);
    return tried_save(&j->tried, f);
}

int dial_history_write(struct dial_history *j, const struct peers *peers, struct fault *f)
{
    if (j->closed || (!j->count && !j->moved))
        return 0;
    int fd = tried_lock(&j->tried);
    if (fd < 0 && errno == EWOULDBLOCK)
        return 0;
    if (fd < 0) {
        j->closed = true;
        return errno == EACCES || errno == EROFS || errno == EPERM
                   ? 0
                   : fault_errno(f, "%s.tried", j->tried.path);
    }
    int failed = update(j, peers, f);
    close(fd);
    j->closed = failed != 0;
    j->count = 0;
    j->moved = false;
    return failed;
}
