/* SPDX-License-Identifier: BSD-2-Clause */
#include "libldap.h"

#include <errno.h>
#include <ldap.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bind_password.h"
#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "own_socket.h"
#include "read_ahead.h"
#include "receive.h"
#include "send.h"
#include "sigpipe.h"
#include "timed_read.h"
#include "wiped_write.h"

typedef struct libldap {
    LDAP *handle;
    own_socket socket;     /* of handle, when it was connected */
    inv_deadline deadline; /* of the call that uses the handle now; read by timed_read */
    libldap_identity identity;
    inv_bind_method bind;
    char *uri;
    char *bind_dn;
    char *bind_password_file;
    char *ca_file;
    bool starttls;
    inv_secret *password;
} libldap;

/* ------------------------------------------------------------------------------------ errors */

static inv_result api_failure(const libldap *self, int error, const char *what,
                              inv_verdict *verdict)
{
    switch (error) {
    case LDAP_NO_MEMORY:
        return inv_verdict_no_memory(verdict);
    case LDAP_TIMEOUT:
        return inv_verdict_set(verdict, INV_TIMEOUT, "%s %s: no answer in the time allowed", what,
                               self->uri);
    case LDAP_ENCODING_ERROR:
    case LDAP_PARAM_ERROR:
    case LDAP_FILTER_ERROR:
        return inv_verdict_set(verdict, INV_CONFIG, "%s %s: %s", what, self->uri,
                               ldap_err2string(error));
    default:
        return inv_verdict_set(verdict, INV_DIRECTORY_DOWN, "%s %s: %s", what, self->uri,
                               ldap_err2string(error));
    }
}

static int handle_error(LDAP *handle)
{
    int error = LDAP_OTHER;

    if (ldap_get_option(handle, LDAP_OPT_RESULT_CODE, &error) != LDAP_OPT_SUCCESS ||
        error == LDAP_SUCCESS)
        return LDAP_SERVER_DOWN;
    return error;
}

static struct timeval time_left(const inv_deadline *deadline)
{
    long left = inv_deadline_left(deadline);

    return (struct timeval){.tv_sec = left / 1000, .tv_usec = left % 1000 * 1000};
}

/* -------------------------------------------------------------------------------- connecting */

