/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "tests/directory/room.h"
#include "tests/support/counter.h"
#include "tests/support/fixture.h"

/* What the password policy says of an add, and passwords that are proved by a bind. */

static inv_operation *new_account(const char *local, const char *password)
{
    char dn[96];
    inv_operation *add;

    (void)snprintf(dn, sizeof(dn), "uid=%s," SITE_PEOPLE, local);
    add = inv_operation_new_add(dn);
    inv_operation_text(add, INV_CHANGE_ADD, "objectClass", "inetOrgPerson");
    inv_operation_text(add, INV_CHANGE_ADD, "objectClass", "xmppAccount");
    inv_operation_text(add, INV_CHANGE_ADD, "cn", local);
    inv_operation_text(add, INV_CHANGE_ADD, "sn", local);
    inv_operation_text(add, INV_CHANGE_ADD, "uid", local);
    inv_operation_text(add, INV_CHANGE_ADD, "xmppJid", "policy@example.org");
    inv_operation_text(add, INV_CHANGE_ADD, "inviteId", "fe8ed1b9e1c311291f06daec7dba860f82c3632a");
    inv_operation_text(add, INV_CHANGE_ADD, "userPassword", password);
    add->password_policy = true;
    return add;
}

START_TEST(the_policys_words_come_back)
{
    inv_directory *directory = NULL;
    inv_operation *add = new_account("policy", "short");

    ck_assert_int_eq(inv_directory_acquire(&site->context->config->directory, &directory, &verdict),
                     INV_OK);
    room_run(directory, add);
    ck_assert_int_eq(add->code, INV_LDAP_CONSTRAINT_VIOLATION);
    ck_assert_int_ge(add->policy_error, 0);
    ck_assert_ptr_nonnull(add->diagnostic);
    inv_operation_free(&add);
    add = new_account("policy", SITE_PASSWORD);
    room_run(directory, add);
    ck_assert_int_eq(add->code, INV_LDAP_SUCCESS);
    ck_assert_int_eq(add->policy_error, -1);
    inv_operation_free(&add);
    inv_directory_release(&directory);
}
END_TEST

/* Beside the policy's own answer, and only what the identity may read. */
START_TEST(the_policys_words_and_what_was_left)
{
    static const char *const attributes[] = {"uid", "inviteNonce", "userPassword", NULL};
    inv_directory *directory = NULL;
    inv_operation *add = new_account("afterwards", SITE_PASSWORD);
    inv_operation *refused = new_account("afterwards2", "short");

    ck_assert_int_eq(inv_directory_acquire(&site->context->config->directory, &directory, &verdict),
                     INV_OK);
    inv_operation_read_after(add, attributes);
    room_run(directory, add);
    ck_assert_int_eq(add->code, INV_LDAP_SUCCESS);
    ck_assert_int_eq(add->policy_error, -1);
    ck_assert_ptr_nonnull(add->after);
    ck_assert_str_eq(inv_entry_text(add->after, "uid"), "afterwards");
    ck_assert_uint_eq(inv_entry_count(add->after, "inviteNonce"), 0);  /* it has none */
    ck_assert_uint_eq(inv_entry_count(add->after, "userPassword"), 0); /* may not be read */
    inv_operation_read_after(refused, attributes);
    room_run(directory, refused);
    ck_assert_int_eq(refused->code, INV_LDAP_CONSTRAINT_VIOLATION);
    ck_assert_int_ge(refused->policy_error, 0);
    ck_assert_ptr_null(refused->after);
    inv_operation_free(&add);
    inv_operation_free(&refused);
    inv_directory_release(&directory);
}
END_TEST

static inv_result prove(const char *dn, const char *password)
{
    inv_secret *secret = inv_secret_new(password, strlen(password));
    inv_result result = inv_directory_verify(admin, dn, secret, &deadline, &verdict);

    inv_secret_free(&secret);
    return result;
}

START_TEST(passwords_are_proved_by_a_bind)
{
    site_add_account(site, "prover");
    ck_assert_int_eq(prove("uid=prover," SITE_PEOPLE, SITE_PASSWORD), INV_OK);
    ck_assert_int_eq(prove("uid=prover," SITE_PEOPLE, "wrong"), INV_WRONG_PASSWORD);
    ck_assert_int_eq(prove("uid=prover," SITE_PEOPLE, ""), INV_WRONG_PASSWORD);
    ck_assert_int_eq(prove("uid=nobody," SITE_PEOPLE, SITE_PASSWORD), INV_WRONG_PASSWORD);
    ck_assert_int_eq(prove("", SITE_PASSWORD), INV_WRONG_PASSWORD);
    /* and the connection in use is still the admin's */
    ck_assert_int_eq(room_run_once(room_device("cn=proved," ROOM, "proved")), INV_LDAP_SUCCESS);
}
END_TEST

/* RFC 4513 5.1.2: what a server makes of a bind without a name or a password is its own affair. */
START_TEST(what_proves_nothing_is_not_sent)
{
    struct counter *counter = counter_attach(admin);

    ck_assert_int_eq(prove(ADMIN, ""), INV_WRONG_PASSWORD);
    ck_assert_int_eq(prove("", SITE_PASSWORD), INV_WRONG_PASSWORD);
    ck_assert_int_eq(prove("", ""), INV_WRONG_PASSWORD);
    deadline = inv_deadline_in(0);
    ck_assert_int_eq(prove(ADMIN, SITE_PASSWORD), INV_TIMEOUT);
    ck_assert_uint_eq(counter->proofs, 0);
    deadline = inv_deadline_in(20000);
    ck_assert_int_eq(prove(ADMIN, "wrong"), INV_WRONG_PASSWORD);
    ck_assert_uint_eq(counter->proofs, 1);
    counter_detach(admin, &counter);
}
END_TEST

void room_passwords_add(TCase *operations)
{
    tcase_add_test(operations, the_policys_words_come_back);
    tcase_add_test(operations, the_policys_words_and_what_was_left);
    tcase_add_test(operations, passwords_are_proved_by_a_bind);
    tcase_add_test(operations, what_proves_nothing_is_not_sent);
}
