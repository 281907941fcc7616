/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_BENCH_REGISTRATIONS_H
#define INVITEGATE_BENCH_REGISTRATIONS_H

#include "place.h"

typedef enum registrar { BY_INVITEGATE, BY_LIBLDAP } registrar;

/*
 * Registrations a second by this many processes, count in all, each with one of these tokens (fresh
 * account invites by alice). prefix: of the names, which have to be new.
 */
double registrations_with(const struct place *place, registrar by, const char *prefix,
                          size_t processes, inv_token *const *tokens, size_t count);

/* The same with invites of its own, made before the clock starts. */
double registrations_rate(const struct place *place, registrar by, const char *prefix,
                          size_t processes, size_t count);

#endif
