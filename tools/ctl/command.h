/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_COMMAND_H
#define INVITEGATE_TOOLS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "invitegate/verdict.h"

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
    bool brief; /* of a report, only what is not as it should be: run within another command */
    bool help;
    bool version;
    ctl_value *values; /* the command's own options, in order */
    size_t value_count;
    char **arguments;
    size_t argument_count;
} ctl_invocation;

typedef struct ctl_session ctl_session; /* session.h */

/* How often a command's run is called, and what is begun then. */
typedef enum ctl_calls {
    CTL_ONE_CALL,    /* once, with a call begun in the session's domain */
    CTL_EACH_DOMAIN, /* once a domain, or only in that of -d, with a call begun in it */
    CTL_OWN_CALLS,   /* once; run chooses its domains and begins its calls itself */
} ctl_calls;

/* What of a command is logged, in one line. */
typedef enum ctl_logging {
    CTL_LOG_NOTHING,
    CTL_LOG_RUN, /* what run did */
    CTL_LOG_ALL, /* also why run was not called, once the configuration is open */
} ctl_logging;

/*
 * One file a command, in commands/, defines one of these; commands.c lists them. The functions are
 * called in the order they have here, each with the command's own state: state_size bytes, zeroed
 * at the start. run and print are needed; the others may be NULL.
 */
typedef struct ctl_command {
    const char *name;
    const char *arguments; /* as in the synopsis, "" without */
    size_t least_arguments;
    size_t most_arguments;
    const char *summary; /* one line */
    const char *details; /* more lines for the command's own --help, or NULL */
    const ctl_option *options;

    bool without_keys;    /* the key file is not read */
    bool long_calls;      /* calls have time for a list of every invite of a site */
    bool prints_failures; /* print is called after a failure of run, too */
    ctl_calls calls;
    ctl_logging logging;
    size_t state_size;

    /*
     * Reads the options, before any file is read. An exit status other than CTL_EXIT_OK ends the
     * command; the cause has been printed.
     */
    int (*parse)(const ctl_invocation *invocation, void *state);

    /*
     * Whether this call does without the configuration, after parse: run gets a session without a
     * context, and read is not called. NULL: no.
     */
    bool (*stands_alone)(const void *state);

    /*
     * Chooses the domain and reads arguments that depend on the configuration: one of the
     * ctl_argument_ functions (session.h) or the command's own. NULL: only the domain is chosen,
     * that of -d; without -d the only one for CTL_ONE_CALL, and none for the others.
     */
    inv_result (*read)(ctl_session *session, void *state);
    inv_result (*run)(ctl_session *session, void *state);

    /*
     * Prints what run found, a table or JSON, and returns the exit status, which counts after
     * INV_OK only. session->verdict.result is the result of run.
     */
    int (*print)(const ctl_session *session, void *state);

    /* With --json, the object for a refusal (a positive result), of run or before it. */
    struct json_t *(*refusal)(const ctl_session *session);

    /* Frees what the state owns, whatever was called before. */
    void (*clear)(void *state);
} ctl_command;

extern const ctl_option ctl_global_options[];
extern const ctl_option ctl_no_options[]; /* of a command that has none of its own */

/*
 * Runs the command of the invocation from its options to the exit status: parse, open, read, begin,
 * run, log, print, close.
 */
int ctl_run(const ctl_invocation *invocation);

/* --------------------------------------------------------------------------------- command line */

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

/* --------------------------------------------------------------------------------------- errors */

/*
 * Each prints "invitectl: ..." on stderr, made safe for a terminal: wrong usage, with where the
 * help is; the cause of a verdict; a warning. The first two return the exit status to end with.
 */
int ctl_usage(const ctl_invocation *invocation, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int ctl_fail(const inv_verdict *verdict);

void ctl_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The exit status of a result, as invitectl(1) has them. */
int ctl_exit_status(inv_result result);

#endif
