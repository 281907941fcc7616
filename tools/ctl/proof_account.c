/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "proof.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "invitegate/timestamp.h"
#include "invitegate/verifier.h"

/* Throwaway accounts: which password forms the directory takes, and what it makes of them. */

typedef struct form {
    unsigned verifier;
    const char *name;
} form;

static const form forms[] = {
    {INV_VERIFIER_SERVER, "server"},
    {INV_VERIFIER_CRYPT, "crypt"},
    {INV_VERIFIER_SSHA512, "ssha512"},
    {INV_VERIFIERS_SCRAM, "scram"},
};

#define REMEDY_HASHING                                                                             \
    "OpenLDAP: overlay ppolicy with ppolicy_hash_cleartext, as in "                                \
    "config-examples/slapd/invitegate-ppolicy.conf; or take crypt in place of server in "          \
    "password_verifiers"

typedef struct account_try {
    ctl_proof *proof;
    unsigned wanted; /* INV_VERIFIER_ bits; one of SCRAM stands for all */
    const char *invite_id;
    inv_domain domain; /* a copy of the domain with other verifiers; owns nothing */
    inv_name *name;
    inv_secret *password;
    inv_verifiers *verifiers;
    char *dn;
    bool added;
} account_try;

static void clear_try(account_try *attempt)
{
    inv_name_free(&attempt->name);
    inv_secret_free(&attempt->password);
    inv_verifiers_free(&attempt->verifiers);
    free(attempt->dn);
    attempt->dn = NULL;
}

/*
 * Long, random, and with a character of every kind that a policy may want. Policies also refuse
 * what is in the entry: letters and digits take turns, as in no word, and the letters are none of
 * the hexadecimal names of the entries.
 */
static inv_secret *random_password(void)
{
    static const char letters[] = "ghjkmnpqrstuwxyz"; /* 16 */
    char text[45] = "Gz7-";
    inv_secret *password = NULL;
    size_t length = strlen(text);

    if (getrandom(text + length, sizeof(text) - 1 - length, 0) ==
        (ssize_t)(sizeof(text) - 1 - length)) {
        for (; length < sizeof(text) - 1; length += 2) {
            text[length] = letters[(unsigned char)text[length] % 16];
            text[length + 1] = (char)('0' + (unsigned char)text[length + 1] % 10);
        }
        password = inv_secret_new(text, length);
    }
    inv_wipe(text, sizeof(text));
    return password;
}

static inv_result prepare(account_try *attempt, const char *suffix)
{
    ctl_proof *proof = attempt->proof;
    inv_deadline deadline = inv_deadline_in(proof->config->directory.timeout_ms);
    unsigned scram = proof->domain->verifiers & INV_VERIFIERS_SCRAM;
    char jid[320];
    inv_result result;

    attempt->domain = *proof->domain;
    attempt->domain.verifiers = attempt->wanted & ~(unsigned)INV_VERIFIERS_SCRAM;
    if ((attempt->wanted & INV_VERIFIERS_SCRAM) != 0)
        attempt->domain.verifiers |= scram != 0 ? scram : INV_VERIFIER_SCRAM_SHA_256;
    (void)snprintf(jid, sizeof(jid), "%s-%s@%s", proof->tag, suffix, proof->domain->name);
    result = inv_name_parse_jid(jid, &attempt->name, proof->verdict);
    if (result != INV_OK)
        return result;
    attempt->password = random_password();
    attempt->dn = inv_account_dn(proof->domain, attempt->name);
    if (attempt->password == NULL || attempt->dn == NULL)
        return inv_verdict_no_memory(proof->verdict);
    return inv_verifiers_new(&attempt->domain, attempt->password, &deadline, &attempt->verifiers,
                             proof->verdict);
}

