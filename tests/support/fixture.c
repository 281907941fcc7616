/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/fixture.h"

struct site *site;
inv_verdict verdict;

void fixture_start_with(const struct site_settings *settings)
{
    site = site_start(settings);
    site_add_account(site, "alice");
}

void fixture_start(void)
{
    fixture_start_with(NULL);
}

void fixture_start_aged_with(const struct site_settings *settings)
{
    fixture_start_with(settings);
    site_next_second();
}

void fixture_start_aged(void)
{
    fixture_start_aged_with(NULL);
}

void fixture_stop(void)
{
    site_stop(&site);
}

void fixture_register(const char *local)
{
    inv_token *token = site_invite(site, NULL, 1);

    redeem(token, local, SITE_PASSWORD);
    expect(INV_OK);
    inv_token_free(&token);
}
