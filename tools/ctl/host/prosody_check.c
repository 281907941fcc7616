/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "certificate.h"

/* What keeps people from registering and logging in at Prosody. */

#define CHECK "prosody"

typedef struct visit {
    ctl_host *host;
    const ctl_prosody *prosody;
    const ctl_lua_host *virtual_host;
    bool fine;
} visit;

static const ctl_lua_setting *find(const visit *work, const char *name)
{
    return ctl_lua_find(&work->prosody->config, work->virtual_host->name, name);
}

/* Where a setting is, or the host as a whole. */
static const ctl_place *place_of(const visit *work, const ctl_lua_setting *setting)
{
    return setting != NULL ? &setting->place : &work->virtual_host->place;
}

/*
 * Adds what is wrong because something is missing: a finding, unless it may be in what was not
 * read. The setting is where it could have been.
 */
static void tell_missing(visit *work, const ctl_lua_setting *setting, const char *remedy,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));

static void tell_missing(visit *work, const ctl_lua_setting *setting, const char *remedy,
                         const char *format, ...)
{
    char what[600];
    va_list arguments;

    va_start(arguments, format);
    if (vsnprintf(what, sizeof(what), format, arguments) < 0)
        what[0] = '\0';
    va_end(arguments);
    work->fine = false;
    if (work->prosody->config.incomplete)
        ctl_host_unseen(work->host, CHECK, place_of(work, setting), NULL,
                        "as far as the configuration was understood, %s", what);
    else
        ctl_host_finding(work->host, CHECK, place_of(work, setting), remedy, "%s", what);
}

static bool is_true(const ctl_lua_setting *setting)
{
    const char *text = ctl_lua_text(setting, "false");

    return text != NULL && strcmp(text, "true") == 0;
}

static bool is_false(const ctl_lua_setting *setting)
{
    const char *text = ctl_lua_text(setting, "true");

    return text != NULL && strcmp(text, "false") == 0;
}

/* ---------------------------------------------------------------------------------- modules */

/* Whether there is something at a pattern, below the root. */
static bool is_there(ctl_host *host, const char *pattern)
{
    char *path = ctl_host_path(host, pattern);
    glob_t hits;
    bool found;

    if (path == NULL)
        return false;
    found = glob(path, GLOB_NOSORT, NULL, &hits) == 0 && hits.gl_pathc > 0;
    globfree(&hits);
    free(path);
    return found;
}

/* Where Prosody looks for a module in a folder (util/pluginloader.lua). */
static bool is_in_folder(ctl_host *host, const char *folder, const char *module)
{
    char file[1024];
    char deep[1024];

    ctl_host_write(file, sizeof(file), "%s/mod_%s.lua", folder, module);
    ctl_host_write(deep, sizeof(deep), "%s/mod_%s/mod_%s.lua", folder, module, module);
    return is_there(host, file) || is_there(host, deep);
}

static bool is_module_there(const visit *work, const char *module)
{
    static const char *const folders[] = {"/usr/lib/prosody/modules",
                                          "/var/lib/prosody/custom_plugins",
                                          "/usr/local/lib/prosody/modules", NULL};
    const ctl_lua_setting *paths = ctl_lua_own(&work->prosody->config, "*", "plugin_paths");

    for (size_t i = 0; paths != NULL && i < paths->value.count; i++) {
        const ctl_lua_value *path = &paths->value.items[i].value;

        if (path->kind == CTL_LUA_STRING && is_in_folder(work->host, path->text, module))
            return true;
    }
    for (size_t i = 0; folders[i] != NULL; i++) {
        /* the last one only where it is named */
        if ((folders[i + 1] != NULL || ctl_lua_lists(paths, folders[i])) &&
            is_in_folder(work->host, folders[i], module))
            return true;
    }
    return false;
}

static void check_module(visit *work)
{
    const ctl_lua_setting *paths = ctl_lua_own(&work->prosody->config, "*", "plugin_paths");
    const ctl_lua_setting *own =
        ctl_lua_own(&work->prosody->config, work->virtual_host->name, "plugin_paths");

    if (!ctl_prosody_loads(work->prosody, work->virtual_host->name, "invitegate")) {
        tell_missing(
            work, ctl_lua_own(&work->prosody->config, work->virtual_host->name, "modules_enabled"),
            "modules_enabled = { \"invitegate\" } for the host",
            "%s does not load mod_invitegate: no client can register there",
            work->virtual_host->name);
        return;
    }
    if (is_module_there(work, "invitegate"))
        return;
    if (own != NULL)
        tell_missing(work, own,
                     "write it in front of every VirtualHost, also of those in other files",
                     "plugin_paths counts for all hosts only: mod_invitegate is not found");
    else
        tell_missing(work, paths,
                     "plugin_paths = { \"/usr/local/share/invitegate/prosody\" }, or where it is "
                     "installed; the last plugin_paths of all files counts",
                     "none of plugin_paths has mod_invitegate.lua");
}

