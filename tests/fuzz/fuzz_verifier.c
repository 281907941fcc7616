/* SPDX-License-Identifier: BSD-2-Clause */
/* Stored forms of passwords, and new passwords. Input: the password, a newline, the stored value.
 */
#include <string.h>

#include "cheap_hashes.h"
#include "fuzz.h"
#include "invitegate/password.h"
#include "invitegate/verifier.h"
#include "material.h"

/* What was made of a password is of it, and of no other. */
static void require_own(const inv_domain *domain, const inv_secret *password)
{
    inv_deadline deadline = inv_deadline_in(60 * 1000);
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_verifiers *verifiers = NULL;
    inv_secret *other = NULL;
    char *longer = calloc(1, inv_secret_length(password) + 2);

    FUZZ_REQUIRE(longer != NULL);
    memcpy(longer, inv_secret_bytes(password), inv_secret_length(password));
    longer[inv_secret_length(password)] = 'x';
    other = inv_secret_new(longer, inv_secret_length(password) + 1);
    FUZZ_REQUIRE(other != NULL);
    FUZZ_REQUIRE(inv_verifiers_new(domain, password, &deadline, &verifiers, &verdict) == INV_OK);
    FUZZ_REQUIRE(inv_verifiers_count(verifiers) > 0);
    for (size_t i = 0; domain != fuzz_material()->server && i < inv_verifiers_count(verifiers);
         i++) {
        const inv_secret *value = inv_verifiers_value(verifiers, i);

        FUZZ_REQUIRE(inv_verifier_match(inv_secret_bytes(value), inv_secret_length(value),
                                        password) == INV_MATCH_YES);
        FUZZ_REQUIRE(inv_verifier_match(inv_secret_bytes(value), inv_secret_length(value), other) !=
                     INV_MATCH_YES);
    }
    inv_verifiers_free(&verifiers);
    inv_secret_free(&other);
    free(longer);
}

static void check(const inv_domain *domain, const inv_secret *password)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_result result = inv_password_check(domain, fuzz_material()->keys, password, &verdict);
    inv_secret *prepared = NULL;

    FUZZ_REQUIRE(result == INV_OK || result == INV_PASSWORD_REFUSED);
    if (result == INV_OK) {
        FUZZ_REQUIRE(inv_password_prepare(password, &prepared) == INV_OK);
        FUZZ_REQUIRE(inv_secret_length(prepared) >= 1 &&
                     inv_secret_length(prepared) <= INV_PASSWORD_MAX);
        FUZZ_REQUIRE(!inv_token_leads(fuzz_material()->keys, domain->name,
                                      inv_secret_bytes(prepared), inv_secret_length(prepared)));
        inv_secret_free(&prepared);
        require_own(domain, password);
    } else {
        fuzz_require_verdict(&verdict, result);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct fuzz_material *material = fuzz_material();
    const uint8_t *newline = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t length = newline != NULL ? (size_t)(newline - data) : size;
    size_t stored_length = newline != NULL ? size - length - 1 : 0;
    inv_secret *password = inv_secret_new(data, length);
    char *stored = malloc(stored_length > 0 ? stored_length : 1); /* no NUL behind it */
    inv_match match;

    FUZZ_REQUIRE(password != NULL && stored != NULL);
    if (stored_length > 0)
        memcpy(stored, newline + 1, stored_length);
    cheap_hashes(true);
    match = inv_verifier_match(stored, stored_length, password);
    FUZZ_REQUIRE(length > 0 || match != INV_MATCH_YES);
    FUZZ_REQUIRE(stored_length > 0 || match != INV_MATCH_YES);
    check(material->server, password);
    check(material->ssha512, password);
    check(material->scram, password);
    cheap_hashes(false);
    free(stored);
    inv_secret_free(&password);
    return 0;
}
