/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/verifier.h"

#include <stdlib.h>
#include <string.h>

#include "password.h"
#include "scram.h"
#include "user_password.h"

#define VERIFIERS_MAX 6

struct inv_verifiers {
    size_t count;
    struct {
        const char *attribute;
        inv_secret *value;
    } verifiers[VERIFIERS_MAX];
};

/* Computes one value: a single bit of verifier, for a password that is prepared. */
static inv_result compute(unsigned verifier, const inv_domain *domain, const inv_secret *prepared,
                          inv_secret **value, inv_verdict *verdict)
{
    switch (verifier) {
    case INV_VERIFIER_SERVER:
        *value = inv_secret_new(inv_secret_bytes(prepared), inv_secret_length(prepared));
        return *value != NULL ? INV_OK : inv_verdict_no_memory(verdict);
    case INV_VERIFIER_CRYPT:
        return inv_crypt_new(prepared, value, verdict);
    case INV_VERIFIER_SSHA512:
        return inv_ssha512_new(prepared, value, verdict);
    default:
        return inv_scram_new(verifier, domain->scram_iterations, prepared, value, verdict);
    }
}

/*
 * Computes one value for each bit of the domain's verifiers, and looks at the deadline before each.
 */
static inv_result compute_all(const inv_domain *domain, const inv_secret *prepared,
                              const inv_deadline *deadline, inv_verifiers *verifiers,
                              inv_verdict *verdict)
{
    for (unsigned verifier = 1; verifier <= INV_VERIFIER_SCRAM_SHA_512; verifier <<= 1) {
        inv_result result;

        if ((domain->verifiers & verifier) == 0)
            continue;
        if (inv_deadline_passed(deadline))
            return inv_verdict_set(verdict, INV_TIMEOUT,
                                   "the time was over while the password was hashed");
        result = compute(verifier, domain, prepared, &verifiers->verifiers[verifiers->count].value,
                         verdict);
        if (result != INV_OK)
            return result;
        verifiers->verifiers[verifiers->count].attribute =
            (verifier & INV_VERIFIERS_SCRAM) != 0 ? "authPassword" : "userPassword";
        verifiers->count++;
    }
    return INV_OK;
}

inv_result inv_verifiers_new(const inv_domain *domain, const inv_secret *password,
                             const inv_deadline *deadline, inv_verifiers **verifiers,
                             inv_verdict *verdict)
{
    inv_verifiers *made = NULL;
    inv_secret *prepared = NULL;
    inv_result result = inv_password_prepare_new(domain, password, &prepared, verdict);

    *verifiers = NULL;
    if (result == INV_OK) {
        made = calloc(1, sizeof(*made));
        if (made == NULL)
            result = inv_verdict_no_memory(verdict);
        else
            result = compute_all(domain, prepared, deadline, made, verdict);
    }
    if (result == INV_OK) {
        *verifiers = made;
        made = NULL;
    }
    inv_verifiers_free(&made);
    inv_secret_free(&prepared);
    return result;
}

void inv_verifiers_free(inv_verifiers **verifiers)
{
    if (*verifiers == NULL)
        return;
    for (size_t i = 0; i < VERIFIERS_MAX; i++)
        inv_secret_free(&(*verifiers)->verifiers[i].value);
    free(*verifiers);
    *verifiers = NULL;
}

size_t inv_verifiers_count(const inv_verifiers *verifiers)
{
    return verifiers->count;
}

const char *inv_verifiers_attribute(const inv_verifiers *verifiers, size_t index)
{
    return verifiers->verifiers[index].attribute;
}

const inv_secret *inv_verifiers_value(const inv_verifiers *verifiers, size_t index)
{
    return verifiers->verifiers[index].value;
}

/* Schemes in braces are compared without case; scheme is in upper case. */
static bool has_scheme(const char *stored, size_t length, const char *scheme)
{
    size_t scheme_length = strlen(scheme);

    if (length < scheme_length)
        return false;
    for (size_t i = 0; i < scheme_length; i++) {
        char character = stored[i];

        if (character >= 'a' && character <= 'z')
            character = (char)(character - 'a' + 'A');
        if (character != scheme[i])
            return false;
    }
    return true;
}

static inv_match match_prepared(const char *stored, size_t length, const inv_secret *prepared)
{
    static const size_t crypt_length = sizeof(INV_CRYPT_SCHEME) - 1;
    static const size_t ssha512_length = sizeof(INV_SSHA512_SCHEME) - 1;

    if (inv_secret_length(prepared) > INV_PASSWORD_MAX)
        return INV_MATCH_UNKNOWN; /* not set by invitegate; the directory may know it */
    if (has_scheme(stored, length, INV_CRYPT_SCHEME))
        return inv_crypt_match(stored + crypt_length, length - crypt_length, prepared);
    if (has_scheme(stored, length, INV_SSHA512_SCHEME))
        return inv_ssha512_match(stored + ssha512_length, length - ssha512_length, prepared);
    return inv_scram_match(stored, length, prepared);
}

inv_match inv_verifier_match(const char *stored, size_t length, const inv_secret *password)
{
    inv_secret *prepared = NULL;
    inv_match match = INV_MATCH_UNKNOWN;

    if (inv_secret_length(password) == 0)
        return INV_MATCH_NO;
    if (inv_password_prepare(password, &prepared) == INV_OK)
        match = match_prepared(stored, length, prepared);
    inv_secret_free(&prepared);
    return match;
}
