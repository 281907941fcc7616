/* SPDX-License-Identifier: BSD-2-Clause */
#include "group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/account.h"
#include "invitegate/directory.h"
#include "naming_context.h"

/* -------------------------------------------------------------------------------- the filter */

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *p = strstr(text, part); p != NULL; p = strstr(p + strlen(part), part))
        count++;
    return count;
}

/*
 * dn as an assertion value in which no % is left for inv_jid_expand. The caller frees it; NULL
 * when memory is short.
 */
static char *escape_dn(const char *dn)
{
    char *escaped = inv_filter_escape(dn);
    char *safe = NULL;
    char *end = NULL;

    if (escaped != NULL)
        safe = malloc(strlen(escaped) + 2 * count_of(escaped, "%") + 1);
    end = safe;
    for (const char *p = escaped; safe != NULL && *p != '\0'; p++) {
        if (*p == '%')
            end = stpcpy(end, "\\25");
        else
            *end++ = *p;
    }
    if (safe != NULL)
        *end = '\0';
    free(escaped);
    return safe;
}

/* filter with %D, %u, %d, %j and %% replaced. The caller frees it; NULL when memory is short. */
static char *expand(const char *filter, const inv_jid *name, const char *dn)
{
    char *value = dn != NULL ? escape_dn(dn) : NULL;
    char *with_dn = NULL;
    char *end = NULL;
    char *expanded = NULL;

    if (value != NULL)
        with_dn = malloc(strlen(filter) + count_of(filter, "%D") * strlen(value) + 1);
    end = with_dn;
    for (const char *p = filter; with_dn != NULL && *p != '\0'; p++) {
        if (p[0] == '%' && p[1] == 'D') {
            end = stpcpy(end, value);
            p++;
        } else {
            *end++ = *p;
            if (p[0] == '%' && p[1] != '\0')
                *end++ = *++p; /* the second of %% does not begin a template */
        }
    }
    if (with_dn != NULL) {
        *end = '\0';
        expanded = inv_jid_expand(name, with_dn, inv_filter_escape);
    }
    free(with_dn);
    free(value);
    return expanded;
}

/* --------------------------------------------------------------------------------- the bases */

/* The first naming context that holds people, from *index on; INV_CONFIG where there is none. */
static inv_result first_context(const inv_domain *domain, const inv_operation *root, size_t *index,
                                const char **context, inv_verdict *verdict)
{
    inv_result result = inv_operation_result(root, "reading the root DSE", verdict);

    *context = NULL;
    if (result == INV_OK)
        *context = naming_context_next(root, domain->people, index);
    if (result == INV_OK && *context == NULL)
        result = inv_verdict_set(verdict, INV_CONFIG,
                                 "no namingContexts of the root DSE holds %s: set "
                                 "group_search_base in [domain %s]",
                                 domain->people, domain->name);
    return result;
}

static inv_result append_base(char ***bases, const char *base, inv_verdict *verdict)
{
    size_t count = 0;
    char **longer;

    while (*bases != NULL && (*bases)[count] != NULL)
        count++;
    longer = reallocarray(*bases, count + 2, sizeof(char *));
    if (longer == NULL)
        return inv_verdict_no_memory(verdict);
    *bases = longer;
    longer[count] = strdup(base);
    longer[count + 1] = NULL;
    return longer[count] != NULL ? INV_OK : inv_verdict_no_memory(verdict);
}

void group_bases_free(char ***bases)
{
    for (size_t i = 0; *bases != NULL && (*bases)[i] != NULL; i++)
        free((*bases)[i]);
    free(*bases);
    *bases = NULL;
}

inv_result group_bases(inv_call *call, char ***bases)
{
    const inv_domain *domain = call->domain;
    inv_operation *root = NULL;
    const char *context = NULL;
    size_t index = 0;
    inv_result result = INV_OK;

    *bases = NULL;
    if (!domain->group_base_guessed) {
        result = append_base(bases, domain->group_search_base, call->verdict);
        goto cleanup;
    }
    root = naming_contexts_read();
    result = inv_call_run(call, &root, 1);
    if (result == INV_OK)
        result = first_context(domain, root, &index, &context, call->verdict);
    while (result == INV_OK && context != NULL) {
        result = append_base(bases, context, call->verdict);
        context = naming_context_next(root, domain->people, &index);
    }
cleanup:
    inv_operation_free(&root);
    if (result != INV_OK)
        group_bases_free(bases);
    return result;
}

