/* SPDX-License-Identifier: BSD-2-Clause */
#include "account.h"

#include "invitegate/account.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encoding.h"
#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "invitegate/freshness.h"
#include "invitegate/timestamp.h"
#include "lock.h"
#include "owner.h"

#define IDENTITY_BYTES 16

static bool copy_text(const inv_entry *entry, const char *attribute, char **copy)
{
    const char *text = inv_entry_text(entry, attribute);

    if (text == NULL)
        return true;
    *copy = strdup(text);
    return *copy != NULL;
}

inv_result inv_account_from_entry(const inv_entry *entry, inv_account **account,
                                  inv_verdict *verdict)
{
    const char *created = inv_entry_text(entry, "createTimestamp");
    const char *expires = inv_entry_text(entry, "xmppAccountExpires");
    const char *changed = inv_password_date(entry);
    inv_account *read = calloc(1, sizeof(*read));

    *account = NULL;
    if (read == NULL)
        return inv_verdict_no_memory(verdict);
    if (changed != NULL)
        read->password_changed_text = strdup(changed);
    read->dn = strdup(inv_entry_dn(entry));
    if (read->dn == NULL || !copy_text(entry, "xmppJid", &read->jid) ||
        !copy_text(entry, "inviteId", &read->invite_id) ||
        !copy_text(entry, "inviteNonce", &read->nonce) ||
        (changed != NULL && read->password_changed_text == NULL)) {
        inv_account_free(&read);
        return inv_verdict_no_memory(verdict);
    }
    read->expires = INV_NEVER;
    if ((created != NULL && !inv_timestamp_parse_generalized(created, &read->created)) ||
        (expires != NULL && !inv_timestamp_parse_generalized(expires, &read->expires)) ||
        (changed != NULL && !inv_timestamp_parse_generalized(changed, &read->password_changed))) {
        inv_account_free(&read);
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%s: createTimestamp, xmppAccountExpires or pwdChangedTime is not a "
                               "generalizedTime",
                               inv_entry_dn(entry));
    }
    if (lock_read(entry, read, verdict) != INV_OK) {
        inv_account_free(&read);
        return verdict->result;
    }
    read->must_change = inv_entry_has(entry, "pwdReset", "TRUE");
    read->is_xmpp_account = inv_entry_has(entry, "objectClass", "xmppAccount");
    read->has_auth_password_class = inv_entry_has(entry, "objectClass", "authPasswordObject");
    *account = read;
    return INV_OK;
}

void inv_account_free(inv_account **account)
{
    if (*account == NULL)
        return;
    free((*account)->dn);
    free((*account)->jid);
    free((*account)->invite_id);
    free((*account)->nonce);
    free((*account)->password_changed_text);
    free(*account);
    *account = NULL;
}

char *account_name_filter(const inv_domain *domain, const inv_jid *name)
{
    return inv_jid_expand(name, domain->name_filter, inv_filter_escape);
}

inv_operation *account_search(const inv_domain *domain, char *filter, const char *const *attributes)
{
    inv_operation *search = NULL;

    if (filter != NULL)
        search =
            inv_operation_search(domain->name_search_base, INV_SCOPE_SUBTREE, filter, attributes);
    free(filter);
    return search;
}

/* As account_search, for all that inv_account has. verifiers: authPassword is asked for too. */
static inv_operation *search_whole(const inv_domain *domain, char *filter, bool verifiers)
{
    static const char *const attributes[] = {"authPassword",
                                             "objectClass",
                                             "xmppJid",
                                             "inviteId",
                                             "inviteNonce",
                                             "createTimestamp",
                                             "xmppAccountExpires",
                                             "pwdAccountLockedTime",
                                             "pwdAccountTmpLockoutEnd",
                                             "pwdStartTime",
                                             "pwdEndTime",
                                             "pwdPolicySubentry",
                                             "nsAccountLock",
                                             "accountUnlockTime",
                                             "pwdReset",
                                             "pwdChangedTime",
                                             "pwdUpdateTime",
                                             "xmppVerifiersOf",
                                             NULL};

    return account_search(domain, filter, verifiers ? attributes : attributes + 1);
}

inv_operation *inv_account_search_operation(const inv_domain *domain, const inv_jid *name)
{
    return search_whole(domain, account_name_filter(domain, name), false);
}

inv_operation *inv_account_search_verifiers_operation(const inv_domain *domain, const inv_jid *name)
{
    return search_whole(domain, account_name_filter(domain, name), true);
}

/* inviteSoleContainer of the container, read at most once a search. */
typedef struct owner_record {
    bool asked;
    bool sole;
} owner_record;

