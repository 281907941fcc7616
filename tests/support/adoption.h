/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_ADOPTION_H
#define INVITEGATE_TESTS_ADOPTION_H

#include "invitegate/adopt.h"
#include "tests/support/fixture.h"

/* A site, its administrator, and what inv_adopt_all noted last. */
struct adoption {
    inv_directory *admin;
    char notes[65536]; /* "done DN JID: WHY" a line */
    size_t count[INV_ADOPT_DENIED + 1];
    void (*act)(void); /* at the first progress */
};
extern struct adoption adoption;

/* For a checked fixture: the sites of fixture_start and of two_domains_start. */
void adoption_start(void);
void adoption_start_two(void);
void adoption_stop(void);

/* inv_adopt_all in that domain. */
inv_result adoption_run(const char *domain, const inv_adopt_order *order);

/* Everybody of example.org, by the administrator; it must succeed. */
void adoption_all(const char *except, bool undo);

void adoption_expect(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define adoption_expect_not(text)                                                                  \
    ck_assert_msg(strstr(adoption.notes, text) == NULL, "\"%s\" in:\n%.8000s", text, adoption.notes)

/* uid=LOCAL of inetOrgPerson with SITE_PASSWORD, in people or below another base. */
void adoption_person(const char *local);
void adoption_person_in(const char *base, const char *local);

/* ou=NAME below SITE_BASE */
void adoption_unit(const char *name);

/* Whether that JID has its one account, a whole one; or whether no entry of the name is one. */
bool adoption_is_account(const char *base, const char *local, const char *jid);
bool adoption_is_untouched(const char *local);

#endif
