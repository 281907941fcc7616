/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/account.h"
#include "invitegate/directory.h"
#include "invitegate/group.h"
#include "invitegate/invite.h"
#include "invitegate/timestamp.h"
#include "invitegate/utf8.h"
#include "model/account.h"
#include "model/account_filter.h"
#include "model/invite.h"
#include "model/invite_terms.h"
#include "model/reservation.h"

/* ------------------------------------------------------------------------- the request alone */

static const char *contradiction(const inv_invite_request *request)
{
    if (request->uses < 0 || request->uses > INV_INVITE_USES_MAX)
        return "uses must be 1 to 1000, or unlimited";
    if (inv_invite_type_connects(request->type) && request->inviter == NULL)
        return "a contact invite needs an inviter: whose contact would it make?";
    if (request->type == INV_INVITE_RESET && request->user == NULL)
        return "a reset invite needs the user whose password it resets";
    if (request->type == INV_INVITE_CONTACT && request->user != NULL)
        return "a contact invite registers nobody: it takes no user name";
    if (request->user != NULL && request->uses != 1)
        return "an invite for one user name has exactly one use";
    if (request->no_pair && (request->type != INV_INVITE_ACCOUNT || request->inviter == NULL))
        return "only an account invite with an inviter can do without their being contacts";
    if (request->inherit_groups &&
        (request->user == NULL || !inv_invite_type_registers(request->type)))
        return "what a name inherits is for an invite that registers that name alone";
    if (inv_invite_account_end_passed(request->account_expires, time(NULL)))
        return "the account would be over already";
    if (!inv_invite_type_registers(request->type) &&
        (request->account_expires != NULL ||
         (request->groups != NULL && request->groups[0] != NULL)))
        return "only invites that register have groups and an end of the account";
    return NULL;
}

static const char *foreign_group(const inv_domain *domain, const char *const *groups)
{
    for (size_t i = 0; groups != NULL && groups[i] != NULL; i++) {
        bool allowed = false;

        for (size_t j = 0; domain->allowed_groups[j] != NULL && !allowed; j++)
            allowed = inv_dn_equal(domain->allowed_groups[j], groups[i]);
        if (!allowed)
            return groups[i];
    }
    return NULL;
}

static bool is_text(const char *text)
{
    return text == NULL || inv_utf8_is_text(text, strlen(text));
}

static inv_result check_request(const inv_call *call, const inv_invite_request *request,
                                inv_verdict *verdict)
{
    const char *wrong = contradiction(request);
    const char *group = foreign_group(call->domain, request->groups);

    if (wrong == NULL && !is_text(request->note))
        wrong = "the note is not one line of UTF-8 text without control characters";
    if (wrong == NULL && !is_text(request->roster_group))
        wrong = "the roster group is not one line of UTF-8 text without control characters";
    if (wrong != NULL)
        return inv_verdict_set(verdict, INV_NOT_ALLOWED, "%s", wrong);
    if (group != NULL)
        return inv_verdict_set(verdict, INV_NOT_ALLOWED, "group %s is not in allowed_groups",
                               group);
    if (request->user != NULL && inv_invite_type_registers(request->type))
        return inv_jid_check_reserved(call->domain, request->user, verdict);
    return INV_OK;
}

/* --------------------------------------------------------------------- against the directory */

static inv_result must_exist(inv_call *call, const inv_jid *name, const char *role)
{
    inv_call in_domain = *call;
    inv_account *account = NULL;
    inv_result result;

    in_domain.domain = inv_config_domain(call->config, inv_jid_domain(name));
    if (in_domain.domain == NULL)
        return INV_OK; /* another server's: nothing to ask here */
    result = inv_account_find(&in_domain, name, &account);
    if (result == INV_OK && !inv_account_is_active(account, time(NULL)))
        result = inv_verdict_set(
            call->verdict, INV_NOT_ALLOWED, "%s %s has no account, or it is over: %s", role,
            inv_jid_text(name),
            inv_account_is_own(account) ? "locked or expired" : inv_account_why_not_own(account));
    inv_account_free(&account);
    return result;
}

/*
 * A name to be registered: INV_NAME_TAKEN when an entry holds it, INV_NAME_RESERVED when a group
 * names it though no entry holds it.
 */
