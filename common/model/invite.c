/* SPDX-License-Identifier: BSD-2-Clause */
#include "invite.h"

#include "invitegate/invite.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invite_terms.h"
#include "invitegate/account.h"
#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "invitegate/timestamp.h"
#include "invitegate/utf8.h"

static inv_result bad_value(const inv_entry *entry, const char *attribute, inv_verdict *verdict)
{
    return inv_verdict_set(verdict, INV_CONFIG,
                           "%s: %s is missing or not of the schema; check the rights of the "
                           "invitegate identity and who else writes invites",
                           inv_entry_dn(entry), attribute);
}

static bool parse_number(const char *text, long lowest, long highest, long *number)
{
    char *end = NULL;

    if (text == NULL || (text[0] != '-' && (text[0] < '0' || text[0] > '9')))
        return false;
    *number = strtol(text, &end, 10);
    return *end == '\0' && *number >= lowest && *number <= highest;
}

static bool copy_text(const inv_entry *entry, const char *attribute, char **copy)
{
    const char *text = inv_entry_text(entry, attribute);

    if (text == NULL)
        return true;
    *copy = strdup(text);
    return *copy != NULL;
}

/* BOOLEAN (RFC 4517 3.3.3). FALSE is for account invites only: the others exist to make a pair. */
static bool parse_subscription(const char *text, inv_invite *invite)
{
    invite->no_pair = text != NULL && strcmp(text, "FALSE") == 0;
    return text == NULL || strcmp(text, "TRUE") == 0 ||
           (invite->no_pair && invite->type == INV_INVITE_ACCOUNT);
}

/* A duration counts from the registration on: account_end stays 0. */
static bool parse_account_end(inv_invite *invite)
{
    long seconds = 0;

    return invite->account_expires == NULL ||
           inv_timestamp_parse_duration(invite->account_expires, &seconds) ||
           inv_timestamp_parse_generalized(invite->account_expires, &invite->account_end);
}

static bool copy_list(const inv_entry *entry, const char *attribute, char ***list)
{
    size_t count = inv_entry_count(entry, attribute);

    *list = calloc(count + 1, sizeof(char *));
    if (*list == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        (*list)[i] = strdup(inv_entry_value(entry, attribute, i, NULL));
        if ((*list)[i] == NULL)
            return false;
    }
    return true;
}

bool inv_invite_owes(const inv_invite *invite)
{
    for (size_t i = 0; invite->uses_left >= 0 && i < invite->used_by_count; i++) {
        if (invite->used_by[i].owed != NULL)
            return true;
    }
    return false;
}

/* A JID has no spaces (nodeprep). */
static bool parse_use(const char *text, bool finished, inv_use *use)
{
    const char *owed = finished ? strstr(text, INV_USE_OWED) : NULL;
    const char *end = owed != NULL ? owed : text + strlen(text);
    const char *first = strchr(text, ' ');
    const char *last = memrchr(text, ' ', (size_t)(end - text));

    *use = (inv_use){.text = strdup(text)};
    if (owed != NULL) {
        use->owed = strdup(owed + strlen(INV_USE_OWED));
        if (use->owed == NULL || last == NULL)
            return false;
    }
    if (first == NULL || (finished && first == last) || (!finished && first != last))
        return false;
    use->jid = strndup(text, (size_t)(first - text));
    use->nonce = strndup(last + 1, (size_t)(end - last) - 1);
    if (finished) {
        char *moment = strndup(first + 1, (size_t)(last - first) - 1);
        bool parsed = moment != NULL && inv_timestamp_parse_generalized(moment, &use->time);

        free(moment);
        if (!parsed)
            return false;
    }
    return use->text != NULL && use->jid != NULL && use->nonce != NULL;
}

static bool copy_uses(const inv_entry *entry, const char *attribute, bool finished, inv_use **uses,
                      size_t *count)
{
    size_t values = inv_entry_count(entry, attribute);

    *uses = calloc(values + 1, sizeof(**uses));
    if (*uses == NULL)
        return false;
    for (; *count < values; (*count)++) {
        if (!parse_use(inv_entry_value(entry, attribute, *count, NULL), finished,
                       &(*uses)[*count])) {
            (*count)++;
            return false;
        }
    }
    return true;
}

static bool is_text(const char *text)
{
    return text == NULL || inv_utf8_is_text(text, strlen(text));
}

/*
 * Names and JIDs are passed on in lines of text. Returns the attribute whose value does not fit
 * into one, or NULL.
 */
static const char *unfit_name(const inv_invite *invite)
{
    if (!is_text(invite->user))
        return "inviteUser";
    if (!is_text(invite->inviter))
        return "inviteInviter";
    for (size_t i = 0; invite->contacts[i] != NULL; i++) {
        if (!is_text(invite->contacts[i]))
            return "inviteContact";
    }
    return NULL;
}