/* ------------------------------------------------------------------------- which groups name it */

static inv_operation *groups_search(const inv_domain *domain, const char *base, const inv_jid *name,
                                    const char *dn)
{
    static const char *const nothing[] = {NULL};
    char *filter = expand(domain->group_filter, name, dn);
    inv_operation *search = NULL;

    if (filter != NULL)
        search = inv_operation_search(base, INV_SCOPE_SUBTREE, filter, nothing);
    if (search != NULL)
        search->size_limit = 1; /* the caller needs the first only */
    free(filter);
    return search;
}

bool inv_group_reads(const inv_domain *domain, const inv_jid *name, const char *dn,
                     inv_operation *reads[INV_GROUP_READS])
{
    reads[INV_GROUP_READ_GROUPS] = groups_search(domain, domain->group_search_base, name, dn);
    reads[INV_GROUP_READ_ROOT] = domain->group_base_guessed ? naming_contexts_read() : NULL;
    return reads[INV_GROUP_READ_GROUPS] != NULL &&
           (!domain->group_base_guessed || reads[INV_GROUP_READ_ROOT] != NULL);
}

/* A search that ended early, at its size limit, has found a group. */
static inv_result take_group(const inv_operation *search, char **group, inv_verdict *verdict)
{
    inv_result result;

    if (search->entry_count > 0) {
        *group = strdup(inv_entry_dn(search->entries[0]));
        return *group != NULL ? INV_OK : inv_verdict_no_memory(verdict);
    }
    result = inv_operation_result(search, "looking for groups", verdict);
    return result;
}

static inv_result search_below(inv_call *call, inv_operation *search, char **group)
{
    inv_result result = inv_call_run(call, &search, 1);

    if (result == INV_OK)
        result = take_group(search, group, call->verdict);
    inv_operation_free(&search);
    return result;
}

/* Whether the search of the guessed base has seen all of context; only: there is no other one. */
static bool has_seen(const inv_operation *search, const char *context, bool only)
{
    if (inv_dn_equal(context, search->dn))
        return true;
    /* a guess that was wider has; one that was narrower, or is not there, has not */
    return only && inv_dn_within(context, search->dn) &&
           inv_operation_answered(search, INV_LDAP_SUCCESS);
}

inv_result inv_group_from_reads(inv_call *call, const inv_jid *name, const char *dn,
                                inv_operation *reads[INV_GROUP_READS], char **group)
{
    const inv_operation *search = reads[INV_GROUP_READ_GROUPS];
    const inv_operation *root = reads[INV_GROUP_READ_ROOT];
    const char *context = NULL;
    size_t index = 0;
    bool only = true;
    inv_result result;

    *group = NULL;
    if (root == NULL)
        return take_group(search, group, call->verdict);
    result = first_context(call->domain, root, &index, &context, call->verdict);
    while (result == INV_OK && *group == NULL && context != NULL) {
        const char *next = naming_context_next(root, call->domain->people, &index);

        only = only && next == NULL;
        result = has_seen(search, context, only)
                     ? take_group(search, group, call->verdict)
                     : search_below(call, groups_search(call->domain, context, name, dn), group);
        context = next;
    }
    return result;
}

inv_result inv_group_find(inv_call *call, const inv_jid *name, char **group)
{
    char *dn = inv_account_dn(call->domain, name);
    inv_operation *reads[INV_GROUP_READS] = {NULL};
    inv_result result = INV_OK;

    *group = NULL;
    if (dn == NULL || !inv_group_reads(call->domain, name, dn, reads))
        result = inv_verdict_no_memory(call->verdict);
    if (result == INV_OK)
        result = inv_call_run(call, reads, reads[INV_GROUP_READ_ROOT] != NULL ? 2 : 1);
    if (result == INV_OK)
        result = inv_group_from_reads(call, name, dn, reads, group);
    for (size_t i = 0; i < INV_GROUP_READS; i++)
        inv_operation_free(&reads[i]);
    free(dn);
    return result;
}

/* ------------------------------------------------------------------------------------ leaving */

/* The account that leaves, and the base below which it does. */
struct leaver {
    const inv_jid *name;
    const char *dn;
    const char *base;
    size_t *left;
};

