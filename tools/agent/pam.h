/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_PAM_H
#define INVITEGATE_TOOLS_AGENT_PAM_H

#include <time.h>

#include "invitegate/redeem.h"
#include "task.h"

/*
 * Registering through a PAM service. Modules are code of others, made for programs with one thread:
 * each change of a password runs in a process of its own, this same program with the option below,
 * which reads the request from its standard input and answers on its standard output.
 */
#define AGENT_PAM_OPTION "--pam-change"

/*
 * Redeems what request says through the domain's pam_service. A check before it refuses
 * invites that are not of allowed_types, and one after it finds the result where PAM's code leaves
 * it open (refusals of a name have one code).
 */
inv_result agent_pam_change(agent_task *task, const inv_redeem_request *request);

/*
 * The main function of that process: one pam_acct_mgmt(3) and pam_chauthtok(3). Returns the exit
 * status.
 */
int agent_pam_process(void);

/*
 * Input: these fields with a NUL behind each, until the end. Output: PAM's code as a decimal
 * number, a NUL, and the last words of the modules.
 */
enum {
    AGENT_PAM_SERVICE,
    AGENT_PAM_USER,
    AGENT_PAM_TOKEN,
    AGENT_PAM_PASSWORD,
    AGENT_PAM_ADDRESS,
    AGENT_PAM_ACCEPTED_AT,
    AGENT_PAM_FIELDS
};

/*
 * The PAM environment variable that tells pam_invite(8) when a check accepted the token; see there.
 */
#define AGENT_PAM_ACCEPTED_AT_NAME "INVITEGATE_ACCEPTED_AT"

#endif
