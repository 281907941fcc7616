/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/shared_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/name_filter.h"
#include "invitegate/account.h"
#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "invitegate/dn.h"
#include "invitegate/repair.h"
#include "model/owner.h"

/*
 * All names are collected first and sorted; those that come twice are looked up as a login would,
 * which decides.
 */

typedef struct holder {
    inv_jid *name;
    char *dn;
} holder;

struct census {
    inv_call *call;
    name_keys keys;
    bool sole;
    holder *holders;
    size_t count;
    size_t room;
};

/* Takes name over. */
static inv_result append(struct census *work, inv_jid *name, const char *dn)
{
    char *copy = strdup(dn);

    if (copy != NULL && work->count == work->room) {
        size_t room = work->room > 0 ? 2 * work->room : 256;
        holder *grown = reallocarray(work->holders, room, sizeof(*grown));

        if (grown != NULL) {
            work->holders = grown;
            work->room = room;
        }
    }
    if (copy == NULL || work->count == work->room) {
        free(copy);
        inv_jid_free(&name);
        return inv_verdict_no_memory(work->call->verdict);
    }
    work->holders[work->count].name = name;
    work->holders[work->count++].dn = copy;
    return INV_OK;
}

/* A name of result INV_OK is collected; one that cannot be prepared is none. */
static inv_result take_name(struct census *work, inv_result result, inv_jid *name, const char *dn)
{
    if (result == INV_OK)
        return append(work, name, dn);
    inv_jid_free(&name);
    return result == INV_NO_MEMORY ? inv_verdict_no_memory(work->call->verdict) : INV_OK;
}

static inv_result take_jid(struct census *work, const inv_entry *entry)
{
    inv_verdict unused = INV_VERDICT_INIT;
    inv_jid *name = NULL;
    inv_result result = inv_jid_parse(inv_entry_text(entry, "xmppJid"), &name, &unused);

    if (result == INV_OK && !inv_ascii_equal(inv_jid_domain(name), work->call->domain->name))
        result = INV_NAME_INVALID;
    return take_name(work, result, name, inv_entry_dn(entry));
}

static inv_result take_values(struct census *work, const inv_entry *entry, const name_key *key)
{
    const inv_domain *domain = work->call->domain;
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && i < inv_entry_count(entry, key->attribute); i++) {
        inv_verdict unused = INV_VERDICT_INIT;
        size_t length = 0;
        const char *value = inv_entry_value(entry, key->attribute, i, &length);
        char *local = NULL;
        inv_jid *name = NULL;

        if (strlen(value) == length && !name_key_local(key, domain->name, value, &local))
            return inv_verdict_no_memory(work->call->verdict);
        if (local != NULL)
            result = inv_jid_prepare_existing(domain, local, strlen(local), &name, &unused);
        if (local != NULL)
            result = take_name(work, result, name, inv_entry_dn(entry));
        free(local);
    }
    return result;
}

static inv_result take_entry(struct census *work, const inv_entry *entry)
{
    const inv_call *call = work->call;
    inv_result result = INV_OK;
    owner_kind owner;

    if (inv_entry_text(entry, "xmppJid") != NULL)
        return take_jid(work, entry);
    owner = owner_classify_place(call->config, call->domain->name, inv_entry_dn(entry));
    if (owner != OWNER_JID && !(owner == OWNER_ELSEWHERE && work->sole))
        return INV_OK;
    for (size_t i = 0; result == INV_OK && i < work->keys.count; i++)
        result = take_values(work, entry, &work->keys.list[i]);
    return result;
}

/* Everything with a name. NULL when memory is short. */
static inv_operation *search_people(const struct census *work)
{
    const char *attributes[NAME_KEYS_MAX + 2] = {"xmppJid"};
    char *filter = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&filter, &size);
    inv_operation *search = NULL;

    if (stream == NULL)
        return NULL;
    (void)fputs("(|(xmppJid=*)", stream);
    for (size_t i = 0; i < work->keys.count; i++) {
        attributes[i + 1] = work->keys.list[i].attribute;
        (void)fprintf(stream, "(%s=*)", work->keys.list[i].attribute);
    }
    (void)fputc(')', stream);
    if (fclose(stream) == 0)
        search = inv_operation_search(work->call->domain->name_search_base, INV_SCOPE_SUBTREE,
                                      filter, attributes);
    free(filter);
    return search;
}

static inv_result collect(struct census *work)
{
    inv_operation *search = search_people(work);
    inv_result result;

    if (search != NULL)
        search->paged = search->by_page = true;
    do {
        work->call->deadline = inv_deadline_in(INV_REPAIR_SEARCH_MILLISECONDS);
        result = inv_call_perform(work->call, search, "looking for people", INV_LDAP_SUCCESS);
        for (size_t i = 0; result == INV_OK && i < search->entry_count; i++)
            result = take_entry(work, search->entries[i]);
    } while (result == INV_OK && inv_operation_has_more(search));
    inv_operation_free(&search);
    return result;
}

static int by_name(const void *a, const void *b)
{
    const holder *one = a;
    const holder *other = b;
    int order = strcmp(inv_jid_text(one->name), inv_jid_text(other->name));

    return order != 0 ? order : strcmp(one->dn, other->dn);
}

static inv_result check_shared(struct census *work, const holder *one, const holder *other,
                               bool *shared)
{
    inv_call *call = work->call;
    inv_account *account = NULL;
    inv_result result = INV_OK;

    *shared = false;
    if (inv_dn_equal(one->dn, other->dn))
        return INV_OK;
    call->deadline = inv_deadline_in(call->config->directory.timeout_ms);
    result = inv_account_find(call, one->name, &account);
    *shared = account != NULL && account->owner == INV_OWNER_JID && account->several;
    inv_account_free(&account);
    return result;
}

inv_result inv_shared_name_each(inv_call *call,
                                void (*visit)(void *context, const inv_shared_name *shared),
                                void *context)
{
    struct census work = {.call = call};
    const inv_deadline deadline = call->deadline;
    const char *told = NULL;
    inv_result result;

    name_keys_read(call->domain->name_filter, &work.keys);
    call->deadline = inv_deadline_in(call->config->directory.timeout_ms);
    result = owner_read_sole(call, &work.sole);
    if (result == INV_OK)
        result = collect(&work);
    if (result == INV_OK && work.count > 0)
        qsort(work.holders, work.count, sizeof(*work.holders), by_name);
    for (size_t i = 1; result == INV_OK && i < work.count; i++) {
        const holder *one = &work.holders[i - 1];
        const holder *other = &work.holders[i];
        const char *jid = inv_jid_text(one->name);
        bool shared = false;

        if (!inv_jid_equal(one->name, other->name) || (told != NULL && strcmp(told, jid) == 0))
            continue;
        result = check_shared(&work, one, other, &shared);
        if (!shared)
            continue;
        told = jid;
        visit(context, &(inv_shared_name){jid, one->dn, other->dn});
    }
    for (size_t i = 0; i < work.count; i++) {
        inv_jid_free(&work.holders[i].name);
        free(work.holders[i].dn);
    }
    free(work.holders);
    call->deadline = deadline;
    return result;
}
