/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "throwaway.h"

#include <string.h>
#include <time.h>

/*
 * Two accounts that nothing marks as throwaways: one who reads and one who is read. Can they be
 * made, found by name and reset, and is a change of their passwords noticed?
 */

static inv_result make_person(ctl_proof *proof, const char *suffix, unsigned verifiers,
                              ctl_person *person)
{
    ctl_throwaway attempt = {.proof = proof, .wanted = verifiers, .invite_id = proof->id};
    inv_result result = verifiers != 0 ? ctl_throwaway_prepare(&attempt, suffix) : INV_OK;

    if (result == INV_OK && verifiers != 0)
        result = ctl_throwaway_add(&attempt);
    if (result == INV_OK && attempt.added) {
        *person =
            (ctl_person){.dn = attempt.dn, .name = attempt.name, .password = attempt.password};
        attempt.dn = NULL;
        attempt.name = NULL;
        attempt.password = NULL;
    }
    ctl_throwaway_clear(&attempt);
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
    password = ctl_random_password();
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
    inv_result result = inv_account_find(proof->call, proof->other.name, &account, proof->verdict);

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

/* With nothing but SCRAM no bind proves a password: the verifier has to be read. */
static inv_result prove_comparing(ctl_proof *proof)
{
    static const char *const attributes[] = {"authPassword", NULL};
    inv_operation *search;
    inv_result result;

    if ((proof->domain->verifiers & INV_VERIFIERS_USER_PASSWORD) != 0 ||
        (proof->accepted & INV_VERIFIERS_SCRAM) == 0)
        return INV_OK;
    search = inv_operation_search(proof->other.dn, INV_SCOPE_BASE, NULL, attributes);
    result = ctl_proof_run(proof, proof->call->directory, search);
    if (result == INV_OK &&
        (search->entry_count != 1 || inv_entry_count(search->entries[0], "authPassword") == 0))
        ctl_proof_row(proof, CTL_FINDING, "passwords",
                      "let invitegate read authPassword of accounts (config-examples/slapd/"
                      "invitegate-acl.conf says how), or add server or crypt to password_verifiers",
                      "with nothing but SCRAM invitegate has to read authPassword and cannot: no "
                      "password is proved, so nobody logs in through PAM and nothing that was cut "
                      "off is finished");
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

inv_result ctl_prove_accounts(ctl_proof *proof)
{
    inv_result result = make_people(proof);

    if (result == INV_OK && proof->other.dn != NULL)
        result = look_at(proof, proof->reader.dn != NULL ? &proof->reader : &proof->other);
    if (result == INV_OK && proof->other.dn != NULL)
        result = prove_comparing(proof);
    if (result == INV_OK && proof->other.dn != NULL)
        result = prove_name_search(proof);
    if (result == INV_OK && proof->other.dn != NULL)
        result = prove_tracking(proof);
    return result;
}
