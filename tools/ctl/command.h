/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_COMMAND_H
#define INVITEGATE_TOOLS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "invitegate/context.h"
#include "invitegate/name.h"
#include "invitegate/token.h"

/* Exit statuses, as invitectl(1) has them. */
enum {
    CTL_EXIT_OK = 0,
    CTL_EXIT_REFUSED = 1, /* also: doctor or repair has findings */
    CTL_EXIT_USAGE = 2,
    CTL_EXIT_TEMPORARY = 3,
    CTL_EXIT_CONFIG = 4,
};

/* A row of an option table; help and parser read the same rows. A table ends with name NULL. */
typedef struct ctl_option {
    const char *name;     /* without the dashes */
    char letter;          /* the short form, or 0 */
    const char *argument; /* the word for its value in the help; NULL: a flag */
    bool repeats;
    const char *help;
} ctl_option;

typedef struct ctl_value {
    const ctl_option *option;
    const char *text; /* NULL for a flag */
} ctl_value;

struct ctl_command;

/* The command line, taken apart. It borrows from argv. */
typedef struct ctl_invocation {
    const struct ctl_command *command; /* NULL: none was given */
    const char *config_path;           /* NULL: the built-in one */
    const char *domain;                /* -d, or NULL */
    bool json;
    bool help;
    bool version;
    ctl_value *values; /* the command's own options, in order */
    size_t value_count;
    char **arguments;
    size_t argument_count;
} ctl_invocation;

/* One file a command, in commands/, defines one of these; commands.c lists them. */
typedef struct ctl_command {
    const char *name;
    const char *arguments; /* as in the synopsis, "" without */
    size_t least_arguments;
    size_t most_arguments;
    const char *summary; /* one line */
    const char *details; /* more lines for the command's own --help, or NULL */
    const ctl_option *options;
    int (*run)(const ctl_invocation *invocation);
} ctl_command;

extern const ctl_option ctl_global_options[];

/* ---------------------------------------------------------------------------------- command line
 */

/*
 * Fills *invocation; commands is a list that ends with NULL. False: what is wrong has been printed
 * on stderr, and the exit status is CTL_EXIT_USAGE. ctl_invocation_clear frees what it holds either
 * way.
 */
bool ctl_parse(int argc, char **argv, const ctl_command *const *commands,
               ctl_invocation *invocation);
void ctl_invocation_clear(ctl_invocation *invocation);

/* The text of the option's last value, or NULL when it was not given. */
const char *ctl_option_text(const ctl_invocation *invocation, const char *name);
bool ctl_option_given(const ctl_invocation *invocation, const char *name);

/* All values of a repeating option, a list that ends with NULL; the caller frees the list only. */
const char **ctl_option_texts(const ctl_invocation *invocation, const char *name);

/* Help for the whole program (command NULL) or for one command. */
void ctl_help(FILE *stream, const ctl_command *const *commands, const ctl_command *command);

/* ---------------------------------------------------------------------------------------- errors
 */

/* "invitectl: ..." on stderr, made safe for a terminal. Both return the exit status to end with. */
int ctl_usage(const ctl_invocation *invocation, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int ctl_fail(const inv_verdict *verdict);

void ctl_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

int ctl_exit_status(inv_result result);

/* --------------------------------------------------------------------------------------- session
 */

/* What a command works with: the open context and one call in one domain. */
typedef struct ctl_session {
    inv_context *context;
    const inv_domain *domain;
    inv_call call;
    bool begun;
    inv_verdict verdict;
} ctl_session;

/*
 * Opens the context; with_keys false for init, doctor and other commands that need no key. Closing
 * is always allowed.
 */
inv_result ctl_session_open(const ctl_invocation *invocation, bool with_keys, ctl_session *session);
void ctl_session_close(ctl_session *session);

/* Chooses the domain of -d, else the only one, else INV_CONFIG. */
inv_result ctl_session_choose_domain(const ctl_invocation *invocation, ctl_session *session);

/* The same, but without -d the domain of jid (NULL: none) is chosen, if that is configured. */
inv_result ctl_session_choose_domain_of(const ctl_invocation *invocation, const char *jid,
                                        ctl_session *session);

/* The configured domain behind the '@' of text, or NULL. */
const inv_domain *ctl_session_find_domain(const ctl_session *session, const char *text);

/* Starts the call, or starts it anew, with the configured time. Needs the domain. */
inv_result ctl_session_begin(ctl_session *session);

/*
 * The same with time for a list of every invite a site has, once the directory has given an answer
 * within the configured time: so a directory that is frozen costs no minutes.
 */
inv_result ctl_session_begin_long(ctl_session *session);

/* Logs the verdict in its one line, and returns the exit status of its result. */
int ctl_session_log(ctl_session *session);

/* ------------------------------------------------------------------------------------- arguments
 */

/*
 * Reads a token argument; "-" reads a line of standard input. Without -d every domain is tried,
 * because the MAC of the token tells its domain. Sets session->domain.
 */
inv_result ctl_read_token(const ctl_invocation *invocation, ctl_session *session,
                          const char *argument, inv_token **token);

/* Reads an inviteId, or a token that gives one. Sets session->domain. */
inv_result ctl_read_id(const ctl_invocation *invocation, ctl_session *session, const char *argument,
                       char id[INV_INVITE_ID_LENGTH + 1]);

/* Reads a bare JID; without '@' the session's domain is meant. */
inv_result ctl_read_jid(ctl_session *session, const char *argument, inv_name **name);

#endif
