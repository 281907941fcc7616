/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdlib.h>

#include "common/config/name_filter.h"
#include "tests/support/suite.h"

/* The attributes that a name_filter tells names by, with commas behind. */
static void expect_keys(const char *filter, const char *const *wanted)
{
    name_keys keys;

    name_keys_read(filter, &keys);
    for (size_t i = 0; wanted[i] != NULL; i++) {
        ck_assert_msg(i < keys.count, "%s: no %s", filter, wanted[i]);
        ck_assert_str_eq(keys.list[i].attribute, wanted[i]);
        ck_assert(i + 1 < NAME_KEYS_MAX);
    }
    for (size_t i = 0; i < keys.count; i++)
        ck_assert_msg(wanted[i] != NULL, "%s: also %s", filter, keys.list[i].attribute);
}

/* The local part that the value means by the filter's first key; NULL: none. */
static void expect_local(const char *filter, const char *value, const char *wanted)
{
    name_keys keys;
    char *local = NULL;

    name_keys_read(filter, &keys);
    ck_assert_uint_gt(keys.count, 0);
    ck_assert(name_key_local(&keys.list[0], "example.org", value, &local));
    if (wanted == NULL)
        ck_assert_ptr_null(local);
    else
        ck_assert_str_eq(local, wanted);
    free(local);
}

START_TEST(plain_names_come_first)
{
    expect_keys("(|(uid=%u)(xmppJid=%j))", (const char *const[]){"uid", NULL});
    expect_keys("(uid=%u)", (const char *const[]){"uid", NULL});
    expect_keys("(|(uid=%u)(cn=%u)(mail=%j))", (const char *const[]){"uid", "cn", NULL});
    expect_keys("(&(objectClass=posixAccount)(|(mail=%j)(uid=%u)))",
                (const char *const[]){"uid", NULL});
}
END_TEST

START_TEST(addresses_only_where_there_is_no_name)
{
    expect_keys("(|(mail=%j)(xmppJid=%j))", (const char *const[]){"mail", NULL});
    expect_keys("(|(mail=%u@%d)(labeledURI=xmpp:%j))",
                (const char *const[]){"mail", "labeledURI", NULL});
}
END_TEST

START_TEST(what_tells_no_name)
{
    expect_keys("(xmppJid=%j)", (const char *const[]){NULL});
    expect_keys("(|(XMPPJID=%j)(uid=*%u)(cn=%u \\2a)(o=%d)(sn=%%u)(l=%u%u)(mail>=%u))",
                (const char *const[]){NULL});
}
END_TEST

START_TEST(values_become_names)
{
    expect_local("(uid=%u)", "alice", "alice");
    expect_local("(uid=%u)", "Alice B", "Alice B");
    expect_local("(uid=%u)", "", NULL);
    expect_local("(mail=%j)", "alice@example.org", "alice");
    expect_local("(mail=%j)", "alice@EXAMPLE.org", "alice");
    expect_local("(mail=%j)", "alice@example.com", NULL);
    expect_local("(mail=%j)", "@example.org", NULL);
    expect_local("(mail=%u@%d)", "alice@example.org", "alice");
    expect_local("(mail=%u@chat.%d)", "alice@chat.example.org", "alice");
    expect_local("(mail=%u@chat.%d)", "alice@example.org", NULL);
    expect_local("(labeledURI=xmpp:%j)", "XMPP:alice@example.org", "alice");
    expect_local("(labeledURI=xmpp:%j)", "alice@example.org", NULL);
    expect_local("(cn=%u 100%%)", "alice 100%", "alice");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("name filter");
    TCase *names = tcase_create("names");

    tcase_add_test(names, plain_names_come_first);
    tcase_add_test(names, addresses_only_where_there_is_no_name);
    tcase_add_test(names, what_tells_no_name);
    tcase_add_test(names, values_become_names);
    suite_add_tcase(suite, names);
    return suite_run(suite);
}
