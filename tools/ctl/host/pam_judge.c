/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_judge.h"

#include <stdio.h>

#include "pam_kind.h"

#define REMEDY_AUTH                                                                                \
    "as in config-examples/pam.d/xmpp:\n"                                                          \
    "auth [success=done ignore=ignore authinfo_unavail=die default=die] pam_invite.so register "   \
    "login keep_connection\n"                                                                      \
    "auth requisite pam_deny.so"
#define REMEDY_ACCOUNT                                                                             \
    "as in config-examples/pam.d/xmpp:\n"                                                          \
    "account [success=done authinfo_unavail=die default=die] pam_invite.so keep_connection\n"      \
    "account requisite pam_deny.so"
#define REMEDY_PASSWORD                                                                            \
    "as in config-examples/pam.d/xmpp-register:\n"                                                 \
    "password requisite pam_pwquality.so enforce_for_root\n"                                       \
    "password [success=done authinfo_unavail=die default=die] pam_invite.so use_authtok\n"         \
    "password requisite pam_deny.so"

#define REFUSALS_MAX 8

/* What a type is about, in words. */
static const struct {
    const char *remedy;
    const char *good;           /* what pam_invite has done when it succeeds */
    const char *let_in;         /* what happens when the stack succeeds all the same */
    int refusals[REFUSALS_MAX]; /* of pam_invite, that a stack must not overrule; ends with 0 */
} types[CTL_PAM_TYPES] = {
    [CTL_PAM_AUTH] = {REMEDY_AUTH,
                      "a good token is used up, and the person refused all the same",
                      "lets in whom pam_invite.so refuses",
                      {CTL_PAM_AUTH_ERR, CTL_PAM_PERM_DENIED, CTL_PAM_ACCT_EXPIRED,
                       CTL_PAM_AUTHTOK_ERR, CTL_PAM_AUTHINFO_UNAVAIL, CTL_PAM_SERVICE_ERR,
                       CTL_PAM_IGNORE, 0}},
    [CTL_PAM_ACCOUNT] = {REMEDY_ACCOUNT,
                         "accounts of invites are refused, after the token is used up",
                         "lets in accounts that pam_invite.so refuses",
                         {CTL_PAM_ACCT_EXPIRED, CTL_PAM_USER_UNKNOWN, CTL_PAM_PERM_DENIED,
                          CTL_PAM_AUTHINFO_UNAVAIL, CTL_PAM_SERVICE_ERR, 0}},
    [CTL_PAM_PASSWORD] = {REMEDY_PASSWORD,
                          "a good token is used up, and the change reported as failed",
                          "reports changes as done that pam_invite.so refuses",
                          {CTL_PAM_AUTHTOK_RECOVERY_ERR, CTL_PAM_PERM_DENIED, CTL_PAM_AUTHTOK_ERR,
                           CTL_PAM_AUTHINFO_UNAVAIL, CTL_PAM_SERVICE_ERR, 0}},
};

const char *ctl_pam_remedy(ctl_pam_type type)
{
    return types[type].remedy;
}

static ctl_pam_end run(const ctl_pam_stack *stack, const ctl_pam_line *ours,
                       const ctl_pam_case *situation)
{
    ctl_pam_case copy = *situation;

    return ctl_pam_stack_run(stack, ours, ctl_pam_case_answer, &copy);
}

/* Where a line is, for a sentence about another one. */
static void name_line(const ctl_pam_line *line, char *text, size_t size)
{
    if (line == NULL)
        ctl_host_write(text, size, "the end of the stack, where no line has said yes");
    else
        ctl_host_write(text, size, "\"%s %s %s\" (line %u of %s)", ctl_pam_type_name(line->type),
                       line->control, line->module, line->place.line, line->place.file);
}

bool ctl_pam_judge_success(ctl_host *host, const ctl_pam_stack *stack, const ctl_pam_line *ours)
{
    const ctl_pam_type type = ours->type;
    ctl_pam_end end;
    char culprit[512];

    for (int luck = 0; luck <= 1; luck++) {
        end = run(stack, ours, &(ctl_pam_case){CTL_PAM_SUCCESS, CTL_PAM_USER_UNKNOWN, luck != 0});
        if (end.code == CTL_PAM_SUCCESS && end.asked > 0)
            return true;
    }
    if (end.asked == 0) {
        name_line(end.last, culprit, sizeof(culprit));
        ctl_host_finding(host, "pam", &ours->place, types[type].remedy,
                         "pam_invite.so is never asked about people of the directory: %s is in "
                         "front of it, and ends the stack",
                         culprit);
        return false;
    }
    name_line(end.decider, culprit, sizeof(culprit));
    ctl_host_finding(host, "pam", end.decider != NULL ? &end.decider->place : &ours->place,
                     types[type].remedy, "%s: by %s", types[type].good, culprit);
    return false;
}

/* Judges one answer of pam_invite in one case. False: there is a row. */
static bool judge_refusal(ctl_host *host, const ctl_pam_stack *stack, const ctl_pam_line *ours,
                          const ctl_pam_case *situation)
{
    const ctl_pam_end end = run(stack, ours, situation);
    const ctl_pam_type type = ours->type;
    char culprit[512];

    if (end.code != CTL_PAM_SUCCESS || end.decider == NULL)
        return true;
    name_line(end.decider, culprit, sizeof(culprit));
    if (ctl_pam_kind_of(end.decider) == CTL_PAM_UNKNOWN)
        ctl_host_unseen(host, "pam", &end.decider->place, NULL,
                        "whom %s lets in is not known here: make sure that it verifies passwords",
                        culprit);
    else
        ctl_host_finding(host, "pam", &end.decider->place, types[type].remedy, "%s (%s%s): by %s",
                         types[type].let_in, ctl_pam_code_name(situation->answer),
                         situation->answer == CTL_PAM_IGNORE ? ", what holds no token" : "",
                         culprit);
    return false;
}

bool ctl_pam_judge_refusals(ctl_host *host, const ctl_pam_stack *stack, const ctl_pam_line *ours)
{
    static const int strangers[] = {CTL_PAM_USER_UNKNOWN, CTL_PAM_AUTH_ERR};

    for (size_t i = 0; types[ours->type].refusals[i] != 0; i++) {
        for (size_t j = 0; j < 4; j++) {
            const ctl_pam_case situation = {types[ours->type].refusals[i], strangers[j & 1], j > 1};

            if (!judge_refusal(host, stack, ours, &situation))
                return false;
        }
    }
    return true;
}

bool ctl_pam_judge_without(ctl_host *host, const ctl_pam_stack *stack, const ctl_place *place,
                           bool others_look)
{
    const ctl_pam_end end =
        run(stack, NULL, &(ctl_pam_case){CTL_PAM_IGNORE, CTL_PAM_USER_UNKNOWN, true});
    char culprit[512];

    name_line(end.decider, culprit, sizeof(culprit));
    if (end.code != CTL_PAM_SUCCESS) {
        ctl_host_finding(host, "pam", place, REMEDY_ACCOUNT,
                         "the account lines do not ask pam_invite.so, and %s: by %s",
                         types[CTL_PAM_ACCOUNT].good, culprit);
        return false;
    }
    if (!others_look) {
        ctl_host_finding(host, "pam", place, REMEDY_ACCOUNT,
                         "the account lines do not ask pam_invite.so: accounts that are locked or "
                         "over are let in");
        return false;
    }
    ctl_host_note(host, "pam", place, REMEDY_ACCOUNT,
                  "the account lines do not ask pam_invite.so; \"login\" refuses accounts that are "
                  "locked or over only at logins by it");
    return true;
}
