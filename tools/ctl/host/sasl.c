/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "prosody.h"
#include "sasl_file.h"
#include "saslauthd.h"

/* The programs that log people in by Cyrus SASL, each by the file of its options. */

#define CHECK "sasl"

/* Folders of files NAME.conf, in the order in which libsasl2 looks. */
static const char *const folders[] = {"/etc/sasl2", "/etc/sasl", "/usr/lib/*/sasl2",
                                      "/usr/lib/sasl2", NULL};

typedef struct program {
    ctl_host *host;
    const ctl_prosody *prosody;
    bool is_prosody;
    bool fine;
    ctl_sasl_file file;
} program;

static void find_mistake(program *work, ctl_sasl_key key, const char *remedy, const char *what)
{
    work->fine = false;
    ctl_host_finding(work->host, CHECK, &work->file.places[key], remedy, "%s", what);
}

/* Any form of SCRAM, with channel binding or without. */
static bool offers_scram(const char *mechanisms)
{
    while (mechanisms != NULL && *mechanisms != '\0') {
        mechanisms += strspn(mechanisms, " \t,");
        if (strncasecmp(mechanisms, "SCRAM-", strlen("SCRAM-")) == 0)
            return true;
        mechanisms += strcspn(mechanisms, " \t,");
    }
    return false;
}

static void check_mechanisms(program *work)
{
    const char *mechanisms = work->file.values[CTL_SASL_MECH_LIST];
    const char *pwcheck = work->file.values[CTL_SASL_PWCHECK_METHOD];

    if (mechanisms == NULL)
        find_mistake(
            work, CTL_SASL_MECH_LIST,
            work->is_prosody ? "mech_list: PLAIN"
                             : "mech_list: SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1",
            "there is no mech_list, and without it ANONYMOUS is offered: everybody gets in");
    else if (ctl_sasl_lists(mechanisms, "ANONYMOUS"))
        find_mistake(work, CTL_SASL_MECH_LIST, "take ANONYMOUS out",
                     "ANONYMOUS lets everybody in without an account");
    else if (work->is_prosody && offers_scram(mechanisms))
        find_mistake(work, CTL_SASL_MECH_LIST, "mech_list: PLAIN",
                     "for SCRAM lua-cyrussasl sends memory of the server to clients");
    if ((ctl_sasl_lists(mechanisms, "PLAIN") || ctl_sasl_lists(mechanisms, "LOGIN")) &&
        !ctl_sasl_lists(pwcheck, "saslauthd"))
        find_mistake(work, CTL_SASL_PWCHECK_METHOD, "pwcheck_method: saslauthd",
                     "PLAIN is offered, and no password verified: pwcheck_method is not "
                     "saslauthd");
}

static void check_plugin(program *work)
{
    const char *plugins = work->file.values[CTL_SASL_AUXPROP_PLUGIN];
    const char *conf = work->file.values[CTL_SASL_INVITE_CONF];
    const char *mechanisms = work->file.values[CTL_SASL_MECH_LIST];

    if (plugins == NULL)
        find_mistake(work, CTL_SASL_AUXPROP_PLUGIN, "auxprop_plugin: invite",
                     "there is no auxprop_plugin: sasldb is written as well, and keeps "
                     "TOKEN:PASSWORD in clear text");
    else if (strcasecmp(plugins, "invite") != 0)
        find_mistake(work, CTL_SASL_AUXPROP_PLUGIN, "auxprop_plugin: invite",
                     ctl_sasl_lists(plugins, "invite")
                         ? "other plugins beside invite are written as well: sasldb keeps "
                           "TOKEN:PASSWORD in clear text"
                         : "the plugin \"invite\" is not asked");
    if (work->file.values[CTL_SASL_AUTO_TRANSITION] != NULL)
        ctl_host_note(work->host, CHECK, &work->file.places[CTL_SASL_AUTO_TRANSITION],
                      "take it out", "auto_transition stores nothing here");
    if (offers_scram(mechanisms) && work->host->config != NULL) {
        bool any = false;

        for (size_t i = 0; i < work->host->config->domain_count; i++)
            any |= (work->host->config->domains[i].verifiers & INV_VERIFIERS_SCRAM) != 0;
        if (!any)
            find_mistake(work, CTL_SASL_MECH_LIST,
                         "password_verifiers = server scram-sha-256 in invitegate.conf",
                         "SCRAM is offered, but no domain keeps SCRAM verifiers");
    }
    if (conf == NULL)
        return;
    if (conf[0] != '/')
        find_mistake(work, CTL_SASL_INVITE_CONF, "its absolute path",
                     "invite_conf is no absolute path");
    else if (ctl_host_exists(work->host, conf) == CTL_SIGHT_ABSENT)
        find_mistake(work, CTL_SASL_INVITE_CONF, "the path of invitegate.conf",
                     "invite_conf names a file that is not there");
}

