/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_ANSWERS_H
#define INVITEGATE_TOOLS_SETUP_ANSWERS_H

#include <stdbool.h>

#include "command.h"

/*
 * What the person who runs setup says: options, the same words in the file of --answers, and for
 * the domain an answer at the terminal. The command line comes before the file.
 */
typedef struct ctl_answers {
    char *root;   /* of --root without a slash at its end; "": the machine itself */
    char *domain; /* NULL: not said; the others likewise */
    char *suffix;
    char *people;
    char *uri;
    char *ca_file; /* of the authorities for the server's certificate */
    char *bind_dn; /* an administrator of the directory; NULL: who the system says this user is */
    char *bind_password_file;
    char *server;    /* "prosody" or "none" */
    char *saslauthd; /* "yes" or "no" */
    bool no_proof;
    bool dry_run;
    bool undo;
} ctl_answers;

#define CTL_ANSWERS_MAX 65536 /* bytes of the file */

/*
 * Reads the options. An exit status other than CTL_EXIT_OK: what is wrong has been printed.
 * ctl_answers_clear is needed in any case.
 */
int ctl_answers_parse(const ctl_invocation *invocation, ctl_answers *answers);

/*
 * Takes the bytes of a file of answers, "key = value" lines, the keys being the names of the long
 * options; for what has been said already nothing changes. length bytes without a NUL behind them.
 * INV_CONFIG: verdict->why names path and line.
 */
inv_result ctl_answers_read(const char *path, const char *bytes, size_t length,
                            ctl_answers *answers, inv_verdict *verdict);

/*
 * Asks for the domain where it was not said; offered (NULL: nothing) is what an empty line means.
 * INV_CONFIG: there is no terminal to ask at.
 */
inv_result ctl_answers_ask_domain(ctl_answers *answers, const char *offered, inv_verdict *verdict);

void ctl_answers_clear(ctl_answers *answers);

#endif
