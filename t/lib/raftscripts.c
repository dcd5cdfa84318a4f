/*
 * raftscripts FILE...: replays etcd's interaction scripts with Raft engines, and compares what both
 * tell after each directive: term, vote and commit (HardState), entries saved and committed, roles,
 * logs, and the messages of elections. Prints a line for each file, and how many of the directives
 * that can be compared agree; with DIFFER set, what differs.
 *
 * Not compared: free text; how appends, heartbeats and their answers are cut into messages; what a
 * leader thinks of a follower's progress. A script ends where it asks for what the engine has not.
 */
#include "datadriven.h"
#include "raftworld.h"

enum { NODE_STRUCTS = 8, SENT_MAX = 4000 };

static char sent[SENT_MAX][80]; /* messages of elections, in etcd's words; "": told */
static size_t sent_count;
static uint64_t serials;
static unsigned compared, agreed, all_compared, all_agreed;
static bool async, same;
static const char *file_name;

static void differ(const char *line, const char *ours)
{
    same = false;
    if (getenv("DIFFER"))
        fprintf(stderr, "%s: '%s', and here: %s\n", file_name, line, ours);
}

/* --- Messages of elections
 * ------------------------------------------------------------------------ */

static void note_sent(uint32_t from, uint32_t to, const struct raft_item *x)
{
    static const char *const words[] = {"MsgPreVote", "MsgVote", "MsgPreVoteResp", "MsgVoteResp"};
    bool answer = x->head.kind == RAFT_PREVOTED || x->head.kind == RAFT_VOTED;
    if (x->head.kind > RAFT_VOTED || sent_count == SENT_MAX)
        return;
    snprintf(sent[sent_count++], sizeof *sent, "%u->%u %s Term:%llu Log:%llu/%llu%s", from + 1,
             to + 1, words[x->head.kind], (unsigned long long)x->term,
             (unsigned long long)x->log_term, (unsigned long long)x->index,
             answer && !x->flag ? " Rejected (Hint: 0)" : "");
}

static void compare_message(const char *line)
{
    if (strstr(line, "Vote") == NULL)
        return;
    for (size_t i = 0; i < sent_count; i++)
        if (strcmp(sent[i], line) == 0) {
            sent[i][0] = '\0';
            return;
        }
    differ(line, "not sent");
}

/* --- What nodes have
 * ------------------------------------------------------------------------------- */

static void entry_text(uint32_t n, uint64_t index, char *text, size_t size)
{
    const struct raft_log *log = &raft_of(n)->log;
    if (index <= log->base || index > raft_log_last(log)) {
        snprintf(text, size, "no entry");
        return;
    }
    const struct raft_entry *e = raft_log_at(log, index);
    unsigned long long term = e->term, at = index;
    if (e->kind == RAFT_MEMBERS)
        snprintf(text, size, "%llu/%llu EntryConfChange", term, at);
    else
        snprintf(text, size, "%llu/%llu EntryNormal \"%.*s\"", term, at,
                 e->payload == NULL ? 0 : (int)e->payload->len - 1,
                 e->payload == NULL ? "" : e->payload->text);
}

static void compare_entry(uint32_t n, const char *line, bool committed)
{
    char text[200];
    unsigned long long term, index;
    if (sscanf(line, "%llu/%llu", &term, &index) != 2)
        return;
    entry_text(n, index, text, sizeof text);
    if (strncmp(text, line, strlen(text)) != 0)
        differ(line, text);
    else if (committed && raft_of(n)->commit < index)
        differ(line, "not committed");
}

static void compare_state(uint32_t n, const char *line)
{
    char text[120], vote[32] = "";
    const struct raft *r = raft_of(n);
    if (r->vote != NODE_NONE)
        snprintf(vote, sizeof vote, " Vote:%u", r->vote + 1);
    snprintf(text, sizeof text, "HardState Term:%llu%s Commit:%llu", (unsigned long long)r->term,
             vote, (unsigned long long)r->commit);
    if (strcmp(text, line) != 0)
        differ(line, text);
}

/* `N: StateLeader (Voter) Term:1 Lead:1` */
static void compare_role(const char *line)
{
    static const char *const roles[] = {"StateFollower", "StatePreCandidate", "StateCandidate",
                                        "StateLeader"};
    unsigned n;
    char text[120];
    if (sscanf(line, "%u:", &n) != 1 || n == 0 || n > w.nodes)
        return;
    struct raft *r = raft_of(n - 1);
    snprintf(text, sizeof text, "%u: %s (%s) Term:%llu Lead:%u", n, roles[r->role],
             r->voter ? "Voter" : "Non-Voter", (unsigned long long)r->term,
             r->leader == NODE_NONE ? 0 : r->leader + 1);
    if (strcmp(text, line) != 0)
        differ(line, text);
}

