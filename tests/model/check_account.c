/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/model/account.h"
#include "common/model/account_filter.h"
#include "common/model/account_refusal.h"
#include "invitegate/account.h"
#include "invitegate/directory.h"
#include "invitegate/timestamp.h"
#include "tests/support/calls.h"

/* Accounts: found, made, reset, proved. */

#define ID    "fe8ed1b9e1c311291f06daec7dba860f82c3632a"
#define NONCE "00112233445566ff"

/* -------------------------------------------------------------------------------------- entries */

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

/* ----------------------------------------------------------------------------------- operations */

/* Value index of all changes of this kind to the attribute, or NULL. */
static const char *value_of(const inv_operation *operation, inv_change_kind kind,
                            const char *attribute, size_t index)
{
    for (size_t i = 0; i < operation->change_count; i++) {
        const inv_change *change = &operation->changes[i];

        if (change->kind != kind || strcasecmp(change->attribute, attribute) != 0)
            continue;
        if (index < change->value_count)
            return inv_secret_bytes(change->values[index]);
        index -= change->value_count;
    }
    return NULL;
}

static bool has_value(const inv_operation *operation, inv_change_kind kind, const char *attribute,
                      const char *wanted)
{
    const char *value;

    for (size_t i = 0; (value = value_of(operation, kind, attribute, i)) != NULL; i++) {
        if (strcmp(value, wanted) == 0)
            return true;
    }
    return false;
}

/* There is no change of the attribute at all, of any kind. */
static bool is_untouched(const inv_operation *operation, const char *attribute)
{
    for (size_t i = 0; i < operation->change_count; i++) {
        if (strcasecmp(operation->changes[i].attribute, attribute) == 0)
            return false;
    }
    return true;
}

/* The attribute is replaced with nothing: the change has to be there, and to have no value. */
static bool is_taken_away(const inv_operation *operation, const char *attribute)
{
    for (size_t i = 0; i < operation->change_count; i++) {
        const inv_change *change = &operation->changes[i];

        if (strcasecmp(change->attribute, attribute) == 0)
            return change->kind == INV_CHANGE_REPLACE && change->value_count == 0;
    }
    return false;
}

static inv_operation *new_add(const inv_domain *domain, const char *account_expires, time_t now)
{
    char id[] = ID;
    char inviter[] = "alice@example.org";
    char ends[64];
    const inv_invite invite = {
        .id = id, .inviter = inviter, .account_expires = account_expires != NULL ? ends : NULL};
    inv_secret *password = inv_secret_new(SITE_PASSWORD, strlen(SITE_PASSWORD));
    inv_verifiers *verifiers = NULL;
    inv_jid *name = site_jid("bob@example.org");
    inv_operation *add;

    (void)snprintf(ends, sizeof(ends), "%s", account_expires != NULL ? account_expires : "");
    ck_assert_int_eq(inv_verifiers_new(domain, password, &call.deadline, &verifiers, &verdict),
                     INV_OK);
    add = inv_account_add_operation(domain, name, &(inv_account_origin){&invite, NONCE, now},
                                    verifiers);
    ck_assert_ptr_nonnull(add);
    inv_verifiers_free(&verifiers);
    inv_secret_free(&password);
    inv_jid_free(&name);
    return add;
}

START_TEST(a_new_account_is_what_the_domain_says)
{
    inv_operation *add = new_add(site_domain(site), NULL, 0);

    ck_assert_str_eq(add->dn, "uid=bob," SITE_PEOPLE);
    ck_assert_int_eq(add->kind, INV_OPERATION_ADD);
    ck_assert(add->password_policy);
    ck_assert(has_value(add, INV_CHANGE_ADD, "objectClass", "inetOrgPerson"));
    ck_assert(has_value(add, INV_CHANGE_ADD, "objectClass", "xmppAccount"));
    ck_assert(!has_value(add, INV_CHANGE_ADD, "objectClass", "authPasswordObject"));
    ck_assert_str_eq(value_of(add, INV_CHANGE_ADD, "uid", 0), "bob");
    ck_assert_str_eq(value_of(add, INV_CHANGE_ADD, "mail", 0), "bob@example.org");
    ck_assert_str_eq(value_of(add, INV_CHANGE_ADD, "xmppJid", 0), "bob@example.org");
    ck_assert_str_eq(value_of(add, INV_CHANGE_ADD, "inviteId", 0), ID);
    ck_assert_str_eq(value_of(add, INV_CHANGE_ADD, "inviteNonce", 0), NONCE);
    ck_assert_str_eq(value_of(add, INV_CHANGE_ADD, "xmppInvitedBy", 0), "alice@example.org");
    ck_assert_str_eq(value_of(add, INV_CHANGE_ADD, "userPassword", 0), SITE_PASSWORD);
    ck_assert(is_untouched(add, "xmppAccountExpires"));
    ck_assert(is_untouched(add, "xmppVerifiersOf"));
    /* each attribute once: an add that names one twice is refused by some servers */
    for (size_t i = 0; i < add->change_count; i++) {
        for (size_t j = 0; j < i; j++)
            ck_assert_int_ne(strcasecmp(add->changes[i].attribute, add->changes[j].attribute), 0);
    }
    inv_operation_free(&add);
}
END_TEST

