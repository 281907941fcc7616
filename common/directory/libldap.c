/* SPDX-License-Identifier: BSD-2-Clause */
#include "libldap.h"

#include <ldap.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bind_password.h"
#include "invitegate/directory.h"
#include "own_socket.h"
#include "receive.h"
#include "send.h"
#include "session.h"
#include "sigpipe.h"

typedef struct libldap {
    LDAP *handle;
    own_socket socket;     /* of handle, when it was connected */
    inv_deadline deadline; /* of the call that uses the handle now; read by timed_read */
    libldap_identity identity;
    inv_bind_method bind;
    session_server server;
    char *bind_dn;
    char *bind_password_file;
    inv_secret *password;
} libldap;

/* -------------------------------------------------------------------------------- connecting */

static inv_result bind_with_file(const libldap *self, const struct session *session, int *ret_code)
{
    session_identity identity = {.dn = self->bind_dn, .mechanism = LDAP_SASL_SIMPLE};
    inv_secret *password = NULL;
    inv_result result = bind_password_read(self->bind_password_file, &password, session->verdict);

    identity.password = password;
    if (result == INV_OK)
        result = session_bind(session, &identity, ret_code);
    inv_secret_free(&password);
    return result;
}

static inv_result bind_as_identity(const libldap *self, const struct session *session,
                                   int *ret_code)
{
    switch (self->identity) {
    case LIBLDAP_CONFIGURED:
        if (self->bind == INV_BIND_EXTERNAL)
            return session_bind(session, &(session_identity){"", "EXTERNAL", NULL}, ret_code);
        return bind_with_file(self, session, ret_code);
    case LIBLDAP_SIMPLE:
        return session_bind(session,
                            &(session_identity){self->bind_dn, LDAP_SASL_SIMPLE, self->password},
                            ret_code);
    case LIBLDAP_ANONYMOUS:
        break;
    }
    return session_bind(session, &(session_identity){"", LDAP_SASL_SIMPLE, NULL}, ret_code);
}

static bool note_socket(libldap *self)
{
    int descriptor = -1;

    return ldap_get_option(self->handle, LDAP_OPT_DESC, &descriptor) == LDAP_OPT_SUCCESS &&
           own_socket_note(descriptor, &self->socket);
}

static inv_result open_handle(libldap *self, const inv_deadline *deadline, inv_verdict *verdict)
{
    struct session session = {
        .server = &self->server, .deadline = &self->deadline, .verdict = verdict};
    int code = LDAP_SUCCESS;
    inv_result result;

    self->deadline = *deadline;
    result = session_open(&session);
    if (result != INV_OK)
        return result;
    self->handle = session.handle;
    result = bind_as_identity(self, &session, &code);
    if (result == INV_OK && code != LDAP_SUCCESS)
        result =
            inv_verdict_set(verdict, inv_ldap_result(code), "%s refused the bind as %s: %s; %s",
                            self->server.uri, self->bind_dn[0] != '\0' ? self->bind_dn : "EXTERNAL",
                            ldap_err2string(code), inv_ldap_remedy(code));
    if (result == INV_OK && !note_socket(self))
        result = inv_verdict_set(verdict, INV_DIRECTORY_DOWN,
                                 "connecting to %s: the socket is gone", self->server.uri);
    if (result != INV_OK)
        session_close(&self->handle);
    return result;
}

static inv_result libldap_open(void *context, const inv_deadline *deadline, inv_verdict *verdict)
{
    sigpipe_guard guard = sigpipe_block();
    inv_result result = open_handle(context, deadline, verdict);

    sigpipe_restore(&guard);
    return result;
}

/*
 * Takes the descriptor away from libldap, which can then neither write to it nor close it. False:
 * it still can.
 */
static bool take_descriptor_away(LDAP *handle)
{
    Sockbuf *connection = NULL;
    ber_socket_t none = -1;

    return ldap_get_option(handle, LDAP_OPT_SOCKBUF, &connection) == LDAP_OPT_SUCCESS &&
           connection != NULL && ber_sockbuf_ctrl(connection, LBER_SB_OPT_SET_FD, &none) == 1;
}

/*
 * An Unbind on a socket that a forked child or another user has inherited would end the connection
 * of the process that made it, and one on a descriptor that was closed and is another file by now
 * would go to that file. A handle that libldap cannot be kept from writing for stays allocated
 * instead.
 */
static void end_connection(libldap *self)
{
    own_socket_state state;

    /*
     * handle NULL: the connection has ended, and its descriptor's number may be another thread's by
     * now
     */
    if (self->handle == NULL)
        return;
    state = own_socket_look(&self->socket);
    if (state == OWN_SOCKET_OWN || take_descriptor_away(self->handle)) {
        if (state == OWN_SOCKET_INHERITED)
            (void)close(self->socket.descriptor);
        session_close(&self->handle);
    }
    self->handle = NULL;
}

