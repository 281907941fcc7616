/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "certificate.h"

#include <errno.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The certificate that Prosody finds for a host by itself (core/certmanager.lua). */

#define CHECK  "prosody"
#define DEPTH  3 /* folders in one another */
#define IMPORT "prosodyctl --root cert import /etc/letsencrypt/live, or the folder that has it"

typedef struct search {
    ctl_host *host;
    const char *name;
    const ctl_place *place; /* of the host */
    char *found;            /* path of one that is valid and whose key can be read */
    char *over;             /* of one that is not valid at this moment */
    char *keyless;          /* of one whose key the present user cannot read */
    bool hidden;            /* a row says what was not looked at */
    bool as_prosody;        /* with the rights of Prosody's user */
} search;

/* The key beside PATH.crt or fullchain.pem; NULL: out of memory. */
static char *path_of_key(const char *path)
{
    const char *full = strstr(path, "fullchain");
    const size_t length = strlen(path);
    char *key = NULL;

    if (full != NULL &&
        asprintf(&key, "%.*sprivkey%s", (int)(full - path), path, full + strlen("fullchain")) >= 0)
        return key;
    if (full == NULL && length > 4 && asprintf(&key, "%.*s.key", (int)length - 4, path) >= 0)
        return key;
    return NULL;
}

static void keep(char **kept, const char *path)
{
    if (*kept == NULL)
        *kept = strdup(path);
}

/* Takes a file of the folder with a certificate for the name. */
static void take_certificate(search *work, const char *path, const X509 *certificate)
{
    char *key = path_of_key(path);

    if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0 ||
        X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0)
        keep(&work->over, path);
    else if (key == NULL || eaccess(key, R_OK) != 0)
        keep(&work->keyless, path);
    else
        keep(&work->found, path);
    free(key);
}

/* Prosody passes over what it cannot read; another user cannot tell what Prosody would find. */
static void tell_unread(search *work, const char *path)
{
    if (work->as_prosody || work->hidden)
        return;
    work->hidden = true;
    ctl_host_unseen(work->host, CHECK, &(ctl_place){path, 0}, "run it as root",
                    "was not looked at: it cannot be read");
}

static void look_at_file(search *work, const char *path)
{
    char *below = ctl_host_path(work->host, path);
    FILE *file = below != NULL ? fopen(below, "re") : NULL;
    X509 *certificate = file != NULL ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;

    if (below != NULL && file == NULL)
        tell_unread(work, below);
    if (certificate != NULL &&
        X509_check_host(certificate, work->name, strlen(work->name), 0, NULL) == 1)
        take_certificate(work, below, certificate);
    X509_free(certificate);
    if (file != NULL)
        (void)fclose(file);
    free(below);
}

static bool has_ending(const char *name, const char *ending)
{
    const size_t length = strlen(name);

    return length > strlen(ending) && strcmp(name + length - strlen(ending), ending) == 0;
}

static void look_at_folder(search *work, const char *folder, unsigned depth)
{
    ctl_names names;
    const ctl_sight sight = ctl_names_read(work->host, CHECK, folder, "", &names);

    work->hidden |= sight == CTL_SIGHT_HIDDEN;
    for (size_t i = 0; i < names.count; i++) {
        char path[1024];

        ctl_host_write(path, sizeof(path), "%s/%s", folder, names.names[i]);
        if (has_ending(path, ".crt") || strstr(names.names[i], "fullchain") != NULL)
            look_at_file(work, path);
        else if (depth > 1 && ctl_host_is_folder(work->host, path))
            look_at_folder(work, path, depth - 1);
    }
    ctl_names_clear(&names);
}

/* Where they are: relative to the folder of the configuration. */
static void write_folder(const ctl_prosody *prosody, char *folder, size_t size)
{
    const char *given = ctl_lua_text(ctl_lua_own(&prosody->config, "*", "certificates"), "certs");

    if (given == NULL)
        given = "certs";
    ctl_host_write(folder, size, "%s%s", given[0] == '/' ? "" : "/etc/prosody/", given);
}

/* As another user than Prosody's, what cannot be read tells nothing of Prosody. */
static void report_as_other(const search *work)
{
    const char *path = work->found != NULL ? work->found : work->keyless;

    if (path != NULL)
        ctl_host_unseen(work->host, CHECK, &(ctl_place){path, 0}, "run it as root",
                        "whether Prosody can read the key of %s was not tried", work->name);
}

static void report(const search *work, const ctl_prosody *prosody, const char *folder)
{
    char remedy[200];

    ctl_host_write(remedy, sizeof(remedy), "chgrp %s and chmod 0640 its key; or " IMPORT,
                   prosody->has_user ? prosody->user.group : "prosody");
    if (prosody->config.incomplete)
        ctl_host_unseen(work->host, CHECK, work->place, "prosodyctl check certs",
                        "which certificate %s has is not known", work->name);
    else if (!work->as_prosody && (work->found != NULL || work->keyless != NULL))
        report_as_other(work);
    else if (work->found != NULL)
        ctl_host_fine(work->host, CHECK, "%s is for %s, and Prosody can read its key", work->found,
                      work->name);
    else if (work->hidden)
        return; /* a row says so */
    else if (work->keyless != NULL)
        ctl_host_finding(work->host, CHECK, &(ctl_place){work->keyless, 0}, remedy,
                         "the key of this certificate is not there, or Prosody cannot read it");
    else if (work->over != NULL)
        ctl_host_finding(work->host, CHECK, &(ctl_place){work->over, 0}, IMPORT,
                         "the certificate for %s is over, or not valid yet", work->name);
    else
        ctl_host_finding(work->host, CHECK, work->place, IMPORT,
                         "there is no certificate for %s below %s: clients are told \"no shared "
                         "cipher\"",
                         work->name, folder);
}

/* A certificate that the configuration names is in place of those in the folder. */
static void look_for_others(search *work, const ctl_prosody *prosody)
{
    static const char *const own[] = {"ssl", "certificate", "c2s_ssl", NULL};

    for (size_t i = 0; !work->hidden && own[i] != NULL; i++) {
        const ctl_lua_setting *setting = ctl_lua_find(&prosody->config, work->name, own[i]);

        if (setting == NULL)
            continue;
        work->hidden = true;
        ctl_host_unseen(work->host, CHECK, &setting->place, "prosodyctl check certs",
                        "the certificate that %s names is not looked at", own[i]);
    }
}

void ctl_prosody_check_certificate(ctl_host *host, const ctl_prosody *prosody,
                                   const ctl_lua_host *virtual_host)
{
    search work = {.host = host, .name = virtual_host->name, .place = &virtual_host->place};
    char folder[512];

    write_folder(prosody, folder, sizeof(folder));
    work.as_prosody = prosody->has_user && ctl_user_become(&prosody->user);
    look_at_folder(&work, folder, DEPTH);
    if (work.as_prosody)
        ctl_user_return();
    if (work.found == NULL)
        look_for_others(&work, prosody);
    report(&work, prosody, folder);
    free(work.found);
    free(work.over);
    free(work.keyless);
}
