/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_BLOCK_H
#define INVITEGATE_TOOLS_SETUP_BLOCK_H

#include "setup/setup.h"

/*
 * The block of invitegate's rules among those of a database, between two rules whose targets no
 * entry has. What stands between the marks is invitegate's, edited or not. One block a database,
 * for all of its domains: behind a first block with "to attrs=authPassword by * none" the rules of
 * a second domain that let invitegate write verifiers would never be reached.
 */

#define CTL_BLOCK_BEGIN "to dn.base=\"cn=rules of invitegate " PACKAGE_VERSION " begin\" by * break"
#define CTL_BLOCK_END   "to dn.base=\"cn=rules of invitegate end\" by * break"

typedef struct ctl_block {
    ctl_texts rules; /* all of the database, without the temporary one of rights.h */
    bool there;
    size_t begin; /* of the marks, in rules */
    size_t end;
} ctl_block;

/* INV_CONFIG: one of the marks is missing. ctl_block_clear is needed in any case. */
inv_result ctl_block_read(const ctl_task *setup, const inv_entry *database, ctl_block *block);
void ctl_block_clear(ctl_block *block);

/* Whether the block, with its marks, is just this list. */
bool ctl_block_is(const ctl_block *block, const ctl_texts *wanted);

/*
 * A modify that puts the list where the block is, or, where there is none, in front of the rule of
 * the number place; and takes away those of loose (may be NULL). An empty list removes the block.
 */
inv_operation *ctl_block_change(const char *dn, const ctl_block *block, const ctl_texts *wanted,
                                size_t place, const ctl_texts *loose);

#endif