START_TEST(the_end_of_a_guest)
{
    inv_operation *add = new_add(site_domain(site), "30d", 1000000000);
    char wanted[INV_TIMESTAMP_SIZE];

    inv_timestamp_write_generalized(1000000000 + 30 * 86400, wanted);
    ck_assert_str_eq(value_of(add, INV_CHANGE_ADD, "xmppAccountExpires", 0), wanted);
    inv_operation_free(&add);
    add = new_add(site_domain(site), "20300102030405Z", 1000000000);
    ck_assert_str_eq(value_of(add, INV_CHANGE_ADD, "xmppAccountExpires", 0), "20300102030405Z");
    inv_operation_free(&add);
}
END_TEST

START_TEST(scram_brings_its_class)
{
    inv_domain *domain = site_domain(site);
    unsigned verifiers = domain->verifiers;
    inv_operation *add;

    domain->verifiers = INV_VERIFIER_SERVER | INV_VERIFIER_SCRAM_SHA_256 | INV_VERIFIER_SCRAM_SHA_1;
    add = new_add(domain, NULL, 0);
    ck_assert(has_value(add, INV_CHANGE_ADD, "objectClass", "authPasswordObject"));
    ck_assert_ptr_nonnull(value_of(add, INV_CHANGE_ADD, "authPassword", 1));
    inv_operation_free(&add);
    domain->verifiers = verifiers;
}
END_TEST

static inv_operation *new_reset(const inv_domain *domain, const inv_account *account)
{
    inv_secret *password = inv_secret_new(SITE_PASSWORD, strlen(SITE_PASSWORD));
    inv_verifiers *verifiers = NULL;
    inv_jid *name = site_jid("bob@example.org");
    char *mark = inv_account_reset_mark(account, NONCE, ID);
    inv_operation *change;

    ck_assert_int_eq(inv_verifiers_new(domain, password, &call.deadline, &verifiers, &verdict),
                     INV_OK);
    change = inv_account_reset_operation(domain, name, account, mark, verifiers);
    ck_assert_ptr_nonnull(change);
    free(mark);
    inv_verifiers_free(&verifiers);
    inv_secret_free(&password);
    inv_jid_free(&name);
    return change;
}

/* No older password may stay good, whatever it was kept as. */
START_TEST(a_reset_replaces_every_verifier)
{
    inv_domain *domain = site_domain(site);
    unsigned kept = domain->verifiers;
    char dn[] = "uid=bob," SITE_PEOPLE;
    char nonce[] = "ffeeddccbbaa9988";
    inv_account account = {.dn = dn, .nonce = nonce, .has_auth_password_class = true};
    inv_operation *change = new_reset(domain, &account);

    ck_assert_str_eq(value_of(change, INV_CHANGE_REPLACE, "userPassword", 0), SITE_PASSWORD);
    ck_assert(is_taken_away(change, "authPassword"));
    ck_assert_ptr_null(change->read_after); /* nothing has to be dated */
    ck_assert(has_value(change, INV_CHANGE_ADD, "objectClass", "xmppAccount"));
    ck_assert_str_eq(value_of(change, INV_CHANGE_REPLACE, "xmppJid", 0), "bob@example.org");
    ck_assert_str_eq(value_of(change, INV_CHANGE_DELETE, "inviteNonce", 0), nonce);
    ck_assert_str_eq(value_of(change, INV_CHANGE_ADD, "inviteNonce", 0),
                     NONCE "." ID ".ffeeddccbbaa9988");
    inv_operation_free(&change);
    domain->verifiers = INV_VERIFIER_SCRAM_SHA_256;
    account = (inv_account){.dn = dn, .jid = dn, .is_xmpp_account = true};
    change = new_reset(domain, &account);
    ck_assert(is_taken_away(change, "userPassword"));
    ck_assert_ptr_nonnull(value_of(change, INV_CHANGE_REPLACE, "authPassword", 0));
    ck_assert(has_value(change, INV_CHANGE_ADD, "objectClass", "authPasswordObject"));
    ck_assert(!has_value(change, INV_CHANGE_ADD, "objectClass", "xmppAccount"));
    ck_assert(is_untouched(change, "xmppJid"));
    ck_assert_ptr_nonnull(change->read_after);
    for (size_t i = 0; i < change->change_count; i++) /* it has none: nothing is to be deleted */
        ck_assert(change->changes[i].kind != INV_CHANGE_DELETE);
    inv_operation_free(&change);
    domain->verifiers = kept;
}
END_TEST

