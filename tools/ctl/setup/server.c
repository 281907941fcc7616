/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "server.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/ascii.h"
#include "invitegate/dn.h"
#include "io/ask.h"
#include "setup/ds389.h"
#include "setup/handover.h"
#include "setup/machine.h"

/* Which directory, which of its suffixes, and where that is configured. */

/* ---------------------------------------------------------------------------------- the directory
 */

/* The socket of slapd; where there is none, and one of a 389 Directory Server, that. The caller
 * frees it. */
static char *find_socket(const char *root)
{
    char *path = NULL;
    char *pattern = NULL;
    glob_t found = {.gl_pathc = 0};

    if (asprintf(&path, "%s/run/slapd/ldapi", root) < 0)
        return NULL;
    if (access(path, F_OK) == 0)
        return path;
    if (asprintf(&pattern, "%s/run/slapd-*.socket", root) >= 0 &&
        glob(pattern, GLOB_NOSORT, NULL, &found) == 0 && found.gl_pathc == 1) {
        free(path);
        path = strdup(found.gl_pathv[0]);
    }
    globfree(&found);
    free(pattern);
    return path;
}

/* The caller frees it. */
static char *local_uri(const ctl_answers *answers)
{
    char *path = find_socket(answers->root);
    char *uri = NULL;

    if (path != NULL && strcmp(path, "/run/slapd/ldapi") == 0)
        uri = strdup("ldapi:///");
    else if (path != NULL && ctl_text_exchange(&path, "%", "%25") &&
             ctl_text_exchange(&path, "/", "%2F") && ctl_text_exchange(&path, "+", "%2B") &&
             asprintf(&uri, "ldapi://%s", path) < 0)
        uri = NULL;
    free(path);
    return uri;
}

static bool is_socket(const char *uri)
{
    return inv_ascii_equal_in(uri, "ldapi:", 6);
}

/* As the answers have it, else an earlier run, else a configuration of a server elsewhere. */
static bool choose_server(ctl_task *setup)
{
    const inv_config *existing = setup->site.existing;
    const inv_directory_settings *there = existing != NULL ? &existing->directory : NULL;
    const ctl_answers *answers = setup->answers;
    const char *uri = answers->uri;
    const char *ca_file = answers->ca_file;

    if (uri == NULL)
        uri = ctl_journal_text(setup->journal, "uri");
    if (uri == NULL && there != NULL && !is_socket(there->uris[0]))
        uri = there->uris[0];
    if (ca_file == NULL)
        ca_file = ctl_journal_text(setup->journal, "caFile");
    if (ca_file == NULL && there != NULL)
        ca_file = there->ca_file;
    setup->settings.uris[0] = uri != NULL ? strdup(uri) : local_uri(answers);
    setup->settings.ca_file =
        ca_file != NULL && ca_file[0] != '\0' ? ctl_machine_path(setup, ca_file) : strdup("");
    if (setup->settings.uris[0] == NULL || setup->settings.ca_file == NULL)
        return false;
    setup->is_local = is_socket(setup->settings.uris[0]);
    /* no password goes without TLS, and what tells who is there should not */
    setup->settings.starttls = inv_ascii_equal_in(setup->settings.uris[0], "ldap:", 5);
    return (answers->uri == NULL || ctl_journal_set_text(setup->journal, "uri", answers->uri)) &&
           (answers->ca_file == NULL ||
            ctl_journal_set_text(setup->journal, "caFile", answers->ca_file));
}

/* As bind_dn, as this user by a socket of this machine, else as nobody. */
static inv_result bind_directory(ctl_task *setup)
{
    const ctl_answers *answers = setup->answers;
    inv_result result;
    int length = 0;

    if (answers->bind_dn != NULL)
        length = asprintf(&setup->self, "%s", answers->bind_dn);
    else if (setup->is_local)
        length =
            asprintf(&setup->self, "gidNumber=%lu+uidNumber=%lu,cn=peercred,cn=external,cn=auth",
                     (unsigned long)getegid(), (unsigned long)geteuid());
    else
        length = asprintf(&setup->self, "an anonymous user");
    if (length < 0) {
        setup->self = NULL;
        return inv_verdict_no_memory(setup->verdict);
    }
    if (answers->bind_dn == NULL && !setup->is_local)
        return inv_directory_new_anonymous(&setup->settings, &setup->directory, setup->verdict);
    if (answers->bind_dn == NULL)
        return inv_directory_new(&setup->settings, NULL, NULL, &setup->directory, setup->verdict);
    result =
        ctl_read_secret_file(answers->bind_password_file, &setup->bind_password, setup->verdict);
    /* without a password a bind is anonymous, whatever DN it has (RFC 4513 5.1.2) */
    if (result == INV_OK && inv_secret_length(setup->bind_password) == 0)
        result = inv_verdict_set(setup->verdict, INV_CONFIG,
                                 "%s is empty: it has to hold the password of %s",
                                 answers->bind_password_file, answers->bind_dn);
    if (result == INV_OK)
        result = inv_directory_new(&setup->settings, answers->bind_dn, setup->bind_password,
                                   &setup->directory, setup->verdict);
    return result;
}

