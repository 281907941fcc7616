/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "tests/directory/room.h"
#include "tests/support/fixture.h"

/* The directory's operations and answers, in a real one. */

/* ----------------------------------------------------------------------------------- operations */

START_TEST(add_search_modify_delete)
{
    static const char *const attributes[] = {"cn", "description", "serialNumber", NULL};
    const char *dn = "cn=one," ROOM;
    inv_operation *operation = room_device(dn, "one");
    const inv_entry *entry;

    inv_operation_text(operation, INV_CHANGE_ADD, "description", "first");
    inv_operation_text(operation, INV_CHANGE_ADD, "serialNumber", "1");
    inv_operation_text(operation, INV_CHANGE_ADD, "description", "second");
    ck_assert_int_eq(room_run_once(operation), INV_LDAP_SUCCESS);
    ck_assert_int_eq(room_run_once(room_device(dn, "one")), INV_LDAP_ENTRY_ALREADY_EXISTS);

    operation = inv_operation_new_modify(dn);
    inv_operation_text(operation, INV_CHANGE_DELETE, "description", "first");
    inv_operation_text(operation, INV_CHANGE_ADD, "description", "third");
    inv_operation_text(operation, INV_CHANGE_REPLACE, "serialNumber", NULL);
    ck_assert_int_eq(room_run_once(operation), INV_LDAP_SUCCESS);
    operation = inv_operation_new_modify(dn);
    inv_operation_text(operation, INV_CHANGE_DELETE, "description", "first");
    ck_assert_int_eq(room_run_once(operation), INV_LDAP_NO_SUCH_ATTRIBUTE);
    operation = inv_operation_new_modify(dn);
    inv_operation_text(operation, INV_CHANGE_ADD, "description", "third");
    ck_assert_int_eq(room_run_once(operation), INV_LDAP_ATTRIBUTE_OR_VALUE_EXISTS);

    operation = inv_operation_search(ROOM, INV_SCOPE_SUBTREE, "(cn=one)", attributes);
    room_run(admin, operation);
    ck_assert_int_eq(operation->code, INV_LDAP_SUCCESS);
    ck_assert_uint_eq(operation->entry_count, 1);
    entry = operation->entries[0];
    ck_assert(inv_dn_equal(inv_entry_dn(entry), dn));
    ck_assert_uint_eq(inv_entry_count(entry, "DESCRIPTION"), 2);
    ck_assert(inv_entry_has(entry, "description", "SECOND"));
    ck_assert(!inv_entry_has(entry, "description", "first"));
    ck_assert_uint_eq(inv_entry_count(entry, "serialNumber"), 0);
    ck_assert_ptr_null(inv_entry_text(entry, "serialNumber"));
    ck_assert_uint_eq(inv_entry_count(entry, "objectClass"), 0); /* was not asked for */
    inv_operation_free(&operation);

    operation = inv_operation_new_modify(dn);
    inv_operation_text(operation, INV_CHANGE_DELETE, "description", NULL);
    ck_assert_int_eq(room_run_once(operation), INV_LDAP_SUCCESS);
    ck_assert_uint_eq(site_values(site, dn, "description"), 0);
    ck_assert_int_eq(room_run_once(inv_operation_new_delete(dn)), INV_LDAP_SUCCESS);
    ck_assert_int_eq(room_run_once(inv_operation_new_delete(dn)), INV_LDAP_NO_SUCH_OBJECT);
}
END_TEST

START_TEST(the_server_tells_who_asks)
{
    inv_operation *question = inv_operation_new_who_am_i();
    inv_directory *anonymous = NULL;

    room_run(admin, question);
    ck_assert_int_eq(question->code, INV_LDAP_SUCCESS);
    ck_assert_int_eq(strncmp(question->authorization, "dn:", 3), 0);
    ck_assert(inv_dn_equal(question->authorization + 3, ADMIN)); /* 389 DS: behind a space */
    ck_assert_int_eq(
        inv_directory_new_anonymous(&site->context->config->directory, &anonymous, &verdict),
        INV_OK);
    inv_operation_free(&question);
    question = inv_operation_new_who_am_i();
    room_run(anonymous, question);
    ck_assert_str_eq(question->authorization, "");
    inv_operation_free(&question);
    inv_directory_free(&anonymous);
}
END_TEST

START_TEST(an_entry_that_is_not_there_tells_what_is)
{
    static const char *const nothing[] = {NULL};
    inv_operation *search = inv_operation_search("cn=none," ROOM, INV_SCOPE_BASE, NULL, nothing);

    room_run(admin, search);
    ck_assert(inv_operation_answered(search, INV_LDAP_NO_SUCH_OBJECT));
    ck_assert(inv_dn_equal(search->matched_dn, ROOM));
    ck_assert_int_eq(inv_operation_result(search, "looking", &verdict), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "cn=none," ROOM));
    inv_operation_free(&search);
}
END_TEST

