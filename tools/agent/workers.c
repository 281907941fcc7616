/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "invitegate/directory.h"
#include "workers.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct worker {
    agent_workers *all;
    pthread_t thread;
    pthread_cond_t woken;
    bool waits;
    struct worker *next; /* of those that wait */
} worker;

struct agent_workers {
    agent_service service;
    int ready;
    pthread_mutex_t lock;
    agent_turns turns;
    agent_job *finished; /* linked by next, the last to finish first */
    bool stopping;
    worker *idle; /* linked by next, the last to begin to wait first */
    worker *threads;
    unsigned thread_count;
};

/* ------------------------------------------------------------------------------------- threads */

static void answer(const agent_workers *workers, agent_job *job, inv_directory *directory)
{
    agent_answer_start(&job->answer, job->frame.fields[0]);
    if (directory == NULL)
        (void)agent_answer_finish(&job->answer, "NO_MEMORY", NULL);
    else if (inv_deadline_passed(&job->begin_by))
        (void)agent_answer_finish(&job->answer, "TIMEOUT", NULL);
    else
        agent_operate(&workers->service, &job->frame, directory, &job->answer);
    agent_frame_clear(&job->frame); /* passwords do not wait for the client to read */
}

/*
 * Wakes the worker that was the last to begin to wait: what it needs is still at hand, and so is
 * its connection at the directory's side. pthread_cond_signal alone would take them in turn.
 */
static void wake_one(agent_workers *workers)
{
    worker *self = workers->idle;

    if (self == NULL)
        return;
    workers->idle = self->next;
    self->waits = false;
    (void)pthread_cond_signal(&self->woken);
}

static void wait_for_work(worker *self)
{
    self->waits = true;
    self->next = self->all->idle;
    self->all->idle = self;
    while (self->waits)
        (void)pthread_cond_wait(&self->woken, &self->all->lock);
}

/* Waits for the next job; NULL when the workers have to stop. */
static agent_job *next_job(worker *self)
{
    agent_workers *workers = self->all;
    agent_job *job = NULL;

    (void)pthread_mutex_lock(&workers->lock);
    while (!workers->stopping && (job = agent_turns_take(&workers->turns)) == NULL)
        wait_for_work(self);
    /* the end of a job may have made room below a ceiling for more than the job taken here */
    if (agent_turns_has_next(&workers->turns))
        wake_one(workers);
    (void)pthread_mutex_unlock(&workers->lock);
    return job;
}

static void finish_job(agent_workers *workers, agent_job *job)
{
    const uint64_t one = 1;

    (void)pthread_mutex_lock(&workers->lock);
    agent_turns_end(&workers->turns, job);
    job->next = workers->finished;
    workers->finished = job;
    (void)pthread_mutex_unlock(&workers->lock);
    while (write(workers->ready, &one, sizeof(one)) < 0)
        continue; /* EINTR only: the counter cannot overflow */
}

static void *work(void *context)
{
    worker *self = context;
    agent_workers *workers = self->all;
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_directory *directory = NULL;
    agent_job *job;

    while ((job = next_job(self)) != NULL) {
        if (directory == NULL)
            (void)inv_directory_new(&workers->service.context->config->directory, NULL, NULL,
                                    &directory, &verdict);
        answer(workers, job, directory);
        finish_job(workers, job);
    }
    inv_directory_free(&directory);
    return NULL;
}

/* The thread blocks all signals: they are for the loop. */
static int start_thread(agent_workers *workers, worker *self)
{
    sigset_t all;
    sigset_t before;
    int error;

    self->all = workers;
    (void)pthread_cond_init(&self->woken, NULL);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&self->thread, NULL, work, self);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

inv_result agent_workers_start(const agent_service *service, int ready, agent_workers **workers,
                               inv_verdict *verdict)
{
    unsigned count = service->context->config->agent.workers;
    agent_workers *started = calloc(1, sizeof(*started));
    int error = 0;

    *workers = NULL;
    if (started == NULL)
        return inv_verdict_no_memory(verdict);
    started->threads = calloc(count, sizeof(*started->threads));
    if (started->threads == NULL) {
        free(started);
        return inv_verdict_no_memory(verdict);
    }
    started->service = *service;
    started->ready = ready;
    started->turns.ceiling = agent_turns_ceiling(count);
    (void)pthread_mutex_init(&started->lock, NULL);
    while (started->thread_count < count && error == 0) {
        error = start_thread(started, &started->threads[started->thread_count]);
        if (error == 0)
            started->thread_count++;
    }
    if (error != 0) {
        agent_workers_stop(&started);
        return inv_verdict_set(verdict, INV_CONFIG, "cannot start %u workers: %s", count,
                               strerror(error));
    }
    *workers = started;
    return INV_OK;
}

agent_job *agent_workers_submit(agent_workers *workers, agent_job *job)
{
    agent_job *refused;

    (void)pthread_mutex_lock(&workers->lock);
    refused = agent_turns_add(&workers->turns, job);
    wake_one(workers);
    (void)pthread_mutex_unlock(&workers->lock);
    return refused;
}

agent_job *agent_workers_collect(agent_workers *workers)
{
    agent_job *collected = NULL;
    agent_job *job;

    (void)pthread_mutex_lock(&workers->lock);
    while ((job = workers->finished) != NULL) {
        workers->finished = job->next;
        job->next = collected;
        collected = job;
    }
    (void)pthread_mutex_unlock(&workers->lock);
    return collected;
}

agent_job *agent_workers_retire(agent_workers *workers)
{
    agent_job *waiting;

    (void)pthread_mutex_lock(&workers->lock);
    workers->stopping = true;
    waiting = agent_turns_empty(&workers->turns);
    while (workers->idle != NULL)
        wake_one(workers);
    (void)pthread_mutex_unlock(&workers->lock);
    return waiting;
}

bool agent_workers_idle(agent_workers *workers)
{
    bool idle;

    (void)pthread_mutex_lock(&workers->lock);
    idle = workers->turns.running_count == 0 && workers->finished == NULL;
    (void)pthread_mutex_unlock(&workers->lock);
    return idle;
}

static void free_jobs(agent_job *job)
{
    while (job != NULL) {
        agent_job *next = job->next;

        agent_job_free(&job);
        job = next;
    }
}

void agent_workers_stop(agent_workers **workers)
{
    agent_workers *old = *workers;

    *workers = NULL;
    if (old == NULL)
        return;
    free_jobs(agent_workers_retire(old));
    for (unsigned i = 0; i < old->thread_count; i++)
        (void)pthread_join(old->threads[i].thread, NULL);
    free_jobs(old->finished);
    for (unsigned i = 0; i < old->thread_count; i++)
        (void)pthread_cond_destroy(&old->threads[i].woken);
    (void)pthread_mutex_destroy(&old->lock);
    free(old->threads);
    free(old);
}
