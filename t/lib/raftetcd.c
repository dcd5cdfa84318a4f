/*
 * raftetcd quorum|confchange FILE...: replays etcd's directives about majorities and changes of
 * members with consensus/raft_quorum and consensus/raft_config, and compares the whole text. Prints
 * how many agree; status 1 unless all do.
 */
#include "datadriven.h"
#include "raft/raft_config.h"
#include "raft/raft_quorum.h"

#include <inttypes.h>

enum { IDS_MAX = 64, NOT_HEARD = 0 };

static struct {
    uint64_t ids[2][IDS_MAX], values[IDS_MAX]; /* values: by place in `all` */
    size_t n[2];
    uint64_t all[IDS_MAX];
    char votes[IDS_MAX]; /* y, n, or _ */
    bool heard[IDS_MAX], joint;
    size_t all_n, values_n;
} q;

static char answer[DIRECTIVE_MAX];

static void say(const char *text)
{
    snprintf(answer + strlen(answer), sizeof answer - strlen(answer), "%s", text);
}

/* --- Majorities ---------------------------------------------------------------------------------
 */

static size_t place_of(uint64_t id)
{
    size_t i = 0;
    while (i < q.all_n && q.all[i] != id)
        i++;
    return i;
}

static void add_voter(size_t set, uint64_t id)
{
    q.ids[set][q.n[set]++] = id;
    if (place_of(id) == q.all_n)
        q.all[q.all_n++] = id;
}

static void read_values(const char *key, char *list)
{
    for (char *word = strtok(list, ", "); word != NULL; word = strtok(NULL, ", ")) {
        if (strcmp(key, "cfg") == 0 || strcmp(key, "cfgj") == 0) {
            add_voter(key[3] == 'j', strtoull(word, NULL, 10));
            continue;
        }
        q.votes[q.values_n] = word[0];
        q.heard[q.values_n] = word[0] != '_';
        q.values[q.values_n++] = word[0] == '_' ? NOT_HEARD : strtoull(word, NULL, 10);
    }
}

static void read_sets(char *command)
{
    memset(&q, 0, sizeof q);
    for (char *at = command; (at = strchr(at, '=')) != NULL;) {
        char *key = at, *open = at + 1, *close;
        *at = '\0';
        while (key > command && key[-1] != ' ')
            key--;
        q.joint = q.joint || strcmp(key, "cfgj") == 0;
        if (*open != '(') { /* cfgj=zero */
            at = open;
            continue;
        }
        close = strchr(open, ')');
        *close = '\0';
        read_values(key, open + 1);
        at = close + 1;
    }
}

static uint64_t committed(size_t set)
{
    uint64_t values[IDS_MAX];
    for (size_t i = 0; i < q.n[set]; i++)
        values[i] = q.values[place_of(q.ids[set][i])];
    return raft_majority(values, q.n[set]);
}

static enum raft_result vote(size_t set)
{
    size_t yes = 0, no = 0;
    for (size_t i = 0; i < q.n[set]; i++) {
        yes += q.votes[place_of(q.ids[set][i])] == 'y';
        no += q.votes[place_of(q.ids[set][i])] == 'n';
    }
    return raft_majority_vote(q.n[set], yes, no);
}

/* How many voters have less, or what voter i has. */
static size_t rank(size_t i)
{
    size_t less = 0;
    for (size_t j = 0; j < q.all_n; j++)
        less += q.values[j] < q.values[i];
    return less;
}

static void draw_voter(size_t i)
{
    char line[200], bar[IDS_MAX + 2];
    memset(bar, ' ', sizeof bar);
    bar[q.all_n + 1] = '\0';
    if (q.heard[i]) {
        memset(bar, 'x', rank(i));
        bar[rank(i)] = '>';
    } else {
        bar[0] = '?';
    }
    snprintf(line, sizeof line, "%s %5" PRIu64 "    (id=%" PRIx64 ")\n", bar, q.values[i],
             q.all[i]);
    say(line);
}

static void draw(void)
{
    char line[200];
    if (q.all_n == 0) {
        say("<empty majority quorum>");
        return;
    }
    snprintf(line, sizeof line, "%*sidx\n", (int)q.all_n + 4, "");
    say(line);
    for (uint64_t id = 0, last = 0; last < q.all_n; id++)
        if (place_of(id) < q.all_n) {
            draw_voter(place_of(id));
            last++;
        }
}

