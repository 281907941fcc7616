/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_items.h"

#include <security/pam_ext.h>
#include <stdarg.h>
#include <string.h>

#include "faults.h"
#include "fuzz.h"
#include "material.h"

#define ITEMS    (PAM_AUTHTOK_TYPE + 1)
#define DATA_MAX 4

typedef void (*data_cleanup)(pam_handle_t *pamh, void *data, int status);

struct pam_handle {
    char *items[ITEMS];
    conversation conversation;
    const char *answer;
    const char *environment;
    const char *forbidden[2];
    unsigned prompts;
    struct {
        char *name;
        void *data;
        data_cleanup cleanup;
    } data[DATA_MAX];
    size_t data_count;
};

int __wrap_pam_get_item(const pam_handle_t *pamh, int item, const void **value);
int __wrap_pam_set_item(pam_handle_t *pamh, int item, const void *value);
int __wrap_pam_get_data(const pam_handle_t *pamh, const char *name, const void **data);
int __wrap_pam_set_data(pam_handle_t *pamh, const char *name, void *data, data_cleanup cleanup);
int __wrap_pam_get_authtok(pam_handle_t *pamh, int item, const char **authtok, const char *prompt);
const char *__wrap_pam_getenv(pam_handle_t *pamh, const char *name);
int __wrap_pam_prompt(pam_handle_t *pamh, int style, char **response, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void __wrap_pam_syslog(const pam_handle_t *pamh, int priority, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

pam_handle_t *pam_items_new(void)
{
    pam_handle_t *pamh = calloc(1, sizeof(*pamh));

    FUZZ_REQUIRE(pamh != NULL);
    return pamh;
}

void pam_items_free(pam_handle_t **pamh)
{
    for (size_t i = 0; i < (*pamh)->data_count; i++) {
        if ((*pamh)->data[i].cleanup != NULL)
            (*pamh)->data[i].cleanup(*pamh, (*pamh)->data[i].data, PAM_SUCCESS);
        free((*pamh)->data[i].name);
    }
    for (size_t i = 0; i < ITEMS; i++)
        free((*pamh)->items[i]);
    free(*pamh);
    *pamh = NULL;
}

void pam_items_set(pam_handle_t *pamh, int item, const char *text)
{
    char *copy = NULL;

    FUZZ_REQUIRE(item > 0 && item < ITEMS);
    if (text != NULL)
        FUZZ_REQUIRE((copy = strdup(text)) != NULL);
    free(pamh->items[item]);
    pamh->items[item] = copy;
}

const char *pam_items_get(const pam_handle_t *pamh, int item)
{
    FUZZ_REQUIRE(item > 0 && item < ITEMS);
    return pamh->items[item];
}

void pam_items_converse(pam_handle_t *pamh, conversation kind, const char *answer)
{
    pamh->conversation = kind;
    pamh->answer = answer;
}

void pam_items_environment(pam_handle_t *pamh, const char *variable)
{
    pamh->environment = variable;
}

void pam_items_forbid(pam_handle_t *pamh, const char *token, const char *password)
{
    pamh->forbidden[0] = token;
    pamh->forbidden[1] = password;
}

unsigned pam_items_prompts(const pam_handle_t *pamh)
{
    return pamh->prompts;
}

static void require_clean(const pam_handle_t *pamh, const char *text)
{
    for (size_t i = 0; i < 2; i++)
        FUZZ_REQUIRE(pamh->forbidden[i] == NULL || strstr(text, pamh->forbidden[i]) == NULL);
}

/* ------------------------------------------------------------------------- what the module calls
 */

int __wrap_pam_get_item(const pam_handle_t *pamh, int item, const void **value)
{
    if (faults_strike())
        return PAM_SYSTEM_ERR;
    *value = pam_items_get(pamh, item);
    return PAM_SUCCESS;
}

/* The item in the host's own memory: no fault strikes there. */
static void store(pam_handle_t *pamh, int item, const char *text)
{
    faults_arm(false);
    pam_items_set(pamh, item, text);
    faults_arm(true);
}

int __wrap_pam_set_item(pam_handle_t *pamh, int item, const void *value)
{
    if (faults_strike())
        return PAM_BUF_ERR;
    store(pamh, item, value);
    return PAM_SUCCESS;
}

int __wrap_pam_get_data(const pam_handle_t *pamh, const char *name, const void **data)
{
    if (faults_strike())
        return PAM_SYSTEM_ERR;
    for (size_t i = 0; i < pamh->data_count; i++) {
        if (strcmp(pamh->data[i].name, name) == 0) {
            *data = pamh->data[i].data;
            return PAM_SUCCESS;
        }
    }
    return PAM_NO_MODULE_DATA;
}

int __wrap_pam_set_data(pam_handle_t *pamh, const char *name, void *data, data_cleanup cleanup)
{
    size_t index = 0;

    if (faults_strike())
        return PAM_BUF_ERR;
    while (index < pamh->data_count && strcmp(pamh->data[index].name, name) != 0)
        index++;
    if (index == pamh->data_count) {
        FUZZ_REQUIRE(index < DATA_MAX);
        faults_arm(false);
        pamh->data[index].name = strdup(name);
        faults_arm(true);
        FUZZ_REQUIRE(pamh->data[index].name != NULL);
        pamh->data_count++;
    } else if (pamh->data[index].cleanup != NULL) {
        pamh->data[index].cleanup(pamh, pamh->data[index].data, PAM_DATA_REPLACE);
    }
    pamh->data[index].data = data;
    pamh->data[index].cleanup = cleanup;
    return PAM_SUCCESS;
}

const char *__wrap_pam_getenv(pam_handle_t *pamh, const char *name)
{
    size_t length = strlen(name);

    if (faults_strike() || pamh->environment == NULL ||
        strncmp(pamh->environment, name, length) != 0 || pamh->environment[length] != '=')
        return NULL;
    return pamh->environment + length + 1;
}

static int converse(pam_handle_t *pamh, char **response)
{
    *response = NULL;
    pamh->prompts++;
    switch (pamh->conversation) {
    case CONVERSATION_FAILS:
        return PAM_CONV_ERR;
    case CONVERSATION_AGAIN:
        return PAM_CONV_AGAIN;
    case CONVERSATION_NOTHING:
        return PAM_SUCCESS;
    case CONVERSATION_ANSWERS:
        break;
    }
    *response = strdup(pamh->answer);
    return *response != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
}

int __wrap_pam_get_authtok(pam_handle_t *pamh, int item, const char **authtok, const char *prompt)
{
    char *response = NULL;
    int code;

    FUZZ_REQUIRE(prompt == NULL);
    if (faults_strike())
        return PAM_AUTHTOK_ERR;
    if (pam_items_get(pamh, item) == NULL) {
        code = converse(pamh, &response);
        if (code != PAM_SUCCESS)
            return code == PAM_CONV_AGAIN ? PAM_INCOMPLETE : code;
        store(pamh, item, response);
        free(response);
    }
    *authtok = pam_items_get(pamh, item);
    return PAM_SUCCESS;
}

int __wrap_pam_prompt(pam_handle_t *pamh, int style, char **response, const char *format, ...)
{
    char text[1024];
    va_list arguments;

    /* an echoed prompt ends saslauthd; what is not asked is only said in a few words */
    FUZZ_REQUIRE(style == PAM_PROMPT_ECHO_OFF || style == PAM_ERROR_MSG);
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    require_clean(pamh, text);
    if (faults_strike())
        return PAM_CONV_ERR;
    if (style == PAM_ERROR_MSG)
        return PAM_CONV_ERR; /* as epam does */
    FUZZ_REQUIRE(response != NULL);
    return converse(pamh, response);
}

void __wrap_pam_syslog(const pam_handle_t *pamh, int priority, const char *format, ...)
{
    char text[2048];
    va_list arguments;

    (void)priority;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    fuzz_log_sink(NULL, INV_LOG_ERROR, text);
    require_clean(pamh, text);
}
