/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/account.h"
#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "invitegate/repair.h"
#include "model/group.h"

/*
 * Memberships of names that no entry holds. All memberships are collected first and sorted by name,
 * so that each name is looked up once, in however many groups it is.
 */

#define KEYS_MAX 16

typedef struct membership {
    inv_jid *name;
    char *group;
    size_t key;
} membership;

struct orphan_search {
    inv_call *call;
    group_key keys[KEYS_MAX];
    size_t key_count;
    membership *memberships;
    size_t count;
    size_t room;
};

/* Takes name over. False: memory is short. */
static bool append(struct orphan_search *work, inv_jid *name, const char *group, size_t key)
{
    membership *made;

    if (work->count == work->room) {
        size_t room = work->room > 0 ? 2 * work->room : 64;
        membership *grown = reallocarray(work->memberships, room, sizeof(*grown));

        if (grown == NULL)
            return false;
        work->memberships = grown;
        work->room = room;
    }
    made = &work->memberships[work->count];
    made->group = strdup(group);
    if (made->group == NULL)
        return false;
    made->name = name;
    made->key = key;
    work->count++;
    return true;
}

/*
 * The local part of the name that a value is; the caller frees it. NULL: it is none of this domain.
 */
static char *local_of(const inv_domain *domain, group_value kind, const char *value)
{
    const char *parent = NULL;
    char *attribute = NULL;
    char *local = NULL;

    switch (kind) {
    case GROUP_VALUE_LOCAL:
        return strdup(value);
    case GROUP_VALUE_JID:
        return inv_jid_text_is_of(value, domain)
                   ? strndup(value, (size_t)(inv_jid_text_domain(value) - value) - 1)
                   : NULL;
    case GROUP_VALUE_DN:
        break;
    }
    parent = inv_dn_parent(value);
    if (parent == NULL || !inv_dn_equal(parent, domain->people) ||
        !inv_dn_leaf(value, &attribute, &local))
        return NULL;
    if (!inv_ascii_equal(attribute, domain->account_rdn)) {
        free(local);
        local = NULL;
    }
    free(attribute);
    return local;
}

/* Collects the value if it is a name that could be registered. */
static inv_result take_value(struct orphan_search *work, const char *group, size_t key,
                             const char *value)
{
    const inv_domain *domain = work->call->domain;
    inv_verdict unused = INV_VERDICT_INIT;
    char *local = local_of(domain, work->keys[key].value, value);
    inv_jid *name = NULL;
    inv_result result = INV_NAME_INVALID;

    if (local != NULL)
        result = inv_jid_prepare(domain, local, strlen(local), &name, &unused);
    if (result == INV_OK)
        result = inv_jid_check_reserved(domain, name, &unused);
    /* memberUid is compared exactly */
    if (result == INV_OK && work->keys[key].value == GROUP_VALUE_LOCAL &&
        strcmp(local, inv_jid_local(name)) != 0)
        result = INV_NAME_INVALID;
    free(local);
    if (result == INV_OK && append(work, name, group, key))
        return INV_OK;
    inv_jid_free(&name);
    if (result == INV_OK || result == INV_NO_MEMORY)
        return inv_verdict_no_memory(work->call->verdict);
    return INV_OK;
}

static inv_result collect(struct orphan_search *work, const inv_operation *search)
{
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && i < search->entry_count; i++) {
        const inv_entry *entry = search->entries[i];

        for (size_t key = 0; result == INV_OK && key < work->key_count; key++) {
            const char *value = NULL;

            for (size_t j = 0;
                 result == INV_OK &&
                 (value = inv_entry_value(entry, work->keys[key].attribute, j, NULL)) != NULL;
                 j++)
                result = take_value(work, inv_entry_dn(entry), key, value);
        }
    }
    return result;
}

