/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "invitegate/ascii.h"
#include "invitegate/dn.h"
#include "setup/ds389.h"
#include "setup/record.h"

/*
 * The indexes of config-examples/389ds/invitegate-config.ldif, and those of name_filter. An index
 * counts when a task of the server has filled it, also where there is no entry yet: until then the
 * record of the journal says that it is not filled.
 */

#define STEP    "indexes"
#define EXAMPLE "389ds/invitegate-config.ldif"
#define BEHIND  ",cn=index,cn=userRoot,cn=ldbm database,cn=plugins,cn=config"

typedef struct indexing {
    ctl_task *setup;
    const inv_operation *there;
    char *base;         /* what they are below */
    ctl_texts unfilled; /* attributes */
} indexing;

static const inv_entry *find(const indexing *work, const char *attribute)
{
    for (size_t i = 0; i < work->there->entry_count; i++) {
        if (inv_entry_has(work->there->entries[i], "cn", attribute))
            return work->there->entries[i];
    }
    return NULL;
}

/* As the example has that one. */
static bool plan_new(indexing *work, const char *attribute, const ctl_texts *lines)
{
    char *dn = inv_dn_child("cn", attribute, work->base);
    ctl_action action = {.operation = dn != NULL ? inv_operation_new_add(dn) : NULL,
                         .record = dn != NULL ? ctl_record_entry(dn) : NULL};
    bool fine = action.record != NULL && ctl_record_unfilled(action.record, attribute);

    inv_operation_text(action.operation, INV_CHANGE_ADD, "cn", attribute);
    for (size_t i = 0; fine && i < lines->count; i++) {
        const char *value = strstr(lines->texts[i], ": ");
        char *name =
            value != NULL ? strndup(lines->texts[i], (size_t)(value - lines->texts[i])) : NULL;

        if (name != NULL && !inv_ascii_equal(name, "cn") && !inv_ascii_equal(name, "changetype"))
            inv_operation_text(action.operation, INV_CHANGE_ADD, name, value + 2);
        fine = name != NULL;
        free(name);
    }
    free(dn);
    ctl_plan_do(work->setup->plan, STEP, &action, "an index of %s", attribute);
    return fine && ctl_texts_add_once(&work->unfilled, attribute);
}

static bool plan_wider(indexing *work, const inv_entry *entry, const char *attribute,
                       const char *type)
{
    ctl_action action = {.operation = inv_operation_new_modify(inv_entry_dn(entry))};
    char *stays = NULL;
    bool fine =
        asprintf(&stays, "the index of %s, which has the type %s now", attribute, type) >= 0;

    inv_operation_text(action.operation, INV_CHANGE_ADD, "nsIndexType", type);
    if (fine)
        action.record = ctl_record_stays(stays);
    fine = fine && action.record != NULL && ctl_record_unfilled(action.record, attribute);
    free(stays);
    ctl_plan_do(work->setup->plan, STEP, &action, "the index of %s gets the type %s", attribute,
                type);
    return fine && ctl_texts_add_once(&work->unfilled, attribute);
}

static bool want(indexing *work, const char *attribute, const char *type, const ctl_texts *lines)
{
    const inv_entry *entry = find(work, attribute);

    if (entry == NULL)
        return plan_new(work, attribute, lines);
    return inv_entry_has(entry, "nsIndexType", type) || plan_wider(work, entry, attribute, type);
}

/* The attribute of "cn=xmppJid,cn=index,..."; false: another DN. */
static bool attribute_of(const char *dn, char attribute[INV_FILTER_ATTRIBUTE_SIZE])
{
    const size_t length = strcspn(dn, ",");

    if (strncmp(dn, "cn=", 3) != 0 || strcmp(dn + length, BEHIND) != 0 || length <= 3 ||
        length - 3 >= INV_FILTER_ATTRIBUTE_SIZE)
        return false;
    memcpy(attribute, dn + 3, length - 3);
    attribute[length - 3] = '\0';
    return true;
}