static void check_rivals(visit *work)
{
    static const char *const rivals[] = {"invites_adhoc", "invites_register",
                                         "invites_register_web", NULL};

    for (size_t i = 0; rivals[i] != NULL; i++) {
        if (!ctl_prosody_loads(work->prosody, work->virtual_host->name, rivals[i]))
            continue;
        tell_missing(work, NULL,
                     "modules_disabled = { \"invites\"; \"invites_adhoc\"; \"invites_register\" } "
                     "for the host",
                     "%s loads mod_%s, which does not go together with mod_invitegate: people are "
                     "refused by one of them",
                     work->virtual_host->name, rivals[i]);
    }
}

/* -------------------------------------------------------------------------------- providers */

/* A file with a password in it that others may read. */
static void check_secret_file(visit *work, const ctl_lua_setting *password)
{
    struct stat status;

    if (password == NULL || stat(password->place.file, &status) != 0 ||
        (status.st_mode & S_IROTH) == 0)
        return;
    work->fine = false;
    ctl_host_finding(work->host, CHECK, &password->place,
                     "chown root:prosody and chmod 0640 the file",
                     "a password in a file that everybody may read (mode %04o)",
                     (unsigned)(status.st_mode & 07777));
}

static void check_library(visit *work, const ctl_lua_setting *provider, const char *name,
                          const char *package)
{
    static const char *const folders[] = {"/usr/lib", "/usr/lib/*", "/usr/local/lib", NULL};

    for (size_t i = 0; folders[i] != NULL; i++) {
        char pattern[256];

        ctl_host_write(pattern, sizeof(pattern), "%s/lua/5.[1-4]/%s.so", folders[i], name);
        if (is_there(work->host, pattern))
            return;
    }
    work->fine = false;
    ctl_host_finding(work->host, CHECK, place_of(work, provider), package,
                     "%s.so for Lua is not installed: nobody can log in", name);
}

static void check_ldap(visit *work, const ctl_lua_setting *provider)
{
    const ctl_lua_setting *password = find(work, "ldap_password");
    const ctl_lua_setting *filter = find(work, "ldap_filter");
    const char *text = ctl_lua_text(password, "");
    const char *pattern = ctl_lua_text(filter, "");

    check_library(work, provider, "lualdap", "apt-get install lua-ldap");
    check_secret_file(work, password);
    if (text != NULL && strcmp(text, "secret") == 0) {
        work->fine = false;
        ctl_host_finding(work->host, CHECK, &password->place,
                         "the password of ldap_rootdn: docs/prosody.md, \"Logins by LDAP\"",
                         "the password is still that of the example");
    }
    if (find(work, "ldap_base") == NULL)
        tell_missing(work, provider, "ldap_base = \"ou=people,...\"",
                     "there is no ldap_base: Prosody does not load the provider");
    if (pattern != NULL && pattern[0] != '\0' && strstr(pattern, "$user") == NULL) {
        work->fine = false;
        ctl_host_finding(work->host, CHECK, &filter->place,
                         "(&(objectClass=xmppAccount)(uid=$user))",
                         "ldap_filter has no $user: it finds the same entry for everybody");
    } else if (pattern != NULL && strstr(pattern, "objectClass=xmppAccount") != NULL) {
        ctl_host_note(work->host, CHECK, &filter->place,
                      "invitectl adopt makes accounts of them, or "
                      "(|(uid=$user)(xmppJid=$user@$host)) lets them in",
                      "people who were in the directory before cannot log in: they have no "
                      "xmppAccount");
    }
}

static void check_cyrus(visit *work, const ctl_lua_setting *provider)
{
    const ctl_lua_setting *provisioning = find(work, "cyrus_require_provisioning");

    check_library(work, provider, "cyrussasl", "apt-get install lua-cyrussasl");
    if (!is_module_there(work, "auth_cyrus")) {
        work->fine = false;
        ctl_host_finding(work->host, CHECK, place_of(work, provider),
                         "apt-get install prosody-modules",
                         "mod_auth_cyrus is not installed: nobody can log in");
    }
    if (!is_true(provisioning))
        return;
    work->fine = false;
    ctl_host_finding(work->host, CHECK, &provisioning->place, "take it out",
                     "with cyrus_require_provisioning Prosody stops answering everybody, at the "
                     "first registration");
}

static void check_internal(visit *work, const char *name)
{
    const ctl_lua_setting *own =
        ctl_lua_own(&work->prosody->config, work->virtual_host->name, "authentication");

    if (own == NULL) {
        tell_missing(work, find(work, "authentication"),
                     "authentication = \"invitegate\" in the VirtualHost, as in "
                     "config-examples/prosody/invitegate.cfg.lua",
                     "%s has no provider of its own and logs people in by %s: who is in the "
                     "directory only cannot log in",
                     work->virtual_host->name, name);
    } else {
        ctl_host_note(work->host, CHECK, &own->place, NULL,
                      "%s logs people in by its own store (%s): who registered elsewhere cannot "
                      "log in here",
                      work->virtual_host->name, name);
    }
}

