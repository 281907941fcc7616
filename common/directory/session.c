/* SPDX-License-Identifier: BSD-2-Clause */
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/ascii.h"
#include "read_ahead.h"
#include "timed_read.h"
#include "wiped_write.h"

inv_result session_failure(const char *uri, int error, const char *what, inv_verdict *verdict)
{
    switch (error) {
    case LDAP_NO_MEMORY:
        return inv_verdict_no_memory(verdict);
    case LDAP_TIMEOUT:
        return inv_verdict_set(verdict, INV_TIMEOUT, "%s %s: no answer in the time allowed", what,
                               uri);
    case LDAP_ENCODING_ERROR:
    case LDAP_PARAM_ERROR:
    case LDAP_FILTER_ERROR:
        return inv_verdict_set(verdict, INV_CONFIG, "%s %s: %s", what, uri, ldap_err2string(error));
    default:
        return inv_verdict_set(verdict, INV_DIRECTORY_DOWN, "%s %s: %s", what, uri,
                               ldap_err2string(error));
    }
}

int session_error(LDAP *handle)
{
    int error = LDAP_OTHER;

    if (ldap_get_option(handle, LDAP_OPT_RESULT_CODE, &error) != LDAP_OPT_SUCCESS ||
        error == LDAP_SUCCESS)
        return LDAP_SERVER_DOWN;
    return error;
}

struct timeval session_time_left(const inv_deadline *deadline)
{
    long left = inv_deadline_left(deadline);

    return (struct timeval){.tv_sec = left / 1000, .tv_usec = left % 1000 * 1000};
}

/* ----------------------------------------------------------------------------------- opening */

/* Every option that ldap.conf, ~/.ldaprc or LDAP* variables could have set is set here again. */
static int set_options(LDAP *handle, const inv_deadline *deadline)
{
    const int version = LDAP_VERSION3;
    const int no_limit = LDAP_NO_LIMIT;
    const int never = LDAP_DEREF_NEVER;
    const struct timeval left = session_time_left(deadline);
    const struct {
        int option;
        const void *value;
    } options[] = {
        {LDAP_OPT_PROTOCOL_VERSION, &version},
        {LDAP_OPT_REFERRALS, LDAP_OPT_OFF},
        {LDAP_OPT_DEREF, &never},
        {LDAP_OPT_SIZELIMIT, &no_limit},
        {LDAP_OPT_TIMELIMIT, &no_limit},
        {LDAP_OPT_RESTART, LDAP_OPT_ON},
        {LDAP_OPT_NETWORK_TIMEOUT, &left},
        {LDAP_OPT_TIMEOUT, &left},
        {LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_ON},
    };

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        int error = ldap_set_option(handle, options[i].option, options[i].value);

        if (error != LDAP_OPT_SUCCESS)
            return error;
    }
    return LDAP_SUCCESS;
}

void session_close(LDAP **handle)
{
    if (*handle != NULL)
        (void)ldap_unbind_ext(*handle, NULL, NULL);
    *handle = NULL;
}

static bool has_scheme(const session_server *server, const char *scheme)
{
    return inv_ascii_equal_in(server->uri, scheme, strlen(scheme));
}

/* A password may go over it: a socket of this machine, or TLS. */
static bool is_protected(const session_server *server)
{
    return has_scheme(server, "ldapi://") || has_scheme(server, "ldaps://") || server->starttls;
}

/*
 * Without CONNECT_ASYNC libldap before 2.6.9 forgets every timeout during a TLS handshake and spins
 * for ever against a peer that went silent (ITS#8047).
 */
