/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h" /* asprintf */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "invitegate/dn.h"
#include "proof.h"

/*
 * Whether indexes find what is in the directory. A slapd that is ended while it makes an index
 * leaves it half filled, and a line in slapd.conf without slapindex leaves it empty: searches then
 * miss entries, and nothing in its log says so. Which entries are missing depends on where it was
 * ended; the newest are among them.
 */

#define REMEDY_REINDEX                                                                             \
    "OpenLDAP: stop slapd, run slapindex as its user (Debian: runuser -u openldap -- slapindex), " \
    "start it; 389 DS: dsconf INSTANCE backend index reindex --attr ATTRIBUTE BACKEND"

#define NEWEST         3  /* entries of each area that are looked up */
#define ATTRIBUTES_MAX 24 /* that an area is searched by */

/* A part of the directory that is searched by equality. */
typedef struct area {
    ctl_proof *proof;
    ctl_lookups *lookups;
    const char *base;
    const char *filter; /* which entries; not by equality, so that no index decides */
    char *attributes[ATTRIBUTES_MAX];
    bool told[ATTRIBUTES_MAX]; /* a row says that it misses entries */
    size_t count;
    bool lost;            /* out of memory */
    char *newest[NEWEST]; /* their DNs */
    char created[NEWEST][32];
} area;

static void add_attribute(area *where, const char *name)
{
    for (size_t i = 0; i < where->count; i++) {
        if (inv_ascii_equal(where->attributes[i], name))
            return;
    }
    if (where->count == ATTRIBUTES_MAX || inv_ascii_equal(name, where->proof->unknown))
        return;
    where->attributes[where->count] = strdup(name);
    if (where->attributes[where->count] != NULL)
        where->count++;
    else
        where->lost = true;
}

static void add_attributes(area *where, const char *const *names)
{
    for (size_t i = 0; names[i] != NULL; i++)
        add_attribute(where, names[i]);
}

/* Those that a filter compares. */
static void add_filter(area *where, const char *filter)
{
    char name[INV_FILTER_ATTRIBUTE_SIZE];

    while (inv_filter_attribute(&filter, name))
        add_attribute(where, name);
}

/* ------------------------------------------------------------------------------ the newest ones */

/* Takes the entry in place of the oldest that is kept. False: out of memory. */
static bool keep_newest(area *where, const inv_entry *entry)
{
    const char *created = inv_entry_text(entry, "createTimestamp");
    size_t oldest = 0;
    char *dn;

    for (size_t i = 1; i < NEWEST; i++) {
        if (where->newest[i] == NULL || strcmp(where->created[i], where->created[oldest]) < 0)
            oldest = i;
        if (where->newest[oldest] == NULL)
            break;
    }
    if (where->newest[oldest] != NULL &&
        (created == NULL || strcmp(created, where->created[oldest]) < 0))
        return true;
    dn = strdup(inv_entry_dn(entry));
    if (dn == NULL)
        return false;
    free(where->newest[oldest]);
    where->newest[oldest] = dn;
    (void)snprintf(where->created[oldest], sizeof(where->created[oldest]), "%s",
                   created != NULL ? created : "");
    return true;
}

/* What invitegate lists, a limit of the server would cut off as well. */
static void tell_incomplete(const area *where, const inv_operation *search)
{
    char buffer[256];

    if (inv_operation_answered(search, INV_LDAP_SUCCESS) ||
        inv_operation_answered(search, INV_LDAP_NO_SUCH_OBJECT))
        return;
    ctl_proof_finding(where->proof, "limits", inv_operation_remedy(search, buffer, sizeof(buffer)),
                      "what is below %s cannot be listed: it answered %d%s%s", where->base,
                      search->code, search->diagnostic != NULL ? ", " : "",
                      search->diagnostic != NULL ? search->diagnostic : "");
}

static inv_result find_newest(area *where)
{
    static const char *const attributes[] = {"createTimestamp", NULL};
    ctl_proof *proof = where->proof;
    inv_operation *search =
        inv_operation_search(where->base, INV_SCOPE_SUBTREE, where->filter, attributes);
    inv_result result;

    if (search == NULL)
        return inv_verdict_no_memory(proof->call->verdict);
    search->paged = search->by_page = true;
    do {
        /* within the time of the whole call: a large directory may take seconds for a page */
        result = inv_call_run(proof->call, &search, 1);
        for (size_t i = 0; result == INV_OK && i < search->entry_count; i++) {
            if (!keep_newest(where, search->entries[i]))
                result = inv_verdict_no_memory(proof->call->verdict);
        }
    } while (result == INV_OK && inv_operation_has_more(search));
    if (result == INV_OK)
        tell_incomplete(where, search);
    inv_operation_free(&search);
    return result;
}

/* -------------------------------------------------------------------------------------- lookups */

static inv_result is_found(area *where, const char *dn, inv_scope scope, const char *filter,
                           bool *ret_found)
{
    static const char *const nothing[] = {NULL};
    inv_operation *search = inv_operation_search(dn, scope, filter, nothing);
    inv_result result = ctl_proof_run(where->proof, where->proof->call->directory, search);

    *ret_found = result == INV_OK && search->entry_count > 0;
    inv_operation_free(&search);
    return result;
}