/* Every option that ldap.conf, ~/.ldaprc or LDAP* variables could have set is set here again. */
static int set_options(LDAP *handle, const inv_deadline *deadline)
{
    const int version = LDAP_VERSION3;
    const int no_limit = LDAP_NO_LIMIT;
    const int never = LDAP_DEREF_NEVER;
    const struct timeval left = time_left(deadline);
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

static void close_handle(LDAP **handle)
{
    if (*handle != NULL)
        (void)ldap_unbind_ext(*handle, NULL, NULL);
    *handle = NULL;
}

static bool has_scheme(const libldap *self, const char *scheme)
{
    return inv_ascii_equal_in(self->uri, scheme, strlen(scheme));
}

/* A password may go over it: a socket of this machine, or TLS. */
static bool is_protected(const libldap *self)
{
    return has_scheme(self, "ldapi://") || has_scheme(self, "ldaps://") || self->starttls;
}

/*
 * Without CONNECT_ASYNC libldap before 2.6.9 forgets every timeout during a TLS handshake and spins
 * for ever against a peer that went silent (ITS#8047).
 */
static int set_tls_options(const libldap *self, LDAP *handle)
{
    const int demand = LDAP_OPT_X_TLS_DEMAND;
    const int minimum = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
    const int as_client = 0;
    int error = ldap_set_option(handle, LDAP_OPT_CONNECT_ASYNC, LDAP_OPT_ON);

    if (error == LDAP_OPT_SUCCESS)
        error = ldap_set_option(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
    if (error == LDAP_OPT_SUCCESS)
        error = ldap_set_option(handle, LDAP_OPT_X_TLS_PROTOCOL_MIN, &minimum);
    if (error == LDAP_OPT_SUCCESS && self->ca_file[0] != '\0')
        error = ldap_set_option(handle, LDAP_OPT_X_TLS_CACERTFILE, self->ca_file);
    if (error == LDAP_OPT_SUCCESS)
        error = ldap_set_option(handle, LDAP_OPT_X_TLS_NEWCTX, &as_client);
    return error;
}

/* While LDAP_X_CONNECTING: waits a moment for the peer. False when the deadline has passed. */
static bool wait_for_peer(LDAP *handle, const inv_deadline *deadline)
{
    struct pollfd peer = {.fd = -1, .events = POLLIN};

    if (inv_deadline_passed(deadline))
        return false;
    (void)ldap_get_option(handle, LDAP_OPT_DESC, &peer.fd);
    (void)poll(&peer, 1, 1);
    return true;
}

/*
 * libldap has one error for a peer that cannot be reached and for one whose certificate it refuses.
 */
static inv_result connect_failure(const libldap *self, int error, bool over_tls,
                                  const inv_deadline *deadline, inv_verdict *verdict)
{
    if (error == LDAP_X_CONNECTING || inv_deadline_passed(deadline))
        error = LDAP_TIMEOUT;
    if (!over_tls || (error != LDAP_SERVER_DOWN && error != LDAP_CONNECT_ERROR))
        return api_failure(self, error, "connecting to", verdict);
    return inv_verdict_set(verdict, INV_DIRECTORY_DOWN,
                           "connecting to %s: %s; if it is up, its certificate is not for this "
                           "name or not signed by %s",
                           self->uri, ldap_err2string(error),
                           self->ca_file[0] != '\0' ? self->ca_file : "the system's authorities");
}

/* Waits for the one answer to message_id and gives its RFC 4511 result code. */
static inv_result wait_for_code(const libldap *self, LDAP *handle, int message_id,
                                const inv_deadline *deadline, int *code, inv_verdict *verdict)
{
    struct timeval left = time_left(deadline);
    LDAPMessage *message = NULL;
    int answered = ldap_result(handle, message_id, LDAP_MSG_ALL, &left, &message);
    int error;

    if (answered == 0)
        return api_failure(self, LDAP_TIMEOUT, "connecting to", verdict);
    if (answered < 0)
        return api_failure(self, handle_error(handle), "connecting to", verdict);
    error = ldap_parse_result(handle, message, code, NULL, NULL, NULL, NULL, 1);
    if (error != LDAP_SUCCESS)
        return api_failure(self, error, "connecting to", verdict);
    return INV_OK;
}

/* RFC 4511 4.14. Demanded: nothing else is sent if it does not come about. */
static inv_result start_tls(const libldap *self, LDAP *handle, const inv_deadline *deadline,
                            inv_verdict *verdict)
{
    int message_id = -1;
    int code = LDAP_OTHER;
    int error;
    inv_result result;

    do
        error = ldap_start_tls(handle, NULL, NULL, &message_id);
    while (error == LDAP_X_CONNECTING && wait_for_peer(handle, deadline));
    if (error != LDAP_SUCCESS)
        return connect_failure(self, error, false, deadline, verdict);
    result = wait_for_code(self, handle, message_id, deadline, &code, verdict);
    if (result != INV_OK)
        return result;
    if (code != LDAP_SUCCESS)
        return inv_verdict_set(verdict, INV_CONFIG, "%s refuses StartTLS: %s", self->uri,
                               ldap_err2string(code));
    error = ldap_install_tls(handle);
    if (error != LDAP_SUCCESS)
        return connect_failure(self, error, true, deadline, verdict);
    return INV_OK;
}

/* libldap has one error for all that can be wrong with the file. */
static inv_result prepare_tls(const libldap *self, LDAP *handle, Sockbuf *connection,
                              const inv_deadline *deadline, inv_verdict *verdict)
{
    if (!timed_read_install(connection, deadline))
        return inv_verdict_no_memory(verdict);
    if (self->ca_file[0] != '\0' && access(self->ca_file, R_OK) != 0)
        return inv_verdict_set(verdict, INV_CONFIG, "ca_file %s: %s", self->ca_file,
                               strerror(errno));
    if (set_tls_options(self, handle) != LDAP_SUCCESS)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "preparing TLS to %s: libldap does not take the authorities of %s; "
                               "expected are certificates in PEM",
                               self->uri, self->ca_file[0] != '\0' ? self->ca_file : "the system");
    return INV_OK;
}

static inv_result prepare_layers(const libldap *self, LDAP *handle, const inv_deadline *deadline,
                                 inv_verdict *verdict)
{
    Sockbuf *connection = NULL;

    if (ldap_get_option(handle, LDAP_OPT_SOCKBUF, &connection) != LDAP_OPT_SUCCESS ||
        !wiped_write_install(connection))
        return inv_verdict_no_memory(verdict);
    if (has_scheme(self, "ldapi://"))
        return read_ahead_install(connection) ? INV_OK : inv_verdict_no_memory(verdict);
    return prepare_tls(self, handle, connection, deadline, verdict);
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

/* The handle keeps the pointer to deadline: it has to live as long. */
static inv_result new_handle(const libldap *self, const inv_deadline *deadline, LDAP **handle,
                             inv_verdict *verdict)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    inv_result result = INV_OK;
    int error;

    *handle = NULL;
    (void)pthread_once(&once, set_up_library);
    error = ldap_initialize(handle, self->uri);
    if (error == LDAP_SUCCESS)
        error = set_options(*handle, deadline);
    if (error != LDAP_SUCCESS)
        result = api_failure(self, error, "preparing a connection to", verdict);
    else
        result = prepare_layers(self, *handle, deadline, verdict);
    if (result == INV_OK && self->starttls && has_scheme(self, "ldap://"))
        result = start_tls(self, *handle, deadline, verdict);
    if (result != INV_OK)
        close_handle(handle);
    return result;
}

/* Whom to bind as, and how. */
typedef struct bind_request {
    const char *dn;
    const char *mechanism;      /* LDAP_SASL_SIMPLE is NULL */
    const inv_secret *password; /* NULL: none goes out */
} bind_request;

/*
 * Connects before the password is encoded: libldap frees a request that it cannot send without
 * wiping it. Returns libldap's error.
 */
static int send_bind(LDAP *handle, const bind_request *request, struct berval *credentials,
                     const inv_deadline *deadline, int *ret_message_id)
{
    int error = LDAP_SERVER_DOWN;

    if (ldap_connect(handle) != 0)
        return error;
    do
        error = ldap_sasl_bind(handle, request->dn, request->mechanism, credentials, NULL, NULL,
                               ret_message_id);
    while (error == LDAP_X_CONNECTING && wait_for_peer(handle, deadline));
    return error;
}

/* Sends a bind and waits for its RFC 4511 result code. */
static inv_result bind_and_wait(const libldap *self, LDAP *handle, const bind_request *request,
                                const inv_deadline *deadline, inv_verdict *verdict, int *ret_code)
{
    struct berval credentials = {0, NULL};
    int message_id = -1;
    int error;

    if (request->password != NULL) {
        credentials.bv_len = inv_secret_length(request->password);
        /* libldap does not write to it; its type only lacks the const */
        credentials.bv_val = (char *)(uintptr_t)inv_secret_bytes(request->password);
    } else if (request->mechanism != NULL) {
        credentials.bv_val = (char *)(uintptr_t) "";
    }
    if (request->password != NULL && !is_protected(self))
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%s: a password goes only over ldapi://, ldaps:// or with "
                               "starttls = demand",
                               self->uri);
    error = send_bind(handle, request, &credentials, deadline, &message_id);
    if (error != LDAP_SUCCESS)
        return connect_failure(self, error, has_scheme(self, "ldaps://"), deadline, verdict);
    return wait_for_code(self, handle, message_id, deadline, ret_code, verdict);
}

