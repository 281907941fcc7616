/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_DIRECTORY_ROOM_H
#define INVITEGATE_TESTS_DIRECTORY_ROOM_H

#include <check.h>

#include "invitegate/directory.h"

/* A container of the site in which the parts of check_directory try operations, in one slapd. */

#define ADMIN "cn=admin,dc=example,dc=org"
#define ROOM  "ou=room,dc=example,dc=org"

/* Of each test: a connection of the administrator, and 20 seconds. */
extern inv_directory *admin;
extern inv_deadline deadline;

/* Checked: around each test. */
void room_open(void);
void room_close(void);

/* The operation is answered. */
void room_run(inv_directory *directory, inv_operation *operation);

/* The code of the answer, by admin; frees the operation. */
int room_run_once(inv_operation *operation);

/* An add of a device. */
inv_operation *room_device(const char *dn, const char *cn);

/* The other parts: answers in pages; passwords, their policy and their proof. */
void room_pages_add(TCase *operations);
void room_passwords_add(TCase *operations);

#endif