static bool want_examples(indexing *work)
{
    ctl_texts dns = {.texts = NULL};
    bool fine = ctl_example_dns(EXAMPLE, &dns);

    for (size_t i = 0; fine && i < dns.count; i++) {
        char attribute[INV_FILTER_ATTRIBUTE_SIZE];
        ctl_texts lines = {.texts = NULL};
        ctl_texts types = {.texts = NULL};

        if (!attribute_of(dns.texts[i], attribute))
            continue;
        fine = ctl_example_entry(EXAMPLE, dns.texts[i], &lines) &&
               ctl_example_record(EXAMPLE, dns.texts[i], "nsIndexType", &types) &&
               types.count > 0 && want(work, attribute, types.texts[0], &lines);
        ctl_texts_clear(&lines);
        ctl_texts_clear(&types);
    }
    ctl_texts_clear(&dns);
    return fine;
}

static bool want_filter(indexing *work)
{
    const char *filter = ctl_setup_domain(work->setup)->name_filter;
    char attribute[INV_FILTER_ATTRIBUTE_SIZE];
    ctl_texts lines = {.texts = NULL};
    bool fine = ctl_example_entry(EXAMPLE, "cn=xmppJid" BEHIND, &lines);

    while (fine && inv_filter_attribute(&filter, attribute)) {
        bool planned = false;

        for (size_t i = 0; i < work->unfilled.count; i++)
            planned = planned || inv_ascii_equal(work->unfilled.texts[i], attribute);
        fine = planned || want(work, attribute, "eq", &lines);
    }
    ctl_texts_clear(&lines);
    return fine;
}

/* Those that an interrupted run has added, and the server has not filled. */
static bool add_left(indexing *work)
{
    const ctl_journal *journal = work->setup->journal;
    bool fine = true;

    for (size_t i = 0; fine && i < ctl_journal_count(journal); i++) {
        const char *attribute = ctl_record_text(ctl_journal_record(journal, i), "unfilled");

        if (attribute[0] != '\0' && find(work, attribute) != NULL)
            fine = ctl_texts_add_once(&work->unfilled, attribute);
    }
    return fine;
}

static bool plan_task(indexing *work)
{
    ctl_action action = {.is_task = true};
    char *name = NULL;
    char *database = NULL;
    char *attribute = NULL;
    char *dn = NULL;
    bool fine = inv_dn_leaf(work->setup->site.database, &attribute, &database) &&
                asprintf(&name, "invitegate-%ld-%ld", (long)time(NULL), (long)getpid()) >= 0 &&
                asprintf(&dn, "cn=%s,cn=index,cn=tasks,cn=config", name) >= 0;

    if (fine)
        action.operation = inv_operation_new_add(dn);
    inv_operation_text(action.operation, INV_CHANGE_ADD, "objectClass", "extensibleObject");
    inv_operation_text(action.operation, INV_CHANGE_ADD, "cn", name);
    inv_operation_text(action.operation, INV_CHANGE_ADD, "nsInstance", database);
    for (size_t i = 0; i < work->unfilled.count; i++)
        inv_operation_text(action.operation, INV_CHANGE_ADD, "nsIndexAttribute",
                           work->unfilled.texts[i]);
    ctl_plan_do(work->setup->plan, STEP, &action,
                "the server fills %zu of them; until it is through it refuses to write",
                work->unfilled.count);
    free(name);
    free(database);
    free(attribute);
    free(dn);
    return fine;
}

inv_result ctl_step_ds389_indexes(ctl_task *setup)
{
    indexing work = {.setup = setup};
    inv_operation *there = NULL;
    bool fine = false;
    inv_result result;

    if (asprintf(&work.base, CTL_DS389_INDEX ",%s", setup->site.database) < 0)
        return inv_verdict_no_memory(setup->verdict);
    result = ctl_setup_search(setup, work.base, INV_SCOPE_ONE, "(objectClass=nsIndex)", &there);
    work.there = there;
    if (result == INV_OK) {
        fine = want_examples(&work) && want_filter(&work) && add_left(&work);
        if (fine && work.unfilled.count > 0)
            fine = plan_task(&work);
        if (fine && work.unfilled.count == 0)
            ctl_plan_tell(setup->plan, CTL_ITEM_THERE, STEP, "all that are needed");
        result = fine ? INV_OK : inv_verdict_no_memory(setup->verdict);
    }
    ctl_texts_clear(&work.unfilled);
    inv_operation_free(&there);
    free(work.base);
    return result;
}