/* The add that a redemption makes, from the domain's own template. */
static inv_operation *account_add(const account_try *attempt)
{
    char id[] = CTL_THROWAWAY_ID;
    char inviter[] = "invitegate-proof@invalid";
    char end[] = "1d";
    char *none[] = {NULL};
    inv_invite invite = {.id = id,
                         .type = INV_INVITE_ACCOUNT,
                         .domain = attempt->domain.name,
                         .inviter = inviter,
                         .account_expires = end,
                         .contacts = none,
                         .groups = none,
                         .uses = 1,
                         .expires = INV_NEVER};

    memcpy(id, attempt->invite_id, sizeof(id));
    return inv_account_add_operation(&attempt->domain, attempt->name, &invite, "0000000000000000",
                                     attempt->verifiers, time(NULL));
}

/* added tells; what refused it stands in the verdict then. No verdict only when nobody answered. */
static inv_result add_account(account_try *attempt)
{
    ctl_proof *proof = attempt->proof;
    inv_operation *add = account_add(attempt);
    inv_result result;

    if (!ctl_proof_will_make(proof, strdup(attempt->dn))) {
        inv_operation_free(&add);
        return inv_verdict_no_memory(proof->verdict);
    }
    result = ctl_proof_run(proof, proof->call->directory, add);
    if (result == INV_OK) {
        inv_result answer = inv_account_write_result(
            add, (attempt->wanted & INV_VERIFIER_SERVER) != 0, proof->verdict);

        attempt->added = answer == INV_OK;
        if (answer == INV_DIRECTORY_DOWN || answer == INV_TIMEOUT || answer == INV_NO_MEMORY)
            result = answer;
    }
    inv_operation_free(&add);
    return result;
}

/* ------------------------------------------------------------------------------------- hashing */

typedef enum storage { STORED_UNSEEN, STORED_CLEAR, STORED_HASHED } storage;

static inv_result look_at_storage(const account_try *attempt, inv_directory *directory,
                                  storage *stored)
{
    static const char *const attributes[] = {"userPassword", NULL};
    const char *clear = inv_secret_bytes(attempt->password);
    size_t length = inv_secret_length(attempt->password);
    inv_operation *search = inv_operation_search(attempt->dn, INV_SCOPE_BASE, NULL, attributes);
    inv_result result = ctl_proof_run(attempt->proof, directory, search);

    if (result == INV_OK && search->entry_count == 1 &&
        inv_entry_count(search->entries[0], "userPassword") > 0) {
        *stored = STORED_HASHED;
        for (size_t i = 0; i < inv_entry_count(search->entries[0], "userPassword"); i++) {
            size_t found_length;
            const char *found =
                inv_entry_value(search->entries[0], "userPassword", i, &found_length);

            /* Clear also inside {CLEARTEXT}. */
            if (found != NULL && memmem(found, found_length, clear, length) != NULL)
                *stored = STORED_CLEAR;
        }
    }
    inv_operation_free(&search);
    return result;
}

/* What became of the clear password: a bind works either way, so it has to be read. */
static inv_result judge_hashing(const account_try *attempt)
{
    ctl_proof *proof = attempt->proof;
    bool wanted = (proof->domain->verifiers & INV_VERIFIER_SERVER) != 0;
    storage stored = STORED_UNSEEN;
    inv_result result = look_at_storage(attempt, proof->call->directory, &stored);

    if (result == INV_OK && stored == STORED_UNSEEN && proof->admin != NULL)
        result = look_at_storage(attempt, proof->admin, &stored);
    if (result != INV_OK)
        return result;
    switch (stored) {
    case STORED_HASHED:
        proof->accepted |= INV_VERIFIER_SERVER;
        ctl_proof_row(proof, CTL_FINE, "hashing", NULL,
                      "the directory hashes a clear password it is given");
        break;
    case STORED_CLEAR:
        proof->refused |= INV_VERIFIER_SERVER;
        if (wanted)
            ctl_proof_row(proof, CTL_FINDING, "hashing", REMEDY_HASHING,
                          "the directory keeps a clear password as it is, for every backup to "
                          "read");
        break;
    case STORED_UNSEEN:
        if (wanted && (proof->recorded & INV_VERIFIER_SERVER) != 0)
            ctl_proof_row(proof, CTL_NOTE, "hashing", NULL,
                          "cannot be read now; an earlier init proved that the directory hashes");
        else if (wanted)
            ctl_proof_row(proof, CTL_FINDING, "hashing",
                          "run init with --bind-dn and --bind-password-file of somebody who may "
                          "read userPassword of the throwaway accounts, or let invitegate do so "
                          "(config-examples/slapd/invitegate-acl.conf)",
                          "whether the directory hashes clear passwords cannot be read and stays "
                          "unproven");
        break;
    }
    return INV_OK;
}

