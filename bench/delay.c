/* SPDX-License-Identifier: BSD-2-Clause */
#include "delay.h"

#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "measure.h"

#define PAIRS_MAX  64
#define CHUNK_SIZE 16384

/* Bytes on their way, or with length 0 the end of a connection. All take as long, so the first to
 * come is the first to go. */
struct chunk {
    struct chunk *next;
    double due;
    size_t pair;
    int to; /* which side of the pair */
    size_t length;
    char bytes[CHUNK_SIZE];
};

struct relay {
    const char *server_path;
    double delay; /* seconds, one way */
    int listener;
    int pairs[PAIRS_MAX][2];
    bool ended[PAIRS_MAX][2];
    struct chunk *first;
    struct chunk **last;
};

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof(address.sun_path))
        measure_fail(path, "is too long");
    memcpy(address.sun_path, path, strlen(path) + 1);
    return address;
}

static void take_connection(struct relay *relay)
{
    struct sockaddr_un address = address_of(relay->server_path);
    int client = accept(relay->listener, NULL, NULL);
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    size_t pair = 0;

    while (pair < PAIRS_MAX && relay->pairs[pair][0] >= 0)
        pair++;
    if (client < 0 || server < 0 || pair == PAIRS_MAX ||
        connect(server, (const struct sockaddr *)&address, sizeof(address)) != 0)
        measure_fail("delay", "cannot connect");
    relay->pairs[pair][0] = client;
    relay->pairs[pair][1] = server;
    relay->ended[pair][0] = relay->ended[pair][1] = false;
}

static void take_bytes(struct relay *relay, size_t pair, int from)
{
    struct chunk *chunk = calloc(1, sizeof(*chunk));
    ssize_t length;

    if (chunk == NULL)
        measure_fail("delay", "out of memory");
    length = read(relay->pairs[pair][from], chunk->bytes, CHUNK_SIZE);
    relay->ended[pair][from] = length <= 0;
    chunk->length = length > 0 ? (size_t)length : 0;
    chunk->pair = pair;
    chunk->to = 1 - from;
    chunk->due = measure_now() + relay->delay;
    *relay->last = chunk;
    relay->last = &chunk->next;
}

static void hand_on(struct relay *relay, const struct chunk *chunk)
{
    int *pair = relay->pairs[chunk->pair];

    if (pair[chunk->to] < 0)
        return;
    if (chunk->length > 0) {
        (void)!send(pair[chunk->to], chunk->bytes, chunk->length, MSG_NOSIGNAL);
        return;
    }
    (void)shutdown(pair[chunk->to], SHUT_WR);
    if (relay->ended[chunk->pair][0] && relay->ended[chunk->pair][1]) {
        (void)close(pair[0]);
        (void)close(pair[1]);
        pair[0] = pair[1] = -1;
    }
}

static void hand_on_what_is_due(struct relay *relay)
{
    while (relay->first != NULL && relay->first->due <= measure_now()) {
        struct chunk *chunk = relay->first;

        relay->first = chunk->next;
        if (relay->first == NULL)
            relay->last = &relay->first;
        hand_on(relay, chunk);
        free(chunk);
    }
}

static int patience(const struct relay *relay)
{
    double left;

    if (relay->first == NULL)
        return -1;
    left = relay->first->due - measure_now();
    return left > 0 ? (int)ceil(left * 1000) : 0;
}

static void relay_bytes(struct relay *relay)
{
    for (;;) {
        struct pollfd polled[1 + 2 * PAIRS_MAX] = {{relay->listener, POLLIN, 0}};

        for (size_t i = 0; i < 2 * (size_t)PAIRS_MAX; i++) {
            int descriptor = relay->ended[i / 2][i % 2] ? -1 : relay->pairs[i / 2][i % 2];

            polled[1 + i] = (struct pollfd){descriptor, POLLIN, 0};
        }
        if (poll(polled, 1 + 2 * PAIRS_MAX, patience(relay)) < 0)
            return;
        for (size_t i = 0; i < 2 * (size_t)PAIRS_MAX; i++) {
            if (polled[1 + i].revents != 0)
                take_bytes(relay, i / 2, (int)(i % 2));
        }
        hand_on_what_is_due(relay);
        if (polled[0].revents != 0)
            take_connection(relay);
    }
}

pid_t delay_start(const char *path, const char *server_path, unsigned milliseconds)
{
    struct sockaddr_un address = address_of(path);
    static struct relay relay;
    pid_t parent = getpid();
    pid_t process;

    relay = (struct relay){.server_path = server_path,
                           .delay = milliseconds / 2000.0,
                           .listener = socket(AF_UNIX, SOCK_STREAM, 0)};
    relay.last = &relay.first;
    memset(relay.pairs, -1, sizeof(relay.pairs));
    if (relay.listener < 0 ||
        bind(relay.listener, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(relay.listener, 16) != 0)
        measure_fail(path, "cannot be listened on");
    process = fork();
    if (process < 0)
        measure_fail("delay", "cannot fork");
    if (process == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent)
            relay_bytes(&relay);
        _exit(0);
    }
    (void)close(relay.listener);
    return process;
}
