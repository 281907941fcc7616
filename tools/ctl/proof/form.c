/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "throwaway.h"

#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "invitegate/password_form.h"

/* Which password forms the directory accepts, and how it stores them. */

#define REMEDY_HASHING                                                                             \
    "OpenLDAP: overlay ppolicy with ppolicy_hash_cleartext, as in "                                \
    "config-examples/slapd/invitegate-ppolicy.conf; or take crypt in place of server in "          \
    "password_verifiers"

#define REMEDY_SLOW                                                                                \
    "OpenLDAP: password-hash {ARGON2} (olcPasswordHash of the frontend), with the module argon2; " \
    "389 DS: passwordStorageScheme PBKDF2_SHA256; it counts for passwords that are set from then " \
    "on"

/* ------------------------------------------------------------------------------------- hashing */

typedef enum storage { STORED_UNSEEN, STORED_CLEAR, STORED_HASHED } storage;

#define SCHEME_SIZE 32

/* What became of a clear password. */
typedef struct stored_password {
    storage storage;
    char scheme[SCHEME_SIZE]; /* "{ARGON2}"; "": it has none that is known by its form */
} stored_password;

/* The scheme of RFC 2307 5.3 that value begins with. Nothing of what follows it is copied. */
static void take_scheme(stored_password *stored, const char *value, size_t length)
{
    const char *end = length > 0 && value[0] == '{' ? memchr(value, '}', length) : NULL;
    const size_t size = end != NULL ? (size_t)(end - value) + 1 : 0;

    if (size > 0 && size < sizeof(stored->scheme))
        (void)snprintf(stored->scheme, sizeof(stored->scheme), "%.*s", (int)size, value);
}

/* Whether a stolen copy is guessed at by the billion: one round of a digest, salted or not. */
static bool is_quick(const char *scheme)
{
    static const char *const quick[] = {"{SHA}",    "{SSHA}",    "{MD5}",    "{SMD5}",
                                        "{SHA256}", "{SSHA256}", "{SHA384}", "{SSHA384}",
                                        "{SHA512}", "{SSHA512}", NULL};

    for (size_t i = 0; quick[i] != NULL; i++) {
        if (inv_ascii_equal(scheme, quick[i]))
            return true;
    }
    return false;
}

static inv_result look_at_storage(const ctl_throwaway *attempt, inv_directory *directory,
                                  stored_password *stored)
{
    static const char *const attributes[] = {"userPassword", NULL};
    const char *clear = inv_secret_bytes(attempt->password);
    size_t length = inv_secret_length(attempt->password);
    inv_operation *search = inv_operation_search(attempt->dn, INV_SCOPE_BASE, NULL, attributes);
    inv_result result = ctl_proof_run(attempt->proof, directory, search);

    if (result == INV_OK && search->entry_count == 1 &&
        inv_entry_count(search->entries[0], "userPassword") > 0) {
        stored->storage = STORED_HASHED;
        for (size_t i = 0; i < inv_entry_count(search->entries[0], "userPassword"); i++) {
            size_t found_length;
            const char *found =
                inv_entry_value(search->entries[0], "userPassword", i, &found_length);

            /* clear also inside {CLEARTEXT} */
            if (found != NULL && memmem(found, found_length, clear, length) != NULL)
                stored->storage = STORED_CLEAR;
            else if (found != NULL)
                take_scheme(stored, found, found_length);
        }
    }
    inv_operation_free(&search);
    return result;
}

/*
 * Whether the clear password was hashed. A bind succeeds either way, so userPassword has to be
 * read.
 */
