/* heldtest MEMBERS LINES: whether one line that is held stays while so many other members send so
 * many each. Status 1 if not. */
#include "validator/held_lines.h"

#include <err.h>
#include <stdlib.h>

static void hold(struct held_lines *h, uint32_t node, uint64_t height)
{
    if (held_lines_add(h, &(struct bft_vote){.height = height, .node = node}) != 0)
        errx(2, "out of memory");
}

int main(int argc, char **argv)
{
    struct held_lines h = {0};
    long members = argc == 3 ? atol(argv[1]) : 0, lines = argc == 3 ? atol(argv[2]) : 0;
    hold(&h, 0, 1);
    for (long node = 1; node <= members; node++)
        for (long i = 1; i <= lines; i++)
            hold(&h, (uint32_t)node, (uint64_t)i);
    int lost = h.list[0].node != 0;
    held_lines_free(&h);
    return lost;
}
