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
 * The order in which requests are worked on. Each request has a subject (the invite of its token,
 * the inviter of a new one, an address without a token, or the client) and, where the client
 * reports one, an address; each subject and each address has a ceiling of requests that are worked
 * on at once.
 *
 * Rounds keep the order: a request comes one round after its subject's last one that waits or is
 * worked on, and after the present round. Requests are taken by round, those of one round as they
 * came; those that would exceed a ceiling wait. So the only request of a subject waits for at most
 * two of each other subject, and for no worker that a single other subject holds; and new subjects,
 * however many, do not keep an old one from its turn.
 * When all places are taken, the request of the latest round, the last of the subject that has most
 * of them, is refused.
 */

#define AGENT_QUEUE_MAX 256 /* requests that wait for a worker */

/* The subject and address that a request counts for, and its round. */
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
    agent_job *waiting; /* sorted by round */
    size_t waiting_count;
    agent_job *running;
    size_t running_count;
    size_t ceiling; /* for the jobs of one subject, and of one address, in running */
    uint64_t round;
} agent_turns;

/* The ceiling for this many workers: all but a quarter, at least one. */
size_t agent_turns_ceiling(unsigned workers);

/*
 * Adds job to those that wait. Returns the job that has to be refused, which may be this one and is
 * the caller's again; NULL: none.
 */
agent_job *agent_turns_add(agent_turns *turns, agent_job *job);

/* Whether a job waits that is below its ceilings. */
bool agent_turns_has_next(const agent_turns *turns);

/* Moves the first such job to those that are worked on; NULL: there is none. */
agent_job *agent_turns_take(agent_turns *turns);

/* Takes a job out that is done; it is the caller's. */
void agent_turns_end(agent_turns *turns, agent_job *job);

/* Takes all waiting jobs out, linked by next, in their order. */
agent_job *agent_turns_empty(agent_turns *turns);

#endif
