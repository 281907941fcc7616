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
#include "own_socket.h"
#include "read_ahead.h"
#include "sigpipe.h"
#include "timed_read.h"
#include "wiped_write.h"

#define PAGE_SIZE_ENTRIES 500 /* RFC 2696: below the usual server limits */

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

/*
 * Connects before the password is encoded: libldap frees a request that it cannot send without
 * wiping it. Returns libldap's error.
 */
static int send_bind(LDAP *handle, const char *dn, const char *mechanism,
                     struct berval *credentials, const inv_deadline *deadline, int *message_id)
{
    int error = LDAP_SERVER_DOWN;

    if (ldap_connect(handle) != 0)
        return error;
    do
        error = ldap_sasl_bind(handle, dn, mechanism, credentials, NULL, NULL, message_id);
    while (error == LDAP_X_CONNECTING && wait_for_peer(handle, deadline));
    return error;
}

/* Sends a bind (mechanism NULL: simple) and waits for its RFC 4511 result code. */
static inv_result bind_and_wait(const libldap *self, LDAP *handle, const char *dn,
                                const char *mechanism, const inv_secret *password,
                                const inv_deadline *deadline, int *code, inv_verdict *verdict)
{
    struct berval credentials = {0, NULL};
    int message_id = -1;
    int error;

    if (password != NULL) {
        credentials.bv_len = inv_secret_length(password);
        /* libldap does not write to it; its type only lacks the const */
        credentials.bv_val = (char *)(uintptr_t)inv_secret_bytes(password);
    } else if (mechanism != NULL) {
        credentials.bv_val = (char *)(uintptr_t) "";
    }
    if (password != NULL && !is_protected(self))
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%s: a password goes only over ldapi://, ldaps:// or with "
                               "starttls = demand",
                               self->uri);
    error = send_bind(handle, dn, mechanism, &credentials, deadline, &message_id);
    if (error != LDAP_SUCCESS)
        return connect_failure(self, error, has_scheme(self, "ldaps://"), deadline, verdict);
    return wait_for_code(self, handle, message_id, deadline, code, verdict);
}

