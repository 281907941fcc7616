/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "ways.h"

/* A login as mod_auth_ldap does it: a search as one identity, then a bind as what was found. */

typedef struct ldap_login {
    const ctl_guest *guest;
    const char *bind_dn;
    const char *base;
    const char *filter; /* with $user and $host */
    inv_scope scope;
    inv_secret *password; /* of bind_dn */
    char *uri;
    inv_directory_settings settings;
    char *why;
} ldap_login;

static const char *text_of(const ctl_prosody *prosody, const ctl_lua_host *virtual_host,
                           const char *name, const char *otherwise)
{
    const char *text =
        ctl_lua_text(ctl_lua_find(&prosody->config, virtual_host->name, name), otherwise);

    return text != NULL ? text : otherwise;
}

static inv_scope scope_of(const char *text)
{
    if (strcmp(text, "base") == 0)
        return INV_SCOPE_BASE;
    return strncmp(text, "one", 3) == 0 ? INV_SCOPE_ONE : INV_SCOPE_SUBTREE;
}

/* As gsub of mod_auth_ldap: each $user and $host. NULL: out of memory. */
static char *fill_filter(const ldap_login *work)
{
    char *filled = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&filled, &length);

    if (stream == NULL)
        return NULL;
    for (const char *at = work->filter; *at != '\0';) {
        if (strncmp(at, "$user", 5) == 0 || strncmp(at, "$host", 5) == 0) {
            (void)fputs(at[1] == 'u' ? work->guest->user : work->guest->domain->name, stream);
            at += 5;
        } else {
            (void)fputc(*at++, stream);
        }
    }
    if (fclose(stream) == 0)
        return filled;
    free(filled);
    return NULL;
}

static ctl_login tell(const ldap_login *work, ctl_login how, const char *what, const char *detail)
{
    ctl_host_write(work->why, CTL_WHY_SIZE, "%s%s%s", what, detail[0] != '\0' ? ": " : "", detail);
    return how;
}

/* Whether dn binds with the password, at Prosody's server. */
static ctl_login bind_as(const ldap_login *work, const char *dn, const inv_secret *password,
                         const char *what)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    const inv_deadline deadline = inv_deadline_in(work->settings.timeout_ms);
    inv_directory *directory = NULL;
    inv_result result = inv_directory_new_anonymous(&work->settings, &directory, &verdict);

    if (result == INV_OK)
        result = inv_directory_verify(directory, dn, password, &deadline, &verdict);
    inv_directory_free(&directory);
    if (result == INV_OK)
        return CTL_LOGIN_YES;
    if (result == INV_WRONG_PASSWORD)
        return tell(work, CTL_LOGIN_NO, what, "");
    return tell(work, CTL_LOGIN_UNSEEN, "the bind could not be tried", verdict.why);
}

/* The entry that the filter finds; its DN is the caller's to free. */
static ctl_login find_entry(const ldap_login *work, char **ret_dn)
{
    static const char *const nothing[] = {NULL};
    inv_verdict verdict = INV_VERDICT_INIT;
    const inv_deadline deadline = inv_deadline_in(work->settings.timeout_ms);
    char *filter = fill_filter(work);
    inv_operation *search = inv_operation_search(work->base, work->scope, filter, nothing);
    inv_directory *directory = NULL;
    ctl_login how = CTL_LOGIN_NO;
    inv_result result = work->password != NULL
                            ? inv_directory_new(&work->settings, work->bind_dn, work->password,
                                                &directory, &verdict)
                            : inv_directory_new_anonymous(&work->settings, &directory, &verdict);

    *ret_dn = NULL;
    if (result == INV_OK)
        result = inv_directory_run(directory, &search, 1, &deadline, &verdict);
    if (result != INV_OK)
        how = tell(work, CTL_LOGIN_UNSEEN, "the search could not be tried", verdict.why);
    else if (search->entry_count > 0 && (*ret_dn = strdup(inv_entry_dn(search->entries[0]))))
        how = CTL_LOGIN_YES;
    else
        (void)tell(work, CTL_LOGIN_NO, "ldap_filter finds no such entry below ldap_base, as",
                   work->password != NULL ? work->bind_dn : "an anonymous reader");
    inv_operation_free(&search);
    inv_directory_free(&directory);
    free(filter);
    return how;
}

static ctl_login log_in(const ldap_login *work)
{
    char *dn = NULL;
    ctl_login how = CTL_LOGIN_YES;

    if (work->password != NULL)
        how = bind_as(work, work->bind_dn, work->password,
                      "the directory does not take ldap_password for ldap_rootdn");
    if (how == CTL_LOGIN_YES)
        how = find_entry(work, &dn);
    if (how == CTL_LOGIN_YES)
        how =
            bind_as(work, dn, work->guest->password, "the directory refuses the person's own bind");
    free(dn);
    return how;
}

ctl_login ctl_login_by_ldap(const ctl_guest *guest, const ctl_prosody *prosody,
                            const ctl_lua_host *virtual_host, char why[CTL_WHY_SIZE])
{
    const char *server = text_of(prosody, virtual_host, "ldap_server", "localhost");
    const char *password = text_of(prosody, virtual_host, "ldap_password", "");
    ldap_login work = {
        .guest = guest,
        .bind_dn = text_of(prosody, virtual_host, "ldap_rootdn", ""),
        .base = text_of(prosody, virtual_host, "ldap_base", ""),
        .filter = text_of(prosody, virtual_host, "ldap_filter", "(uid=$user)"),
        .scope = scope_of(text_of(prosody, virtual_host, "ldap_scope", "subtree")),
        .settings = guest->config.directory,
        .why = why,
    };
    char *uris[2] = {NULL, NULL};
    ctl_login how = CTL_LOGIN_UNSEEN;

    if (asprintf(&work.uri, "%s%s", strstr(server, "://") != NULL ? "" : "ldap://", server) < 0)
        work.uri = NULL;
    if (work.bind_dn[0] != '\0')
        work.password = inv_secret_new(password, strlen(password));
    uris[0] = work.uri;
    work.settings.uris = uris;
    work.settings.starttls =
        strcmp(text_of(prosody, virtual_host, "ldap_tls", "false"), "true") == 0;
    if (work.uri == NULL || (work.bind_dn[0] != '\0' && work.password == NULL))
        (void)tell(&work, how, "out of memory", "");
    else
        how = log_in(&work);
    inv_secret_free(&work.password);
    free(work.uri);
    return how;
}
