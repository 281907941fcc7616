/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_HOST_PAM_KIND_H
#define INVITEGATE_TOOLS_HOST_PAM_KIND_H

#include "pam_stack.h"

/* What modules of PAM are known to answer about a person who is in the directory only. */
typedef enum ctl_pam_kind {
    CTL_PAM_INVITE,   /* ours */
    CTL_PAM_VERIFIES, /* looks for the person in a store of its own, and refuses who is not there */
    CTL_PAM_PERMITS,  /* says yes to everybody, or to every host that runs as root */
    CTL_PAM_DENIES,   /* says no to everybody */
    CTL_PAM_PASSES,   /* does something else, and succeeds */
    CTL_PAM_SAYS_NONE, /* does something else, and has no opinion */
    CTL_PAM_DEPENDS,   /* yes or no, by things that cannot be seen from here */
    CTL_PAM_UNKNOWN,   /* not known here: may answer anything */
} ctl_pam_kind;

ctl_pam_kind ctl_pam_kind_of(const ctl_pam_line *line);

/* Whether the module asks for a new password, for those behind it. */
bool ctl_pam_asks_new_password(const ctl_pam_line *line);

/* A case that a stack is judged in. */
typedef struct ctl_pam_case {
    int answer;   /* of pam_invite */
    int stranger; /* what those that look for the person in a store of their own answer */
    bool luck;    /* what those answer that depend on things: yes or no */
} ctl_pam_case;

/* A ctl_pam_answer; context is a ctl_pam_case. */
int ctl_pam_case_answer(void *context, const ctl_pam_line *line);

#endif