static bool is_plugin_installed(ctl_host *host)
{
    static const char *const places[] = {"/usr/lib/*/sasl2", "/usr/lib/sasl2", "/usr/lib64/sasl2",
                                         NULL};
    bool found = false;

    for (size_t i = 0; places[i] != NULL && !found; i++) {
        char pattern[512];
        glob_t hits;

        ctl_host_write(pattern, sizeof(pattern), "%s%s/libinvite.so", host->root, places[i]);
        found = glob(pattern, GLOB_NOSORT, NULL, &hits) == 0 && hits.gl_pathc > 0;
        globfree(&hits);
    }
    return found;
}

/* Checks a file that is ours, and saslauthd where it asks for it. */
static void check_program(program *work)
{
    const ctl_sasl_file *file = &work->file;

    check_mechanisms(work);
    if (file->values[CTL_SASL_INVITE_CONF] != NULL ||
        ctl_sasl_lists(file->values[CTL_SASL_AUXPROP_PLUGIN], "invite") ||
        ctl_sasl_lists(file->values[CTL_SASL_MECH_LIST], "X-INVITE-TOKEN")) {
        check_plugin(work);
        if (!is_plugin_installed(work->host))
            find_mistake(work, CTL_SASL_AUXPROP_PLUGIN,
                         "configure --libdir (or --with-saslplugindir) says where it is installed",
                         "libinvite.so is not where libsasl2 looks for plugins");
    }
    if (work->fine)
        ctl_host_fine(work->host, CHECK, "%s: %s", file->text.path,
                      file->values[CTL_SASL_MECH_LIST]);
    if (ctl_sasl_lists(file->values[CTL_SASL_PWCHECK_METHOD], "saslauthd"))
        ctl_host_check_saslauthd(work->host, file->values[CTL_SASL_SASLAUTHD_PATH],
                                 work->is_prosody ? work->prosody : NULL);
}

/* Whether it was there; prefix as in ctl_sasl_file_read. */
static bool visit(ctl_host *host, const ctl_prosody *prosody, const char *path, const char *prefix,
                  bool is_prosody)
{
    program work = {.host = host,
                    .prosody = prosody,
                    .is_prosody = is_prosody,
                    .fine = true,
                    .file = {.ours = is_prosody}};
    const ctl_sight sight = ctl_sasl_file_read(host, path, prefix, &work.file);

    if (work.file.ours)
        check_program(&work);
    ctl_sasl_file_clear(&work.file);
    return sight != CTL_SIGHT_ABSENT;
}

/* All files of a folder; *found: that of Prosody was among them. */
static void visit_folder(ctl_host *host, const ctl_prosody *prosody, const char *folder,
                         const char *own, bool *found)
{
    ctl_names names;

    (void)ctl_names_read(host, CHECK, folder, ".conf", &names);
    for (size_t i = 0; i < names.count; i++) {
        const size_t length = strlen(names.names[i]) - strlen(".conf");
        const bool is_own = own != NULL && !*found && strlen(own) == length &&
                            strncmp(names.names[i], own, length) == 0;
        char path[1024];

        ctl_host_write(path, sizeof(path), "%s/%s", folder, names.names[i]);
        (void)visit(host, prosody, path, "", is_own);
        *found |= is_own;
    }
    ctl_names_clear(&names);
}

void ctl_host_check_sasl(ctl_host *host, const ctl_prosody *prosody)
{
    const char *own = ctl_prosody_sasl_name(host, prosody);
    bool found = false;

    for (size_t i = 0; folders[i] != NULL; i++) {
        char pattern[512];
        glob_t hits;

        ctl_host_write(pattern, sizeof(pattern), "%s%s", host->root, folders[i]);
        if (glob(pattern, 0, NULL, &hits) == 0) {
            for (size_t j = 0; j < hits.gl_pathc; j++)
                visit_folder(host, prosody, hits.gl_pathv[j] + strlen(host->root), own, &found);
        }
        globfree(&hits);
    }
    (void)visit(host, prosody, "/etc/postfix/sasl/smtpd.conf", "", false);
    (void)visit(host, prosody, "/etc/imapd.conf", "sasl_", false);
    if (own != NULL && !found)
        ctl_host_finding(host, CHECK, NULL, "cp config-examples/sasl2/prosody.conf /etc/sasl2/",
                         "there is no %s/etc/sasl2/%s.conf, and without a mech_list Cyrus SASL "
                         "offers ANONYMOUS: everybody gets in",
                         host->root, own);
}