static void check_other_provider(visit *work, const ctl_lua_setting *setting, const char *name)
{
    char module[128];

    ctl_host_write(module, sizeof(module), "auth_%s", name);
    if (!is_module_there(work, module)) {
        work->fine = false;
        ctl_host_finding(work->host, CHECK, place_of(work, setting),
                         "authentication = \"invitegate\", or install the module",
                         "none of plugin_paths has mod_%s.lua: nobody can log in", module);
    } else if (strcmp(name, "invitegate") != 0) {
        work->fine = false;
        ctl_host_unseen(work->host, CHECK, place_of(work, setting), NULL,
                        "whom the provider \"%s\" of %s lets in is not known here", name,
                        work->virtual_host->name);
    }
}

static void check_provider(visit *work)
{
    const ctl_lua_setting *setting = find(work, "authentication");
    const char *name = ctl_prosody_provider(work->prosody, work->virtual_host->name);

    if (name == NULL) {
        work->fine = false;
        ctl_host_unseen(work->host, CHECK, &setting->place, NULL,
                        "which provider %s has is not written plainly", work->virtual_host->name);
    } else if (strcmp(name, "ldap") == 0) {
        check_ldap(work, setting);
    } else if (strcmp(name, "cyrus") == 0) {
        check_cyrus(work, setting);
    } else if (strncmp(name, "internal_", strlen("internal_")) == 0) {
        check_internal(work, name);
    } else if (strcmp(name, "anonymous") == 0) {
        work->fine = false;
        ctl_host_finding(work->host, CHECK, place_of(work, setting),
                         "authentication = \"invitegate\"",
                         "%s lets everybody in without an account", work->virtual_host->name);
    } else {
        check_other_provider(work, setting, name);
    }
}

/* --------------------------------------------------------------------------------- each host */

static void check_encryption(visit *work)
{
    const ctl_lua_setting *setting = find(work, "c2s_require_encryption");

    if (setting == NULL || !is_false(setting))
        return;
    work->fine = false;
    ctl_host_finding(work->host, CHECK, &setting->place, "c2s_require_encryption = true",
                     "tokens and passwords are taken on streams that are not encrypted");
}

static void check_virtual_host(visit *work)
{
    const ctl_lua_setting *enabled = find(work, "enabled");

    if (enabled != NULL && is_false(enabled)) {
        work->fine = false;
        ctl_host_finding(work->host, CHECK, &enabled->place, "take enabled = false out",
                         "%s is switched off", work->virtual_host->name);
        return;
    }
    check_module(work);
    check_rivals(work);
    check_provider(work);
    check_encryption(work);
    ctl_prosody_check_certificate(work->host, work->prosody, work->virtual_host);
    if (work->fine && !work->prosody->config.incomplete)
        ctl_host_fine(work->host, CHECK, "%s loads mod_invitegate and logs people in by %s",
                      work->virtual_host->name,
                      ctl_prosody_provider(work->prosody, work->virtual_host->name));
}

/* A domain of the configuration that no host of Prosody is. */
static void check_domain(ctl_host *host, const ctl_prosody *prosody, const char *domain)
{
    const ctl_lua_host *virtual_host = ctl_lua_host_named(&prosody->config, domain);

    if (virtual_host != NULL && virtual_host->component)
        ctl_host_finding(host, CHECK, &virtual_host->place,
                         "VirtualHost in place of Component, or another domain in "
                         "invitegate.conf",
                         "%s is a component: nobody has an account there", domain);
    else if (virtual_host == NULL && prosody->config.incomplete)
        ctl_host_unseen(host, CHECK, NULL, NULL,
                        "whether there is a VirtualHost \"%s\" is not known", domain);
    else if (virtual_host == NULL)
        ctl_host_finding(
            host, CHECK, NULL,
            "cp config-examples/prosody/invitegate.cfg.lua /etc/prosody/conf.d/, with your "
            "domain; or link the file of conf.avail there",
            "no file that Prosody reads has VirtualHost \"%s\"", domain);
}

void ctl_host_check_prosody(ctl_host *host, const ctl_prosody *prosody)
{
    if (ctl_host_exists(host, "/etc/ejabberd") == CTL_SIGHT_READ)
        ctl_host_unseen(host, "ejabberd", NULL, "docs/ejabberd.md tells how it has to be",
                        "the configuration of ejabberd is not looked at");
    if (prosody->sight == CTL_SIGHT_ABSENT) {
        ctl_host_note(host, CHECK, NULL, NULL, "there is no Prosody on this machine");
        return;
    }
    for (size_t i = 0; host->config != NULL && i < host->config->domain_count; i++) {
        if (ctl_host_wants(host, host->config->domains[i].name))
            check_domain(host, prosody, host->config->domains[i].name);
    }
    ctl_prosody_check_process(host, prosody);
    for (size_t i = 0; i < prosody->config.host_count; i++) {
        visit work = {host, prosody, &prosody->config.hosts[i], true};

        if (ctl_prosody_is_ours(host, prosody, work.virtual_host))
            check_virtual_host(&work);
    }
}
