/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/dn.h"
#include "reader.h"

#define GRACE_TIMEOUTS        20 /* how many timeouts must fit in claim_grace */
#define MILLISECONDS_A_SECOND 1000

static inv_result fail(const config_reading *reading, const char *section, const char *key,
                       const char *why)
{
    unsigned line = reader_line_of(reading->file, section, key);

    if (line == 0)
        return inv_verdict_set(reading->verdict, INV_CONFIG, "%s: [%s] %s: %s", reading->path,
                               section, key, why);
    return inv_verdict_set(reading->verdict, INV_CONFIG, "%s:%u: [%s] %s: %s", reading->path, line,
                           section, key, why);
}

/* --------------------------------------------------------------------------------- directory */

static bool has_scheme(const char *uri, const char *scheme)
{
    return strncmp(uri, scheme, strlen(scheme)) == 0;
}

static inv_result check_uri(const config_reading *reading, const char *uri)
{
    const inv_directory_settings *directory = &reading->config->directory;

    if (has_scheme(uri, "ldapi:"))
        return INV_OK;
    if (directory->bind == INV_BIND_EXTERNAL)
        return fail(reading, "directory", "bind",
                    "external works over ldapi:// only; set bind = simple with bind_dn and "
                    "bind_password_file, or use an ldapi:// uri");
    if (has_scheme(uri, "ldaps:") && directory->starttls)
        return fail(reading, "directory", "starttls",
                    "demand does not go with ldaps://, which is TLS from the start; use ldap:// or "
                    "starttls = no");
    if (has_scheme(uri, "ldap:") && !directory->starttls)
        return fail(reading, "directory", "starttls",
                    "must be demand with an ldap:// uri, else passwords cross the network in "
                    "clear; or use ldaps:// or ldapi://");
    return INV_OK;
}

static inv_result check_directory(const config_reading *reading)
{
    const inv_directory_settings *directory = &reading->config->directory;
    bool has_ldap = false;

    if (directory->bind == INV_BIND_SIMPLE && *directory->bind_dn == '\0')
        return fail(reading, "directory", "bind_dn",
                    "bind = simple needs it: the DN that invitegate binds as");
    if (directory->bind == INV_BIND_SIMPLE && *directory->bind_password_file == '\0')
        return fail(reading, "directory", "bind_password_file",
                    "bind = simple needs it: the file with the password of bind_dn");
    if (directory->bind == INV_BIND_EXTERNAL && *directory->bind_dn != '\0')
        return fail(reading, "directory", "bind_dn",
                    "has no meaning with bind = external; empty it or set bind = simple");
    if (directory->bind == INV_BIND_EXTERNAL && *directory->bind_password_file != '\0')
        return fail(reading, "directory", "bind_password_file",
                    "has no meaning with bind = external; empty it or set bind = simple");
    for (char **uri = directory->uris; *uri != NULL; uri++) {
        inv_result result = check_uri(reading, *uri);

        if (result != INV_OK)
            return result;
        has_ldap = has_ldap || has_scheme(*uri, "ldap:");
    }
    if (directory->starttls && !has_ldap)
        return fail(reading, "directory", "starttls",
                    "demand is for ldap:// uris, there is none; set it to no");
    return INV_OK;
}

/* ----------------------------------------------------------------------------------- domains */

static inv_result check_account_attributes(const config_reading *reading, const char *section,
                                           const inv_domain *domain)
{
    for (size_t i = 0; i < domain->account_attribute_count; i++) {
        if (inv_ascii_equal(domain->account_attributes[i].attribute, domain->account_rdn) &&
            strcmp(domain->account_attributes[i].value, "%u") != 0)
            return fail(reading, section, "account_attributes",
                        "the attribute of account_rdn holds the name and can only be %u");
    }
    return INV_OK;
}

/* mail, rfc822Mailbox, mailAlternateAddress and their kin, or mail's and emailAddress's OIDs. */
static bool holds_mail_addresses(const char *attribute)
{
    static const char word[] = "mail";

    for (const char *at = attribute; *at != '\0'; at++) {
        if (inv_ascii_equal_in(at, word, sizeof(word) - 1))
            return true;
    }
    return strcmp(attribute, "0.9.2342.19200300.100.1.3") == 0 ||
           strcmp(attribute, "1.2.840.113549.1.9.1") == 0;
}

/* The name, not a fixed text, comes before an @. */
static bool makes_mail_of_name(const inv_attribute_template *part)
{
    return holds_mail_addresses(part->attribute) &&
           (strstr(part->value, "%j") != NULL || strstr(part->value, "%u@") != NULL);
}

/* The lowest entry that has both DNs below it (or is one of them); base where there is none. */
static const char *above_both(const char *base, const char *dn)
{
    const char *above = base;

    while (above != NULL && !inv_dn_within(dn, above))
        above = inv_dn_parent(above);
    return above != NULL ? above : base;
}

