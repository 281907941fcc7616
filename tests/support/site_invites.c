/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/site_invites.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "invitegate/account.h"
#include "invitegate/directory.h"
#include "invitegate/invite.h"
#include "invitegate/pair.h"

#define A_DAY 86400

/* ------------------------------------------------------------------------------------- invites */

inv_jid *site_name(const struct site *site, const char *local)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_jid *name = NULL;

    ck_assert_msg(inv_jid_prepare(site_domain(site), local, strlen(local), &name, &verdict) ==
                      INV_OK,
                  "%s: %s", local, verdict.why);
    return name;
}

inv_jid *site_jid(const char *jid)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_jid *name = NULL;

    ck_assert_msg(inv_jid_parse(jid, &name, &verdict) == INV_OK, "%s: %s", jid, verdict.why);
    return name;
}

void site_request(const struct site *site, struct site_request *request, inv_invite_type type,
                  const char *inviter)
{
    (void)site;
    *request = (struct site_request){
        .request = {.type = type, .uses = 1, .expires = time(NULL) + A_DAY},
    };
    if (inviter != NULL)
        request->inviter = site_jid(inviter);
    request->request.inviter = request->inviter;
}

void site_request_user(const struct site *site, struct site_request *request, const char *user)
{
    request->user = site_name(site, user);
    request->request.user = request->user;
}

void site_request_contact(struct site_request *request, const char *contact)
{
    request->contact = site_jid(contact);
    request->contacts[0] = request->contact;
    request->request.contacts = request->contacts;
}

void site_request_end(struct site_request *request)
{
    inv_jid_free(&request->inviter);
    inv_jid_free(&request->user);
    inv_jid_free(&request->contact);
}

inv_token *site_create(const struct site *site, struct site_request *request)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = NULL;
    inv_call call;

    site_begin(site, &call, &verdict);
    ck_assert_msg(inv_invite_create(&call, &request->request, &token) == INV_OK, "%s: %s",
                  inv_result_name(verdict.result), verdict.why);
    inv_call_end(&call);
    site_request_end(request);
    return token;
}

inv_token *site_invite(const struct site *site, const char *inviter, long uses)
{
    struct site_request request;

    site_request(site, &request, INV_INVITE_ACCOUNT, inviter);
    request.request.uses = uses;
    return site_create(site, &request);
}

inv_token *site_reset_invite(const struct site *site, const char *local)
{
    struct site_request request;

    site_request(site, &request, INV_INVITE_RESET, NULL);
    site_request_user(site, &request, local);
    return site_create(site, &request);
}

inv_token *site_account_and_reset(const struct site *site, const char *local)
{
    site_add_account(site, local);
    return site_reset_invite(site, local);
}

inv_result site_redeem_in(inv_call *call, const inv_token *token, const char *local,
                          const char *password)
{
    inv_secret *secret = inv_secret_new(password, strlen(password));
    inv_jid *name = NULL;
    inv_result result;

    *call->verdict = (inv_verdict)INV_VERDICT_INIT;
    ck_assert_ptr_nonnull(secret);
    result = inv_jid_prepare(call->domain, local, strlen(local), &name, call->verdict);
    ck_assert_msg(result == INV_OK, "%s: %s", local, call->verdict->why);
    result = inv_redeem(call, &(inv_redeem_request){token, name, secret,
                                                    INV_ALLOW_REGISTRATION | INV_ALLOW_RESET,
                                                    time(NULL)});
    ck_assert_int_eq(result, call->verdict->result);
    inv_jid_free(&name);
    inv_secret_free(&secret);
    return result;
}

inv_result site_redeem(const struct site *site, const inv_token *token, const char *local,
                       const char *password, inv_verdict *verdict)
{
    inv_call call;
    inv_result result;

    site_begin(site, &call, verdict);
    result = site_redeem_in(&call, token, local, password);
    inv_call_end(&call);
    return result;
}

inv_result site_redeem_login(const struct site *site, const inv_token *token, const char *local,
                             const char *password, inv_verdict *verdict)
{
    inv_secret *secret = inv_secret_new(password, strlen(password));
    inv_jid *name = site_name(site, local);
    inv_call call;
    inv_result result;

    site_begin(site, &call, verdict);
    result = inv_redeem_login(&call, token, name, secret);
    inv_call_end(&call);
    inv_jid_free(&name);
    inv_secret_free(&secret);
    return result;
}

inv_result site_redeem_contact(const struct site *site, const inv_token *token, const char *jid,
                               inv_verdict *verdict)
{
    inv_jid *name = site_jid(jid);
    inv_call call;
    inv_result result;

    *verdict = (inv_verdict)INV_VERDICT_INIT;
    site_begin(site, &call, verdict);
    result = inv_redeem_contact(&call, token, name, 0);
    ck_assert_int_eq(result, verdict->result);
    inv_call_end(&call);
    inv_jid_free(&name);
    return result;
}

