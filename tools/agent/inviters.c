/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "inviters.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct agent_inviters {
    pthread_mutex_t lock;
    pthread_cond_t left;
    agent_inviter *present;
};

agent_inviters *agent_inviters_new(void)
{
    agent_inviters *inviters = calloc(1, sizeof(*inviters));
    pthread_condattr_t attributes;

    if (inviters == NULL)
        return NULL;
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
    free(*inviters);
    *inviters = NULL;
}

static bool is_present(const agent_inviters *inviters, const char *jid)
{
    const agent_inviter *other = inviters->present;

    while (other != NULL && strcmp(other->jid, jid) != 0)
        other = other->next;
    return other != NULL;
}

bool agent_inviters_enter(agent_inviters *inviters, agent_inviter *inviter,
                          const inv_deadline *deadline)
{
    bool entered;
    int error = 0;

    (void)pthread_mutex_lock(&inviters->lock);
    while (is_present(inviters, inviter->jid) && error == 0)
        error = pthread_cond_timedwait(&inviters->left, &inviters->lock, &deadline->end);
    entered = !is_present(inviters, inviter->jid);
    if (entered) {
        inviter->next = inviters->present;
        inviters->present = inviter;
    }
    (void)pthread_mutex_unlock(&inviters->lock);
    return entered;
}

void agent_inviters_leave(agent_inviters *inviters, agent_inviter *inviter)
{
    agent_inviter **link;

    (void)pthread_mutex_lock(&inviters->lock);
    link = &inviters->present;
    while (*link != NULL && *link != inviter)
        link = &(*link)->next;
    if (*link != NULL)
        *link = inviter->next;
    (void)pthread_cond_broadcast(&inviters->left);
    (void)pthread_mutex_unlock(&inviters->lock);
}
