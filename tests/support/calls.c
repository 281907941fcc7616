/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/calls.h"

#include <string.h>

#include "invitegate/account.h"

inv_call call;

void calls_start_with(const char *domain_lines)
{
    const struct site_settings settings = {.domain_lines = domain_lines};

    fixture_start_with(&settings);
}

void calls_begin(void)
{
    verdict = (inv_verdict)INV_VERDICT_INIT;
    site_begin(site, &call, &verdict);
}

void calls_end(void)
{
    inv_call_end(&call);
}

inv_result calls_login(const char *local, const char *password)
{
    inv_secret *secret = inv_secret_new(password, strlen(password));
    inv_jid *name = site_name(site, local);
    inv_result result = inv_account_login(&call, name, secret);

    inv_jid_free(&name);
    inv_secret_free(&secret);
    return result;
}

inv_result calls_status(const char *local)
{
    inv_jid *name = site_name(site, local);
    inv_result result = inv_account_status(&call, name);

    inv_jid_free(&name);
    return result;
}
