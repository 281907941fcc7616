/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "setup/machine.h"
#include "setup/record.h"

/* The key file, and who may read it and the other files of invitegate. */

#define STEP  "keys"
#define FILES "owners"

static const inv_config *config_of(const ctl_task *setup)
{
    return setup->site.existing != NULL ? setup->site.existing : setup->site.made;
}

/* Whether a container of these domains records keys: then they are on another host, or were lost.
 */
static inv_result find_recorded(const ctl_task *setup, const char **ret_container)
{
    static const char *const wanted[] = {"inviteKeyFingerprint", NULL};
    inv_directory *eyes = setup->service != NULL ? setup->service : setup->directory;
    const inv_domain *domain;
    inv_result result = INV_OK;

    *ret_container = NULL;
    for (size_t i = 0; result == INV_OK && (domain = ctl_setup_each_domain(setup, i)) != NULL;
         i++) {
        inv_operation *search = inv_operation_search(domain->invites, INV_SCOPE_BASE, NULL, wanted);

        result = ctl_setup_run(setup, eyes, search);
        if (result == INV_OK && search->entry_count == 1 &&
            inv_entry_count(search->entries[0], wanted[0]) > 0)
            *ret_container = domain->invites;
        inv_operation_free(&search);
    }
    return result;
}

static void plan_keys(ctl_task *setup, const char *path)
{
    ctl_action action = {.keys = strdup(path), .group = setup->machine.group};
    char *words = NULL;

    if (asprintf(&words, "%s: open invites need its keys", path) >= 0) {
        action.record = ctl_record_stays(words);
        free(words);
    }
    ctl_plan_do(setup->plan, STEP, &action, "make %s", path);
}

inv_result ctl_step_keys(ctl_task *setup)
{
    char *path = ctl_machine_path(setup, config_of(setup)->key_file);
    const char *container = NULL;
    inv_result result = INV_OK;

    if (path == NULL)
        return inv_verdict_no_memory(setup->verdict);
    if (access(path, F_OK) == 0) {
        ctl_plan_tell(setup->plan, CTL_ITEM_THERE, STEP, "%s", path);
        goto cleanup;
    }
    result = find_recorded(setup, &container);
    if (result != INV_OK)
        goto cleanup;
    if (container == NULL)
        plan_keys(setup, path);
    else
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                      "%s is not there, and %s records keys: copy it from the host that has it",
                      path, container);
cleanup:
    free(path);
    return result;
}

/* ---------------------------------------------------------------------------------------- owners
 */

/* Whether the group of the agent can read it as it is; one that is not there will be written so. */
static bool is_fine(const ctl_task *setup, const char *path)
{
    struct stat status;
    gid_t group;

    if (lstat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return true;
    if ((status.st_mode & S_IROTH) != 0)
        return true;
    return (status.st_mode & S_IRGRP) != 0 &&
           ctl_machine_group(setup, setup->machine.group, &group) && status.st_gid == group;
}

static void plan_owner(ctl_task *setup, const char *path)
{
    ctl_action action = {
        .own = strdup(path), .group = setup->machine.group, .mode = CTL_MACHINE_MODE};
    struct stat status;

    if (lstat(path, &status) != 0)
        status.st_gid = status.st_mode = 0;
    if (status.st_uid != 0 || status.st_gid != 0) {
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, FILES,
                      "%s is no file of root's group; the agent has to read it: chgrp %s, chmod "
                      "0640",
                      path, setup->machine.group);
        free(action.own);
        return;
    }
    action.record = ctl_record_owner(path, setup->machine.group, status.st_mode & (mode_t)07777);
    ctl_plan_do(setup->plan, FILES, &action, "let the group %s read %s", setup->machine.group,
                path);
}

inv_result ctl_step_owners(ctl_task *setup)
{
    char *files[] = {
        strdup(setup->config_path), ctl_machine_path(setup, config_of(setup)->key_file),
        setup->site.password_file[0] != '\0' ? ctl_machine_path(setup, setup->site.password_file)
                                             : strdup("")};
    inv_result result = INV_OK;

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (files[i] == NULL)
            result = inv_verdict_no_memory(setup->verdict);
        else if (setup->machine.has_user && geteuid() == 0 && files[i][0] != '\0' &&
                 !is_fine(setup, files[i]))
            plan_owner(setup, files[i]);
        free(files[i]);
    }
    return result;
}
