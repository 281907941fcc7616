/* SPDX-License-Identifier: BSD-2-Clause */
#include "bare.h"

#include <ldap.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "measure.h"
#include "place.h"

#define BASE    "dc=example,dc=org"
#define INVITES "ou=invites," BASE

static char *terms[] = {"inviteId",
                        "inviteType",
                        "inviteDomain",
                        "inviteUses",
                        "inviteUsesLeft",
                        "inviteExpires",
                        "inviteKeyId",
                        "inviteUser",
                        "inviteInviter",
                        "inviteContact",
                        "inviteGroup",
                        "inviteRosterGroup",
                        "inviteRosterSubscription",
                        "inviteAccountExpires",
                        "inviteAccountState",
                        "inviteTerms",
                        "inviteMadeBy",
                        "description",
                        "createTimestamp",
                        "modifyTimestamp",
                        "inviteClaim",
                        NULL};
static char *account_attributes[] = {
    "objectClass",          "xmppJid",         "inviteId",
    "inviteNonce",          "createTimestamp", "xmppAccountExpires",
    "pwdAccountLockedTime", "nsAccountLock",   NULL};
static char *reservation_attributes[] = {"inviteId", "modifyTimestamp", NULL};
static char *pair_attributes[] = {"rosterPairId", "xmppContactJid",  "rosterGroup",
                                  "inviteId",     "createTimestamp", NULL};
static char *container_attributes[] = {"invitePasswordForm", NULL};

void *bare_connect(const char *uri)
{
    const int version = LDAP_VERSION3;
    struct berval none = {0, ""};
    LDAP *handle = NULL;

    if (ldap_initialize(&handle, uri) != LDAP_SUCCESS ||
        ldap_set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version) != LDAP_SUCCESS ||
        ldap_sasl_bind_s(handle, "", "EXTERNAL", &none, NULL, NULL, NULL) != LDAP_SUCCESS)
        measure_fail(uri, "cannot bind");
    return handle;
}

void bare_close(void *connection)
{
    (void)ldap_unbind_ext(connection, NULL, NULL);
}

static void wait_for(LDAP *handle, int answers)
{
    while (answers > 0) {
        LDAPMessage *message = NULL;
        int type = ldap_result(handle, LDAP_RES_ANY, LDAP_MSG_ALL, NULL, &message);
        int code = LDAP_OTHER;

        if (type <= 0 ||
            ldap_parse_result(handle, message, &code, NULL, NULL, NULL, NULL, 1) != LDAP_SUCCESS ||
            (code != LDAP_SUCCESS && code != LDAP_NO_SUCH_OBJECT))
            measure_fail("bare registration", ldap_err2string(code));
        answers--;
    }
}

static void search(LDAP *handle, const char *base, int scope, const char *filter, char **attributes)
{
    int id;

    if (ldap_search_ext(handle, base, scope, filter, attributes, 0, NULL, NULL, NULL, LDAP_NO_LIMIT,
                        &id) != LDAP_SUCCESS)
        measure_fail("search", base);
}

static void look(LDAP *handle, const char *invite_dn, const char *local)
{
    char base[256];
    char filter[256];

    search(handle, invite_dn, LDAP_SCOPE_BASE, "(objectClass=xmppInvite)", terms);
    (void)snprintf(filter, sizeof(filter), "(|(uid=%s)(xmppJid=%s@example.org))", local, local);
    search(handle, BASE, LDAP_SCOPE_SUBTREE, filter, account_attributes);
    (void)snprintf(base, sizeof(base), "inviteUser=%s," INVITES, local);
    search(handle, base, LDAP_SCOPE_BASE, "(objectClass=xmppNameReservation)",
           reservation_attributes);
    (void)snprintf(filter, sizeof(filter),
                   "(&(xmppContactJid=%s@example.org)(objectClass=xmppRosterPair))", local);
    search(handle, "ou=rosters," BASE, LDAP_SCOPE_ONELEVEL, filter, pair_attributes);
    search(handle, INVITES, LDAP_SCOPE_BASE, "(objectClass=*)", container_attributes);
    wait_for(handle, 5);
}

typedef struct change {
    int kind;
    char *attribute;
    char *values[6];
} change;

