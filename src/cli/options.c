#include "cli/options.h"

#include "base/file.h"
#include "base/waits.h"
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTIONS_MAX = 32 };

static const struct cli_option common[] = {
    {.letter = 'h', .name = "help", .help = "print this help"},
    {.letter = 'V', .name = "version", .help = "print the version"},
    {0},
};

static const struct cli *program;
static uint64_t given[4]; /* a bit for each option's letter */

/* The name it was called by, which may differ from the source's. */
const char *cli_name(void)
{
    const char *called = program_invocation_short_name;
    return called && *called ? called : program ? program->name : "peerutils";
}

static bool is_required(const struct cli_option *o)
{
    return program->required && strchr(program->required, o->letter);
}

static void usage_line(FILE *to)
{
    char called[256];
    snprintf(called, sizeof called, "%s", cli_name());
    file_names_visible(called);
    fprintf(to, "usage: %s", called);
    for (const struct cli_option *o = program->options; o->letter; o++) {
        bool bare = is_required(o);
        fprintf(to, " %s-%c%s%s%s", bare ? "" : "[", o->letter, o->arg ? " " : "",
                o->arg ? o->arg : "", bare ? "" : "]");
    }
    fprintf(to, "%s%s\n", *program->operands ? " " : "", program->operands);
}

static void help_options(const struct cli_option *o)
{
    for (; o->letter; o++) {
        char left[64];
        snprintf(left, sizeof left, "-%c, --%s%s%s", o->letter, o->name, o->arg ? " " : "",
                 o->arg ? o->arg : "");
        printf("  %-28s %s\n", left, o->help);
    }
}

static _Noreturn void exit_printed(void)
{
    bool failed = ferror(stdout) != 0;
    if (fclose(stdout) || failed)
        cli_die("stdout: %s", failed ? "cannot be written" : strerror(errno));
    exit(CLI_YES);
}

static _Noreturn void help(void)
{
    usage_line(stdout);
    printf("\n%s\n\n", program->about);
    help_options(program->options);
    help_options(common);
    exit_printed();
}

static _Noreturn void version(void)
{
    printf("%s (peerutils) %s\n", cli_name(), PEERUTILS_VERSION);
    exit_printed();
}

/* The table in getopt's two forms. Its own messages are off, since ours say more. */
static void compile(const struct cli_option *o, char *letters, struct option *names)
{
    while (*letters)
        letters++;
    while (names->name)
        names++;
    for (; o->letter; o++, names++) {
        *letters++ = o->letter;
        if (o->arg)
            *letters++ = ':';
        *names = (struct option){o->name, o->arg ? required_argument : no_argument, NULL,
                                 o->letter};
    }
    *letters = 0;
}

/* If a standard descriptor is closed, the next file opened would take its number, and receive
 * output meant for it. So the number is taken here by a descriptor that cannot be used that way. */
static void hold_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            exit(CLI_TROUBLE);
}

/* At the limit of a file's size (ulimit -f), write(2) is to fail, as on a full disk. */
static void start_process(void)
{
    hold_standard_descriptors();
    signal(SIGXFSZ, SIG_IGN);
}

static const struct cli_option *option_of(int letter)
{
    const struct cli_option *o = program->options;
    while (o->letter && o->letter != letter)
        o++;
    return o->letter ? o : NULL;
}

/* Lists the options whose long names begin so, as words for a message. Gives their number. */
static int long_options(const char *text, size_t n, char *words, size_t size)
{
    const struct cli_option *const tables[] = {program->options, common};
    int count = 0;
    *words = '\0';
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct cli_option *o = tables[i]; o->letter; o++) {
            size_t used = strlen(words);
            if (strncmp(o->name, text, n))
                continue;
            snprintf(words + used, size - used, "%s--%s", count++ ? ", " : "", o->name);
        }
    return count;
}

/* A word on the command line that begins with "--" and is not an option. */
static _Noreturn void refuse_long(const char *word)
{
    char words[256];
    int n = (int)strcspn(word, "=");
    int count = n > 2 ? long_options(word + 2, (size_t)n - 2, words, sizeof words) : 0;
    if (count > 1)
        cli_misuse("%.*s could be any of %s", n > 80 ? 80 : n, word, words);
    if (count == 1)
        cli_misuse("%s takes no argument", words);
    cli_misuse("%.*s: no such option", n > 80 ? 80 : n, word);
}

