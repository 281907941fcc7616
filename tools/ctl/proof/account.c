/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "throwaway.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "invitegate/directory.h"
#include "invitegate/freshness.h"
/*
 * Two accounts that look like any others: the reader, which binds, and the other one, which is
 * read. Can they be made, found by name and reset, and is a change of their passwords noticed?
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

/* Makes the reader, with the first form that logs in, and the other one. */
static inv_result make_people(ctl_proof *proof)
{
    unsigned login = proof->logins & (~proof->logins + 1); /* the lowest bit */
    unsigned scram = proof->accepted & INV_VERIFIERS_SCRAM;
    inv_result result = make_person(proof, "reader", login, &proof->reader);

    if (result == INV_OK)
        result = make_person(proof, "other", login | scram, &proof->other);
    if (result == INV_OK && proof->other.dn == NULL && (login | scram) != 0)
        ctl_proof_finding(proof, "accounts", NULL,
                          "an account that is not marked as a throwaway is refused: %s",
                          proof->call->verdict->why);
    return result;
}

/* ---------------------------------------------------------------------------- reset, the policy */

#define THROWAWAY_MARK "0000000000000001" /* inviteNonce */

/* The second modify of a reset with SCRAM, without which the verifiers stay stale. */
static inv_result probe_dating(ctl_proof *proof, const inv_account *account,
                               const inv_operation *reset)
{
    const bool with_password = (proof->domain->verifiers & INV_VERIFIERS_USER_PASSWORD) != 0;
    const char *moment =
        reset->after != NULL ? inv_verifiers_moment(reset->after, with_password) : NULL;
    inv_operation *dating;
    inv_result result = INV_OK;

    if (reset->read_after == NULL)
        return INV_OK;
    if (moment == NULL) {
        ctl_proof_optional(
            proof, "reset",
            "let the server answer the post-read control (RFC 4527) and invitegate read "
            "pwdChangedTime and modifyTimestamp",
            "a reset does not tell when it was: its SCRAM verifiers are not served");
        return INV_OK;
    }
    dating = inv_account_date_operation(account, THROWAWAY_MARK, moment);
    result = ctl_proof_run(proof, proof->call->directory, dating);
    if (result == INV_OK && !inv_operation_answered(dating, INV_LDAP_SUCCESS)) {
        (void)inv_operation_result(dating, "recording what verifiers are of", proof->call->verdict);
        ctl_proof_optional(
            proof, "reset", "let invitegate write xmppVerifiersOf of accounts (" CTL_REMEDY_ACL ")",
            "after a reset SCRAM verifiers are not served: %s", proof->call->verdict->why);
    }
    inv_operation_free(&dating);
    return result;
}

/* Replaces the password of the other one, as a reset would. */
static inv_result probe_reset(ctl_proof *proof, const inv_account *account)
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
        return inv_verdict_no_memory(proof->call->verdict);
    result = inv_verifiers_new(&domain, password, &deadline, &verifiers, proof->call->verdict);
    if (result != INV_OK)
        goto cleanup;
    modify =
        inv_account_reset_operation(&domain, proof->other.name, account, THROWAWAY_MARK, verifiers);
    result = ctl_proof_run(proof, proof->call->directory, modify);
    if (result != INV_OK)
        goto cleanup;
    result = inv_account_write_result(modify, (domain.verifiers & INV_VERIFIER_SERVER) != 0,
                                      proof->call->verdict);
    if (result == INV_OK) {
        ctl_proof_fine(proof, "reset", "a password can be replaced");
        result = probe_dating(proof, account, modify);
    } else if (result > INV_OK || result == INV_CONFIG) {
        ctl_proof_note(proof, "reset",
                       "let invitegate write userPassword, authPassword, inviteNonce and the class "
                       "authPasswordObject of accounts; reset invites need it",
                       "a password cannot be replaced: %s", proof->call->verdict->why);
        result = INV_OK;
    }
cleanup:
    inv_operation_free(&modify);
    inv_verifiers_free(&verifiers);
    inv_secret_free(&password);
    return result;
}

/* Whether the search of every redemption finds the holder of a name. */
static inv_result probe_name_search(ctl_proof *proof)
{
    inv_account *account = NULL;
    inv_result result = inv_account_find(proof->call, proof->other.name, &account);

    if (result == INV_CONFIG) {
        ctl_proof_finding(proof, "names", "correct name_search_base and name_filter", "%s",
                          proof->call->verdict->why);
        result = INV_OK;
    } else if (result == INV_OK && account == NULL) {
        ctl_proof_finding(
            proof, "names",
            "name_search_base must hold people, and name_filter must match accounts; let "
            "invitegate search there",
            "an account that exists is not found by its name");
    } else if (result == INV_OK) {
        ctl_proof_fine(proof, "names", "the holder of a name is found");
        result = probe_reset(proof, account);
    }
    inv_account_free(&account);
    return result;
}

