/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_STATEMENTS_H
#define INVITEGATE_TOOLS_SETUP_STATEMENTS_H

#include <stdio.h>

#include "invitegate/directory.h"

/* What is added to cn=config as statements of slapd.conf(5), by the places they belong in. */
typedef struct ctl_statements {
    FILE *global;   /* in front of the first database */
    FILE *database; /* in the section of the database, in front of its rules of access */
    FILE *overlay;  /* at the end of that section */
} ctl_statements;

/* Prints what the operation adds or sets; what it deletes is left out. */
void ctl_statements_print(const ctl_statements *to, const inv_operation *operation);

#endif
