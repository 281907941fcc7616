/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_FOLDER_H
#define INVITEGATE_TESTS_FOLDER_H

/*
 * A folder for the files of a suite that needs no directory. A test that fails runs no checked
 * teardown; this folder goes all the same, with what such a test has left in it.
 */
extern char folder_path[256];

/* Unchecked: once. Below TMPDIR, or /tmp. */
void folder_make(void);
void folder_remove(void);

#endif
