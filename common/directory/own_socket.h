/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_DIRECTORY_OWN_SOCKET_H
#define INVITEGATE_COMMON_DIRECTORY_OWN_SOCKET_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * A socket in the process of a host, which may close every descriptor, open files of its own under
 * the same numbers, fork, or become another user, and tells no module of it.
 */
typedef struct own_socket {
    int descriptor;
    dev_t device; /* of the file behind the descriptor, with its inode */
    ino_t inode;
    pid_t pid;
    uid_t user; /* effective */
} own_socket;

typedef enum own_socket_state {
    OWN_SOCKET_OWN,       /* as it was noted */
    OWN_SOCKET_INHERITED, /* the same socket, in another process or as another user */
    OWN_SOCKET_GONE,      /* the descriptor is closed, or another file */
} own_socket_state;

/* Notes which file descriptor is now, and the process and user. False: it is not open. */
bool own_socket_note(int descriptor, own_socket *socket);

own_socket_state own_socket_look(const own_socket *socket);

#endif
