/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "sasl_file.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define CHECK "sasl"

static const char *const keys[CTL_SASL_KEYS] = {
    "pwcheck_method",  "mech_list",   "auxprop_plugin",    "saslauthd_path",
    "auto_transition", "invite_conf", "invite_attributes", "invite_plaintext",
};

bool ctl_sasl_lists(const char *list, const char *word)
{
    const size_t length = strlen(word);

    while (list != NULL && *list != '\0') {
        const size_t end = strcspn(list, " \t,");

        if (end == length && strncasecmp(list, word, length) == 0)
            return true;
        list += end + strspn(list + end, " \t,");
    }
    return false;
}

/* A line that is no option, or a name that is none. */
static void tell_line(ctl_host *host, const ctl_sasl_file *file, const ctl_place *place,
                      const char *name)
{
    if (!file->ours)
        return;
    if (name == NULL) {
        ctl_host_finding(
            host, CHECK, place, "name: value",
            "libsasl2 does not understand this line, and with it the file: the program "
            "does not offer SASL, or offers everything");
        return;
    }
    for (size_t i = 0; i < CTL_SASL_KEYS; i++) {
        if (ctl_text_distance(name, keys[i], 2) <= 2)
            ctl_host_finding(host, CHECK, place, keys[i],
                             "there is no option \"%s\"; libsasl2 ignores it in silence", name);
    }
    if (strncmp(name, "invite_", strlen("invite_")) == 0)
        ctl_host_finding(host, CHECK, place, "invitegate-sasl(7) lists the options",
                         "libinvite.so has no option \"%s\"", name);
}

/* The value behind "name:", cut in place; *name is NULL where the line is no option. */
static char *split(char *line, const char **name)
{
    size_t length = 0;

    for (; isalnum((unsigned char)line[length]) || line[length] == '-' || line[length] == '_';
         length++)
        line[length] = (char)tolower((unsigned char)line[length]);
    if (line[length] != ':' || length == 0)
        return NULL;
    line[length] = '\0';
    *name = line;
    return ctl_text_trim(line + length + 1);
}

/* Takes the option of a line, or says what is wrong with it. */
static void take(ctl_host *host, ctl_sasl_file *file, size_t index, const char *prefix)
{
    const ctl_place place = {file->text.path, (unsigned)index + 1};
    char *line = ctl_text_trim(file->text.lines[index]);
    const char *name = NULL;
    const char *value;

    if (*line == '\0' || *line == '#' || strncmp(line, prefix, strlen(prefix)) != 0)
        return;
    value = split(line + strlen(prefix), &name);
    if (value == NULL || *value == '\0') {
        tell_line(host, file, &place, NULL);
        return;
    }
    for (size_t i = 0; i < CTL_SASL_KEYS; i++) {
        if (strcmp(name, keys[i]) != 0)
            continue;
        if (file->values[i] == NULL) {
            file->values[i] = value;
            file->places[i] = place;
        }
        return;
    }
    tell_line(host, file, &place, name);
}

static bool names_ours(const ctl_text *text)
{
    for (size_t i = 0; i < text->count; i++) {
        if (text->lines[i][strspn(text->lines[i], " \t")] != '#' &&
            (strstr(text->lines[i], "invite") != NULL ||
             strcasestr(text->lines[i], "X-INVITE-TOKEN") != NULL))
            return true;
    }
    return false;
}

ctl_sight ctl_sasl_file_read(ctl_host *host, const char *path, const char *prefix,
                             ctl_sasl_file *file)
{
    const ctl_sight sight = ctl_text_read(host, CHECK, path, &file->text);

    for (size_t i = 0; i < CTL_SASL_KEYS; i++) {
        file->values[i] = NULL;
        file->places[i] = (ctl_place){file->text.path, 0};
    }
    file->ours = sight == CTL_SIGHT_READ && (file->ours || names_ours(&file->text));
    for (size_t i = 0; sight == CTL_SIGHT_READ && i < file->text.count; i++)
        take(host, file, i, prefix);
    return sight;
}

void ctl_sasl_file_clear(ctl_sasl_file *file)
{
    ctl_text_clear(&file->text);
}