inv_result site_check(const struct site *site, const inv_token *token, const char *local,
                      inv_verdict *verdict)
{
    inv_jid *name = local != NULL ? site_name(site, local) : NULL;
    inv_acceptance acceptance = {0};
    inv_call call;
    inv_result result;

    *verdict = (inv_verdict)INV_VERDICT_INIT;
    site_begin(site, &call, verdict);
    result =
        inv_redeem_check(&call, token, name, INV_ALLOW_REGISTRATION | INV_ALLOW_RESET, &acceptance);
    ck_assert_int_eq(result, verdict->result);
    inv_call_end(&call);
    inv_jid_free(&name);
    return result;
}

inv_result site_revoke(const struct site *site, const inv_token *token)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call;
    inv_result result;

    site_begin(site, &call, &verdict);
    result = inv_invite_revoke(&call, inv_token_id(token));
    inv_call_end(&call);
    return result;
}

bool site_login(const struct site *site, const char *local, const char *password)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_secret *secret = inv_secret_new(password, strlen(password));
    inv_jid *name = site_name(site, local);
    inv_call call;
    inv_result result;

    site_begin(site, &call, &verdict);
    result = inv_account_login(&call, name, secret);
    inv_call_end(&call);
    inv_jid_free(&name);
    inv_secret_free(&secret);
    ck_assert_msg(result >= INV_OK, "login of %s: %s", local, verdict.why);
    return result == INV_OK;
}

void site_add_pair(inv_call *call, const char *jid, const char *contact, const char *group)
{
    inv_operation *add = inv_pair_add_operation(call->domain, jid, contact, group,
                                                "fe8ed1b9e1c311291f06daec7dba860f82c3632a");

    ck_assert_int_eq(inv_call_run(call, &add, 1), INV_OK);
    ck_assert_int_eq(add->code, INV_LDAP_SUCCESS);
    inv_operation_free(&add);
}

/* ------------------------------------------------------------------------------- what must hold */

void site_state(struct site *site, const inv_token *token, struct site_state *state)
{
    static const char *const attributes[] = {"inviteUses", "inviteUsesLeft", "inviteClaim",
                                             "inviteUsedBy", NULL};
    char *dn = inv_invite_dn(site_domain(site), inv_token_id(token));
    inv_operation *search = inv_operation_search(dn, INV_SCOPE_BASE, NULL, attributes);
    const inv_entry *entry;

    site_look(site, search);
    ck_assert_msg(search->entry_count == 1, "%s cannot be read: %d", dn, search->code);
    entry = search->entries[0];
    state->uses = strtol(inv_entry_text(entry, "inviteUses"), NULL, 10);
    state->uses_left = strtol(inv_entry_text(entry, "inviteUsesLeft"), NULL, 10);
    state->claims = inv_entry_count(entry, "inviteClaim");
    state->used_by = inv_entry_count(entry, "inviteUsedBy");
    inv_operation_free(&search);
    free(dn);
    state->accounts = site_count(site, SITE_BASE, "(&(objectClass=xmppAccount)(inviteId=%s))",
                                 inv_token_id(token));
    state->pairs = site_count(site, SITE_BASE, "(&(objectClass=xmppRosterPair)(inviteId=%s))",
                              inv_token_id(token));
}

void site_expect_consistent(struct site *site, const inv_token *token)
{
    struct site_state state;
    long open;

    site_state(site, token, &state);
    open = state.uses_left >= 0 ? state.uses_left : -1 - state.uses_left;
    if (state.uses == 0)
        return;
    ck_assert_msg((long)state.claims + (long)state.used_by + open == state.uses,
                  "%zu claims + %zu finished + %ld open of %ld uses", state.claims, state.used_by,
                  open, state.uses);
    ck_assert_msg(state.accounts <= state.claims + state.used_by,
                  "%zu accounts for %zu claims and %zu finished uses", state.accounts, state.claims,
                  state.used_by);
}

void site_expect(struct site *site, const inv_token *token, long uses_left, size_t claims,
                 size_t used_by, size_t accounts, size_t pairs)
{
    struct site_state state;

    site_state(site, token, &state);
    ck_assert_msg(state.uses_left == uses_left && state.claims == claims &&
                      state.used_by == used_by && state.accounts == accounts &&
                      state.pairs == pairs,
                  "left %ld (%ld), claims %zu (%zu), finished %zu (%zu), accounts %zu (%zu), pairs "
                  "%zu (%zu)",
                  state.uses_left, uses_left, state.claims, claims, state.used_by, used_by,
                  state.accounts, accounts, state.pairs, pairs);
    site_expect_consistent(site, token);
}
