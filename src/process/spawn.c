#include "process/spawn.h"

#include "base/signals.h"

#include <spawn.h>
#include <stdint.h>
#include <unistd.h>

int process_spawn(pid_t *pid, int in, int out, bool apart, const char *const *words)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    const sigset_t none = signals_set(0), ignored = signals_set(SIGPIPE, 0);
    const int group = apart ? POSIX_SPAWN_SETPGROUP : 0;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&how);
    posix_spawnattr_setpgroup(&how, 0);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setsigdefault(&how, &ignored);
    posix_spawnattr_setflags(&how, (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group));
    int error = posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    if (!error)
        error = posix_spawnp(pid, words[0], &files, &how, (char *const *)(uintptr_t)words, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    return error;
}
