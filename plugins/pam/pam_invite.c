/* SPDX-License-Identifier: BSD-2-Clause */
/* The service functions of pam_invite.so and their order of work. */
#include <security/pam_modules.h>
#include <stdbool.h>

#include "invitegate/account.h"
#include "login.h"
#include "prompt.h"
#include "registration.h"
#include "service.h"

/* The rest of the module is hidden; without this libpam would find nothing at all. */
#define EXPORTED __attribute__((visibility("default")))

/* The options of the line, or the flags of the call, leave this phase to other modules. */
static bool is_for_others(const inv_pam_service *service)
{
    switch (service->phase) {
    case INV_PAM_AUTHENTICATE:
        return !service->options.registers && !service->options.login;
    case INV_PAM_PRELIM:
    case INV_PAM_UPDATE:
        /* passwords are set by invites here, never because they are old */
        return ((unsigned)service->flags & PAM_CHANGE_EXPIRED_AUTHTOK) != 0;
    case INV_PAM_SETCRED:
    case INV_PAM_SESSION:
    case INV_PAM_ACCOUNT:
        break;
    }
    return false;
}

/*
 * The order that all phases for a user have: options, configuration, user, and then the work, which
 * returns the PAM code. A user of this host below minimum_uid is ignored.
 */
static int serve(const inv_pam_arguments *arguments, inv_pam_phase phase,
                 int (*work)(inv_pam_service *service))
{
    inv_pam_service service;
    bool ignored = false;
    inv_result result = inv_pam_service_begin(arguments, phase, &service);

    if (result == INV_OK && is_for_others(&service))
        return PAM_IGNORE;
    if (result == INV_OK)
        result = inv_pam_service_open(&service);
    if (result == INV_OK)
        result = inv_pam_service_ignores(&service, &ignored);
    if (ignored)
        return PAM_IGNORE;
    return result == INV_OK ? work(&service) : inv_pam_service_finish(&service, result);
}

static int log_in(inv_pam_service *service)
{
    inv_secret *password = NULL;
    inv_result result;
    int code;

    if (service->options.use_first_pass && !inv_pam_is_there(service->pamh, PAM_AUTHTOK))
        return inv_pam_service_nothing_in_front(service, PAM_AUTHTOK);
    code = inv_pam_ask(service->pamh, PAM_AUTHTOK, "Password: ", &password);
    if (code != PAM_SUCCESS)
        return code;
    result = inv_pam_login(service, password);
    inv_secret_free(&password);
    return inv_pam_service_finish(service, result);
}

EXPORTED int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    const inv_pam_arguments arguments = {pamh, flags, argc, argv};

    return serve(&arguments, INV_PAM_AUTHENTICATE, log_in);
}

/* These phases do nothing, but fail where the options of the line are wrong. */
static int only_options(const inv_pam_arguments *arguments, inv_pam_phase phase)
{
    inv_pam_service service;
    inv_result result = inv_pam_service_begin(arguments, phase, &service);

    if (result != INV_OK)
        return inv_pam_service_finish(&service, result);
    return phase == INV_PAM_SETCRED ? PAM_SUCCESS : PAM_IGNORE;
}

EXPORTED int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    const inv_pam_arguments arguments = {pamh, flags, argc, argv};

    return only_options(&arguments, INV_PAM_SETCRED);
}

EXPORTED int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    const inv_pam_arguments arguments = {pamh, flags, argc, argv};

    return only_options(&arguments, INV_PAM_SESSION);
}

EXPORTED int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    const inv_pam_arguments arguments = {pamh, flags, argc, argv};

    return only_options(&arguments, INV_PAM_SESSION);
}

static int check_account(inv_pam_service *service)
{
    inv_call call = {0};
    inv_jid *name = NULL;
    inv_result result = inv_pam_service_find_domain(service);

    if (result == INV_OK)
        result = inv_pam_service_existing_name(service, &name);
    if (result == INV_NAME_INVALID)
        result = INV_NO_ACCOUNT;
    if (result == INV_OK)
        result = inv_pam_service_call(service, &call);
    if (result == INV_OK)
        result = inv_account_status(&call, name);
    inv_pam_service_end_call(service, &call);
    if (result == INV_OK)
        result = inv_pam_service_set_user(service, name);
    inv_jid_free(&name);
    return inv_pam_service_finish(service, result);
}

/* Never asks and needs no pam_sm_authenticate before it: ejabberd calls it alone. */
EXPORTED int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    const inv_pam_arguments arguments = {pamh, flags, argc, argv};

    return serve(&arguments, INV_PAM_ACCOUNT, check_account);
}

/* PAM_AUTHTOK if a module in front has set it, else the host is asked twice. */
static int ask_new_password(inv_pam_service *service, inv_secret **password)
{
    bool asks = !service->options.use_authtok && !service->options.use_first_pass;

    if (!asks && !inv_pam_is_there(service->pamh, PAM_AUTHTOK))
        return inv_pam_service_nothing_in_front(service, PAM_AUTHTOK);
    return inv_pam_ask_new_password(service->pamh, password);
}

static int change_with(inv_pam_service *service, const inv_secret *text)
{
    inv_token *token = NULL;
    inv_secret *password = NULL;
    int code = PAM_SUCCESS;
    inv_result result;

    result = inv_pam_registration_token(service, text, &token);
    if (result == INV_OK && service->phase == INV_PAM_PRELIM) {
        result = inv_pam_registration_check(service, token);
    } else if (result == INV_OK) {
        code = ask_new_password(service, &password);
        if (code == PAM_SUCCESS)
            result = inv_pam_registration_do(service, token, password);
    }
    inv_secret_free(&password);
    inv_token_free(&token);
    return code == PAM_SUCCESS ? inv_pam_service_finish(service, result) : code;
}

/*
 * One pass of chauthtok. Both passes judge the token: behind a "sufficient" module the second may
 * come alone.
 */
static int change(inv_pam_service *service)
{
    inv_secret *text = NULL;
    int code;

    if (service->options.use_first_pass && !inv_pam_is_there(service->pamh, PAM_OLDAUTHTOK))
        return inv_pam_service_nothing_in_front(service, PAM_OLDAUTHTOK);
    code = inv_pam_ask(service->pamh, PAM_OLDAUTHTOK, "Invite token: ", &text);
    if (code == PAM_SUCCESS)
        code = change_with(service, text);
    inv_secret_free(&text);
    return code;
}

EXPORTED int pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    const inv_pam_arguments arguments = {pamh, flags, argc, argv};

    return serve(&arguments, (flags & PAM_PRELIM_CHECK) != 0 ? INV_PAM_PRELIM : INV_PAM_UPDATE,
                 change);
}