/* The old SCRAM verifier is gone from a real entry as well. */
START_TEST(a_reset_in_the_directory)
{
    char dn[] = "uid=reset," SITE_PEOPLE;
    char jid[] = "reset@example.org";
    const inv_account account = {
        .dn = dn, .jid = jid, .is_xmpp_account = true, .has_auth_password_class = true};
    inv_operation *change;

    site_add_account(site, "reset");
    site_modify(site,
                "dn: %s\nchangetype: modify\nadd: objectClass\nobjectClass: authPasswordObject\n-\n"
                "add: authPassword\nauthPassword: SCRAM-SHA-256$4096:AAAA$BBBB:CCCC\n",
                dn);
    change = new_reset(site_domain(site), &account);
    ck_assert_int_eq(inv_directory_run(call.directory, &change, 1, &call.deadline, &verdict),
                     INV_OK);
    ck_assert_msg(change->code == INV_LDAP_SUCCESS, "%d %s", change->code,
                  change->diagnostic != NULL ? change->diagnostic : "");
    inv_operation_free(&change);
    ck_assert_uint_eq(site_values(site, dn, "authPassword"), 0);
    ck_assert(site_login(site, "reset", SITE_PASSWORD));
}
END_TEST

struct answer {
    int code;
    int policy_error;
    bool clear;
    bool is_ambiguous;
    inv_result wanted;
};

static const struct answer answers[] = {
    {0, -1, true, false, INV_OK},
    {68, -1, true, false, INV_NAME_TAKEN},
    {19, 6, true, false, INV_PASSWORD_REFUSED},
    {19, 7, true, false, INV_PASSWORD_REFUSED},
    {19, 7, false, false, INV_PASSWORD_REFUSED},
    {19, -1, true, true, INV_CONFIG},
    {19, 5, false, false, INV_CONFIG},
    {19, -1, false, true, INV_CONFIG},
    {10, -1, true, false, INV_CONFIG},
    {17, -1, true, false, INV_CONFIG},
    {21, -1, true, false, INV_CONFIG},
    {32, -1, true, false, INV_CONFIG},
    {50, -1, true, false, INV_CONFIG},
    {65, -1, true, false, INV_CONFIG},
    {3, -1, true, false, INV_TIMEOUT},
    {11, -1, true, false, INV_DIRECTORY_DOWN},
    {51, -1, true, false, INV_DIRECTORY_DOWN},
    {52, -1, true, false, INV_DIRECTORY_DOWN},
    {53, -1, true, false, INV_DIRECTORY_DOWN},
};

START_TEST(what_an_answer_means)
{
    const struct answer *answer = &answers[_i];
    inv_operation *add = inv_operation_new_add("uid=bob," SITE_PEOPLE);

    inv_operation_answer(add, answer->code, NULL, "the server's words");
    add->policy_error = answer->policy_error;
    ck_assert_int_eq(inv_account_write_result(add, answer->clear, &verdict), answer->wanted);
    ck_assert_int_eq(inv_account_write_is_ambiguous(add), answer->is_ambiguous);
    if (answer->policy_error == INV_POLICY_TOO_YOUNG)
        ck_assert_str_eq(verdict.text,
                         "The password was changed too recently. Please try again later.");
    else if (answer->wanted == INV_PASSWORD_REFUSED)
        ck_assert_str_eq(verdict.text, "Please use a longer password.\nthe server's words");
    else
        ck_assert_str_eq(verdict.text, "");
    inv_operation_free(&add);
}
END_TEST

/* --------------------------------------------------------------------------------------- logins */

