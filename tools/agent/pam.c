/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "invitegate/account.h"
#include "invitegate/utf8.h"

#define PAM_TIMES_TIMEOUT 2 /* once for pam_invite's own time, and once for all other modules */
#define OUTPUT_SIZE       1024

/* A process that changes one password, as the agent sees it. */
typedef struct pam_process {
    pid_t process; /* 0: none */
    int descriptor;
    char output[OUTPUT_SIZE];
    size_t output_length;
} pam_process;

/* ------------------------------------------------------------------------------- the process */

static int spawn_on(int descriptor, pid_t *process)
{
    char program[] = "/proc/self/exe";
    char name[] = AGENT_NAME;
    char option[] = AGENT_PAM_OPTION;
    char *const arguments[] = {name, option, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t signals;
    int error;

    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attributes);
    (void)sigemptyset(&signals);
    (void)posix_spawnattr_setsigmask(&attributes, &signals); /* workers block all signals */
    (void)posix_spawnattr_setpgroup(&attributes, 0);         /* to be killed with its children */
    error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, descriptor, STDIN_FILENO);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, descriptor, STDOUT_FILENO);
    if (error == 0)
        error = posix_spawn(process, program, &actions, &attributes, arguments, environ);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

static inv_result start(pam_process *change, inv_verdict *verdict)
{
    int pair[2];
    int error;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return inv_verdict_set(verdict, INV_CONFIG, "cannot talk to a process: %s",
                               strerror(errno));
    error = spawn_on(pair[1], &change->process);
    (void)close(pair[1]);
    change->descriptor = pair[0];
    if (error == 0)
        return INV_OK;
    change->process = 0;
    return inv_verdict_set(verdict, error == ENOMEM || error == EAGAIN ? INV_NO_MEMORY : INV_CONFIG,
                           "cannot start a process for PAM: %s", strerror(error));
}

/* The request is a few kilobytes: it fits into the socket, whether the process reads it or not. */
static inv_result hand_over(const pam_process *change, const char *const fields[AGENT_PAM_FIELDS],
                            inv_verdict *verdict)
{
    for (size_t i = 0; i < AGENT_PAM_FIELDS; i++) {
        size_t length = strlen(fields[i]) + 1;

        if (send(change->descriptor, fields[i], length, MSG_NOSIGNAL | MSG_DONTWAIT) !=
            (ssize_t)length)
            return inv_verdict_set(verdict, INV_CONFIG, "the process for PAM takes no request: %s",
                                   strerror(errno));
    }
    (void)shutdown(change->descriptor, SHUT_WR);
    return INV_OK;
}

static inv_result wait_for_output(pam_process *change, const inv_deadline *deadline,
                                  inv_verdict *verdict)
{
    struct pollfd readable = {.fd = change->descriptor, .events = POLLIN};
    ssize_t count = 1;

    while (count > 0 && change->output_length < OUTPUT_SIZE - 1) {
        if (inv_deadline_passed(deadline))
            return inv_verdict_set(verdict, INV_TIMEOUT,
                                   "the PAM modules took too long: they were ended");
        if (poll(&readable, 1, (int)inv_deadline_left(deadline)) <= 0)
            continue;
        count = read(change->descriptor, change->output + change->output_length,
                     OUTPUT_SIZE - 1 - change->output_length);
        if (count > 0)
            change->output_length += (size_t)count;
        else if (count < 0 && errno == EINTR)
            count = 1;
    }
    change->output[change->output_length] = '\0';
    return INV_OK;
}

