/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_stack.h"

#include <stdio.h>
#include <string.h>

#define LEVELS 16 /* of substacks that are told apart, as in libpam */

static const char *const codes[CTL_PAM_CODES] = {
    "success",
    "open_err",
    "symbol_err",
    "service_err",
    "system_err",
    "buf_err",
    "perm_denied",
    "auth_err",
    "cred_insufficient",
    "authinfo_unavail",
    "user_unknown",
    "maxtries",
    "new_authtok_reqd",
    "acct_expired",
    "session_err",
    "cred_unavail",
    "cred_expired",
    "cred_err",
    "no_module_data",
    "conv_err",
    "authtok_err",
    "authtok_recover_err",
    "authtok_lock_busy",
    "authtok_disable_aging",
    "try_again",
    "ignore",
    "abort",
    "authtok_expired",
    "module_unknown",
    "bad_item",
    "conv_again",
    "incomplete",
};

const char *ctl_pam_code_name(int code)
{
    return code >= 0 && code < CTL_PAM_CODES ? codes[code] : "";
}

const char *ctl_pam_type_name(ctl_pam_type type)
{
    static const char *const names[CTL_PAM_TYPES] = {"auth", "account", "password", "session"};

    return names[type];
}

void ctl_pam_module_name(const ctl_pam_line *line, char *name, size_t size)
{
    const char *slash = strrchr(line->module, '/');
    char *dot;

    ctl_host_write(name, size, "%s", slash != NULL ? slash + 1 : line->module);
    dot = strstr(name, ".so");
    if (dot != NULL)
        *dot = '\0';
}

/* The mind of libpam about a stack, while it goes through the lines. */
typedef enum impression { UNDECIDED, POSITIVE, NEGATIVE } impression;

typedef struct opinion {
    impression impression;
    int code;
    const ctl_pam_line *decider;
} opinion;

static void take_good(opinion *mind, const ctl_pam_line *line, int answer)
{
    if (mind->impression == UNDECIDED ||
        (mind->impression == POSITIVE && mind->code == CTL_PAM_SUCCESS)) {
        mind->impression = POSITIVE;
        mind->code = answer;
        mind->decider = line;
    }
}

static void take_bad(opinion *mind, const ctl_pam_line *line, int answer)
{
    if (mind->impression == NEGATIVE)
        return;
    mind->impression = NEGATIVE;
    mind->code =
        answer == CTL_PAM_IGNORE || answer == CTL_PAM_SUCCESS ? CTL_PAM_PERM_DENIED : answer;
    mind->decider = line;
}

/* The line behind those that a jump from index skips; a substack counts as one. */
static size_t jump(const ctl_pam_stack *stack, size_t index, int skip, opinion *mind)
{
    const unsigned level = stack->lines[index].level;
    size_t at = index;

    while (skip > 0 && at + 1 < stack->count && stack->lines[at + 1].level >= level) {
        at++;
        while (at + 1 < stack->count && stack->lines[at + 1].level > level)
            at++;
        skip--;
    }
    if (skip > 0)
        *mind = (opinion){NEGATIVE, CTL_PAM_PERM_DENIED, &stack->lines[index]};
    return at;
}

/* The last line of the substack (or stack) that index is in. */
static size_t leave(const ctl_pam_stack *stack, size_t index)
{
    const unsigned level = stack->lines[index].level;

    while (index + 1 < stack->count && stack->lines[index + 1].level >= level)
        index++;
    return index;
}

/* One line with its answer; the index to go on behind. */
static size_t take(const ctl_pam_stack *stack, size_t index, int answer, const opinion *before,
                   opinion *mind)
{
    const ctl_pam_line *line = &stack->lines[index];
    const int action = line->actions[answer];

    switch (action) {
    case CTL_PAM_GO_ON:
        return index;
    case CTL_PAM_RESET:
        *mind = *before;
        return index;
    case CTL_PAM_OK:
    case CTL_PAM_DONE:
        take_good(mind, line, answer);
        return action == CTL_PAM_DONE && mind->impression == POSITIVE ? leave(stack, index) : index;
    case CTL_PAM_BAD:
    case CTL_PAM_DIE:
        take_bad(mind, line, answer);
        return action == CTL_PAM_DIE ? leave(stack, index) : index;
    default:
        return jump(stack, index, action, mind);
    }
}

ctl_pam_end ctl_pam_stack_run(const ctl_pam_stack *stack, const ctl_pam_line *watched,
                              ctl_pam_answer *answer, void *context)
{
    opinion before[LEVELS] = {{UNDECIDED, CTL_PAM_PERM_DENIED, NULL}};
    opinion now = before[0];
    ctl_pam_end end = {.code = CTL_PAM_PERM_DENIED};

    for (size_t i = 0; i < stack->count; i++) {
        const ctl_pam_line *line = &stack->lines[i];

        if (line->substack) {
            before[(line->level + 1) % LEVELS] = now;
            continue;
        }
        end.last = line;
        if (line == watched)
            end.asked++;
        i = take(stack, i, answer(context, line), &before[line->level % LEVELS], &now);
    }
    /* what no line called a success is none */
    end.code =
        now.code == CTL_PAM_SUCCESS && now.impression != POSITIVE ? CTL_PAM_PERM_DENIED : now.code;
    end.decider = now.decider;
    return end;
}
