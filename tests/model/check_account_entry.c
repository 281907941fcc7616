/* SPDX-License-Identifier: BSD-2-Clause */
/* Accounts as their entries tell of them. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/account.h"
#include "invitegate/account.h"
#include "invitegate/directory.h"
#include "invitegate/timestamp.h"
#include "tests/support/fixture.h"

#define ID    "fe8ed1b9e1c311291f06daec7dba860f82c3632a"
#define NONCE "00112233445566ff"

static inv_account *account_with(const char *attribute, const char *value, inv_result wanted)
{
    inv_entry *entry = inv_entry_new("uid=bob," SITE_PEOPLE);
    inv_account *account = NULL;

    ck_assert(inv_entry_append(entry, "objectClass", "XMPPaccount", 11));
    ck_assert(inv_entry_append(entry, "xmppJid", "bob@example.org", 15));
    ck_assert(inv_entry_append(entry, "inviteId", ID, strlen(ID)));
    if (attribute != NULL)
        ck_assert(inv_entry_append(entry, attribute, value, strlen(value)));
    ck_assert_int_eq(inv_account_from_entry(entry, &account, &verdict), wanted);
    ck_assert((account != NULL) == (wanted == INV_OK));
    inv_entry_free(&entry);
    return account;
}

static inv_account *dated_account(const char *changed, const char *updated)
{
    inv_entry *entry = inv_entry_new("uid=bob," SITE_PEOPLE);
    inv_account *account = NULL;

    ck_assert(inv_entry_append(entry, "pwdChangedTime", changed, strlen(changed)));
    ck_assert(inv_entry_append(entry, "pwdUpdateTime", updated, strlen(updated)));
    ck_assert_int_eq(inv_account_from_entry(entry, &account, &verdict), INV_OK);
    inv_entry_free(&entry);
    return account;
}

START_TEST(what_an_entry_tells)
{
    inv_account *account = account_with(NULL, NULL, INV_OK);

    ck_assert_str_eq(account->dn, "uid=bob," SITE_PEOPLE);
    ck_assert_str_eq(account->jid, "bob@example.org");
    ck_assert_str_eq(account->invite_id, ID);
    ck_assert_ptr_null(account->nonce);
    ck_assert_int_eq(account->created, 0);
    ck_assert_int_eq(account->expires, INV_NEVER);
    ck_assert(!account->disabled);
    ck_assert(!account->must_change);
    ck_assert(account->is_xmpp_account);
    ck_assert(!account->has_auth_password_class);
    inv_account_free(&account);
    account = account_with("objectClass", "authPasswordObject", INV_OK);
    ck_assert(account->has_auth_password_class);
    inv_account_free(&account);
    account = account_with("pwdAccountLockedTime", "000001010000Z", INV_OK);
    ck_assert(account->disabled);
    inv_account_free(&account);
    account = account_with("nsAccountLock", "TRUE", INV_OK);
    ck_assert(account->disabled);
    inv_account_free(&account);
    account = account_with("pwdReset", "true", INV_OK);
    ck_assert(account->must_change);
    ck_assert(!account->disabled);
    inv_account_free(&account);
    account = account_with("pwdReset", "FALSE", INV_OK);
    ck_assert(!account->must_change);
    inv_account_free(&account);
    account = account_with("pwdChangedTime", "20200102030405Z", INV_OK);
    ck_assert_str_eq(account->password_changed_text, "20200102030405Z");
    ck_assert_int_eq(account->password_changed, 1577934245);
    inv_account_free(&account);
    account = account_with("pwdUpdateTime", "20200102030406Z", INV_OK); /* 389 DS */
    ck_assert_str_eq(account->password_changed_text, "20200102030406Z");
    ck_assert_int_eq(account->password_changed, 1577934246);
    inv_account_free(&account);
    account = dated_account("20200102030405Z", "20200102030406Z"); /* it came from OpenLDAP */
    ck_assert_str_eq(account->password_changed_text, "20200102030406Z");
    inv_account_free(&account);
    account = dated_account("20200102030406Z", "20200102030405Z");
    ck_assert_str_eq(account->password_changed_text, "20200102030406Z");
    inv_account_free(&account);
    account = account_with("xmppAccountExpires", "20200102030405Z", INV_OK);
    ck_assert_ptr_null(account->password_changed_text);
    ck_assert_int_eq(account->password_changed, 0);
    ck_assert_int_lt(account->expires, time(NULL));
    inv_account_free(&account);
    (void)account_with("xmppAccountExpires", "soon", INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "uid=bob"));
    (void)account_with("createTimestamp", "once", INV_CONFIG);
    (void)account_with("pwdChangedTime", "once", INV_CONFIG);
}
END_TEST

