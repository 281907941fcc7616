/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_LOCAL_USERS_H
#define INVITEGATE_TESTS_LOCAL_USERS_H

#include <stddef.h>
#include <sys/types.h>

/*
 * The users of this host as a test wants them: stands in front of the C library's getpwnam_r(3).
 * All fields 0: nobody is known, and there is no error.
 */
struct local_users {
    const char *names[4];
    uid_t uids[4];
    int error;              /* every answer, instead */
    size_t wanted_buffer;   /* a smaller one gets ERANGE */
    unsigned interruptions; /* so many EINTR first */
    long milliseconds;      /* every answer takes so long */
    unsigned asked;         /* how often it was, ERANGE and EINTR not counted */
};

extern struct local_users local_users;

#endif