static inv_result find_owner(inv_call *call, const inv_jid *name, const inv_entry *entry,
                             owner_record *record, inv_owner *owner)
{
    owner_kind kind = OWNER_NOBODY;
    inv_result result = owner_classify(call->config, name, entry, &kind, call->verdict);

    if (result == INV_OK && kind == OWNER_ELSEWHERE && !record->asked) {
        record->asked = true;
        result = owner_read_sole(call, &record->sole);
    }
    *owner = kind == OWNER_ANOTHER ? INV_OWNER_ANOTHER : INV_OWNER_NOBODY;
    if (kind == OWNER_JID || (kind == OWNER_ELSEWHERE && record->sole))
        *owner = INV_OWNER_JID;
    return result;
}

inv_result inv_account_from_search(inv_call *call, const inv_jid *name,
                                   const inv_operation *operation, inv_account **account)
{
    owner_record record = {false, false};
    const inv_entry *best = NULL;
    inv_owner best_owner = INV_OWNER_ANOTHER;
    size_t own = 0;
    inv_result result = inv_operation_result(operation, "looking for the name", call->verdict);

    *account = NULL;
    for (size_t i = 0; result == INV_OK && i < operation->entry_count; i++) {
        inv_owner owner = INV_OWNER_NOBODY;

        result = find_owner(call, name, operation->entries[i], &record, &owner);
        own += owner == INV_OWNER_JID ? 1 : 0;
        if (best == NULL || (best_owner != INV_OWNER_JID && owner == INV_OWNER_JID) ||
            (best_owner == INV_OWNER_ANOTHER && owner == INV_OWNER_NOBODY)) {
            best = operation->entries[i];
            best_owner = owner;
        }
    }
    if (result == INV_OK && best != NULL)
        result = inv_account_from_entry(best, account, call->verdict);
    if (*account == NULL)
        return result;
    (*account)->owner = best_owner;
    (*account)->several = own > 1;
    result = lock_ask_policy(call, best, *account);
    if (result != INV_OK)
        inv_account_free(account);
    return result;
}

inv_result inv_account_find(inv_call *call, const inv_jid *name, inv_account **account)
{
    inv_operation *search = inv_account_search_operation(call->domain, name);
    inv_result result = inv_call_run(call, &search, 1);

    *account = NULL;
    if (result == INV_OK && search != NULL)
        result = inv_account_from_search(call, name, search, account);
    inv_operation_free(&search);
    return result;
}

inv_result inv_account_find_of_jid(inv_call *call, const inv_jid *name, inv_account **account)
{
    inv_result result = inv_account_find(call, name, account);

    if (!inv_account_is_own(*account))
        inv_account_free(account);
    return result;
}

inv_result inv_account_refuse_taken(const inv_account *holder, inv_verdict *verdict)
{
    return inv_verdict_set(verdict, INV_NAME_TAKEN, "held by %s", holder->dn);
}

bool inv_account_is_own(const inv_account *account)
{
    return account != NULL && account->owner == INV_OWNER_JID && !account->several;
}

const char *inv_account_why_not_own(const inv_account *account)
{
    if (account == NULL)
        return "no such account";
    switch (account->owner) {
    case INV_OWNER_JID:
        return account->several ? "several entries are of this JID" : "is the account";
    case INV_OWNER_ANOTHER:
        return "the name is held by an entry of another JID or domain";
    case INV_OWNER_NOBODY:
        return "the name is held by an entry that belongs to no domain yet: invitectl adopt gives "
               "it to one (where this is the only domain of the directory, invitectl init)";
    }
    return "no such account";
}

inv_operation *inv_account_own_operation(const inv_domain *domain, const char *invite_id,
                                         const inv_jid *name)
{
    char *jid = inv_filter_escape(inv_jid_text(name));
    char *filter = NULL;

    if (jid != NULL && asprintf(&filter, "(&(inviteId=%s)(xmppJid=%s)(objectClass=xmppAccount))",
                                invite_id, jid) == -1)
        filter = NULL;
    free(jid);
    return search_whole(domain, filter, false);
}

inv_result inv_account_find_own(inv_call *call, const char *invite_id, const inv_jid *name,
                                inv_account **account)
{
    inv_operation *search = inv_account_own_operation(call->domain, invite_id, name);
    inv_result result = inv_call_run(call, &search, 1);

    *account = NULL;
    if (result == INV_OK && search != NULL)
        result = inv_account_from_search(call, name, search, account);
    inv_operation_free(&search);
    return result;
}

bool inv_account_is_of(const inv_account *account, const char *invite_id, const inv_jid *name)
{
    return account->invite_id != NULL && inv_ascii_equal(account->invite_id, invite_id) &&
           account->jid != NULL && inv_ascii_equal(account->jid, inv_jid_text(name));
}

static bool has_ended(const inv_account *account, time_t now)
{
    return account->disabled || now > account->expires;
}

bool inv_account_is_active(const inv_account *account, time_t now)
{
    return inv_account_is_own(account) && !has_ended(account, now);
}

bool inv_account_may_invite(const inv_account *account, const inv_invite *invite, time_t now)
{
    return inv_account_is_active(account, now) && account->created <= invite->created;
}

bool inv_account_is_locked(const inv_account *account, time_t now)
{
    return now < account->locked_until;
}

