/* SPDX-License-Identifier: BSD-2-Clause */
#include "prompt.h"

#include <security/pam_ext.h>
#include <stddef.h>
#include <string.h>

static int copy(const char *text, inv_secret **secret)
{
    *secret = inv_secret_new(text, strlen(text));
    return *secret != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
}

bool inv_pam_is_there(pam_handle_t *pamh, int item)
{
    const void *held = NULL;

    return pam_get_item(pamh, item, &held) == PAM_SUCCESS && held != NULL;
}

/* The code for a host that gave no answer. */
static int refusal(int item)
{
    return item == PAM_OLDAUTHTOK ? PAM_AUTHTOK_RECOVERY_ERR : PAM_AUTH_ERR;
}

/* Not pam_get_authtok(3), which hides PAM_CONV_AGAIN. */
int inv_pam_ask(pam_handle_t *pamh, int item, const char *text, inv_secret **answer)
{
    const void *held = NULL;
    char *response = NULL;
    int code;

    if (pam_get_item(pamh, item, &held) == PAM_SUCCESS && held != NULL)
        return copy(held, answer);
    code = pam_prompt(pamh, PAM_PROMPT_ECHO_OFF, &response, "%s", text);
    if (code == PAM_CONV_AGAIN)
        code = PAM_INCOMPLETE;
    else if (code == PAM_SUCCESS && response == NULL)
        code = refusal(item);
    if (code == PAM_SUCCESS)
        code = pam_set_item(pamh, item, response);
    if (code == PAM_SUCCESS)
        code = copy(response, answer);
    inv_wipe_text(&response);
    return code;
}

int inv_pam_ask_new_password(pam_handle_t *pamh, inv_secret **password)
{
    const char *text = NULL;
    int code = pam_get_authtok(pamh, PAM_AUTHTOK, &text, NULL);

    if (code != PAM_SUCCESS)
        return code;
    return text != NULL ? copy(text, password) : PAM_AUTHTOK_ERR;
}