/* The directory's own date is in the search that every caller makes. */
START_TEST(when_a_password_was_set)
{
    inv_jid *name = site_jid("dated@example.org");
    inv_account *account = NULL;
    char *moment = NULL;

    site_add_account(site, "dated");
    site_modify(site, "dn: uid=dated," SITE_PEOPLE "\nchangetype: modify\nreplace: userPassword\n"
                      "userPassword: another horse battery\n");
    /* 389 DS answers first and notes it then */
    for (int tries = 0; tries < 400 && moment == NULL; tries++) {
        moment = site_value(site, "uid=dated," SITE_PEOPLE,
                            slapd_kind() == SLAPD_389DS ? "pwdUpdateTime" : "pwdChangedTime");
        if (moment == NULL)
            (void)nanosleep(&(struct timespec){.tv_nsec = 25000000}, NULL);
    }
    ck_assert_ptr_nonnull(moment);
    ck_assert_int_eq(inv_account_find(&call, name, &account), INV_OK);
    ck_assert_str_eq(account->password_changed_text, moment);
    ck_assert_int_ge(account->password_changed, account->created);
    free(moment);
    inv_account_free(&account);
    inv_jid_free(&name);
}
END_TEST

START_TEST(logins)
{
    ck_assert_int_eq(calls_login("alice", SITE_PASSWORD), INV_OK);
    ck_assert_int_eq(calls_login("alice", "wrong"), INV_WRONG_PASSWORD);
    ck_assert_int_eq(calls_login("alice", ""), INV_WRONG_PASSWORD);
    ck_assert_int_eq(calls_login("nobody2", SITE_PASSWORD), INV_NO_ACCOUNT);
    ck_assert_int_eq(calls_status("alice"), INV_OK);
    ck_assert_int_eq(calls_status("nobody2"), INV_NO_ACCOUNT);
}
END_TEST

START_TEST(guests_whose_time_is_over)
{
    site_add_account(site, "guest");
    site_modify(site, "dn: uid=guest," SITE_PEOPLE "\nchangetype: modify\n"
                      "add: xmppAccountExpires\nxmppAccountExpires: 20200101000000Z\n");
    ck_assert_int_eq(calls_login("guest", SITE_PASSWORD), INV_ACCOUNT_EXPIRED);
    ck_assert_int_eq(calls_login("guest", "wrong"), INV_WRONG_PASSWORD);
    ck_assert_int_eq(calls_status("guest"), INV_ACCOUNT_EXPIRED);
    site_add_account(site, "locked");
    site_lock_account(site, "locked");
    ck_assert_int_eq(calls_status("locked"), INV_ACCOUNT_EXPIRED);
    ck_assert_int_ne(calls_login("locked", SITE_PASSWORD), INV_OK);
}
END_TEST

/* A password that an administrator set: the account is there and good, and a change is due. */
START_TEST(a_password_that_has_to_be_changed)
{
    if (slapd_kind() == SLAPD_389DS)
        return; /* has no pwdReset */
    site_add_account(site, "fresh");
    ck_assert_int_eq(calls_status("fresh"), INV_OK);
    ck_assert(!verdict.must_change);
    site_modify(site, "dn: uid=fresh," SITE_PEOPLE "\nchangetype: modify\n"
                      "add: pwdReset\npwdReset: TRUE\n");
    ck_assert_int_eq(calls_status("fresh"), INV_OK);
    ck_assert(verdict.must_change);
    ck_assert_int_eq(calls_login("fresh", SITE_PASSWORD), INV_OK);
    ck_assert(verdict.must_change);
    ck_assert_int_eq(calls_status("alice"), INV_OK);
    ck_assert(!verdict.must_change);
    ck_assert_int_eq(calls_login("fresh", "wrong"), INV_WRONG_PASSWORD);
    ck_assert(!verdict.must_change);
}
END_TEST

/* Nobody logs in as one of two. */
START_TEST(several_with_one_name)
{
    inv_jid *name = site_name(site, "twin");
    inv_account *account = NULL;

    site_add_account(site, "twin");
    site_modify(site, "dn: ou=more,dc=example,dc=org\nchangetype: add\n"
                      "objectClass: organizationalUnit\n\n"
                      "dn: uid=twin,ou=more,dc=example,dc=org\nchangetype: add\n"
                      "objectClass: inetOrgPerson\ncn: twin\nsn: twin\n"
                      "userPassword: " SITE_PASSWORD "\n");
    ck_assert_int_eq(inv_account_find(&call, name, &account), INV_OK);
    ck_assert_ptr_nonnull(account);
    ck_assert(account->several);
    ck_assert_int_eq(calls_login("twin", SITE_PASSWORD), INV_NO_ACCOUNT);
    ck_assert_int_eq(calls_status("twin"), INV_NO_ACCOUNT);
    inv_account_free(&account);
    inv_jid_free(&name);
}
END_TEST

