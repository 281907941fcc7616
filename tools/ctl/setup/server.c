/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/dn.h"

/* Which directory, which of its suffixes, and where that is configured. */

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

inv_result ctl_server_find(ctl_task *setup)
{
    inv_result result = open_directory(setup);

    if (result == INV_OK)
        result = read_root(setup);
    if (result == INV_OK)
        result = choose_suffix(setup);
    return result == INV_OK ? find_database(setup) : result;
}

inv_result ctl_server_recall(ctl_task *setup)
{
    inv_result result = open_directory(setup);

    if (result == INV_OK)
        result = read_root(setup);
    return result == INV_OK ? find_database(setup) : result;
}
