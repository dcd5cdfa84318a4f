/*
 * spent DIR...: the processor time spent so far by the processes whose working directory is one of
 * these: for each a line of output,
 *
 *     PROGRAM<tab>PROCESS<tab>MICROSECONDS
 */
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_in(const char *process, char **folders)
{
    char link[PATH_MAX], path[PATH_MAX], wanted[PATH_MAX];
    snprintf(link, sizeof link, "/proc/%s/cwd", process);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0)
        return false;
    path[n] = 0;
    for (; *folders; folders++)
        if (realpath(*folders, wanted) && strcmp(path, wanted) == 0)
            return true;
    return false;
}

/* The name is in parentheses and may contain any byte; user and system time are the 12th and 13th
 * fields after it. */
static void print_time(const char *process)
{
    char path[PATH_MAX], text[1024];
    unsigned long long user, system;
    snprintf(path, sizeof path, "/proc/%s/stat", process);
    FILE *file = fopen(path, "re");
    if (!file)
        return; /* it has ended */
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = 0;
    const char *name = strchr(text, '(');
    char *end = strrchr(text, ')');
    if (!name || !end ||
        sscanf(end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user, &system) !=
            2)
        return;
    *end = 0;
    printf("%s\t%s\t%.0f\n", name + 1, process,
           (double)(user + system) * 1e6 / (double)sysconf(_SC_CLK_TCK));
}

int main(int argc, char **argv)
{
    DIR *all = opendir("/proc");
    if (argc < 2)
        errx(2, "usage: spent DIR...");
    if (!all)
        err(2, "/proc");
    for (const struct dirent *d; (d = readdir(all));)
        if (isdigit((unsigned char)*d->d_name) && is_in(d->d_name, argv + 1))
            print_time(d->d_name);
    closedir(all);
    return fflush(stdout) ? 2 : 0;
}
