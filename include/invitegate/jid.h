/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_JID_H
#define INVITEGATE_JID_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/config.h"
#include "invitegate/verdict.h"

/* A bare JID whose parts are prepared (RFC 3920 nodeprep, RFC 3490 A-labels). Immutable. */
typedef struct inv_jid inv_jid;

/* A user name as somebody typed it, with or without a domain. */
typedef struct inv_user {
    const char *text; /* any bytes; need not be NUL-terminated */
    size_t length;
    const char *option; /* the domain that the front end was told; NULL: none */
} inv_user;

/*
 * Which domain a user name belongs to: the part after its last '@', which must be configured and,
 * when there is an option, equal to it; else the option; else the only section. On success
 * *local_length is the length of the part before that '@' (or of everything). INV_NAME_INVALID: the
 * '@' part is not a configured domain or not the option's, or the text is longer than any name can
 * be; INV_CONFIG: there are several domains and neither names one, or the option is not configured.
 */
inv_result inv_user_find_domain(const inv_config *config, const inv_user *user,
                                const inv_domain **domain, size_t *local_length,
                                inv_verdict *verdict);

/*
 * Prepares a local part for registration in domain: nodeprep (unassigned code points refused),
 * 1 to 1023 bytes, name_pattern. local may hold any bytes. INV_NAME_INVALID tells which rule.
 * Sequences that Unicode's PR #29 is about, which servers normalize differently, are refused too.
 * Reserved names are not judged here. On success verdict->user is the JID.
 */
inv_result inv_jid_prepare(const inv_domain *domain, const char *local, size_t length,
                           inv_jid **name, inv_verdict *verdict);

/*
 * Prepares a local part that an account of the domain may have already, also one from before
 * invitegate: the same, but name_pattern does not matter, nor whether it makes a mail address.
 */
inv_result inv_jid_prepare_existing(const inv_domain *domain, const char *local, size_t length,
                                    inv_jid **name, inv_verdict *verdict);

/*
 * A bare JID of any domain, as written by an admin or a server ("alice@example.org"): nodeprep and
 * A-labels, no name_pattern; the local part is required, a resource refused. INV_NAME_INVALID.
 */
inv_result inv_jid_parse(const char *jid, inv_jid **name, inv_verdict *verdict);

/* INV_NAME_RESERVED: it is one of the domain's reserved_names, compared after preparation. */
inv_result inv_jid_check_reserved(const inv_domain *domain, const inv_jid *name,
                                  inv_verdict *verdict);

bool inv_jid_equal(const inv_jid *a, const inv_jid *b);

const char *inv_jid_local(const inv_jid *name);
const char *inv_jid_domain(const inv_jid *name);
const char *inv_jid_text(const inv_jid *name);

/*
 * A bare JID as a text that was stored, and is not prepared again: its domain part, within the
 * text, or NULL; and whether that is this domain.
 */
const char *inv_jid_text_domain(const char *jid);
bool inv_jid_text_is_of(const char *jid, const inv_domain *domain);

/*
 * template with %u (local part), %d (domain), %j (JID) and %% replaced, any other % kept; each
 * value goes through escape unless that is NULL. escape returns a new text or NULL when memory is
 * short. The result is the caller's to free; NULL when memory is short.
 */
char *inv_jid_expand(const inv_jid *name, const char *template_text,
                     char *(*escape)(const char *value));

void inv_jid_free(inv_jid **name);

#endif