const char *inv_invite_roster_group(const inv_invite *invite, const inv_domain *domain,
                                    const inv_log *log)
{
    if (invite->roster_group == NULL)
        return domain->roster_group;
    if (is_text(invite->roster_group))
        return invite->roster_group;
    inv_log_write(log, INV_LOG_WARNING,
                  "invite %s: inviteRosterGroup is no line of text; %s is taken instead",
                  invite->id, domain->roster_group);
    return domain->roster_group;
}

/*
 * Reads the attributes that a redemption depends on. Returns the name of the first that is missing
 * or wrong, or NULL.
 */
static const char *take_terms(const inv_entry *entry, inv_invite *invite)
{
    const char *type = inv_entry_text(entry, "inviteType");
    const char *expires = inv_entry_text(entry, "inviteExpires");
    long key_id = 0;

    if (invite->id == NULL || !inv_invite_id_valid(invite->id))
        return "inviteId";
    if (invite->domain == NULL)
        return "inviteDomain";
    if (type == NULL || !inv_invite_type_parse(type, &invite->type))
        return "inviteType";
    if (!parse_number(inv_entry_text(entry, "inviteUses"), 0, INV_INVITE_USES_MAX, &invite->uses))
        return "inviteUses";
    if (!parse_number(inv_entry_text(entry, "inviteUsesLeft"), -1 - INV_INVITE_USES_MAX,
                      INV_INVITE_USES_MAX, &invite->uses_left) ||
        (invite->uses > 0 && inv_invite_open_uses(invite) > invite->uses))
        return "inviteUsesLeft";
    if (expires == NULL || !inv_timestamp_parse_generalized(expires, &invite->expires))
        return "inviteExpires";
    if (!parse_subscription(inv_entry_text(entry, "inviteRosterSubscription"), invite))
        return "inviteRosterSubscription";
    if (!parse_account_end(invite))
        return "inviteAccountExpires";
    if (!parse_number(inv_entry_text(entry, "inviteKeyId"), 0, INV_KEY_ID_MAX, &key_id))
        return "inviteKeyId";
    invite->key_id = (unsigned)key_id;
    return NULL;
}

static void take_moment(const inv_entry *entry, const char *attribute, time_t *moment)
{
    const char *text = inv_entry_text(entry, attribute);

    if (text == NULL || !inv_timestamp_parse_generalized(text, moment))
        *moment = 0;
}

static bool take_texts(const inv_entry *entry, inv_invite *invite)
{
    invite->dn = strdup(inv_entry_dn(entry));
    return invite->dn != NULL && copy_text(entry, "inviteId", &invite->id) &&
           copy_text(entry, "inviteDomain", &invite->domain) &&
           copy_text(entry, "inviteUser", &invite->user) &&
           copy_text(entry, "inviteInviter", &invite->inviter) &&
           copy_text(entry, "inviteRosterGroup", &invite->roster_group) &&
           copy_text(entry, "inviteAccountExpires", &invite->account_expires) &&
           copy_text(entry, "inviteAccountState", &invite->account_state) &&
           copy_text(entry, "inviteMadeBy", &invite->made_by) &&
           copy_text(entry, "description", &invite->note) &&
           copy_list(entry, "inviteContact", &invite->contacts) &&
           copy_list(entry, "inviteGroup", &invite->groups);
}

static inv_result from_entry(const inv_entry *entry, inv_invite **invite, inv_verdict *verdict)
{
    inv_invite *read = calloc(1, sizeof(*read));
    const char *wrong = NULL;
    inv_result result = INV_OK;

    *invite = NULL;
    if (read == NULL || !take_texts(entry, read)) {
        inv_invite_free(&read);
        return inv_verdict_no_memory(verdict);
    }
    wrong = take_terms(entry, read);
    take_moment(entry, "createTimestamp", &read->created);
    take_moment(entry, "modifyTimestamp", &read->modified);
    if (wrong == NULL && !copy_uses(entry, "inviteClaim", false, &read->claims, &read->claim_count))
        wrong = "inviteClaim";
    if (wrong == NULL &&
        !copy_uses(entry, "inviteUsedBy", true, &read->used_by, &read->used_by_count))
        wrong = "inviteUsedBy";
    if (wrong == NULL && read->type == INV_INVITE_RESET && (read->user == NULL || read->uses != 1))
        wrong = read->user == NULL ? "inviteUser" : "inviteUses";
    if (wrong == NULL && inv_invite_type_connects(read->type) && read->inviter == NULL)
        wrong = "inviteInviter";
    if (wrong != NULL) {
        result = bad_value(entry, wrong, verdict);
        inv_invite_free(&read);
    }
    *invite = read;
    return result;
}

inv_result inv_invite_from_entry(const inv_entry *entry, inv_invite **invite, inv_verdict *verdict)
{
    inv_result result = from_entry(entry, invite, verdict);
    const char *unfit = result == INV_OK ? unfit_name(*invite) : NULL;

    if (unfit != NULL)
        result = bad_value(entry, unfit, verdict);
    if (result == INV_OK)
        result = invite_terms_check(entry, &(*invite)->inherit_groups, verdict);
    if (result != INV_OK)
        inv_invite_free(invite);
    return result;
}

