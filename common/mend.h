/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MEND_H
#define INVITEGATE_COMMON_MEND_H

#include "invitegate/invite.h"

typedef enum inv_mend {
    INV_MEND_GONE,     /* the claim does not stand any more */
    INV_MEND_FINISHED, /* the account or pair was there: the use is recorded */
    INV_MEND_FREED,    /* nothing came of the claim: the use is open again */
    INV_MEND_STUCK,    /* neither could be done */
} inv_mend;

/*
 * Ends the standing claim of jid on an invite, one way or the other. Only for claims older than
 * claim_grace. dry_run only tells. No verdict: errors of the directory.
 */
inv_result inv_redeem_mend(inv_call *call, const inv_invite *invite, const char *jid, bool dry_run,
                           inv_mend *mend, inv_verdict *verdict);

#endif
