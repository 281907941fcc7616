/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/dn.h"
#include "setup/site.h"

/* Who is in the directory already, and where. */

static bool set_text(char **place, char *text)
{
    free(*place);
    *place = text;
    return text != NULL;
}

typedef struct place {
    const char *dn;
    size_t count;
} place;

/* The parent of most of the entries; *others: how many other places there are. */
static place most_of(const inv_operation *search, size_t *others)
{
    place *places = calloc(search->entry_count + 1, sizeof(*places));
    place most = {.dn = NULL};
    size_t count = 0;

    *others = 0;
    for (size_t i = 0; places != NULL && i < search->entry_count; i++) {
        const char *parent = inv_dn_parent(inv_entry_dn(search->entries[i]));
        size_t at = 0;

        while (parent != NULL && at < count && !inv_dn_equal(places[at].dn, parent))
            at++;
        if (parent == NULL)
            continue;
        places[at].dn = parent;
        places[at].count++;
        count += at == count ? 1 : 0;
        if (places[at].count > most.count)
            most = places[at];
    }
    *others = count > 0 ? count - 1 : 0;
    free(places);
    return most;
}

/* All pages of it; what a limit of size lets through will do. */
static inv_result find_entries(const ctl_task *setup, const char *filter, inv_operation **search)
{
    static const char *const nothing[] = {NULL};
    inv_directory *eyes = setup->service != NULL ? setup->service : setup->directory;

    *search = inv_operation_search(setup->site.suffix, INV_SCOPE_SUBTREE, filter, nothing);
    return ctl_setup_run(setup, eyes, *search);
}

static inv_result survey_groups(ctl_task *setup)
{
    inv_operation *search = NULL;
    inv_result result = find_entries(setup,
                                     "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)"
                                     "(objectClass=posixGroup))",
                                     &search);
    size_t others = 0;
    place most = {.dn = NULL};

    if (result == INV_OK)
        most = most_of(search, &others);
    if (most.dn != NULL && !set_text(&setup->site.groups, strdup(most.dn)))
        result = inv_verdict_no_memory(setup->verdict);
    inv_operation_free(&search);
    return result;
}

static void tell_site(const ctl_task *setup, size_t others)
{
    const ctl_site *site = &setup->site;
    ctl_plan *plan = setup->plan;

    ctl_plan_tell(plan, CTL_ITEM_FOUND, "domain", "%s", site->domain);
    if (setup->unseen == NULL)
        ctl_plan_tell(plan, CTL_ITEM_FOUND, "suffix", "%s (%s)", site->suffix, site->database);
    else
        ctl_plan_tell(plan, CTL_ITEM_FOUND, "suffix",
                      "%s; how the directory is configured is not shown to %s", site->suffix,
                      setup->self);
    ctl_plan_tell(plan, CTL_ITEM_FOUND, "people", "%s; %zu people are there%s", site->people,
                  site->person_count,
                  others > 0 ? ", in several places: those elsewhere need invitectl adopt" : "");
    ctl_plan_tell(plan, CTL_ITEM_FOUND, "identity", "%s", site->identity);
    if (site->existing != NULL)
        ctl_plan_tell(plan, CTL_ITEM_FOUND, "configuration", "%s is there; %s", setup->config_path,
                      site->made == NULL ? "its section of the domain counts"
                                         : "it has no section of this domain yet");
    if (inv_entry_count(ctl_setup_database(setup), "olcSyncrepl") > 0 ||
        inv_entry_count(ctl_setup_database(setup), "olcUpdateRef") > 0)
        ctl_plan_tell(
            plan, CTL_ITEM_LEFT, "replication",
            "this directory replicates: the cn=config of the other servers needs the same "
            "schema, indexes and rules");
}

inv_result ctl_site_survey(ctl_task *setup)
{
    ctl_site *site = &setup->site;
    inv_operation *search = NULL;
    inv_result result = find_entries(
        setup, "(|(objectClass=inetOrgPerson)(objectClass=posixAccount)(objectClass=account))",
        &search);
    size_t others = 0;
    place most = {.dn = NULL};

    if (result == INV_OK) {
        most = most_of(search, &others);
        site->person_count = search->entry_count;
    }
    /* with a home of its own a domain has none of the people of the others */
    if (most.dn != NULL && site->made != NULL) {
        if (setup->answers->people == NULL && inv_dn_equal(site->home, site->suffix) &&
            !set_text(&site->people, strdup(most.dn)))
            result = inv_verdict_no_memory(setup->verdict);
        else
            result = ctl_site_make_configuration(setup);
    }
    inv_operation_free(&search);
    if (result == INV_OK)
        result = survey_groups(setup);
    if (result == INV_OK)
        tell_site(setup, others);
    return result;
}