static int set_tls_options(const char *ca_file, LDAP *handle)
{
    const int demand = LDAP_OPT_X_TLS_DEMAND;
    const int minimum = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
    const int as_client = 0;
    int error = ldap_set_option(handle, LDAP_OPT_CONNECT_ASYNC, LDAP_OPT_ON);

    if (error == LDAP_OPT_SUCCESS)
        error = ldap_set_option(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
    if (error == LDAP_OPT_SUCCESS)
        error = ldap_set_option(handle, LDAP_OPT_X_TLS_PROTOCOL_MIN, &minimum);
    if (error == LDAP_OPT_SUCCESS && ca_file[0] != '\0')
        error = ldap_set_option(handle, LDAP_OPT_X_TLS_CACERTFILE, ca_file);
    if (error == LDAP_OPT_SUCCESS)
        error = ldap_set_option(handle, LDAP_OPT_X_TLS_NEWCTX, &as_client);
    return error;
}

/* While LDAP_X_CONNECTING: waits a moment for the peer. False when the deadline has passed. */
static bool wait_for_peer(const struct session *session)
{
    struct pollfd peer = {.fd = -1, .events = POLLIN};

    if (inv_deadline_passed(session->deadline))
        return false;
    (void)ldap_get_option(session->handle, LDAP_OPT_DESC, &peer.fd);
    (void)poll(&peer, 1, 1);
    return true;
}

static inv_result failure(const struct session *session, int error)
{
    return session_failure(session->server->uri, error, "connecting to", session->verdict);
}

/*
 * libldap has one error for a peer that cannot be reached and for one whose certificate it refuses.
 */
static inv_result connect_failure(const struct session *session, int error, bool over_tls)
{
    const session_server *server = session->server;

    if (error == LDAP_X_CONNECTING || inv_deadline_passed(session->deadline))
        error = LDAP_TIMEOUT;
    if (!over_tls || (error != LDAP_SERVER_DOWN && error != LDAP_CONNECT_ERROR))
        return failure(session, error);
    return inv_verdict_set(session->verdict, INV_DIRECTORY_DOWN,
                           "connecting to %s: %s; if it is up, its certificate is not for this "
                           "name or not signed by %s",
                           server->uri, ldap_err2string(error),
                           server->ca_file[0] != '\0' ? server->ca_file
                                                      : "the system's authorities");
}

/* Waits for the one answer to message_id and gives its RFC 4511 result code. */
static inv_result wait_for_code(const struct session *session, int message_id, int *ret_code)
{
    struct timeval left = session_time_left(session->deadline);
    LDAPMessage *message = NULL;
    int answered = ldap_result(session->handle, message_id, LDAP_MSG_ALL, &left, &message);
    int error;

    if (answered == 0)
        return failure(session, LDAP_TIMEOUT);
    if (answered < 0)
        return failure(session, session_error(session->handle));
    error = ldap_parse_result(session->handle, message, ret_code, NULL, NULL, NULL, NULL, 1);
    if (error != LDAP_SUCCESS)
        return failure(session, error);
    return INV_OK;
}

/* RFC 4511 4.14. Demanded: nothing else is sent if it does not come about. */
static inv_result start_tls(const struct session *session)
{
    int message_id = -1;
    int code = LDAP_OTHER;
    int error;
    inv_result result;

    do
        error = ldap_start_tls(session->handle, NULL, NULL, &message_id);
    while (error == LDAP_X_CONNECTING && wait_for_peer(session));
    if (error != LDAP_SUCCESS)
        return connect_failure(session, error, false);
    result = wait_for_code(session, message_id, &code);
    if (result != INV_OK)
        return result;
    if (code != LDAP_SUCCESS)
        return inv_verdict_set(session->verdict, INV_CONFIG, "%s refuses StartTLS: %s",
                               session->server->uri, ldap_err2string(code));
    error = ldap_install_tls(session->handle);
    if (error != LDAP_SUCCESS)
        return connect_failure(session, error, true);
    return INV_OK;
}

/* libldap has one error for all that can be wrong with the file. */
static inv_result prepare_tls(const struct session *session, Sockbuf *connection)
{
    const char *ca_file = session->server->ca_file;

    if (!timed_read_install(connection, session->deadline))
        return inv_verdict_no_memory(session->verdict);
    if (ca_file[0] != '\0' && access(ca_file, R_OK) != 0)
        return inv_verdict_set(session->verdict, INV_CONFIG, "ca_file %s: %s", ca_file,
                               strerror(errno));
    if (set_tls_options(ca_file, session->handle) != LDAP_SUCCESS)
        return inv_verdict_set(session->verdict, INV_CONFIG,
                               "preparing TLS to %s: libldap does not take the authorities of %s; "
                               "expected are certificates in PEM",
                               session->server->uri, ca_file[0] != '\0' ? ca_file : "the system");
    return INV_OK;
}

static inv_result prepare_layers(const struct session *session)
{
    Sockbuf *connection = NULL;

    if (ldap_get_option(session->handle, LDAP_OPT_SOCKBUF, &connection) != LDAP_OPT_SUCCESS ||
        !wiped_write_install(connection))
        return inv_verdict_no_memory(session->verdict);
    if (has_scheme(session->server, "ldapi://"))
        return read_ahead_install(connection) ? INV_OK : inv_verdict_no_memory(session->verdict);
    return prepare_tls(session, connection);
}

/*
 * ldap_open(3): the library's first call sets up what all handles start from, and has to be done
 * before another thread calls. Any call does it; this one changes nothing.
 */
static void set_up_library(void)
{
    int version = 0;

    (void)ldap_get_option(NULL, LDAP_OPT_PROTOCOL_VERSION, &version);
}

inv_result session_open(struct session *session)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    inv_result result = INV_OK;
    int error;

    session->handle = NULL;
    (void)pthread_once(&once, set_up_library);
    error = ldap_initialize(&session->handle, session->server->uri);
    if (error == LDAP_SUCCESS)
        error = set_options(session->handle, session->deadline);
    if (error != LDAP_SUCCESS)
        result = session_failure(session->server->uri, error, "preparing a connection to",
                                 session->verdict);
    else
        result = prepare_layers(session);
    if (result == INV_OK && session->server->starttls && has_scheme(session->server, "ldap://"))
        result = start_tls(session);
    if (result != INV_OK)
        session_close(&session->handle);
    return result;
}

