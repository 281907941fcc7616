/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/dn.h"
#include "setup/setup.h"

/* More than any single operation takes, an index of a large database included. */
#define OPERATION_MILLISECONDS 60000L

inv_result ctl_setup_run(const ctl_task *setup, inv_directory *directory, inv_operation *operation)
{
    inv_deadline deadline = inv_deadline_in(OPERATION_MILLISECONDS);

    if (operation == NULL)
        return inv_verdict_no_memory(setup->verdict);
    return inv_directory_run(directory, &operation, 1, &deadline, setup->verdict);
}

inv_result ctl_setup_judge(const ctl_task *setup, const inv_operation *operation, const char *what)
{
    inv_result result = inv_operation_result(operation, what, setup->verdict);

    /* the remedies of other commands are for the identity of the configuration */
    if (result == INV_OK)
        return INV_OK;
    return inv_verdict_set(setup->verdict, result, "%s %s: the directory answered %s with %d%s%s",
                           what, operation->dn, setup->self, operation->code,
                           operation->diagnostic != NULL && operation->diagnostic[0] != '\0' ? ": "
                                                                                             : "",
                           operation->diagnostic != NULL ? operation->diagnostic : "");
}

inv_result ctl_setup_search(const ctl_task *setup, const char *base, inv_scope scope,
                            const char *filter, inv_operation **search)
{
    static const char *const all[] = {"*", NULL};
    inv_result result;

    *search = inv_operation_search(base, scope, filter, all);
    result = ctl_setup_run(setup, setup->directory, *search);
    if (result == INV_OK && !inv_operation_answered(*search, INV_LDAP_NO_SUCH_OBJECT))
        result = ctl_setup_judge(setup, *search, "looking at");
    return result;
}

static inv_result look(const ctl_task *setup, inv_directory *directory, const char *dn,
                       bool *ret_there)
{
    static const char *const nothing[] = {NULL};
    inv_operation *search = inv_operation_search(dn, INV_SCOPE_BASE, NULL, nothing);
    inv_result result = ctl_setup_run(setup, directory, search);

    *ret_there = result == INV_OK && inv_operation_answered(search, INV_LDAP_SUCCESS) &&
                 search->entry_count == 1;
    inv_operation_free(&search);
    return result;
}

inv_result ctl_setup_sees(const ctl_task *setup, const char *dn, bool *ret_there)
{
    inv_result result = look(setup, setup->directory, dn, ret_there);

    if (result == INV_OK && !*ret_there && setup->service != NULL)
        result = look(setup, setup->service, dn, ret_there);
    return result;
}

const inv_entry *ctl_setup_database(const ctl_task *setup)
{
    return setup->database;
}

bool ctl_setup_values(const inv_entry *entry, const char *attribute, ctl_texts *values)
{
    size_t count = entry != NULL ? inv_entry_count(entry, attribute) : 0;

    for (size_t i = 0; i < count; i++) {
        if (!ctl_texts_add(values, inv_entry_value(entry, attribute, i, NULL)))
            return false;
    }
    return true;
}

bool ctl_setup_is_only(const inv_entry *entry, const char *attribute, const char *value)
{
    return inv_entry_count(entry, attribute) == 1 && inv_entry_has(entry, attribute, value);
}

const inv_domain *ctl_setup_domain(const ctl_task *setup)
{
    const ctl_site *site = &setup->site;
    const inv_domain *domain =
        site->existing != NULL ? inv_config_domain(site->existing, site->domain) : NULL;

    return domain != NULL ? domain : &site->made->domains[0];
}

const inv_domain *ctl_setup_each_domain(const ctl_task *setup, size_t index)
{
    const ctl_site *site = &setup->site;
    size_t count = site->existing != NULL ? site->existing->domain_count : 0;

    for (size_t i = 0; i < count; i++) {
        if (inv_dn_within(site->existing->domains[i].people, site->suffix) && index-- == 0)
            return &site->existing->domains[i];
    }
    return site->made != NULL && index == 0 ? &site->made->domains[0] : NULL;
}

static void clear_site(ctl_site *site)
{
    char **const texts[] = {&site->domain,   &site->suffix,       &site->database, &site->people,
                            &site->home,     &site->groups,       &site->services, &site->policies,
                            &site->identity, &site->password_file};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        free(*texts[i]);
        *texts[i] = NULL;
    }
    inv_config_free(&site->existing);
    inv_config_free(&site->made);
}

void ctl_setup_clear(ctl_task *setup)
{
    clear_site(&setup->site);
    inv_operation_free(&setup->databases);
    setup->database = NULL;
    inv_entry_free(&setup->unseen);
    inv_operation_free(&setup->root);
    inv_operation_free(&setup->subschema);
    inv_directory_free(&setup->service);
    inv_secret_free(&setup->service_password);
    inv_directory_free(&setup->directory);
    inv_secret_free(&setup->bind_password);
    if (setup->settings.uris != NULL)
        free(setup->settings.uris[0]);
    free(setup->settings.uris);
    free(setup->settings.ca_file);
    free(setup->self);
    ctl_plan_free(&setup->plan);
    ctl_journal_close(&setup->journal);
}