static bool is_negative_number(const char *word)
{
    return word && word[0] == '-' && word[1] >= '0' && word[1] <= '9';
}

/* What getopt stopped at: a letter at the beginning of or within the word that it is reading or has
 * just read; or 0 and a long name, which is always the word before optind. */
static _Noreturn void refuse_option(char **argv)
{
    const char *before = argv[optind - 1], *word = argv[optind];
    if (strncmp(before, "--", 2) == 0 && (!optopt || option_of(optopt) || strchr("hV", optopt)))
        refuse_long(before);
    if (!is_negative_number(word))
        word = before;
    if (is_negative_number(word) && word[1] == optopt && program->number)
        cli_misuse("%s: '%.40s' is negative", program->number, word);
    if (optopt > ' ' && optopt <= '~')
        cli_misuse("-%c: no such option", optopt);
    cli_misuse("-\\%03o: no such option", (unsigned char)optopt);
}

static _Noreturn void refuse_bare(void)
{
    const struct cli_option *o = option_of(optopt);
    cli_misuse("-%c: its %s is missing", optopt, o ? o->arg : "argument");
}

static bool is_given(char letter)
{
    return given[letter / 64] >> letter % 64 & 1;
}

static void check_required(void)
{
    for (const struct cli_option *o = program->options; o->letter; o++)
        if (is_required(o) && !is_given(o->letter))
            cli_misuse("-%c %s is missing (%s)", o->letter, o->arg, o->help);
}

static void tell_wait(const char *what)
{
    cli_warn("waiting %s", what);
}

static int next(const struct cli *c, int argc, char **argv)
{
    char letters[2 * OPTIONS_MAX + 3] = ":";
    struct option names[OPTIONS_MAX + 1] = {0};
    if (!program)
        start_process();
    program = c;
    waits_set_teller(tell_wait);
    opterr = 0;
    compile(c->options, letters, names);
    compile(common, letters, names);
    int letter = getopt_long(argc, argv, letters, names, NULL);
    if (letter == 'h')
        help();
    if (letter == 'V')
        version();
    if (letter == '?')
        refuse_option(argv);
    if (letter == ':')
        refuse_bare();
    if (letter != -1)
        given[letter / 64] |= (uint64_t)1 << letter % 64;
    return letter;
}

char **cli_options(const struct cli *c, int argc, char **argv, void *to)
{
    for (int arguments = 0; arguments <= 1; arguments++) {
        optind = 0; /* getopt begins again */
        for (int letter; (letter = next(c, argc, argv)) != -1;) {
            const struct cli_option *o = option_of(letter);
            if (arguments == (o->arg != NULL))
                o->take(o, optarg, (char *)to + o->at);
        }
    }
    check_required();
    return argv + optind;
}

/* The name of the operand, counted from 0, in the usage line, without brackets. If the last may be
 * repeated, it stands for all after it. */
static void name_operand(int i, char *out, size_t size)
{
    const char *at = program->operands, *word = at;
    size_t n = 0;
    for (; i >= 0 && *at; i--) {
        at += strspn(at, " []");
        if (!*at)
            break;
        word = at;
        n = strcspn(at, " []");
        at += n;
    }
    while (n && word[n - 1] == '.')
        n--;
    snprintf(out, size, "%.*s", (int)n, word);
}

size_t cli_count_operands(char **operands, int least, int most)
{
    char missing[64];
    int count = 0;
    while (operands[count])
        count++;
    if (count < least) {
        name_operand(count, missing, sizeof missing);
        cli_misuse("%s is missing", missing);
    }
    if (most == 0 && count)
        cli_misuse("'%.80s': no operand goes here", *operands);
    if (most >= 0 && count > most)
        cli_misuse("'%.80s': too many operands", operands[most]);
    return (size_t)count;
}

void cli_misuse(const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    cli_warn("%s", text);
    usage_line(stderr);
    exit(CLI_TROUBLE);
}