/* ----------------------------------------------------------------------------------- binding */

/*
 * Connects before the password is encoded: libldap frees a request that it cannot send without
 * wiping it. Returns libldap's error.
 */
static int send_bind(const struct session *session, const session_identity *identity,
                     struct berval *credentials, int *ret_message_id)
{
    int error = LDAP_SERVER_DOWN;

    if (ldap_connect(session->handle) != 0)
        return error;
    do
        error = ldap_sasl_bind(session->handle, identity->dn, identity->mechanism, credentials,
                               NULL, NULL, ret_message_id);
    while (error == LDAP_X_CONNECTING && wait_for_peer(session));
    return error;
}

inv_result session_bind(const struct session *session, const session_identity *identity,
                        int *ret_code)
{
    const session_server *server = session->server;
    struct berval credentials = {0, NULL};
    int message_id = -1;
    int error;

    if (identity->password != NULL) {
        credentials.bv_len = inv_secret_length(identity->password);
        /* libldap does not write to it; its type only lacks the const */
        credentials.bv_val = (char *)(uintptr_t)inv_secret_bytes(identity->password);
    } else if (identity->mechanism != NULL) {
        credentials.bv_val = (char *)(uintptr_t) "";
    }
    if (identity->password != NULL && !is_protected(server))
        return inv_verdict_set(session->verdict, INV_CONFIG,
                               "%s: a password goes only over ldapi://, ldaps:// or with "
                               "starttls = demand",
                               server->uri);
    error = send_bind(session, identity, &credentials, &message_id);
    if (error != LDAP_SUCCESS)
        return connect_failure(session, error, has_scheme(server, "ldaps://"));
    return wait_for_code(session, message_id, ret_code);
}
