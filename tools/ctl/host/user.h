/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_HOST_USER_H
#define INVITEGATE_TOOLS_HOST_USER_H

#include <sys/types.h>

#include "host.h"

#define CTL_USER_GROUPS 64

/* A user of the machine, with whose rights files are opened and sockets connected to. */
typedef struct ctl_user {
    char name[64];
    char group[64]; /* that new files are given: the first of groups */
    uid_t uid;
    gid_t groups[CTL_USER_GROUPS];
    size_t group_count;
} ctl_user;

/*
 * Finds a user by name or number: without a root by the name services, else in passwd and group
 * below it. group: the first group in place of the user's own, by name or number; NULL: that.
 * False: there is no such user, or no such group.
 */
bool ctl_user_find(ctl_host *host, const char *name, const char *group, ctl_user *user);

/*
 * Takes the rights of user until ctl_user_return: effective ids and groups, which is what opens
 * files and what a socket's other side sees. False: this process may not, and nothing has changed.
 * For programs with one thread.
 */
bool ctl_user_become(const ctl_user *user);

/* Takes back the rights that the process had. Ends the process where the system refuses that. */
void ctl_user_return(void);

#endif