START_TEST(whose_an_account_is)
{
    inv_account *account = account_with(NULL, NULL, INV_OK);
    inv_jid *name = site_jid("bob@example.org");
    inv_jid *other = site_jid("bobby@example.org");

    ck_assert(inv_account_is_of(account, ID, name));
    ck_assert(!inv_account_is_of(account, ID, other));
    ck_assert(!inv_account_is_of(account, "0" ID, name));
    ck_assert(!inv_account_was_reset_by(account, ID));
    inv_account_free(&account);
    account = account_with("inviteNonce", NONCE, INV_OK);
    ck_assert(!inv_account_was_reset_by(account, ID));
    inv_account_free(&account);
    account = account_with("inviteNonce", NONCE "." ID, INV_OK);
    ck_assert(inv_account_was_reset_by(account, ID));
    ck_assert(!inv_account_was_reset_by(account, NONCE));
    inv_account_free(&account);
    account = account_with("inviteNonce", NONCE "." ID "." NONCE, INV_OK);
    ck_assert(inv_account_was_reset_by(account, ID));
    ck_assert(!inv_account_was_reset_by(account, NONCE));
    ck_assert(!inv_account_was_reset_by(account, "fe8e"));
    inv_account_free(&account);
    inv_jid_free(&name);
    inv_jid_free(&other);
}
END_TEST

#define CHANGED "20200102030405Z"

/* Whether a reset invite that was made for this state is for an account with this date and nonce.
 */
static bool fits(const char *state, const char *changed, const char *nonce)
{
    char kept[128];
    char date[32];
    char mark[128];
    char id[] = ID;
    const inv_account account = {.password_changed_text = changed != NULL ? date : NULL,
                                 .nonce = nonce != NULL ? mark : NULL};
    const inv_invite invite = {.id = id, .account_state = state != NULL ? kept : NULL};

    (void)snprintf(kept, sizeof(kept), "%s", state != NULL ? state : "");
    (void)snprintf(date, sizeof(date), "%s", changed != NULL ? changed : "");
    (void)snprintf(mark, sizeof(mark), "%s", nonce != NULL ? nonce : "");
    return inv_account_fits_reset(&account, &invite);
}

