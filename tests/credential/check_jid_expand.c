/* SPDX-License-Identifier: BSD-2-Clause */
/* Templates that a bare JID is put into. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/jid.h"
#include "tests/support/suite.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static char *in_brackets(const char *value)
{
    size_t length = strlen(value);
    char *text = calloc(1, length + 3);

    if (text == NULL)
        return NULL;
    text[0] = '<';
    memcpy(text + 1, value, length);
    text[length + 1] = '>';
    return text;
}

static char *no_memory(const char *value)
{
    (void)value;
    return NULL;
}

START_TEST(a_template_is_expanded)
{
    static const struct {
        const char *template_text;
        const char *plain;
        const char *escaped;
    } cases[] = {
        {"", "", ""},
        {"%u", "alice", "<alice>"},
        {"(|(uid=%u)(xmppJid=%j))", "(|(uid=alice)(xmppJid=alice@example.org))",
         "(|(uid=<alice>)(xmppJid=<alice@example.org>))"},
        {"%d%%u%%", "example.org%u%", "<example.org>%u%"},
        {"100%", "100%", "100%"},
        {"%x%U%", "%x%U%", "%x%U%"},
        {"%%%u", "%alice", "%<alice>"},
    };
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_jid *name = NULL;

    ck_assert_int_eq(inv_jid_parse("alice@example.org", &name, &verdict), INV_OK);
    for (int i = 0; i < COUNT(cases); i++) {
        char *text = inv_jid_expand(name, cases[i].template_text, NULL);

        ck_assert_ptr_nonnull(text);
        ck_assert_str_eq(text, cases[i].plain);
        free(text);
        text = inv_jid_expand(name, cases[i].template_text, in_brackets);
        ck_assert_ptr_nonnull(text);
        ck_assert_str_eq(text, cases[i].escaped);
        free(text);
    }
    ck_assert_ptr_null(inv_jid_expand(name, "a%ub", no_memory));
    inv_jid_free(&name);
}
END_TEST

START_TEST(a_name_expands_only_once)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_jid *name = NULL;
    char *text;

    ck_assert_int_eq(inv_jid_parse("%d%j@example.org", &name, &verdict), INV_OK);
    text = inv_jid_expand(name, "%u", NULL);
    ck_assert_ptr_nonnull(text);
    ck_assert_str_eq(text, "%d%j");
    free(text);
    inv_jid_free(&name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("jid_expand");
    TCase *tests = tcase_create("expand");

    tcase_add_test(tests, a_template_is_expanded);
    tcase_add_test(tests, a_name_expands_only_once);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