/* The memberships in the groups below base that filter lets in. */
static inv_result collect_below(struct orphan_search *work, const char *base, const char *filter,
                                const char *const *attributes)
{
    inv_call *call = work->call;
    inv_operation *search = inv_operation_search(base, INV_SCOPE_SUBTREE, filter, attributes);
    inv_result result;

    if (search != NULL)
        search->paged = true;
    call->deadline = inv_deadline_in(INV_REPAIR_SEARCH_MILLISECONDS);
    result = inv_call_perform(call, search, "looking for groups", INV_LDAP_SUCCESS);
    if (result == INV_OK)
        result = collect(work, search);
    inv_operation_free(&search);
    return result;
}

static inv_result find_groups(struct orphan_search *work)
{
    const char *attributes[KEYS_MAX + 1] = {NULL};
    char **bases = NULL;
    char *filter = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&filter, &size);
    inv_result result;

    if (stream == NULL)
        return inv_verdict_no_memory(work->call->verdict);
    (void)fputs("(|", stream);
    for (size_t i = 0; i < work->key_count; i++) {
        attributes[i] = work->keys[i].attribute;
        (void)fprintf(stream, "(%s=*)", work->keys[i].attribute);
    }
    (void)fputc(')', stream);
    if (fclose(stream) != 0) {
        free(filter);
        return inv_verdict_no_memory(work->call->verdict);
    }
    work->call->deadline = inv_deadline_in(INV_REPAIR_SEARCH_MILLISECONDS);
    result = group_bases(work->call, &bases);
    for (size_t i = 0; result == INV_OK && bases[i] != NULL; i++)
        result = collect_below(work, bases[i], filter, attributes);
    group_bases_free(&bases);
    free(filter);
    return result;
}

static int by_name(const void *a, const void *b)
{
    const membership *one = a;
    const membership *other = b;
    int order = strcmp(inv_jid_local(one->name), inv_jid_local(other->name));

    if (order == 0)
        order = strcmp(one->group, other->group);
    return order != 0 ? order : (one->key > other->key) - (one->key < other->key);
}

/* Found in two naming contexts, of which one lies below the other. */
static bool is_same(const membership *a, const membership *b)
{
    return by_name(a, b) == 0;
}

static inv_result is_orphan(struct orphan_search *work, const inv_jid *name, bool *orphan)
{
    inv_call *call = work->call;
    inv_account *account = NULL;
    inv_result result;

    call->deadline = inv_deadline_in(call->config->directory.timeout_ms);
    result = inv_account_find(call, name, &account);
    *orphan = result == INV_OK && account == NULL;
    inv_account_free(&account);
    return result;
}

inv_result inv_group_each_orphan(inv_call *call,
                                 void (*visit)(void *context, const inv_group_orphan *orphan),
                                 void *context)
{
    struct orphan_search work = {.call = call};
    const char *rest = call->domain->group_filter;
    bool orphan = false;
    inv_result result = INV_OK;

    while (work.key_count < KEYS_MAX && group_next_key(&rest, &work.keys[work.key_count]))
        work.key_count++;
    if (work.key_count > 0)
        result = find_groups(&work);
    if (result == INV_OK && work.count > 0)
        qsort(work.memberships, work.count, sizeof(*work.memberships), by_name);
    for (size_t i = 0; result == INV_OK && i < work.count; i++) {
        const membership *one = &work.memberships[i];
        bool held = false;
        inv_group_orphan told = {.group = one->group,
                                 .attribute = work.keys[one->key].attribute,
                                 .local = inv_jid_local(one->name)};

        if (i == 0 || !inv_jid_equal(one->name, work.memberships[i - 1].name))
            result = is_orphan(&work, one->name, &orphan);
        /* a memberUid does not tell of which domain: it may mean another's account */
        if (result == INV_OK && orphan && work.keys[one->key].value == GROUP_VALUE_LOCAL)
            result = group_name_is_held(call, told.local, NULL, &held);
        if (result == INV_OK && orphan && !held && (i == 0 || !is_same(one, one - 1)))
            visit(context, &told);
    }
    for (size_t i = 0; i < work.count; i++) {
        inv_jid_free(&work.memberships[i].name);
        free(work.memberships[i].group);
    }
    free(work.memberships);
    return result;
}