static void write_entry(LDAP *handle, const char *dn, change *changes, size_t count, int adds)
{
    LDAPMod mods[16];
    LDAPMod *list[17] = {NULL};
    int id;
    int error;

    for (size_t i = 0; i < count; i++) {
        mods[i] = (LDAPMod){.mod_op = changes[i].kind, .mod_type = changes[i].attribute};
        mods[i].mod_values = changes[i].values;
        list[i] = &mods[i];
    }
    error = adds ? ldap_add_ext(handle, dn, list, NULL, NULL, &id)
                 : ldap_modify_ext(handle, dn, list, NULL, NULL, &id);
    if (error != LDAP_SUCCESS)
        measure_fail(dn, ldap_err2string(error));
}

static void pair_id(const char *local, char id[41])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char text[256];
    int length = snprintf(text, sizeof(text), "alice@example.org%c%s@example.org", 0, local);

    if (EVP_Digest(text, (size_t)length, digest, NULL, EVP_sha256(), NULL) != 1)
        measure_fail("SHA-256", "failed");
    for (int i = 0; i < 20; i++)
        (void)snprintf(id + 2 * i, 3, "%02x", digest[i]);
}

void bare_register(void *connection, const char *invite_id, const char *local, const char *nonce)
{
    LDAP *handle = connection;
    char dn[256], jid[256], claim[320], used[400], account[256], pair[41], pair_dn[128];
    char *name = (char *)(uintptr_t)local;
    char *id = (char *)(uintptr_t)invite_id;

    (void)snprintf(dn, sizeof(dn), "inviteId=%s," INVITES, invite_id);
    (void)snprintf(jid, sizeof(jid), "%s@example.org", local);
    (void)snprintf(claim, sizeof(claim), "%s %s", jid, nonce);
    (void)snprintf(used, sizeof(used), "%s 20260101000000Z %s", jid, nonce);
    (void)snprintf(account, sizeof(account), "uid=%s,ou=people," BASE, local);
    pair_id(local, pair);
    (void)snprintf(pair_dn, sizeof(pair_dn), "rosterPairId=%s,ou=rosters," BASE, pair);

    change claims[] = {{LDAP_MOD_DELETE, "inviteUsesLeft", {"1"}},
                       {LDAP_MOD_ADD, "inviteUsesLeft", {"0"}},
                       {LDAP_MOD_ADD, "inviteClaim", {claim}}};
    change accounts[] = {{LDAP_MOD_ADD, "objectClass", {"inetOrgPerson", "xmppAccount"}},
                         {LDAP_MOD_ADD, "uid", {name}},
                         {LDAP_MOD_ADD, "cn", {name}},
                         {LDAP_MOD_ADD, "sn", {name}},
                         {LDAP_MOD_ADD, "mail", {jid}},
                         {LDAP_MOD_ADD, "xmppJid", {jid}},
                         {LDAP_MOD_ADD, "inviteId", {id}},
                         {LDAP_MOD_ADD, "inviteNonce", {(char *)(uintptr_t)nonce}},
                         {LDAP_MOD_ADD, "xmppInvitedBy", {"alice@example.org"}},
                         {LDAP_MOD_ADD, "userPassword", {PLACE_PASSWORD}}};
    change pairs[] = {{LDAP_MOD_ADD, "objectClass", {"xmppRosterPair"}},
                      {LDAP_MOD_ADD, "rosterPairId", {pair}},
                      {LDAP_MOD_ADD, "xmppContactJid", {jid, "alice@example.org"}},
                      {LDAP_MOD_ADD, "rosterGroup", {"Invited"}},
                      {LDAP_MOD_ADD, "rosterMember", {name, "alice"}},
                      {LDAP_MOD_ADD, "inviteId", {id}}};
    change finish[] = {{LDAP_MOD_DELETE, "inviteClaim", {claim}},
                       {LDAP_MOD_ADD, "inviteUsedBy", {used}}};

    look(handle, dn, local);
    write_entry(handle, dn, claims, 3, 0);
    search(handle, BASE, LDAP_SCOPE_SUBTREE, "(|(uid=alice)(xmppJid=alice@example.org))",
           account_attributes);
    wait_for(handle, 2);
    write_entry(handle, account, accounts, 10, 1);
    wait_for(handle, 1);
    write_entry(handle, pair_dn, pairs, 6, 1);
    wait_for(handle, 1);
    write_entry(handle, dn, finish, 2, 0);
    wait_for(handle, 1);
}