/* How a delete by invitegate's identity, or by alice, is answered. */
static int delete_as(bool alice, const char *dn)
{
    inv_operation *removal = inv_operation_new_delete(dn);
    inv_secret *password = inv_secret_new(SITE_PASSWORD, strlen(SITE_PASSWORD));
    inv_directory *directory = NULL;
    int code;

    ck_assert_int_eq(inv_directory_new(&site->context->config->directory,
                                       alice ? "uid=alice," SITE_PEOPLE : NULL, password,
                                       &directory, &verdict),
                     INV_OK);
    room_run(directory, removal);
    code = removal->code;
    inv_operation_free(&removal);
    inv_directory_free(&directory);
    inv_secret_free(&password);
    return code;
}

START_TEST(who_may_not_delete_hears_whether_the_entry_is_there)
{
    inv_token *token = site_invite(site, NULL, 1);
    char *dn = inv_invite_dn(site_domain(site), inv_token_id(token));

    site_add_account(site, "alice");
    /* no rule lets invitegate delete anything in either place */
    ck_assert_int_eq(delete_as(false, "cn=nobody," ROOM), INV_LDAP_NO_SUCH_OBJECT);
    ck_assert_int_eq(delete_as(false, ROOM), INV_LDAP_INSUFFICIENT_ACCESS);
    ck_assert_int_eq(delete_as(false, dn), INV_LDAP_INSUFFICIENT_ACCESS); /* it is open */
    /* what is hidden is not taken for missing */
    ck_assert_int_eq(delete_as(true, dn), INV_LDAP_INSUFFICIENT_ACCESS);
    free(dn);
    inv_token_free(&token);
}
END_TEST

START_TEST(values_may_hold_any_bytes)
{
    static const char *const attributes[] = {"audio", NULL};
    const char bytes[] = {'a', '\0', (char)0xff, 'b'};
    inv_operation *operation = inv_operation_new_add("cn=bytes," ROOM);
    size_t length = 0;
    const char *value;

    inv_operation_text(operation, INV_CHANGE_ADD, "objectClass", "inetOrgPerson");
    inv_operation_text(operation, INV_CHANGE_ADD, "cn", "bytes");
    inv_operation_text(operation, INV_CHANGE_ADD, "sn", "bytes");
    inv_operation_value(operation, INV_CHANGE_ADD, "audio", bytes, sizeof(bytes));
    ck_assert_int_eq(room_run_once(operation), INV_LDAP_SUCCESS);
    operation = inv_operation_search("cn=bytes," ROOM, INV_SCOPE_BASE, NULL, attributes);
    room_run(admin, operation);
    ck_assert_uint_eq(operation->entry_count, 1);
    value = inv_entry_value(operation->entries[0], "audio", 0, &length);
    ck_assert_uint_eq(length, sizeof(bytes));
    ck_assert_mem_eq(value, bytes, sizeof(bytes));
    ck_assert_int_eq(value[length], '\0');
    ck_assert_ptr_null(inv_entry_value(operation->entries[0], "audio", 1, NULL));
    inv_operation_free(&operation);
}
END_TEST

/* Answers come in any order; each finds its operation. */
START_TEST(many_in_flight)
{
    static const char *const attributes[] = {"cn", NULL};
    inv_operation *flight[60];
    char cn[32];
    char dn[96];

    for (size_t i = 0; i < 30; i++) {
        (void)snprintf(cn, sizeof(cn), "flight%zu", i);
        (void)snprintf(dn, sizeof(dn), "cn=%s," ROOM, cn);
        flight[i] = room_device(dn, cn);
    }
    ck_assert_int_eq(inv_directory_run(admin, flight, 30, &deadline, &verdict), INV_OK);
    for (size_t i = 0; i < 30; i++) {
        ck_assert(inv_operation_answered(flight[i], INV_LDAP_SUCCESS));
        inv_operation_free(&flight[i]);
    }
    for (size_t i = 0; i < 60; i++) {
        (void)snprintf(dn, sizeof(dn), "cn=flight%zu," ROOM, i);
        flight[i] = inv_operation_search(dn, INV_SCOPE_BASE, NULL, attributes);
    }
    ck_assert_int_eq(inv_directory_run(admin, flight, 60, &deadline, &verdict), INV_OK);
    for (size_t i = 0; i < 60; i++) {
        ck_assert_int_eq(flight[i]->code, i < 30 ? INV_LDAP_SUCCESS : INV_LDAP_NO_SUCH_OBJECT);
        ck_assert_uint_eq(flight[i]->entry_count, i < 30 ? 1 : 0);
        if (i < 30) {
            (void)snprintf(cn, sizeof(cn), "flight%zu", i);
            ck_assert_str_eq(inv_entry_text(flight[i]->entries[0], "cn"), cn);
        }
        inv_operation_free(&flight[i]);
    }
}
END_TEST