static inv_result open_directory(ctl_task *setup)
{
    static char empty[] = "";

    setup->settings = (inv_directory_settings){.uris = calloc(2, sizeof(char *)),
                                               .bind = INV_BIND_EXTERNAL,
                                               .bind_dn = empty,
                                               .bind_password_file = empty,
                                               .timeout_ms = 60000};
    if (setup->settings.uris == NULL || !choose_server(setup))
        return inv_verdict_no_memory(setup->verdict);
    return bind_directory(setup);
}

static inv_result read_root(ctl_task *setup)
{
    static const char *const attributes[] = {"namingContexts", "defaultNamingContext",
                                             "supportedControl", "vendorName", NULL};
    inv_result result;

    setup->root = inv_operation_search("", INV_SCOPE_BASE, NULL, attributes);
    result = ctl_setup_run(setup, setup->directory, setup->root);
    if (result == INV_OK)
        result = inv_operation_result(setup->root, "reading the root DSE", setup->verdict);
    if (result == INV_OK && setup->root->entry_count != 1)
        result = inv_verdict_set(setup->verdict, INV_CONFIG, "%s shows no root DSE",
                                 setup->settings.uris[0]);
    if (result == INV_OK)
        setup->is_389 = inv_entry_has(setup->root->entries[0], "vendorName", "389 Project");
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

/* The naming context that holds the people of a configured domain: the deepest one. */
static const char *context_of(const ctl_texts *contexts, const inv_domain *domain)
{
    const char *found = NULL;

    for (size_t i = 0; domain != NULL && i < contexts->count; i++) {
        if (inv_dn_within(domain->people, contexts->texts[i]) &&
            (found == NULL || inv_dn_within(contexts->texts[i], found)))
            found = contexts->texts[i];
    }
    return found;
}

/*
 * That of the domain, where it is configured; the only one; that of an earlier run, but for a
 * domain that comes later; the one that has the domain's name; else the server's own default.
 */
static const char *find_suffix(const ctl_task *setup, const ctl_texts *contexts,
                               const char *by_domain)
{
    const inv_config *existing = setup->site.existing;
    const char *earlier = ctl_journal_text(setup->journal, "suffix");
    const char *standard = inv_entry_text(setup->root->entries[0], "defaultNamingContext");
    const char *chosen = NULL;

    if (setup->answers->suffix != NULL)
        return find_context(contexts, setup->answers->suffix);
    if (existing != NULL)
        chosen = context_of(contexts, inv_config_domain(existing, setup->site.domain));
    if (chosen == NULL && contexts->count == 1)
        chosen = contexts->texts[0];
    if (chosen == NULL && existing == NULL && earlier != NULL)
        chosen = find_context(contexts, earlier);
    if (chosen == NULL)
        chosen = find_context(contexts, by_domain);
    if (chosen == NULL && earlier != NULL)
        chosen = find_context(contexts, earlier);
    if (chosen == NULL && standard != NULL)
        chosen = find_context(contexts, standard);
    return chosen;
}

static inv_result choose_suffix(ctl_task *setup)
{
    char *by_domain = suffix_of(setup->site.domain);
    ctl_texts contexts = {.texts = NULL};
    const char *chosen;
    inv_result result = INV_OK;

    if (by_domain == NULL ||
        !ctl_setup_values(setup->root->entries[0], "namingContexts", &contexts)) {
        result = inv_verdict_no_memory(setup->verdict);
        goto cleanup;
    }
    chosen = find_suffix(setup, &contexts, by_domain);
    if (chosen == NULL)
        result = ask_for_suffix(setup, &contexts);
    else if ((setup->site.suffix = strdup(chosen)) == NULL)
        result = inv_verdict_no_memory(setup->verdict);
cleanup:
    ctl_texts_clear(&contexts);
    free(by_domain);
    return result;
}

static bool has_suffix(const inv_entry *database, const char *suffix)
{
    static const char *const attributes[] = {"olcSuffix", "nsslapd-suffix"};
    bool found = false;

    for (size_t kind = 0; kind < 2; kind++) {
        for (size_t i = 0; i < inv_entry_count(database, attributes[kind]) && !found; i++)
            found = inv_dn_equal(inv_entry_value(database, attributes[kind], i, NULL), suffix);
    }
    return found;
}

/* "(olcSuffix=SUFFIX)" of all of them, as slapd matches DNs. The caller frees it; NULL: no memory.
 */
static char *filter_of(const ctl_texts *suffixes)
{
    char *filter = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&filter, &length);
    bool fine = stream != NULL;

    if (fine)
        (void)fputs("(&(objectClass=olcDatabaseConfig)(|", stream);
    for (size_t i = 0; fine && i < suffixes->count; i++) {
        char *escaped = inv_filter_escape(suffixes->texts[i]);

        fine = escaped != NULL && fprintf(stream, "(olcSuffix=%s)", escaped) > 0;
        free(escaped);
    }
    if (fine)
        (void)fputs("))", stream);
    if (stream != NULL && fclose(stream) != 0)
        fine = false;
    if (fine)
        return filter;
    free(filter);
    return NULL;
}

