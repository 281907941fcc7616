/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_HOST_PAM_STACK_H
#define INVITEGATE_TOOLS_HOST_PAM_STACK_H

#include "text.h"

/*
 * A PAM stack as libpam reads it from /etc/pam.d, and what libpam makes of the answers of its
 * modules (pam.conf(5); _pam_dispatch of Linux-PAM).
 */

/* Return values of modules, by the numbers of Linux-PAM, and what a control in brackets calls them.
 */
enum {
    CTL_PAM_SUCCESS = 0,
    CTL_PAM_SERVICE_ERR = 3,
    CTL_PAM_PERM_DENIED = 6,
    CTL_PAM_AUTH_ERR = 7,
    CTL_PAM_AUTHINFO_UNAVAIL = 9,
    CTL_PAM_USER_UNKNOWN = 10,
    CTL_PAM_ACCT_EXPIRED = 13,
    CTL_PAM_AUTHTOK_ERR = 20,
    CTL_PAM_AUTHTOK_RECOVERY_ERR = 21,
    CTL_PAM_IGNORE = 25,
    CTL_PAM_MODULE_UNKNOWN = 28,
    CTL_PAM_CODES = 32,
};

/* "auth_err" */
const char *ctl_pam_code_name(int code);

typedef enum ctl_pam_type {
    CTL_PAM_AUTH,
    CTL_PAM_ACCOUNT,
    CTL_PAM_PASSWORD,
    CTL_PAM_SESSION,
    CTL_PAM_TYPES,
} ctl_pam_type;

/* "auth", as in the file */
const char *ctl_pam_type_name(ctl_pam_type type);

/* What a line does with an answer; above 0: skip so many. */
enum {
    CTL_PAM_GO_ON = 0,
    CTL_PAM_OK = -1,
    CTL_PAM_DONE = -2,
    CTL_PAM_BAD = -3,
    CTL_PAM_DIE = -4,
    CTL_PAM_RESET = -5
};

/* A line with its module; includes are resolved. */
typedef struct ctl_pam_line {
    ctl_place place; /* file: owned by the stack */
    ctl_pam_type type;
    bool quiet;     /* '-' in front: a module that is not installed is no mistake */
    bool substack;  /* enters one: no module */
    unsigned level; /* of substacks that it is in */
    int actions[CTL_PAM_CODES];
    char *control;
    char *module;
    char **words; /* behind the module, and their number */
    size_t word_count;
} ctl_pam_line;

typedef struct ctl_pam_stack {
    ctl_pam_line *lines;
    size_t count;
    char **files; /* all that were read */
    size_t file_count;
    bool hidden; /* not all of it could be read, or memory was short: judge nothing */
    bool broken; /* libpam does not understand it, which is a finding: judge nothing */
} ctl_pam_stack;

/*
 * Reads all lines of one type of /etc/pam.d/service, and what it includes. What libpam would not
 * understand is a finding. ctl_pam_stack_clear is always allowed afterwards.
 */
ctl_sight ctl_pam_stack_read(ctl_host *host, const char *service, ctl_pam_type type,
                             ctl_pam_stack *stack);
void ctl_pam_stack_clear(ctl_pam_stack *stack);

/* How a stack ended. */
typedef struct ctl_pam_end {
    int code;
    const ctl_pam_line *decider; /* the line that made it this code; NULL: no line said anything */
    const ctl_pam_line *last;    /* the last line that was asked; NULL: there is none */
    size_t asked;                /* how often the line that is asked about was asked */
} ctl_pam_end;

/*
 * Runs the stack; answer tells what each module answers. watched: the line whose turns are counted,
 * or NULL.
 */
typedef int ctl_pam_answer(void *context, const ctl_pam_line *line);
ctl_pam_end ctl_pam_stack_run(const ctl_pam_stack *stack, const ctl_pam_line *watched,
                              ctl_pam_answer *answer, void *context);

/* The last part of the module's path without ".so", into name: "pam_unix". */
void ctl_pam_module_name(const ctl_pam_line *line, char *name, size_t size);

#endif
