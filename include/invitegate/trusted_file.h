/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TRUSTED_FILE_H
#define INVITEGATE_TRUSTED_FILE_H

#include <stdbool.h>

#include "invitegate/verdict.h"

/*
 * Opens a file for reading that only root and the effective user can have written (PERMISSIONS in
 * invitegate.conf(5)): regular, owned by one of the two, not writable by group and others and, when
 * secret, not accessible by others. Returns a descriptor (O_CLOEXEC) the caller closes, or -1 with
 * verdict INV_CONFIG: which file, why, and the remedy; if_missing is the remedy for a file that
 * does not exist, NULL for none. A symbolic link is followed: all rules are checked on the opened
 * file itself. Never waits (FIFO). Thread-safe.
 */
int inv_trusted_file_open(const char *path, bool secret, const char *if_missing,
                          inv_verdict *verdict);

#endif
