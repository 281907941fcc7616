/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "invitegate/ascii.h"
#include "invitegate/config.h"

/* The settings themselves; config.c reads them. */

static void free_list(char **list)
{
    for (size_t i = 0; list != NULL && list[i] != NULL; i++)
        free(list[i]);
    free(list);
}

static void free_domain(inv_domain *domain)
{
    free(domain->name);
    free(domain->invites);
    free(domain->people);
    free(domain->rosters);
    free(domain->account_rdn);
    free_list(domain->account_classes);
    for (size_t i = 0; i < domain->account_attribute_count; i++) {
        free(domain->account_attributes[i].attribute);
        free(domain->account_attributes[i].value);
    }
    free(domain->account_attributes);
    free(domain->name_search_base);
    free(domain->name_filter);
    free(domain->group_search_base);
    free(domain->group_filter);
    if (domain->name_pattern_text != NULL)
        regfree(&domain->name_pattern);
    free(domain->name_pattern_text);
    free_list(domain->reserved_names);
    free_list(domain->allowed_groups);
    free(domain->reset_filter);
    free(domain->admin_filter);
    free(domain->roster_group);
    free(domain->landing_url);
    free(domain->pam_service);
}

void inv_config_free(inv_config **config)
{
    inv_config *old = *config;

    *config = NULL;
    if (old == NULL)
        return;
    free(old->path);
    free_list(old->directory.uris);
    free(old->directory.bind_dn);
    free(old->directory.bind_password_file);
    free(old->directory.ca_file);
    free(old->key_file);
    for (size_t i = 0; i < old->domain_count; i++)
        free_domain(&old->domains[i]);
    free(old->domains);
    free(old->agent.socket);
    free(old->agent.socket_group);
    free(old);
}

const inv_domain *inv_config_domain(const inv_config *config, const char *name)
{
    for (size_t i = 0; i < config->domain_count; i++) {
        if (inv_ascii_equal(config->domains[i].name, name))
            return &config->domains[i];
    }
    return NULL;
}