static inv_result find_databases(ctl_task *setup, const ctl_texts *suffixes)
{
    char *filter = filter_of(suffixes);
    inv_result result;

    if (filter == NULL)
        return inv_verdict_no_memory(setup->verdict);
    if (setup->is_389)
        result = ctl_setup_search(setup, CTL_DS389_BACKENDS, INV_SCOPE_ONE,
                                  "(objectClass=nsBackendInstance)", &setup->databases);
    else
        result = ctl_setup_search(setup, "cn=config", INV_SCOPE_ONE, filter, &setup->databases);
    free(filter);
    for (size_t i = 0; result == INV_OK && i < setup->databases->entry_count; i++) {
        const inv_entry *entry = setup->databases->entries[i];

        if (has_suffix(entry, setup->site.suffix))
            setup->database = entry;
    }
    if (result == INV_OK && setup->database == NULL && setup->is_389)
        return inv_verdict_set(setup->verdict, INV_CONFIG,
                               "this 389 Directory Server does not show %s the database of %s: run "
                               "setup as root on its machine, or with --bind-dn of its Directory "
                               "Manager",
                               setup->self, setup->site.suffix);
    if (result == INV_OK && setup->database == NULL)
        result = ctl_handover_begin(setup);
    if (result != INV_OK)
        return result;
    setup->site.database = strdup(inv_entry_dn(setup->database));
    return setup->site.database != NULL ? INV_OK : inv_verdict_no_memory(setup->verdict);
}

inv_result ctl_server_find(ctl_task *setup)
{
    ctl_texts suffixes = {.texts = NULL};
    inv_result result = open_directory(setup);

    if (result == INV_OK)
        result = read_root(setup);
    if (result == INV_OK)
        result = choose_suffix(setup);
    if (result == INV_OK && !ctl_texts_add(&suffixes, setup->site.suffix))
        result = inv_verdict_no_memory(setup->verdict);
    if (result == INV_OK)
        result = find_databases(setup, &suffixes);
    ctl_texts_clear(&suffixes);
    return result;
}

inv_result ctl_server_recall(ctl_task *setup)
{
    ctl_texts suffixes = {.texts = NULL};
    inv_result result = open_directory(setup);

    if (result == INV_OK)
        result = read_root(setup);
    if (result == INV_OK && (!ctl_texts_add(&suffixes, setup->site.suffix) ||
                             !ctl_journal_suffixes(setup->journal, &suffixes)))
        result = inv_verdict_no_memory(setup->verdict);
    if (result == INV_OK)
        result = find_databases(setup, &suffixes);
    ctl_texts_clear(&suffixes);
    return result;
}

char *ctl_server_uri(const ctl_task *setup)
{
    const char *told = ctl_journal_text(setup->journal, "uri");
    char *root = strdup(setup->answers->root);
    char *uri = NULL;
    char *front = NULL;

    if (told != NULL)
        uri = strdup(told);
    else if (!setup->is_389 && setup->is_local)
        uri = strdup("ldapi:///");
    else if (root != NULL && ctl_text_exchange(&root, "%", "%25") &&
             ctl_text_exchange(&root, "/", "%2F") && ctl_text_exchange(&root, "+", "%2B") &&
             asprintf(&front, "ldapi://%s", root) >= 0)
        uri = ctl_text_replace(setup->settings.uris[0], front, "ldapi://");
    free(front);
    free(root);
    return uri;
}