/* Both parts are compared from their beginning to their end. */
START_TEST(which_state_a_reset_is_for)
{
    static const struct {
        const char *state;
        const char *changed;
        const char *nonce;
        bool fits;
    } rows[] = {
        {CHANGED " " NONCE, CHANGED, NONCE, true},
        {CHANGED " " NONCE, CHANGED, "00112233445566FF", true},
        {CHANGED " none", CHANGED, NULL, true},
        {"none " NONCE, NULL, NONCE, true},
        {"none none", NULL, NULL, true},
        /* set since the invite was made */
        {CHANGED " " NONCE, "20200102030406Z", NONCE, false},
        {CHANGED " " NONCE, CHANGED, "ff66554433221100", false},
        {CHANGED " " NONCE, CHANGED, NULL, false},
        {CHANGED " " NONCE, NULL, NONCE, false},
        {"none " NONCE, CHANGED, NONCE, false},
        {CHANGED " none", CHANGED, NONCE, false},
        /* one begins or ends like the other */
        {CHANGED " " NONCE, CHANGED, "00112233445566f", false},
        {CHANGED " " NONCE "." NONCE, CHANGED, NONCE, false},
        {CHANGED " " NONCE, CHANGED, NONCE "0", false},
        {CHANGED " 0" NONCE, CHANGED, NONCE, false},
        {CHANGED "  " NONCE, CHANGED, NONCE, false},
        {CHANGED " " NONCE " ", CHANGED, NONCE, false},
        {CHANGED " nonesuch", CHANGED, NULL, false},
        {"0" CHANGED " " NONCE, CHANGED, NONCE, false},
        {CHANGED "0 " NONCE, CHANGED, NONCE, false},
        {CHANGED "0" NONCE, CHANGED, NONCE, false},
        {CHANGED NONCE, CHANGED, NONCE, false},
        {"20200102030405 " NONCE, CHANGED, NONCE, false},
        {CHANGED " ", CHANGED, NONCE, false},
        {CHANGED, CHANGED, NONCE, false},
        {CHANGED, CHANGED, NULL, false},
        {"none", NULL, NULL, false},
        {"", NULL, NULL, false},
        {NULL, NULL, NULL, false},
        {NULL, CHANGED, NONCE, false},
        /* its own reset was done: only the rest of it is left to do */
        {CHANGED " " NONCE, "20200102030406Z", "8877665544332211." ID "." NONCE, true},
        {NULL, "20200102030406Z", "8877665544332211." ID, true},
        {CHANGED " " NONCE, "20200102030406Z", "8877665544332211." ID "0", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(fits(rows[i].state, rows[i].changed, rows[i].nonce) == rows[i].fits,
                      "row %zu: %s", i, rows[i].state);
}
END_TEST

/* The identity of an account with this nonce, as a copy to be freed. */
static char *identity_with(const char *invite_id, const char *nonce)
{
    char identity[INV_ACCOUNT_IDENTITY_SIZE];
    char dn[] = "uid=bob," SITE_PEOPLE;
    inv_account account = {.dn = dn};

    account.invite_id = invite_id != NULL ? strdup(invite_id) : NULL;
    account.nonce = nonce != NULL ? strdup(nonce) : NULL;
    ck_assert(inv_account_identity(&account, identity));
    free(account.invite_id);
    free(account.nonce);
    return strdup(identity);
}

static void expect_identity(const char *invite_id, const char *nonce, const char *identity,
                            bool same)
{
    char *other = identity_with(invite_id, nonce);

    ck_assert_ptr_nonnull(other);
    ck_assert_msg((strcmp(identity, other) == 0) == same, "%s: %s, %s", nonce, identity, other);
    free(other);
}

START_TEST(which_account_of_a_name)
{
    char *made = identity_with(ID, NONCE);
    char *lost = identity_with(ID, NULL);

    ck_assert_ptr_nonnull(made);
    ck_assert_ptr_nonnull(lost);
    /* printf 'fe8ed1b9e1c311291f06daec7dba860f82c3632a 00112233445566ff' | sha256sum */
    ck_assert_str_eq(made, "589753e10b3db66551dcac30a655e748");
    expect_identity(ID, "00112233445566FF", made, true);
    expect_identity(ID, "8877665544332211." ID "." NONCE, made, true); /* a reset */
    expect_identity(ID, "8877665544332211", made, false);
    expect_identity(ID, "8877665544332211." ID ".8877665544332211", made, false);
    expect_identity("0123456789012345678901234567890123456789", NONCE, made, false);
    /* a reset that did not keep it, and the ones that come after */
    expect_identity(ID, NONCE "." ID, lost, true);
    expect_identity(ID, NONCE "." ID ".", lost, true);
    expect_identity(NULL, NULL, "", true);
    expect_identity(NULL, NONCE "." ID ".", "", true);
    free(made);
    free(lost);
}
END_TEST

START_TEST(who_may_invite)
{
    inv_account account = {.created = 1000, .expires = INV_NEVER, .owner = INV_OWNER_JID};
    inv_invite invite = {.created = 1000};
    char dn[] = "uid=bob";
    bool younger = true;

    account.dn = invite.dn = dn;
    ck_assert(inv_account_may_invite(&account, &invite, 2000));
    ck_assert_int_eq(inv_account_is_younger(&account, &invite, &younger, &verdict), INV_OK);
    ck_assert(!younger);
    ck_assert(!inv_account_may_invite(NULL, &invite, 2000));
    ck_assert_int_eq(inv_account_is_younger(NULL, &invite, &younger, &verdict), INV_OK);
    ck_assert(!younger);
    account.expires = 2000;
    ck_assert(inv_account_may_invite(&account, &invite, 2000));
    ck_assert(!inv_account_may_invite(&account, &invite, 2001));
    account.expires = INV_NEVER;
    account.disabled = true;
    ck_assert(!inv_account_may_invite(&account, &invite, 2000));
    account.disabled = false;
    account.created = 1001;
    ck_assert(!inv_account_may_invite(&account, &invite, 2000));
    ck_assert_int_eq(inv_account_is_younger(&account, &invite, &younger, &verdict), INV_OK);
    ck_assert(younger);
    account.created = 0;
    ck_assert_int_eq(inv_account_is_younger(&account, &invite, &younger, &verdict), INV_CONFIG);
    account.created = 1000;
    invite.created = 0;
    ck_assert_int_eq(inv_account_is_younger(&account, &invite, &younger, &verdict), INV_CONFIG);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("account_entry");
    TCase *account = tcase_create("entry");

    tcase_add_test(account, what_an_entry_tells);
    tcase_add_test(account, whose_an_account_is);
    tcase_add_test(account, which_state_a_reset_is_for);
    tcase_add_test(account, which_account_of_a_name);
    tcase_add_test(account, who_may_invite);
    suite_add_tcase(suite, account);
    return suite_run(suite);
}