/* --- A directive's output
 * ---------------------------------------------------------------------------- */

/* Only the last state that a node had is compared. */
struct reader {
    uint32_t node;
    enum { NO_SECTION, ENTRIES, COMMITTED, MESSAGES, ROLES, LOG } section;
    char states[NODE_STRUCTS][120];
    bool any;
};

static bool is_section(struct reader *r, const char *line)
{
    bool is = true;
    if (strcmp(line, "Entries:") == 0)
        r->section = ENTRIES;
    else if (strcmp(line, "CommittedEntries:") == 0)
        r->section = COMMITTED;
    else if (strcmp(line, "Messages:") == 0)
        r->section = MESSAGES;
    else
        is = false;
    return is;
}

static void read_fact(struct reader *r, const char *line)
{
    if (r->section == MESSAGES)
        compare_message(line);
    else if (r->section == ROLES)
        compare_role(line);
    else if (r->section != NO_SECTION)
        compare_entry(r->node, line, r->section == COMMITTED);
    r->any = r->any || r->section != NO_SECTION;
}

static void read_fact_line(struct reader *r, char *line)
{
    unsigned n;
    line += strspn(line, " ");
    if (sscanf(line, "> %u handling", &n) == 1) {
        r->node = n - 1;
        r->section = NO_SECTION;
    } else if (line[0] == '>' || strncmp(line, "Ready", 5) == 0 || strncmp(line, "INFO", 4) == 0 ||
               strncmp(line, "DEBUG", 5) == 0 || strncmp(line, "Snapshot", 8) == 0 ||
               strncmp(line, "Lead:", 5) == 0) {
        r->section = NO_SECTION;
    } else if (strncmp(line, "HardState", 9) == 0 && r->node < NODE_STRUCTS) {
        snprintf(r->states[r->node], sizeof *r->states, "%s", line);
        r->any = true;
    } else if (!is_section(r, line)) {
        read_fact(r, line);
    }
}

static void compare(const struct directive *d, uint32_t node)
{
    static char text[DIRECTIVE_MAX];
    struct reader r = {.node = node};
    if (strncmp(d->command, "raft-state", 10) == 0)
        r.section = ROLES;
    else if (strncmp(d->command, "raft-log", 8) == 0)
        r.section = LOG;
    else if (strncmp(d->command, "stabilize", 9) != 0 && strncmp(d->command, "process-", 8) != 0)
        return;
    same = true;
    snprintf(text, sizeof text, "%s", d->output);
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
        read_fact_line(&r, line);
    for (uint32_t n = 0; n < w.nodes && n < NODE_STRUCTS; n++)
        if (r.states[n][0] != '\0')
            compare_state(n, r.states[n]);
    compared += r.any;
    agreed += r.any && same;
}

/* --- What directives do
 * -------------------------------------------------------------------------------- */

static uint64_t number_after(const char *text, const char *word, uint64_t otherwise)
{
    const char *at = strstr(text, word);
    return at == NULL ? otherwise : strtoull(at + strlen(word), NULL, 10);
}

/* The members that `voters=(1,2,3)` names, as a line of a configuration. */
static void members_line(const char *command, char *line, size_t size)
{
    static const char *const words[] = {"voters", "learners"};
    size_t used = 0;
    line[0] = '\0';
    for (int i = 0; i < 2; i++) {
        const char *at = strstr(command, words[i]);
        if (at == NULL && i > 0)
            continue;
        used += (size_t)snprintf(line + used, size - used, "%s%s:", i > 0 ? " " : "", words[i]);
        for (at = at == NULL ? "" : strchr(at, '('); *at != '\0' && *at != ')'; at++)
            if (*at >= '1' && *at <= '9')
                used += (size_t)snprintf(line + used, size - used, " n%c", *at);
    }
    snprintf(line + used, size - used, "\nclients 0\n");
}

static struct engine_item *parsed(const char *text)
{
    struct fault f;
    size_t used;
    struct engine_item *x = raft_item_parse(text, strlen(text), &used, w.names, &f);
    if (x == NULL)
        errx(2, "%s: %s", f.text, text);
    return x;
}

