/*
 * spent DIR...: the processor time spent so far by the processes whose working directory is one of
 * these: for each a line of output,
 *
 *     PROGRAM<tab>PROCESS<tab>MICROSECONDS
 */
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <glob.h>
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

/* Its first line, without the newline. Whether there is one. */
static bool read_line(const char *path, char *line, size_t size)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return false; /* the process or thread has ended */
    bool got = fgets(line, (int)size, file);
    fclose(file);
    line[got ? strcspn(line, "\n") : 0] = 0;
    return got;
}

/* To the nanosecond: the ticks of /proc/PID/stat would show most of a node's programs as idle. */
static double time_of_threads(const char *process)
{
    char pattern[PATH_MAX], line[256];
    glob_t threads;
    double sum = 0;
    snprintf(pattern, sizeof pattern, "/proc/%s/task/*/schedstat", process);
    if (glob(pattern, GLOB_NOSORT, NULL, &threads))
        return 0;
    for (size_t i = 0; i < threads.gl_pathc; i++)
        if (read_line(threads.gl_pathv[i], line, sizeof line))
            sum += strtod(line, NULL);
    globfree(&threads);
    return sum;
}

static void print_time(const char *process)
{
    char path[PATH_MAX], name[256];
    snprintf(path, sizeof path, "/proc/%s/comm", process);
    if (read_line(path, name, sizeof name))
        printf("%s\t%s\t%.0f\n", name, process, time_of_threads(process) / 1e3);
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
