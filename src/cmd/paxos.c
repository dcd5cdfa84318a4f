/* paxos: consensus by Multi-Paxos, as a filter (process(7)). */
#include "enginecli/engine_main.h"

int main(int argc, char **argv)
{
    return engine_main("paxos", "Agrees with others on one order of records: Paxos, as a filter.",
                       argc, argv);
}
