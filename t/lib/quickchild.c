/*
 * quickchild [WORD]: a process of process(7) that answers every batch at once: what a child costs.
 *
 * Each message is sent back to its sender. With a WORD it breaks a rule, after ten batches:
 *   silent, exit, crash, close, nonsense, flood, long, cut, more, stranger, save, fork,
 *   self, unasked
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCHES = 10 };

static void flood(void)
{
    for (;;)
        puts("event again and again");
}

static void start_another(void)
{
    if (fork() == 0)
        for (;;)
            pause();
}

/* Whether the batch is still to be ended by `done`. */
static int misbehave(const char *how)
{
    if (strcmp(how, "silent") == 0)
        pause();
    else if (strcmp(how, "exit") == 0)
        exit(3);
    else if (strcmp(how, "crash") == 0)
        raise(SIGUSR1);
    else if (strcmp(how, "close") == 0)
        close(STDOUT_FILENO);
    else if (strcmp(how, "nonsense") == 0)
        puts("hello, world");
    else if (strcmp(how, "flood") == 0)
        flood();
    else if (strcmp(how, "long") == 0)
        printf("event %0100000d\n", 1);
    else if (strcmp(how, "cut") == 0)
        fputs("send n1 2\none\n", stdout), fflush(stdout), exit(0);
    else if (strcmp(how, "more") == 0)
        puts("done\nevent late");
    else if (strcmp(how, "stranger") == 0)
        puts("send nobody 1\nx");
    else if (strcmp(how, "save") == 0)
        puts("save 7 1\nx");
    else if (strcmp(how, "self") == 0)
        puts("send n1 1\nx");
    else if (strcmp(how, "unasked") == 0)
        puts("answer 999999 1");
    else if (strcmp(how, "fork") == 0)
        start_another();
    return strcmp(how, "close") != 0 && strcmp(how, "more") != 0;
}

int main(int argc, char **argv)
{
    static char line[1 << 16], sender[80];
    long count = 0, batches = 0;
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "message %79s %ld", sender, &count) == 2) {
            printf("send %s %ld\n", sender, count);
            while (count-- > 0 && fgets(line, sizeof line, stdin))
                fputs(line, stdout);
        } else if (strcmp(line, "step\n") == 0) {
            if (argc < 2 || ++batches < BATCHES || misbehave(argv[1]))
                puts("done");
            fflush(stdout);
        }
    }
    return 0;
}