static inv_result bind_configured(const libldap *self, LDAP *handle, const inv_deadline *deadline,
                                  int *code, inv_verdict *verdict)
{
    inv_secret *password = NULL;
    inv_result result;

    if (self->bind == INV_BIND_EXTERNAL)
        return bind_and_wait(self, handle, "", "EXTERNAL", NULL, deadline, code, verdict);
    result = bind_password_read(self->bind_password_file, &password, verdict);
    if (result == INV_OK)
        result = bind_and_wait(self, handle, self->bind_dn, LDAP_SASL_SIMPLE, password, deadline,
                               code, verdict);
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
        result = bind_configured(self, self->handle, deadline, &code, verdict);
        break;
    case LIBLDAP_SIMPLE:
        result = bind_and_wait(self, self->handle, self->bind_dn, LDAP_SASL_SIMPLE, self->password,
                               deadline, &code, verdict);
        break;
    case LIBLDAP_ANONYMOUS:
        result =
            bind_and_wait(self, self->handle, "", LDAP_SASL_SIMPLE, NULL, deadline, &code, verdict);
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

/* ----------------------------------------------------------------------------------- sending */

/* An operation's changes as libldap wants them; the values' bytes are borrowed. */
typedef struct modifications {
    LDAPMod **list; /* both end with NULL: the list, and in pointers the part of each change */
    LDAPMod *items;
    struct berval **pointers;
    struct berval *values;
} modifications;

static void modifications_free(modifications *made)
{
    free(made->list);
    free(made->items);
    free(made->pointers);
    free(made->values);
}

static bool modifications_allocate(modifications *made, const inv_operation *operation)
{
    size_t changes = operation->change_count;
    size_t values = 0;

    for (size_t i = 0; i < changes; i++)
        values += operation->changes[i].value_count;
    *made = (modifications){
        .list = calloc(changes + 1, sizeof(LDAPMod *)),
        .items = calloc(changes + 1, sizeof(LDAPMod)),
        .pointers = calloc(values + changes + 1, sizeof(struct berval *)),
        .values = calloc(values + 1, sizeof(struct berval)),
    };
    return made->list != NULL && made->items != NULL && made->pointers != NULL &&
           made->values != NULL;
}

static void modifications_fill(modifications *made, const inv_operation *operation)
{
    static const int kinds[] = {
        [INV_CHANGE_ADD] = LDAP_MOD_ADD,
        [INV_CHANGE_DELETE] = LDAP_MOD_DELETE,
        [INV_CHANGE_REPLACE] = LDAP_MOD_REPLACE,
    };
    struct berval **pointer = made->pointers;
    struct berval *value = made->values;

    for (size_t i = 0; i < operation->change_count; i++) {
        const inv_change *change = &operation->changes[i];

        made->list[i] = &made->items[i];
        made->items[i].mod_op = kinds[change->kind] | LDAP_MOD_BVALUES;
        made->items[i].mod_type = change->attribute;
        if (change->value_count == 0)
            continue;
        made->items[i].mod_bvalues = pointer;
        for (size_t j = 0; j < change->value_count; j++) {
            value->bv_len = inv_secret_length(change->values[j]);
            value->bv_val = (char *)(uintptr_t)inv_secret_bytes(change->values[j]);
            *pointer++ = value++;
        }
        pointer++;
    }
}

/* RFC 4527 3.2: the names as an AttributeSelection; freed by ber_memfree. */
static bool write_selection(char **attributes, struct berval *selection)
{
    BerElement *writer = ber_alloc_t(LBER_USE_DER);
    bool written = writer != NULL && ber_printf(writer, "{v}", attributes) != -1 &&
                   ber_flatten2(writer, selection, 1) != -1;

    if (writer != NULL)
        ber_free(writer, 1);
    return written;
}

static int send_update(LDAP *handle, inv_operation *operation)
{
    LDAPControl policy = {.ldctl_oid = (char *)(uintptr_t)LDAP_CONTROL_PASSWORDPOLICYREQUEST};
    LDAPControl after = {.ldctl_oid = (char *)(uintptr_t)LDAP_CONTROL_POST_READ};
    LDAPControl *controls[] = {NULL, NULL, NULL};
    size_t count = 0;
    modifications made;
    int error = LDAP_NO_MEMORY;

    if (!modifications_allocate(&made, operation))
        goto cleanup;
    if (operation->password_policy)
        controls[count++] = &policy;
    if (operation->read_after != NULL) {
        if (!write_selection(operation->read_after, &after.ldctl_value))
            goto cleanup;
        controls[count] = &after;
    }
    modifications_fill(&made, operation);
    if (operation->kind == INV_OPERATION_ADD)
        error =
            ldap_add_ext(handle, operation->dn, made.list, controls, NULL, &operation->message_id);
    else
        error = ldap_modify_ext(handle, operation->dn, made.list, controls, NULL,
                                &operation->message_id);
cleanup:
    ber_memfree(after.ldctl_value.bv_val);
    modifications_free(&made);
    return error;
}

static int send_search(LDAP *handle, inv_operation *operation, struct berval *cookie)
{
    static const int scopes[] = {
        [INV_SCOPE_BASE] = LDAP_SCOPE_BASE,
        [INV_SCOPE_ONE] = LDAP_SCOPE_ONELEVEL,
        [INV_SCOPE_SUBTREE] = LDAP_SCOPE_SUBTREE,
    };
    char no_attributes[] = LDAP_NO_ATTRS;
    char *nothing[] = {no_attributes, NULL};
    char **attributes = operation->attribute_count > 0 ? operation->attributes : nothing;
    LDAPControl *controls[] = {NULL, NULL};
    int error = LDAP_SUCCESS;

    if (operation->paged)
        error = ldap_create_page_control(handle, PAGE_SIZE_ENTRIES, cookie, 1, &controls[0]);
    if (error != LDAP_SUCCESS)
        return error;
    error = ldap_search_ext(handle, operation->dn, scopes[operation->scope], operation->filter,
                            attributes, 0, controls, NULL, NULL,
                            operation->size_limit > 0 ? (int)operation->size_limit : LDAP_NO_LIMIT,
                            &operation->message_id);
    if (controls[0] != NULL)
        ldap_control_free(controls[0]);
    return error;
}

static inv_result libldap_send(void *context, inv_operation *operation,
                               const inv_deadline *deadline, inv_verdict *verdict)
{
    libldap *self = context;
    struct berval cookie = {operation->cookie_length, operation->cookie};
    int error = LDAP_PARAM_ERROR;

    self->deadline = *deadline;
    switch (operation->kind) {
    case INV_OPERATION_SEARCH:
        error = send_search(self->handle, operation, operation->cookie != NULL ? &cookie : NULL);
        break;
    case INV_OPERATION_ADD:
    case INV_OPERATION_MODIFY:
        error = send_update(self->handle, operation);
        break;
    case INV_OPERATION_DELETE:
        error = ldap_delete_ext(self->handle, operation->dn, NULL, NULL, &operation->message_id);
        break;
    }
    if (error != LDAP_SUCCESS)
        return api_failure(self, error, "asking", verdict);
    return INV_OK;
}

/* --------------------------------------------------------------------------------- receiving */

/* RFC 4512: no name of an entry or of an attribute has a NUL; liblber puts one behind each. */
static bool is_text(const struct berval *bytes)
{
    return bytes->bv_val != NULL && memchr(bytes->bv_val, '\0', bytes->bv_len) == NULL;
}

/* Copies the values, which lie in the message itself, and wipes them there. */
static bool take_values(const char *attribute, struct berval *values, inv_entry *entry)
{
    bool taken = true;

    for (size_t i = 0; values != NULL && values[i].bv_val != NULL; i++) {
        taken = taken && inv_entry_append(entry, attribute, values[i].bv_val, values[i].bv_len);
        inv_wipe(values[i].bv_val, values[i].bv_len);
    }
    return taken;
}

/*
 * Takes the attributes behind position, in one pass and without copies of libldap's. Returns its
 * error.
 */
static int take_attributes(LDAP *handle, LDAPMessage *message, BerElement *position,
                           inv_entry *entry)
{
    for (;;) {
        struct berval name = {0, NULL};
        struct berval *values = NULL;
        int error = ldap_get_attribute_ber(handle, message, position, &name, &values);

        if (error == LDAP_SUCCESS && name.bv_val == NULL)
            return LDAP_SUCCESS;
        if (error == LDAP_SUCCESS && !is_text(&name))
            error = LDAP_DECODING_ERROR;
        if (error == LDAP_SUCCESS && !take_values(name.bv_val, values, entry))
            error = LDAP_NO_MEMORY;
        ldap_memfree(values);
        if (error != LDAP_SUCCESS)
            return error;
    }
}

static int take_entry(LDAP *handle, LDAPMessage *message, inv_operation *operation)
{
    BerElement *position = NULL;
    struct berval dn = {0, NULL};
    inv_entry *entry = NULL;
    int error = ldap_get_dn_ber(handle, message, &position, &dn);

    if (error == LDAP_SUCCESS && !is_text(&dn))
        error = LDAP_DECODING_ERROR;
    if (error == LDAP_SUCCESS) {
        entry = inv_entry_new(dn.bv_val);
        error = entry != NULL ? take_attributes(handle, message, position, entry) : LDAP_NO_MEMORY;
    }
    ber_free(position, 0);
    if (error != LDAP_SUCCESS) {
        inv_entry_free(&entry);
        return error;
    }
    return inv_operation_append_entry(operation, entry) ? LDAP_SUCCESS : LDAP_NO_MEMORY;
}

static void take_policy_error(LDAP *handle, LDAPControl **controls, inv_operation *operation)
{
    LDAPControl *policy = ldap_control_find(LDAP_CONTROL_PASSWORDPOLICYRESPONSE, controls, NULL);
    LDAPPasswordPolicyError error = PP_noError;

    if (policy != NULL &&
        ldap_parse_passwordpolicy_control(handle, policy, NULL, NULL, &error) == LDAP_SUCCESS &&
        error != PP_noError)
        operation->policy_error = (int)error;
}

/* The SearchResultEntry (RFC 4511 4.5.2) that reader holds, or NULL. */
static inv_entry *read_entry(BerElement *reader)
{
    struct berval dn = {0, NULL};
    inv_entry *entry = NULL;
    ber_len_t length = 0;
    char *end = NULL;

    if (ber_scanf(reader, "{m", &dn) == LBER_ERROR || !is_text(&dn))
        return NULL;
    entry = inv_entry_new(dn.bv_val);
    for (ber_tag_t tag = ber_first_element(reader, &length, &end);
         entry != NULL && tag != LBER_DEFAULT; tag = ber_next_element(reader, &length, end)) {
        struct berval name = {0, NULL};
        struct berval *values = NULL;
        ber_len_t size = sizeof(*values); /* of one value for M, which puts it at offset 0 */

        if (ber_scanf(reader, "{mM}", &name, &values, &size, (ber_len_t)0) == LBER_ERROR ||
            !is_text(&name) || !take_values(name.bv_val, values, entry))
            inv_entry_free(&entry);
        ber_memfree(values);
    }
    return entry;
}

/*
 * RFC 4527 3.2. A control that cannot be read counts as not given: the operation was done, and that
 * is the answer.
 */
static void take_after(LDAPControl **controls, inv_operation *operation)
{
    LDAPControl *control = ldap_control_find(LDAP_CONTROL_POST_READ, controls, NULL);
    BerElement *reader = NULL;

    if (operation->read_after == NULL || control == NULL || control->ldctl_value.bv_val == NULL)
        return;
    reader = ber_init(&control->ldctl_value);
    if (reader == NULL)
        return;
    inv_operation_set_after(operation, read_entry(reader));
    ber_free(reader, 1);
}

/*
 * RFC 2696: asks for the next page, or leaves that to the caller (by_page). *more: its answer is to
 * come.
 */
static int continue_pages(LDAP *handle, LDAPControl **controls, inv_operation *operation,
                          bool *more)
{
    LDAPControl *page = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
    struct berval cookie = {0, NULL};
    ber_int_t estimate = 0;
    int error = LDAP_SUCCESS;

    *more = false;
    if (page != NULL)
        error = ldap_parse_pageresponse_control(handle, page, &estimate, &cookie);
    if (error == LDAP_SUCCESS && operation->by_page) {
        if (!inv_operation_set_page(operation, cookie.bv_val, cookie.bv_len,
                                    estimate > 0 ? (size_t)estimate : 0))
            error = LDAP_NO_MEMORY;
    } else if (error == LDAP_SUCCESS && cookie.bv_len > 0) {
        *more = true;
        error = send_search(handle, operation, &cookie);
    }
    ldap_memfree(cookie.bv_val);
    return error;
}

/* The first of the servers that an answer names (RFC 4511 4.1.10); takes the list over. */
static int take_referrals(char **referrals, inv_operation *operation)
{
    bool taken = referrals == NULL || referrals[0] == NULL ||
                 inv_operation_set_referral(operation, referrals[0]);

    ldap_memvfree((void **)referrals);
    return taken ? LDAP_SUCCESS : LDAP_NO_MEMORY;
}

/* Part of the tree is elsewhere: an answer without it would decide on half the facts. */
static int take_reference(LDAP *handle, LDAPMessage *message, inv_operation *operation)
{
    char **referrals = NULL;
    int error = ldap_parse_reference(handle, message, &referrals, NULL, 0);

    if (error == LDAP_SUCCESS)
        error = take_referrals(referrals, operation);
    inv_operation_answer(operation, LDAP_REFERRAL, NULL, "part of the tree is on another server");
    return error;
}

static int take_result(LDAP *handle, LDAPMessage *message, inv_operation *operation)
{
    LDAPControl **controls = NULL;
    char **referrals = NULL;
    char *matched_dn = NULL;
    char *diagnostic = NULL;
    bool more = false;
    int code = LDAP_OTHER;
    int error = ldap_parse_result(handle, message, &code, &matched_dn, &diagnostic, &referrals,
                                  &controls, 0);

    if (error == LDAP_SUCCESS)
        error = take_referrals(referrals, operation);

    if (error == LDAP_SUCCESS && operation->paged && code == LDAP_SUCCESS)
        error = continue_pages(handle, controls, operation, &more);
    else if (operation->by_page)
        (void)inv_operation_set_page(operation, NULL, 0, 0);
    if (error == LDAP_SUCCESS && !more) {
        take_policy_error(handle, controls, operation);
        take_after(controls, operation);
        inv_operation_answer(operation, code, matched_dn, diagnostic);
    }
    ldap_controls_free(controls);
    ldap_memfree(diagnostic);
    ldap_memfree(matched_dn);
    return error;
}

static inv_operation *find_operation(inv_operation *const *operations, size_t count, int message_id)
{
    for (size_t i = 0; i < count; i++) {
        if (operations[i]->state == INV_OPERATION_UNANSWERED &&
            operations[i]->message_id == message_id)
            return operations[i];
    }
    return NULL;
}

static int take_message(LDAP *handle, LDAPMessage *message, inv_operation *const *operations,
                        size_t count)
{
    inv_operation *operation = find_operation(operations, count, ldap_msgid(message));

    if (operation == NULL)
        return LDAP_SUCCESS;
    switch (ldap_msgtype(message)) {
    case LDAP_RES_SEARCH_ENTRY:
        return take_entry(handle, message, operation);
    case LDAP_RES_SEARCH_REFERENCE:
        return take_reference(handle, message, operation);
    default:
        return take_result(handle, message, operation);
    }
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
        error = take_message(self->handle, message, operations, count);
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
        result =
            bind_and_wait(self, handle, dn, LDAP_SASL_SIMPLE, password, deadline, &code, verdict);
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
