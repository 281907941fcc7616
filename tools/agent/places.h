/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_PLACES_H
#define INVITEGATE_TOOLS_AGENT_PLACES_H

#include <poll.h>
#include <sys/types.h>

#include "connection.h"

/* The connected clients. For the loop's thread. */

#define AGENT_PLACES_MAX   64
#define AGENT_PEER_MAX     48 /* places that one user may have */
#define AGENT_POLLED_FIRST 3  /* entries of the list for poll(2) that are the loop's own */
#define AGENT_POLLED_MAX   (AGENT_POLLED_FIRST + 2 * AGENT_PLACES_MAX)

typedef struct agent_places {
    agent_connection *connections[AGENT_PLACES_MAX];
    uint64_t seen;
} agent_places;

/*
 * Takes the descriptors over and gives peer, a user, a place. NULL: it gets none, and *problem, a
 * constant text, says why; the descriptors are still the caller's.
 */
agent_connection *agent_places_add(agent_places *places, int input, int output, uid_t peer,
                                   const char **problem);

agent_connection *agent_places_find(const agent_places *places, uint64_t number);
bool agent_places_empty(const agent_places *places);
bool agent_places_have_unsent(const agent_places *places);

/* Whether a client has begun a frame that is not whole. */
bool agent_places_have_begun(const agent_places *places);

/* Appends what the connections wait for to polled, which has *count of AGENT_POLLED_MAX. */
void agent_places_prepare(agent_places *places, struct pollfd *polled, size_t *count);

/* Stops reading frames that were begun too long ago, and frees connections that are over. */
void agent_places_tend(agent_places *places, long long now);

void agent_places_clear(agent_places *places);

#endif
