/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "workers.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct job_list {
    agent_job *first;
    agent_job **last;
    size_t count;
} job_list;

struct agent_workers {
    const agent_service *service;
    int ready;
    pthread_mutex_t lock;
    pthread_cond_t work;
    job_list waiting;
    job_list finished;
    bool stopping;
    pthread_t *threads;
    unsigned thread_count;
};

void agent_job_free(agent_job **job)
{
    if (*job == NULL)
        return;
    agent_frame_clear(&(*job)->frame);
    agent_answer_clear(&(*job)->answer);
    free(*job);
    *job = NULL;
}

/* --------------------------------------------------------------------------------------- lists */

static void list_start(job_list *list)
{
    *list = (job_list){.last = &list->first};
}

static void list_append(job_list *list, agent_job *job)
{
    job->next = NULL;
    *list->last = job;
    list->last = &job->next;
    list->count++;
}

static agent_job *list_take(job_list *list)
{
    agent_job *job = list->first;

    if (job == NULL)
        return NULL;
    list->first = job->next;
    if (list->first == NULL)
        list->last = &list->first;
    list->count--;
    job->next = NULL;
    return job;
}

static void list_free(job_list *list)
{
    agent_job *job;

    while ((job = list_take(list)) != NULL)
        agent_job_free(&job);
}

/* ------------------------------------------------------------------------------------- threads */

static void answer(const agent_workers *workers, agent_job *job, inv_directory *directory)
{
    agent_answer_start(&job->answer, job->frame.fields[0]);
    if (directory == NULL)
        (void)agent_answer_finish(&job->answer, "NO_MEMORY", NULL);
    else if (inv_deadline_passed(&job->begin_by))
        (void)agent_answer_finish(&job->answer, "TIMEOUT", NULL);
    else
        agent_operate(workers->service, &job->frame, directory, &job->answer);
    agent_frame_clear(&job->frame); /* passwords do not wait for the client to read */
}

static agent_job *next_job(agent_workers *workers)
{
    agent_job *job;

    (void)pthread_mutex_lock(&workers->lock);
    while (workers->waiting.first == NULL && !workers->stopping)
        (void)pthread_cond_wait(&workers->work, &workers->lock);
    job = workers->stopping ? NULL : list_take(&workers->waiting);
    (void)pthread_mutex_unlock(&workers->lock);
    return job;
}

static void finish_job(agent_workers *workers, agent_job *job)
{
    const uint64_t one = 1;

    (void)pthread_mutex_lock(&workers->lock);
    list_append(&workers->finished, job);
    (void)pthread_mutex_unlock(&workers->lock);
    while (write(workers->ready, &one, sizeof(one)) < 0)
        continue; /* EINTR only: the counter cannot overflow */
}

static void *work(void *context)
{
    agent_workers *workers = context;
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_directory *directory = NULL;
    agent_job *job;

    while ((job = next_job(workers)) != NULL) {
        if (directory == NULL)
            (void)inv_directory_new(&workers->service->gate->config->directory, NULL, NULL,
                                    &directory, &verdict);
        answer(workers, job, directory);
        finish_job(workers, job);
    }
    inv_directory_free(&directory);
    return NULL;
}

/* Signals are for the loop. */
static int start_thread(agent_workers *workers, pthread_t *thread)
{
    sigset_t all;
    sigset_t before;
    int error;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(thread, NULL, work, workers);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

inv_result agent_workers_start(const agent_service *service, int ready, agent_workers **workers,
                               inv_verdict *verdict)
{
    unsigned count = service->gate->config->agent.workers;
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
    started->service = service;
    started->ready = ready;
    list_start(&started->waiting);
    list_start(&started->finished);
    (void)pthread_mutex_init(&started->lock, NULL);
    (void)pthread_cond_init(&started->work, NULL);
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

bool agent_workers_submit(agent_workers *workers, agent_job *job)
{
    long timeout = workers->service->gate->config->directory.timeout_ms;
    bool room;

    job->begin_by = inv_deadline_in(AGENT_WAIT_IN_QUEUE * timeout);
    (void)pthread_mutex_lock(&workers->lock);
    room = workers->waiting.count < AGENT_QUEUE_MAX;
    if (room) {
        list_append(&workers->waiting, job);
        (void)pthread_cond_signal(&workers->work);
    }
    (void)pthread_mutex_unlock(&workers->lock);
    return room;
}

agent_job *agent_workers_collect(agent_workers *workers)
{
    agent_job *first;

    (void)pthread_mutex_lock(&workers->lock);
    first = workers->finished.first;
    list_start(&workers->finished);
    (void)pthread_mutex_unlock(&workers->lock);
    return first;
}

void agent_workers_stop(agent_workers **workers)
{
    agent_workers *old = *workers;

    *workers = NULL;
    if (old == NULL)
        return;
    (void)pthread_mutex_lock(&old->lock);
    old->stopping = true;
    (void)pthread_cond_broadcast(&old->work);
    (void)pthread_mutex_unlock(&old->lock);
    for (unsigned i = 0; i < old->thread_count; i++)
        (void)pthread_join(old->threads[i], NULL);
    list_free(&old->waiting);
    list_free(&old->finished);
    (void)pthread_cond_destroy(&old->work);
    (void)pthread_mutex_destroy(&old->lock);
    free(old->threads);
    free(old);
}
