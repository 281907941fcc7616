/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "site.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/ascii.h"
#include "invitegate/dn.h"
#include "setup/server.h"

/* -------------------------------------------------------------------------------- configuration
 */

static inv_result read_configuration(ctl_task *setup)
{
    if (access(setup->config_path, F_OK) != 0 && errno == ENOENT)
        return INV_OK;
    return inv_config_read(setup->config_path, &setup->site.existing, setup->verdict);
}

/* -------------------------------------------------------------------------------------- the rest
 */

static bool set_text(char **place, char *text)
{
    free(*place);
    *place = text;
    return text != NULL;
}

/* Who has invitegate's rights: as configured, else a service account. */
static bool choose_identity(ctl_task *setup)
{
    ctl_site *site = &setup->site;
    const inv_config *existing = site->existing;

    site->own_identity = existing == NULL;
    if (existing != NULL && existing->directory.bind == INV_BIND_EXTERNAL)
        return set_text(&site->identity, strdup(setup->self)) &&
               set_text(&site->password_file, strdup(""));
    if (existing != NULL) {
        if (!set_text(&site->identity, strdup(existing->directory.bind_dn)) ||
            !set_text(&site->password_file, strdup(existing->directory.bind_password_file)))
            return false;
    } else if (!set_text(&site->identity, inv_dn_child("cn", "invitegate", site->services)) ||
               !set_text(&site->password_file, strdup(CTL_SERVICE_PASSWORD))) {
        return false;
    }
    if (existing != NULL) {
        char *own = inv_dn_child("cn", "invitegate", site->services);

        site->own_identity = own != NULL && inv_dn_equal(own, site->identity);
        free(own);
    }
    return true;
}

/* Whether one of the other domains has its containers below the suffix. */
static bool has_company(const ctl_site *site)
{
    const inv_config *existing = site->existing;

    for (size_t i = 0; existing != NULL && i < existing->domain_count; i++) {
        if (!inv_ascii_equal(existing->domains[i].name, site->domain) &&
            inv_dn_within(existing->domains[i].invites, site->suffix))
            return true;
    }
    return false;
}

/* The containers of a domain that comes later are below an entry of its own: none is shared. */
static bool choose_home(ctl_site *site)
{
    return set_text(&site->home, has_company(site) ? inv_dn_child("ou", site->domain, site->suffix)
                                                   : strdup(site->suffix));
}

/* The people of two domains are neither the same nor one below the other. */
static inv_result check_people(const ctl_task *setup)
{
    const ctl_site *site = &setup->site;
    const inv_config *existing = site->existing;

    if (!inv_dn_within(site->people, site->suffix))
        return inv_verdict_set(setup->verdict, INV_CONFIG, "%s is not below the suffix %s",
                               site->people, site->suffix);
    for (size_t i = 0; existing != NULL && i < existing->domain_count; i++) {
        const inv_domain *other = &existing->domains[i];

        if (!inv_ascii_equal(other->name, site->domain) &&
            (inv_dn_within(site->people, other->people) ||
             inv_dn_within(other->people, site->people)))
            return inv_verdict_set(setup->verdict, INV_CONFIG,
                                   "the people of %s would be in %s, and those of %s are in %s: "
                                   "one must not be in the other; --people DN",
                                   site->domain, site->people, other->name, other->people);
    }
    return INV_OK;
}

static inv_result derive(ctl_task *setup)
{
    ctl_site *site = &setup->site;
    const inv_domain *configured =
        site->existing != NULL ? inv_config_domain(site->existing, site->domain) : NULL;
    char *people = NULL;
    inv_result result;

    if (choose_home(site))
        people = configured != NULL               ? strdup(configured->people)
                 : setup->answers->people != NULL ? strdup(setup->answers->people)
                                                  : inv_dn_child("ou", "people", site->home);
    if (!set_text(&site->people, people) ||
        !set_text(&site->groups, inv_dn_child("ou", "groups", site->suffix)) ||
        !set_text(&site->services, inv_dn_child("ou", "services", site->suffix)) ||
        !set_text(&site->policies, inv_dn_child("ou", "policies", site->suffix)) ||
        !choose_identity(setup))
        return inv_verdict_no_memory(setup->verdict);
    result = check_people(setup);
    return configured != NULL || result != INV_OK ? result : ctl_site_make_configuration(setup);
}

/* As hostname -d has it: what is behind the first dot of the name of this host. Freed by the
 * caller.
 */
static char *domain_of_host(void)
{
    const struct addrinfo hints = {.ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char name[256] = "";
    const char *dot;
    char *domain;

    if (gethostname(name, sizeof(name) - 1) != 0)
        return NULL;
    dot = strchr(name, '.');
    if (dot == NULL && getaddrinfo(name, NULL, &hints, &found) == 0 && found->ai_canonname != NULL)
        dot = strchr(found->ai_canonname, '.');
    domain = dot != NULL && dot[1] != '\0' ? strdup(dot + 1) : NULL;
    if (found != NULL)
        freeaddrinfo(found);
    return domain;
}

static inv_result choose_domain(ctl_task *setup, ctl_answers *answers)
{
    const char *written = ctl_journal_text(setup->journal, "domain");
    const inv_config *existing = setup->site.existing;
    char *offered = NULL;
    inv_result result;

    if (answers->domain == NULL && written != NULL)
        answers->domain = strdup(written);
    else if (answers->domain == NULL && existing != NULL && existing->domain_count == 1)
        answers->domain = strdup(existing->domains[0].name);
    if (answers->domain == NULL && isatty(STDIN_FILENO))
        offered = domain_of_host();
    result = ctl_answers_ask_domain(answers, offered, setup->verdict);
    free(offered);
    if (result != INV_OK)
        return result;
    setup->site.domain = strdup(answers->domain);
    if (setup->site.domain == NULL)
        return inv_verdict_no_memory(setup->verdict);
    for (char *at = setup->site.domain; *at != '\0'; at++) {
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
        if (strchr("abcdefghijklmnopqrstuvwxyz0123456789.-", *at) == NULL)
            return inv_verdict_set(setup->verdict, INV_CONFIG,
                                   "%s is no domain; international ones stand as xn--...",
                                   answers->domain);
    }
    return INV_OK;
}

inv_result ctl_site_ask(ctl_task *setup, ctl_answers *answers)
{
    inv_result result = answers->undo ? INV_OK : read_configuration(setup);

    return result == INV_OK && !answers->undo ? choose_domain(setup, answers) : result;
}

inv_result ctl_site_recall(ctl_task *setup)
{
    ctl_site *site = &setup->site;
    const struct {
        char **place;
        const char *key;
    } texts[] = {{&site->domain, "domain"},
                 {&site->suffix, "suffix"},
                 {&site->identity, "identity"},
                 {&site->password_file, "passwordFile"}};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const char *text = ctl_journal_text(setup->journal, texts[i].key);

        if (text == NULL)
            return inv_verdict_set(setup->verdict, INV_CONFIG, "%s has no \"%s\"",
                                   ctl_journal_path(setup->journal), texts[i].key);
        if (!set_text(texts[i].place, strdup(text)))
            return inv_verdict_no_memory(setup->verdict);
    }
    return ctl_server_recall(setup);
}

inv_result ctl_site_find(ctl_task *setup)
{
    inv_result result = ctl_server_find(setup);

    return result == INV_OK ? derive(setup) : result;
}