/* ---------------------------------------------------------------------------------------- forms */

static inv_result judge_login(const account_try *attempt, const form *how)
{
    ctl_proof *proof = attempt->proof;
    inv_deadline deadline = inv_deadline_in(proof->config->directory.timeout_ms);
    bool wanted = (proof->domain->verifiers & how->verifier) != 0;
    inv_result result = inv_directory_prove(proof->call->directory, attempt->dn, attempt->password,
                                            &deadline, proof->verdict);

    if (result == INV_OK && how->verifier != INV_VERIFIER_SERVER)
        proof->accepted |= how->verifier;
    if (result == INV_OK) {
        proof->logins |= how->verifier;
        return INV_OK;
    }
    if (result == INV_WRONG_PASSWORD) {
        proof->refused |= how->verifier;
        if (wanted)
            ctl_proof_row(proof, CTL_FINDING, how->name,
                          "take another form in password_verifiers, or load the directory's module "
                          "for this one (OpenLDAP: pw-sha2 for ssha512)",
                          "the form %s is stored, but nobody can log in with it", how->name);
        return INV_OK;
    }
    if (result != INV_CONFIG)
        return result;
    ctl_proof_row(proof, CTL_FINDING, how->name, "use ldapi:/// or TLS",
                  "a login with the form %s cannot be tried: %s", how->name, proof->verdict->why);
    return INV_OK;
}

static inv_result make_person(ctl_proof *proof, const char *suffix, unsigned verifiers,
                              ctl_person *person)
{
    account_try attempt = {.proof = proof, .wanted = verifiers, .invite_id = proof->id};
    inv_result result = verifiers != 0 ? prepare(&attempt, suffix) : INV_OK;

    if (result == INV_OK && verifiers != 0)
        result = add_account(&attempt);
    if (result == INV_OK && attempt.added) {
        *person =
            (ctl_person){.dn = attempt.dn, .name = attempt.name, .password = attempt.password};
        attempt.dn = NULL;
        attempt.name = NULL;
        attempt.password = NULL;
    }
    clear_try(&attempt);
    return result;
}

/* One who reads, with the first form that logs in, and one who is read. */
static inv_result make_people(ctl_proof *proof)
{
    unsigned login = proof->logins & (~proof->logins + 1); /* the lowest bit */
    unsigned scram = proof->accepted & INV_VERIFIERS_SCRAM;
    inv_result result = make_person(proof, "reader", login, &proof->reader);

    if (result == INV_OK)
        result = make_person(proof, "other", login | scram, &proof->other);
    if (result == INV_OK && proof->other.dn == NULL && (login | scram) != 0)
        ctl_proof_row(proof, CTL_FINDING, "accounts", NULL,
                      "an account that is not marked as a throwaway is refused: %s",
                      proof->verdict->why);
    return result;
}

static inv_result try_form(ctl_proof *proof, const form *how)
{
    account_try attempt = {.proof = proof, .wanted = how->verifier, .invite_id = CTL_THROWAWAY_ID};
    bool wanted = (proof->domain->verifiers & how->verifier) != 0;
    inv_result result = prepare(&attempt, how->name);

    if (result == INV_OK)
        result = add_account(&attempt);
    if (result != INV_OK)
        goto cleanup;
    if (!attempt.added) {
        proof->refused |= how->verifier;
        if (wanted)
            ctl_proof_row(proof, CTL_FINDING, how->name,
                          "let invitegate add what account_classes and account_attributes ask for, "
                          "or take another form in password_verifiers",
                          "an account with the form %s is refused: %s", how->name,
                          proof->verdict->why);
        goto cleanup;
    }
    if (how->verifier == INV_VERIFIERS_SCRAM) {
        proof->accepted |= INV_VERIFIERS_SCRAM;
        goto cleanup;
    }
    result = judge_login(&attempt, how);
    if (result == INV_OK && how->verifier == INV_VERIFIER_SERVER)
        result = judge_hashing(&attempt);
cleanup:
    clear_try(&attempt);
    return result;
}

