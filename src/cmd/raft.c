/* raft: consensus by Raft, as a filter (process(7)). */
#include "enginecli/engine_main.h"

int main(int argc, char **argv)
{
    return engine_main("raft", "Agrees with others on one order of records: Raft, as a filter.",
                       argc, argv);
}
