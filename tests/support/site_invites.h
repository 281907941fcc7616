/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_SITE_INVITES_H
#define INVITEGATE_TESTS_SITE_INVITES_H

#include "invitegate/redeem.h"
#include "tests/support/site.h"

/*
 * The names, invites and redemptions of a site, and what must hold of an invite in the directory.
 * Whatever fails here fails the test that runs.
 */

inv_jid *site_name(const struct site *site, const char *local);
inv_jid *site_jid(const char *jid);

/* A request for an account invite with one use, a day from now; inviter is a JID or NULL. */
struct site_request {
    inv_invite_request request;
    inv_jid *inviter;
    inv_jid *user;
    inv_jid *contact;
    const inv_jid *contacts[2];
};
void site_request(const struct site *site, struct site_request *request, inv_invite_type type,
                  const char *inviter);
void site_request_user(const struct site *site, struct site_request *request, const char *user);
void site_request_contact(struct site_request *request, const char *contact);
void site_request_end(struct site_request *request);

/* Makes the invite and ends the request. */
inv_token *site_create(const struct site *site, struct site_request *request);

/* A plain account invite; inviter may be NULL. */
inv_token *site_invite(const struct site *site, const char *inviter, long uses);

/* A reset invite for the account of this name. */
inv_token *site_reset_invite(const struct site *site, const char *local);

/* The same, with an account that is added for it. */
inv_token *site_account_and_reset(const struct site *site, const char *local);

/* inv_redeem with everything a registration or reset takes, in a call of its own. */
inv_result site_redeem(const struct site *site, const inv_token *token, const char *local,
                       const char *password, inv_verdict *verdict);
inv_result site_redeem_in(inv_call *call, const inv_token *token, const char *local,
                          const char *password);

/* inv_redeem_login in a call of its own. */
inv_result site_redeem_login(const struct site *site, const inv_token *token, const char *local,
                             const char *password, inv_verdict *verdict);
inv_result site_redeem_contact(const struct site *site, const inv_token *token, const char *jid,
                               inv_verdict *verdict);
inv_result site_check(const struct site *site, const inv_token *token, const char *local,
                      inv_verdict *verdict);
inv_result site_revoke(const struct site *site, const inv_token *token);

/* A pair as a redemption in this call would write it, of an invite that nobody knows. */
void site_add_pair(inv_call *call, const char *jid, const char *contact, const char *group);
bool site_login(const struct site *site, const char *local, const char *password);

/* ------------------------------------------------------------------------------- what must hold */

/* The state of an invite as the directory has it. */
struct site_state {
    long uses;
    long uses_left; /* as stored */
    size_t claims;
    size_t used_by;
    size_t accounts; /* with this inviteId */
    size_t pairs;    /* likewise */
};
void site_state(struct site *site, const inv_token *token, struct site_state *state);

/* claims + open uses + finished = uses; no account without a claim or a finished use. */
void site_expect_consistent(struct site *site, const inv_token *token);

/* ...and exactly this. */
void site_expect(struct site *site, const inv_token *token, long uses_left, size_t claims,
                 size_t used_by, size_t accounts, size_t pairs);

#define site_expect_result(verdict, wanted)                                                        \
    ck_assert_msg((verdict).result == (wanted), "%s, not %s: %s",                                  \
                  inv_result_name((verdict).result), inv_result_name(wanted), (verdict).why)

#endif
