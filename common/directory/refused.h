/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_DIRECTORY_REFUSED_H
#define INVITEGATE_COMMON_DIRECTORY_REFUSED_H

#include "invitegate/directory.h"

/* What a refusal with 50 (insufficient access) means, above all 389 Directory Server's. */

/* Where operations are sent: inv_directory_run says what run promises. */
typedef struct refused_flight {
    inv_directory *directory;
    inv_result (*run)(inv_directory *directory, inv_operation *const *operations, size_t count,
                      const inv_deadline *deadline, inv_verdict *verdict);
    const inv_deadline *deadline;
    inv_verdict *verdict;
} refused_flight;

/*
 * Looks at each operation that was answered 50, as inv_directory_run promises: its code becomes 32
 * where the entry is not there, and where 389 DS could not lock the entry the change is sent again.
 * Errors of run.
 */
inv_result refused_retry(const refused_flight *flight, inv_operation *const *operations,
                         size_t count);

#endif
