/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_PEER_H
#define INVITEGATE_TESTS_PEER_H

#include <stddef.h>

/* Something on the other end that is no directory. Whatever fails here fails the test that runs. */
struct peer;

typedef enum peer_manner {
    PEER_MUTE,             /* takes connections and never says a word */
    PEER_STARTTLS,         /* agrees to StartTLS, then mute */
    PEER_STARTTLS_TRICKLE, /* agrees to StartTLS, then as PEER_TRICKLE */
    PEER_TRICKLE,          /* answers, but a byte at a time, and comes to no end */
    PEER_STARTTLS_REFUSED, /* answers it with protocolError, then mute */
    PEER_FULL,             /* the queue of its socket is full: it takes no connection at all */
} peer_manner;

/* On 127.0.0.1, at a port of its own. */
struct peer *peer_start_tcp(peer_manner manner);

/* On a socket of its own below folder; not the StartTLS ones. */
struct peer *peer_start_local(peer_manner manner, const char *folder);

int peer_port(const struct peer *peer);
const char *peer_path(const struct peer *peer);

/* What came in so far, from all connections; copied, at most size bytes. */
size_t peer_heard(struct peer *peer, unsigned char *bytes, size_t size);

void peer_stop(struct peer **peer);

/* A port of 127.0.0.1 that nobody had a moment ago. */
int peer_free_port(void);

#endif
