/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/support/descriptors.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define LAST 256

size_t descriptors_sockets(unsigned long *sum)
{
    DIR *folder = opendir("/proc/self/fd");
    struct dirent *item;
    size_t count = 0;

    *sum = 0;
    while (folder != NULL && (item = readdir(folder)) != NULL) {
        struct stat status;

        if (fstat((int)strtol(item->d_name, NULL, 10), &status) == 0 && S_ISSOCK(status.st_mode)) {
            *sum += status.st_ino;
            count++;
        }
    }
    if (folder != NULL)
        (void)closedir(folder);
    return count;
}

int descriptors_find_socket(int first, struct stat *status)
{
    int found = -1;

    for (int number = first; number < LAST; number++) {
        struct stat each;

        if (fstat(number, &each) == 0 && S_ISSOCK(each.st_mode)) {
            found = number;
            *status = each;
        }
    }
    return found;
}

bool descriptors_is_file(int number, const struct stat *wanted)
{
    struct stat status;

    return fstat(number, &status) == 0 && status.st_dev == wanted->st_dev &&
           status.st_ino == wanted->st_ino;
}

int descriptors_put_in_place(int first, int number, struct stat *own)
{
    int pair[2];

    closefrom(first);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return -1;
    if (pair[0] != number) {
        /* the peer moves out of the way first */
        int peer = fcntl(pair[1], F_DUPFD, number + 1);

        if (peer <= number || close(pair[1]) != 0)
            return -1;
        pair[1] = peer;
        if (dup2(pair[0], number) != number || close(pair[0]) != 0)
            return -1;
    }
    return fstat(number, own) == 0 ? pair[1] : -1;
}

bool descriptors_is_untouched(int peer)
{
    char byte;

    return recv(peer, &byte, 1, MSG_DONTWAIT) == -1;
}

/* RFC 4532. */
bool descriptors_is_alive(int connection)
{
    static const char who_am_i[] = "\x30\x1e\x02\x01\x7f\x77\x19\x80\x17"
                                   "1.3.6.1.4.1.4203.1.11.3";
    struct pollfd end = {.fd = connection, .events = POLLIN};
    char answer[512];

    return send(connection, who_am_i, sizeof(who_am_i) - 1, MSG_NOSIGNAL) > 0 &&
           poll(&end, 1, 20000) == 1 && recv(connection, answer, sizeof(answer), 0) > 0;
}
