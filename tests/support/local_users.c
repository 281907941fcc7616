/* SPDX-License-Identifier: BSD-2-Clause */
#include "local_users.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <time.h>

struct local_users local_users;

#pragma GCC visibility push(default)
int getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
               struct passwd **result)
{
    struct timespec moment = {
        .tv_sec = local_users.milliseconds / 1000,
        .tv_nsec = local_users.milliseconds % 1000 * 1000000,
    };

    *result = NULL;
    if (size < local_users.wanted_buffer)
        return ERANGE;
    if (local_users.interruptions > 0) {
        local_users.interruptions--;
        return EINTR;
    }
    local_users.asked++;
    (void)nanosleep(&moment, NULL);
    if (local_users.error != 0)
        return local_users.error;
    for (size_t i = 0; i < sizeof(local_users.names) / sizeof(local_users.names[0]); i++) {
        if (local_users.names[i] == NULL || strcmp(local_users.names[i], name) != 0)
            continue;
        memset(entry, 0, sizeof(*entry));
        memset(buffer, 0, size);
        entry->pw_name = buffer;
        entry->pw_uid = local_users.uids[i];
        *result = entry;
    }
    return 0;
}
#pragma GCC visibility pop