static void end(pam_process *change)
{
    if (change->descriptor >= 0)
        (void)close(change->descriptor);
    if (change->process != 0) {
        (void)kill(-change->process, SIGKILL); /* it has answered, or its time is up */
        while (waitpid(change->process, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    change->descriptor = -1;
    change->process = 0;
}

/* ---------------------------------------------------------------------------------- the code */

/*
 * The table of pam_invite(8) read backwards. NOT_ALLOWED for each of the results that
 * PAM_PERM_DENIED can mean.
 */
static inv_result result_of(int code)
{
    switch (code) {
    case PAM_SUCCESS:
        return INV_OK;
    case PAM_AUTHTOK_RECOVERY_ERR:
        return INV_BAD_TOKEN;
    case PAM_PERM_DENIED:
    case PAM_AUTH_ERR:
    case PAM_USER_UNKNOWN:
    case PAM_ACCT_EXPIRED:
    case PAM_AUTHTOK_DISABLE_AGING:
        return INV_NOT_ALLOWED;
    case PAM_AUTHTOK_ERR:
        return INV_PASSWORD_REFUSED;
    case PAM_MAXTRIES:
        return INV_THROTTLED;
    case PAM_TRY_AGAIN:
    case PAM_AUTHINFO_UNAVAIL:
    case PAM_AUTHTOK_LOCK_BUSY:
        return INV_DIRECTORY_DOWN;
    case PAM_BUF_ERR:
        return INV_NO_MEMORY;
    default:
        return INV_CONFIG;
    }
}

/* "CODE NUL words", as the process wrote it. */
static inv_result read_output(agent_task *task, const pam_process *change)
{
    const char *service = task->domain->pam_service;
    size_t digits = strspn(change->output, "0123456789");
    const char *words = change->output + digits + 1;
    long code = strtol(change->output, NULL, 10);
    inv_result result;

    if (digits == 0 || digits > 4 || change->output_length <= digits ||
        change->output[digits] != '\0')
        return inv_verdict_set(&task->verdict, INV_CONFIG,
                               "PAM service %s: a module ended the process", service);
    result = result_of((int)code);
    (void)inv_verdict_set(agent_clear_words(task), result, "PAM service %s: %s", service,
                          pam_strerror(NULL, (int)code));
    if (!inv_utf8_valid(words, strlen(words)))
        words = "";
    if (result == INV_PASSWORD_REFUSED)
        inv_verdict_set_weak_password(&task->verdict, false, words);
    if (result == INV_NOT_ALLOWED)
        inv_verdict_set_text(&task->verdict, words);
    return result;
}

/* ------------------------------------------------------------------------------- the verdict */

static inv_result check_name(inv_call *call, const inv_redeem_request *request)
{
    inv_acceptance acceptance = {.accepted_at = request->accepted_at};

    call->deadline = inv_deadline_in(call->config->directory.timeout_ms);
    return inv_redeem_check(call, request->token, request->name, request->allowed_types,
                            &acceptance);
}

static bool is_there(const inv_call *call, const inv_jid *name)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call aside = inv_call_aside(call, &verdict);
    inv_account *account = NULL;
    bool there = inv_account_find(&aside, name, &account) == INV_OK && account != NULL;

    inv_account_free(&account);
    return there;
}

/*
 * Which result PAM_PERM_DENIED meant: pam_invite(8) has one code for all refusals of a name, and
 * other modules use it too. Where a check refuses the name now, that is the result; else another
 * module has refused, and its words count.
 */
static inv_result explain_refusal(agent_task *task, const inv_redeem_request *request)
{
    inv_verdict verdict = task->verdict;
    inv_call call = inv_call_aside(&task->call, &verdict);
    inv_result result = check_name(&call, request);

    /*
     * a check permits that a new account is registered again, so its password was what PAM refused
     */
    if (result == INV_OK && request->token == NULL && is_there(&call, request->name))
        result = inv_verdict_set(&verdict, INV_NAME_TAKEN, "the account has another password");
    if (result <= INV_OK)
        return INV_NOT_ALLOWED;
    task->verdict = verdict;
    return result;
}

/*
 * INV_CONFIG where a stack succeeded without pam_invite.so, and so made no account. Else sets
 * verdict->account from the directory, since PAM does not tell it.
 */
static inv_result confirm(agent_task *task, const inv_jid *name)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = inv_call_aside(&task->call, &verdict);
    inv_account *account = NULL;
    inv_result result;

    result = inv_account_find_of_jid(&call, name, &account);
    if (result == INV_OK && account == NULL)
        result = inv_verdict_set(&task->verdict, INV_CONFIG,
                                 "PAM service %s succeeded, but made no account: is "
                                 "pam_invite.so in its password stack?",
                                 task->domain->pam_service);
    else
        result = INV_OK;
    if (account != NULL)
        (void)inv_account_identity(account, task->verdict.account);
    inv_account_free(&account);
    return result;
}

static inv_result run(agent_task *task, const char *const fields[AGENT_PAM_FIELDS])
{
    inv_deadline deadline =
        inv_deadline_in(PAM_TIMES_TIMEOUT * task->call.config->directory.timeout_ms);
    pam_process *change = calloc(1, sizeof(*change));
    inv_result result;

    if (change == NULL)
        return inv_verdict_no_memory(&task->verdict);
    change->descriptor = -1;
    result = start(change, &task->verdict);
    if (result == INV_OK)
        result = hand_over(change, fields, &task->verdict);
    if (result == INV_OK)
        result = wait_for_output(change, &deadline, &task->verdict);
    end(change);
    if (result == INV_OK)
        result = read_output(task, change);
    free(change);
    return result;
}

inv_result agent_pam_change(agent_task *task, const inv_redeem_request *request)
{
    const inv_token *token = request->token;
    const inv_jid *name = request->name;
    bool one_domain = task->call.config->domain_count == 1;
    char text[INV_TOKEN_LENGTH + 1] = "";
    char moment[24] = "";
    const char *const fields[AGENT_PAM_FIELDS] = {
        [AGENT_PAM_SERVICE] = task->domain->pam_service,
        [AGENT_PAM_USER] = one_domain ? inv_jid_local(name) : inv_jid_text(name),
        [AGENT_PAM_TOKEN] = text,
        [AGENT_PAM_PASSWORD] = inv_secret_bytes(request->password),
        [AGENT_PAM_ADDRESS] = task->arguments[task->operation->address - 1],
        [AGENT_PAM_ACCEPTED_AT] = moment,
    };
    inv_result result;

    if (token != NULL) {
        (void)snprintf(task->verdict.invite_id, sizeof(task->verdict.invite_id), "%s",
                       inv_token_id(token));
        inv_token_write(token, text);
    }
    if (request->accepted_at != 0)
        (void)snprintf(moment, sizeof(moment), "%lld", (long long)request->accepted_at);
    /* PAM has no way to say which types of invite to take, so a check does */
    result = check_name(&task->call, request);
    if (result == INV_OK)
        result = run(task, fields);
    /* the stack may have taken longer than one look into the directory has */
    task->call.deadline = inv_deadline_in(task->call.config->directory.timeout_ms);
    inv_wipe(text, sizeof(text));
    if (result == INV_NOT_ALLOWED)
        result = explain_refusal(task, request);
    if (result == INV_OK && (request->allowed_types & INV_ALLOW_REGISTRATION) != 0)
        result = confirm(task, name);
    if (result == INV_NOT_ALLOWED && task->verdict.text[0] != '\0' &&
        agent_set_text(task, "%s", task->verdict.text) != INV_OK)
        result = INV_NO_MEMORY;
    return result;
}
