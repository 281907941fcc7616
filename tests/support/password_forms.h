/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_PASSWORD_FORMS_H
#define INVITEGATE_TESTS_PASSWORD_FORMS_H

#include <stddef.h>

#include "tests/support/site.h"

/*
 * The forms that a password is kept in, and passwords that SASLprep (RFC 4013) changes or refuses:
 * what each way in is tried with. In front of OpenLDAP, which has all forms.
 */

typedef struct password_form {
    const char *name;      /* for names of accounts */
    const char *verifiers; /* password_verifiers */
    bool binds;            /* a userPassword is kept */
    const char *scram;     /* the mechanism of the only authPassword that is kept, or NULL */
} password_form;
extern const password_form password_forms[];
#define PASSWORD_FORMS      9
#define PASSWORD_FORMS_PURE 6 /* the first ones: one value in one attribute */

/*
 * Keeps both attributes, each of which is tried alone as well: one password is enough. yescrypt,
 * which takes a tenth of a second each time, is tried with all passwords by the first way only.
 */
bool password_form_is_mixed(const password_form *form);
bool password_form_is_slow(const password_form *form);

/* Accounts with SITE_PASSWORD, "uid=FORM-WAY-PASSWORD", to be reset: prefix is what is in front. */
void password_forms_add_accounts(const struct site *site, const char *prefix, const char *way);

/* What a person types, and what a client's server makes of it. */
typedef struct typed_password {
    const char *name;
    const char *typed;
    const char *prepared;
} typed_password;

/* U+00A0, U+FB01 and full-width letters in one. */
extern const typed_password password_changed;
/* Full-width braces: looks hashed once it is prepared, and is refused where the directory hashes.
 */
extern const typed_password password_in_braces;
/* Cannot be prepared. */
#define PASSWORD_UNPREPARED "a\ttab, and kettles"

/*
 * A site whose slapd takes passwords that were hashed elsewhere, {SSHA512} too, and lets invitegate
 * read authPassword. Its folder of PAM stacks has "xmpp" of config-examples.
 */
struct site *password_forms_start(void);
const char *password_forms_stacks(const struct site *site);

/*
 * What uid=LOCAL keeps is the prepared password and no other: by binds at slapd, and by SCRAM
 * computed here. Then logs in over PAM as typed and as prepared, and not with another password.
 */
void password_form_expect(struct site *site, const password_form *form, const char *local,
                          const typed_password *password);

/* There is no entry of this name. */
void password_form_expect_none(struct site *site, const char *local);

#endif
