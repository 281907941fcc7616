/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account_write.h"

#include "invitegate/account.h"
#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "invitegate/freshness.h"
#include "invitegate/timestamp.h"

char *inv_account_dn(const inv_domain *domain, const inv_jid *name)
{
    return inv_dn_child(domain->account_rdn, inv_jid_local(name), domain->people);
}

/* -------------------------------------------------------------------------------- operations */

static void add_class(inv_operation *operation, const inv_domain *domain, const char *class_name)
{
    for (size_t i = 0; domain->account_classes[i] != NULL; i++) {
        if (inv_ascii_equal(domain->account_classes[i], class_name))
            return;
    }
    inv_operation_text(operation, INV_CHANGE_ADD, "objectClass", class_name);
}

static bool in_template(const inv_domain *domain, const char *attribute)
{
    for (size_t i = 0; i < domain->account_attribute_count; i++) {
        if (inv_ascii_equal(domain->account_attributes[i].attribute, attribute))
            return true;
    }
    return false;
}

static void add_template(inv_operation *operation, const inv_domain *domain, const inv_jid *name)
{
    if (!in_template(domain, domain->account_rdn))
        inv_operation_text(operation, INV_CHANGE_ADD, domain->account_rdn, inv_jid_local(name));
    for (size_t i = 0; i < domain->account_attribute_count; i++) {
        char *value = inv_jid_expand(name, domain->account_attributes[i].value, NULL);

        if (value == NULL)
            operation->no_memory = true;
        else
            inv_operation_text(operation, INV_CHANGE_ADD, domain->account_attributes[i].attribute,
                               value);
        free(value);
    }
}

static void add_expiry(inv_operation *operation, const char *account_expires, time_t now)
{
    char moment[INV_TIMESTAMP_SIZE];
    long seconds = 0;

    if (inv_timestamp_parse_duration(account_expires, &seconds)) {
        inv_timestamp_write_generalized(now + seconds, moment);
        account_expires = moment;
    }
    inv_operation_text(operation, INV_CHANGE_ADD, "xmppAccountExpires", account_expires);
}

static void set_verifiers(inv_operation *operation, inv_change_kind kind,
                          const inv_verifiers *verifiers)
{
    for (size_t i = 0; i < inv_verifiers_count(verifiers); i++) {
        const inv_secret *value = inv_verifiers_value(verifiers, i);

        inv_operation_value(operation, kind, inv_verifiers_attribute(verifiers, i),
                            inv_secret_bytes(value), inv_secret_length(value));
    }
    operation->password_policy = true;
}

inv_operation *inv_account_add_operation(const inv_domain *domain, const inv_jid *name,
                                         const inv_account_origin *origin,
                                         const inv_verifiers *verifiers)
{
    const inv_invite *invite = origin->invite;
    char *dn = inv_account_dn(domain, name);
    inv_operation *operation = inv_operation_new_add(dn);

    free(dn);
    if (operation == NULL)
        return NULL;
    for (size_t i = 0; domain->account_classes[i] != NULL; i++)
        inv_operation_text(operation, INV_CHANGE_ADD, "objectClass", domain->account_classes[i]);
    add_class(operation, domain, "xmppAccount");
    if ((domain->verifiers & INV_VERIFIERS_SCRAM) != 0)
        add_class(operation, domain, "authPasswordObject");
    add_template(operation, domain, name);
    inv_operation_text(operation, INV_CHANGE_ADD, "xmppJid", inv_jid_text(name));
    inv_operation_text(operation, INV_CHANGE_ADD, "inviteId", invite->id);
    inv_operation_text(operation, INV_CHANGE_ADD, "inviteNonce", origin->nonce);
    if (invite->inviter != NULL)
        inv_operation_text(operation, INV_CHANGE_ADD, "xmppInvitedBy", invite->inviter);
    if (invite->account_expires != NULL)
        add_expiry(operation, invite->account_expires, origin->now);
    if ((domain->verifiers & INV_VERIFIERS_SCRAM) != 0 &&
        (domain->verifiers & INV_VERIFIERS_USER_PASSWORD) == 0)
        inv_operation_text(operation, INV_CHANGE_ADD, "xmppVerifiersOf",
                           INV_VERIFIERS_OF_NO_PASSWORD);
    set_verifiers(operation, INV_CHANGE_ADD, verifiers);
    return operation;
}

