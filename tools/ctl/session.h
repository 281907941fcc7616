/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SESSION_H
#define INVITEGATE_TOOLS_SESSION_H

#include "command.h"
#include "invitegate/context.h"
#include "invitegate/jid.h"
#include "invitegate/token.h"

/* What a command works with: the open context, one call in one domain, and what was read. */
struct ctl_session {
    const ctl_invocation *invocation;
    inv_context *context;
    const inv_domain *domain; /* NULL: not chosen yet */
    inv_call call;
    inv_verdict verdict;
    bool ran; /* the command's run was called */

    /* By the ctl_argument_ functions; freed with the session. */
    char id[INV_INVITE_ID_LENGTH + 1];
    inv_token *token;
    inv_jid *name;
};

/* Closes what is open; ctl_run does it. */
void ctl_session_close(ctl_session *session);

/*
 * Runs a command that takes neither options nor arguments within another one, in a context that is
 * open already and is closed here; parse and read of the command are not called. Prints as it does,
 * and returns its exit status.
 */
int ctl_run_within(const ctl_invocation *invocation, inv_context **context);

/* -------------------------------------------------------------------------------------- domains */

/* Chooses the domain of -d, else the only one, else INV_CONFIG. */
inv_result ctl_choose_domain(ctl_session *session);

/* Chooses the domain of -d; without it none, which is no error. */
inv_result ctl_choose_given_domain(ctl_session *session);

/* As ctl_choose_domain, but without -d a configured domain of jid (NULL: none) comes first. */
inv_result ctl_choose_domain_of(ctl_session *session, const char *jid);

/* The configured domain behind the '@' of text, or NULL. */
const inv_domain *ctl_find_domain(const ctl_session *session, const char *text);

/*
 * Begins a call in each domain, or only in one (NULL: all), and runs step in it; the first error
 * ends that.
 */
inv_result ctl_each_domain(ctl_session *session, const inv_domain *only,
                           inv_result (*step)(ctl_session *session, void *state), void *state);

/* ---------------------------------------------------------------------------------------- calls */

/*
 * Begins the call, or begins it anew, in the session's domain: with the configured time, or for a
 * command with long_calls with more, once the directory has answered within the configured time.
 */
inv_result ctl_session_begin(ctl_session *session);

/* Logs the verdict in its one line. */
void ctl_session_log(const ctl_session *session);

/* The verdict as a JSON object, with the domain. */
struct json_t *ctl_session_json(const ctl_session *session);

/* ------------------------------------------------------------------------------------ arguments */

/*
 * For ctl_command.read: each reads the first argument and chooses the domain. state is not used.
 *
 * ctl_argument_token: a token, as a pasted URI too, or "-" for a line of standard input. Without -d
 * every domain is tried, because the MAC of the token tells its domain.
 * ctl_argument_id: an inviteId, or a token that gives one and is not kept.
 * ctl_argument_jid: a JID of any domain; without '@' the session's domain is meant.
 * ctl_argument_account: a JID of a configured domain, which becomes the session's.
 */
inv_result ctl_argument_token(ctl_session *session, void *state);
inv_result ctl_argument_id(ctl_session *session, void *state);
inv_result ctl_argument_jid(ctl_session *session, void *state);
inv_result ctl_argument_account(ctl_session *session, void *state);

/* Reads a bare JID; without '@' the session's domain is meant. */
inv_result ctl_read_jid(ctl_session *session, const char *text, inv_jid **name);

/* Chooses the domain of a JID, which must be configured, and reads the JID. */
inv_result ctl_read_account(ctl_session *session, const char *text, inv_jid **name);

#endif
