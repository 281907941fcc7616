/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_CONFIG_H
#define INVITEGATE_CONFIG_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "invitegate/log.h"
#include "invitegate/verdict.h"

/*
 * invitegate.conf, read whole and checked whole. Every string is owned by the inv_config and never
 * NULL: an unset key is its default or "". Lists end with NULL and are never NULL themselves.
 * Read-only after inv_config_read and then free to use by any thread.
 */

typedef enum inv_bind_method { INV_BIND_EXTERNAL, INV_BIND_SIMPLE } inv_bind_method;

typedef struct inv_directory_settings {
    char **uris; /* at least one; connections go to the first, which has to be the provider */
    inv_bind_method bind;
    char *bind_dn;
    char *bind_password_file;
    bool starttls; /* demanded */
    char *ca_file;
    long timeout_ms;
} inv_directory_settings;

typedef struct inv_attribute_template {
    char *attribute;
    char *value; /* with %u, %d, %j, %% */
} inv_attribute_template;

/* Bits of inv_domain.verifiers. */
enum {
    INV_VERIFIER_SERVER = 1 << 0, /* the clear password; the directory judges and hashes it */
    INV_VERIFIER_CRYPT = 1 << 1,  /* userPassword {CRYPT}$y$... */
    INV_VERIFIER_SSHA512 = 1 << 2,
    INV_VERIFIER_SCRAM_SHA_1 = 1 << 3, /* authPassword, RFC 5803 */
    INV_VERIFIER_SCRAM_SHA_256 = 1 << 4,
    INV_VERIFIER_SCRAM_SHA_512 = 1 << 5,
};
#define INV_VERIFIERS_SCRAM                                                                        \
    (INV_VERIFIER_SCRAM_SHA_1 | INV_VERIFIER_SCRAM_SHA_256 | INV_VERIFIER_SCRAM_SHA_512)
#define INV_VERIFIERS_USER_PASSWORD                                                                \
    (INV_VERIFIER_SERVER | INV_VERIFIER_CRYPT | INV_VERIFIER_SSHA512)

/* One [domain NAME] section. */
typedef struct inv_domain {
    char *name;    /* lower case, A-labels */
    char *invites; /* DNs of the three containers */
    char *people;
    char *rosters;
    char *account_rdn;
    char **account_classes;
    inv_attribute_template *account_attributes;
    size_t account_attribute_count;
    char *name_search_base;
    char *name_filter; /* with %u, %d, %j */
    char *group_search_base;
    bool group_base_guessed; /* group_search_base is not configured and holds a guess
                                (invitegate/group.h) */
    char *group_filter;      /* with %D (DN of the account), %u, %d, %j */
    regex_t name_pattern;    /* compiled and matched in the locale of common/base/own_locale.h */
    char *name_pattern_text;
    bool names_are_mail; /* account_attributes makes a mail address of the name */
    char **reserved_names;
    unsigned verifiers; /* INV_VERIFIER_ bits */
    unsigned scram_iterations;
    bool scram_at_login; /* a login that proved a password gives the account verifiers of it */
    bool client_password_change; /* people change their password from their client */
    bool client_removal;         /* people remove their account from their client */
    char **allowed_groups;       /* DNs */
    char *reset_filter;
    char *admin_filter; /* whose accounts are administrators of the XMPP server; "": none */
    bool invite_only;
    long default_expiry; /* seconds */
    long reset_expiry;   /* seconds; of reset invites */
    long claim_grace;    /* seconds */
    bool inviter_gone_refuse;
    char *roster_group;
    char *landing_url;
    char *pam_service;
} inv_domain;

typedef struct inv_rate {
    unsigned count;
    long seconds;
} inv_rate;

typedef struct inv_agent_settings {
    char *socket;
    mode_t socket_mode;
    char *socket_group;
    unsigned workers;
    inv_rate limit_checks;
    inv_rate limit_registrations;
    unsigned max_open_invites;
    bool serves_verifiers; /* SCRAM verifiers go to whoever holds the socket */
} inv_agent_settings;

typedef struct inv_config {
    char *path;
    inv_directory_settings directory;
    char *key_file;
    bool log_to_stderr;
    inv_log_level log_level;
    inv_domain *domains; /* in the file's order */
    size_t domain_count; /* at least one */
    inv_agent_settings agent;
} inv_config;

/*
 * Reads path; NULL means INV_CONFIG_PATH. The file must be a regular file owned by root or the
 * effective user and not writable by group or others. Unknown or duplicate keys and sections, lines
 * without '=', bad values, missing required keys: INV_CONFIG, and verdict->why names file, line and
 * key and says what would be right. Secret files are not opened here.
 */
inv_result inv_config_read(const char *path, inv_config **config, inv_verdict *verdict);

void inv_config_free(inv_config **config);

/* The section of this domain (ASCII case ignored), or NULL. */
const inv_domain *inv_config_domain(const inv_config *config, const char *name);

/*
 * Every key the reader knows, "section.key" with section one of directory, tokens, log, domain,
 * agent; ends with NULL. For the test that compares the manual with the code.
 */
const char *const *inv_config_keys(void);

#endif
