/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/pam/logging_in.h"

#include "tests/support/pam_site.h"

int authenticate(pam_host_kind kind, const char *service, const char *user, const char *password)
{
    pam_host host = {.kind = kind, .answers = {password}};
    int code = pam_host_authenticate(&host, pam_site_folder(), service, user);

    ck_assert_uint_eq(host.echoed, 0);
    ck_assert_uint_le(host.prompts, 1);
    return code;
}

int login(const char *user, const char *password)
{
    return authenticate(PAM_HOST_SASLAUTHD, "xmpp", user, password);
}

int account(const char *service, const char *user)
{
    pam_host host = {.kind = PAM_HOST_EPAM};
    int code = pam_host_account(&host, pam_site_folder(), service, user);

    ck_assert_uint_eq(host.prompts, 0);
    return code;
}

const char *with(const char *token, const char *password)
{
    return pam_site_combined(token, password);
}