static void add_nodes(const char *command)
{
    char members[200], text[300], name[16];
    unsigned long long index = number_after(command, "index=", 0);
    struct fault f;
    members_line(command, members, sizeof members);
    w.setting_count = 0;
    w.settings[w.setting_count++] = strstr(command, "prevote=true") ? "prevote=yes" : "prevote=no";
    w.settings[w.setting_count++] = strstr(command, "checkquorum=true") ? "checkquorum=yes"
                                                                        : "checkquorum=no";
    w.settings[w.setting_count++] = "keep=0";
    async = async || strstr(command, "async-storage-writes=true") != NULL;
    for (uint64_t k = strtoull(command + 9, NULL, 10); k > 0; k--) {
        uint32_t n = w.nodes++;
        snprintf(name, sizeof name, "n%u", n + 1);
        must(node_names_add(w.names, name, strlen(name), &f) == n);
        if (index > 0) {
            snprintf(text, sizeof text, "image %llu 1 2\n%s", index, members);
            w.node[n].disk[0].item = parsed(text);
            snprintf(text, sizeof text, "state 0 - %llu\n", index);
            w.node[n].disk[1].item = parsed(text);
            w.node[n].kept = w.node[n].count = 2;
        }
        start(n);
    }
}

/* The nodes that a directive names, or all. */
static unsigned nodes_of(const char *command)
{
    unsigned set = 0;
    for (const char *at = strchr(command, ' '); at != NULL; at = strchr(at + 1, ' '))
        if (at[1] >= '1' && at[1] <= '9' && strchr(" \0", at[2]) != NULL)
            set |= 1u << (at[1] - '1');
    return set == 0 ? ~0u : set;
}

static bool work(uint32_t n)
{
    struct node *node = &w.node[n];
    bool due = node->deadline <= w.now, unsaved = node->kept < node->count;
    if (due)
        step(n, (struct engine_event){.kind = ENGINE_TIMER});
    sync_disk(n);
    return due || unsaved;
}

static bool deliver_to(unsigned set, unsigned dropped)
{
    bool any = false;
    for (size_t i = 0, count = w.packets; count > 0; count--) {
        uint32_t to = w.packet[i].to;
        if (dropped >> to & 1) {
            drop_packet(i);
        } else if (set >> to & 1) {
            deliver(i);
            any = true;
        } else {
            i++;
        }
    }
    return any;
}

static void stabilize(unsigned set)
{
    bool more = true;
    for (int i = 0; more && i < 1000; i++) {
        more = false;
        for (uint32_t n = 0; n < w.nodes; n++)
            while (set >> n & 1 && work(n))
                more = true;
        more = deliver_to(set, 0) || more;
    }
}

static void deliver_msgs(const char *command)
{
    unsigned dropped = 0;
    const char *at = strstr(command, "drop=(");
    for (at = at == NULL ? "" : at + 6; *at != '\0' && *at != ')'; at++)
        if (*at >= '1' && *at <= '9')
            dropped |= 1u << (*at - '1');
    unsigned set = dropped != 0 && strstr(command, "deliver-msgs drop") ? 0 : nodes_of(command);
    deliver_to(set, dropped);
}

static void propose_text(uint32_t n, const char *text)
{
    char line[200];
    snprintf(line, sizeof line, "%.150s\n", text);
    struct payload *p = payload_new(line, strlen(line));
    step(n, (struct engine_event){
                .kind = ENGINE_PROPOSE, .id = {.client = n, .serial = ++serials}, .payload = p});
    payload_unref(p);
    if (raft_of(n)->role == RAFT_LEADER) /* etcd's engine keeps no proposals */
        proposals_clear(&raft_of(n)->proposals);
}

static void change(uint32_t n, const struct directive *d)
{
    char text[300] = "member";
    struct raft *r = raft_of(n);
    bool joint = strstr(d->command, "implicit") || strstr(d->command, "explicit");
    r->set.joint = joint ? RAFT_JOINT_ALWAYS : RAFT_JOINT_AUTO;
    r->set.autoleave = strstr(d->command, "explicit") == NULL;
    for (const char *at = d->input; *at != '\0'; at++) {
        const char *verb = *at == 'v' ? "add" : *at == 'l' ? "learner" : *at == 'r' ? "remove" : "";
        size_t used = strlen(text);
        if (verb[0] != '\0')
            snprintf(text + used, sizeof text - used, " %s n%c", verb, at[1]);
    }
    command(n, strlen(text) > 6 ? text : "leave");
}

static void tick(uint32_t n, int64_t ms)
{
    w.node[n].skew += (uint64_t)ms;
    w.node[n].deadline -= ms;
    while (w.node[n].deadline <= w.now)
        step(n, (struct engine_event){.kind = ENGINE_TIMER});
}

