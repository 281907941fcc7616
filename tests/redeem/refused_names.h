/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_REFUSED_NAMES_H
#define INVITEGATE_TESTS_REFUSED_NAMES_H

#include <check.h>

/* A part of check_redeem_refused, in front of the same slapd: names that are taken or reserved. */
void refused_names_add(TCase *refused);

#endif
