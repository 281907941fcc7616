/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/connection_fixture.h"

inv_directory_settings settings;

void connection_start(void)
{
    fixture_start();
    settings = site->context->config->directory;
    verdict = (inv_verdict)INV_VERDICT_INIT;
}

inv_directory *connection_acquire(void)
{
    inv_directory *directory = NULL;

    ck_assert_int_eq(inv_directory_acquire(&settings, &directory, &verdict), INV_OK);
    return directory;
}

inv_operation *connection_new_search(const char *base)
{
    static const char *const nothing[] = {NULL};

    return inv_operation_search(base, INV_SCOPE_BASE, NULL, nothing);
}

inv_result connection_search(inv_directory *directory, long milliseconds, int *code)
{
    inv_deadline deadline = inv_deadline_in(milliseconds);
    inv_operation *search = connection_new_search("uid=alice," SITE_PEOPLE);
    inv_result result = inv_directory_run(directory, &search, 1, &deadline, &verdict);

    if (code != NULL)
        *code = search->code;
    inv_operation_free(&search);
    return result;
}

void connection_expect_answer(inv_directory *directory, int wanted)
{
    int code = -1;

    ck_assert_msg(connection_search(directory, 20000, &code) == INV_OK, "%s", verdict.why);
    ck_assert_int_eq(code, wanted);
}

void connection_use_once(void)
{
    inv_directory *directory = connection_acquire();

    connection_expect_answer(directory, INV_LDAP_SUCCESS);
    inv_directory_release(&directory);
}