/* It knows no leader any more. */
static void forget_leader(uint32_t n)
{
    struct engine_outputs out = {0};
    struct fault f;
    struct raft *r = raft_of(n);
    if (r->role != RAFT_FOLLOWER)
        return;
    r->out = &out;
    r->f = &f;
    must(raft_follow(r, r->term, NODE_NONE) == 0);
    engine_outputs_free(&out);
}

static void set_timeout(uint32_t n, int64_t ticks)
{
    struct raft *r = raft_of(n);
    r->timeout = ticks * r->set.election / 3;
    raft_restart_timer(r);
    w.node[n].deadline = r->election_due - (int64_t)w.node[n].skew;
}

/* What etcd's tests have of the inside. */
static bool act_inside(const char *c, uint32_t n)
{
    const char *space = strchr(c, ' ');
    if (strncmp(c, "forget-leader", 13) == 0)
        forget_leader(n);
    else if (strncmp(c, "set-randomized", 14) == 0)
        set_timeout(n, (int64_t)number_after(c, "timeout=", 3));
    else if (strncmp(c, "report-unreachable", 18) == 0)
        raft_peer_find(raft_of(n), (uint32_t)strtoul(space + 3, NULL, 10) - 1)->progress =
            RAFT_PROBING;
    else
        return strncmp(c, "log-level", 9) == 0 || strncmp(c, "raft-", 5) == 0 ||
               strncmp(c, "status", 6) == 0;
    return true;
}

/* Whether it can be done. */
static bool act(const struct directive *d)
{
    const char *c = d->command, *space = strchr(c, ' ');
    char text[40];
    uint32_t n = space == NULL ? 0 : (uint32_t)strtoul(space + 1, NULL, 10) - 1;
    if (strncmp(c, "add-nodes", 9) == 0)
        add_nodes(c);
    else if (strncmp(c, "campaign", 8) == 0)
        command(n, "campaign");
    else if (strncmp(c, "stabilize", 9) == 0)
        stabilize(nodes_of(c));
    else if (strncmp(c, "process-ready", 13) == 0)
        work(n);
    else if (strncmp(c, "deliver-msgs", 12) == 0 && strstr(c, "type=") == NULL)
        deliver_msgs(c);
    else if (strncmp(c, "propose-conf-change", 19) == 0)
        change(n, d);
    else if (strncmp(c, "propose", 7) == 0 && space != NULL)
        propose_text(n, space + 3);
    else if (strncmp(c, "tick-heartbeat", 14) == 0)
        tick(n, raft_of(n)->set.heartbeat);
    else if (strncmp(c, "tick-election", 13) == 0)
        tick(n, raft_of(n)->set.election);
    else if (strncmp(c, "compact", 7) == 0 && space != NULL)
        snapshot(n, strtoull(space + 3, NULL, 10));
    else if (strncmp(c, "transfer", 8) == 0) {
        snprintf(text, sizeof text, "transfer n%llu",
                 (unsigned long long)number_after(c, "to=", 0));
        command((uint32_t)number_after(c, "from=", 1) - 1, text);
    } else {
        return act_inside(c, n);
    }
    return true;
}

/* A script, up to where it asks for what the engine has not. */
static void replay(FILE *file)
{
    static struct directive d;
    const char *stop = NULL;
    compared = agreed = 0;
    while (stop == NULL && read_directive(file, &d)) {
        const char *space = strchr(d.command, ' ');
        if (!act(&d) || async)
            stop =
                async
                    ? "asynchronous storage, where votes are asked for before one's own is on disk"
                    : d.command;
        else
            compare(&d, space == NULL ? 0 : (uint32_t)strtoul(space + 1, NULL, 10) - 1);
    }
    printf("%s: %u of %u agree%s%s\n", file_name, agreed, compared,
           stop == NULL ? "" : ", up to: ", stop == NULL ? "" : stop);
    all_agreed += agreed;
    all_compared += compared;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "r");
        if (file == NULL)
            err(2, "%s", argv[i]);
        file_name = strrchr(argv[i], '/') == NULL ? argv[i] : strrchr(argv[i], '/') + 1;
        memset(&w, 0, sizeof w);
        w.names = node_names_new();
        w.now = 1000;
        w.watch = note_sent;
        sent_count = 0;
        async = false;
        replay(file);
        end_world();
        fclose(file);
    }
    printf("%u of %u agree\n", all_agreed, all_compared);
    return 0;
}
