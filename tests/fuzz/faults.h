/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_FUZZ_FAULTS_H
#define INVITEGATE_FUZZ_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Functions of the C library, libcrypto and libidn that fail now and then while faults are armed:
 * one call in rate (0: none) once skip were let through, by a generator that the seed starts. Which
 * ones: --wrap= in local.mk.
 */
void faults_seed(uint32_t seed, unsigned rate, unsigned skip);
void faults_arm(bool armed);

/* Whether the call that asks is one that fails. */
bool faults_strike(void);

/* How many failed since the seed. */
unsigned faults_count(void);

#endif
