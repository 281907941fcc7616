/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_TERMS_H
#define INVITEGATE_TOOLS_TERMS_H

#include <time.h>

#include "command.h"
#include "invitegate/invite.h"
#include "invitegate/timestamp.h"

/* What create is to make, as far as the command line alone says it. Texts are borrowed. */
typedef struct ctl_terms {
    inv_invite_type type;
    long uses; /* 0: unlimited */
    bool no_pair;
    bool inherit_groups;
    time_t expires;              /* 0: not given (default_expiry, or reset_expiry of a reset) */
    const char *account_expires; /* as inv_invite_request has it; may be account_end */
    char account_end[INV_TIMESTAMP_SIZE];
    time_t account_over; /* account_end in seconds since 1970, or 0 */
    const char *roster_group;
    const char *note;
    const char *print; /* uri, token, id or url */
    long count;
    bool qr;
} ctl_terms;

/*
 * Reads the options of create, and checks which of them go together; reads no file and no
 * directory. False: what is wrong has been printed, and the exit status is CTL_EXIT_USAGE. *terms
 * must not be moved.
 */
bool ctl_terms_parse(const ctl_invocation *invocation, ctl_terms *terms);

#endif