static const char *value_of(const struct leaver *leaver, const group_key *key)
{
    switch (key->value) {
    case GROUP_VALUE_DN:
        return leaver->dn;
    case GROUP_VALUE_LOCAL:
        return inv_jid_local(leaver->name);
    case GROUP_VALUE_JID:
        break;
    }
    return inv_jid_text(leaver->name);
}

/* The same for one domain; the name may be one that its name_pattern forbids by now. */
static inv_result is_held_in(inv_call *call, const inv_domain *domain, const char *local,
                             const char *dn, bool *ret_held)
{
    inv_verdict unused = INV_VERDICT_INIT;
    inv_operation *search = NULL;
    inv_jid *name = NULL;
    inv_result result = inv_jid_prepare_existing(domain, local, strlen(local), &name, &unused);

    if (result != INV_OK)
        return inv_verdict_set(call->verdict, result, "%s", unused.why);
    search = inv_account_search_operation(domain, name);
    result = inv_call_perform(call, search, "looking for who else has the name", INV_LDAP_SUCCESS);
    for (size_t i = 0; result == INV_OK && i < search->entry_count; i++)
        *ret_held = *ret_held || dn == NULL || !inv_dn_equal(inv_entry_dn(search->entries[i]), dn);
    inv_operation_free(&search);
    inv_jid_free(&name);
    return result;
}

inv_result group_name_is_held(inv_call *call, const char *local, const char *dn, bool *ret_held)
{
    inv_result result = INV_OK;

    *ret_held = false;
    for (size_t i = 0; result == INV_OK && !*ret_held && i < call->config->domain_count; i++)
        result = is_held_in(call, &call->config->domains[i], local, dn, ret_held);
    return result;
}

/* 16 and 32: the membership, or the group, is gone already. */
static inv_result leave_group(inv_call *call, const char *group, const char *attribute,
                              const char *value)
{
    inv_operation *change = inv_operation_new_modify(group);
    inv_result result;

    inv_operation_text(change, INV_CHANGE_DELETE, attribute, value);
    result = inv_call_run(call, &change, 1);
    if (result == INV_OK && !inv_operation_answered(change, INV_LDAP_NO_SUCH_ATTRIBUTE) &&
        !inv_operation_answered(change, INV_LDAP_NO_SUCH_OBJECT))
        result = inv_operation_result(change, "leaving a group", call->verdict);
    inv_operation_free(&change);
    return result;
}

static inv_result leave_by(inv_call *call, const struct leaver *leaver, const group_key *key)
{
    static const char *const nothing[] = {NULL};
    const char *value = value_of(leaver, key);
    char *by_filter = expand(call->domain->group_filter, leaver->name, leaver->dn);
    char *escaped = inv_filter_escape(value);
    char *filter = NULL;
    inv_operation *search = NULL;
    bool held = false;
    inv_result result;

    if (by_filter != NULL && escaped != NULL &&
        asprintf(&filter, "(&%s(%s=%s))", by_filter, key->attribute, escaped) != -1)
        search = inv_operation_search(leaver->base, INV_SCOPE_SUBTREE, filter, nothing);
    if (search != NULL)
        search->paged = true;
    result = inv_call_run(call, &search, 1);
    if (result == INV_OK && search != NULL)
        result = inv_operation_result(search, "looking for groups", call->verdict);
    if (result == INV_OK && key->value == GROUP_VALUE_LOCAL && search != NULL &&
        search->entry_count > 0)
        result = group_name_is_held(call, inv_jid_local(leaver->name), leaver->dn, &held);
    for (size_t i = 0; result == INV_OK && !held && search != NULL && i < search->entry_count;
         i++) {
        result = leave_group(call, inv_entry_dn(search->entries[i]), key->attribute, value);
        if (result == INV_OK)
            (*leaver->left)++;
    }
    inv_operation_free(&search);
    free(filter);
    free(escaped);
    free(by_filter);
    return result;
}

inv_result inv_group_leave(inv_call *call, const inv_jid *name, const char *dn, size_t *left)
{
    struct leaver leaver = {.name = name, .dn = dn, .left = left};
    char **bases = NULL;
    inv_result result = group_bases(call, &bases);

    for (size_t i = 0; result == INV_OK && bases[i] != NULL; i++) {
        const char *rest = call->domain->group_filter;
        group_key key;

        leaver.base = bases[i];
        while (result == INV_OK && group_next_key(&rest, &key))
            result = leave_by(call, &leaver, &key);
    }
    group_bases_free(&bases);
    return result;
}