static inv_result check_free(inv_call *call, const inv_invite_request *request,
                             const inv_account *account)
{
    char *group = NULL;
    inv_result result;

    if (account != NULL)
        return inv_account_refuse_taken(account, call->verdict);
    if (request->inherit_groups)
        return INV_OK;
    result = inv_group_find(call, request->user, &group);
    if (result == INV_OK && group != NULL)
        result = inv_verdict_set(call->verdict, INV_NAME_RESERVED,
                                 "no entry has the name, but the group %s names it: take it out "
                                 "(invitectl remove), or let it be inherited (--inherit-groups)",
                                 group);
    free(group);
    return result;
}

/* *account_state: of a reset, the state that the account has to keep; the caller frees it. */
static inv_result check_user(inv_call *call, const inv_invite_request *request,
                             char **account_state)
{
    inv_account *account = NULL;
    bool may = false;
    inv_result result = inv_account_find(call, request->user, &account);

    if (result != INV_OK)
        goto cleanup;
    if (inv_invite_type_registers(request->type)) {
        result = check_free(call, request, account);
        goto cleanup;
    }
    if (!inv_account_is_own(account)) {
        result = inv_verdict_set(call->verdict, INV_NO_ACCOUNT, "%s has no account to reset: %s",
                                 inv_jid_text(request->user), inv_account_why_not_own(account));
        goto cleanup;
    }
    /* the invite is being made now: it is younger than any lock by failed logins */
    result = inv_account_refuse_locked(account, INV_NEVER, call->verdict);
    if (result != INV_OK)
        goto cleanup;
    result = inv_account_may_reset(call, account->dn, &may);
    if (result == INV_OK && !may)
        result =
            inv_verdict_set(call->verdict, INV_NOT_ALLOWED,
                            "%s is not among the accounts that reset_filter lets in", account->dn);
    if (result == INV_OK) {
        *account_state = inv_account_state(account);
        if (*account_state == NULL)
            result = inv_verdict_no_memory(call->verdict);
    }
cleanup:
    inv_account_free(&account);
    return result;
}

static inv_result check_people(inv_call *call, const inv_invite_request *request,
                               char **account_state)
{
    inv_result result = INV_OK;

    if (request->inviter != NULL)
        result = must_exist(call, request->inviter, "the inviter");
    for (size_t i = 0;
         result == INV_OK && request->contacts != NULL && request->contacts[i] != NULL; i++)
        result = must_exist(call, request->contacts[i], "the contact");
    if (result == INV_OK && request->user != NULL)
        result = check_user(call, request, account_state);
    return result;
}

/* --------------------------------------------------------------------------------- the entry */

static void add_number(inv_operation *add, const char *attribute, long number)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%ld", number);
    inv_operation_text(add, INV_CHANGE_ADD, attribute, text);
}

static void add_terms(inv_operation *add, const inv_call *call, const inv_invite_request *request,
                      const inv_token *token)
{
    char expires[INV_TIMESTAMP_SIZE];

    inv_timestamp_write_generalized(request->expires, expires);
    inv_operation_text(add, INV_CHANGE_ADD, "objectClass", "xmppInvite");
    inv_operation_text(add, INV_CHANGE_ADD, "inviteId", inv_token_id(token));
    inv_operation_text(add, INV_CHANGE_ADD, "inviteType", inv_invite_type_name(request->type));
    inv_operation_text(add, INV_CHANGE_ADD, "inviteDomain", call->domain->name);
    add_number(add, "inviteUses", request->uses);
    add_number(add, "inviteUsesLeft", request->uses > 0 ? request->uses : 1);
    inv_operation_text(add, INV_CHANGE_ADD, "inviteExpires", expires);
    add_number(add, "inviteKeyId", inv_token_key_id(token));
}

/* Each once: a directory refuses an attribute with equal values. */
static void add_contacts(inv_operation *add, const inv_jid *const *contacts)
{
    for (size_t i = 0; contacts != NULL && contacts[i] != NULL; i++) {
        bool again = false;

        for (size_t j = 0; j < i && !again; j++)
            again = inv_jid_equal(contacts[i], contacts[j]);
        if (!again)
            inv_operation_text(add, INV_CHANGE_ADD, "inviteContact", inv_jid_text(contacts[i]));
    }
}

static void add_groups(inv_operation *add, const char *const *groups)
{
    for (size_t i = 0; groups != NULL && groups[i] != NULL; i++) {
        bool again = false;

        for (size_t j = 0; j < i && !again; j++)
            again = inv_dn_equal(groups[i], groups[j]);
        if (!again)
            inv_operation_text(add, INV_CHANGE_ADD, "inviteGroup", groups[i]);
    }
}

