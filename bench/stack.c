/* SPDX-License-Identifier: BSD-2-Clause */
#include "stack.h"

#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "measure.h"

#define SERVICE      "bench"
#define SERVICE_ENDS "bench-ends" /* without keep_connection */

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

static void write_service(const struct stack *stack, const char *service, const char *conf,
                          const char *options)
{
    const char *build = getenv("abs_top_builddir");
    char module[512];
    char path[512];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", stack->folder, service);
    (void)snprintf(module, sizeof(module), "%s/plugins/pam/.libs/pam_invite.so",
                   build != NULL ? build : "");
    if (build == NULL || (file = fopen(path, "w")) == NULL)
        measure_fail(path, "cannot be made (run by make bench)");
    (void)fprintf(file,
                  "auth required %s conf=%s register login%s\naccount required %s conf=%s%s\n"
                  "password required %s conf=%s%s\n",
                  module, conf, options, module, conf, options, module, conf, options);
    (void)fclose(file);
}

void stack_write(const struct place *place, struct stack *stack)
{
    const char *conf = slapd_conf_path(place->slapd);

    (void)snprintf(stack->folder, sizeof(stack->folder), "%s/pam.d", slapd_directory(place->slapd));
    if (mkdir(stack->folder, 0700) != 0)
        measure_fail(stack->folder, "cannot be made");
    write_service(stack, SERVICE, conf, " keep_connection");
    write_service(stack, SERVICE_ENDS, conf, "");
    stack->ends = false;
}

static const char *service_of(const struct stack *stack)
{
    return stack->ends ? SERVICE_ENDS : SERVICE;
}

int stack_login(const struct stack *stack, const char *user, const char *password)
{
    struct answers answers = {.first = password, .others = password};
    const struct pam_conv conversation = {.conv = converse, .appdata_ptr = &answers};
    pam_handle_t *pamh = NULL;
    int code = pam_start_confdir(service_of(stack), user, &conversation, stack->folder, &pamh);

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
    int code = pam_start_confdir(service_of(stack), user, &conversation, stack->folder, &pamh);

    if (code == PAM_SUCCESS)
        code = pam_chauthtok(pamh, PAM_SILENT);
    (void)pam_end(pamh, code);
    return code;
}
