/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "proof.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "invitegate/dn.h"

/* Equality indexes, as far as the server shows its configuration. */

#define REMEDY_INDEX                                                                               \
    "add the index (config-examples/slapd/invitegate-index.conf), then run slapindex where "       \
    "entries exist already; 389 DS: config-examples/389ds/invitegate-config.ldif, or dsconf "      \
    "backend index add and reindex"

/* 389 DS keeps here what new databases start with; it is no index of any database. */
#define DEFAULT_INDEXES "cn=default indexes,"

/* What the server indexes, out of its configuration; one of the two answers is empty. */
typedef struct index_list {
    ctl_proof *proof;
    inv_operation *openldap; /* olcDbIndex and olcSuffix of each database */
    inv_operation *ds389;    /* nsIndex entries of all backends */
    bool complete;
} index_list;

/* Whether name is one of the words of a comma separated list. */
static bool lists(const char *list, size_t length, const char *name)
{
    const char *end = list + length;

    while (list < end) {
        const char *comma = memchr(list, ',', (size_t)(end - list));
        const char *word_end = comma != NULL ? comma : end;

        if ((size_t)(word_end - list) == strlen(name) &&
            inv_ascii_equal_in(list, name, strlen(name)))
            return true;
        list = word_end + 1;
    }
    return false;
}

/* "uid,mail eq,pres": attributes, a space, kinds. Without kinds the database's default counts. */
static bool covers(const char *value, const char *attribute, const char *standard)
{
    size_t length = strcspn(value, " \t");
    const char *kinds = value + length + strspn(value + length, " \t");

    if (!lists(value, length, attribute))
        return false;
    if (*kinds == '\0')
        kinds = standard;
    return kinds != NULL && lists(kinds, strcspn(kinds, " \t"), "eq");
}

static bool database_indexes(const inv_entry *database, const char *attribute)
{
    size_t count = inv_entry_count(database, "olcDbIndex");
    const char *standard = NULL;

    for (size_t i = 0; i < count; i++) {
        const char *value = inv_entry_value(database, "olcDbIndex", i, NULL);

        if (inv_ascii_equal_in(value, "default ", 8))
            standard = value + 8;
    }
    for (size_t i = 0; i < count; i++) {
        if (covers(inv_entry_value(database, "olcDbIndex", i, NULL), attribute, standard))
            return true;
    }
    return false;
}

/* The database with the longest suffix that base lies in, or NULL. */
static const inv_entry *database_of(const index_list *known, const char *base)
{
    const inv_entry *best = NULL;
    size_t best_length = 0;

    for (size_t i = 0; i < known->openldap->entry_count; i++) {
        const inv_entry *database = known->openldap->entries[i];

        for (size_t j = 0; j < inv_entry_count(database, "olcSuffix"); j++) {
            const char *suffix = inv_entry_value(database, "olcSuffix", j, NULL);

            if (inv_dn_within(base, suffix) && strlen(suffix) >= best_length) {
                best = database;
                best_length = strlen(suffix);
            }
        }
    }
    return best;
}

static void need(index_list *known, const char *base, const char *attribute)
{
    bool found = false;

    if (known->openldap->entry_count > 0) {
        const inv_entry *database = database_of(known, base);

        /* a suffix that is not shown cannot be judged */
        found = database == NULL || database_indexes(database, attribute);
    }
    for (size_t i = 0; i < known->ds389->entry_count && !found; i++)
        found = inv_entry_has(known->ds389->entries[i], "cn", attribute) &&
                !inv_ascii_contains(inv_entry_dn(known->ds389->entries[i]), DEFAULT_INDEXES);
    if (found)
        return;
    known->complete = false;
    ctl_proof_optional(known->proof, "indexes", REMEDY_INDEX, "%s has no index for equality in %s",
                       attribute, base);
}

/*
 * Needs each attribute that the filter compares. One that the schema does not have matches no
 * entry.
 */
static void need_filter(index_list *known, const char *filter, const char *base)
{
    char attribute[INV_FILTER_ATTRIBUTE_SIZE];

    while (inv_filter_attribute(&filter, attribute)) {
        if (!inv_ascii_equal(attribute, known->proof->unknown))
            need(known, base, attribute);
    }
}

