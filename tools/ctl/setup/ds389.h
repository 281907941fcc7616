/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_DS389_H
#define INVITEGATE_TOOLS_SETUP_DS389_H

#include "setup/setup.h"

/*
 * What is different in a 389 Directory Server: its configuration is in cn=config too, but has
 * another tree, rules of access are values of the entries themselves, and root is its Directory
 * Manager, whom nothing holds. The steps are like those for slapd: each looks, and adds items.
 */

#define CTL_DS389_BACKENDS "cn=ldbm database,cn=plugins,cn=config"

/* The entry of the index of each attribute is below this, and that below the one of the database.
 */
#define CTL_DS389_INDEX "cn=index"

/* In the name of each rule of access that is invitegate's. */
#define CTL_DS389_OWN "acl \"invitegate: "

inv_result ctl_step_ds389_schema(ctl_task *setup);
inv_result ctl_step_ds389_config(ctl_task *setup);  /* the password policy */
inv_result ctl_step_ds389_indexes(ctl_task *setup); /* and the task that fills them */
inv_result ctl_step_ds389_acis(ctl_task *setup);    /* behind the containers */

#endif
