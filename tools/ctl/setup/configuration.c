/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "setup/machine.h"
#include "setup/record.h"
#include "setup/setup.h"
#include "setup/site.h"

/* invitegate.conf, where there is none. One that is there is the site's own. */

#define STEP "configuration"

static void plan_file(ctl_task *setup, const char *text)
{
    char hash[CTL_FILE_HASH_SIZE];
    ctl_action action = {.file = ctl_file_new(setup->config_path, text, strlen(text)),
                         .group = setup->machine.group};

    if (action.file != NULL)
        action.file->mode = CTL_MACHINE_MODE;
    if (ctl_hash_write(text, strlen(text), hash))
        action.record = ctl_record_file(setup->config_path, hash);
    ctl_plan_do(setup->plan, STEP, &action, "write %s", setup->config_path);
}

inv_result ctl_step_configuration(ctl_task *setup)
{
    const ctl_site *site = &setup->site;
    char *text;

    if (site->existing != NULL && site->made == NULL) {
        ctl_plan_tell(setup->plan, CTL_ITEM_THERE, STEP, "%s has the domain", setup->config_path);
        return INV_OK;
    }
    if (site->existing != NULL) {
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                      "%s is not changed; put into it: [domain %s], invites = %s, people = %s, "
                      "rosters = %s, name_search_base = %s",
                      setup->config_path, site->domain, site->made->domains[0].invites,
                      site->made->domains[0].people, site->made->domains[0].rosters, site->suffix);
        return INV_OK;
    }
    text = ctl_site_configuration(setup);
    if (text == NULL)
        return inv_verdict_no_memory(setup->verdict);
    plan_file(setup, text);
    free(text);
    return INV_OK;
}
