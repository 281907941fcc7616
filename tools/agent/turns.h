/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_TURNS_H
#define INVITEGATE_TOOLS_AGENT_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "invitegate/deadline.h"
#include "limits.h"

/*
 * In which order requests are worked on. Each request has a subject (the invite of its token, the
 * inviter of a new one, an address without a token, or the client) and, where it tells one, an
 * address; each subject and each address has a ceiling of requests that are worked on at once.
 *
 * Rounds keep the order: a request comes one round after its subject's last one that waits or is
 * worked on, and after the present round. Requests are taken by round, those of one round as they
 * came, those that would exceed a ceiling later. So a request of a subject that has no other waits
 * for at most two of each other subject, and for no worker that a single other one holds; and new
 * subjects, however many, do not keep an old one from its turn.
 * When all places are taken, the request of the latest round, the last of whoever has most of them,
 * gives its place up.
 */

#define AGENT_QUEUE_MAX 256 /* requests that wait for a worker */

/* Whom a request is counted for. */
typedef struct agent_claim {
    unsigned char subject[AGENT_DIGEST_SIZE];
    unsigned char address[AGENT_DIGEST_SIZE];
    bool has_address;
    uint64_t round; /* set by agent_turns_add */
} agent_claim;

/* A request on its way through the workers, and then its answer. */
typedef struct agent_job {
    struct agent_job *next;
    uint64_t connection; /* which client asked */
    agent_claim claim;
    inv_deadline begin_by;
    agent_frame frame;
    agent_answer answer;
} agent_job;

/* Wipes and frees; NULL is allowed. */
void agent_job_free(agent_job **job);

/* Owns the jobs in both lists. Not thread-safe. */
typedef struct agent_turns {
    agent_job *waiting; /* by round */
    size_t waiting_count;
    agent_job *running;
    size_t running_count;
    size_t ceiling; /* of one subject's, and of one address's, jobs in running */
    uint64_t round;
} agent_turns;

/* How many of so many workers one subject or address may have: all but a quarter, at least one. */
size_t agent_turns_ceiling(unsigned workers);

/* Puts job in its place. Returns the job, which may be this one, that has to be refused: the
 * caller's again; NULL: none. */
agent_job *agent_turns_add(agent_turns *turns, agent_job *job);

/* Whether a job waits that may be worked on now. */
bool agent_turns_has_next(const agent_turns *turns);

/* Moves that job to those that are worked on; NULL: there is none. */
agent_job *agent_turns_take(agent_turns *turns);

/* The job is done: it leaves, and is the caller's. */
void agent_turns_end(agent_turns *turns, agent_job *job);

/* Takes all waiting jobs out, linked by next, in their order. */
agent_job *agent_turns_empty(agent_turns *turns);

#endif
