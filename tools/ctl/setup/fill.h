/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_FILL_H
#define INVITEGATE_TOOLS_SETUP_FILL_H

#include "setup/setup.h"

/*
 * Puts what the site has in place of what the examples of config-examples/slapd have: the identity,
 * the containers of domain, groups and suffix; DNs as between the quotation marks of slapd's
 * configuration. In place; *text becomes NULL when memory is short. False then.
 */
bool ctl_fill(const ctl_task *setup, const inv_domain *domain, char **text);

#endif
