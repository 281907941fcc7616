/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_GATEWAY_H
#define INVITEGATE_TESTS_GATEWAY_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/directory.h"

/*
 * A gateway in front of the directory, such as slapd's back-ldap: a driver that answers one write
 * with a code of its own. What becomes of the write is the gateway's secret.
 */
typedef enum gateway_fate {
    GATEWAY_DONE, /* the server does it, and says so to nobody */
    GATEWAY_LATE, /* it is on its way, until gateway_deliver */
    GATEWAY_NEVER,
} gateway_fate;

struct gateway {
    size_t at; /* which write, from 1 */
    int code;
    gateway_fate fate;
    /* private */
    size_t writes;
    inv_operation *told; /* the one whose answer is exchanged */
    inv_operation *late;
    const inv_directory_driver *driver;
    void *self;
};

struct gateway *gateway_attach(inv_directory *directory, size_t at, int code, gateway_fate fate);

/* Puts the old driver back. What is late stays to be delivered. */
void gateway_detach(inv_directory *directory, struct gateway *gateway);

/* The late write reaches the server at last: its result code. Frees the gateway. */
int gateway_deliver(inv_directory *directory, struct gateway **gateway);
void gateway_free(struct gateway **gateway);

#endif
