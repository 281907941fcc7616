/* SPDX-License-Identifier: BSD-2-Clause */
#include "sigpipe.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

static bool is_pending(void)
{
    sigset_t pending;

    (void)sigemptyset(&pending);
    return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

static sigset_t only_sigpipe(void)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGPIPE);
    return set;
}

sigpipe_guard sigpipe_block(void)
{
    sigpipe_guard guard = {.pending_before = false};
    const sigset_t set = only_sigpipe();

    guard.active = pthread_sigmask(SIG_BLOCK, &set, &guard.before) == 0;
    /* a signal that was not blocked cannot have been pending */
    guard.pending_before = guard.active && sigismember(&guard.before, SIGPIPE) == 1 && is_pending();
    return guard;
}

void sigpipe_restore(const sigpipe_guard *guard)
{
    const struct timespec no_wait = {0, 0};
    const sigset_t set = only_sigpipe();

    if (!guard->active)
        return;
    while (!guard->pending_before && sigtimedwait(&set, NULL, &no_wait) == -1 && errno == EINTR)
        continue;
    (void)pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}
