/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TEST_KEYS_H
#define INVITEGATE_TEST_KEYS_H

#include "invitegate/key.h"

/* Key 00 01 ... 1f under id 1: the vector of the token's definition. */
#define TEST_KEY_LINE "1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"

/* Key ff fe ... e0 under id 207. */
#define TEST_OTHER_KEY_LINE "207 //79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA=\n"

/* Keys of a key file with these lines, written to a folder of its own and removed again. */
inv_keys *test_keys(const char *lines);

#endif