/*
 * A group_search_base that is not configured: the lowest entry above all DNs that are. Most sites
 * have their groups there, and model/group.c asks the root DSE for the right one.
 */
static inv_result guess_group_base(const config_reading *reading, inv_domain *domain)
{
    const char *base = domain->name_search_base;

    if (*domain->group_search_base != '\0')
        return INV_OK;
    base = above_both(base, domain->people);
    base = above_both(base, domain->invites);
    base = above_both(base, domain->rosters);
    for (char **group = domain->allowed_groups; *group != NULL; group++)
        base = above_both(base, *group);
    free(domain->group_search_base);
    domain->group_search_base = strdup(base);
    domain->group_base_guessed = true;
    return domain->group_search_base != NULL ? INV_OK : inv_verdict_no_memory(reading->verdict);
}

inv_result inv_config_check_domain(const config_reading *reading, const char *section,
                                   inv_domain *domain)
{
    long timeout_ms = reading->config->directory.timeout_ms;
    inv_result result;

    if (*domain->name_search_base == '\0') {
        free(domain->name_search_base);
        domain->name_search_base = strdup(domain->people);
        if (domain->name_search_base == NULL)
            return inv_verdict_no_memory(reading->verdict);
    }
    if (!inv_dn_within(domain->people, domain->name_search_base))
        return fail(reading, section, "name_search_base",
                    "must be the DN of people or one above it, else nobody would find the accounts "
                    "that are made there");
    if (domain->claim_grace < GRACE_TIMEOUTS * timeout_ms / MILLISECONDS_A_SECOND)
        return fail(reading, section, "claim_grace",
                    "must be at least 20 times the timeout of [directory], so that no late write "
                    "meets a claim that was given away");
    if (domain->scram_at_login && (domain->verifiers & INV_VERIFIERS_SCRAM) == 0)
        return fail(reading, section, "scram_at_login",
                    "must be no where password_verifiers has no scram-sha-...: there would be none "
                    "to write");
    if (domain->client_password_change && *domain->pam_service != '\0')
        return fail(reading, section, "client_password_change",
                    "must be no where pam_service is set: the modules of that service judge new "
                    "passwords, and a change from the client does not go through them");
    for (size_t i = 0; i < domain->account_attribute_count; i++)
        domain->names_are_mail =
            domain->names_are_mail || makes_mail_of_name(&domain->account_attributes[i]);
    result = guess_group_base(reading, domain);
    return result == INV_OK ? check_account_attributes(reading, section, domain) : result;
}

typedef struct container {
    const char *domain;
    const char *key;
    const char *dn;
} container;

#define CONTAINERS 3

static container container_of(const inv_config *config, size_t index)
{
    const inv_domain *domain = &config->domains[index / CONTAINERS];

    switch (index % CONTAINERS) {
    case 0:
        return (container){domain->name, "invites", domain->invites};
    case 1:
        return (container){domain->name, "people", domain->people};
    default:
        return (container){domain->name, "rosters", domain->rosters};
    }
}

/*
 * False only for DNs that cannot be equal: without escapes, equal ones differ in spaces and case
 * only. Comparing all pairs of many domains in full would take long.
 */
static bool may_be_equal(const char *a, const char *b)
{
    static const char escapes[] = "\\\"#;+";

    if (strpbrk(a, escapes) != NULL || strpbrk(b, escapes) != NULL)
        return true;
    for (;; a++, b++) {
        a += strspn(a, " ");
        b += strspn(b, " ");
        if (!inv_ascii_equal_in(a, b, 1) && (unsigned char)*a < 0x80 && (unsigned char)*b < 0x80)
            return false;
        if (*a == '\0' || *b == '\0')
            return *a == *b;
    }
}

static inv_result check_containers(const config_reading *reading)
{
    size_t count = reading->config->domain_count * CONTAINERS;

    for (size_t i = 0; i < count; i++) {
        container one = container_of(reading->config, i);

        for (size_t j = 0; j < i; j++) {
            container other = container_of(reading->config, j);

            if (may_be_equal(one.dn, other.dn) && inv_dn_equal(one.dn, other.dn))
                return inv_verdict_set(reading->verdict, INV_CONFIG,
                                       "%s: [domain %s] %s and [domain %s] %s are the same entry, "
                                       "%.100s; each container must be one of its own",
                                       reading->path, other.domain, other.key, one.domain, one.key,
                                       one.dn);
        }
    }
    return INV_OK;
}

inv_result inv_config_check(const config_reading *reading)
{
    inv_result result;

    if (reading->config->domain_count == 0)
        return inv_verdict_set(reading->verdict, INV_CONFIG,
                               "%s has no [domain NAME] section; at least one is needed",
                               reading->path);
    result = check_directory(reading);
    return result == INV_OK ? check_containers(reading) : result;
}
