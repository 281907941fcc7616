/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_MACHINE_H
#define INVITEGATE_TOOLS_SETUP_MACHINE_H

#include <sys/types.h>

#include "host/host.h"
#include "setup/setup.h"

/* The machine that is set up: files, users and units below answers->root. Paths are without it. */

/* Of Prosody, a file a host. */
#define CTL_MACHINE_HOSTS "/etc/prosody/conf.d/"
#define CTL_MACHINE_MODE  0640         /* of files that the agent reads */
#define CTL_MACHINE_USER  "invitegate" /* of the agent's unit, and its group */

/*
 * Finds out which XMPP server is set up: the answer, that of an earlier run, Prosody where
 * /etc/prosody/conf.d is there. Fills setup->machine and notes it in the journal. INV_CONFIG: a
 * server that setup does not know.
 */
inv_result ctl_machine_find(ctl_task *setup);

/* For the functions of host/, which look at the machine; report takes what they say. */
ctl_host ctl_machine_host(const ctl_task *setup, ctl_report *report);

/* path below the root; the caller frees it. NULL: out of memory. */
char *ctl_machine_path(const ctl_task *setup, const char *path);

/* Whether there is something at path. */
bool ctl_machine_has(const ctl_task *setup, const char *path);

/* Whether systemd runs here, so that units can be started. */
bool ctl_machine_runs_systemd(const ctl_task *setup);

/* Whether something listens at a socket of the machine. */
bool ctl_machine_listens(const ctl_task *setup, const char *path);

/* Whether something listens at the socket of the units of invite-agent. */
bool ctl_machine_has_agent(const ctl_task *setup);

/* The number of a group of the machine; false: there is none of that name. */
bool ctl_machine_group(const ctl_task *setup, const char *name, gid_t *group);

/*
 * Gives a file, as it is opened, to a group, and this mode. A machine without the group, or a user
 * who is not root: nothing is changed. INV_CONFIG: the system refuses it.
 */
inv_result ctl_machine_own(const ctl_task *setup, const char *path, const char *group, mode_t mode);

/* A file of the machine that setup makes. */
typedef struct ctl_wanted_file {
    const char *step;
    const char *path;
    const char *text;
    mode_t mode;
    const char *group;  /* borrowed by the plan; NULL: root's */
    const char *behind; /* more words for the plan, or NULL */
} ctl_wanted_file;

/*
 * Plans it: where it is not there, or still is as an earlier run has written it, which the journal
 * tells. One that is somebody else's is left, and told; *ret_state is that of the item.
 */
inv_result ctl_machine_plan_file(ctl_task *setup, const ctl_wanted_file *wanted,
                                 ctl_item_state *ret_state);

/* Whether the file at path, below the root, is as setup has written it. */
inv_result ctl_machine_is_own(const ctl_task *setup, const char *path, bool *ret_own);

/* Plans a program with its arguments, a list that ends with NULL. record: taken over; NULL: none.
 */
void ctl_machine_plan_program(ctl_task *setup, const char *step, const char *const *arguments,
                              json_t *record);

#endif