bool inv_account_is_over(const inv_account *account, time_t now)
{
    return has_ended(account, now) || inv_account_is_locked(account, now);
}

inv_result inv_account_refuse_locked(const inv_account *account, time_t invited,
                                     inv_verdict *verdict)
{
    if (account->disabled)
        return inv_verdict_set(verdict, INV_NOT_ALLOWED,
                               "%s is locked by an administrator: it has to be unlocked before it "
                               "can be reset",
                               account->dn);
    if (invited == INV_NEVER || !inv_account_is_locked(account, time(NULL)))
        return INV_OK;
    if (account->locked_at == INV_NEVER)
        return inv_verdict_set(verdict, INV_NOT_ALLOWED,
                               "%s is locked after failed logins, and since when cannot be told "
                               "(by pwdAccountTmpLockoutEnd: it will end; by accountUnlockTime of "
                               "389 DS: let invitegate read passwordLockoutDuration of its policy)",
                               account->dn);
    if (invited <= account->locked_at)
        return inv_verdict_set(verdict, INV_NOT_ALLOWED,
                               "%s was locked by failed logins after this invite was made: a new "
                               "reset invite lifts that",
                               account->dn);
    return INV_OK;
}

inv_result inv_account_is_younger(const inv_account *account, const inv_invite *invite,
                                  bool *younger, inv_verdict *verdict)
{
    *younger = false;
    if (account == NULL)
        return INV_OK;
    if (account->created == 0 || invite->created == 0)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%s: createTimestamp cannot be read by the invitegate identity",
                               account->created == 0 ? account->dn : invite->dn);
    *younger = account->created > invite->created;
    return INV_OK;
}

/* ---------------------------------------------------------------------------- who and which */

/* The whole value, or what the first reset put behind the second point. */
const char *inv_account_made_by(const inv_account *account)
{
    const char *point = account->nonce != NULL ? strchr(account->nonce, '.') : NULL;

    if (account->nonce == NULL || point == NULL)
        return account->nonce != NULL ? account->nonce : "";
    point = strchr(point + 1, '.');
    return point != NULL ? point + 1 : "";
}

char *inv_account_reset_mark(const inv_account *account, const char *nonce, const char *invite_id)
{
    char *mark = NULL;

    return asprintf(&mark, "%s.%s.%s", nonce, invite_id, inv_account_made_by(account)) == -1 ? NULL
                                                                                             : mark;
}

bool inv_account_was_reset_by(const inv_account *account, const char *invite_id)
{
    const char *point = account->nonce != NULL ? strchr(account->nonce, '.') : NULL;
    size_t length = strlen(invite_id);

    return point != NULL && inv_ascii_equal_in(point + 1, invite_id, length) &&
           (point[1 + length] == '\0' || point[1 + length] == '.');
}

char *inv_account_state(const inv_account *account)
{
    char *state = NULL;

    return asprintf(&state, "%s %s",
                    account->password_changed_text != NULL ? account->password_changed_text
                                                           : "none",
                    account->nonce != NULL ? account->nonce : "none") == -1
               ? NULL
               : state;
}

/* Compared piece by piece, without memory: a shortage of it must not look like another account. */
static const char *skip_part(const char *state, const char *part)
{
    size_t length;

    if (part == NULL)
        part = "none";
    length = strlen(part);
    return inv_ascii_equal_in(state, part, length) ? state + length : NULL;
}

bool inv_account_fits_reset(const inv_account *account, const inv_invite *invite)
{
    const char *rest = invite->account_state;

    if (inv_account_was_reset_by(account, invite->id))
        return true;
    if (rest != NULL)
        rest = skip_part(rest, account->password_changed_text);
    if (rest == NULL || *rest != ' ')
        return false;
    rest = skip_part(rest + 1, account->nonce);
    return rest != NULL && *rest == '\0';
}

bool inv_account_identity(const inv_account *account, char identity[INV_ACCOUNT_IDENTITY_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char *text = NULL;
    bool made;

    identity[0] = '\0';
    if (account->invite_id == NULL)
        return true;
    if (asprintf(&text, "%s %s", account->invite_id, inv_account_made_by(account)) == -1)
        return false;
    for (char *at = text; *at != '\0'; at++) { /* directories compare both without case */
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    }
    made = EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL) == 1;
    free(text);
    if (!made)
        ERR_clear_error();
    if (made)
        inv_hex_write(digest, IDENTITY_BYTES, identity);
    return made;
}

inv_result inv_account_check_identity(const inv_account *account, const char *identity,
                                      inv_verdict *verdict)
{
    char found[INV_ACCOUNT_IDENTITY_SIZE];

    if (identity == NULL)
        return INV_OK;
    if (!inv_account_identity(account, found))
        return inv_verdict_no_memory(verdict);
    if (strcmp(found, identity) == 0)
        return INV_OK;
    return inv_verdict_set(verdict, INV_NO_ACCOUNT, "%s is not the account that was logged in to",
                           account->dn);
}