/* ---------------------------------------------------------------------------- reset, the policy */

/* Replaces the password of the other one, as a reset would. */
static inv_result prove_reset(ctl_proof *proof, const inv_account *account)
{
    inv_domain domain = *proof->domain;
    inv_deadline deadline = inv_deadline_in(proof->config->directory.timeout_ms);
    inv_secret *password = NULL;
    inv_verifiers *verifiers = NULL;
    inv_operation *modify = NULL;
    inv_result result;

    domain.verifiers &= proof->accepted | INV_VERIFIER_SERVER;
    if (domain.verifiers == 0)
        return INV_OK;
    password = random_password();
    if (password == NULL)
        return inv_verdict_no_memory(proof->verdict);
    result = inv_verifiers_new(&domain, password, &deadline, &verifiers, proof->verdict);
    if (result != INV_OK)
        goto cleanup;
    modify = inv_account_reset_operation(&domain, proof->other.name, account, "0000000000000001",
                                         verifiers);
    result = ctl_proof_run(proof, proof->call->directory, modify);
    if (result != INV_OK)
        goto cleanup;
    result = inv_account_write_result(modify, (domain.verifiers & INV_VERIFIER_SERVER) != 0,
                                      proof->verdict);
    if (result == INV_OK) {
        ctl_proof_row(proof, CTL_FINE, "reset", NULL, "a password can be replaced");
    } else if (result > INV_OK || result == INV_CONFIG) {
        ctl_proof_row(proof, CTL_NOTE, "reset",
                      "let invitegate write userPassword, authPassword, inviteNonce and the class "
                      "authPasswordObject of accounts; reset invites need it",
                      "a password cannot be replaced: %s", proof->verdict->why);
        result = INV_OK;
    }
cleanup:
    inv_operation_free(&modify);
    inv_verifiers_free(&verifiers);
    inv_secret_free(&password);
    return result;
}

/* Whether the search of every redemption finds who has a name. */
static inv_result prove_name_search(ctl_proof *proof)
{
    inv_account *account = NULL;
    bool several = false;
    inv_result result =
        inv_account_find(proof->call, proof->other.name, &account, &several, proof->verdict);

    if (result == INV_CONFIG) {
        ctl_proof_row(proof, CTL_FINDING, "names", "correct name_search_base and name_filter", "%s",
                      proof->verdict->why);
        result = INV_OK;
    } else if (result == INV_OK && account == NULL) {
        ctl_proof_row(proof, CTL_FINDING, "names",
                      "name_search_base must hold people, and name_filter must match accounts; let "
                      "invitegate search there",
                      "an account that exists is not found by its name");
    } else if (result == INV_OK) {
        ctl_proof_row(proof, CTL_FINE, "names", NULL, "the holder of a name is found");
        result = prove_reset(proof, account);
    }
    inv_account_free(&account);
    return result;
}

/* What invitegate sees of an account that is nobody's throwaway. */
static inv_result look_at(ctl_proof *proof, const ctl_person *person)
{
    static const char *const attributes[] = {"xmppJid",      "inviteId",        "inviteNonce",
                                             "userPassword", "createTimestamp", NULL};
    inv_operation *search = inv_operation_search(person->dn, INV_SCOPE_BASE, NULL, attributes);
    inv_result result = ctl_proof_run(proof, proof->call->directory, search);
    const inv_entry *entry;

    if (result != INV_OK)
        goto cleanup;
    entry = search->entry_count == 1 ? search->entries[0] : NULL;
    if (entry == NULL || inv_entry_count(entry, "xmppJid") == 0 ||
        inv_entry_count(entry, "inviteId") == 0 || inv_entry_count(entry, "inviteNonce") == 0 ||
        inv_entry_count(entry, "createTimestamp") == 0) {
        ctl_proof_row(
            proof, CTL_FINDING, "accounts",
            "let invitegate read accounts, with createTimestamp, but not their passwords",
            "an account, or its xmppJid, inviteId, inviteNonce or createTimestamp, cannot "
            "be read");
        goto cleanup;
    }
    ctl_proof_row(proof, CTL_FINE, "accounts", NULL, "can be added and read");
    if (inv_entry_count(entry, "userPassword") > 0)
        ctl_proof_row(proof, proof->lesser, "passwords",
                      "let it write userPassword, not read it (config-examples/slapd/"
                      "invitegate-acl.conf)",
                      "invitegate can read userPassword of the accounts, which it never needs");
cleanup:
    inv_operation_free(&search);
    return result;
}

