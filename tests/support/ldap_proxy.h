/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_LDAP_PROXY_H
#define INVITEGATE_TESTS_LDAP_PROXY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * A process between clients and slapd, from socket to socket, that reads LDAP messages (RFC 4511)
 * as they pass and does one thing wrong. It ends with the process that started it.
 */

typedef enum proxy_fault {
    PROXY_FAITHFUL,
    PROXY_ANSWER,             /* answers with a result code; slapd does not see the request */
    PROXY_DELAY,              /* hands the request on late, though nobody may wait any more */
    PROXY_HOLD,               /* the same, but not before released is set */
    PROXY_HOLD_BOTH,          /* the same, and the answer is handed on */
    PROXY_DROP_BEFORE,        /* ends the connection; slapd does not see the request */
    PROXY_DROP_AFTER,         /* ends the connection once slapd has answered */
    PROXY_SWALLOW,            /* keeps slapd's answer, and the connection */
    PROXY_KILL_CLIENT_BEFORE, /* SIGKILL to client; slapd does not see the request */
    PROXY_KILL_CLIENT_AFTER,  /* SIGKILL to client once slapd has answered */
    PROXY_KILL_SERVER_BEFORE, /* SIGKILL to server instead of the request */
    PROXY_KILL_SERVER_AFTER,  /* SIGKILL to server once it has answered */
    PROXY_FREEZE,             /* SIGSTOP to server, then the request */
} proxy_fault;

#define PROXY_REQUESTS_MAX 48
#define PROXY_LABEL_SIZE   40

/* Shared with the proxy. Set up while no client is at it, fault last. */
struct proxy_plan {
    _Atomic proxy_fault fault;
    size_t at;    /* which request, from 1; unbinds do not count */
    bool from_on; /* that one and all later ones */
    int code;     /* PROXY_ANSWER */
    long delay_milliseconds;
    _Atomic pid_t client;
    pid_t server;
    atomic_bool released;
    /* what happened */
    atomic_size_t requests;
    atomic_bool happened;
    atomic_bool late_done; /* the delayed or held request was answered at last */
    char labels[PROXY_REQUESTS_MAX][PROXY_LABEL_SIZE]; /* "add uid", of request index + 1 */
};

struct ldap_proxy;

/* Listens at path, connects to server_path for each client. Fails the test that runs. */
struct ldap_proxy *ldap_proxy_start(const char *path, const char *server_path);
struct proxy_plan *ldap_proxy_plan(struct ldap_proxy *proxy);

/* Forgets what happened; the next request is the first. Faithful. */
void ldap_proxy_reset(struct ldap_proxy *proxy);
void ldap_proxy_stop(struct ldap_proxy **proxy);

#endif
