/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_FUZZ_CHEAP_HASHES_H
#define INVITEGATE_FUZZ_CHEAP_HASHES_H

#include <stdbool.h>

/*
 * While on: PBKDF2 runs at most 4 rounds and yescrypt only at its lowest cost, so that a stored
 * value that asks for millions of them is not taken for a hang. Needs --wrap=inv_pbkdf2 and
 * --wrap=crypt_r.
 */
void cheap_hashes(bool on);

#endif
