/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "inviters.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct agent_inviters {
    pthread_mutex_t lock;
    pthread_cond_t left;
    unsigned places;
    const char **present; /* NULL: a free place */
};

agent_inviters *agent_inviters_new(unsigned threads)
{
    agent_inviters *inviters = calloc(1, sizeof(*inviters));
    pthread_condattr_t attributes;

    if (inviters == NULL)
        return NULL;
    inviters->places = threads;
    inviters->present = calloc(threads, sizeof(*inviters->present));
    if (inviters->present == NULL) {
        free(inviters);
        return NULL;
    }
    (void)pthread_mutex_init(&inviters->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&inviters->left, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    return inviters;
}

void agent_inviters_free(agent_inviters **inviters)
{
    if (*inviters == NULL)
        return;
    (void)pthread_cond_destroy(&(*inviters)->left);
    (void)pthread_mutex_destroy(&(*inviters)->lock);
    free((*inviters)->present);
    free(*inviters);
    *inviters = NULL;
}

/* A place that may be taken for jid, or NULL while somebody is there for it. */
static const char **place_for(agent_inviters *inviters, const char *jid)
{
    const char **place = NULL;

    for (unsigned i = 0; i < inviters->places; i++) {
        if (inviters->present[i] == NULL)
            place = &inviters->present[i];
        else if (strcmp(inviters->present[i], jid) == 0)
            return NULL;
    }
    return place;
}

bool agent_inviters_enter(agent_inviters *inviters, const char *jid, const inv_deadline *deadline)
{
    const char **place;
    int error = 0;

    (void)pthread_mutex_lock(&inviters->lock);
    while ((place = place_for(inviters, jid)) == NULL && error == 0)
        error = pthread_cond_timedwait(&inviters->left, &inviters->lock, &deadline->end);
    if (place != NULL)
        *place = jid;
    (void)pthread_mutex_unlock(&inviters->lock);
    return place != NULL;
}

void agent_inviters_leave(agent_inviters *inviters, const char *jid)
{
    (void)pthread_mutex_lock(&inviters->lock);
    for (unsigned i = 0; i < inviters->places; i++) {
        if (inviters->present[i] == jid)
            inviters->present[i] = NULL;
    }
    (void)pthread_cond_broadcast(&inviters->left);
    (void)pthread_mutex_unlock(&inviters->lock);
}
