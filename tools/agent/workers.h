/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_WORKERS_H
#define INVITEGATE_TOOLS_AGENT_WORKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "operations.h"

/* The threads that wait for the directory, so that the loop never does. */

#define AGENT_WAIT_IN_QUEUE 5 /* times [directory] timeout */

typedef struct agent_workers agent_workers;

/*
 * Starts the configured number of threads, which work with a copy of *service. ready: an eventfd
 * that is written to when answers can be collected.
 */
inv_result agent_workers_start(const agent_service *service, int ready, agent_workers **workers,
                               inv_verdict *verdict);

/*
 * Hands a job over, with claim and begin_by; the workers own it until it is collected. Returns the
 * job that has to be refused instead, as agent_turns_add.
 */
agent_job *agent_workers_submit(agent_workers *workers, agent_job *job);

/* The finished jobs, linked by next, the first to finish first; NULL: none. */
agent_job *agent_workers_collect(agent_workers *workers);

/* No job is begun from now on. Returns those that wait, linked by next, in their order. */
agent_job *agent_workers_retire(agent_workers *workers);

/* After agent_workers_retire: whether all jobs that were begun have been collected. */
bool agent_workers_idle(agent_workers *workers);

/* Waits for the jobs under way; those that wait are not begun. Frees all jobs. */
void agent_workers_stop(agent_workers **workers);

#endif
