/* SPDX-License-Identifier: BSD-2-Clause */
#include "stack.h"

#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "measure.h"

#define SERVICE "bench"

/* What is answered to the first prompt of a transaction, and to all others. */
struct answers {
    const char *first;
    const char *others;
    int prompts;
};

static int converse(int count, const struct pam_message **messages, struct pam_response **responses,
                    void *data)
{
    struct answers *answers = data;

    *responses = calloc((size_t)count, sizeof(**responses));
    if (*responses == NULL)
        return PAM_BUF_ERR;
    for (int i = 0; i < count; i++) {
        if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
            (*responses)[i].resp =
                strdup(answers->prompts++ == 0 ? answers->first : answers->others);
    }
    return PAM_SUCCESS;
}

void stack_write(const struct place *place, struct stack *stack)
{
    const char *build = getenv("abs_top_builddir");
    const char *conf = slapd_conf_path(place->slapd);
    char module[512];
    char path[512];
    FILE *file;

    (void)snprintf(stack->folder, sizeof(stack->folder), "%s/pam.d", slapd_directory(place->slapd));
    (void)snprintf(path, sizeof(path), "%s/" SERVICE, stack->folder);
    (void)snprintf(module, sizeof(module), "%s/plugins/pam/.libs/pam_invite.so",
                   build != NULL ? build : "");
    if (build == NULL || mkdir(stack->folder, 0700) != 0 || (file = fopen(path, "w")) == NULL)
        measure_fail(stack->folder, "cannot be made (run by make bench)");
    (void)fprintf(file,
                  "auth required %s conf=%s register login\naccount required %s conf=%s\n"
                  "password required %s conf=%s\n",
                  module, conf, module, conf, module, conf);
    (void)fclose(file);
}

int stack_login(const struct stack *stack, const char *user, const char *password)
{
    struct answers answers = {.first = password, .others = password};
    const struct pam_conv conversation = {.conv = converse, .appdata_ptr = &answers};
    pam_handle_t *pamh = NULL;
    int code = pam_start_confdir(SERVICE, user, &conversation, stack->folder, &pamh);

    if (code == PAM_SUCCESS)
        code = pam_authenticate(pamh, PAM_SILENT);
    if (code == PAM_SUCCESS)
        code = pam_acct_mgmt(pamh, PAM_SILENT);
    (void)pam_end(pamh, code);
    return code;
}

int stack_register(const struct stack *stack, const char *user, const char *token,
                   const char *password)
{
    struct answers answers = {.first = token, .others = password};
    const struct pam_conv conversation = {.conv = converse, .appdata_ptr = &answers};
    pam_handle_t *pamh = NULL;
    int code = pam_start_confdir(SERVICE, user, &conversation, stack->folder, &pamh);

    if (code == PAM_SUCCESS)
        code = pam_chauthtok(pamh, PAM_SILENT);
    (void)pam_end(pamh, code);
    return code;
}
