/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/verified_account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/model/freshness.h"
#include "tests/support/calls.h"

const char *date_attribute(void)
{
    return slapd_kind() == SLAPD_389DS ? "pwdUpdateTime" : "pwdChangedTime";
}

const char *account_dn(const char *local)
{
    static char dn[128];

    (void)snprintf(dn, sizeof(dn), "uid=%s," SITE_PEOPLE, local);
    return dn;
}

static bool is_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

void change_elsewhere(const char *local, const char *password)
{
    const char *dn = account_dn(local);
    char *before = site_value(site, dn, date_attribute());
    bool dated = false;

    site_next_second();
    if (password != NULL)
        site_modify(site, "dn: %s\nchangetype: modify\nreplace: userPassword\nuserPassword: %s\n",
                    dn, password);
    else
        site_modify(site, "dn: %s\nchangetype: modify\ndelete: userPassword\n", dn);
    for (int tries = 0; tries < 800 && !dated; tries++) {
        char *after = site_value(site, dn, date_attribute());

        dated = !is_text(after, before);
        free(after);
        if (!dated)
            (void)nanosleep(&(struct timespec){.tv_nsec = 25000000}, NULL);
    }
    ck_assert_msg(dated, "%s does not date the change", date_attribute());
    free(before);
}

bool verifiers_are_fresh(const char *local)
{
    inv_verifiers_read verifiers;
    bool fresh;

    inv_verifiers_read_start(&verifiers, call.domain, account_dn(local));
    ck_assert_int_eq(inv_directory_run(call.directory, verifiers.flight, verifiers.count,
                                       &call.deadline, &verdict),
                     INV_OK);
    ck_assert_msg(inv_verifiers_read_check(&verifiers, &verdict) == INV_OK, "%s", verdict.why);
    ck_assert_ptr_nonnull(verifiers.entry);
    fresh = verifiers.fresh;
    inv_verifiers_read_end(&verifiers);
    return fresh;
}
