/* SPDX-License-Identifier: BSD-2-Clause */
#include "tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "measure.h"

#define DAY 86400

static inv_token *mint(const struct place *place)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = NULL;

    if (inv_token_mint(place->context->keys, "example.org", &token, &verdict) != INV_OK)
        measure_fail("mint", verdict.why);
    return token;
}

static void use(const struct place *place, const inv_token *token, token_kind kind, int index)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    char local[32];

    (void)snprintf(local, sizeof(local), "user%d.%d", (int)kind, index);
    if (place_register(place, token, local, &verdict) != INV_OK)
        measure_fail(local, verdict.why);
}

static inv_token *make(const struct place *place, token_kind kind, int index)
{
    inv_invite_request request = {.uses = 1, .expires = time(NULL) + DAY};
    inv_token *token;

    if (kind == TOKEN_UNKNOWN)
        return mint(place);
    if (kind == TOKEN_EXPIRED)
        request.expires = time(NULL) - 1;
    token = place_invite(place, &request);
    if (kind == TOKEN_USED || kind == TOKEN_USED_TOO)
        use(place, token, kind, index);
    return token;
}

void tokens_make(const struct place *place, struct tokens *tokens)
{
    for (int i = 0; i < TOKENS; i++) {
        for (token_kind kind = TOKEN_UNKNOWN; kind < TOKEN_KINDS; kind++) {
            tokens->genuine[kind][i] = make(place, kind, i);
            inv_token_write(tokens->genuine[kind][i], tokens->text[kind][i]);
        }
    }
}

void tokens_free(struct tokens *tokens)
{
    for (int kind = 0; kind < TOKEN_KINDS; kind++) {
        for (int i = 0; i < TOKENS; i++)
            inv_token_free(&tokens->genuine[kind][i]);
    }
}

void tokens_add_holders(const struct place *place)
{
    for (int i = 0; i < TOKENS; i++) {
        char ldif[400];

        (void)snprintf(ldif, sizeof(ldif),
                       "dn: uid=held%d,ou=people,dc=example,dc=org\nchangetype: add\n"
                       "objectClass: inetOrgPerson\nobjectClass: xmppAccount\nuid: held%d\n"
                       "cn: held%d\nsn: held%d\nxmppJid: held%d@example.org\n"
                       "userPassword: " PLACE_PASSWORD "\n",
                       i, i, i, i, i);
        if (slapd_modify(place->slapd, ldif) != 0)
            measure_fail("ldapmodify", "a holder could not be added");
    }
}