static void libldap_close(void *context)
{
    sigpipe_guard guard = sigpipe_block();

    end_connection(context);
    sigpipe_restore(&guard);
}

static bool libldap_is_own(const void *context)
{
    const libldap *self = context;

    return self->handle != NULL && own_socket_look(&self->socket) == OWN_SOCKET_OWN;
}

static void libldap_free(void *context)
{
    libldap *self = context;

    libldap_close(self);
    inv_secret_free(&self->password);
    free(self->bind_password_file);
    free(self->server.ca_file);
    free(self->bind_dn);
    free(self->server.uri);
    free(self);
}

void *libldap_new(const inv_directory_settings *settings, libldap_identity identity,
                  const char *bind_dn, const inv_secret *password)
{
    libldap *self = calloc(1, sizeof(*self));

    if (self == NULL)
        return NULL;
    self->identity = identity;
    self->bind = settings->bind;
    self->server.uri = strdup(settings->uris[0]);
    self->bind_dn = strdup(bind_dn != NULL ? bind_dn : settings->bind_dn);
    self->bind_password_file = strdup(settings->bind_password_file);
    self->server.ca_file = strdup(settings->ca_file);
    self->server.starttls = settings->starttls;
    if (password != NULL)
        self->password = inv_secret_new(inv_secret_bytes(password), inv_secret_length(password));
    if (self->server.uri == NULL || self->bind_dn == NULL || self->bind_password_file == NULL ||
        self->server.ca_file == NULL || (password != NULL && self->password == NULL)) {
        libldap_free(self);
        return NULL;
    }
    return self;
}

/* -------------------------------------------------------------------------------- operations */

static inv_result libldap_send(void *context, inv_operation *operation,
                               const inv_deadline *deadline, inv_verdict *verdict)
{
    libldap *self = context;
    int error;

    self->deadline = *deadline;
    error = send_operation(self->handle, operation);
    return error == LDAP_SUCCESS ? INV_OK
                                 : session_failure(self->server.uri, error, "asking", verdict);
}

static inv_result libldap_receive(void *context, inv_operation *const *operations, size_t count,
                                  const inv_deadline *deadline, inv_verdict *verdict)
{
    libldap *self = context;
    struct timeval left = session_time_left(deadline);
    LDAPMessage *message = NULL;
    int error = LDAP_TIMEOUT;
    int received;

    self->deadline = *deadline;
    received = ldap_result(self->handle, LDAP_RES_ANY, LDAP_MSG_ONE, &left, &message);
    if (received > 0)
        error = receive_message(self->handle, message, operations, count);
    else if (received < 0)
        error = session_error(self->handle);
    if (message != NULL)
        (void)ldap_msgfree(message);
    return error == LDAP_SUCCESS ? INV_OK
                                 : session_failure(self->server.uri, error, "waiting for", verdict);
}

/* ----------------------------------------------------------------------------------- proving */

static inv_result check_bind(const char *dn, int code, inv_verdict *verdict)
{
    switch (code) {
    case LDAP_SUCCESS:
        return INV_OK;
    case LDAP_INVALID_CREDENTIALS:
    case LDAP_INAPPROPRIATE_AUTH:
    case LDAP_CONSTRAINT_VIOLATION: /* 389 DS: too many tries */
    case LDAP_UNWILLING_TO_PERFORM: /* 389 DS: inactivated */
        return inv_verdict_set(verdict, INV_WRONG_PASSWORD,
                               "the directory refused the bind as "
                               "%s: %s",
                               dn, ldap_err2string(code));
    default:
        return inv_verdict_set(verdict, inv_ldap_result(code), "the bind as %s: %s; %s", dn,
                               ldap_err2string(code), inv_ldap_remedy(code));
    }
}

static inv_result libldap_verify(void *context, const char *dn, const inv_secret *password,
                                 const inv_deadline *deadline, inv_verdict *verdict)
{
    const libldap *self = context;
    sigpipe_guard guard = sigpipe_block();
    struct session session = {.server = &self->server, .deadline = deadline, .verdict = verdict};
    int code = LDAP_OTHER;
    inv_result result = session_open(&session);

    if (result == INV_OK)
        result = session_bind(&session, &(session_identity){dn, LDAP_SASL_SIMPLE, password}, &code);
    session_close(&session.handle);
    sigpipe_restore(&guard);
    return result == INV_OK ? check_bind(dn, code, verdict) : result;
}

const inv_directory_driver libldap_driver = {
    .open = libldap_open,
    .send = libldap_send,
    .receive = libldap_receive,
    .verify = libldap_verify,
    .is_own = libldap_is_own,
    .close = libldap_close,
    .free = libldap_free,
};
