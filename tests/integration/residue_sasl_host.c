/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <sasl/prop.h>
#include <sasl/sasl.h>
#include <sasl/saslplug.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/host_requests.h"

/*
 * A program of Cyrus SASL that wipes the secrets it is given: what is found in its memory
 * afterwards was left by libsasl2, its plugins or their libraries.
 *
 * residue_sasl_host FOLDER: the fields of a request are operation, user, token and password.
 * - "store": userPassword, of token and password, in properties of its own: those of a connection,
 *   which sasl_setpass(3) takes, are freed by libsasl2 as they are
 * - "setpass": with the token as the old password
 * - "mechanism": X-INVITE-TOKEN, the server's half; "client": the other one
 * The answer is a number of libsasl2's.
 */

#define PROGRAM "residue"

static char text[2048];

static sasl_conn_t *serve(void)
{
    const sasl_ssf_t strength = 256;
    sasl_conn_t *connection = NULL;

    if (sasl_server_new("test", "mail.example.net", "example.org", NULL, NULL, NULL, 0,
                        &connection) != SASL_OK ||
        sasl_setprop(connection, SASL_SSF_EXTERNAL, &strength) != SASL_OK)
        return NULL;
    return connection;
}

static int store(sasl_conn_t *connection, const char *user, const char *token, const char *password)
{
    const char *names[] = {SASL_AUX_PASSWORD_PROP, NULL};
    struct propctx *properties = prop_new(0);
    int code;

    (void)snprintf(text, sizeof(text), "%s:%s", token, password);
    (void)prop_request(properties, names);
    (void)prop_set(properties, SASL_AUX_PASSWORD_PROP, text, (int)strlen(text));
    code = sasl_auxprop_store(connection, properties, user);
    prop_erase(properties, SASL_AUX_PASSWORD_PROP);
    prop_dispose(&properties);
    return code;
}

static int set_password(sasl_conn_t *connection, const char *user, const char *token,
                        const char *password)
{
    return sasl_setpass(connection, user, password, (unsigned)strlen(password), token,
                        (unsigned)strlen(token), SASL_SET_NOPLAIN);
}

static int take_message(sasl_conn_t *connection, const char *user, const char *token,
                        const char *password)
{
    const char *answer = NULL;
    unsigned answer_length = 0;
    int length = snprintf(text, sizeof(text), "%c%s%c%s%c%s", 0, user, 0, token, 0, password);

    return sasl_server_start(connection, "X-INVITE-TOKEN", text, (unsigned)length, &answer,
                             &answer_length);
}

/* ------------------------------------------------------------------------------------ the client
 */

static struct {
    const char *user;
    const char *token;
    union {
        sasl_secret_t head;
        char bytes[512];
    } secret;
} person;

static int give_name(void *context, int id, const char **result, unsigned *length)
{
    (void)context;
    *result = id == SASL_CB_USER ? "" : person.user;
    if (length != NULL)
        *length = (unsigned)strlen(*result);
    return SASL_OK;
}

static int give_password(sasl_conn_t *connection, void *context, int id, sasl_secret_t **secret)
{
    (void)connection;
    (void)context;
    (void)id;
    *secret = &person.secret.head;
    return SASL_OK;
}

static int give_token(void *context, int id, const char *challenge, const char *prompt,
                      const char *otherwise, const char **result, unsigned *length)
{
    (void)context;
    (void)id;
    (void)challenge;
    (void)prompt;
    (void)otherwise;
    *result = person.token;
    *length = (unsigned)strlen(person.token);
    return SASL_OK;
}

static int send_message(const char *user, const char *token, const char *password)
{
    static const sasl_callback_t callbacks[] = {
        {SASL_CB_USER, (sasl_callback_ft)(void (*)(void))give_name, NULL},
        {SASL_CB_AUTHNAME, (sasl_callback_ft)(void (*)(void))give_name, NULL},
        {SASL_CB_PASS, (sasl_callback_ft)(void (*)(void))give_password, NULL},
        {SASL_CB_NOECHOPROMPT, (sasl_callback_ft)(void (*)(void))give_token, NULL},
        {SASL_CB_LIST_END, NULL, NULL},
    };
    sasl_conn_t *connection = NULL;
    const char *message = NULL;
    unsigned length = 0;
    int code;

    person.user = user;
    person.token = token;
    person.secret.head.len = strlen(password);
    memcpy(person.secret.bytes + offsetof(sasl_secret_t, data), password, strlen(password) + 1);
    code = sasl_client_new("test", "mail.example.net", NULL, NULL, callbacks, 0, &connection);
    if (code == SASL_OK)
        code = sasl_client_start(connection, "X-INVITE-TOKEN", NULL, &message, &length, NULL);
    sasl_dispose(&connection);
    explicit_bzero(&person, sizeof(person));
    return code;
}

/* ---------------------------------------------------------------------------------- requests */

static int transact(const char *const *fields)
{
    sasl_conn_t *connection;
    int code;

    if (strcmp(fields[0], "client") == 0)
        return send_message(fields[1], fields[2], fields[3]);
    connection = serve();
    if (connection == NULL)
        return SASL_FAIL;
    if (strcmp(fields[0], "store") == 0)
        code = store(connection, fields[1], fields[2], fields[3]);
    else if (strcmp(fields[0], "setpass") == 0)
        code = set_password(connection, fields[1], fields[2], fields[3]);
    else
        code = take_message(connection, fields[1], fields[2], fields[3]);
    sasl_dispose(&connection);
    explicit_bzero(text, sizeof(text));
    return code;
}

static const char *answer(void *context, const char *const *fields)
{
    static char code[16];

    (void)context;
    (void)snprintf(code, sizeof(code), "%d", transact(fields));
    return code;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc != 2 || sasl_server_init(NULL, PROGRAM) != SASL_OK ||
        sasl_client_init(NULL) != SASL_OK)
        return 2;
    return host_serve(answer, NULL);
}
