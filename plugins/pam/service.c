/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "service.h"

#include <security/pam_ext.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "local_user.h"

inv_result inv_pam_service_begin(const inv_pam_arguments *arguments, inv_pam_phase phase,
                                 inv_pam_service *service)
{
    *service = (inv_pam_service){
        .pamh = arguments->pamh,
        .flags = arguments->flags,
        .phase = phase,
        .verdict = INV_VERDICT_INIT,
    };
    return inv_pam_options_parse(arguments->argc, arguments->argv, &service->options,
                                 &service->verdict);
}

/* Once in the life of a process: some hosts open a handle for every login. */
static void warn_of_idle_words(const inv_pam_service *service)
{
    static atomic_uint warned;
    unsigned fresh = service->options.idle & ~atomic_fetch_or(&warned, service->options.idle);

    for (unsigned word = 1; word != 0 && word <= fresh; word <<= 1) {
        if ((fresh & word) != 0)
            inv_log_write(service->handle->context->log, INV_LOG_WARNING, "%s",
                          inv_pam_options_idle_text(word));
    }
}

inv_result inv_pam_service_open(inv_pam_service *service)
{
    const void *user = NULL;
    inv_result result =
        inv_pam_handle_get(service->pamh, &service->options, &service->handle, &service->verdict);

    if (result != INV_OK)
        return result;
    warn_of_idle_words(service);
    /*
     * Not pam_get_user(3): it would ask with an echo, which kills saslauthd. All hosts of this
     * module set PAM_USER.
     */
    if (pam_get_item(service->pamh, PAM_USER, &user) != PAM_SUCCESS || user == NULL)
        return inv_verdict_set(&service->verdict, INV_NO_ACCOUNT, "the host named no PAM_USER");
    service->user = user;
    return INV_OK;
}

inv_verdict *inv_pam_service_clear_words(inv_pam_service *service)
{
    return inv_verdict_clear_words(&service->verdict);
}

inv_result inv_pam_service_find_domain(inv_pam_service *service)
{
    return inv_user_find_domain(
        service->handle->context->config,
        &(inv_user){service->user, strlen(service->user), service->options.domain},
        &service->domain, &service->local_length, inv_pam_service_clear_words(service));
}

inv_result inv_pam_service_existing_name(inv_pam_service *service, inv_jid **name)
{
    return inv_jid_prepare_existing(service->domain, service->user, service->local_length, name,
                                    inv_pam_service_clear_words(service));
}

/* Where the domain cannot be told the name is not prepared, and looked for as it is. */
inv_result inv_pam_service_ignores(inv_pam_service *service, bool *ignored)
{
    inv_pam_local_names names = {.user = service->user};
    const char *at = strrchr(service->user, '@');
    inv_jid *name = NULL;
    uid_t uid = 0;
    bool known = false;
    inv_result result = INV_OK;

    *ignored = false;
    if (service->options.minimum_uid == 0)
        return INV_OK;
    names.local_length = at != NULL ? (size_t)(at - service->user) : strlen(service->user);
    if (inv_pam_service_find_domain(service) == INV_OK)
        result = inv_pam_service_existing_name(service, &name);
    names.name = name;
    if (result != INV_NO_MEMORY)
        result = inv_pam_local_user_find(&names, INV_PAM_LOCAL_USERS_NSS, &known, &uid,
                                         inv_pam_service_clear_words(service));
    if (result == INV_OK)
        *ignored = known && uid < service->options.minimum_uid;
    inv_jid_free(&name);
    return result;
}

inv_result inv_pam_service_set_user(inv_pam_service *service, const inv_jid *name)
{
    bool with_domain = service->user[service->local_length] == '@';
    const char *prepared = with_domain ? inv_jid_text(name) : inv_jid_local(name);
    const void *user = NULL;

    if (strcmp(service->user, prepared) == 0)
        return INV_OK;
    if (pam_set_item(service->pamh, PAM_USER, prepared) != PAM_SUCCESS ||
        pam_get_item(service->pamh, PAM_USER, &user) != PAM_SUCCESS || user == NULL)
        return inv_verdict_no_memory(&service->verdict);
    service->user = user;
    service->local_length = strlen(inv_jid_local(name));
    return INV_OK;
}

/*
 * claimed_elsewhere of inv_call: a name that is free in the directory may be a user's of this host.
 */
