/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_WORKERS_H
#define INVITEGATE_TOOLS_AGENT_WORKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "operations.h"

/* The threads that wait for the directory, so that the loop never does. */

#define AGENT_QUEUE_MAX     256 /* requests that wait for a worker */
#define AGENT_WAIT_IN_QUEUE 5   /* times [directory] timeout */

/* A request on its way through the workers, and then its answer. */
typedef struct agent_job {
    struct agent_job *next;
    uint64_t connection; /* who asked; the workers do not look at it */
    inv_deadline begin_by;
    agent_frame frame;
    agent_answer answer;
} agent_job;

void agent_job_free(agent_job **job);

typedef struct agent_workers agent_workers;

/* Starts as many as configured. ready: an eventfd that is written when answers can be collected. */
inv_result agent_workers_start(const agent_service *service, int ready, agent_workers **workers,
                               inv_verdict *verdict);

/* Hands a job over; false when too many wait already. */
bool agent_workers_submit(agent_workers *workers, agent_job *job);

/* The finished jobs, the first to finish first; NULL: none. */
agent_job *agent_workers_collect(agent_workers *workers);

/* Waits for what is under way; what waits is not begun any more. Frees all jobs. */
void agent_workers_stop(agent_workers **workers);

#endif
