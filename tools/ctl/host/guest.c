/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "guest.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "invitegate/account.h"
#include "invitegate/context.h"
#include "invitegate/directory.h"
#include "invitegate/invite.h"
#include "invitegate/redeem.h"
#include "invitegate/removal.h"
#include "proof/throwaway.h"
#include "unit.h"

#define INVITE_SECONDS        600
#define ACCOUNT_SECONDS       "1h"
#define NAME_DIGITS           16
#define PATIENCE_MILLISECONDS 15000

static bool tell_none(const ctl_guest *guest, const char *remedy, const char *why)
{
    ctl_host_unseen(guest->host, guest->check, NULL, remedy,
                    "no throwaway invite was tried in %s: %s",
                    guest->domain != NULL ? guest->domain->name : "the domain", why);
    return false;
}

/* --------------------------------------------------------------------------- whose rights count */

static void find_agent(ctl_guest *guest)
{
    ctl_place place;
    ctl_unit unit;
    const char *name;

    if (guest->config.directory.bind != INV_BIND_EXTERNAL || geteuid() != 0)
        return;
    if (ctl_unit_read(guest->host, guest->check, CTL_UNIT_AGENT, &unit) == CTL_SIGHT_READ &&
        (name = ctl_unit_value(&unit, "User", &place)) != NULL)
        guest->has_agent =
            ctl_user_find(guest->host, name, ctl_unit_value(&unit, "Group", &place), &guest->agent);
    ctl_unit_clear(&unit);
}

/* A connection counts as its own only for the user who has made it: all that uses it is between. */
static void act(ctl_guest *guest)
{
    guest->is_agent = guest->has_agent && ctl_user_become(&guest->agent);
}

static void end_act(ctl_guest *guest)
{
    if (guest->is_agent)
        ctl_user_return();
    guest->is_agent = false;
}

/* ----------------------------------------------------------------------------------- the invite */

static inv_call begin(ctl_guest *guest, inv_verdict *verdict)
{
    const inv_context context = {.config = &guest->config, .keys = guest->keys};

    return inv_call_begin_with(&context, guest->domain, PATIENCE_MILLISECONDS, guest->directory,
                               verdict);
}

/* The files that the configuration names, as this machine has them. */
static bool find_files(ctl_guest *guest)
{
    inv_directory_settings *directory = &guest->config.directory;

    if (directory->bind_password_file[0] != '\0')
        directory->bind_password_file = guest->password_file =
            ctl_host_path(guest->host, directory->bind_password_file);
    if (directory->ca_file[0] != '\0')
        directory->ca_file = guest->ca_file = ctl_host_path(guest->host, directory->ca_file);
    return directory->bind_password_file != NULL && directory->ca_file != NULL;
}

static inv_result open_directory(ctl_guest *guest, inv_verdict *verdict)
{
    char *keys = ctl_host_path(guest->host, guest->config.key_file);
    inv_result result = keys != NULL && find_files(guest) ? INV_OK : inv_verdict_no_memory(verdict);

    if (result == INV_OK)
        result = inv_keys_read(keys, &guest->keys, verdict);
    if (result == INV_OK)
        result =
            inv_directory_new(&guest->config.directory, NULL, NULL, &guest->directory, verdict);
    free(keys);
    return result;
}

static inv_result make_name(ctl_guest *guest, inv_verdict *verdict)
{
    inv_allowed_types types = INV_ALLOW_REGISTRATION;

    guest->user[0] = 'p'; /* some directories want a letter first */
    if (!ctl_random_hex(guest->user + 1, NAME_DIGITS))
        return inv_verdict_set(verdict, INV_CONFIG, "the system gives no random bytes");
    guest->password = ctl_random_password();
    if (guest->password == NULL)
        return inv_verdict_no_memory(verdict);
    return inv_redeem_name(guest->domain, guest->user, &types, &guest->name, verdict);
}

static inv_result make_invite(ctl_guest *guest, inv_verdict *verdict)
{
    char made_by[32];
    const inv_invite_request request = {.type = INV_INVITE_ACCOUNT,
                                        .uses = 1,
                                        .expires = time(NULL) + INVITE_SECONDS,
                                        .account_expires = ACCOUNT_SECONDS,
                                        .made_by = made_by,
                                        .note = "invitectl doctor --host"};
    inv_call call = begin(guest, verdict);
    inv_result result;

    (void)snprintf(made_by, sizeof(made_by), "ctl:%lu", (unsigned long)getuid());
    result = inv_invite_create(&call, &request, &guest->token);
    if (result == INV_OK)
        inv_token_write(guest->token, guest->token_text);
    return result;
}