inv_operation *inv_account_reset_operation(const inv_domain *domain, const inv_jid *name,
                                           const inv_account *account, const char *mark,
                                           const inv_verifiers *verifiers)
{
    const bool scram = (domain->verifiers & INV_VERIFIERS_SCRAM) != 0;
    inv_operation *operation = inv_operation_new_modify(account->dn);

    if (operation == NULL)
        return NULL;
    if (!account->is_xmpp_account)
        inv_operation_text(operation, INV_CHANGE_ADD, "objectClass", "xmppAccount");
    if (scram && !account->has_auth_password_class)
        inv_operation_text(operation, INV_CHANGE_ADD, "objectClass", "authPasswordObject");
    if (account->jid == NULL)
        inv_operation_text(operation, INV_CHANGE_REPLACE, "xmppJid", inv_jid_text(name));
    if ((domain->verifiers & INV_VERIFIERS_USER_PASSWORD) == 0)
        inv_operation_text(operation, INV_CHANGE_REPLACE, "userPassword", NULL);
    if (!scram && account->has_auth_password_class)
        inv_operation_text(operation, INV_CHANGE_REPLACE, "authPassword", NULL);
    set_verifiers(operation, INV_CHANGE_REPLACE, verifiers);
    /* slapo-ppolicy lifts a lock by failed logins together with the new password, 389 DS does not
     */
    if (account->has_unlock_time) {
        inv_operation_text(operation, INV_CHANGE_REPLACE, "accountUnlockTime", NULL);
        inv_operation_text(operation, INV_CHANGE_REPLACE, "passwordRetryCount", NULL);
    }
    /* by the exact old value: of two attempts with one token only one sets its password */
    if (account->nonce != NULL)
        inv_operation_text(operation, INV_CHANGE_DELETE, "inviteNonce", account->nonce);
    inv_operation_text(operation, INV_CHANGE_ADD, "inviteNonce", mark);
    /* without an old nonce this, too, tells a login's write of verifiers that a reset came first */
    if (scram && account->nonce == NULL && account->is_xmpp_account)
        inv_operation_text(operation, INV_CHANGE_REPLACE, "xmppVerifiersOf", NULL);
    if (scram)
        inv_operation_read_after(operation, inv_verifiers_moment_attributes);
    return operation;
}

/* A modify of entry dn that counts only while inviteNonce is still mark. */
static inv_operation *modify_of_mark(const char *dn, const char *mark)
{
    inv_operation *operation = inv_operation_new_modify(dn);

    inv_operation_text(operation, INV_CHANGE_DELETE, "inviteNonce", mark);
    inv_operation_text(operation, INV_CHANGE_ADD, "inviteNonce", mark);
    return operation;
}

static void replace_auth_password(inv_operation *operation, const inv_verifiers *verifiers)
{
    for (size_t i = 0; i < inv_verifiers_count(verifiers); i++) {
        const inv_secret *value = inv_verifiers_value(verifiers, i);

        if (strcmp(inv_verifiers_attribute(verifiers, i), "authPassword") == 0)
            inv_operation_value(operation, INV_CHANGE_REPLACE, "authPassword",
                                inv_secret_bytes(value), inv_secret_length(value));
    }
}

inv_operation *inv_account_date_operation(const inv_account *account, const char *mark,
                                          const char *moment)
{
    inv_operation *operation = modify_of_mark(account->dn, mark);

    /* the reset took its old value away, and it has one only: refused where a login added another
     */
    inv_operation_text(operation, account->nonce == NULL ? INV_CHANGE_ADD : INV_CHANGE_REPLACE,
                       "xmppVerifiersOf", moment);
    return operation;
}

inv_operation *inv_account_renew_operation(const inv_account *account,
                                           const inv_verifiers *verifiers)
{
    inv_operation *operation = NULL;

    if (account->nonce != NULL && account->password_changed_text != NULL)
        operation =
            inv_account_date_operation(account, account->nonce, account->password_changed_text);
    replace_auth_password(operation, verifiers);
    return operation;
}

inv_operation *inv_account_give_operation(const inv_account *account, const char *old_moment,
                                          const char *moment, const inv_verifiers *verifiers)
{
    inv_operation *operation = account->nonce != NULL ? modify_of_mark(account->dn, account->nonce)
                                                      : inv_operation_new_modify(account->dn);

    if (!account->has_auth_password_class)
        inv_operation_text(operation, INV_CHANGE_ADD, "objectClass", "authPasswordObject");
    if (old_moment != NULL)
        inv_operation_text(operation, INV_CHANGE_DELETE, "xmppVerifiersOf", old_moment);
    inv_operation_text(operation, INV_CHANGE_ADD, "xmppVerifiersOf", moment);
    replace_auth_password(operation, verifiers);
    return operation;
}
