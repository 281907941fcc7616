/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_SITE_H
#define INVITEGATE_TESTS_SITE_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/context.h"
#include "invitegate/secret.h"
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
    const char *extra_conf; /* instead of options: a text behind slapd's section of the database */
    const char *extra_ldif; /* likewise: what is in its database from the start */
    bool example;           /* the configuration is that of slapd_conf_path; the rest is unused */
    const char *uri;        /* instead of slapd's own socket */
    const char *timeout;    /* 20s: room for many processes on few cores */
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

/* ou=FROM becomes ou=TO: with "rosters" as the one, the container of pairs is away. */
void site_move_rosters(const struct site *site, const char *from, const char *to);

/* As an admin disables an account: ppolicy's lock without end, with 389 DS nsAccountLock. */
void site_lock_account(const struct site *site, const char *local);
bool site_is_locked(struct site *site, const char *local);
void site_unlock_account(const struct site *site, const char *local);

/* As failed logins do: the lock ends by itself, and the account is not disabled. */
void site_lock_by_failures(const struct site *site, const char *local);
void site_unlock_after_failures(const struct site *site, const char *local);

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

/* Fails the test unless the first value of an attribute is this one. */
void site_expect_value(struct site *site, const char *dn, const char *attribute,
                       const char *wanted);

/* How many pairs name a bare JID. */
size_t site_pairs_of(struct site *site, const char *jid);

/* An operation as the admin; it is answered when this returns. */
void site_look(struct site *site, inv_operation *search);

/* Lets invitegate do everything below base, which the examples' rules do not. OpenLDAP: slapd
 * starts anew. */
void site_give_tree(struct site *site, const char *base);

/* Waits until the clock shows another second than the one the call began in. */
void site_next_second(void);

/* Stops and starts slapd again in its folder; edit, if not NULL, is a sed script for FILE there. */
void site_restart(struct site *site, const char *file, const char *edit);

/* The process of slapd, also after a restart. */
pid_t site_slapd_pid(const struct site *site);

#endif
