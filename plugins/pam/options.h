/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_PAM_OPTIONS_H
#define INVITEGATE_PAM_OPTIONS_H

#include <stdbool.h>

#include "invitegate/verdict.h"

/* The words behind pam_invite.so on a line of /etc/pam.d. Texts are borrowed from argv. */
typedef struct inv_pam_options {
    const char *conf;   /* NULL: the built-in path */
    const char *domain; /* NULL: told by the user name or by the only section */
    bool registers;     /* auth: TOKEN:PASSWORD registers */
    bool login;         /* auth: ordinary passwords are verified here */
    bool debug;
    bool no_warn;
    bool use_first_pass;
    bool try_first_pass; /* how it always is; taken because stacks say it */
    bool use_authtok;
} inv_pam_options;

/*
 * INV_CONFIG at the first word that is unknown or has a bad value: one misspelt option must not
 * leave a stack that does something else than its admin wrote.
 */
inv_result inv_pam_options_parse(int argc, const char **argv, inv_pam_options *options,
                                 inv_verdict *verdict);

/* Every option as the manual names it ("conf=", "login"); ends with NULL. */
const char *const *inv_pam_options_names(void);

#endif
