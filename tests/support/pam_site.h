/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_PAM_SITE_H
#define INVITEGATE_TESTS_PAM_SITE_H

#include "tests/support/fixture.h"

/*
 * The site of the fixture for suites of pam_invite.so: under config-examples/invitegate.conf, with
 * a folder for stacks and the account alice, which an invite made. Whatever fails here fails the
 * test that runs.
 */

/* Unchecked: once. It ends with fixture_stop. */
void pam_site_start(void);

const char *pam_site_folder(void); /* stacks go here */
const char *pam_site_conf(void);

/* A copy of the configuration with one key replaced ("uri = ..."); the name of the file. */
const char *pam_site_conf_with(const char *name, const char *key, const char *value);

/* Makes an invite; what request leaves 0 is one use of an account invite for a day. */
void pam_site_invite(const inv_invite_request *request, char token[INV_TOKEN_LENGTH + 1]);

/* Makes an account by an invite of these terms (NULL: plain). */
void pam_site_account(const char *local, const char *password, const inv_invite_request *request);

/* Revokes the invite of a token. */
void pam_site_revoke(const char *token);

/* The finished use of a token with one use becomes the claim of jid again, as after a crash. */
void pam_site_unfinish(const char *token, const char *jid);

/* Whether a claim stands and no use is finished. */
bool pam_site_is_unfinished(const char *token);

/* TOKEN:PASSWORD in a buffer that the next call reuses. */
const char *pam_site_combined(const char *token, const char *password);

/* Writes a stack; "CONF" in lines becomes the path of the configuration. */
void pam_site_stack(const char *name, const char *lines);

/* Whether the module has logged these words since the last pam_host_forget_log. */
bool pam_site_logged(const char *words);

#endif
