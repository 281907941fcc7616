/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/directory/room.h"
#include "tests/support/fixture.h"

/* Answers of many entries, whole and page by page. */

static void add_many(size_t from, size_t count)
{
    inv_operation *flight[100];
    char cn[32];
    char dn[96];

    for (size_t i = 0; i < count; i++) {
        (void)snprintf(cn, sizeof(cn), "many%zu", from + i);
        (void)snprintf(dn, sizeof(dn), "cn=%s,ou=many," ROOM, cn);
        flight[i] = room_device(dn, cn);
    }
    ck_assert_int_eq(inv_directory_run(admin, flight, count, &deadline, &verdict), INV_OK);
    for (size_t i = 0; i < count; i++) {
        ck_assert(inv_operation_answered(flight[i], INV_LDAP_SUCCESS));
        inv_operation_free(&flight[i]);
    }
}

/* The identity's own limit is 500 entries for a plain search. */
START_TEST(long_lists_come_in_pages)
{
    static const char *const attributes[] = {"cn", NULL};
    bool seen[1100] = {false};
    inv_directory *directory = NULL;
    inv_operation *search;

    site_modify(site, "dn: ou=many," ROOM "\nchangetype: add\nobjectClass: organizationalUnit\n");
    for (size_t i = 0; i < 1100; i += 100)
        add_many(i, 100);
    ck_assert_int_eq(inv_directory_acquire(&site->context->config->directory, &directory, &verdict),
                     INV_OK);
    search =
        inv_operation_search("ou=many," ROOM, INV_SCOPE_ONE, "(objectClass=device)", attributes);
    room_run(directory, search);
    ck_assert_int_eq(search->code, INV_LDAP_SIZE_LIMIT_EXCEEDED);
    inv_operation_free(&search);
    search =
        inv_operation_search("ou=many," ROOM, INV_SCOPE_ONE, "(objectClass=device)", attributes);
    search->paged = true;
    room_run(directory, search);
    ck_assert_int_eq(search->code, INV_LDAP_SUCCESS);
    ck_assert_uint_eq(search->entry_count, 1100);
    for (size_t i = 0; i < search->entry_count; i++) {
        unsigned long number =
            strtoul(inv_entry_text(search->entries[i], "cn") + strlen("many"), NULL, 10);

        ck_assert_uint_lt(number, 1100);
        ck_assert(!seen[number]);
        seen[number] = true;
    }
    inv_operation_free(&search);
    inv_directory_release(&directory);
}
END_TEST

/* Reads a page, takes every second entry of it away, and goes on. */
static size_t read_page(inv_operation *search)
{
    size_t count;

    room_run(admin, search);
    ck_assert_int_eq(search->code, INV_LDAP_SUCCESS);
    count = search->entry_count;
    ck_assert_uint_gt(count, 0);
    for (size_t i = 0; i < count; i += 2) {
        inv_operation *removal = inv_operation_new_delete(inv_entry_dn(search->entries[i]));

        room_run(admin, removal);
        ck_assert_int_eq(removal->code, INV_LDAP_SUCCESS);
        inv_operation_free(&removal);
    }
    return count;
}

START_TEST(a_long_answer_page_by_page)
{
    static const char *const attributes[] = {"cn", NULL};
    inv_operation *search =
        inv_operation_search("ou=many," ROOM, INV_SCOPE_ONE, "(objectClass=device)", attributes);
    size_t pages = 0;
    size_t count = 0;

    search->paged = search->by_page = true;
    do {
        size_t of_page = read_page(search);

        ck_assert_uint_lt(of_page, 1100);
        count += of_page;
        pages++;
    } while (inv_operation_has_more(search));
    ck_assert_uint_eq(count, 1100);
    ck_assert_uint_gt(pages, 1);
    inv_operation_free(&search);
}
END_TEST

/* A page belongs to the connection of the one before. */
START_TEST(no_further_page_from_another_connection)
{
    static const char *const attributes[] = {"cn", NULL};
    inv_operation *search =
        inv_operation_search("ou=many," ROOM, INV_SCOPE_ONE, "(objectClass=device)", attributes);
    inv_operation *other = inv_operation_search("ou=many," ROOM, INV_SCOPE_BASE, NULL, attributes);
    const inv_deadline over = inv_deadline_in(0);

    search->paged = search->by_page = true;
    room_run(admin, search);
    ck_assert(inv_operation_has_more(search));
    ck_assert_int_eq(inv_directory_run(admin, &other, 1, &over, &verdict), INV_TIMEOUT);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(inv_directory_run(admin, &search, 1, &deadline, &verdict),
                         INV_DIRECTORY_DOWN);
        ck_assert_uint_eq(search->entry_count, 0);
        room_run(admin, other); /* there is a new connection by now */
    }
    inv_operation_free(&other);
    inv_operation_free(&search);
}
END_TEST

/* Nor one that is asked for again because the server was restarted meanwhile. */
START_TEST(no_further_page_from_a_server_that_was_restarted)
{
    static const char *const attributes[] = {"cn", NULL};
    inv_operation *search =
        inv_operation_search("ou=many," ROOM, INV_SCOPE_ONE, "(objectClass=device)", attributes);

    search->paged = search->by_page = true;
    room_run(admin, search);
    ck_assert(inv_operation_has_more(search));
    site_restart(site, NULL, NULL);
    ck_assert_int_eq(inv_directory_run(admin, &search, 1, &deadline, &verdict), INV_DIRECTORY_DOWN);
    ck_assert_uint_eq(search->entry_count, 0);
    inv_operation_free(&search);
}
END_TEST

void room_pages_add(TCase *operations)
{
    tcase_add_test(operations, long_lists_come_in_pages);
    tcase_add_test(operations, a_long_answer_page_by_page);
    tcase_add_test(operations, no_further_page_from_another_connection);
    tcase_add_test(operations, no_further_page_from_a_server_that_was_restarted);
}