static inv_result sees_change(ctl_proof *proof, const ctl_person *person, bool *seen)
{
    static const char *const attributes[] = {"pwdChangedTime", "pwdUpdateTime", NULL};
    inv_operation *search;
    inv_result result;

    if (person->dn == NULL || *seen)
        return INV_OK;
    search = inv_operation_search(person->dn, INV_SCOPE_BASE, NULL, attributes);
    result = ctl_proof_run(proof, proof->call->directory, search);
    if (result == INV_OK && search->entry_count == 1)
        *seen = inv_entry_count(search->entries[0], "pwdChangedTime") > 0 ||
                inv_entry_count(search->entries[0], "pwdUpdateTime") > 0;
    inv_operation_free(&search);
    return result;
}

/*
 * Whether a password that is changed elsewhere outlives its SCRAM verifiers. OpenLDAP notes the
 * moment from the start, 389 DS with the first change: the other one's was replaced by now.
 */
static inv_result prove_tracking(ctl_proof *proof)
{
    const struct timespec pause = {.tv_nsec = 50L * 1000 * 1000};
    bool seen = false;
    inv_result result;

    if ((proof->domain->verifiers & INV_VERIFIERS_SCRAM) == 0)
        return INV_OK;
    result = sees_change(proof, &proof->reader, &seen);
    /* 389 DS answers the change first, then notes it */
    for (int tries = 0; result == INV_OK && !seen && tries < 20; tries++) {
        result = sees_change(proof, &proof->other, &seen);
        if (!seen)
            (void)nanosleep(&pause, NULL);
    }
    if (result == INV_OK && !seen)
        ctl_proof_row(proof, proof->lesser, "ppolicy",
                      "load ppolicy and let invitegate read pwdChangedTime (389 DS: "
                      "passwordTrackUpdateTime on, and pwdUpdateTime)",
                      "pwdChangedTime is not to be seen: after a change elsewhere the old password "
                      "still works by SCRAM");
    else if (result == INV_OK)
        ctl_proof_row(proof, CTL_FINE, "ppolicy", NULL, "a password changed elsewhere is noticed");
    return result;
}

static void report_forms(ctl_proof *proof)
{
    char accepted[64] = "";
    size_t end = 0;

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        int length;

        if ((proof->accepted & forms[i].verifier) == 0)
            continue;
        length = snprintf(accepted + end, sizeof(accepted) - end, " %s", forms[i].name);
        if (length > 0)
            end += (size_t)length;
    }
    ctl_proof_row(proof, CTL_FINE, "forms", NULL, "passwords that work here:%s",
                  end > 0 ? accepted : " none");
}

inv_result ctl_prove_accounts(ctl_proof *proof)
{
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && i < sizeof(forms) / sizeof(forms[0]); i++)
        result = try_form(proof, &forms[i]);
    if (result != INV_OK)
        return result;
    report_forms(proof);
    result = make_people(proof);
    if (result == INV_OK && proof->other.dn != NULL)
        result = look_at(proof, proof->reader.dn != NULL ? &proof->reader : &proof->other);
    if (result == INV_OK && proof->other.dn != NULL)
        result = prove_name_search(proof);
    if (result == INV_OK && proof->other.dn != NULL)
        result = prove_tracking(proof);
    return result;
}
