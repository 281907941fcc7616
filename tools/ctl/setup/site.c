/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "site.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "invitegate/ascii.h"
#include "invitegate/dn.h"

#define FOLDER           SYSCONFDIR "/invitegate/"
#define SERVICE_PASSWORD FOLDER "directory.password"

/* ---------------------------------------------------------------------------------- the directory
 */

/* As ldapi:/// has it, below root: /run/slapd/ldapi. The caller frees it. */
static char *uri_of(const ctl_answers *answers)
{
    char *path = NULL;
    char *uri = NULL;

    if (answers->uri != NULL)
        return strdup(answers->uri);
    if (answers->root[0] == '\0')
        return strdup("ldapi:///");
    if (asprintf(&path, "%s/run/slapd/ldapi", answers->root) < 0)
        return NULL;
    if (ctl_text_exchange(&path, "%", "%25") && ctl_text_exchange(&path, "/", "%2F") &&
        ctl_text_exchange(&path, "+", "%2B") && asprintf(&uri, "ldapi://%s", path) < 0)
        uri = NULL;
    free(path);
    return uri;
}

static inv_result open_directory(ctl_task *setup)
{
    static char empty[] = "";
    inv_directory_settings *settings = &setup->settings;

    *settings = (inv_directory_settings){.uris = calloc(2, sizeof(char *)),
                                         .bind = INV_BIND_EXTERNAL,
                                         .bind_dn = empty,
                                         .bind_password_file = empty,
                                         .ca_file = empty,
                                         .timeout_ms = 60000};
    if (settings->uris != NULL)
        settings->uris[0] = uri_of(setup->answers);
    if (settings->uris == NULL || settings->uris[0] == NULL ||
        asprintf(&setup->self, "gidNumber=%lu+uidNumber=%lu,cn=peercred,cn=external,cn=auth",
                 (unsigned long)getegid(), (unsigned long)geteuid()) < 0)
        return inv_verdict_no_memory(setup->verdict);
    return inv_directory_new(settings, NULL, NULL, &setup->directory, setup->verdict);
}

static inv_result read_root(ctl_task *setup)
{
    static const char *const attributes[] = {"namingContexts", "defaultNamingContext",
                                             "supportedControl", NULL};
    inv_result result;

    setup->root = inv_operation_search("", INV_SCOPE_BASE, NULL, attributes);
    result = ctl_setup_run(setup, setup->directory, setup->root);
    if (result == INV_OK)
        result = inv_operation_result(setup->root, "reading the root DSE", setup->verdict);
    if (result == INV_OK && setup->root->entry_count != 1)
        result = inv_verdict_set(setup->verdict, INV_CONFIG, "%s shows no root DSE",
                                 setup->settings.uris[0]);
    return result;
}

/* ------------------------------------------------------------------------------------- the suffix
 */

/* "dc=example,dc=org" of "example.org"; the caller frees it. */
static char *suffix_of(const char *domain)
{
    char *suffix = NULL;

    if (asprintf(&suffix, "dc=%s", domain) < 0)
        return NULL;
    (void)ctl_text_exchange(&suffix, ".", ",dc=");
    return suffix;
}

static const char *find_context(const ctl_texts *contexts, const char *dn)
{
    for (size_t i = 0; i < contexts->count; i++) {
        if (inv_dn_equal(contexts->texts[i], dn))
            return contexts->texts[i];
    }
    return NULL;
}

static inv_result ask_for_suffix(ctl_task *setup, const ctl_texts *contexts)
{
    char *all = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&all, &length);
    inv_result result;

    for (size_t i = 0; stream != NULL && i < contexts->count; i++)
        (void)fprintf(stream, "%s%s", i > 0 ? "; " : "", contexts->texts[i]);
    if (stream == NULL || fclose(stream) != 0)
        result = inv_verdict_no_memory(setup->verdict);
    else
        result = inv_verdict_set(setup->verdict, INV_CONFIG,
                                 "which suffix? --suffix DN, one of the naming contexts of %s: %s",
                                 setup->settings.uris[0], length > 0 ? all : "it shows none");
    free(all);
    return result;
}

