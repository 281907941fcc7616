/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

/* --------------------------------------------------------------------------------------- syslog */

static char log_text[65536];

static void keep(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));
static void keep(const char *format, va_list arguments)
{
    char line[1200];
    size_t used = strlen(log_text);

    (void)vsnprintf(line, sizeof(line), format, arguments);
    if (used + strlen(line) + 2 > sizeof(log_text))
        return;
    memcpy(log_text + used, line, strlen(line));
    memcpy(log_text + used + strlen(line), "\n", 2);
}

/* These stand in front of the C library's: a test must not write to the system's log. */
#pragma GCC visibility push(default)
void(syslog)(int priority, const char *format, ...) /* in brackets: fortified, it is a macro */
{
    va_list arguments;

    (void)priority;
    va_start(arguments, format);
    keep(format, arguments);
    va_end(arguments);
}

void __syslog_chk(int priority, int flag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void __syslog_chk(int priority, int flag, const char *format, ...)
{
    va_list arguments;

    (void)priority;
    (void)flag;
    va_start(arguments, format);
    keep(format, arguments);
    va_end(arguments);
}

#pragma GCC visibility pop

const char *pam_host_log(void)
{
    return log_text;
}

void pam_host_forget_log(void)
{
    log_text[0] = '\0';
}

/* --------------------------------------------------------------------------------------- stacks */

static void fail(const char *what, const char *which)
{
    fprintf(stderr, "pam_host: %s: %s\n", what, which);
    abort();
}

static const char *environment(const char *name)
{
    const char *value = getenv(name);

    if (value == NULL)
        fail("run this by make check; the environment lacks", name);
    return value;
}

static char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *text(const char *format, ...)
{
    va_list arguments;
    char *result = NULL;

    va_start(arguments, format);
    if (vasprintf(&result, format, arguments) < 0)
        fail("memory", format);
    va_end(arguments);
    return result;
}

static FILE *open_or_fail(const char *path, const char *mode)
{
    FILE *file = fopen(path, mode);

    if (file == NULL)
        fail("cannot open", path);
    return file;
}

/* Copies a line; only the path of the module and, if wanted, its conf= are put in. */
static void copy_line(FILE *to, const char *line, const char *conf)
{
    static const char module[] = "pam_invite.so";
    const char *at = line[0] == '#' ? NULL : strstr(line, module);

    if (at == NULL) {
        fputs(line, to);
        return;
    }
    fprintf(to, "%.*s%s/plugins/pam/.libs/%s", (int)(at - line), line,
            environment("abs_top_builddir"), module);
    if (conf != NULL)
        fprintf(to, " conf=%s", conf);
    fputs(at + strlen(module), to);
}

void pam_host_write_stack(const char *folder, const char *name, const char *lines)
{
    char *path = text("%s/%s", folder, name);
    FILE *to = open_or_fail(path, "w");
    char *copy = text("%s", lines);
    char *rest = copy;
    const char *line;

    while ((line = strsep(&rest, "\n")) != NULL) {
        copy_line(to, line, NULL);
        fputc('\n', to);
    }
    fclose(to);
    free(copy);
    free(path);
}

void pam_host_write_example(const char *folder, const char *name, const char *conf)
{
    char *source = text("%s/config-examples/pam.d/%s", environment("abs_top_srcdir"), name);
    char *target = text("%s/%s", folder, name);
    FILE *from = open_or_fail(source, "r");
    FILE *to = open_or_fail(target, "w");
    char *line = NULL;
    size_t size = 0;

    while (getline(&line, &size, from) >= 0)
        copy_line(to, line, conf);
    free(line);
    fclose(to);
    fclose(from);
    free(target);
    free(source);
}

/* --------------------------------------------------------------------------------- conversation */

static void show(pam_host *host, const char *message)
{
    size_t used = strlen(host->shown);

    (void)snprintf(host->shown + used, sizeof(host->shown) - used, "%s\n", message);
}

static bool is_prompt(const struct pam_message *message)
{
    return message->msg_style == PAM_PROMPT_ECHO_OFF || message->msg_style == PAM_PROMPT_ECHO_ON;
}

static const char *answer_for(pam_host *host)
{
    const char *answer = host->answers[0];

    if (host->kind == PAM_HOST_PERSON)
        answer = host->prompts < sizeof(host->answers) / sizeof(host->answers[0])
                     ? host->answers[host->prompts]
                     : NULL;
    return answer;
}

static int reply(pam_host *host, const struct pam_message *message, struct pam_response *response)
{
    const char *answer = NULL;

    if (!is_prompt(message)) {
        show(host, message->msg);
        return host->kind == PAM_HOST_EPAM || host->kind == PAM_HOST_LUA ? PAM_CONV_ERR
                                                                         : PAM_SUCCESS;
    }
    if (message->msg_style == PAM_PROMPT_ECHO_ON)
        host->echoed++;
    if (host->kind == PAM_HOST_EVENTS)
        return PAM_CONV_AGAIN;
    (void)snprintf(host->asked, sizeof(host->asked), "%s", message->msg);
    if (host->before_answer != NULL)
        host->before_answer(host, host->prompts);
    answer = answer_for(host);
    host->prompts++;
    if (host->kind == PAM_HOST_SILENT)
        return PAM_SUCCESS;
    if (answer == NULL)
        return PAM_CONV_ERR;
    response->resp = strdup(answer);
    return response->resp != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
}

static int converse(int count, const struct pam_message **messages, struct pam_response **responses,
                    void *data)
{
    pam_host *host = data;
    int code = PAM_SUCCESS;

    if (count != 1 && host->kind != PAM_HOST_PERSON && host->kind != PAM_HOST_SASLAUTHD)
        return PAM_CONV_ERR;
    *responses = calloc((size_t)count, sizeof(**responses));
    if (*responses == NULL)
        return PAM_BUF_ERR;
    for (int i = 0; i < count && code == PAM_SUCCESS; i++)
        code = reply(host, messages[i], &(*responses)[i]);
    if (code != PAM_SUCCESS) {
        for (int i = 0; i < count; i++)
            free((*responses)[i].resp);
        free(*responses);
        *responses = NULL;
    }
    return code;
}

pam_handle_t *pam_host_start(pam_host *host, const char *folder, const char *service,
                             const char *user)
{
    struct pam_conv conversation = {.conv = converse, .appdata_ptr = host};
    pam_handle_t *pamh = NULL;

    if (pam_start_confdir(service, user, &conversation, folder, &pamh) != PAM_SUCCESS)
        fail("cannot start", service);
    return pamh;
}

int pam_host_authenticate(pam_host *host, const char *folder, const char *service, const char *user)
{
    pam_handle_t *pamh = pam_host_start(host, folder, service, user);
    int code = pam_authenticate(pamh, host->kind == PAM_HOST_SASLAUTHD ? PAM_SILENT : 0);

    (void)pam_end(pamh, code);
    return code;
}

int pam_host_account(pam_host *host, const char *folder, const char *service, const char *user)
{
    pam_handle_t *pamh = pam_host_start(host, folder, service, user);
    int code = pam_acct_mgmt(pamh, host->kind == PAM_HOST_SASLAUTHD ? PAM_SILENT : 0);

    (void)pam_end(pamh, code);
    return code;
}

int pam_host_change(pam_host *host, const char *folder, const char *service, const char *user)
{
    pam_handle_t *pamh = pam_host_start(host, folder, service, user);
    int code = pam_chauthtok(pamh, 0);

    (void)pam_end(pamh, code);
    return code;
}

const char *pam_host_wrapper_missing(void)
{
    const char *sanitizers = getenv("INV_SANITIZERS");
    const char *preload = getenv("INV_PRELOAD");

    if (sanitizers != NULL && strcmp(sanitizers, "no") != 0 &&
        (preload == NULL || preload[0] == '\0'))
        return "pam_wrapper cannot be loaded with this build's run-time checks";
    if (system("test -z \"$(LD_PRELOAD=libpam_wrapper.so /bin/true 2>&1)\"") != 0)
        return "libpam_wrapper.so is not installed (libpam-wrapper)";
    return NULL;
}
