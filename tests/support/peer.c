/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/peer.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTIONS_MAX   64
#define DROP_MILLISECONDS 50

struct peer {
    peer_manner manner;
    int port;
    char *path;
    pthread_t thread;
    int end[2]; /* a byte ends the thread */
    /* listener first; PEER_FULL keeps what fills the queue here too */
    struct pollfd sockets[CONNECTIONS_MAX];
    nfds_t count;
    size_t dropped[CONNECTIONS_MAX]; /* bytes that trickled into each so far */
    bool speaks_tls[CONNECTIONS_MAX];
    pthread_mutex_t lock;
    unsigned char heard[4096];
    size_t heard_length;
};

/* ExtendedResponse (RFC 4511 4.12): message 1, resultCode at the offset below */
#define CODE_AT 9
static const unsigned char extended_response[] = {0x30, 0x0c, 0x02, 0x01, 0x01, 0x78, 0x07,
                                                  0x0a, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00};

static void answer(const struct peer *peer, int descriptor)
{
    unsigned char response[sizeof(extended_response)];

    if (peer->manner != PEER_STARTTLS && peer->manner != PEER_STARTTLS_TRICKLE &&
        peer->manner != PEER_STARTTLS_REFUSED)
        return;
    memcpy(response, extended_response, sizeof(response));
    response[CODE_AT] = peer->manner == PEER_STARTTLS_REFUSED ? 2 : 0;
    (void)send(descriptor, response, sizeof(response), MSG_NOSIGNAL);
}

/* The next byte of a message that would be long: a TLS record, or an LDAPMessage. */
static void drop(struct peer *peer, nfds_t connection)
{
    static const unsigned char record[] = {0x16, 0x03, 0x03, 0x3f, 0x00, 0x02, 0x00, 0x3e};
    static const unsigned char message[] = {0x30, 0x83, 0x01, 0x00, 0x00, 0x02, 0x01, 0x01};
    const unsigned char *start = peer->speaks_tls[connection] ? record : message;
    unsigned char byte = 0;

    if (peer->dropped[connection] < sizeof(record))
        byte = start[peer->dropped[connection]];
    peer->dropped[connection]++;
    (void)send(peer->sockets[connection].fd, &byte, 1, MSG_NOSIGNAL);
}

static void trickle(struct peer *peer)
{
    for (nfds_t i = 2; i < peer->count; i++) {
        if (peer->sockets[i].fd >= 0 && (peer->manner == PEER_TRICKLE || peer->speaks_tls[i]))
            drop(peer, i);
    }
}

/* False: the connection has ended. LDAP in clear is answered, as the manner has it. */
static bool listen_to(struct peer *peer, nfds_t connection)
{
    int descriptor = peer->sockets[connection].fd;
    unsigned char bytes[1024];
    ssize_t length = read(descriptor, bytes, sizeof(bytes));

    if (length <= 0)
        return false;
    peer->speaks_tls[connection] = bytes[0] == 0x16;
    (void)pthread_mutex_lock(&peer->lock);
    for (ssize_t i = 0; i < length && peer->heard_length < sizeof(peer->heard); i++)
        peer->heard[peer->heard_length++] = bytes[i];
    (void)pthread_mutex_unlock(&peer->lock);
    if (bytes[0] == 0x30)
        answer(peer, descriptor);
    return true;
}

static void take_connection(struct peer *peer)
{
    int taken = accept4(peer->sockets[1].fd, NULL, NULL, SOCK_CLOEXEC);

    if (taken >= 0 && peer->count < CONNECTIONS_MAX)
        peer->sockets[peer->count++] = (struct pollfd){.fd = taken, .events = POLLIN};
    else if (taken >= 0)
        (void)close(taken);
}

static void *serve(void *context)
{
    struct peer *peer = context;

    bool trickles = peer->manner == PEER_TRICKLE || peer->manner == PEER_STARTTLS_TRICKLE;

    for (;;) {
        int ready = poll(peer->sockets, peer->count, trickles ? DROP_MILLISECONDS : -1);

        if (ready < 0 && errno != EINTR)
            return NULL;
        if (ready == 0) {
            trickle(peer);
            continue;
        }
        if (peer->sockets[0].revents != 0)
            return NULL;
        for (nfds_t i = 2; i < peer->count; i++) {
            if (peer->sockets[i].revents != 0 && !listen_to(peer, i)) {
                (void)close(peer->sockets[i].fd);
                peer->sockets[i].fd = -1;
            }
        }
        if (peer->manner != PEER_FULL && peer->sockets[1].revents != 0)
            take_connection(peer);
    }
}

