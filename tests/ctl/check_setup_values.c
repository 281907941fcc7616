/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "setup/value.h"
#include "tests/support/suite.h"

/* Values of cn=config, as invitectl setup compares them. */

START_TEST(equal)
{
    static const struct {
        const char *a;
        const char *b;
        bool same;
    } pairs[] = {
        {"{0}to * by * read", "to *  by\t* read ", true},
        {"{-1}frontend", "frontend", true},
        {"{0}a", "{17}a", true},
        {"{a}b", "b", false},
        {"{}b", "b", false},
        {"{1b", "{1b", true},
        {"a b", "ab", false},
        {"a", "A", false},
        {"", "", true},
        {" ", "", true},
        {"a", "a b", false},
        {"( 1.2 NAME 'x'\n DESC 'y' )", "{3}( 1.2 NAME 'x' DESC 'y' )", true},
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        ck_assert_msg(ctl_value_equal(pairs[i].a, pairs[i].b) == pairs[i].same, "%s", pairs[i].a);
        ck_assert_msg(ctl_value_equal(pairs[i].b, pairs[i].a) == pairs[i].same, "%s", pairs[i].b);
    }
}
END_TEST

START_TEST(definitions)
{
    static const char person[] =
        "{4}( 2.5.6.6 NAME ( 'person' 'human' ) DESC 'SUP is no SUP here' SUP ( top $ dcObject ) "
        "STRUCTURAL MUST ( sn $ cn ) )";
    char oid[CTL_OID_SIZE];
    ctl_texts above = {.texts = NULL};

    ck_assert(ctl_value_oid(person, oid));
    ck_assert_str_eq(oid, "2.5.6.6");
    ck_assert(ctl_value_oid("(1.2", oid));
    ck_assert(!ctl_value_oid("1.2 NAME", oid));
    ck_assert(!ctl_value_oid("( NAME", oid));
    ck_assert(!ctl_value_oid("", oid));
    ck_assert(ctl_value_is_named(person, "Human"));
    ck_assert(ctl_value_is_named(person, "person"));
    ck_assert(!ctl_value_is_named(person, "top"));
    ck_assert(!ctl_value_is_named(person, "hum"));
    ck_assert(ctl_value_superiors(person, &above));
    ck_assert_uint_eq(above.count, 2);
    ck_assert_str_eq(above.texts[0], "top");
    ck_assert_str_eq(above.texts[1], "dcObject");
    ck_assert(ctl_value_superiors("( 1.2 NAME 'x' SUP person AUXILIARY )", &above));
    ck_assert_uint_eq(above.count, 3);
    ck_assert_str_eq(above.texts[2], "person");
    ck_assert(ctl_value_superiors("( 1.2 NAME 'x' )", &above));
    ck_assert_uint_eq(above.count, 3);
    ctl_texts_clear(&above);
}
END_TEST

START_TEST(modules)
{
    ck_assert(ctl_value_loads("{1}ppolicy", "ppolicy"));
    ck_assert(ctl_value_loads("{1}ppolicy.la", "ppolicy"));
    ck_assert(ctl_value_loads("{0}/usr/lib/ldap/ppolicy.so", "ppolicy"));
    ck_assert(ctl_value_loads("argon2 m=19456 t=2 p=1", "argon2"));
    ck_assert(ctl_value_loads("\"argon2.la\" m=1/2", "argon2"));
    ck_assert(!ctl_value_loads("ppolicy2", "ppolicy"));
    ck_assert(!ctl_value_loads("back_ppolicy", "ppolicy"));
    ck_assert(!ctl_value_loads("", "ppolicy"));
}
END_TEST

START_TEST(indexes)
{
    static const char defaults[] = "default pres,eq";
    char *wider;

    ck_assert(ctl_index_names("uid,cn eq", "CN"));
    ck_assert(!ctl_index_names("uid,cn eq", "eq"));
    ck_assert(ctl_index_names(defaults, "default"));
    ck_assert(ctl_index_has("uid,cn eq,sub", "eq", NULL));
    ck_assert(ctl_index_has("uid,cn pres eq", "eq", NULL));
    ck_assert(!ctl_index_has("uid,cn", "eq", NULL));
    ck_assert(ctl_index_has("uid,cn", "eq", defaults));
    ck_assert(!ctl_index_has("mail sub", "eq", defaults));
    wider = ctl_index_widen("member pres", "eq", defaults);
    ck_assert_str_eq(wider, "member pres,eq");
    free(wider);
    wider = ctl_index_widen("uid,cn", "sub", defaults);
    ck_assert_str_eq(wider, "uid,cn pres,eq,sub");
    free(wider);
    wider = ctl_index_widen("uid", "eq", NULL);
    ck_assert_str_eq(wider, "uid eq");
    free(wider);
}
END_TEST

