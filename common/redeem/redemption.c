/* SPDX-License-Identifier: BSD-2-Clause */
#include "redemption.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "invitegate/password_form.h"
#include "model/account.h"
#include "model/group.h"
#include "model/invite.h"
#include "model/pair.h"
#include "model/reservation.h"

void redemption_start(struct redemption *redemption, inv_call *call, const char *invite_id,
                      const inv_jid *name)
{
    *redemption = (struct redemption){
        .call = call,
        .name = name,
        .accepted_at = time(NULL),
        .open = strcmp(invite_id, INV_INVITE_ID_OPEN) == 0,
    };
    (void)snprintf(redemption->invite_id, sizeof(redemption->invite_id), "%s", invite_id);
    (void)snprintf(call->verdict->invite_id, sizeof(call->verdict->invite_id), "%s",
                   redemption->open ? "" : invite_id);
    if (name != NULL)
        (void)snprintf(call->verdict->user, sizeof(call->verdict->user), "%s", inv_jid_text(name));
}

static void forget(struct redemption *redemption)
{
    inv_invite_free(&redemption->invite);
    inv_account_free(&redemption->account);
    inv_operation_free(&redemption->pairs);
    inv_operation_free(&redemption->reservation);
    for (size_t i = 0; i < INV_GROUP_READS; i++)
        inv_operation_free(&redemption->groups[i]);
}

void redemption_end(struct redemption *redemption)
{
    forget(redemption);
    inv_claim_clear(&redemption->claim);
}

/* A moment of acceptance counts for an hour, and is never in the future. */
void redemption_accept_at(struct redemption *redemption, time_t accepted_at)
{
    time_t now = time(NULL);

    redemption->accepted =
        accepted_at > 0 && accepted_at <= now && now - accepted_at <= INV_ACCEPTED_MAX_AGE;
    redemption->accepted_at = redemption->accepted ? accepted_at : now;
}

inv_result redemption_bad_token(struct redemption *redemption, const char *why)
{
    return inv_verdict_set(redemption->call->verdict, INV_BAD_TOKEN, "%s", why);
}

inv_result redemption_refuse_type(struct redemption *redemption)
{
    if ((inv_redeem_types(redemption->invite->type) & redemption->allowed_types) != 0)
        return INV_OK;
    return inv_verdict_set(redemption->call->verdict, INV_BAD_TOKEN, "wrong type: a %s invite",
                           inv_invite_type_name(redemption->invite->type));
}

inv_result redemption_taken(struct redemption *redemption)
{
    return inv_account_refuse_taken(redemption->account, redemption->call->verdict);
}

inv_result redemption_refuse_other_name(struct redemption *redemption)
{
    char text[sizeof(redemption->call->verdict->text)];

    (void)snprintf(text, sizeof(text), "This invite is for %s.", redemption->invite->user);
    inv_verdict_set_text(redemption->call->verdict, text);
    return inv_verdict_set(redemption->call->verdict, INV_NAME_RESERVED, "the invite is for %s",
                           redemption->invite->user);
}

/* -------------------------------------------------------------------------------- what was read */

inv_invite_state redemption_state(const struct redemption *redemption)
{
    return inv_invite_state_accepted(redemption->invite, redemption->accepted_at, time(NULL));
}

bool redemption_was_begun(const struct redemption *redemption)
{
    const inv_account *account = redemption->account;

    if (!inv_account_is_own(account))
        return false;
    if (redemption->invite->type == INV_INVITE_RESET)
        return strcmp(redemption->invite->user, inv_jid_local(redemption->name)) == 0 &&
               inv_account_was_reset_by(account, redemption->invite->id);
    return inv_account_is_of(account, redemption->invite->id, redemption->name) &&
           redemption_may_repeat(redemption);
}

/* -------------------------------------------------------------------------------------- reading */

/* Reads what init recorded on the container, in the same flight as the rest. */
static inv_operation *container_read(const struct redemption *redemption)
{
    static const char *const attributes[] = {"invitePasswordForm", "inviteProvider", NULL};

    return inv_operation_search(redemption->call->domain->invites, INV_SCOPE_BASE, NULL,
                                attributes);
}

inv_result redemption_check_provider(struct redemption *redemption, const inv_operation *write)
{
    return inv_provider_check(redemption->provider, write,
                              redemption->call->config->directory.uris[0],
                              redemption->call->verdict);
}

inv_result redemption_refuse_unproved(struct redemption *redemption)
{
    const inv_domain *domain = redemption->call->domain;

    if ((domain->verifiers & INV_VERIFIER_SERVER) == 0 || redemption->hashing_proved)
        return INV_OK;
    return inv_verdict_set(redemption->call->verdict, INV_CONFIG,
                           "password_verifiers = server, but %s does not record that the directory "
                           "hashes passwords; run invitectl init",
                           domain->invites);
}

/* READ_GROUPS: the first of INV_GROUP_READS, of which the last may be missing. */
enum {
    READ_INVITE,
    READ_ACCOUNT,
    READ_RESERVATION,
    READ_PAIRS,
    READ_CONTAINER,
    READ_GROUPS,
    READS = READ_GROUPS + INV_GROUP_READS
};

/* How to redeem was chosen by type: an invite whose type changed meanwhile is refused. */
static inv_result check_type(struct redemption *redemption)
{
    const inv_invite *invite = redemption->invite;

    if (redemption->typed && invite->type != redemption->type)
        return inv_verdict_set(redemption->call->verdict, INV_CONFIG,
                               "%s: inviteType was changed while the invite was being redeemed",
                               invite->dn);
    redemption->typed = true;
    redemption->type = invite->type;
    return INV_OK;
}

