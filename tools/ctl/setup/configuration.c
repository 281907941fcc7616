/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "invitegate/dn.h"
#include "setup/machine.h"
#include "setup/record.h"
#include "setup/server.h"
#include "setup/setup.h"
#include "setup/site.h"

/* invitegate.conf, where there is none. One that setup did not write, or that was changed since, is
 * the site's own. */

#define STEP "configuration"

bool ctl_site_serves_verifiers(const ctl_task *setup)
{
    return setup->machine.prosody && setup->site.person_count == 0;
}

char *ctl_site_configuration(const ctl_task *setup)
{
    const ctl_site *site = &setup->site;
    const char *opened = setup->settings.ca_file;
    const char *ca_file = opened[0] != '\0' ? opened + strlen(setup->answers->root) : "";
    char *text = NULL;
    char *header = NULL;
    struct key {
        const char *name;
        const char *value;
        char *made;
    } keys[] = {
        {"uri", NULL, ctl_server_uri(setup)},
        {"starttls", setup->settings.starttls ? "demand" : "no", NULL},
        {"ca_file", ca_file, NULL},
        {"bind", "simple", NULL},
        {"bind_dn", site->identity, NULL},
        {"bind_password_file", CTL_SERVICE_PASSWORD, NULL},
        {"key_file", CTL_CONFIG_FOLDER "token.keys", NULL},
        {"invites", NULL, inv_dn_child("ou", "invites", site->home)},
        {"people", site->people, NULL},
        {"rosters", NULL, inv_dn_child("ou", "rosters", site->home)},
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

/* ----------------------------------------------------------------------------------------- plan
 */

static void plan_file(ctl_task *setup, const char *text, const char *what)
{
    char hash[CTL_FILE_HASH_SIZE];
    ctl_action action = {.file = ctl_file_new(setup->config_path, text, strlen(text)),
                         .group = setup->machine.group};

    if (action.file != NULL)
        action.file->mode = CTL_MACHINE_MODE;
    if (ctl_hash_write(text, strlen(text), hash))
        action.record = ctl_record_file(setup->config_path, hash);
    ctl_plan_do(setup->plan, STEP, &action, "%s %s", what, setup->config_path);
}

/* Prints the keys of the section of the domain, without the comments of the example. */
static void print_section(FILE *stream, const char *text)
{
    const char *line = strstr(text, "\n[domain ");
    bool first = true;

    for (line = line != NULL ? line + 1 : ""; *line != '\0'; first = false) {
        size_t length = strcspn(line, "\n");

        if (!first && *line == '[')
            break;
        if (length > 0 && *line != '#')
            (void)fprintf(stream, "%.*s\n", (int)length, line);
        line += length + (line[length] == '\n' ? 1 : 0);
    }
}

/* The file as it is with the section of the domain behind it. The caller frees it; NULL: it cannot
 * be read, or memory is short. */
static char *lengthen(const ctl_task *setup, const char *section)
{
    FILE *file = fopen(setup->config_path, "re");
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    bool fine = file != NULL && stream != NULL;
    char part[1024];
    size_t got;

    while (fine && (got = fread(part, 1, sizeof(part), file)) > 0)
        (void)fwrite(part, 1, got, stream);
    fine = fine && ferror(file) == 0;
    if (fine) {
        (void)fputc('\n', stream);
        print_section(stream, section);
    }
    if (stream != NULL && fclose(stream) != 0)
        fine = false;
    if (file != NULL)
        (void)fclose(file);
    if (fine)
        return text;
    free(text);
    return NULL;
}

/* A domain that comes later. */
static inv_result plan_section(ctl_task *setup, const char *section)
{
    const ctl_site *site = &setup->site;
    char hash[CTL_FILE_HASH_SIZE];
    inv_result result = ctl_file_hash(setup->config_path, hash, setup->verdict);
    char *text;

    if (result != INV_OK)
        return result;
    if (!ctl_journal_wrote(setup->journal, setup->config_path, hash)) {
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                      "%s is the site's own, and is not changed; put into it: [domain %s], invites "
                      "= %s, people = %s, rosters = %s, name_search_base = %s",
                      setup->config_path, site->domain, site->made->domains[0].invites,
                      site->made->domains[0].people, site->made->domains[0].rosters, site->suffix);
        return INV_OK;
    }
    text = lengthen(setup, section);
    if (text == NULL)
        return inv_verdict_no_memory(setup->verdict);
    plan_file(setup, text, "put the section of the domain into");
    free(text);
    return INV_OK;
}

inv_result ctl_step_configuration(ctl_task *setup)
{
    const ctl_site *site = &setup->site;
    inv_result result = INV_OK;
    char *text;

    if (site->existing != NULL && site->made == NULL) {
        ctl_plan_tell(setup->plan, CTL_ITEM_THERE, STEP, "%s has the domain", setup->config_path);
        return INV_OK;
    }
    text = ctl_site_configuration(setup);
    if (text == NULL)
        return inv_verdict_no_memory(setup->verdict);
    if (site->existing != NULL)
        result = plan_section(setup, text);
    else
        plan_file(setup, text, "write");
    free(text);
    return result;
}
