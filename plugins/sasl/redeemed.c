/* SPDX-License-Identifier: BSD-2-Clause */
#include "redeemed.h"

#include <pthread.h>
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

static void lock(void)
{
    (void)pthread_mutex_lock(&memory.lock);
}

static void unlock(void)
{
    (void)pthread_mutex_unlock(&memory.lock);
}

/* A child must not get the lock from a thread that it does not have. */
static void hold_while_forking(void)
{
    (void)pthread_atfork(lock, unlock, unlock);
}

static void lock_memory(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, hold_while_forking);
    lock();
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

    if (made == NULL)
        return;
    lock_memory();
    memcpy(made->jid, jid, size);
    made->until = inv_deadline_in(LATELY_MS);
    made->next = memory.youngest;
    memory.youngest = made;
    old = take_old();
    unlock();
    free_all(old);
}

bool inv_sasl_redeemed_lately(const char *jid)
{
    const redemption *one;
    bool found;

    lock_memory();
    one = memory.youngest;
    while (one != NULL && strcmp(one->jid, jid) != 0)
        one = one->next;
    found = one != NULL && !inv_deadline_passed(&one->until);
    unlock();
    return found;
}

void inv_sasl_redeemed_forget(void)
{
    redemption *all;

    lock_memory();
    all = memory.youngest;
    memory.youngest = NULL;
    unlock();
    free_all(all);
}
