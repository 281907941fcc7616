/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_ADOPT_ALL_H
#define INVITEGATE_TOOLS_ADOPT_ALL_H

#include "adopting.h"

/* Adopts everybody of the session's domain, or undoes it; state: the adopting. */
inv_result adopt_all(ctl_session *session, void *state);

/* Says how many there were, on that stream. */
void adopt_all_sum_up(const adopting *work, FILE *stream);

#endif