static inv_result check_hashing(const ctl_throwaway *attempt)
{
    ctl_proof *proof = attempt->proof;
    bool wanted = (proof->domain->verifiers & INV_VERIFIER_SERVER) != 0;
    stored_password stored = {.storage = STORED_UNSEEN};
    inv_result result = look_at_storage(attempt, proof->call->directory, &stored);

    if (result == INV_OK && stored.storage == STORED_UNSEEN && proof->admin != NULL)
        result = look_at_storage(attempt, proof->admin, &stored);
    if (result != INV_OK)
        return result;
    switch (stored.storage) {
    case STORED_HASHED:
        proof->accepted |= INV_VERIFIER_SERVER;
        ctl_proof_fine(proof, "hashing", "the directory hashes a clear password it is given%s%s",
                       stored.scheme[0] != '\0' ? ", as " : "", stored.scheme);
        if (wanted && is_quick(stored.scheme))
            ctl_proof_note(proof, "hashing", REMEDY_SLOW,
                           "%s is one round of a digest: whoever gets a copy of the directory "
                           "guesses passwords quickly",
                           stored.scheme);
        break;
    case STORED_CLEAR:
        proof->refused |= INV_VERIFIER_SERVER;
        if (wanted)
            ctl_proof_finding(proof, "hashing", REMEDY_HASHING,
                              "the directory keeps a clear password as it is, for every backup to "
                              "read");
        break;
    case STORED_UNSEEN:
        if (wanted && (proof->recorded & INV_VERIFIER_SERVER) != 0)
            ctl_proof_note(proof, "hashing", NULL,
                           "cannot be read now; an earlier init proved that the directory hashes");
        else if (wanted)
            ctl_proof_finding(
                proof, "hashing",
                "run init with --bind-dn and --bind-password-file of an identity that may "
                "read userPassword of the throwaway accounts, or let invitegate do so "
                "(config-examples/slapd/invitegate-acl.conf)",
                "whether the directory hashes clear passwords cannot be read and stays "
                "unproven");
        break;
    }
    return INV_OK;
}

/* ---------------------------------------------------------------------------------------- forms */

static inv_result check_login(const ctl_throwaway *attempt, const inv_password_form *how)
{
    ctl_proof *proof = attempt->proof;
    inv_deadline deadline = inv_deadline_in(proof->config->directory.timeout_ms);
    bool wanted = (proof->domain->verifiers & how->verifiers) != 0;
    inv_result result = inv_directory_verify(proof->call->directory, attempt->dn, attempt->password,
                                             &deadline, proof->call->verdict);

    if (result == INV_OK && how->verifiers != INV_VERIFIER_SERVER)
        proof->accepted |= how->verifiers;
    if (result == INV_OK) {
        proof->logins |= how->verifiers;
        return INV_OK;
    }
    if (result == INV_WRONG_PASSWORD) {
        proof->refused |= how->verifiers;
        if (wanted)
            ctl_proof_finding(
                proof, how->name,
                "take another form in password_verifiers, or load the directory's module "
                "for this one (OpenLDAP: pw-sha2 for ssha512)",
                "the form %s is stored, but a login with it fails", how->name);
        return INV_OK;
    }
    if (result != INV_CONFIG)
        return result;
    ctl_proof_finding(proof, how->name, "use ldapi:/// or TLS",
                      "a login with the form %s cannot be tried: %s", how->name,
                      proof->call->verdict->why);
    return INV_OK;
}

static inv_result try_form(ctl_proof *proof, const inv_password_form *how)
{
    ctl_throwaway attempt = {
        .proof = proof, .wanted = how->verifiers, .invite_id = INV_INVITE_ID_THROWAWAY};
    bool wanted = (proof->domain->verifiers & how->verifiers) != 0;
    inv_result result = ctl_throwaway_prepare(&attempt, how->name);

    if (result == INV_OK)
        result = ctl_throwaway_add(&attempt);
    if (result != INV_OK)
        goto cleanup;
    if (!attempt.added) {
        proof->refused |= how->verifiers;
        if (wanted)
            ctl_proof_finding(
                proof, how->name,
                "let invitegate add what account_classes and account_attributes ask for, "
                "or take another form in password_verifiers",
                "an account with the form %s is refused: %s", how->name, proof->call->verdict->why);
        goto cleanup;
    }
    if (how->verifiers == INV_VERIFIERS_SCRAM) {
        proof->accepted |= INV_VERIFIERS_SCRAM;
        goto cleanup;
    }
    result = check_login(&attempt, how);
    if (result == INV_OK && how->verifiers == INV_VERIFIER_SERVER)
        result = check_hashing(&attempt);
cleanup:
    ctl_throwaway_clear(&attempt);
    return result;
}

static void report_forms(ctl_proof *proof)
{
    char accepted[64] = "";
    size_t end = 0;

    for (const inv_password_form *form = inv_password_forms; form->name != NULL; form++) {
        int length;

        if ((proof->accepted & form->verifiers) == 0)
            continue;
        length = snprintf(accepted + end, sizeof(accepted) - end, " %s", form->name);
        if (length > 0)
            end += (size_t)length;
    }
    ctl_proof_fine(proof, "forms", "passwords that work here:%s", end > 0 ? accepted : " none");
}

inv_result ctl_probe_forms(ctl_proof *proof)
{
    const inv_password_form *form = inv_password_forms;
    inv_result result = INV_OK;

    for (; result == INV_OK && form->name != NULL; form++)
        result = try_form(proof, form);
    if (result == INV_OK)
        report_forms(proof);
    return result;
}
