/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "admin.h"

#include "invitegate/directory.h"
#include "io/ask.h"

int ctl_admin_check_options(const ctl_invocation *invocation)
{
    const char *dn = ctl_option_text(invocation, "bind-dn");

    if ((dn != NULL) != ctl_option_given(invocation, "bind-password-file"))
        return ctl_usage(invocation, "--bind-dn and --bind-password-file go together");
    if (dn != NULL && dn[0] == '\0')
        return ctl_usage(invocation, "--bind-dn is empty: whose rights?");
    return CTL_EXIT_OK;
}

inv_result ctl_admin_open(ctl_session *session, ctl_admin *admin)
{
    const ctl_invocation *invocation = session->invocation;
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
