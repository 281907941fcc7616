/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/calls.h"

struct site *site;
inv_verdict verdict;
inv_call call;

void calls_start_with(const char *domain_lines)
{
    const struct site_settings settings = {.domain_lines = domain_lines};

    site = site_start(&settings);
    site_add_account(site, "alice");
}

void calls_start(void)
{
    calls_start_with(NULL);
}

void calls_stop(void)
{
    site_stop(&site);
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
