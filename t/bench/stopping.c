/*
 * stopping RUNS COMMAND...: measures how long a program that would run for ever takes to end after
 * a signal, SIGTERM and SIGINT in turn, 50 ms after its start. Prints the median of the runs and
 * the longest, in microseconds:
 *
 * MEDIAN<tab>WORST
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS_MAX = 10000 };

#define WORK 0.05 /* seconds of processor time */

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Resets signals that a shell may have set to be ignored. */
static pid_t start(char **words)
{
    pid_t pid;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    extern char **environ;
    if (posix_spawnp(&pid, words[0], &actions, &attributes, words, environ))
        errx(2, "cannot start %s", words[0]);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return pid;
}

static void let_work(pid_t pid)
{
    clockid_t its;
    if (clock_getcpuclockid(pid, &its))
        errx(2, "no clock of its own");
    while (now(its) < WORK) {
        if (waitpid(pid, NULL, WNOHANG))
            errx(2, "it ended by itself");
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

/* Microseconds. */
static double stop(pid_t pid, int signal)
{
    int status;
    double begun = now(CLOCK_MONOTONIC);
    kill(pid, signal);
    if (waitpid(pid, &status, 0) != pid)
        err(2, "waitpid");
    return (now(CLOCK_MONOTONIC) - begun) * 1e6;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static double took[RUNS_MAX];
    int runs = argc > 2 ? atoi(argv[1]) : 0;
    if (runs < 1 || runs > RUNS_MAX)
        errx(2, "usage: stopping RUNS COMMAND...");
    for (int i = 0; i < runs; i++) {
        pid_t pid = start(argv + 2);
        let_work(pid);
        took[i] = stop(pid, i % 2 ? SIGINT : SIGTERM);
    }
    qsort(took, (size_t)runs, sizeof *took, by_size);
    printf("%.0f\t%.0f\n", took[runs / 2], took[runs - 1]);
    return fflush(stdout) ? 2 : 0;
}