/* Nothing changes if the sets change places. */
static uint64_t both_committed(void)
{
    uint64_t a = committed(0), b = committed(1);
    return a < b ? a : b;
}

static void replay_quorum(const struct directive *d)
{
    static const char *const results[] = {"VoteLost\n", "VotePending\n", "VoteWon\n"};
    char command[sizeof d->command], line[40];
    snprintf(command, sizeof command, "%s", d->command);
    read_sets(command);
    if (strncmp(d->command, "vote", 4) == 0) {
        say(results[raft_joint_vote(vote(0), vote(1))]);
        return;
    }
    draw();
    uint64_t index = both_committed();
    snprintf(line, sizeof line, "%" PRIu64 "\n", index);
    say(index == UINT64_MAX ? "∞\n" : line);
}

/* --- Members -------------------------------------------------------------------------------------
 */

static struct raft_config config;
static uint64_t next_of[IDS_MAX], last_index;

static size_t read_changes(const char *input, struct raft_change list[IDS_MAX])
{
    size_t n = 0;
    for (const char *at = input; *at != '\0'; at++) {
        uint32_t node = (uint32_t)strtoul(at + 1, NULL, 10);
        enum raft_change_kind kind = *at == 'v'   ? RAFT_ADD_VOTER
                                     : *at == 'l' ? RAFT_ADD_LEARNER
                                                  : RAFT_REMOVE;
        if (strchr("vlr", *at) != NULL && node > 0)
            list[n++] = (struct raft_change){kind, node};
        at += strcspn(at, " \n");
    }
    return n;
}

static void say_set(uint32_t role, const char *before, const char *after)
{
    char word[20];
    bool any = false;
    for (uint32_t i = 0; i < config.count; i++)
        if (config.members[i].roles & role) {
            snprintf(word, sizeof word, "%s%x", any ? " " : before, config.members[i].node);
            say(word);
            any = true;
        }
    if (any)
        say(after);
}

static void say_config(void)
{
    char line[100];
    say_set(RAFT_VOTER, "voters=(", ")");
    say_set(RAFT_OUTGOING, "&&(", ")");
    say_set(RAFT_LEARNER, " learners=(", ")");
    say_set(RAFT_LEARNER_NEXT, " learners_next=(", ")");
    say(config.autoleave ? " autoleave\n" : "\n");
    for (uint32_t i = 0; i < config.count; i++) {
        snprintf(line, sizeof line, "%x: StateProbe match=0 next=%" PRIu64 "%s\n",
                 config.members[i].node, next_of[config.members[i].node],
                 config.members[i].roles & RAFT_LEARNER ? " learner" : "");
        say(line);
    }
}

static void replay_confchange(const struct directive *d)
{
    struct raft_change list[IDS_MAX];
    struct raft_config before = config;
    struct fault f;
    size_t n = read_changes(d->input, list);
    bool autoleave = strstr(d->command, "autoleave=true") != NULL;
    int wrong = strncmp(d->command, "simple", 6) == 0 ? raft_config_simple(&config, list, n, &f)
                : strncmp(d->command, "enter", 5) == 0
                    ? raft_config_enter(&config, list, n, autoleave, &f)
                    : raft_config_leave(&config, &f);
    for (uint32_t i = 0; i < config.count; i++)
        if (raft_config_roles(&before, config.members[i].node) == 0)
            next_of[config.members[i].node] = last_index == 0 ? 1 : last_index;
    last_index++;
    if (wrong == 0) {
        say_config();
        return;
    }
    say(f.text);
    say("\n");
}

/* --- All of them
 * ---------------------------------------------------------------------------------- */

int main(int argc, char **argv)
{
    static struct directive d;
    unsigned agreed = 0, all = 0;
    for (int i = 2; i < argc; i++) {
        FILE *file = fopen(argv[i], "r");
        if (file == NULL)
            err(2, "%s", argv[i]);
        config = (struct raft_config){0};
        last_index = 0;
        for (; read_directive(file, &d); all++) {
            answer[0] = '\0';
            (strcmp(argv[1], "quorum") == 0 ? replay_quorum : replay_confchange)(&d);
            if (strcmp(answer, d.output) == 0)
                agreed++;
            else
                fprintf(stderr, "%s: %s\n%s--- and not\n%s", argv[i], d.command, answer, d.output);
        }
        fclose(file);
    }
    printf("%u of %u agree\n", agreed, all);
    return agreed == all && all > 0 ? 0 : 1;
}
