/*
 * gossip/sender and gossip/listener, told by the input when what goes where, and which connections
 * come and go: in the end everyone has every record that came in, and printed it once.
 */
#include "fuzz.h"

#include "../lib/brains.h"

enum { NODES = 4, TXS = 10, BLOCKS = 4 };

static void make_records(struct net *n)
{
    static const uint8_t prev[ID_LEN] = {1};
    static const size_t lines[BLOCKS] = {0, 1, 6, TXS};
    for (uint64_t i = 0; i < TXS; i++)
        net_add(n, make_tx(i));
    for (size_t i = 0; i < BLOCKS; i++)
        net_add(n, make_block((int64_t)i + 1, prev, n->records, lines[i]));
}

static void carry_some(struct net *n, size_t i, size_t most, bool back)
{
    struct wire_link *link = &n->links[i % n->link_count];
    if (!link->inbound)
        return;
    struct end out = outbound_end(link->outbound), in = inbound_end(link->inbound);
    bool closes = (back ? carry(in, out, most, n->now) : carry(out, in, most, n->now)) < 0;
    must(!closes && !link->inbound->doomed && !link->outbound->doomed);
}

static void toggle(struct net *n, struct wire_link *link)
{
    if (link->inbound)
        net_down(n, link);
    else
        net_up(n, link);
}

/* The high digit says what, the low one with which, and the byte behind it how much. */
static void step(struct net *n, uint8_t what, uint8_t much, bool in[])
{
    size_t which = what & 0xf;
    switch (what >> 4) {
    case 0:
    case 1:
        net_inject(n, much % NODES, which % n->record_count);
        in[which % n->record_count] = true;
        break;
    case 2:
    case 3:
    case 4:
        carry_some(n, which, 1 + (size_t)much * much, false);
        break;
    case 5:
    case 6:
    case 7:
        carry_some(n, which, 1 + (size_t)much * much, true);
        break;
    case 8:
    case 9:
    case 10:
        net_settle(n, &n->nodes[which % NODES]);
        break;
    case 11:
        toggle(n, &n->links[which % n->link_count]);
        break;
    case 12:
        n->now += (int64_t)much * 20;
        net_tick(n);
        break;
    default:
        net_turn(n, much);
    }
}

static bool all_have(const struct net *n, const bool in[])
{
    for (size_t i = 0; i < n->record_count; i++)
        for (size_t j = 0; j < n->node_count && in[i]; j++)
            if (n->nodes[j].had[i] != 1)
                return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct net *n = net_new(size);
    bool in[TXS + BLOCKS] = {false}, stems = size && data[0] & 1;
    make_records(n);
    for (size_t i = 0; i < NODES; i++)
        net_add_node(n, stems, size && data[0] & 2);
    for (size_t i = 0; i < NODES; i++) {
        net_link(n, i, (i + 1) % NODES);
        net_link(n, i, (i + 2) % NODES);
    }
    n->hostile = true; /* who waits too long for a word may close */
    for (size_t i = 1; i + 1 < size; i += 2)
        step(n, data[i], data[i + 1], in);
    int64_t end = n->now + (stems ? 300000 : 150000);
    for (int more = 0; n->now < end && more < 5; more += all_have(n, in)) {
        for (size_t j = 0; j < n->link_count; j++)
            net_up(n, &n->links[j]);
        net_turn(n, 500);
    }
    must(all_have(n, in));
    must(n->late == 0);
    net_free(n);
    return 0;
}
