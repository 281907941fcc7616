/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_HOST_PAM_JUDGE_H
#define INVITEGATE_TOOLS_HOST_PAM_JUDGE_H

#include "pam_stack.h"

/*
 * What a stack makes of the answers of pam_invite.so, by going through it as libpam does. ours is a
 * line of the stack with pam_invite.so. Each adds a row for the first thing that is wrong, and
 * returns whether nothing was.
 */

/* An invite that pam_invite has redeemed, or an account it lets in, has to be a success. */
bool ctl_pam_judge_success(ctl_host *host, const ctl_pam_stack *stack, const ctl_pam_line *ours);

/* Whom pam_invite refuses, no other line may let in. */
bool ctl_pam_judge_refusals(ctl_host *host, const ctl_pam_stack *stack, const ctl_pam_line *ours);

/*
 * Account lines without pam_invite, of a service that lets people in by it. others_look: its auth
 * line refuses accounts that are over.
 */
bool ctl_pam_judge_without(ctl_host *host, const ctl_pam_stack *stack, const ctl_place *place,
                           bool others_look);

/* Lines to copy for a type of lines. */
const char *ctl_pam_remedy(ctl_pam_type type);

#endif
