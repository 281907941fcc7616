/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "invitegate/directory.h"
#include "tests/support/fixture.h"

/* What is remembered with a connection, and how it is forgotten. */

#define KEY   "ou=one," SITE_BASE
#define OTHER "ou=other," SITE_BASE
#define LONG  60000

static inv_directory_settings settings;

static void start(void)
{
    fixture_start();
    settings = site->context->config->directory;
    verdict = (inv_verdict)INV_VERDICT_INIT;
}

static inv_directory *acquire(void)
{
    inv_directory *directory = NULL;

    ck_assert_int_eq(inv_directory_acquire(&settings, &directory, &verdict), INV_OK);
    return directory;
}

static void use(inv_directory *directory)
{
    static const char *const nothing[] = {NULL};
    inv_deadline deadline = inv_deadline_in(20000);
    inv_operation *search =
        inv_operation_search("uid=alice," SITE_PEOPLE, INV_SCOPE_BASE, NULL, nothing);

    ck_assert_msg(inv_directory_run(directory, &search, 1, &deadline, &verdict) == INV_OK, "%s",
                  verdict.why);
    inv_operation_free(&search);
}

/* wanted -1: nothing. */
static void expect_remembered(const inv_directory *directory, const char *key, int wanted)
{
    int value = -1;

    ck_assert(inv_directory_recall(directory, key, &value) == (wanted != -1));
    ck_assert_int_eq(value, wanted);
}

START_TEST(a_number_for_each_key)
{
    inv_directory *directory = acquire();

    use(directory);
    expect_remembered(directory, KEY, -1);
    inv_directory_remember(directory, KEY, 1, LONG);
    inv_directory_remember(directory, OTHER, 2, LONG);
    expect_remembered(directory, KEY, 1);
    expect_remembered(directory, OTHER, 2);
    expect_remembered(directory, SITE_BASE, -1);
    inv_directory_remember(directory, KEY, 3, LONG);
    expect_remembered(directory, KEY, 3);
    expect_remembered(directory, OTHER, 2);
    inv_directory_free(&directory);
}
END_TEST

START_TEST(for_some_time)
{
    inv_directory *directory = acquire();

    use(directory);
    inv_directory_remember(directory, KEY, 1, 300);
    inv_directory_remember(directory, OTHER, 2, LONG);
    (void)nanosleep(&(struct timespec){.tv_nsec = 350000000}, NULL);
    expect_remembered(directory, KEY, -1);
    expect_remembered(directory, OTHER, 2);
    inv_directory_remember(directory, KEY, 3, LONG);
    expect_remembered(directory, KEY, 3);
    inv_directory_free(&directory);
}
END_TEST

/* It goes with the connection from call to call, and no other one has it. */
START_TEST(of_one_connection)
{
    inv_directory *directory = acquire();
    inv_directory *beside = acquire();

    use(directory);
    use(beside);
    inv_directory_remember(directory, KEY, 1, LONG);
    expect_remembered(beside, KEY, -1);
    inv_directory_free(&beside);
    inv_directory_release(&directory);
    directory = acquire();
    expect_remembered(directory, KEY, 1);
    use(directory);
    expect_remembered(directory, KEY, 1);
    inv_directory_free(&directory);
}
END_TEST

START_TEST(not_without_a_connection)
{
    inv_directory *directory = acquire();

    inv_directory_remember(directory, KEY, 1, LONG);
    expect_remembered(directory, KEY, -1);
    use(directory);
    expect_remembered(directory, KEY, -1);
    inv_directory_free(&directory);
}
END_TEST

START_TEST(not_beyond_the_connection)
{
    inv_directory *directory = acquire();

    use(directory);
    inv_directory_remember(directory, KEY, 1, LONG);
    site_restart(site, NULL, NULL);
    use(directory);
    expect_remembered(directory, KEY, -1);
    inv_directory_free(&directory);
}
END_TEST

/* Whose connection is another one. */
START_TEST(not_in_a_child)
{
    inv_directory *directory = acquire();
    int status = -1;
    pid_t child;

    use(directory);
    inv_directory_remember(directory, KEY, 1, LONG);
    child = fork();
    ck_assert_int_ne(child, -1);
    if (child == 0) {
        int value = 0;

        use(directory);
        _exit(inv_directory_recall(directory, KEY, &value) ? 1 : 0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    use(directory);
    expect_remembered(directory, KEY, 1);
    inv_directory_free(&directory);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("remembered");
    TCase *remembered = tcase_create("remembered");

    tcase_set_timeout(remembered, 60);
    tcase_add_unchecked_fixture(remembered, start, fixture_stop);
    tcase_add_test(remembered, a_number_for_each_key);
    tcase_add_test(remembered, for_some_time);
    tcase_add_test(remembered, of_one_connection);
    tcase_add_test(remembered, not_without_a_connection);
    tcase_add_test(remembered, not_in_a_child);
    suite_add_tcase(suite, remembered);
    /* of its own, since the restart is made in the process of the test */
    remembered = tcase_create("restart");
    tcase_set_timeout(remembered, 60);
    tcase_add_checked_fixture(remembered, start, fixture_stop);
    tcase_add_test(remembered, not_beyond_the_connection);
    suite_add_tcase(suite, remembered);
    return suite_run(suite);
}
