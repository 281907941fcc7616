/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_FUZZ_PAM_ITEMS_H
#define INVITEGATE_FUZZ_PAM_ITEMS_H

#include <security/pam_modules.h>
#include <stdbool.h>

/*
 * The host's side: a PAM handle of items, data and one conversation, behind the pam_ functions that
 * the module calls (--wrap= in local.mk), each of which may be struck by a fault.
 */

/* How the conversation ends that asks for something. */
typedef enum conversation {
    CONVERSATION_FAILS,
    CONVERSATION_AGAIN,   /* PAM_CONV_AGAIN: an event-driven host */
    CONVERSATION_NOTHING, /* PAM_SUCCESS without a response */
    CONVERSATION_ANSWERS,
} conversation;

pam_handle_t *pam_items_new(void);

/* pam_end: cleans data up, frees items. */
void pam_items_free(pam_handle_t **pamh);

void pam_items_set(pam_handle_t *pamh, int item, const char *text);
const char *pam_items_get(const pam_handle_t *pamh, int item);
/* One variable of the PAM environment, NAME=VALUE. Borrowed. */
void pam_items_environment(pam_handle_t *pamh, const char *variable);

void pam_items_converse(pam_handle_t *pamh, conversation kind, const char *answer);

/* What no line of the log and no word to the person may hold; NULL: nothing. Borrowed. */
void pam_items_forbid(pam_handle_t *pamh, const char *token, const char *password);

/* How often something was asked. */
unsigned pam_items_prompts(const pam_handle_t *pamh);

#endif