/* The only one; else that of the domain; else the server's own default. */
static inv_result choose_suffix(ctl_task *setup)
{
    const inv_entry *root = setup->root->entries[0];
    const char *given = setup->answers->suffix != NULL ? setup->answers->suffix
                                                       : ctl_journal_text(setup->journal, "suffix");
    const char *standard = inv_entry_text(root, "defaultNamingContext");
    char *by_domain = suffix_of(setup->site.domain);
    ctl_texts contexts = {.texts = NULL};
    const char *chosen = NULL;
    inv_result result = INV_OK;

    if (by_domain == NULL || !ctl_setup_values(root, "namingContexts", &contexts)) {
        result = inv_verdict_no_memory(setup->verdict);
        goto cleanup;
    }
    if (given != NULL)
        chosen = find_context(&contexts, given);
    else if (contexts.count == 1)
        chosen = contexts.texts[0];
    else
        chosen = find_context(&contexts, by_domain);
    if (chosen == NULL && given == NULL && standard != NULL)
        chosen = find_context(&contexts, standard);
    if (chosen == NULL)
        result = ask_for_suffix(setup, &contexts);
    else if ((setup->site.suffix = strdup(chosen)) == NULL)
        result = inv_verdict_no_memory(setup->verdict);
cleanup:
    ctl_texts_clear(&contexts);
    free(by_domain);
    return result;
}

/* slapd matches olcSuffix as a DN. */
static inv_result find_database(ctl_task *setup)
{
    char *escaped = inv_filter_escape(setup->site.suffix);
    char *filter = NULL;
    inv_result result;

    if (escaped == NULL ||
        asprintf(&filter, "(&(objectClass=olcDatabaseConfig)(olcSuffix=%s))", escaped) < 0) {
        free(escaped);
        return inv_verdict_no_memory(setup->verdict);
    }
    free(escaped);
    result = ctl_setup_search(setup, "cn=config", INV_SCOPE_ONE, filter, &setup->database);
    free(filter);
    if (result != INV_OK)
        return result;
    if (setup->database->entry_count != 1)
        return inv_verdict_set(
            setup->verdict, INV_CONFIG,
            "%s does not show this user (%s) the configuration of a database with the suffix %s "
            "below cn=config: run setup as root on the machine of the directory; a slapd that is "
            "kept in slapd.conf is set up by hand, with the files of docs/openldap.md",
            setup->settings.uris[0], setup->self, setup->site.suffix);
    setup->site.database = strdup(inv_entry_dn(ctl_setup_database(setup)));
    return setup->site.database != NULL ? INV_OK : inv_verdict_no_memory(setup->verdict);
}

/* --------------------------------------------------------------------------------- configuration
 */

bool ctl_site_serves_verifiers(const ctl_task *setup)
{
    return setup->machine.prosody && setup->site.person_count == 0;
}

char *ctl_site_configuration(const ctl_task *setup)
{
    const ctl_site *site = &setup->site;
    char *text = NULL;
    char *header = NULL;
    struct key {
        const char *name;
        const char *value;
        char *made;
    } keys[] = {
        {"uri", setup->answers->uri != NULL ? setup->answers->uri : "ldapi:///", NULL},
        {"bind", "simple", NULL},
        {"bind_dn", site->identity, NULL},
        {"bind_password_file", SERVICE_PASSWORD, NULL},
        {"key_file", FOLDER "token.keys", NULL},
        {"invites", NULL, inv_dn_child("ou", "invites", site->suffix)},
        {"people", site->people, NULL},
        {"rosters", NULL, inv_dn_child("ou", "rosters", site->suffix)},
        {"name_search_base", site->suffix, NULL},
        {"socket_group", setup->machine.socket_group, NULL},
        {"verifiers", ctl_site_serves_verifiers(setup) ? "yes" : "no", NULL},
    };
    const size_t count = sizeof(keys) / sizeof(keys[0]);
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    bool fine = stream != NULL && asprintf(&header, "[domain %s]", site->domain) >= 0;

    for (size_t i = 0; ctl_examples[i].name != NULL && fine; i++) {
        const char *const *line = ctl_examples[i].lines;

        if (strcmp(ctl_examples[i].name, "invitegate.conf") != 0)
            continue;
        for (; *line != NULL; line++) {
            size_t name = strcspn(*line, " =");
            size_t k = 0;

            while (k < count &&
                   (strlen(keys[k].name) != name || strncmp(keys[k].name, *line, name) != 0))
                k++;
            if (k < count)
                (void)fprintf(stream, "%s = %s\n", keys[k].name,
                              keys[k].made != NULL ? keys[k].made : keys[k].value);
            else
                (void)fprintf(stream, "%s\n",
                              strcmp(*line, "[domain example.org]") == 0 ? header : *line);
        }
    }
    for (size_t i = 0; i < count; i++) {
        fine = fine && (keys[i].made != NULL || keys[i].value != NULL);
        free(keys[i].made);
    }
    if (stream != NULL && fclose(stream) != 0)
        fine = false;
    free(header);
    if (fine)
        return text;
    free(text);
    return NULL;
}

