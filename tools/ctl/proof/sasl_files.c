/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h" /* asprintf, secure_getenv */

#include "sasl_files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/ascii.h"

#define CHECK     "SASL"
#define LINE_SIZE 4096 /* as libsasl2 has it */
#define FOLDERS   "/etc/sasl2:/etc/sasl:/usr/lib/sasl2"

/* What of one file counts. */
typedef struct sasl_file {
    const char *path;
    bool uses_plugin;   /* it has an option of libinvite.so */
    bool has_mech_list; /* else all mechanisms are offered */
    bool has_scram;     /* in that list */
    char conf[LINE_SIZE];
    char line[LINE_SIZE]; /* that is read just now */
} sasl_file;

static bool has_option(const char *line, const char *option)
{
    size_t length = strlen(option);

    return inv_ascii_equal_in(line, option, length) && line[length] == ':';
}

static void take_line(sasl_file *file, char *line)
{
    char *value = strchr(line, ':');

    if (value == NULL)
        return;
    value += 1 + strspn(value + 1, " \t");
    value[strcspn(value, "\n")] = '\0';
    file->uses_plugin = file->uses_plugin || inv_ascii_equal_in(line, "invite_", strlen("invite_"));
    if (has_option(line, "invite_conf"))
        (void)stpcpy(file->conf, value);
    if (has_option(line, "mech_list")) {
        file->has_mech_list = true;
        file->has_scram = inv_ascii_contains(value, "SCRAM-");
    }
}

/* False: it cannot be read. */
static bool read_file(sasl_file *file)
{
    FILE *stream = fopen(file->path, "re");

    if (stream == NULL)
        return false;
    while (fgets(file->line, sizeof(file->line), stream) != NULL) {
        char *start = file->line + strspn(file->line, " \t");

        if (*start != '#')
            take_line(file, start);
    }
    (void)fclose(stream);
    return true;
}

static bool is_of_prosody(const char *path)
{
    const char *name = strrchr(path, '/');

    return name != NULL && strcmp(name, "/prosody.conf") == 0;
}

/* False: the file has a fault, which is reported. */
static bool check_file(ctl_report *report, const sasl_file *file)
{
    bool fine = true;

    if (file->conf[0] != '\0' && (file->conf[0] != '/' || access(file->conf, F_OK) != 0)) {
        ctl_report_add(report,
                       &(ctl_row){.status = CTL_FINDING,
                                  .check = CHECK,
                                  .remedy = "write the absolute path of this configuration behind "
                                            "invite_conf"},
                       "%s names %s, which is not there", file->path, file->conf);
        fine = false;
    }
    if (is_of_prosody(file->path) && (file->has_scram || !file->has_mech_list)) {
        ctl_report_add(report,
                       &(ctl_row){.status = CTL_FINDING,
                                  .check = CHECK,
                                  .remedy = "write mech_list: PLAIN; docs/sasl.md says why"},
                       "%s offers SCRAM, with which lua-cyrussasl sends memory of Prosody",
                       file->path);
        fine = false;
    }
    if (!is_of_prosody(file->path) && file->uses_plugin && !file->has_mech_list) {
        ctl_report_add(report,
                       &(ctl_row){.status = CTL_NOTE,
                                  .check = CHECK,
                                  .remedy = "write the mechanisms that this program is to offer"},
                       "%s has no mech_list, and offers all there are", file->path);
        fine = false;
    }
    return fine;
}

static bool has_ending(const char *name)
{
    size_t length = strlen(name);

    return length > strlen(".conf") && strcmp(name + length - strlen(".conf"), ".conf") == 0;
}

/* Counts the files that use the plugin and have nothing wrong. */
static void check_folder(ctl_report *report, const char *folder, size_t *fine)
{
    DIR *entries = opendir(folder);
    const struct dirent *entry;

    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        char *path = NULL;
        sasl_file *file = calloc(1, sizeof(*file));

        if (file != NULL && has_ending(entry->d_name) &&
            asprintf(&path, "%s/%s", folder, entry->d_name) >= 0) {
            file->path = path;
            if (read_file(file) && check_file(report, file) && file->uses_plugin)
                (*fine)++;
            free(path);
        }
        free(file);
    }
    if (entries != NULL)
        (void)closedir(entries);
}

void ctl_check_sasl_files(ctl_report *report)
{
    const char *wanted = secure_getenv("SASL_CONF_PATH");
    char *folders = strdup(wanted != NULL ? wanted : FOLDERS);
    char *rest = NULL;
    size_t fine = 0;

    for (char *folder = folders != NULL ? strtok_r(folders, ":", &rest) : NULL; folder != NULL;
         folder = strtok_r(NULL, ":", &rest))
        check_folder(report, folder, &fine);
    free(folders);
    if (fine > 0)
        ctl_report_add(report, &(ctl_row){.check = CHECK},
                       "libinvite.so serves %zu program%s of this host", fine,
                       fine == 1 ? "" : "s");
}
