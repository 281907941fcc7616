/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/secret.h"
#include "pam.h"

/* The process that pam.c starts: one thread, one change of a password. */

#define INPUT_SIZE  16384
#define WORDS_SIZE  512
#define PROMPTS_MAX 16 /* a module that never stops asking gets no further answer */

typedef struct change {
    char input[INPUT_SIZE];
    const char *fields[AGENT_PAM_FIELDS];
    unsigned prompts;
    bool error_shown; /* words are of an error: an informational message does not replace them */
    char words[WORDS_SIZE];
} change;

static bool read_input(change *request)
{
    const char *at = request->input;
    size_t length = 0;
    ssize_t count = 1;

    while (count > 0 && length < INPUT_SIZE) {
        count = read(STDIN_FILENO, request->input + length, INPUT_SIZE - length);
        if (count > 0)
            length += (size_t)count;
        else if (count < 0 && errno == EINTR)
            count = 1;
    }
    for (size_t i = 0; i < AGENT_PAM_FIELDS; i++) {
        const char *stop = memchr(at, '\0', (size_t)(request->input + length - at));

        if (stop == NULL)
            return false;
        request->fields[i] = at;
        at = stop + 1;
    }
    return at == request->input + length;
}

static void keep_words(change *request, const char *words, bool error)
{
    if (request->error_shown && !error)
        return;
    request->error_shown = error;
    (void)snprintf(request->words, sizeof(request->words), "%s", words);
}

/*
 * The first secret that is asked for is the old password (the token), all others are the new one.
 */
static int answer_one(change *request, const struct pam_message *message,
                      struct pam_response *response)
{
    switch (message->msg_style) {
    case PAM_PROMPT_ECHO_OFF:
        if (request->prompts++ >= PROMPTS_MAX)
            return PAM_CONV_ERR;
        response->resp =
            strdup(request->fields[request->prompts == 1 ? AGENT_PAM_TOKEN : AGENT_PAM_PASSWORD]);
        return response->resp != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
    case PAM_ERROR_MSG:
    case PAM_TEXT_INFO:
        keep_words(request, message->msg, message->msg_style == PAM_ERROR_MSG);
        return PAM_SUCCESS;
    default:
        return PAM_CONV_ERR;
    }
}

static int converse(int count, const struct pam_message **messages, struct pam_response **responses,
                    void *context)
{
    int code = PAM_SUCCESS;

    if (count <= 0 || count > PAM_MAX_NUM_MSG)
        return PAM_CONV_ERR;
    *responses = calloc((size_t)count, sizeof(**responses));
    if (*responses == NULL)
        return PAM_BUF_ERR;
    for (int i = 0; i < count && code == PAM_SUCCESS; i++)
        code = answer_one(context, messages[i], &(*responses)[i]);
    if (code == PAM_SUCCESS)
        return code;
    for (int i = 0; i < count; i++)
        inv_wipe_text(&(*responses)[i].resp);
    free(*responses);
    *responses = NULL;
    return code;
}

/* Replaces PAM's pause after a failure, which is for hosts with one client. */
static void do_not_wait(int code, unsigned microseconds, void *context)
{
    (void)code;
    (void)microseconds;
    (void)context;
}

static int set_items(pam_handle_t *pamh, const change *request)
{
    void (*const delay)(int, unsigned, void *) = do_not_wait;
    const void *delay_item;
    char *variable = NULL;
    int code = PAM_SUCCESS;

    memcpy(&delay_item, &delay, sizeof(delay_item)); /* ISO C has no cast for this */
    code = pam_set_item(pamh, PAM_FAIL_DELAY, delay_item);
    if (code == PAM_SUCCESS && request->fields[AGENT_PAM_ADDRESS][0] != '\0')
        code = pam_set_item(pamh, PAM_RHOST, request->fields[AGENT_PAM_ADDRESS]);
    if (code != PAM_SUCCESS || request->fields[AGENT_PAM_ACCEPTED_AT][0] == '\0')
        return code;
    if (asprintf(&variable, AGENT_PAM_ACCEPTED_AT_NAME "=%s",
                 request->fields[AGENT_PAM_ACCEPTED_AT]) < 0)
        return PAM_BUF_ERR;
    code = pam_putenv(pamh, variable);
    free(variable);
    return code;
}

/*
 * The account lines come first, for modules like pam_time(8) that have no others. That there is no
 * such account yet, or that one to be reset is over, is no reason to refuse here.
 */
static int check_account(pam_handle_t *pamh, change *request)
{
    int code = pam_acct_mgmt(pamh, 0);

    if (code != PAM_SUCCESS && code != PAM_USER_UNKNOWN && code != PAM_ACCT_EXPIRED &&
        code != PAM_NEW_AUTHTOK_REQD)
        return code;
    request->words[0] = '\0';
    request->error_shown = false;
    return PAM_SUCCESS;
}

static int change_password(change *request)
{
    const struct pam_conv conversation = {.conv = converse, .appdata_ptr = request};
    pam_handle_t *pamh = NULL;
    int code = pam_start(request->fields[AGENT_PAM_SERVICE], request->fields[AGENT_PAM_USER],
                         &conversation, &pamh);

    if (code != PAM_SUCCESS)
        return code;
    code = set_items(pamh, request);
    if (code == PAM_SUCCESS)
        code = check_account(pamh, request);
    if (code == PAM_SUCCESS)
        code = pam_chauthtok(pamh, 0);
    (void)pam_end(pamh, code);
    return code;
}

int agent_pam_process(void)
{
    change *request = calloc(1, sizeof(*request));
    char answer[WORDS_SIZE + 16];
    int length;
    int code;

    if (request == NULL || !read_input(request)) {
        free(request);
        (void)fputs(AGENT_NAME ": " AGENT_PAM_OPTION " is for invite-agent itself\n", stderr);
        return 2;
    }
    code = change_password(request);
    length = snprintf(answer, sizeof(answer), "%d%c%s", code, '\0', request->words);
    inv_wipe(request, sizeof(*request));
    free(request);
    /*
     * one write, as the last thing: the agent kills this process as soon as it has the whole answer
     */
    return length > 0 && write(STDOUT_FILENO, answer, (size_t)length) == length ? 0 : 1;
}