/* Reports what invitegate sees of an account that no rule for throwaways covers. */
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
        ctl_proof_finding(
            proof, "accounts",
            "let invitegate read accounts, with createTimestamp, but not their passwords",
            "an account, or its xmppJid, inviteId, inviteNonce or createTimestamp, cannot "
            "be read");
        goto cleanup;
    }
    ctl_proof_fine(proof, "accounts", "can be added and read");
    if (inv_entry_count(entry, "userPassword") > 0)
        ctl_proof_optional(
            proof, "passwords",
            "let it write userPassword, not read it (config-examples/slapd/"
            "invitegate-acl.conf)",
            "invitegate can read userPassword of the accounts, which it never needs");
cleanup:
    inv_operation_free(&search);
    return result;
}

/*
 * With nothing but SCRAM no bind proves a password, and invite-agent may be told to hand verifiers
 * out: authPassword has to be readable then.
 */
static inv_result probe_comparing(ctl_proof *proof)
{
    static const char *const attributes[] = {"authPassword", NULL};
    const bool compares = (proof->domain->verifiers & INV_VERIFIERS_USER_PASSWORD) == 0;
    inv_operation *search;
    inv_result result;

    if ((!compares && !proof->config->agent.serves_verifiers) ||
        (proof->accepted & INV_VERIFIERS_SCRAM) == 0)
        return INV_OK;
    search = inv_operation_search(proof->other.dn, INV_SCOPE_BASE, NULL, attributes);
    result = ctl_proof_run(proof, proof->call->directory, search);
    if (result != INV_OK ||
        (search->entry_count == 1 && inv_entry_count(search->entries[0], "authPassword") > 0)) {
        inv_operation_free(&search);
        return result;
    }
    if (compares)
        ctl_proof_finding(
            proof, "passwords",
            "let invitegate read authPassword of accounts (config-examples/slapd/"
            "invitegate-acl.conf says how), or add server or crypt to password_verifiers",
            "with nothing but SCRAM invitegate has to read authPassword and cannot: no "
            "password can be verified, so every login through PAM fails and nothing "
            "that was cut off is finished");
    else
        ctl_proof_finding(proof, "passwords",
                          "let invitegate read authPassword of accounts (config-examples/slapd/"
                          "invitegate-acl.conf says how), or set verifiers = no in [agent]",
                          "invite-agent is to hand out SCRAM verifiers and cannot read "
                          "authPassword: nobody logs in by SCRAM");
    inv_operation_free(&search);
    return INV_OK;
}

/* ----------------------------------------------------------------------- dates of passwords */

/* inv_password_date of the other account; *date NULL: it has none. */
static inv_result read_date(ctl_proof *proof, char **date)
{
    static const char *const attributes[] = {"pwdChangedTime", "pwdUpdateTime", NULL};
    inv_operation *search = inv_operation_search(proof->other.dn, INV_SCOPE_BASE, NULL, attributes);
    inv_result result = ctl_proof_run(proof, proof->call->directory, search);
    const char *text = NULL;

    free(*date);
    *date = NULL;
    if (result == INV_OK && search->entry_count == 1)
        text = inv_password_date(search->entries[0]);
    if (text != NULL) {
        *date = strdup(text);
        if (*date == NULL)
            result = inv_verdict_no_memory(proof->call->verdict);
    }
    inv_operation_free(&search);
    return result;
}

/*
 * Changes the password as other programs do, in the first form that logs in. *changed: the
 * directory accepted it.
 */
static inv_result change_password(ctl_proof *proof, bool *changed)
{
    inv_domain domain = *proof->domain;
    inv_deadline deadline = inv_deadline_in(proof->config->directory.timeout_ms);
    inv_secret *password = ctl_random_password();
    inv_verifiers *verifiers = NULL;
    inv_operation *modify = NULL;
    inv_result result;

    domain.verifiers = proof->logins & (~proof->logins + 1);
    if (password == NULL)
        return inv_verdict_no_memory(proof->call->verdict);
    result = inv_verifiers_new(&domain, password, &deadline, &verifiers, proof->call->verdict);
    if (result == INV_OK) {
        const inv_secret *value = inv_verifiers_value(verifiers, 0);

        modify = inv_operation_new_modify(proof->other.dn);
        inv_operation_value(modify, INV_CHANGE_REPLACE, "userPassword", inv_secret_bytes(value),
                            inv_secret_length(value));
        result = ctl_proof_run(proof, proof->call->directory, modify);
    }
    *changed = result == INV_OK && inv_operation_answered(modify, INV_LDAP_SUCCESS);
    inv_operation_free(&modify);
    inv_verifiers_free(&verifiers);
    inv_secret_free(&password);
    return result;
}

