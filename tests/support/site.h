/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_SITE_H
#define INVITEGATE_TESTS_SITE_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/context.h"
#include "invitegate/redeem.h"
#include "tests/support/slapd.h"

/*
 * A site for the suites of the heart: a private slapd with policy, a configuration, keys, and an
 * admin's eyes and hands in the directory. Whatever fails here fails the test that runs.
 */
struct site {
    struct slapd *slapd;
    inv_context *context;
    inv_secret *admin_password;
    inv_directory *admin; /* bound as the rootdn, at first use in each process */
    char log[16384];      /* what was logged since the last open, as long as it fits */
};

/* All may be NULL. */
struct site_settings {
    const char *const *slapd_options;
    const char *uri;             /* instead of slapd's own socket */
    const char *timeout;         /* 20s: room for many processes on few cores */
    const char *directory_lines; /* instead of slapd_bind_lines */
    const char *domain_lines;    /* more keys of [domain example.org] */
    const char *log_lines;       /* instead of "level = debug" */
    const char *sections;        /* more sections */
};

#define SITE_PASSWORD "correct horse battery"
#define SITE_BASE     "dc=example,dc=org"
#define SITE_PEOPLE   "ou=people,dc=example,dc=org"
#define SITE_INVITES  "ou=invites,dc=example,dc=org"
#define SITE_ROSTERS  "ou=rosters,dc=example,dc=org"

struct site *site_start(const struct site_settings *settings);
void site_stop(struct site **site);

/* The same slapd under another configuration. Its own path is kept. */
void site_configure(struct site *site, const struct site_settings *settings);

/* The [domain example.org] of the open configuration, to be changed by a test. */
inv_domain *site_domain(const struct site *site);

/* A call with the site's timeout; ends with inv_call_end. */
void site_begin(const struct site *site, inv_call *call, inv_verdict *verdict);

/* ---------------------------------------------------------------------------- the admin's hands */

/* LDIF records for ldapmodify; every one must succeed. */
void site_modify(const struct site *site, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* An account that no invite made: uid=LOCAL,ou=people with xmppJid and SITE_PASSWORD. */
void site_add_account(const struct site *site, const char *local);
void site_delete(const struct site *site, const char *dn);

/* As an admin disables an account: ppolicy's lock without end, with 389 DS nsAccountLock. */
void site_lock_account(const struct site *site, const char *local);
bool site_is_locked(struct site *site, const char *local);
void site_unlock_account(const struct site *site, const char *local);

/* Lets invitegate read authPassword, as config-examples say for domains that keep only SCRAM. */
void site_show_verifiers(struct site *site);

/* Records how this kind of directory dates passwords, as init does; site_start does it too. */
void site_record_dates(const struct site *site);

/* How many entries below base match. */
size_t site_count(struct site *site, const char *base, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The first value of an attribute, or NULL; the caller frees it. */
char *site_value(struct site *site, const char *dn, const char *attribute);

/* How many values an attribute has. */
size_t site_values(struct site *site, const char *dn, const char *attribute);

/* Waits until the clock shows another second than the one the call began in. */
void site_next_second(void);

/* Stops and starts slapd again in its folder; edit, if not NULL, is a sed script for FILE there. */
void site_restart(struct site *site, const char *file, const char *edit);

/* The process of slapd, also after a restart. */
pid_t site_slapd_pid(const struct site *site);

/* ------------------------------------------------------------------------------------ the heart */

inv_name *site_name(const struct site *site, const char *local);
inv_name *site_jid(const char *jid);

/* A request for an account invite with one use, a day from now; inviter is a JID or NULL. */
struct site_request {
    inv_invite_request request;
    inv_name *inviter;
    inv_name *user;
    inv_name *contact;
    const inv_name *contacts[2];
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

/* inv_redeem with everything a registration or reset takes, in a call of its own. */
inv_result site_redeem(const struct site *site, const inv_token *token, const char *local,
                       const char *password, inv_verdict *verdict);
inv_result site_redeem_in(inv_call *call, const inv_token *token, const char *local,
                          const char *password);
inv_result site_redeem_contact(const struct site *site, const inv_token *token, const char *jid,
                               inv_verdict *verdict);
inv_result site_check(const struct site *site, const inv_token *token, const char *local,
                      inv_verdict *verdict);
inv_result site_revoke(const struct site *site, const inv_token *token);
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
