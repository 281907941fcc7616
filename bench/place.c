/* SPDX-License-Identifier: BSD-2-Clause */
#include "place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "measure.h"

#define DAY 86400

static void write_configuration(const struct place *place, const char *domain_lines)
{
    FILE *file = fopen(slapd_conf_path(place->slapd), "w");

    if (file == NULL)
        measure_fail(slapd_conf_path(place->slapd), "cannot be written");
    (void)fprintf(file,
                  "[directory]\nuri = %s\ntimeout = 30s\n[tokens]\nkey_file = %s/token.keys\n"
                  "[log]\nto = stderr\nlevel = error\n[domain example.org]\n"
                  "invites = ou=invites,dc=example,dc=org\npeople = ou=people,dc=example,dc=org\n"
                  "rosters = ou=rosters,dc=example,dc=org\nname_search_base = dc=example,dc=org\n"
                  "claim_grace = 20m\n%s\n",
                  slapd_uri(place->slapd), slapd_directory(place->slapd),
                  domain_lines != NULL ? domain_lines : "password_verifiers = server");
    (void)fclose(file);
    (void)chmod(slapd_conf_path(place->slapd), 0600);
}

static void prepare_directory(const struct place *place)
{
    static const char ldif[] =
        "dn: ou=invites,dc=example,dc=org\nchangetype: modify\nadd: invitePasswordForm\n"
        "invitePasswordForm: server\n\n"
        "dn: uid=alice,ou=people,dc=example,dc=org\nchangetype: add\nobjectClass: inetOrgPerson\n"
        "objectClass: xmppAccount\nuid: alice\ncn: alice\nsn: alice\nxmppJid: alice@example.org\n"
        "userPassword: " PLACE_PASSWORD "\n";

    if (slapd_modify(place->slapd, ldif) != 0)
        measure_fail("ldapmodify", "the directory could not be prepared");
}

void place_open(struct place *place, const char *domain_lines, const char *const *options)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    char keys[512];

    place->slapd = slapd_start(options);
    if (place->slapd == NULL)
        measure_fail("slapd", "did not start");
    (void)snprintf(keys, sizeof(keys), "%s/token.keys", slapd_directory(place->slapd));
    if (inv_keys_create(keys, &verdict) != INV_OK)
        measure_fail(keys, verdict.why);
    write_configuration(place, domain_lines);
    prepare_directory(place);
    if (inv_context_open(slapd_conf_path(place->slapd), NULL, &place->context, &verdict) != INV_OK)
        measure_fail("gate", verdict.why);
}

void place_close(struct place *place)
{
    inv_context_free(&place->context);
    slapd_stop(&place->slapd);
}

inv_token *place_invite(const struct place *place, const inv_invite_request *request)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_invite_request by_alice = *request;
    inv_token *token = NULL;
    inv_jid *alice = NULL;
    inv_call call;

    if (inv_jid_parse("alice@example.org", &alice, &verdict) != INV_OK)
        measure_fail("alice", verdict.why);
    by_alice.inviter = alice;
    if (inv_call_begin(place->context, &place->context->config->domains[0], 0, &call, &verdict) !=
            INV_OK ||
        inv_invite_create(&call, &by_alice, &token) != INV_OK)
        measure_fail("create", verdict.why);
    inv_call_end(&call);
    inv_jid_free(&alice);
    return token;
}

inv_token **place_invites(const struct place *place, size_t count)
{
    const inv_invite_request request = {.uses = 1, .expires = time(NULL) + DAY};
    inv_token **tokens = calloc(count, sizeof(*tokens));

    if (tokens == NULL)
        measure_fail("invites", "out of memory");
    for (size_t i = 0; i < count; i++)
        tokens[i] = place_invite(place, &request);
    return tokens;
}

void place_invites_free(inv_token **tokens, size_t count)
{
    for (size_t i = 0; i < count; i++)
        inv_token_free(&tokens[i]);
    free(tokens);
}

inv_result place_register_in(const struct place *place, inv_call *call, const inv_token *token,
                             const char *local, inv_verdict *verdict)
{
    const inv_domain *domain = &place->context->config->domains[0];
    inv_secret *password = inv_secret_new(PLACE_PASSWORD, strlen(PLACE_PASSWORD));
    inv_jid *name = NULL;
    inv_result result = inv_jid_prepare(domain, local, strlen(local), &name, verdict);

    if (result == INV_OK)
        result = inv_redeem(
            call, &(inv_redeem_request){token, name, password, INV_ALLOW_REGISTRATION, time(NULL)});
    inv_jid_free(&name);
    inv_secret_free(&password);
    return result;
}

inv_result place_register(const struct place *place, const inv_token *token, const char *local,
                          inv_verdict *verdict)
{
    inv_call call = {0};
    inv_result result =
        inv_call_begin(place->context, &place->context->config->domains[0], 0, &call, verdict);

    if (result == INV_OK)
        result = place_register_in(place, &call, token, local, verdict);
    inv_call_end(&call);
    return result;
}
