/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "turns.h"

#include <stdlib.h>
#include <string.h>

void agent_job_free(agent_job **job)
{
    if (*job == NULL)
        return;
    agent_frame_clear(&(*job)->frame);
    agent_answer_clear(&(*job)->answer);
    free(*job);
    *job = NULL;
}

size_t agent_turns_ceiling(unsigned workers)
{
    unsigned kept = (workers + 3) / 4;

    return workers > kept ? workers - kept : 1;
}

/* --------------------------------------------------------------------------------------- rounds */

static bool same_subject(const agent_claim *one, const agent_claim *other)
{
    return memcmp(one->subject, other->subject, AGENT_DIGEST_SIZE) == 0;
}

static bool same_address(const agent_claim *one, const agent_claim *other)
{
    return one->has_address && other->has_address &&
           memcmp(one->address, other->address, AGENT_DIGEST_SIZE) == 0;
}

/* Raises *round to the one behind the last round of that subject in the list. */
static void go_behind(const agent_job *list, const agent_claim *claim, uint64_t *round)
{
    for (const agent_job *job = list; job != NULL; job = job->next) {
        if (same_subject(&job->claim, claim) && job->claim.round >= *round)
            *round = job->claim.round + 1;
    }
}

static bool may_run(const agent_turns *turns, const agent_job *job)
{
    size_t of_subject = 0;
    size_t of_address = 0;

    for (const agent_job *other = turns->running; other != NULL; other = other->next) {
        of_subject += same_subject(&other->claim, &job->claim);
        of_address += same_address(&other->claim, &job->claim);
    }
    return of_subject < turns->ceiling && of_address < turns->ceiling;
}

/* ---------------------------------------------------------------------------------------- lists */

/* The link to the last job; the list must not be empty. */
static agent_job **last_link(agent_job **list)
{
    while ((*list)->next != NULL)
        list = &(*list)->next;
    return list;
}

static void insert(agent_turns *turns, agent_job *job)
{
    agent_job **link = &turns->waiting;

    while (*link != NULL && (*link)->claim.round <= job->claim.round)
        link = &(*link)->next;
    job->next = *link;
    *link = job;
    turns->waiting_count++;
}

static agent_job *unlink_job(agent_job **link)
{
    agent_job *job = *link;

    *link = job->next;
    job->next = NULL;
    return job;
}

/* The link to the first job that may run; *link is NULL when there is none. */
static agent_job **next_link(agent_turns *turns)
{
    agent_job **link = &turns->waiting;

    while (*link != NULL && !may_run(turns, *link))
        link = &(*link)->next;
    return link;
}

/* ---------------------------------------------------------------------------------------- turns */

agent_job *agent_turns_add(agent_turns *turns, agent_job *job)
{
    agent_job *refused = NULL;
    agent_job **last;

    job->claim.round = turns->round + 1;
    go_behind(turns->waiting, &job->claim, &job->claim.round);
    go_behind(turns->running, &job->claim, &job->claim.round);
    if (turns->waiting_count == AGENT_QUEUE_MAX && turns->waiting != NULL) {
        last = last_link(&turns->waiting);
        if ((*last)->claim.round <= job->claim.round)
            return job;
        refused = unlink_job(last);
        turns->waiting_count--;
    }
    insert(turns, job);
    return refused;
}

bool agent_turns_has_next(const agent_turns *turns)
{
    for (const agent_job *job = turns->waiting; job != NULL; job = job->next) {
        if (may_run(turns, job))
            return true;
    }
    return false;
}

agent_job *agent_turns_take(agent_turns *turns)
{
    agent_job **link = next_link(turns);
    agent_job *job;

    if (*link == NULL)
        return NULL;
    turns->round = turns->waiting->claim.round;
    job = unlink_job(link);
    turns->waiting_count--;
    job->next = turns->running;
    turns->running = job;
    turns->running_count++;
    return job;
}

void agent_turns_end(agent_turns *turns, agent_job *job)
{
    agent_job **link = &turns->running;

    while (*link != NULL && *link != job)
        link = &(*link)->next;
    if (*link == NULL)
        return;
    (void)unlink_job(link);
    turns->running_count--;
}

agent_job *agent_turns_empty(agent_turns *turns)
{
    agent_job *all = turns->waiting;

    turns->waiting = NULL;
    turns->waiting_count = 0;
    return all;
}
