/* pbft: consensus among nodes that may lie, by PBFT, as a filter (process(7)). */
#include "enginecli/engine_main.h"

int main(int argc, char **argv)
{
    return engine_main("pbft",
                       "Agrees with others, some of which may lie, on one order of records: PBFT, "
                       "as a filter.",
                       argc, argv);
}
