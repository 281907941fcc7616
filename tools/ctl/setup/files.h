/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_FILES_H
#define INVITEGATE_TOOLS_SETUP_FILES_H

#include <stdbool.h>
#include <sys/types.h>

#include "invitegate/secret.h"
#include "invitegate/verdict.h"

/* Files that are written whole or not at all. One thread. */

typedef struct ctl_file {
    char *path;          /* as it is opened */
    inv_secret *content; /* wiped with it: it may be a secret */
    mode_t mode;
    uid_t owner;
    gid_t group;
} ctl_file;

#define CTL_FILE_HASH_SIZE 65 /* SHA-256 in hex, with its NUL */

/* NULL: out of memory. The mode is 0600 and the owner is the effective user and group at first. */
ctl_file *ctl_file_new(const char *path, const char *content, size_t length);
void ctl_file_free(ctl_file **file);

/*
 * Writes a new file beside the path and renames it; both are on the disk when this returns INV_OK.
 * Folders on the way are made, with mode 0755. INV_CONFIG says which step failed; the file that was
 * there is then as it was.
 */
inv_result ctl_file_write(const ctl_file *file, inv_verdict *verdict);

/*
 * Makes a key file, mode 0600, whole or not at all; one that is there stays. INV_CONFIG: it cannot
 * be made.
 */
inv_result ctl_file_make_keys(const char *path, inv_verdict *verdict);

/* Removes the file; one that is not there is fine. */
inv_result ctl_file_remove(const char *path, inv_verdict *verdict);

/* Makes the folder, and those on the way, with this mode where it is not there. */
inv_result ctl_folder_make(const char *path, mode_t mode, inv_verdict *verdict);

/* The SHA-256 of some bytes; false: libcrypto failed. */
bool ctl_hash_write(const void *bytes, size_t length, char hash[CTL_FILE_HASH_SIZE]);

/*
 * The SHA-256 of a regular file of at most 1 MiB; "" where there is none. INV_CONFIG: it cannot be
 * read.
 */
inv_result ctl_file_hash(const char *path, char hash[CTL_FILE_HASH_SIZE], inv_verdict *verdict);

#endif
