/*
 * inturn [-c] ROUNDS <COMMANDS: runs commands in turn, ROUNDS times, and prints what a run of each
 * takes.
 *
 * A command is a line of fields separated by tabs: a label, the file for its stdin, the file for
 * its stdout (`-` for /dev/null), and the words of the command. `%d` in a file or a word stands for
 * the number of the round, from 1; a round 0 is run first as a warm-up and does not count (-c: no
 * such round). Every command must end with status 0. For each, one line is printed:
 *
 * LABEL<tab>WALL<tab>CPU<tab>MEMORY
 *
 * with the medians of the wall time and the processor time in microseconds, and the largest
 * resident set in KiB (of this process or the command, whichever is larger).
 */
#include <err.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COMMANDS_MAX = 64, WORDS_MAX = 64, WORD_MAX = 1024, ROUNDS_MAX = 10000 };

struct command {
    char *line; /* the fields, each ended by a NUL */
    char *words[WORDS_MAX];
    int count;
    double *wall, *cpu;
    long memory;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double microseconds(struct timeval t)
{
    return (double)t.tv_sec * 1e6 + (double)t.tv_usec;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *list, int n)
{
    qsort(list, (size_t)n, sizeof *list, by_size);
    return n % 2 ? list[n / 2] : (list[n / 2 - 1] + list[n / 2]) / 2;
}

static void *memory(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (!p)
        errx(2, "out of memory");
    return p;
}

/* The word, with its %d replaced by the number of the round. */
static char *fill_in(const char *word, int round, char out[WORD_MAX])
{
    const char *at = strstr(word, "%d");
    int n = at ? snprintf(out, WORD_MAX, "%.*s%d%s", (int)(at - word), word, round, at + 2)
               : snprintf(out, WORD_MAX, "%s", word);
    if (n >= WORD_MAX)
        errx(2, "too long: %s", word);
    return out;
}

static void open_as(posix_spawn_file_actions_t *actions, int fd, const char *name)
{
    int flags = fd ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY;
    const char *path = strcmp(name, "-") ? name : "/dev/null";
    posix_spawn_file_actions_addopen(actions, fd, path, flags, 0666);
}

/* Starts a command; its stderr goes to the descriptor `said`. */
static pid_t start(const struct command *c, int round, int said)
{
    static char words[WORDS_MAX][WORD_MAX];
    char *argv[WORDS_MAX + 1] = {0};
    posix_spawn_file_actions_t actions;
    pid_t pid;
    for (int i = 0; i < c->count; i++)
        argv[i] = fill_in(c->words[i], round, words[i]);
    posix_spawn_file_actions_init(&actions);
    open_as(&actions, STDIN_FILENO, words[1]);
    open_as(&actions, STDOUT_FILENO, words[2]);
    posix_spawn_file_actions_adddup2(&actions, said, STDERR_FILENO);
    int failed = posix_spawnp(&pid, words[3], &actions, NULL, argv + 3, environ);
    if (failed)
        errx(2, "%s: cannot run %s: %s", c->words[0], words[3], strerror(failed));
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static void complain(const struct command *c, int round, int status, int said)
{
    char words[4096];
    ssize_t n = pread(said, words, sizeof words, 0);
    fprintf(stderr, "%.*s", n > 0 ? (int)n : 0, words);
    errx(2, "%s: round %d ended with status %d", c->words[0], round,
         WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static void run(struct command *c, int round, int said)
{
    struct rusage used;
    int status;
    if (ftruncate(said, 0) || lseek(said, 0, SEEK_SET))
        err(2, "stderr");
    double begin = now();
    pid_t pid = start(c, round, said);
    if (wait4(pid, &status, 0, &used) != pid)
        err(2, "wait4");
    c->wall[round] = now() - begin;
    c->cpu[round] = microseconds(used.ru_utime) + microseconds(used.ru_stime);
    c->memory = used.ru_maxrss > c->memory ? used.ru_maxrss : c->memory;
    if (status)
        complain(c, round, status, said);
}

static void read_command(struct command *c, char *line, int rounds)
{
    char *rest = c->line = line;
    line[strcspn(line, "\n")] = 0;
    for (char *word; (word = strsep(&rest, "\t"));) {
        if (c->count == WORDS_MAX)
            errx(2, "too many words: %s", c->words[0]);
        c->words[c->count++] = word;
    }
    if (c->count < 4)
        errx(2, "not a command: %s", line);
    c->wall = memory((size_t)rounds + 1, sizeof *c->wall);
    c->cpu = memory((size_t)rounds + 1, sizeof *c->cpu);
}

static int read_commands(struct command *commands, int rounds)
{
    char *line = NULL;
    size_t cap = 0;
    int n = 0;
    for (; getline(&line, &cap, stdin) > 0; line = NULL, cap = 0) {
        if (n == COMMANDS_MAX)
            errx(2, "too many commands");
        read_command(&commands[n++], line, rounds);
    }
    free(line);
    return n;
}

int main(int argc, char **argv)
{
    struct command *commands = memory(COMMANDS_MAX, sizeof *commands);
    int cold = argc == 3 && strcmp(argv[1], "-c") == 0;
    int rounds = argc == 2 + cold ? atoi(argv[1 + cold]) : 0;
    int said = memfd_create("stderr", MFD_CLOEXEC);
    if (rounds < 1 || rounds > ROUNDS_MAX)
        errx(2, "usage: inturn [-c] ROUNDS <COMMANDS");
    int n = read_commands(commands, rounds);
    for (int round = cold; round <= rounds; round++)
        for (int i = 0; i < n; i++)
            run(&commands[i], round, said);
    for (int i = 0; i < n; i++) {
        struct command *c = &commands[i];
        printf("%s\t%.1f\t%.1f\t%ld\n", c->words[0], median(c->wall + 1, rounds),
               median(c->cpu + 1, rounds), c->memory);
        free(c->line);
        free(c->wall);
        free(c->cpu);
    }
    free(commands);
    return fflush(stdout) ? 2 : 0;
}
