/*
 * ptyrun [EXPECT REPLY]... -- COMMAND...: runs a command at a terminal of its own.
 *
 * For each pair, waits until the terminal shows EXPECT (behind what was matched before) and types
 * REPLY: a line, or ^C, ^D, ^Z. Prints what the terminal showed; the status is the command's, 128
 * and more for a signal. Whenever it types, echo must be off, and whenever the command has stopped
 * or ended, echo must be on: 99 otherwise. A stopped command is told to go on.
 */
#include <err.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { SECONDS = 300, SHOWN_MAX = 1 << 16, WRONG_ECHO = 99 };

static bool echoes(int fd)
{
    struct termios t;
    return tcgetattr(fd, &t) == 0 && (t.c_lflag & ECHO);
}

/* Inside the terminal: the session's leader runs the command as a job, as a shell does, because a
 * process without a shell cannot be stopped from the terminal. */
static _Noreturn void lead(char **command)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        signal(SIGTTOU, SIG_IGN);
        tcsetpgrp(STDIN_FILENO, getpid());
        signal(SIGTTOU, SIG_DFL);
        execvp(*command, command);
        _exit(127);
    }
    signal(SIGTTOU, SIG_IGN);
    while (waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status)) {
        if (!echoes(STDIN_FILENO))
            _exit(WRONG_ECHO);
        dprintf(STDOUT_FILENO, "[stopped]\n");
        kill(child, SIGCONT);
    }
    if (!echoes(STDIN_FILENO))
        _exit(WRONG_ECHO);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

struct screen {
    int fd;
    char shown[SHOWN_MAX];
    size_t len, matched;
};

/* Reads more of the terminal's output; false at its end. */
static bool look(struct screen *s)
{
    ssize_t got = read(s->fd, s->shown + s->len, SHOWN_MAX - 1 - s->len);
    if (got <= 0)
        return false;
    fwrite(s->shown + s->len, 1, (size_t)got, stdout);
    s->len += (size_t)got;
    s->shown[s->len] = 0;
    return true;
}

static bool wait_for(struct screen *s, const char *expect)
{
    const char *at;
    while (!(at = strstr(s->shown + s->matched, expect)))
        if (!look(s))
            return false;
    s->matched = (size_t)(at - s->shown) + strlen(expect);
    return true;
}

static void type(int fd, const char *reply)
{
    char line[4096];
    int n = snprintf(line, sizeof line, "%s\n", reply);
    if (reply[0] == '^' && reply[1])
        n = snprintf(line, sizeof line, "%c", reply[1] & 0x1f);
    if (write(fd, line, (size_t)n) != n)
        err(2, "the terminal");
}

int main(int argc, char **argv)
{
    static struct screen s;
    int status, i = 1;
    char **command = argv + 1;
    while (*command && strcmp(*command, "--") != 0)
        command++;
    if (!*command || !*++command)
        errx(2, "usage: ptyrun [EXPECT REPLY]... -- COMMAND...");
    setvbuf(stdout, NULL, _IONBF, 0); /* for a test that waits for what the terminal shows */
    alarm(SECONDS);
    pid_t child = forkpty(&s.fd, NULL, NULL, NULL);
    if (child < 0)
        err(2, "no terminal");
    if (child == 0)
        lead(command);
    for (; i + 1 < argc && strcmp(argv[i], "--") != 0; i += 2) {
        if (!wait_for(&s, argv[i]))
            errx(2, "the terminal does not show: %s", argv[i]);
        if (echoes(s.fd))
            return WRONG_ECHO;
        type(s.fd, argv[i + 1]);
    }
    while (look(&s))
        ;
    waitpid(child, &status, 0);
    fflush(stdout);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}
