#include "cli/passphrase.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

/* A byte, 0 at the end, -1 if reading fails. */
static int read_byte(int fd, char *c)
{
    for (;;) {
        ssize_t got = read(fd, c, 1);
        if (got >= 0 || errno != EINTR)
            return (int)got;
    }
}

int passphrase_read(int fd, char *out, size_t n, struct fault *f)
{
    size_t len = 0;
    for (;;) {
        char c;
        int got = read_byte(fd, &c);
        if (got < 0)
            return fault_errno(f, "cannot read the passphrase from descriptor %d", fd);
        if (got == 0 || c == '\n')
            break;
        if (len == n)
            return fault_trouble(f, "the passphrase is over %zu bytes", n);
        out[len++] = c;
    }
    if (len && out[len - 1] == '\r')
        return fault_trouble(f, "the passphrase ends in a carriage return, as a line written on "
                                "Windows does: remove it");
    return len ? (int)len : fault_trouble(f, "the passphrase is empty");
}

/* The terminal while we ask. Signals that would end or stop the program arrive through `signals`,
 * so that the terminal can be restored before they act. Those that job control sends to a
 * background process for using the terminal are not held: they stop us before anything is changed.
 */
struct terminal {
    int fd, signals;
    sigset_t held, before;
    struct termios usual;
};

static int open_terminal(struct terminal *t, struct fault *f)
{
    static const int hold[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGALRM, SIGPIPE};
    t->fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (t->fd < 0)
        return fault_trouble(f, "no terminal to ask for a passphrase: give -P FD");
    sigemptyset(&t->held);
    for (size_t i = 0; i < sizeof hold / sizeof hold[0]; i++)
        sigaddset(&t->held, hold[i]);
    t->signals = signalfd(-1, &t->held, SFD_CLOEXEC);
    if (t->signals >= 0)
        return 0;
    close(t->fd);
    return fault_errno(f, "cannot hold signals");
}

static void close_terminal(struct terminal *t)
{
    close(t->signals);
    close(t->fd);
}

static int echo_off(struct terminal *t)
{
    sigprocmask(SIG_BLOCK, &t->held, &t->before);
    if (tcgetattr(t->fd, &t->usual))
        return -1;
    struct termios silent = t->usual;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    silent.c_lflag |= ICANON | ISIG;
    return tcsetattr(t->fd, TCSAFLUSH, &silent);
}

/* Restores the terminal. A signal that was held acts as soon as it is unblocked: here. */
static void echo_back(struct terminal *t)
{
    tcsetattr(t->fd, TCSAFLUSH, &t->usual);
    sigprocmask(SIG_SETMASK, &t->before, NULL);
}

/* Waits for a line (1) or a signal (0); -1 on failure. */
static int wait_for_line(const struct terminal *t)
{
    struct pollfd p[2] = {{.fd = t->fd, .events = POLLIN}, {.fd = t->signals, .events = POLLIN}};
    while (poll(p, 2, -1) < 0)
        if (errno != EINTR)
            return -1;
    return p[1].revents ? 0 : 1;
}

/* One attempt: 1 and *len (-1 and *f: no passphrase), or 0 if a signal arrived: ask again. */
static int ask_once(struct terminal *t, const char *prompt, char *out, size_t n, int *len,
                    struct fault *f)
{
    int there = -1;
    if (echo_off(t) == 0 && file_write(t->fd, prompt, strlen(prompt)) == 0)
        there = wait_for_line(t);
    if (there < 0)
        *len = fault_errno(f, "cannot ask at the terminal");
    else if (there)
        *len = passphrase_read(t->fd, out, n, f);
    if (file_write(t->fd, "\n", 1) && there > 0)
        *len = fault_errno(f, "cannot write to the terminal");
    echo_back(t);
    return there != 0;
}

static int ask(const char *prompt, const char *what, char *out, size_t n, struct fault *f)
{
    struct terminal t;
    char text[512];
    int len = -1;
    snprintf(text, sizeof text, "%s %.400s: ", prompt, what);
    if (open_terminal(&t, f))
        return -1;
    while (!ask_once(&t, text, out, n, &len, f))
        ;
    close_terminal(&t);
    return len;
}

int passphrase_ask(const char *what, char *out, size_t n, struct fault *f)
{
    return ask("Passphrase of", what, out, n, f);
}

int passphrase_ask_new(const char *what, char *out, size_t n, struct fault *f)
{
    char again[4096];
    size_t most = n < sizeof again ? n : sizeof again;
    int len = ask("New passphrase for", what, out, most, f);
    if (len < 0)
        return -1;
    int second = ask("The same again for", what, again, most, f);
    if (second >= 0 && (second != len || memcmp(out, again, (size_t)len) != 0))
        second = fault_trouble(f, "the two passphrases differ");
    explicit_bzero(again, sizeof again);
    return second < 0 ? -1 : len;
}
