/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_PAM_OPTIONS_H
#define INVITEGATE_PAM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "invitegate/verdict.h"

/* Whom a name that is free in the directory may not belong to: the users of this host. */
typedef enum inv_pam_local_users {
    INV_PAM_LOCAL_USERS_NSS,   /* whom getpwnam_r(3) knows; the default */
    INV_PAM_LOCAL_USERS_FILES, /* whom /etc/passwd names */
    INV_PAM_LOCAL_USERS_NO,    /* they are not asked for */
} inv_pam_local_users;

/* Words of other modules that are taken and do nothing. */
enum {
    INV_PAM_IDLE_NULLOK = 1 << 0,
    INV_PAM_IDLE_AUDIT = 1 << 1,
};

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
    bool keep_connection; /* the directory's outlives the PAM handle */
    inv_pam_local_users local_users;
    uid_t minimum_uid; /* users of this host below it are left to others; 0: none */
    unsigned idle;     /* INV_PAM_IDLE_* that were seen */
} inv_pam_options;

/*
 * INV_CONFIG at the first word that is unknown or has a bad value: one misspelt option must not
 * leave a stack that does something else than its admin wrote.
 */
inv_result inv_pam_options_parse(int argc, const char **argv, inv_pam_options *options,
                                 inv_verdict *verdict);

/* The word of one INV_PAM_IDLE_* and what an admin should know of it. */
const char *inv_pam_options_idle_text(unsigned idle);

/* Every option as the manual names it ("conf=", "login"); ends with NULL. */
const char *const *inv_pam_options_names(void);

#endif
