/*
 * reach SECONDS SIZE FILE...: waits until each file has at least SIZE bytes, and prints for each,
 * in that order, how many microseconds that took from the start of this program. A file that does
 * not exist yet has no bytes. Ends with status 2 if it takes longer than SECONDS.
 */
#include "loopback.h"

#include <sys/stat.h>

enum { FILES_MAX = 64, PAUSE = 2000 }; /* microseconds between looks */

static bool has_reached(const char *path, long long size)
{
    struct stat st;
    return stat(path, &st) == 0 && st.st_size >= size;
}

/* Notes the files that have arrived since the last look: how many. */
static int look(char **paths, int count, long long size, double *took, double elapsed)
{
    int arrived = 0;
    for (int i = 0; i < count; i++)
        if (took[i] == 0 && has_reached(paths[i], size)) {
            took[i] = elapsed;
            arrived++;
        }
    return arrived;
}

int main(int argc, char **argv)
{
    double begin = now(), took[FILES_MAX] = {0};
    int count = argc - 3, left = count;
    if (count < 1 || count > FILES_MAX)
        errx(2, "usage: reach SECONDS SIZE FILE...");
    while ((left -= look(argv + 3, count, atoll(argv[2]), took, now() - begin)) > 0) {
        if (now() - begin > atof(argv[1]) * 1e6)
            errx(2, "%d of %d files did not reach %s bytes in %s s", left, count, argv[2], argv[1]);
        usleep(PAUSE);
    }
    for (int i = 0; i < count; i++)
        printf("%.0f\n", took[i]);
    return fflush(stdout) ? 2 : 0;
}