/* NULL: the entry has no such attribute that is seen, or memory is short. */
static char *filter_of(const area *where, const inv_entry *entry, size_t attribute)
{
    const char *name = where->attributes[attribute];
    const char *value = inv_entry_text(entry, name);
    char *escaped = value != NULL ? inv_filter_escape(value) : NULL;
    char *filter = NULL;

    if (escaped != NULL && asprintf(&filter, "(%s=%s)", name, escaped) < 0)
        filter = NULL;
    free(escaped);
    return filter;
}

/*
 * Looks below the entry's own DN, so that only the index can keep it from being found. Where a base
 * search with the same filter, which no index decides, does not find it either, the identity may
 * not search by the attribute, and that is no matter of indexes.
 */
static inv_result look_up_value(area *where, const inv_entry *entry, size_t attribute)
{
    const char *dn = inv_entry_dn(entry);
    char *filter = where->told[attribute] ? NULL : filter_of(where, entry, attribute);
    bool by_index = true;
    bool at_all = false;
    inv_result result = INV_OK;

    if (filter == NULL)
        return INV_OK;
    result = is_found(where, dn, INV_SCOPE_SUBTREE, filter, &by_index);
    if (result == INV_OK && !by_index)
        result = is_found(where, dn, INV_SCOPE_BASE, filter, &at_all);
    if (result == INV_OK && (by_index || at_all))
        where->lookups->tried++;
    if (result == INV_OK && !by_index && at_all) {
        where->told[attribute] = true;
        where->lookups->missed++;
        ctl_proof_finding(where->proof, "indexes", REMEDY_REINDEX,
                          "a search for %s does not find %s, which has it: the index of %s is "
                          "empty or half filled",
                          filter, dn, where->attributes[attribute]);
    }
    free(filter);
    return result;
}

static inv_result look_up_entry(area *where, const char *dn)
{
    const char *names[ATTRIBUTES_MAX + 1] = {NULL};
    inv_operation *search;
    inv_result result;

    for (size_t i = 0; i < where->count; i++)
        names[i] = where->attributes[i];
    search = inv_operation_search(dn, INV_SCOPE_BASE, NULL, names);
    result = ctl_proof_run(where->proof, where->proof->call->directory, search);
    for (size_t i = 0; result == INV_OK && search->entry_count == 1 && i < where->count; i++)
        result = look_up_value(where, search->entries[0], i);
    inv_operation_free(&search);
    return result;
}

static inv_result look_up_area(area *where)
{
    inv_result result =
        where->lost ? inv_verdict_no_memory(where->proof->call->verdict) : find_newest(where);

    for (size_t i = 0; i < NEWEST; i++) {
        if (result == INV_OK && where->newest[i] != NULL)
            result = look_up_entry(where, where->newest[i]);
        free(where->newest[i]);
    }
    for (size_t i = 0; i < where->count; i++)
        free(where->attributes[i]);
    return result;
}

/* Groups are told by what group_filter compares: (|(member=*)(memberUid=*)). */
static char *filter_of_groups(const area *where)
{
    char *filter = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&filter, &length);

    if (stream == NULL)
        return NULL;
    (void)fputs("(|", stream);
    for (size_t i = 0; i < where->count; i++)
        (void)fprintf(stream, "(%s=*)", where->attributes[i]);
    (void)fputs(")", stream);
    if (fclose(stream) != 0) {
        free(filter);
        return NULL;
    }
    return filter;
}

static inv_result look_up_groups(ctl_proof *proof, ctl_lookups *lookups)
{
    area where = {.proof = proof, .lookups = lookups, .base = proof->domain->group_search_base};
    char *filter;
    inv_result result;

    add_filter(&where, proof->domain->group_filter);
    if (where.count == 0)
        return INV_OK;
    filter = filter_of_groups(&where);
    where.filter = filter;
    where.lost |= filter == NULL;
    result = look_up_area(&where);
    free(filter);
    return result;
}

static inv_result look_up_accounts(ctl_proof *proof, ctl_lookups *lookups)
{
    static const char *const names[] = {"inviteId",  "xmppInvitedBy", "xmppAccountExpires",
                                        "entryUUID", "entryCSN",      NULL};
    area where = {.proof = proof, .lookups = lookups, .base = proof->domain->people};

    add_filter(&where, proof->domain->name_filter);
    add_attributes(&where, names);
    return look_up_area(&where);
}

static inv_result look_up(ctl_proof *proof, ctl_lookups *lookups, const char *base,
                          const char *const *names)
{
    area where = {.proof = proof, .lookups = lookups, .base = base};

    add_attributes(&where, names);
    return look_up_area(&where);
}

inv_result ctl_look_up_newest(ctl_proof *proof, ctl_lookups *ret_lookups)
{
    static const char *const invite[] = {"inviteInviter", "inviteMadeBy", "inviteExpires",
                                         "inviteUsesLeft", NULL};
    static const char *const pair[] = {"xmppContactJid", "rosterMember", "rosterPairId", "entryCSN",
                                       NULL};
    inv_result result;

    *ret_lookups = (ctl_lookups){.tried = 0};
    result = look_up_accounts(proof, ret_lookups);
    if (result == INV_OK)
        result = look_up(proof, ret_lookups, proof->domain->invites, invite);
    if (result == INV_OK)
        result = look_up(proof, ret_lookups, proof->domain->rosters, pair);
    if (result == INV_OK)
        result = look_up_groups(proof, ret_lookups);
    return result;
}
