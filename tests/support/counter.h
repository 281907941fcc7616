/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_COUNTER_H
#define INVITEGATE_TESTS_COUNTER_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/directory.h"

typedef enum counter_moment { COUNTER_BEFORE_SEND, COUNTER_AFTER_ANSWER } counter_moment;

/*
 * A driver that hands everything on to the one that was there, and counts. Operations are numbered
 * from 1 in the order they are sent; a flight is a run of sends before the next answer.
 */
struct counter {
    size_t sends;
    size_t answers;
    size_t writes;
    size_t flights;
    size_t proofs;
    /*
     * Called before an operation goes out, and when an answer is in. number: which send or answer
     * that is, from 1; write: how many writes were sent until now, 0 before the send of a search.
     */
    void (*at)(void *context, counter_moment moment, size_t number, size_t write);
    void *context;
    const inv_operation *sending; /* while at is called before a send */
    /* the answers to the flight of this write are lost: it was done, and nobody knows */
    size_t lose;
    bool no_policy_control; /* as if the server knew no ppolicy control */
    bool no_time;           /* set by at: the time is up, and nothing more is sent */
    /* private */
    const inv_directory_driver *driver;
    void *self;
    int in_flight;
};

struct counter *counter_attach(inv_directory *directory);

/* Puts the old driver back and frees the counter. */
void counter_detach(inv_directory *directory, struct counter **counter);

#endif