bool ctl_guest_invite(ctl_host *host, const char *check, const char *domain, ctl_guest *guest)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_result result;

    *guest = (ctl_guest){.host = host, .check = check};
    if (host->config == NULL)
        return tell_none(guest, NULL, "the configuration was not read");
    guest->config = *host->config;
    guest->domain = inv_config_domain(host->config, domain);
    if (guest->domain == NULL)
        return tell_none(guest, NULL, "it has no section in the configuration");
    result = open_directory(guest, &verdict);
    if (result == INV_OK)
        result = make_name(guest, &verdict);
    find_agent(guest);
    act(guest);
    if (result == INV_OK)
        result = make_invite(guest, &verdict);
    end_act(guest);
    return result == INV_OK ||
           tell_none(guest, "as root, or as the agent's user: invitectl doctor", verdict.why);
}

bool ctl_guest_redeem(ctl_guest *guest)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = begin(guest, &verdict);
    const inv_redeem_request request = {.token = guest->token,
                                        .name = guest->name,
                                        .password = guest->password,
                                        .allowed_types = INV_ALLOW_REGISTRATION};
    inv_result result;

    act(guest);
    result = inv_redeem(&call, &request);
    end_act(guest);
    return result == INV_OK ||
           tell_none(guest, "as root, or as the agent's user: invitectl doctor", verdict.why);
}

bool ctl_guest_log_in(ctl_guest *guest, char *why, size_t size)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = begin(guest, &verdict);
    inv_result result;

    act(guest);
    result = inv_account_login(&call, guest->name, guest->password);
    end_act(guest);
    if (result != INV_OK)
        ctl_host_write(why, size, "%s", verdict.why[0] != '\0' ? verdict.why : "it is refused");
    return result == INV_OK;
}

/* -------------------------------------------------------------------------------------- removal */

/* Access rules may refuse to delete an invite that is open. */
static inv_result delete_invite(ctl_guest *guest, inv_verdict *verdict)
{
    char *dn = inv_invite_dn(guest->domain, inv_token_id(guest->token));
    inv_operation *close = inv_operation_new_modify(dn);
    inv_operation *delete = inv_operation_new_delete(dn);
    inv_call call = begin(guest, verdict);
    inv_result result;

    inv_operation_text(close, INV_CHANGE_REPLACE, "inviteClaim", NULL);
    inv_operation_text(close, INV_CHANGE_REPLACE, "inviteUsesLeft", "0");
    result = inv_call_run(&call, &close, 1);
    if (result == INV_OK)
        result = inv_call_run(&call, &delete, 1);
    if (result == INV_OK && !inv_operation_answered(delete, INV_LDAP_NO_SUCH_OBJECT))
        result = inv_operation_result(delete, "deleting the throwaway invite", verdict);
    inv_operation_free(&close);
    inv_operation_free(&delete);
    free(dn);
    return result;
}

static bool tell_left(const ctl_guest *guest, const char *what, const char *why)
{
    char remedy[128];

    ctl_host_write(remedy, sizeof(remedy), "invitectl remove %s@%s; invitectl purge", guest->user,
                   guest->domain->name);
    ctl_host_finding(guest->host, guest->check, NULL, remedy, "the throwaway %s is still there: %s",
                     what, why);
    return false;
}

bool ctl_guest_remove(ctl_guest *guest, bool *ret_was_there)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_removal removal;
    inv_call call = begin(guest, &verdict);
    bool account_is_gone;
    inv_result result;

    act(guest);
    result = inv_remove(&call, guest->name, &removal);
    *ret_was_there = result != INV_NO_ACCOUNT;
    account_is_gone = result == INV_OK || result == INV_NO_ACCOUNT;
    if (account_is_gone)
        result = delete_invite(guest, &verdict);
    end_act(guest);
    return result == INV_OK ||
           tell_left(guest, account_is_gone ? "invite" : "account", verdict.why);
}

void ctl_guest_clear(ctl_guest *guest)
{
    inv_wipe(guest->token_text, sizeof(guest->token_text));
    inv_token_free(&guest->token);
    inv_secret_free(&guest->password);
    inv_jid_free(&guest->name);
    act(guest);
    inv_directory_free(&guest->directory);
    end_act(guest);
    inv_keys_free(&guest->keys);
    free(guest->password_file);
    free(guest->ca_file);
    guest->password_file = guest->ca_file = NULL;
}