static void report_indexes(index_list *known)
{
    static const char *const account[] = {"objectClass", "inviteId", "xmppInvitedBy",
                                          "xmppAccountExpires", NULL};
    static const char *const invite[] = {"inviteInviter", "inviteMadeBy", "inviteExpires",
                                         "inviteUsesLeft", NULL};
    static const char *const pair[] = {"xmppContactJid", "rosterMember", "rosterPairId", NULL};
    static const char *const replica[] = {"entryUUID", "entryCSN", NULL};
    const inv_domain *domain = known->proof->domain;

    need_filter(known, domain->name_filter, domain->name_search_base);
    need_filter(known, domain->group_filter, domain->group_search_base);
    for (size_t i = 0; account[i] != NULL; i++)
        need(known, domain->people, account[i]);
    for (size_t i = 0; invite[i] != NULL; i++)
        need(known, domain->invites, invite[i]);
    for (size_t i = 0; pair[i] != NULL; i++)
        need(known, domain->rosters, pair[i]);
    for (size_t i = 0; replica[i] != NULL && known->openldap->entry_count > 0; i++)
        need(known, domain->people, replica[i]);
    /* new pairs are searched for by their time of writing */
    if (known->ds389->entry_count > 0)
        need(known, domain->rosters, "modifyTimestamp");
    else if (database_of(known, domain->rosters) != database_of(known, domain->people))
        need(known, domain->rosters, "entryCSN");
    if (known->complete)
        ctl_proof_fine(known->proof, "indexes",
                       "all that are needed are there, and find the newest entries");
}

static inv_result look(index_list *known, inv_directory *directory)
{
    static const char *const openldap[] = {"olcDbIndex", "olcSuffix", NULL};
    static const char *const ds389[] = {"cn", NULL};
    inv_result result;

    inv_operation_free(&known->openldap);
    inv_operation_free(&known->ds389);
    known->openldap =
        inv_operation_search("cn=config", INV_SCOPE_SUBTREE, "(olcDbIndex=*)", openldap);
    known->ds389 = inv_operation_search("cn=config", INV_SCOPE_SUBTREE,
                                        "(&(objectClass=nsIndex)(nsIndexType=eq))", ds389);
    result = ctl_proof_run(known->proof, directory, known->openldap);
    if (result == INV_OK)
        result = ctl_proof_run(known->proof, directory, known->ds389);
    return result;
}

/* ------------------------------------------------------------------------ who may see cn=config */

static bool shows_nothing(const index_list *known)
{
    return known->openldap->entry_count + known->ds389->entry_count == 0;
}

/*
 * Looks as root over ldapi, whom Debian's slapd and 389 DS let read their configuration. Whatever
 * keeps that from working is no matter of the proof: nothing is shown then.
 */
static void look_as_root(index_list *known)
{
    ctl_proof *proof = known->proof;
    inv_directory_settings settings = proof->config->directory;
    inv_verdict unused = INV_VERDICT_INIT;
    inv_call *call = proof->call;
    inv_call aside = inv_call_aside(call, &unused);
    inv_directory *root = NULL;

    if (geteuid() != 0 || settings.bind == INV_BIND_EXTERNAL ||
        strncmp(settings.uris[0], "ldapi:", strlen("ldapi:")) != 0)
        return;
    settings.bind = INV_BIND_EXTERNAL;
    settings.starttls = false;
    proof->call = &aside;
    if (inv_directory_new(&settings, NULL, NULL, &root, &unused) == INV_OK)
        (void)look(known, root);
    proof->call = call;
    inv_directory_free(&root);
}

static inv_result look_as_any(index_list *known)
{
    ctl_proof *proof = known->proof;
    inv_result result = look(known, proof->call->directory);

    if (result == INV_OK && shows_nothing(known) && proof->admin != NULL)
        result = look(known, proof->admin);
    if (result == INV_OK && shows_nothing(known))
        look_as_root(known);
    return result;
}

/* Which indexes there are is not seen; what they find was tried. */
static void report_unread(ctl_proof *proof, const ctl_lookups *lookups)
{
    static const char remedy[] =
        "as root on the directory's machine, with ldapi: first in uri, it is compared; else "
        "compare "
        "by hand with config-examples/slapd/invitegate-index.conf (389 DS: "
        "config-examples/389ds/invitegate-config.ldif)";

    if (lookups->tried == 0)
        ctl_proof_note(proof, "indexes", remedy,
                       "cn=config is not readable, and there are no entries to look up: which "
                       "indexes there are is not known");
    else
        ctl_proof_note(proof, "indexes", remedy,
                       "cn=config is not readable: which indexes there are is not known, only that "
                       "%zu of %zu searches for the newest entries found them",
                       lookups->tried - lookups->missed, lookups->tried);
}

inv_result ctl_check_indexes(ctl_proof *proof)
{
    index_list known = {.proof = proof, .complete = true};
    ctl_lookups lookups = {.tried = 0};
    inv_result result = look_as_any(&known);

    if (result == INV_OK)
        result = ctl_look_up_newest(proof, &lookups);
    known.complete = lookups.missed == 0;
    if (result == INV_OK && shows_nothing(&known))
        report_unread(proof, &lookups);
    else if (result == INV_OK)
        report_indexes(&known);
    inv_operation_free(&known.openldap);
    inv_operation_free(&known.ds389);
    return result;
}
