/* What the programs of engines share: raft, paxos, pbft. */
#ifndef ENGINECLI_ENGINE_MAIN_H
#define ENGINECLI_ENGINE_MAIN_H

/* Runs the engine with this name, as a filter (process(7)), with the command line of its program:
 * the whole of main. about: what --help says of it. Ends the process. */
int engine_main(const char *name, const char *about, int argc, char **argv);

#endif