static inv_result refuse_local_user(void *context, const inv_jid *name, inv_verdict *verdict)
{
    const inv_pam_service *service = context;
    const inv_pam_local_names names = {
        .user = service->user,
        .local_length = service->local_length,
        .name = name,
    };
    bool known = false;
    inv_result result =
        inv_pam_local_user_find(&names, service->options.local_users, &known, NULL, verdict);

    if (result == INV_OK && known)
        result = inv_verdict_set(verdict, INV_NAME_RESERVED,
                                 "a user of this host has the name; see local_users in "
                                 "pam_invite(8)");
    return result;
}

inv_result inv_pam_service_call(inv_pam_service *service, inv_call *call)
{
    inv_result result = inv_pam_handle_begin(service->handle, service->domain, call,
                                             inv_pam_service_clear_words(service));

    if (result == INV_OK && service->options.local_users != INV_PAM_LOCAL_USERS_NO) {
        call->claimed_elsewhere = refuse_local_user;
        call->elsewhere = service;
    }
    return result;
}

void inv_pam_service_end_call(inv_pam_service *service, inv_call *call)
{
    inv_pam_handle_end(service->handle, call);
}

static bool changes_password(const inv_pam_service *service)
{
    return service->phase == INV_PAM_PRELIM || service->phase == INV_PAM_UPDATE;
}

/* Best effort: epam answers every message with an error, saslauthd drops it. */
static void show(const inv_pam_service *service, const char *text)
{
    if (text != NULL && ((unsigned)service->flags & PAM_SILENT) == 0 && !service->options.no_warn)
        (void)pam_error(service->pamh, "%s", text);
}

int inv_pam_service_nothing_in_front(inv_pam_service *service, int item)
{
    bool changes = changes_password(service);
    bool token = item == PAM_OLDAUTHTOK;
    const char *option = service->options.use_first_pass ? "use_first_pass" : "use_authtok";
    const char *wanted = token     ? "the invite token (PAM_OLDAUTHTOK)"
                         : changes ? "the new password (PAM_AUTHTOK)"
                                   : "the password (PAM_AUTHTOK)";
    char text[256];

    inv_log_write(
        service->handle->context->log, INV_LOG_WARNING,
        "option \"%s\" of pam_invite.so, but no module in front has asked for %s: put one "
        "that asks in front of it, or leave the option out",
        option, wanted);
    (void)snprintf(text, sizeof(text),
                   "Nobody has asked for %s. Please tell the administrator that the option %s of "
                   "pam_invite.so needs a module in front of it that asks.",
                   token ? "the invite token" : "the new password", option);
    if (changes)
        show(service, text);
    if (token)
        return PAM_AUTHTOK_RECOVERY_ERR;
    return changes ? PAM_AUTHTOK_ERR : PAM_AUTH_ERR;
}

static void tell(const inv_pam_service *service)
{
    const char *text = NULL;

    if (inv_verdict_has_text(&service->verdict))
        text = inv_verdict_words(&service->verdict);
    else if (changes_password(service) || service->verdict.result == INV_PASSWORD_REFUSED)
        text = inv_result_text(service->verdict.result);
    show(service, text);
}

/*
 * Not verdicts: a password for the next module, an account that may stay, a token that was only
 * checked.
 */
static bool is_verdict(const inv_pam_service *service, inv_result result)
{
    if (result == INV_NOT_OURS)
        return false;
    return result != INV_OK ||
           (service->phase != INV_PAM_ACCOUNT && service->phase != INV_PAM_PRELIM);
}

int inv_pam_service_finish(inv_pam_service *service, inv_result result)
{
    const char *domain = service->domain != NULL ? service->domain->name : service->options.domain;

    service->verdict.result = result;
    if (is_verdict(service, result))
        inv_pam_handle_log(service->pamh, service->handle, domain, &service->verdict);
    else if (service->handle != NULL)
        inv_log_write(service->handle->context->log, INV_LOG_DEBUG, "%s, user %s: %s",
                      result == INV_OK ? "fine" : "not ours",
                      service->verdict.user[0] != '\0' ? service->verdict.user : "-",
                      service->verdict.why);
    tell(service);
    if (result == INV_OK && service->phase == INV_PAM_ACCOUNT && service->verdict.must_change) {
        if (service->handle != NULL)
            inv_log_write(service->handle->context->log, INV_LOG_NOTICE,
                          "user %s: the directory wants a new password first (pwdReset: TRUE)",
                          service->verdict.user);
        return PAM_NEW_AUTHTOK_REQD;
    }
    return inv_pam_code(result, service->phase);
}