/* 389 DS answers a change before it dates it, so this waits a second at most. */
static inv_result wait_for_date(ctl_proof *proof, char **date)
{
    const struct timespec pause = {.tv_nsec = 50L * 1000 * 1000};
    inv_result result = read_date(proof, date);

    for (int tries = 0; result == INV_OK && *date == NULL && tries < 20; tries++) {
        (void)nanosleep(&pause, NULL);
        result = read_date(proof, date);
    }
    return result;
}

/*
 * Whether a change of the password dates it, so that older SCRAM verifiers can be told. Nothing but
 * the add may have been done to the other account before. OpenLDAP dates passwords from the add on,
 * 389 DS from the first change.
 */
static inv_result probe_dates(ctl_proof *proof)
{
    char *date = NULL;
    bool changed = false;
    inv_result result = INV_OK;

    if (proof->logins == 0)
        return INV_OK; /* there is no userPassword that could be changed, so no date */
    result = read_date(proof, &date);
    if (result == INV_OK && date != NULL) {
        proof->dates = INV_PASSWORD_DATES_ADD;
    } else if (result == INV_OK) {
        result = change_password(proof, &changed);
        if (result == INV_OK && changed)
            result = wait_for_date(proof, &date);
        if (result == INV_OK && changed)
            proof->dates = date != NULL ? INV_PASSWORD_DATES_CHANGE : INV_PASSWORD_DATES_NEVER;
    }
    free(date);
    return result;
}

/*
 * Deleting userPassword shuts a person out of SCRAM too, but neither directory dates that: whether
 * it is there has to be searchable.
 */
static inv_result probe_presence(ctl_proof *proof)
{
    static const char *const nothing[] = {NULL};
    inv_operation *search;
    inv_result result;

    if (proof->logins == 0 || (proof->domain->verifiers & INV_VERIFIERS_SCRAM) == 0 ||
        (proof->domain->verifiers & INV_VERIFIERS_USER_PASSWORD) == 0)
        return INV_OK;
    search = inv_operation_search(proof->other.dn, INV_SCOPE_BASE, "(userPassword=*)", nothing);
    result = ctl_proof_run(proof, proof->call->directory, search);
    if (result == INV_OK && search->entry_count != 1)
        ctl_proof_optional(
            proof, "passwords",
            "let invitegate search for userPassword, not read it (=ws in config-examples/"
            "slapd/invitegate-acl.conf; 389 DS: allow (search) in invitegate-aci.ldif)",
            "whether an account has a userPassword is not to be seen: its SCRAM verifiers "
            "are not served");
    inv_operation_free(&search);
    return result;
}

static void report_dates(ctl_proof *proof)
{
    static const char remedy[] = "load ppolicy and let invitegate read pwdChangedTime (389 DS: "
                                 "passwordTrackUpdateTime on, and pwdUpdateTime)";
    static const char cause[] =
        "pwdChangedTime is not to be seen: a password that is changed elsewhere could not be told "
        "from the one of the SCRAM verifiers, so they are not served";

    if ((proof->domain->verifiers & INV_VERIFIERS_SCRAM) == 0)
        return;
    if (proof->dates == INV_PASSWORD_DATES_ADD || proof->dates == INV_PASSWORD_DATES_CHANGE)
        ctl_proof_fine(proof, "ppolicy", "a password changed elsewhere is noticed");
    else if ((proof->domain->verifiers & INV_VERIFIERS_USER_PASSWORD) == 0)
        ctl_proof_finding(proof, "ppolicy", remedy, "%s and no account can log in", cause);
    else
        ctl_proof_optional(proof, "ppolicy", remedy, "%s", cause);
}

inv_result ctl_probe_accounts(ctl_proof *proof)
{
    inv_result result = make_people(proof);

    if (result == INV_OK && proof->other.dn != NULL)
        result = look_at(proof, proof->reader.dn != NULL ? &proof->reader : &proof->other);
    if (result == INV_OK && proof->other.dn != NULL)
        result = probe_comparing(proof);
    if (result == INV_OK && proof->other.dn != NULL)
        result = probe_presence(proof);
    if (result == INV_OK && proof->other.dn != NULL)
        result = probe_dates(proof);
    if (result == INV_OK && proof->other.dn != NULL)
        result = probe_name_search(proof);
    if (result == INV_OK && proof->other.dn != NULL)
        report_dates(proof);
    return result;
}