/* Connects to itself until the kernel would let the next one wait. */
static void fill_queue(struct peer *peer, const struct sockaddr *address, socklen_t length)
{
    for (;;) {
        int filler = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        struct pollfd established = {.fd = filler, .events = POLLOUT};
        int connected;

        ck_assert_int_ge(filler, 0);
        ck_assert_uint_lt(peer->count, CONNECTIONS_MAX);
        connected = connect(filler, address, length);
        peer->sockets[peer->count++] = (struct pollfd){.fd = filler};
        if (connected != 0 && errno == EAGAIN)
            return; /* AF_UNIX: full */
        if (connected != 0) {
            ck_assert_int_eq(errno, EINPROGRESS);
            if (poll(&established, 1, 200) == 0)
                return; /* TCP: its SYN is not answered any more */
        }
    }
}

static struct peer *start(peer_manner manner, int family, const struct sockaddr *address,
                          socklen_t length)
{
    struct peer *peer = calloc(1, sizeof(*peer));
    int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_ptr_nonnull(peer);
    ck_assert_int_ge(listener, 0);
    ck_assert_int_eq(bind(listener, address, length), 0);
    ck_assert_int_eq(listen(listener, manner == PEER_FULL ? 1 : 16), 0);
    ck_assert_int_eq(pipe2(peer->end, O_CLOEXEC), 0);
    ck_assert_int_eq(pthread_mutex_init(&peer->lock, NULL), 0);
    peer->manner = manner;
    peer->sockets[0] = (struct pollfd){.fd = peer->end[0], .events = POLLIN};
    peer->sockets[1] = (struct pollfd){.fd = listener, .events = manner == PEER_FULL ? 0 : POLLIN};
    peer->count = 2;
    return peer;
}

static void run(struct peer *peer)
{
    ck_assert_int_eq(pthread_create(&peer->thread, NULL, serve, peer), 0);
}

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int bound_port(int descriptor)
{
    struct sockaddr_in address;
    socklen_t length = sizeof(address);

    ck_assert_int_eq(getsockname(descriptor, (struct sockaddr *)&address, &length), 0);
    return ntohs(address.sin_port);
}

struct peer *peer_start_tcp(peer_manner manner)
{
    struct sockaddr_in address = loopback(0);
    struct peer *peer = start(manner, AF_INET, (const struct sockaddr *)&address, sizeof(address));

    peer->port = bound_port(peer->sockets[1].fd);
    address = loopback(peer->port);
    if (manner == PEER_FULL)
        fill_queue(peer, (const struct sockaddr *)&address, sizeof(address));
    run(peer);
    return peer;
}

struct peer *peer_start_local(peer_manner manner, const char *folder)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct peer *peer;
    int written = snprintf(address.sun_path, sizeof(address.sun_path), "%s/peer", folder);

    ck_assert(written > 0 && (size_t)written < sizeof(address.sun_path));
    peer = start(manner, AF_UNIX, (const struct sockaddr *)&address, sizeof(address));
    peer->path = strdup(address.sun_path);
    ck_assert_ptr_nonnull(peer->path);
    if (manner == PEER_FULL)
        fill_queue(peer, (const struct sockaddr *)&address, sizeof(address));
    run(peer);
    return peer;
}

int peer_port(const struct peer *peer)
{
    return peer->port;
}

const char *peer_path(const struct peer *peer)
{
    return peer->path;
}

size_t peer_heard(struct peer *peer, unsigned char *bytes, size_t size)
{
    size_t length;

    (void)pthread_mutex_lock(&peer->lock);
    length = peer->heard_length < size ? peer->heard_length : size;
    memcpy(bytes, peer->heard, length);
    (void)pthread_mutex_unlock(&peer->lock);
    return length;
}

void peer_stop(struct peer **peer)
{
    struct peer *old = *peer;

    *peer = NULL;
    if (old == NULL)
        return;
    ck_assert_int_eq(write(old->end[1], "", 1), 1);
    (void)pthread_join(old->thread, NULL);
    for (nfds_t i = 0; i < old->count; i++) {
        if (old->sockets[i].fd >= 0)
            (void)close(old->sockets[i].fd);
    }
    (void)close(old->end[1]);
    (void)pthread_mutex_destroy(&old->lock);
    if (old->path != NULL)
        (void)unlink(old->path);
    free(old->path);
    free(old);
}

int peer_free_port(void)
{
    struct sockaddr_in address = loopback(0);
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int port;

    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(bind(descriptor, (const struct sockaddr *)&address, sizeof(address)), 0);
    port = bound_port(descriptor);
    (void)close(descriptor);
    return port;
}
