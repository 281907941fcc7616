/* SPDX-License-Identifier: BSD-2-Clause */
#include "store.h"

#include <stdatomic.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/login.h"
#include "invitegate/token.h"
#include "redeemed.h"
#include "service.h"

/* What a store comes down to. */
typedef enum store_kind {
    STORE_NOTHING, /* to delete what is not kept here */
    STORE_DELETION,
    STORE_OTHER,
    STORE_VERIFIER,
    STORE_PASSWORD,
} store_kind;

static bool has_value(const struct propval *property)
{
    return property->values != NULL && property->values[0] != NULL;
}

static store_kind kind_of(const struct propval *property)
{
    bool password = inv_ascii_equal(property->name, SASL_AUX_PASSWORD_PROP);
    bool verifier = inv_ascii_equal(property->name, "authPassword");

    if (strcmp(property->name, SASL_AUX_ALL) == 0)
        return STORE_DELETION;
    if (property->name[0] == '*')
        return STORE_NOTHING;
    if (!has_value(property))
        return password || verifier ? STORE_DELETION : STORE_NOTHING;
    if (password)
        return STORE_PASSWORD;
    return verifier ? STORE_VERIFIER : STORE_OTHER;
}

/*
 * A connection's properties hold what was looked up for it too, so that the password decides where
 * there is one. *chosen: the property that decides.
 */
static store_kind classify(const struct propval *properties, const struct propval **chosen)
{
    store_kind kind = STORE_NOTHING;

    *chosen = NULL;
    for (const struct propval *property = properties; property != NULL && property->name != NULL;
         property++) {
        if (kind_of(property) > kind) {
            kind = kind_of(property);
            *chosen = property;
        }
    }
    return kind;
}

/*
 * The last value: sasl_setpass(3) adds to those of an earlier one on the same connection. The size
 * counts a NUL byte inside of the only value, which no password may have.
 */
static inv_secret *password_of(const struct propval *property)
{
    size_t count = 0;
    const char *value;

    while (property->values[count] != NULL)
        count++;
    value = property->values[count - 1];
    return inv_secret_new(value, count == 1 ? property->valsize : strlen(value));
}

static inv_result redeem(inv_sasl_service *service, const inv_secret *password)
{
    const inv_login_request request = {
        .user = {service->user, strlen(service->user), NULL},
        .password = password,
        .registers = true,
    };
    inv_login_attempt attempt = {.logs_in = false};
    inv_call call = {0};
    inv_result result = inv_login_parse(service->context, &request, &attempt, &service->verdict);

    /* whoever has a token may log in to the account that it made; other passwords stay out */
    attempt.logs_in = true;
    if (result == INV_OK)
        result = inv_sasl_service_call(service, &call);
    if (result == INV_OK)
        result = inv_login(&call, &attempt);
    inv_call_end(&call);
    if (result == INV_OK)
        inv_sasl_redeemed_set(inv_jid_text(attempt.name));
    inv_login_attempt_clear(&attempt);
    return result;
}

static inv_result store_verifier(inv_sasl_service *service)
{
    inv_jid *name = NULL;
    inv_result result =
        inv_jid_prepare_existing(service->domain, service->user, service->local_length, &name,
                                 inv_sasl_service_clear_words(service));

    if (result == INV_OK && !inv_sasl_redeemed_lately(inv_jid_text(name)))
        result = inv_verdict_set(&service->verdict, INV_NOT_OURS,
                                 "libinvite.so stores no verifiers that others made; the directory "
                                 "gets its own with the password");
    inv_jid_free(&name);
    return result;
}

/*
 * What has no token in front needs no keys either: with auto_transition passwords of logins come
 * here, also in hosts that have none.
 */
static inv_result store_password(inv_sasl_service *service, const struct propval *property,
                                 const char *user, unsigned length)
{
    inv_secret *password = password_of(property);
    inv_result result;

    if (password == NULL)
        return inv_verdict_no_memory(&service->verdict);
    result = inv_sasl_service_begin(
        service, inv_token_may_lead(inv_secret_bytes(password), inv_secret_length(password)), user,
        length);
    if (result == INV_OK)
        result = redeem(service, password);
    inv_secret_free(&password);
    return result;
}

/*
 * SCRAM gives a name without a realm the server's name, which need not be a domain of ours; the
 * password came without. The length of the name as the password came with it.
 */
static unsigned without_server(const sasl_server_params_t *sparams, const char *user,
                               unsigned length)
{
    const char *server = sparams->serverFQDN != NULL ? sparams->serverFQDN : "";
    size_t tail = strlen(server);

    if (sparams->user_realm != NULL && sparams->user_realm[0] != '\0')
        return length;
    if (tail == 0 || tail >= length || user[length - tail - 1] != '@' ||
        !inv_ascii_equal_in(user + length - tail, server, tail))
        return length;
    return length - (unsigned)tail - 1;
}

static inv_result store_other(inv_sasl_service *service, store_kind kind, const char *user,
                              unsigned length)
{
    inv_result result;

    if (kind == STORE_VERIFIER)
        length = without_server(service->sparams, user, length);
    result = inv_sasl_service_begin(service, false, user, length);
    if (result == INV_OK && kind == STORE_VERIFIER)
        return store_verifier(service);
    if (result == INV_OK)
        result = inv_verdict_set(&service->verdict, INV_NOT_ALLOWED,
                                 kind == STORE_DELETION
                                     ? "no account is removed through SASL; see invitectl remove"
                                     : "only userPassword with TOKEN:PASSWORD can be stored");
    return result;
}

/*
 * With auto_transition a host stores the password of every login: one line in the life of a process
 * tells that those without a token are refused.
 */
static bool is_news(inv_result result)
{
    static atomic_flag told = ATOMIC_FLAG_INIT;

    return result != INV_NOT_OURS || !atomic_flag_test_and_set(&told);
}

int inv_sasl_store(void *glob_context, sasl_server_params_t *sparams, struct propctx *properties,
                   const char *user, unsigned length)
{
    inv_sasl_service service = {.plugin = glob_context, .sparams = sparams};
    const struct propval *property = NULL;
    store_kind kind;
    inv_result result;
    bool logs;

    if (!service.plugin->options.configured)
        return SASL_CONSTRAINT_VIOLAT;
    if (properties == NULL) /* and sparams is NULL too */
        return SASL_OK;
    if (!inv_sasl_plugin_serves(service.plugin, sparams))
        return SASL_BADAUTH;
    kind = classify(sparams->utils->prop_get(properties), &property);
    if (kind == STORE_NOTHING)
        return SASL_OK;
    if (user == NULL)
        return SASL_BADPARAM;
    result = kind == STORE_PASSWORD ? store_password(&service, property, user, length)
                                    : store_other(&service, kind, user, length);
    /* verifiers of an account that is just made are dropped, and no verdict */
    logs = !(result == INV_OK && kind == STORE_VERIFIER) && is_news(result);
    return inv_sasl_service_finish(&service, result, INV_SASL_STORE, logs);
}