START_TEST(reset_filter)
{
    bool may = false;

    ck_assert_int_eq(inv_account_may_reset(&call, "uid=alice," SITE_PEOPLE, &may), INV_OK);
    ck_assert(may);
    ck_assert_int_eq(inv_account_may_reset(&call, SITE_PEOPLE, &may), INV_OK);
    ck_assert(!may);
    ck_assert_int_eq(inv_account_may_reset(&call, "uid=none," SITE_PEOPLE, &may), INV_CONFIG);
    ck_assert(!may);
}
END_TEST

/* ---------------------------------------------------------------- where only SCRAM verifiers are
 * kept */

static void start_hidden_scram(void)
{
    const struct site_settings settings = {.domain_lines = "password_verifiers = scram-sha-256\n"
                                                           "scram_iterations = 4096\n"};

    site = site_start(&settings);
}

static void start_scram(void)
{
    start_hidden_scram();
    site_show_verifiers(site);
}

START_TEST(readable_verifiers_prove_a_password)
{
    inv_token *token = site_invite(site, NULL, 1);
    inv_verdict redeemed;

    ck_assert_int_eq(site_redeem(site, token, "scram", SITE_PASSWORD, &redeemed), INV_OK);
    ck_assert_uint_eq(site_values(site, "uid=scram," SITE_PEOPLE, "userPassword"), 0);
    ck_assert_uint_eq(site_values(site, "uid=scram," SITE_PEOPLE, "authPassword"), 1);
    ck_assert(site_login(site, "scram", SITE_PASSWORD));
    ck_assert(!site_login(site, "scram", "wrong"));
    ck_assert_int_eq(site_redeem(site, token, "scram", SITE_PASSWORD, &redeemed), INV_OK);
    ck_assert_int_eq(site_redeem(site, token, "scram", "some other password", &redeemed),
                     INV_BAD_TOKEN);
    inv_token_free(&token);
}
END_TEST

/* Nobody's password is wrong because an ACL hides what would prove it. */
START_TEST(hidden_verifiers_prove_nothing)
{
    inv_token *token = site_invite(site, NULL, 1);
    inv_verdict redeemed;

    ck_assert_int_eq(site_redeem(site, token, "scram", SITE_PASSWORD, &redeemed), INV_OK);
    ck_assert_int_eq(site_redeem(site, token, "scram", SITE_PASSWORD, &redeemed), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(redeemed.why, "authPassword"));
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("account");
    TCase *account = tcase_create("account");
    TCase *scram = tcase_create("scram");
    TCase *hidden = tcase_create("hidden");

    tcase_set_timeout(account, 60);
    tcase_add_unchecked_fixture(account, fixture_start, fixture_stop);
    tcase_add_checked_fixture(account, calls_begin, calls_end);
    tcase_add_test(account, what_an_entry_tells);
    tcase_add_test(account, whose_an_account_is);
    tcase_add_test(account, which_state_a_reset_is_for);
    tcase_add_test(account, which_account_of_a_name);
    tcase_add_test(account, who_may_invite);
    tcase_add_test(account, a_new_account_is_what_the_domain_says);
    tcase_add_test(account, the_end_of_a_guest);
    tcase_add_test(account, scram_brings_its_class);
    tcase_add_test(account, a_reset_replaces_every_verifier);
    tcase_add_test(account, a_reset_in_the_directory);
    tcase_add_loop_test(account, what_an_answer_means, 0,
                        (int)(sizeof(answers) / sizeof(answers[0])));
    tcase_add_test(account, when_a_password_was_set);
    tcase_add_test(account, logins);
    tcase_add_test(account, guests_whose_time_is_over);
    tcase_add_test(account, a_password_that_has_to_be_changed);
    tcase_add_test(account, several_with_one_name);
    tcase_add_test(account, reset_filter);
    suite_add_tcase(suite, account);
    tcase_set_timeout(scram, 60);
    tcase_add_unchecked_fixture(scram, start_scram, fixture_stop);
    tcase_add_test(scram, readable_verifiers_prove_a_password);
    suite_add_tcase(suite, scram);
    tcase_set_timeout(hidden, 60);
    tcase_add_unchecked_fixture(hidden, start_hidden_scram, fixture_stop);
    tcase_add_test(hidden, hidden_verifiers_prove_nothing);
    suite_add_tcase(suite, hidden);
    return suite_run(suite);
}