/* The pairs are more than one answer may have: reads them by pages. */
static inv_result read_all_pairs(struct redemption *redemption, inv_operation **pairs)
{
    inv_call *call = redemption->call;

    inv_operation_free(pairs);
    *pairs = inv_pair_search_operation(call->domain, inv_jid_text(redemption->name));
    if (*pairs != NULL)
        (*pairs)->paged = true;
    return inv_call_run(call, pairs, 1);
}

static inv_result check_reads(struct redemption *redemption, inv_operation **reads)
{
    inv_result result = redemption->open
                            ? redemption_open_terms(redemption)
                            : inv_invite_from_read(redemption->call->domain, reads[READ_INVITE],
                                                   &redemption->invite, redemption->call->verdict);

    if (result == INV_OK)
        result = check_type(redemption);
    if (result == INV_OK)
        result = inv_account_from_search(redemption->call, redemption->name, reads[READ_ACCOUNT],
                                         &redemption->account);
    if (result == INV_OK && inv_operation_answered(reads[READ_PAIRS], INV_LDAP_SIZE_LIMIT_EXCEEDED))
        result = read_all_pairs(redemption, &reads[READ_PAIRS]);
    if (result == INV_OK)
        result = inv_operation_result(reads[READ_PAIRS], "reading the roster",
                                      redemption->call->verdict);
    if (result == INV_OK)
        result = inv_operation_result(reads[READ_CONTAINER], "reading the container",
                                      redemption->call->verdict);
    redemption->hashing_proved =
        reads[READ_CONTAINER]->entry_count == 1 &&
        inv_entry_has(reads[READ_CONTAINER]->entries[0], "invitePasswordForm",
                      inv_password_form_name(INV_VERIFIER_SERVER));
    redemption->provider[0] = '\0';
    if (reads[READ_CONTAINER]->entry_count == 1)
        inv_provider_read(reads[READ_CONTAINER]->entries[0], redemption->provider);
    return result;
}

/* The domain that the name's account is in: its own, if that is configured. */
static const inv_domain *account_domain(const struct redemption *redemption)
{
    const inv_domain *own =
        inv_config_domain(redemption->call->config, inv_jid_domain(redemption->name));

    return own != NULL ? own : redemption->call->domain;
}

/* Groups that name the new account. There are no such reads for a name of another domain. */
static inv_result prepare_groups(const struct redemption *redemption, inv_operation **reads,
                                 size_t *count)
{
    const inv_domain *domain = redemption->call->domain;
    bool made = false;
    char *dn = NULL;

    *count = 0;
    if (account_domain(redemption) != domain)
        return INV_OK;
    dn = inv_account_dn(domain, redemption->name);
    if (dn != NULL)
        made = inv_group_reads(domain, redemption->name, dn, reads);
    free(dn);
    *count = reads[INV_GROUP_READ_ROOT] != NULL ? INV_GROUP_READS : 1;
    return made ? INV_OK : inv_verdict_no_memory(redemption->call->verdict);
}

static void keep(inv_operation **place, inv_operation **read)
{
    *place = *read;
    *read = NULL;
}

inv_result redemption_read_state(struct redemption *redemption, inv_invite_parts parts)
{
    inv_call *call = redemption->call;
    inv_operation *reads[READS] = {
        [READ_INVITE] = inv_invite_read_operation(call->domain, redemption->invite_id, parts),
        [READ_ACCOUNT] = inv_account_search_operation(account_domain(redemption), redemption->name),
        [READ_RESERVATION] =
            reservation_read_operation(call->domain, inv_jid_local(redemption->name)),
        [READ_PAIRS] = inv_pair_search_operation(call->domain, inv_jid_text(redemption->name)),
        [READ_CONTAINER] = container_read(redemption),
    };
    size_t first = redemption->open ? READ_INVITE + 1 : READ_INVITE;
    size_t groups = 0;
    inv_result result = prepare_groups(redemption, reads + READ_GROUPS, &groups);

    forget(redemption);
    if (result == INV_OK)
        result = inv_call_run(call, reads + first, READ_GROUPS + groups - first);
    if (result == INV_OK)
        result = check_reads(redemption, reads);
    keep(&redemption->pairs, &reads[READ_PAIRS]);
    keep(&redemption->reservation, &reads[READ_RESERVATION]);
    for (size_t i = 0; i < INV_GROUP_READS; i++)
        keep(&redemption->groups[i], &reads[READ_GROUPS + i]);
    for (size_t i = 0; i < READS; i++)
        inv_operation_free(&reads[i]);
    return result;
}

inv_result redemption_check_parties(struct redemption *redemption, struct parties *parties)
{
    inv_call *call = redemption->call;
    inv_operation **flight = NULL;
    size_t count = 0;
    inv_result result = parties_start(parties, call, redemption->invite);

    if (result != INV_OK)
        return result;
    flight = calloc(parties_count(parties) + 1, sizeof(inv_operation *));
    if (flight == NULL)
        return inv_verdict_no_memory(redemption->call->verdict);
    parties_append(parties, flight, &count);
    if (count > 0)
        result = inv_call_run(call, flight, count);
    free(flight);
    if (result != INV_OK)
        return result;
    return parties_check(parties, call, redemption->invite);
}
