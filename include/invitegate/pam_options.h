/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_PAM_OPTIONS_H
#define INVITEGATE_PAM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "invitegate/verdict.h"

/*
 * Which users of this host keep their names: a name that is free in the directory is not registered
 * if it is one of theirs.
 */
typedef enum inv_pam_local_users {
    INV_PAM_LOCAL_USERS_NSS,   /* those that getpwnam_r(3) finds; the default */
    INV_PAM_LOCAL_USERS_FILES, /* those of /etc/passwd */
    INV_PAM_LOCAL_USERS_NO,    /* none: users of this host are not looked for */
} inv_pam_local_users;

/* Options of other modules that are accepted and do nothing. */
enum {
    INV_PAM_IDLE_NULLOK = 1 << 0,
    INV_PAM_IDLE_AUDIT = 1 << 1,
};

/* The words behind pam_invite.so on a line of /etc/pam.d. Texts are borrowed from argv. */
typedef struct inv_pam_options {
    const char *conf;   /* NULL: the built-in path */
    const char *domain; /* NULL: the user name or the only section tells it */
    bool registers;     /* auth: TOKEN:PASSWORD registers */
    bool login;         /* auth: ordinary passwords are verified here */
    bool debug;
    bool no_warn;
    bool use_first_pass;
    bool try_first_pass; /* does nothing, since the module always tries it; accepted because stacks
                            have it */
    bool use_authtok;
    bool keep_connection; /* the process keeps the connection beyond the PAM handle */
    inv_pam_local_users local_users;
    uid_t minimum_uid; /* users of this host with a lower uid are ignored; 0: none */
    unsigned idle;     /* INV_PAM_IDLE_* that were seen */
} inv_pam_options;

/*
 * INV_CONFIG at the first word that is unknown or has a bad value: with one misspelt option a stack
 * must not do something else than its admin wrote.
 */
inv_result inv_pam_options_parse(int argc, const char *const *argv, inv_pam_options *options,
                                 inv_verdict *verdict);

/* The option of one INV_PAM_IDLE_* and what an admin should know of it, for the log. Constant. */
const char *inv_pam_options_idle_text(unsigned idle);

/* Every option as the manual names it ("conf=", "login"); ends with NULL. */
const char *const *inv_pam_options_names(void);

#endif