static void free_list(char ***list)
{
    for (size_t i = 0; *list != NULL && (*list)[i] != NULL; i++)
        free((*list)[i]);
    free(*list);
    *list = NULL;
}

static void free_uses(inv_use *uses, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(uses[i].text);
        free(uses[i].jid);
        free(uses[i].nonce);
        free(uses[i].owed);
    }
    free(uses);
}

void inv_invite_free(inv_invite **invite)
{
    if (*invite == NULL)
        return;
    free((*invite)->dn);
    free((*invite)->id);
    free((*invite)->domain);
    free((*invite)->user);
    free((*invite)->inviter);
    free((*invite)->roster_group);
    free((*invite)->account_expires);
    free((*invite)->account_state);
    free((*invite)->made_by);
    free((*invite)->note);
    free_list(&(*invite)->contacts);
    free_list(&(*invite)->groups);
    free_uses((*invite)->claims, (*invite)->claim_count);
    free_uses((*invite)->used_by, (*invite)->used_by_count);
    free(*invite);
    *invite = NULL;
}

/* ----------------------------------------------------------------------------------- reading */

#define TERMS                                                                                      \
    "inviteId", "inviteType", "inviteDomain", "inviteUses", "inviteUsesLeft", "inviteExpires",     \
        "inviteKeyId", "inviteUser", "inviteInviter", "inviteContact", "inviteGroup",              \
        "inviteRosterGroup", "inviteRosterSubscription", "inviteAccountExpires",                   \
        "inviteAccountState", "inviteTerms", "inviteMadeBy", "description", "createTimestamp",     \
        "modifyTimestamp"

const char *const *inv_invite_attributes(inv_invite_parts parts)
{
    static const char *const terms[] = {TERMS, NULL};
    static const char *const terms_and_claims[] = {TERMS, "inviteClaim", NULL};
    static const char *const all[] = {TERMS, "inviteClaim", "inviteUsedBy", NULL};

    switch (parts) {
    case INV_INVITE_TERMS:
        return terms;
    case INV_INVITE_TERMS_AND_CLAIMS:
        return terms_and_claims;
    case INV_INVITE_ALL:
        break;
    }
    return all;
}

inv_operation *inv_invite_read_operation(const inv_domain *domain, const char *id,
                                         inv_invite_parts parts)
{
    char *dn = inv_invite_dn(domain, id);
    inv_operation *operation = inv_operation_search(dn, INV_SCOPE_BASE, "(objectClass=xmppInvite)",
                                                    inv_invite_attributes(parts));

    free(dn);
    return operation;
}

typedef inv_result (*entry_reader)(const inv_entry *entry, inv_invite **invite,
                                   inv_verdict *verdict);

static inv_result from_read(const inv_domain *domain, const inv_operation *operation,
                            entry_reader read, inv_invite **invite, inv_verdict *verdict)
{
    inv_result result;

    *invite = NULL;
    if (inv_operation_answered(operation, INV_LDAP_NO_SUCH_OBJECT)) {
        if (inv_dn_equal(operation->matched_dn, domain->invites))
            return inv_verdict_set(verdict, INV_BAD_TOKEN, "unknown: no such invite");
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%s does not exist or is hidden from the invitegate identity; run "
                               "invitectl doctor",
                               domain->invites);
    }
    result = inv_operation_result(operation, "reading the invite", verdict);
    if (result != INV_OK)
        return result;
    if (operation->entry_count != 1)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%s: the invite is there but cannot be read; check the rights of "
                               "the invitegate identity",
                               operation->dn);
    result = read(operation->entries[0], invite, verdict);
    if (result == INV_OK && !inv_ascii_equal((*invite)->domain, domain->name)) {
        result = inv_verdict_set(verdict, INV_CONFIG, "%s: inviteDomain is %s, not %s",
                                 operation->dn, (*invite)->domain, domain->name);
        inv_invite_free(invite);
    }
    return result;
}

inv_result inv_invite_from_read(const inv_domain *domain, const inv_operation *operation,
                                inv_invite **invite, inv_verdict *verdict)
{
    return from_read(domain, operation, inv_invite_from_entry, invite, verdict);
}

static inv_result read_one(inv_call *call, inv_operation *operation, entry_reader read,
                           inv_invite **invite)
{
    inv_result result = inv_call_run(call, &operation, 1);

    *invite = NULL;
    if (result == INV_OK)
        result = from_read(call->domain, operation, read, invite, call->verdict);
    inv_operation_free(&operation);
    return result;
}

inv_result inv_invite_read(inv_call *call, const char *id, inv_invite_parts parts,
                           inv_invite **invite)
{
    return read_one(call, inv_invite_read_operation(call->domain, id, parts), inv_invite_from_entry,
                    invite);
}

inv_result inv_invite_read_any(inv_call *call, const char *id, inv_invite **invite)
{
    return read_one(call, inv_invite_read_operation(call->domain, id, INV_INVITE_TERMS_AND_CLAIMS),
                    from_entry, invite);
}
