/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/trusted_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static inv_result check_owner_and_mode(const char *path, bool secret, const struct stat *status,
                                       inv_verdict *verdict)
{
    uid_t user = geteuid();

    if (!S_ISREG(status->st_mode))
        return inv_verdict_set(verdict, INV_CONFIG, "%s is %s; it must be a regular file", path,
                               S_ISDIR(status->st_mode)    ? "a directory"
                               : S_ISFIFO(status->st_mode) ? "a FIFO"
                                                           : "a device or socket");
    if (status->st_uid != 0 && status->st_uid != user)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%s belongs to user id %lu; it must belong to root or to the user "
                               "that reads it (id %lu): chown root",
                               path, (unsigned long)status->st_uid, (unsigned long)user);
    if ((status->st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%s has mode %04o; group and others must not be able to write it: "
                               "chmod go-w",
                               path, (unsigned)(status->st_mode & 07777));
    if (secret && (status->st_mode & S_IRWXO) != 0)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%s has mode %04o; it is a secret, others must have no access to "
                               "it: chmod o=",
                               path, (unsigned)(status->st_mode & 07777));
    return INV_OK;
}

/* What to do about an open(2) that failed with cause: text for the end of the reason. */
static const char *remedy_of(int cause, const char *if_missing)
{
    if (cause == EACCES)
        return "the user that runs this must be able to read it";
    return cause == ENOENT ? if_missing : NULL;
}

int inv_trusted_file_open(const char *path, bool secret, const char *if_missing,
                          inv_verdict *verdict)
{
    struct stat status;
    int descriptor;

    /* O_NONBLOCK: opening a FIFO must not wait for its writer. */
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0) {
        int cause = errno;
        const char *remedy = remedy_of(cause, if_missing);

        (void)inv_verdict_set(verdict, INV_CONFIG, "%s cannot be opened: %s%s%s%s", path,
                              strerror(cause), remedy != NULL ? " (" : "",
                              remedy != NULL ? remedy : "", remedy != NULL ? ")" : "");
        return -1;
    }
    if (fstat(descriptor, &status) != 0) {
        (void)inv_verdict_set(verdict, INV_CONFIG, "%s cannot be examined: %s", path,
                              strerror(errno));
        goto refused;
    }
    if (check_owner_and_mode(path, secret, &status, verdict) != INV_OK)
        goto refused;
    return descriptor;

refused:
    (void)close(descriptor);
    return -1;
}