START_TEST(administrators)
{
    static const struct {
        const char *rule;
        bool leads;
    } rules[] = {
        {"{0}to * by dn.exact=\"cn=a,dc=x\" manage by * break", true},
        {"to * by dn=\"cn=a b,dc=x\" write by group/groupOfNames/member=\"cn=g\" read by * break",
         true},
        {"to * by users read by * break", false},
        {"to * by dn.exact=\"cn=a\" write by users read by * break", false},
        {"to * by dn.exact=\"cn=a\" manage by * none", false},
        {"to * by * break", false},
        {"to attrs=userPassword by dn.exact=\"cn=a\" write by * break", false},
        {"to dn.base=\"\" by dn.exact=\"cn=a\" read by * break", false},
        {"to * by dnattr=owner write by * break", false},
        {"to *", false},
        {"to", false},
        {"", false},
        {"by * break", false},
    };

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        ck_assert_msg(ctl_rule_is_of_administrators(rules[i].rule) == rules[i].leads, "%s",
                      rules[i].rule);
}
END_TEST

START_TEST(parts_of_a_rule)
{
    ctl_clauses clauses;
    char *what;

    ck_assert(ctl_rule_read("{3}to dn.subtree=\"ou=a by b,dc=x\" attrs=cn  by self write by "
                            "dn.exact=\"cn=\\\"by\\\" c\" ssf=128 =xw break by * none",
                            &what, &clauses));
    ck_assert_str_eq(what, "dn.subtree=\"ou=a by b,dc=x\" attrs=cn");
    ck_assert_uint_eq(clauses.who.count, 3);
    ck_assert_str_eq(clauses.who.texts[0], "self");
    ck_assert_str_eq(clauses.rights.texts[0], "write");
    ck_assert_str_eq(clauses.who.texts[1], "dn.exact=\"cn=\\\"by\\\" c\" ssf=128");
    ck_assert_str_eq(clauses.rights.texts[1], "=xw break");
    ck_assert_str_eq(clauses.who.texts[2], "*");
    ck_assert_str_eq(clauses.rights.texts[2], "none");
    free(what);
    ctl_clauses_clear(&clauses);
}
END_TEST

/* Who keeps what: an administrator, a replica, an application, a help desk. */
START_TEST(privileged)
{
    static char passwords[] =
        "to attrs=userPassword,shadowLastChange by dn.exact=\"cn=replica\" read by "
        "group.exact=\"cn=desk\" write by dn.exact=\"cn=admin\" =xw by anonymous auth by * none";
    static char all[] = "to * by dn.exact=\"cn=admin\" write by dn.exact=\"cn=replica\" read by "
                        "dn.exact=\"cn=app\" read by users read by * none";
    char *texts[] = {passwords, all, NULL};
    const ctl_texts site = {.texts = texts, .count = 2};
    char *others;
    char *secrets;

    ck_assert(ctl_rules_privileged(&site, &others, &secrets));
    ck_assert_str_eq(others, " by dn.exact=\"cn=admin\" write by dn.exact=\"cn=replica\" read");
    ck_assert_str_eq(secrets, " by dn.exact=\"cn=replica\" read");
    free(others);
    free(secrets);
}
END_TEST

/* Records in LDIF, folded, several of one DN, with comments between. */
START_TEST(examples)
{
    static const char people[] = "ou=people,dc=example,dc=org";
    ctl_texts dns = {.texts = NULL};
    ctl_texts values = {.texts = NULL};

    ck_assert(ctl_example_dns("389ds/invitegate-aci.ldif", &dns));
    ck_assert_uint_eq(dns.count, 5);
    ck_assert_str_eq(dns.texts[2], people);
    ctl_texts_clear(&dns);
    ck_assert(ctl_example_record("389ds/invitegate-aci.ldif", people, "aci", &values));
    ck_assert_uint_eq(values.count, 11);
    ck_assert_str_eq(values.texts[3],
                     "(targetfilter = \"(objectClass=xmppAccount)\")(targetattr = \"userPassword\")"
                     " (version 3.0; acl \"invitegate: whether there is a password\"; allow "
                     "(search) userdn = "
                     "\"ldap:///cn=invitegate,ou=services,dc=example,dc=org\";)");
    ctl_texts_clear(&values);
    ck_assert(ctl_example_record("389ds/invitegate-config.ldif", "cn=config", "aci", &values));
    ck_assert_uint_eq(values.count, 1);
    ctl_texts_clear(&values);
    ck_assert(ctl_example_record("389ds/invitegate-aci.ldif", "ou=none", "aci", &values));
    ck_assert_uint_eq(values.count, 0);
}
END_TEST

static Suite *suite(void)
{
    Suite *all = suite_create("setup_values");
    TCase *tests = tcase_create("values");

    tcase_add_test(tests, equal);
    tcase_add_test(tests, definitions);
    tcase_add_test(tests, modules);
    tcase_add_test(tests, indexes);
    tcase_add_test(tests, administrators);
    tcase_add_test(tests, parts_of_a_rule);
    tcase_add_test(tests, privileged);
    tcase_add_test(tests, examples);
    suite_add_tcase(all, tests);
    return all;
}

int main(void)
{
    return suite_run(suite());
}