/* What stands after is this operation's, and in its answer: no second read. */
START_TEST(an_update_tells_what_it_left)
{
    static const char *const attributes[] = {"description", "serialNumber", "entryUUID",
                                             "createTimestamp", NULL};
    static const char *const nothing[] = {"seeAlso", NULL};
    const char *dn = "cn=after," ROOM;
    inv_operation *add = room_device(dn, "after");
    inv_operation *change = inv_operation_new_modify(dn);
    inv_operation *refused = inv_operation_new_modify(dn);
    inv_operation *silent = inv_operation_new_modify(dn);
    inv_operation *empty = inv_operation_new_modify(dn);
    char *created;

    inv_operation_text(add, INV_CHANGE_ADD, "description", "first");
    inv_operation_text(add, INV_CHANGE_ADD, "description", "s\xc3\xbcnd");
    inv_operation_read_after(add, attributes);
    room_run(admin, add);
    ck_assert_int_eq(add->code, INV_LDAP_SUCCESS);
    ck_assert_ptr_nonnull(add->after);
    ck_assert_uint_eq(add->entry_count, 0);
    ck_assert(inv_dn_equal(inv_entry_dn(add->after), dn));
    ck_assert_uint_eq(inv_entry_count(add->after, "description"), 2);
    ck_assert(inv_entry_has(add->after, "description", "s\xc3\xbcnd"));
    ck_assert_uint_eq(inv_entry_count(add->after, "serialNumber"), 0);
    ck_assert_uint_eq(inv_entry_count(add->after, "objectClass"), 0); /* was not asked for */
    created = site_value(site, dn, "createTimestamp");
    ck_assert_str_eq(inv_entry_text(add->after, "createTimestamp"), created);
    free(created);

    inv_operation_text(change, INV_CHANGE_DELETE, "description", NULL);
    inv_operation_text(change, INV_CHANGE_ADD, "serialNumber", "7");
    inv_operation_read_after(change, attributes);
    room_run(admin, change);
    ck_assert_int_eq(change->code, INV_LDAP_SUCCESS);
    ck_assert_ptr_nonnull(change->after);
    ck_assert_uint_eq(inv_entry_count(change->after, "description"), 0);
    ck_assert_str_eq(inv_entry_text(change->after, "serialNumber"), "7");

    /* one that is refused leaves nothing to tell, and none is told where none was asked for */
    inv_operation_text(refused, INV_CHANGE_DELETE, "serialNumber", "6");
    inv_operation_read_after(refused, attributes);
    room_run(admin, refused);
    ck_assert_int_eq(refused->code, INV_LDAP_NO_SUCH_ATTRIBUTE);
    ck_assert_ptr_null(refused->after);
    inv_operation_text(silent, INV_CHANGE_REPLACE, "serialNumber", "8");
    room_run(admin, silent);
    ck_assert_int_eq(silent->code, INV_LDAP_SUCCESS);
    ck_assert_ptr_null(silent->after);
    /* told, and empty, is something else than not told */
    inv_operation_text(empty, INV_CHANGE_REPLACE, "serialNumber", "9");
    inv_operation_read_after(empty, nothing);
    room_run(admin, empty);
    ck_assert_int_eq(empty->code, INV_LDAP_SUCCESS);
    ck_assert_ptr_nonnull(empty->after);
    ck_assert_uint_eq(inv_entry_count(empty->after, "seeAlso"), 0);
    inv_operation_read_after(NULL, attributes); /* is nothing */

    inv_operation_free(&add);
    inv_operation_free(&change);
    inv_operation_free(&refused);
    inv_operation_free(&silent);
    inv_operation_free(&empty);
    ck_assert_int_eq(room_run_once(inv_operation_new_delete(dn)), INV_LDAP_SUCCESS);
}
END_TEST

START_TEST(an_operation_short_of_memory_is_not_sent)
{
    inv_operation *flight[] = {room_device("cn=two," ROOM, "two"), NULL};

    ck_assert_int_eq(inv_directory_run(admin, flight, 2, &deadline, &verdict), INV_NO_MEMORY);
    ck_assert_int_eq(flight[0]->state, INV_OPERATION_UNSENT);
    flight[0]->no_memory = true;
    ck_assert_int_eq(inv_directory_run(admin, flight, 1, &deadline, &verdict), INV_NO_MEMORY);
    ck_assert_int_eq(flight[0]->state, INV_OPERATION_UNSENT);
    inv_operation_free(&flight[0]);
    inv_operation_text(NULL, INV_CHANGE_ADD, "cn", "x"); /* is nothing */
}
END_TEST