static inv_operation *new_invite(const inv_call *call, const inv_invite_request *request,
                                 const char *account_state, const inv_token *token)
{
    char *dn = inv_invite_dn(call->domain, inv_token_id(token));
    inv_operation *add = inv_operation_new_add(dn);

    free(dn);
    if (add == NULL)
        return NULL;
    add_terms(add, call, request, token);
    if (request->user != NULL)
        inv_operation_text(add, INV_CHANGE_ADD, "inviteUser", inv_jid_local(request->user));
    if (request->inviter != NULL)
        inv_operation_text(add, INV_CHANGE_ADD, "inviteInviter", inv_jid_text(request->inviter));
    if (request->inviter != NULL && request->type == INV_INVITE_ACCOUNT)
        inv_operation_text(add, INV_CHANGE_ADD, "inviteRosterSubscription",
                           request->no_pair ? "FALSE" : "TRUE");
    add_contacts(add, request->contacts);
    add_groups(add, request->groups);
    if (request->roster_group != NULL)
        inv_operation_text(add, INV_CHANGE_ADD, "inviteRosterGroup", request->roster_group);
    if (request->account_expires != NULL)
        inv_operation_text(add, INV_CHANGE_ADD, "inviteAccountExpires", request->account_expires);
    if (account_state != NULL)
        inv_operation_text(add, INV_CHANGE_ADD, "inviteAccountState", account_state);
    invite_terms_add(add, request->inherit_groups);
    if (request->made_by != NULL)
        inv_operation_text(add, INV_CHANGE_ADD, "inviteMadeBy", request->made_by);
    if (request->note != NULL && request->note[0] != '\0')
        inv_operation_text(add, INV_CHANGE_ADD, "description", request->note);
    return add;
}

/*
 * The outcome of the add is not known: the invite is looked for. Its id is of this token alone, so
 * an invite found was made by this add. If none is found, the add may still be on its way, while
 * the token is freed and shown to no one.
 */
static inv_result recover_add(inv_call *call, const char *id)
{
    inv_verdict kept = *call->verdict;
    inv_invite *invite = NULL;
    inv_result found = inv_invite_read(call, id, INV_INVITE_TERMS, &invite);

    inv_invite_free(&invite);
    if (found == INV_OK)
        return INV_OK;
    return inv_verdict_set(call->verdict, kept.result,
                           "whether the invite was made is not known; if invitectl show %s finds "
                           "it, nobody has its token: invitectl revoke %s. %s",
                           id, id, kept.why);
}

/* verdict->invite_id is set when the invite is there, or may yet come. */
static inv_result add_invite(inv_call *call, const inv_invite_request *request,
                             const char *account_state, const inv_token *token)
{
    const char *id = inv_token_id(token);
    inv_operation *add = new_invite(call, request, account_state, token);
    inv_result result = inv_call_run(call, &add, 1);
    bool may_exist;

    if (result == INV_OK)
        result = inv_operation_result(add, "adding the invite", call->verdict);
    may_exist = result == INV_OK;
    if (result != INV_OK && add != NULL && add->state != INV_OPERATION_UNSENT &&
        !inv_operation_decided(add)) {
        result = recover_add(call, id);
        may_exist = true;
    }
    if (may_exist)
        (void)snprintf(call->verdict->invite_id, sizeof(call->verdict->invite_id), "%s", id);
    inv_operation_free(&add);
    return result;
}

inv_result inv_invite_create(inv_call *call, const inv_invite_request *request, inv_token **token)
{
    bool reserves = request->user != NULL && inv_invite_type_registers(request->type);
    char *account_state = NULL;
    inv_result result = check_request(call, request, call->verdict);

    *token = NULL;
    if (result == INV_OK)
        result = check_people(call, request, &account_state);
    if (result == INV_OK)
        result = inv_token_mint(call->keys, call->domain->name, token, call->verdict);
    call->verdict->invite_id[0] = '\0'; /* inv_token_mint sets it, and no invite exists so far */
    if (result == INV_OK && reserves)
        result = reservation_take(call, inv_jid_local(request->user), inv_token_id(*token));
    if (result == INV_OK) {
        result = add_invite(call, request, account_state, *token);
        if (result != INV_OK && call->verdict->invite_id[0] == '\0' && reserves)
            reservation_release(call, inv_jid_local(request->user), inv_token_id(*token));
    }
    if (result != INV_OK)
        inv_token_free(token);
    free(account_state);
    call->verdict->result = result;
    return result;
}
