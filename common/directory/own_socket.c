/* SPDX-License-Identifier: BSD-2-Clause */
#include "own_socket.h"

#include <sys/stat.h>
#include <unistd.h>

bool own_socket_note(int descriptor, own_socket *socket)
{
    struct stat status;

    if (fstat(descriptor, &status) != 0)
        return false;
    *socket = (own_socket){
        .descriptor = descriptor,
        .device = status.st_dev,
        .inode = status.st_ino,
        .pid = getpid(),
        .user = geteuid(),
    };
    return true;
}

own_socket_state own_socket_look(const own_socket *socket)
{
    struct stat status;

    if (fstat(socket->descriptor, &status) != 0 || status.st_dev != socket->device ||
        status.st_ino != socket->inode)
        return OWN_SOCKET_GONE;
    if (getpid() != socket->pid || geteuid() != socket->user)
        return OWN_SOCKET_INHERITED;
    return OWN_SOCKET_OWN;
}