/* ------------------------------------------------------------------------------------- escaping */

static const char *const odd_values[] = {
    "a,b+c\"d\\e<f>g;h=i#j", " lead", "trail ", "#hash", "(a)*(b)\\2a", "\xc3\xbc ml \xe2\x82\xac",
    "inner  double",         "a=b",   "*",      "\\",    "cn=x,dc=y",
};

START_TEST(names_and_filters_take_any_value)
{
    static const char *const attributes[] = {"cn", NULL};
    const char *value = odd_values[_i];
    char *dn = inv_dn_child("cn", value, ROOM);
    char *escaped = inv_filter_escape(value);
    char *filter = NULL;
    char *leaf_attribute = NULL;
    char *leaf_value = NULL;
    inv_operation *search;

    ck_assert_ptr_nonnull(dn);
    ck_assert(inv_dn_valid(dn));
    ck_assert(inv_dn_within(dn, ROOM));
    ck_assert(!inv_dn_within(ROOM, dn));
    ck_assert(inv_dn_leaf(dn, &leaf_attribute, &leaf_value));
    ck_assert_str_eq(leaf_value, value);
    ck_assert_int_eq(room_run_once(room_device(dn, value)), INV_LDAP_SUCCESS);
    ck_assert_int_gt(asprintf(&filter, "(&(objectClass=device)(cn=%s))", escaped), 0);
    search = inv_operation_search(ROOM, INV_SCOPE_ONE, filter, attributes);
    room_run(admin, search);
    ck_assert_uint_eq(search->entry_count, 1);
    ck_assert_str_eq(inv_entry_text(search->entries[0], "cn"), value);
    /* 389 DS folds spaces in DNs, as caseIgnoreMatch does. */
    if (slapd_kind() != SLAPD_389DS || strstr(value, "  ") == NULL)
        ck_assert(inv_dn_equal(inv_entry_dn(search->entries[0]), dn));
    inv_operation_free(&search);
    ck_assert_int_eq(room_run_once(inv_operation_new_delete(dn)), INV_LDAP_SUCCESS);
    free(leaf_attribute);
    free(leaf_value);
    free(filter);
    free(escaped);
    free(dn);
}
END_TEST

START_TEST(names_compare_part_by_part)
{
    char *empty = inv_filter_escape("");

    ck_assert_str_eq(empty, "");
    free(empty);
    ck_assert(inv_dn_equal("CN=One, dc=Example,DC=org", "cn=one,dc=example,dc=org"));
    ck_assert(!inv_dn_equal("cn=one,dc=example,dc=org", "cn=one,dc=example"));
    ck_assert(!inv_dn_equal("cn=one\\,dc=example,dc=org", "cn=one,dc=example,dc=org"));
    ck_assert(!inv_dn_equal("no dn", "no dn"));
    ck_assert(!inv_dn_equal(NULL, "dc=org"));
    ck_assert(inv_dn_within("dc=org", "dc=org"));
    ck_assert(!inv_dn_within("cn=x\\,dc=org", "dc=org"));
    ck_assert(!inv_dn_within("cn=xdc=org", "dc=org"));
    ck_assert(!inv_dn_valid(""));
    ck_assert(!inv_dn_valid("dc"));
}
END_TEST

static void start(void)
{
    site = site_start(NULL);
    site_modify(site, "dn: " ROOM "\nchangetype: add\nobjectClass: organizationalUnit\n");
}

int main(void)
{
    Suite *suite = suite_create("directory");
    TCase *operations = tcase_create("operations");

    tcase_set_timeout(operations, 60);
    tcase_add_unchecked_fixture(operations, start, fixture_stop);
    tcase_add_checked_fixture(operations, room_open, room_close);
    tcase_add_test(operations, add_search_modify_delete);
    tcase_add_test(operations, the_server_tells_who_asks);
    tcase_add_test(operations, an_entry_that_is_not_there_tells_what_is);
    tcase_add_test(operations, who_may_not_delete_hears_whether_the_entry_is_there);
    tcase_add_test(operations, values_may_hold_any_bytes);
    tcase_add_test(operations, many_in_flight);
    tcase_add_test(operations, an_update_tells_what_it_left);
    tcase_add_test(operations, an_operation_short_of_memory_is_not_sent);
    tcase_add_loop_test(operations, names_and_filters_take_any_value, 0,
                        (int)(sizeof(odd_values) / sizeof(odd_values[0])));
    tcase_add_test(operations, names_compare_part_by_part);
    room_pages_add(operations);
    room_passwords_add(operations);
    suite_add_tcase(suite, operations);
    return suite_run(suite);
}