static inv_result bind_configured(const libldap *self, LDAP *handle, const inv_deadline *deadline,
                                  inv_verdict *verdict, int *ret_code)
{
    inv_secret *password = NULL;
    inv_result result;

    if (self->bind == INV_BIND_EXTERNAL)
        return bind_and_wait(self, handle, &(bind_request){"", "EXTERNAL", NULL}, deadline, verdict,
                             ret_code);
    result = bind_password_read(self->bind_password_file, &password, verdict);
    if (result == INV_OK)
        result =
            bind_and_wait(self, handle, &(bind_request){self->bind_dn, LDAP_SASL_SIMPLE, password},
                          deadline, verdict, ret_code);
    inv_secret_free(&password);
    return result;
}

static bool note_socket(libldap *self)
{
    int descriptor = -1;

    return ldap_get_option(self->handle, LDAP_OPT_DESC, &descriptor) == LDAP_OPT_SUCCESS &&
           own_socket_note(descriptor, &self->socket);
}

static inv_result open_handle(libldap *self, const inv_deadline *deadline, inv_verdict *verdict)
{
    int code = LDAP_SUCCESS;
    inv_result result;

    self->deadline = *deadline;
    result = new_handle(self, &self->deadline, &self->handle, verdict);
    if (result != INV_OK)
        return result;
    switch (self->identity) {
    case LIBLDAP_CONFIGURED:
        result = bind_configured(self, self->handle, deadline, verdict, &code);
        break;
    case LIBLDAP_SIMPLE:
        result = bind_and_wait(self, self->handle,
                               &(bind_request){self->bind_dn, LDAP_SASL_SIMPLE, self->password},
                               deadline, verdict, &code);
        break;
    case LIBLDAP_ANONYMOUS:
        result = bind_and_wait(self, self->handle, &(bind_request){"", LDAP_SASL_SIMPLE, NULL},
                               deadline, verdict, &code);
        break;
    }
    if (result == INV_OK && code != LDAP_SUCCESS)
        result =
            inv_verdict_set(verdict, inv_ldap_result(code), "%s refused the bind as %s: %s; %s",
                            self->uri, self->bind_dn[0] != '\0' ? self->bind_dn : "EXTERNAL",
                            ldap_err2string(code), inv_ldap_remedy(code));
    if (result == INV_OK && !note_socket(self))
        result = inv_verdict_set(verdict, INV_DIRECTORY_DOWN,
                                 "connecting to %s: the socket is gone", self->uri);
    if (result != INV_OK)
        close_handle(&self->handle);
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
        close_handle(&self->handle);
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
    free(self->ca_file);
    free(self->bind_dn);
    free(self->uri);
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
    self->uri = strdup(settings->uris[0]);
    self->bind_dn = strdup(bind_dn != NULL ? bind_dn : settings->bind_dn);
    self->bind_password_file = strdup(settings->bind_password_file);
    self->ca_file = strdup(settings->ca_file);
    self->starttls = settings->starttls;
    if (password != NULL)
        self->password = inv_secret_new(inv_secret_bytes(password), inv_secret_length(password));
    if (self->uri == NULL || self->bind_dn == NULL || self->bind_password_file == NULL ||
        self->ca_file == NULL || (password != NULL && self->password == NULL)) {
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
    return error == LDAP_SUCCESS ? INV_OK : api_failure(self, error, "asking", verdict);
}

static inv_result libldap_receive(void *context, inv_operation *const *operations, size_t count,
                                  const inv_deadline *deadline, inv_verdict *verdict)
{
    libldap *self = context;
    struct timeval left = time_left(deadline);
    LDAPMessage *message = NULL;
    int error = LDAP_TIMEOUT;
    int received;

    self->deadline = *deadline;
    received = ldap_result(self->handle, LDAP_RES_ANY, LDAP_MSG_ONE, &left, &message);
    if (received > 0)
        error = receive_message(self->handle, message, operations, count);
    else if (received < 0)
        error = handle_error(self->handle);
    if (message != NULL)
        (void)ldap_msgfree(message);
    return error == LDAP_SUCCESS ? INV_OK : api_failure(self, error, "waiting for", verdict);
}

/* ----------------------------------------------------------------------------------- proving */

static inv_result judge_bind(const char *dn, int code, inv_verdict *verdict)
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
    LDAP *handle = NULL;
    int code = LDAP_OTHER;
    inv_result result = new_handle(self, deadline, &handle, verdict);

    if (result == INV_OK)
        result = bind_and_wait(self, handle, &(bind_request){dn, LDAP_SASL_SIMPLE, password},
                               deadline, verdict, &code);
    close_handle(&handle);
    sigpipe_restore(&guard);
    return result == INV_OK ? judge_bind(dn, code, verdict) : result;
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
