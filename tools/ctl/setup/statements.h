/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_STATEMENTS_H
#define INVITEGATE_TOOLS_SETUP_STATEMENTS_H

#include <stdio.h>

#include "invitegate/directory.h"

/*
 * What is added to cn=config as statements of slapd.conf(5), by the places they belong in. What
 * stands in one of them is handed over as a whole: a file takes the place of an earlier one.
 */
typedef struct ctl_statements {
    FILE *schema;   /* in front of the first database */
    FILE *modules;  /* likewise */
    FILE *database; /* in the section of the database, in front of its rules of access */
    FILE *access;   /* likewise, behind that */
    FILE *overlay;  /* at the end of that section */
} ctl_statements;

/* Prints what the operation adds or sets; what it deletes is left out. */
void ctl_statements_print(const ctl_statements *to, const inv_operation *operation);

#endif
