/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "user.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What ctl_user_become has to give back. */
static uid_t own_uid;
static gid_t own_gid;
static gid_t own_groups[CTL_USER_GROUPS];
static int own_group_count = -1; /* not another user now */

static FILE *open_below(ctl_host *host, const char *path)
{
    char *below = ctl_host_path(host, path);
    FILE *file = below != NULL ? fopen(below, "re") : NULL;

    free(below);
    return file;
}

static bool is_named(const char *wanted, const char *name, unsigned long number)
{
    char text[24];

    ctl_host_write(text, sizeof(text), "%lu", number);
    return strcmp(wanted, name) == 0 || strcmp(wanted, text) == 0;
}

static void add_group(ctl_user *user, gid_t group)
{
    for (size_t i = 0; i < user->group_count; i++) {
        if (user->groups[i] == group)
            return;
    }
    if (user->group_count < CTL_USER_GROUPS)
        user->groups[user->group_count++] = group;
}

static void take(ctl_user *user, const struct passwd *entry)
{
    ctl_host_write(user->name, sizeof(user->name), "%s", entry->pw_name);
    user->uid = entry->pw_uid;
    add_group(user, entry->pw_gid);
}

static bool is_member(const struct group *entry, const char *name)
{
    for (size_t i = 0; entry->gr_mem != NULL && entry->gr_mem[i] != NULL; i++) {
        if (strcmp(entry->gr_mem[i], name) == 0)
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------- in files below a root */

static bool find_in_file(ctl_host *host, const char *name, ctl_user *user)
{
    FILE *file = open_below(host, "/etc/passwd");
    const struct passwd *entry;
    bool found = false;

    while (file != NULL && !found && (entry = fgetpwent(file)) != NULL) {
        found = is_named(name, entry->pw_name, entry->pw_uid);
        if (found)
            take(user, entry);
    }
    if (file != NULL)
        (void)fclose(file);
    return found;
}

/* Adds the groups of the file that name the user; first: only the group with this name, to the
 * front. */
static bool read_groups(ctl_host *host, const char *first, ctl_user *user)
{
    FILE *file = open_below(host, "/etc/group");
    const struct group *entry;
    bool found = false;

    while (file != NULL && (entry = fgetgrent(file)) != NULL) {
        if (first != NULL && is_named(first, entry->gr_name, entry->gr_gid)) {
            ctl_host_write(user->group, sizeof(user->group), "%s", entry->gr_name);
            user->groups[0] = entry->gr_gid;
            found = true;
        } else if (first == NULL) {
            if (user->groups[0] == entry->gr_gid && user->group[0] == '\0')
                ctl_host_write(user->group, sizeof(user->group), "%s", entry->gr_name);
            if (is_member(entry, user->name))
                add_group(user, entry->gr_gid);
        }
    }
    if (file != NULL)
        (void)fclose(file);
    return found;
}

/* ----------------------------------------------------------------------- by the name services */

static bool find_by_name_services(const char *name, ctl_user *user)
{
    const struct passwd *entry = getpwnam(name);
    int count = CTL_USER_GROUPS - 1;
    gid_t groups[CTL_USER_GROUPS];

    if (entry == NULL && strspn(name, "0123456789") == strlen(name))
        entry = getpwuid((uid_t)strtoul(name, NULL, 10));
    if (entry == NULL)
        return false;
    take(user, entry);
    if (getgrouplist(user->name, entry->pw_gid, groups, &count) < 0)
        count = CTL_USER_GROUPS - 1;
    for (int i = 0; i < count; i++)
        add_group(user, groups[i]);
    return true;
}

static bool find_group(const char *name, ctl_user *user)
{
    const struct group *entry = getgrnam(name);

    if (entry == NULL && strspn(name, "0123456789") == strlen(name))
        entry = getgrgid((gid_t)strtoul(name, NULL, 10));
    if (entry == NULL)
        return false;
    user->groups[0] = entry->gr_gid;
    ctl_host_write(user->group, sizeof(user->group), "%s", entry->gr_name);
    return true;
}

bool ctl_user_find(ctl_host *host, const char *name, const char *group, ctl_user *user)
{
    const struct group *own;

    *user = (ctl_user){.group_count = 0};
    if (host->root[0] != '\0') {
        if (!find_in_file(host, name, user))
            return false;
        (void)read_groups(host, NULL, user);
        return group == NULL || read_groups(host, group, user);
    }
    if (!find_by_name_services(name, user))
        return false;
    if (group != NULL)
        return find_group(group, user);
    own = getgrgid(user->groups[0]);
    if (own != NULL)
        ctl_host_write(user->group, sizeof(user->group), "%s", own->gr_name);
    return true;
}

/* --------------------------------------------------------------------------------- their rights */

bool ctl_user_become(const ctl_user *user)
{
    int count;

    if (geteuid() == user->uid) {
        own_group_count = -1;
        return true;
    }
    count = getgroups(CTL_USER_GROUPS, own_groups);
    if (geteuid() != 0 || count < 0)
        return false;
    own_uid = geteuid();
    own_gid = getegid();
    own_group_count = count;
    if (setgroups(user->group_count, user->groups) == 0 && setegid(user->groups[0]) == 0 &&
        seteuid(user->uid) == 0)
        return true;
    ctl_user_return();
    return false;
}

void ctl_user_return(void)
{
    if (own_group_count < 0)
        return;
    if (seteuid(own_uid) != 0 || setegid(own_gid) != 0 ||
        setgroups((size_t)own_group_count, own_groups) != 0)
        abort(); /* as another user it would go on with rights that were not meant */
    own_group_count = -1;
}
