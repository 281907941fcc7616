/* SPDX-License-Identifier: BSD-2-Clause */
#include "redeemed.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/deadline.h"

#define LATELY_MS 60000

typedef struct redemption {
    struct redemption *next;
    inv_deadline until;
    char jid[];
} redemption;

/* The youngest first. There are no more than one process redeems within a minute. */
static struct {
    pthread_mutex_t lock;
    redemption *youngest;
} memory = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* False: to do without. In a forked child the lock may be held by a thread that it does not have.
 */
static bool lock_memory(void)
{
    for (int tries = 0; tries < 1000; tries++) {
        if (pthread_mutex_trylock(&memory.lock) == 0)
            return true;
        (void)sched_yield();
    }
    return false;
}

static void free_all(redemption *one)
{
    while (one != NULL) {
        redemption *next = one->next;

        free(one);
        one = next;
    }
}

/* Takes out what is older than a minute. */
static redemption *take_old(void)
{
    redemption **link = &memory.youngest;
    redemption *old;

    while (*link != NULL && !inv_deadline_passed(&(*link)->until))
        link = &(*link)->next;
    old = *link;
    *link = NULL;
    return old;
}

void inv_sasl_redeemed_set(const char *jid)
{
    size_t size = strlen(jid) + 1;
    redemption *made = malloc(sizeof(*made) + size);
    redemption *old = NULL;

    if (made == NULL || !lock_memory()) {
        free(made);
        return;
    }
    memcpy(made->jid, jid, size);
    made->until = inv_deadline_in(LATELY_MS);
    made->next = memory.youngest;
    memory.youngest = made;
    old = take_old();
    (void)pthread_mutex_unlock(&memory.lock);
    free_all(old);
}

bool inv_sasl_redeemed_lately(const char *jid)
{
    const redemption *one;
    bool found;

    if (!lock_memory())
        return false;
    one = memory.youngest;
    while (one != NULL && strcmp(one->jid, jid) != 0)
        one = one->next;
    found = one != NULL && !inv_deadline_passed(&one->until);
    (void)pthread_mutex_unlock(&memory.lock);
    return found;
}

void inv_sasl_redeemed_forget(void)
{
    redemption *all;

    if (!lock_memory())
        return;
    all = memory.youngest;
    memory.youngest = NULL;
    (void)pthread_mutex_unlock(&memory.lock);
    free_all(all);
}
