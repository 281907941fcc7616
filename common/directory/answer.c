/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "libldap.h"

/* What a result code of RFC 4511 4.1.9 means here, and what an administrator can do about it. */

static const struct {
    int code;
    inv_result result;
    const char *remedy;
} meanings[] = {
    {3, INV_TIMEOUT,
     "a time limit of the server, or of a gateway in front of it, ran out: invitectl doctor finds "
     "missing indexes"},
    {4, INV_CONFIG,
     "the size limit of the invitegate identity is too low: config-examples/slapd/"
     "invitegate-limits.conf"},
    {8, INV_CONFIG, "the server wants TLS or ldapi: set uri or starttls"},
    {11, INV_DIRECTORY_DOWN,
     "a limit of the server, or of a gateway in front of it, was met: its own log tells which"},
    {13, INV_CONFIG, "the server wants TLS or ldapi: set uri or starttls"},
    {17, INV_CONFIG, "the schema lacks this attribute: invitectl doctor tells what to load"},
    {21, INV_CONFIG,
     "the schema gives this attribute another syntax, or lacks this class: invitectl doctor"},
    {49, INV_CONFIG,
     "bind_dn, or the password in bind_password_file, is not what the directory has"},
    {50, INV_CONFIG,
     "the identity of [directory] lacks this right: config-examples/slapd/invitegate-acl.conf "
     "(389 DS: config-examples/389ds/invitegate-aci.ldif)"},
    {51, INV_DIRECTORY_DOWN, "the server, or a gateway in front of it, is busy"},
    {52, INV_DIRECTORY_DOWN, "the server, or the one behind a gateway, is not there"},
    {53, INV_DIRECTORY_DOWN,
     "the server has no database for this DN (see the suffix in the configuration), is read-only, "
     "or refuses by another setting: its own log tells"},
    {65, INV_CONFIG,
     "the object classes do not allow this entry: account_classes and account_attributes, or a "
     "schema that was not loaded"},
    {80, INV_DIRECTORY_DOWN, "the server's own log has the cause"},
};

/* Codes that a server has for several causes, told apart by its words; the first that fits. */
static const struct {
    int code;
    const char *words; /* in its diagnostic, whatever the case of letters */
    const char *remedy;
} causes[] = {
    {53, "no global superior knowledge",
     "the server has no database for this DN: invites, people and rosters of the domain have to "
     "lie "
     "below one of its suffixes (ldapsearch -x -s base -b '' namingContexts)"},
    {53, "shadow context",
     "the server is a replica and does not say of what: name the provider first in uri of "
     "[directory]"},
    {53, "operation restricted",
     "the database, or the server, is set read-only: olcReadOnly, olcRestrict (readonly, restrict "
     "in slapd.conf)"},
    {53, "read-only",
     "the database, or the server, is set read-only (389 DS: nsslapd-readonly); a replica: name "
     "the "
     "supplier first in uri of [directory]"},
    {80, "index",
     "the database is full, or its disk is: raise olcDbMaxSize (maxsize) and start slapd again; "
     "its "
     "log tells which"},
    {80, "store failed",
     "the database is full, or its disk is: raise olcDbMaxSize (maxsize) and start slapd again; "
     "its "
     "log tells which"},
};

inv_result inv_ldap_result(int code)
{
    if (code == INV_LDAP_SUCCESS)
        return INV_OK;
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (meanings[i].code == code)
            return meanings[i].result;
    }
    return INV_CONFIG;
}

/*
 * draft-behera-ldap-password-policy 6.2: those errors that slapo-ppolicy answers with code 50 as
 * well.
 */
static const char *policy_remedy(int policy_error)
{
    switch (policy_error) {
    case INV_POLICY_MOD_NOT_ALLOWED:
        return "pwdAllowUserChange is FALSE in the password policy that holds for this entry";
    case INV_POLICY_MUST_SUPPLY_OLD:
        return "pwdSafeModify is TRUE in the password policy that holds for this entry";
    case INV_POLICY_TOO_YOUNG:
        return "pwdMinAge of the password policy that holds for this entry is not over";
    default:
        return NULL;
    }
}

static void referral_remedy(const inv_operation *operation, char *remedy, size_t size)
{
    bool half = operation->kind == INV_OPERATION_SEARCH;
    const char *server = operation->referral;

    if (half)
        (void)snprintf(remedy, size,
                       "part of what was searched is on another server%s%s: name_search_base and "
                       "the containers have to lie on the first server of uri",
                       server != NULL ? ", " : "", server != NULL ? server : "");
    else
        (void)snprintf(remedy, size,
                       "this server does not take writes: name the provider%s%s first in uri of "
                       "[directory]",
                       server != NULL ? ", " : "", server != NULL ? server : "");
}

const char *inv_operation_remedy(const inv_operation *operation, char *buffer, size_t size)
{
    const char *policy = policy_remedy(operation->policy_error);

    if (operation->state != INV_OPERATION_ANSWERED)
        return NULL;
    if (operation->code == INV_LDAP_REFERRAL) {
        referral_remedy(operation, buffer, size);
        return buffer;
    }
    if (policy != NULL)
        return policy;
    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
        if (causes[i].code == operation->code && operation->diagnostic != NULL &&
            inv_ascii_contains(operation->diagnostic, causes[i].words))
            return causes[i].remedy;
    }
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (meanings[i].code == operation->code)
            return meanings[i].remedy;
    }
    return NULL;
}

const char *inv_ldap_remedy(int code)
{
    const inv_operation bind = {
        .state = INV_OPERATION_ANSWERED, .code = code, .policy_error = INV_POLICY_NONE};
    char nothing[1];
    const char *remedy =
        code != INV_LDAP_REFERRAL ? inv_operation_remedy(&bind, nothing, sizeof(nothing)) : NULL;

    return remedy != NULL ? remedy : "the server's own log has the cause";
}

static const char *operation_name(inv_operation_kind kind)
{
    switch (kind) {
    case INV_OPERATION_SEARCH:
        return "search";
    case INV_OPERATION_ADD:
        return "add";
    case INV_OPERATION_MODIFY:
        return "modify";
    case INV_OPERATION_DELETE:
        return "delete";
    case INV_OPERATION_WHO_AM_I:
        return "question of who asks";
    }
    return "operation";
}

inv_result inv_operation_result(const inv_operation *operation, const char *what,
                                inv_verdict *verdict)
{
    char buffer[256];
    const char *remedy = inv_operation_remedy(operation, buffer, sizeof(buffer));

    if (operation->state != INV_OPERATION_ANSWERED)
        return inv_verdict_set(verdict, INV_DIRECTORY_DOWN, "%s: no answer to the %s of %s", what,
                               operation_name(operation->kind), operation->dn);
    if (operation->code == INV_LDAP_SUCCESS)
        return INV_OK;
    if (operation->code == INV_LDAP_NO_SUCH_OBJECT)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%s: %s does not exist or is hidden from the invitegate identity; "
                               "run invitectl doctor",
                               what, operation->dn);
    return inv_verdict_set(verdict, inv_ldap_result(operation->code),
                           "%s: the directory answered %d to the %s of %s: %s%s%s", what,
                           operation->code, operation_name(operation->kind), operation->dn,
                           operation->diagnostic != NULL ? operation->diagnostic
                                                         : "no reason given",
                           remedy != NULL ? "; " : "", remedy != NULL ? remedy : "");
}
