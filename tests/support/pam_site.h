/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_PAM_SITE_H
#define INVITEGATE_TESTS_PAM_SITE_H

#include "invitegate/context.h"
#include "invitegate/invite.h"
#include "invitegate/token.h"

/*
 * A site of its own for a suite: a private slapd with policy, a configuration, keys, a folder for
 * stacks, and the account alice with PAM_SITE_PASSWORD. Whatever fails ends the program.
 */
#define PAM_SITE_PASSWORD "correct horse battery"

typedef struct pam_site pam_site;

pam_site *pam_site_open(void);
void pam_site_close(pam_site **site);

const char *pam_site_folder(const pam_site *site); /* stacks go here */
const char *pam_site_conf(const pam_site *site);

/* A copy of the configuration with one key replaced ("uri = ..."); the name of the file. */
const char *pam_site_conf_with(const pam_site *site, const char *name, const char *key,
                               const char *value);

/* Makes an invite; what request leaves 0 is one use of an account invite for a day. */
void pam_site_invite(const pam_site *site, const inv_invite_request *request,
                     char token[INV_TOKEN_LENGTH + 1]);

/* Makes an account by an invite of these terms (NULL: plain). */
void pam_site_account(const pam_site *site, const char *local, const char *password,
                      const inv_invite_request *request);

/* Changes the directory as its administrator. */
void pam_site_modify(const pam_site *site, const char *ldif);

/* Revokes the invite of a token. */
void pam_site_revoke(const pam_site *site, const char *token);

/* The finished use of a token with one use becomes the claim of jid again, as after a crash. */
void pam_site_unfinish(const pam_site *site, const char *token, const char *jid);

/* Whether a claim stands and no use is finished. */
bool pam_site_is_unfinished(const pam_site *site, const char *token);

/* The name, prepared; the caller frees it. */
inv_name *pam_site_name(const pam_site *site, const char *local);

/* TOKEN:PASSWORD in a buffer that the next call reuses. */
const char *pam_site_combined(const char *token, const char *password);

/* Writes a stack; "CONF" in lines becomes the path of the configuration. */
void pam_site_stack(const pam_site *site, const char *name, const char *lines);

#endif
