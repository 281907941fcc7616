/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_RULES_H
#define INVITEGATE_TOOLS_SETUP_RULES_H

#include "setup/setup.h"

/*
 * The rules of access of all domains below the suffix, made from
 * config-examples/slapd/invitegate-acl.conf, with the marks of block.h. site_rules: those of the
 * site itself. open: the site has none at all, and slapd let everybody read; it stays so for what
 * is not invitegate's. False: out of memory.
 */
bool ctl_rules_make(const ctl_task *setup, const ctl_texts *classes, const ctl_texts *site_rules,
                    bool open, ctl_texts *rules);

/*
 * Adds the classes of the domain's new accounts, and all that they derive from; classes: the
 * definitions that the directory has. False: out of memory.
 */
bool ctl_rules_classes(const inv_domain *domain, const ctl_texts *classes, ctl_texts *names);

#endif
