/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_REPAIR_HELD_H
#define INVITEGATE_TESTS_REPAIR_HELD_H

#include <check.h>

/* A part of check_repair, in front of the same slapd: reservations and pairs. */
void repair_held_add(TCase *repairs);

#endif
