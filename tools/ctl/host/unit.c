/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

/* Where systemd looks for units (systemd.unit(5)); the first that has it counts. */
static const char *const folders[] = {"/etc/systemd/system",           "/run/systemd/system",
                                      "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
                                      "/lib/systemd/system",           NULL};

static ctl_sight read_file(ctl_host *host, const char *check, const char *path, ctl_unit *unit)
{
    ctl_sight sight;

    if (unit->count == CTL_UNIT_FILES)
        return CTL_SIGHT_HIDDEN;
    sight = ctl_text_read(host, check, path, &unit->files[unit->count]);
    if (sight != CTL_SIGHT_READ) {
        ctl_text_clear(&unit->files[unit->count]);
        return sight;
    }
    for (size_t i = 0; i < unit->files[unit->count].count; i++)
        unit->files[unit->count].lines[i] = ctl_text_trim(unit->files[unit->count].lines[i]);
    unit->count++;
    return CTL_SIGHT_READ;
}

/* Drop-ins: a name that several folders have counts once, the first one. */
static void read_drop_ins(ctl_host *host, const char *check, const char *name, ctl_unit *unit)
{
    ctl_names done = {.names = NULL};

    for (size_t i = 0; folders[i] != NULL; i++) {
        char folder[256];
        ctl_names names;

        ctl_host_write(folder, sizeof(folder), "%s/%s.d", folders[i], name);
        (void)ctl_names_read(host, check, folder, ".conf", &names);
        for (size_t j = 0; j < names.count; j++) {
            char path[512];

            if (ctl_names_have(&done, names.names[j]))
                continue;
            (void)ctl_names_add(&done, names.names[j]);
            ctl_host_write(path, sizeof(path), "%s/%s", folder, names.names[j]);
            (void)read_file(host, check, path, unit);
        }
        ctl_names_clear(&names);
    }
    ctl_names_clear(&done);
}

ctl_sight ctl_unit_read(ctl_host *host, const char *check, const char *name, ctl_unit *unit)
{
    ctl_sight sight = CTL_SIGHT_ABSENT;

    *unit = (ctl_unit){.count = 0};
    for (size_t i = 0; folders[i] != NULL && sight == CTL_SIGHT_ABSENT; i++) {
        char path[256];

        ctl_host_write(path, sizeof(path), "%s/%s", folders[i], name);
        sight = read_file(host, check, path, unit);
    }
    if (sight == CTL_SIGHT_READ)
        read_drop_ins(host, check, name, unit);
    return sight;
}

const char *ctl_unit_value(const ctl_unit *unit, const char *key, ctl_place *place)
{
    const size_t length = strlen(key);
    const char *value = NULL;

    for (size_t i = 0; i < unit->count; i++) {
        const ctl_text *file = &unit->files[i];

        for (size_t j = 0; j < file->count; j++) {
            const char *line = file->lines[j];

            if (strncmp(line, key, length) != 0)
                continue;
            line += length + strspn(line + length, " \t");
            if (*line != '=')
                continue;
            line++;
            line += strspn(line, " \t");
            /* an empty value takes back those before */
            value = *line != '\0' ? line : NULL;
            *place = (ctl_place){file->path, (unsigned)j + 1};
        }
    }
    return value;
}

void ctl_unit_clear(ctl_unit *unit)
{
    for (size_t i = 0; i < unit->count; i++)
        ctl_text_clear(&unit->files[i]);
    unit->count = 0;
}
