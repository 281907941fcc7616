/* SPDX-License-Identifier: BSD-2-Clause */
#include "lookup.h"

#include <limits.h>
#include <string.h>

#include "invitegate/account_verifiers.h"
#include "invitegate/ascii.h"
#include "invitegate/deadline.h"
#include "invitegate/directory.h"
#include "service.h"

#define VERIFIERS     "authPassword"
#define UNANSWERED_MS 100

/* One pass over the properties of a connection. */
typedef struct lookup_pass {
    const inv_sasl_options *options;
    const sasl_utils_t *utils;
    struct propctx *properties;
    unsigned flags;
} lookup_pass;

/*
 * The attribute that this pass has to find for a property, or NULL: of another pass (a star is for
 * the name that logs in, none for the name it acts as), not ours, or filled by an earlier plugin.
 */
static const char *wanted(const lookup_pass *pass, const struct propval *property)
{
    bool starred = property->name[0] == '*';
    const char *attribute = property->name + (starred ? 1 : 0);

    if (starred == ((pass->flags & SASL_AUXPROP_AUTHZID) != 0))
        return NULL;
    if (property->values != NULL && (pass->flags & SASL_AUXPROP_OVERRIDE) == 0)
        return NULL;
    if (inv_ascii_equal(attribute, VERIFIERS) || inv_sasl_options_serve(pass->options, attribute))
        return attribute;
    return NULL;
}

static bool wants_anything(const lookup_pass *pass)
{
    const struct propval *property = pass->utils->prop_get(pass->properties);

    while (property != NULL && property->name != NULL && wanted(pass, property) == NULL)
        property++;
    return property != NULL && property->name != NULL;
}

static int set_verifiers(const lookup_pass *pass, const char *name,
                         const inv_account_verifiers *verifiers)
{
    int code = SASL_OK;

    for (size_t i = 0; i < verifiers->count && code == SASL_OK; i++) {
        const inv_secret *value = verifiers->values[i].value;

        code = pass->utils->prop_set(pass->properties, name, inv_secret_bytes(value),
                                     (int)inv_secret_length(value));
    }
    return code;
}

static int set_attribute(const lookup_pass *pass, const char *name, const char *attribute,
                         const inv_entry *entry)
{
    int code = SASL_OK;

    for (size_t i = 0; i < inv_entry_count(entry, attribute) && code == SASL_OK; i++) {
        size_t length = 0;
        const char *value = inv_entry_value(entry, attribute, i, &length);

        if (length <= INT_MAX)
            code = pass->utils->prop_set(pass->properties, name, value, (int)length);
    }
    return code;
}

/* prop_set may move the properties, so that each is found anew. */
static int serve(const lookup_pass *pass, const inv_account_verifiers *verifiers,
                 const inv_entry *entry)
{
    int code = SASL_OK;

    for (size_t i = 0; code == SASL_OK; i++) {
        const struct propval *property = pass->utils->prop_get(pass->properties) + i;
        const char *attribute;

        if (property->name == NULL)
            break;
        attribute = wanted(pass, property);
        if (attribute == NULL)
            continue;
        if (property->values != NULL)
            pass->utils->prop_erase(pass->properties, property->name);
        code = inv_ascii_equal(attribute, VERIFIERS)
                   ? set_verifiers(pass, property->name, verifiers)
                   : set_attribute(pass, property->name, attribute, entry);
    }
    return code;
}

static int ask(inv_sasl_service *service, const lookup_pass *pass, const char *user,
               unsigned length, inv_result *result)
{
    const char *const *attributes = (const char *const *)pass->options->attributes;
    inv_account_verifiers verifiers = {.state = INV_VERIFIERS_NO_ACCOUNT};
    inv_entry *entry = NULL;
    inv_jid *name = NULL;
    inv_call call = {0};
    int code = SASL_OK;

    *result = inv_sasl_service_begin(service, false, user, length);
    if (*result == INV_OK)
        *result = inv_jid_prepare_existing(service->domain, service->user, service->local_length,
                                           &name, inv_sasl_service_clear_words(service));
    if (*result == INV_OK)
        *result = inv_sasl_service_call(service, &call);
    if (*result == INV_OK)
        *result = inv_account_properties_find(&call, name, attributes, &verifiers, &entry);
    inv_call_end(&call);
    if (*result == INV_OK)
        code = inv_sasl_account_code(verifiers.state);
    if (*result == INV_OK && code == SASL_OK)
        code = serve(pass, &verifiers, entry);
    inv_account_verifiers_clear(&verifiers);
    inv_entry_free(&entry);
    inv_jid_free(&name);
    return code;
}

/* The connection for which this thread got no answer, until a moment later. */
static _Thread_local struct {
    const sasl_server_params_t *sparams;
    inv_deadline until;
} unanswered;

/*
 * libsasl2 asks for the name that a person acts as also where the question before, for the name
 * that logs in, failed: it would take the timeout twice.
 */
static bool was_just_unanswered(const sasl_server_params_t *sparams, unsigned flags)
{
    return (flags & SASL_AUXPROP_AUTHZID) != 0 && unanswered.sparams == sparams &&
           !inv_deadline_passed(&unanswered.until);
}

static void note_answer(const sasl_server_params_t *sparams, inv_result result)
{
    bool none = result == INV_TIMEOUT || result == INV_DIRECTORY_DOWN;

    unanswered.sparams = none ? sparams : NULL;
    unanswered.until = inv_deadline_in(UNANSWERED_MS);
}

int inv_sasl_lookup(void *glob_context, sasl_server_params_t *sparams, unsigned flags,
                    const char *user, unsigned length)
{
    inv_sasl_service service = {.plugin = glob_context, .sparams = sparams};
    const lookup_pass pass = {
        .options = &service.plugin->options,
        .utils = sparams->utils,
        .properties = sparams->propctx,
        .flags = flags,
    };
    inv_result result = INV_OK;
    int code;
    int failure;

    if (!inv_sasl_plugin_serves(service.plugin, sparams))
        return SASL_NOUSER;
    if (user == NULL)
        return SASL_BADPARAM;
    if (!wants_anything(&pass))
        return SASL_OK;
    if (was_just_unanswered(sparams, flags))
        return SASL_UNAVAIL;
    code = ask(&service, &pass, user, length, &result);
    note_answer(sparams, result);
    if (service.context != NULL && result == INV_OK)
        inv_log_write(service.context->log, INV_LOG_DEBUG, "lookup, user %s: %d, %s",
                      service.verdict.user[0] != '\0' ? service.verdict.user : "-", code,
                      service.verdict.why);
    /* a lookup proves nothing, so that only what keeps it from an answer is for the log */
    failure = inv_sasl_service_finish(&service, result, INV_SASL_LOOKUP, result < INV_OK);
    if (result != INV_OK)
        code = failure;
    /* in the other pass libsasl2 cannot handle it, and its own plugins do the same */
    return code == SASL_NOUSER && (flags & SASL_AUXPROP_AUTHZID) != 0 ? SASL_OK : code;
}
