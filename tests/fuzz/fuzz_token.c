/* SPDX-License-Identifier: BSD-2-Clause */
/* Tokens standing alone, in the combined form, and in front of a password. Input: the text. */
#include <string.h>

#include "fuzz.h"
#include "material.h"

static void require_genuine(const char *domain, const inv_token *token, const inv_verdict *verdict)
{
    const struct fuzz_material *material = fuzz_material();
    inv_verdict again_verdict = INV_VERDICT_INIT;
    char text[INV_TOKEN_LENGTH + 1];
    inv_token *again = NULL;

    inv_token_write(token, text);
    FUZZ_REQUIRE(strlen(text) == INV_TOKEN_LENGTH);
    FUZZ_REQUIRE(inv_token_parse(material->keys, domain, text, INV_TOKEN_LENGTH, &again,
                                 &again_verdict) == INV_OK);
    FUZZ_REQUIRE(strcmp(inv_token_id(again), inv_token_id(token)) == 0);
    FUZZ_REQUIRE(strcmp(verdict->invite_id, inv_token_id(token)) == 0);
    FUZZ_REQUIRE(strlen(inv_token_id(token)) == INV_INVITE_ID_LENGTH);
    FUZZ_REQUIRE(inv_keys_find(material->keys, inv_token_key_id(token)) != NULL);
    inv_token_free(&again);
}

static void alone(const char *domain, const char *text, size_t length)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = NULL;
    inv_result result =
        inv_token_parse(fuzz_material()->keys, domain, text, length, &token, &verdict);

    FUZZ_REQUIRE(result == INV_OK || result == INV_BAD_TOKEN);
    FUZZ_REQUIRE((token != NULL) == (result == INV_OK));
    if (result == INV_OK)
        require_genuine(domain, token, &verdict);
    else
        FUZZ_REQUIRE(verdict.invite_id[0] == '\0' && verdict.why[0] != '\0');
    inv_token_free(&token);
}

static void combined(const char *domain, const char *text, size_t length)
{
    const inv_keys *keys = fuzz_material()->keys;
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = NULL;
    inv_result result = inv_token_parse_combined(keys, domain, text, length, &token, &verdict);
    bool leads = inv_token_leads(keys, domain, text, length);

    FUZZ_REQUIRE(result == INV_OK || result == INV_NOT_OURS);
    FUZZ_REQUIRE((token != NULL) == (result == INV_OK));
    FUZZ_REQUIRE((result == INV_OK) ==
                 (leads && length >= INV_TOKEN_PASSWORD_OFFSET && text[INV_TOKEN_LENGTH] == ':'));
    if (result == INV_OK) {
        char written[INV_TOKEN_LENGTH + 1];

        /* one text a token: whoever wrote it differently would have a second one */
        inv_token_write(token, written);
        FUZZ_REQUIRE(memcmp(written, text, INV_TOKEN_LENGTH) == 0);
        require_genuine(domain, token, &verdict);
    }
    inv_token_free(&token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const domains[] = {"example.org", "scram.example"};

    for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
        alone(domains[i], (const char *)data, size);
        combined(domains[i], (const char *)data, size);
    }
    return 0;
}
