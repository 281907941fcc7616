/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_DIRECTORY_SESSION_H
#define INVITEGATE_COMMON_DIRECTORY_SESSION_H

#include <ldap.h>
#include <sys/time.h>

#include "invitegate/deadline.h"
#include "invitegate/secret.h"
#include "invitegate/verdict.h"

/*
 * An LDAP session (RFC 4511) before its first operation: options, socket layers, TLS and the bind.
 * Nothing is ever set on the global (NULL) handle.
 */

/* The server, as [directory] names it. */
typedef struct session_server {
    char *uri;
    char *ca_file; /* "": the system's authorities */
    bool starttls;
} session_server;

/* What opens a handle, and whom it tells; server, deadline and verdict are the caller's. */
struct session {
    const session_server *server;
    const inv_deadline *deadline; /* the handle keeps the pointer: it lives as long as that */
    inv_verdict *verdict;
    LDAP *handle; /* NULL until session_open; the caller closes it */
};

/* Whom to bind as, and how. */
typedef struct session_identity {
    const char *dn;             /* "": anonymous, or who EXTERNAL finds */
    const char *mechanism;      /* LDAP_SASL_SIMPLE is NULL */
    const inv_secret *password; /* NULL: none goes out */
} session_identity;

/*
 * A handle with every option set that ldap.conf or the environment could set, and with StartTLS
 * done where the server is to have it. It connects at its first operation. Any thread. INV_CONFIG
 * (TLS files, StartTLS refused), INV_DIRECTORY_DOWN, INV_TIMEOUT or INV_NO_MEMORY, and no handle
 * then.
 */
inv_result session_open(struct session *session);

/*
 * Sends a bind (RFC 4511 4.2) and waits for its answer: INV_OK with any result code. A password
 * goes over ldapi, TLS or not at all (INV_CONFIG). Else as session_open; the handle stays.
 */
inv_result session_bind(const struct session *session, const session_identity *identity,
                        int *ret_code);

/* Ends the session, with an Unbind where it is connected. Idempotent. */
void session_close(LDAP **handle);

/* libldap's word for what went wrong in the last call of handle. */
int session_error(LDAP *handle);

/* Tells an error of libldap that came of doing what ("asking") with the server at uri. */
inv_result session_failure(const char *uri, int error, const char *what, inv_verdict *verdict);

struct timeval session_time_left(const inv_deadline *deadline);

#endif
