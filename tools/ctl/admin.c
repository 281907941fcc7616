/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "admin.h"

#include "invitegate/directory.h"
#include "io/ask.h"

bool ctl_admin_options_fit(const ctl_invocation *invocation, int *status)
{
    *status = CTL_EXIT_OK;
    if (ctl_option_given(invocation, "bind-dn") !=
        ctl_option_given(invocation, "bind-password-file"))
        *status = ctl_usage(invocation, "--bind-dn and --bind-password-file go together");
    else if (ctl_option_given(invocation, "bind-dn") &&
             ctl_option_text(invocation, "bind-dn")[0] == '\0')
        *status = ctl_usage(invocation, "--bind-dn is empty: whose rights?");
    return *status == CTL_EXIT_OK;
}

inv_result ctl_admin_open(const ctl_invocation *invocation, ctl_session *session, ctl_admin *admin)
{
    const char *dn = ctl_option_text(invocation, "bind-dn");
    const char *path = ctl_option_text(invocation, "bind-password-file");
    inv_result result;

    if (dn == NULL)
        return INV_OK;
    result = ctl_read_secret_file(path, &admin->password, &session->verdict);
    /* without a password a bind is anonymous, whatever DN it has (RFC 4513 5.1.2) */
    if (result == INV_OK && inv_secret_length(admin->password) == 0)
        result = inv_verdict_set(&session->verdict, INV_CONFIG,
                                 "%s is empty: it has to hold the password of %s", path, dn);
    if (result == INV_OK)
        result = inv_directory_new(&session->context->config->directory, dn, admin->password,
                                   &admin->directory, &session->verdict);
    return result;
}

void ctl_admin_close(ctl_admin *admin)
{
    inv_directory_free(&admin->directory);
    inv_secret_free(&admin->password);
}