/* The configuration that setup would write, read as any other: by a file that has no name. */
inv_result ctl_site_make_configuration(ctl_task *setup)
{
    char *text = ctl_site_configuration(setup);
    char path[64];
    inv_result result;
    int descriptor;

    inv_config_free(&setup->site.made);
    if (text == NULL)
        return inv_verdict_no_memory(setup->verdict);
    descriptor = memfd_create("invitegate.conf", MFD_CLOEXEC);
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
    if (descriptor < 0 || fchmod(descriptor, 0600) != 0 ||
        write(descriptor, text, strlen(text)) != (ssize_t)strlen(text))
        result =
            inv_verdict_set(setup->verdict, INV_CONFIG, "no file in memory: %s", strerror(errno));
    else
        result = inv_config_read(path, &setup->site.made, setup->verdict);
    if (descriptor >= 0)
        (void)close(descriptor);
    free(text);
    return result;
}

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
               !set_text(&site->password_file, strdup(SERVICE_PASSWORD))) {
        return false;
    }
    if (existing != NULL) {
        char *own = inv_dn_child("cn", "invitegate", site->services);

        site->own_identity = own != NULL && inv_dn_equal(own, site->identity);
        free(own);
    }
    return true;
}

static inv_result derive(ctl_task *setup)
{
    ctl_site *site = &setup->site;
    const inv_domain *configured =
        site->existing != NULL ? inv_config_domain(site->existing, site->domain) : NULL;
    char *people = configured != NULL               ? strdup(configured->people)
                   : setup->answers->people != NULL ? strdup(setup->answers->people)
                                                    : inv_dn_child("ou", "people", site->suffix);

    if (!set_text(&site->people, people) ||
        !set_text(&site->groups, inv_dn_child("ou", "groups", site->suffix)) ||
        !set_text(&site->services, inv_dn_child("ou", "services", site->suffix)) ||
        !set_text(&site->policies, inv_dn_child("ou", "policies", site->suffix)) ||
        !choose_identity(setup))
        return inv_verdict_no_memory(setup->verdict);
    if (!inv_dn_within(site->people, site->suffix))
        return inv_verdict_set(setup->verdict, INV_CONFIG, "%s is not below the suffix %s",
                               site->people, site->suffix);
    return configured != NULL ? INV_OK : ctl_site_make_configuration(setup);
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
    inv_result result;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const char *text = ctl_journal_text(setup->journal, texts[i].key);

        if (text == NULL)
            return inv_verdict_set(setup->verdict, INV_CONFIG, "%s has no \"%s\"",
                                   ctl_journal_path(setup->journal), texts[i].key);
        if (!set_text(texts[i].place, strdup(text)))
            return inv_verdict_no_memory(setup->verdict);
    }
    result = open_directory(setup);
    if (result == INV_OK)
        result = read_root(setup);
    return result == INV_OK ? find_database(setup) : result;
}

inv_result ctl_site_find(ctl_task *setup)
{
    inv_result result = open_directory(setup);

    if (result == INV_OK)
        result = read_root(setup);
    if (result == INV_OK)
        result = choose_suffix(setup);
    if (result == INV_OK)
        result = find_database(setup);
    return result == INV_OK ? derive(setup) : result;
}
