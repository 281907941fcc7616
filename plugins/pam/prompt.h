/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_PAM_PROMPT_H
#define INVITEGATE_PAM_PROMPT_H

#include <security/pam_modules.h>
#include <stdbool.h>

#include "invitegate/secret.h"

/*
 * Only PAM_PROMPT_ECHO_OFF, one message at a time: saslauthd crashes on an echoed prompt, epam on
 * two. All return PAM codes; PAM_INCOMPLETE when an event-driven host wants to be called again.
 */

/* The item (PAM_AUTHTOK or PAM_OLDAUTHTOK) has a value, by the host or a module in front. */
bool inv_pam_is_there(pam_handle_t *pamh, int item);

/*
 * What item (PAM_AUTHTOK or PAM_OLDAUTHTOK) holds, else the answer to text, which the item then
 * keeps for the next module. The caller frees *answer.
 */
int inv_pam_ask(pam_handle_t *pamh, int item, const char *text, inv_secret **answer);

/*
 * In chauthtok: PAM_AUTHTOK if a module in front has set it, else the host is asked twice; heeds
 * use_authtok. The caller frees *password.
 */
int inv_pam_ask_new_password(pam_handle_t *pamh, inv_secret **password);

#endif
