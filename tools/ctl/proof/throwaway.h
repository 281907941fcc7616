/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_THROWAWAY_H
#define INVITEGATE_TOOLS_THROWAWAY_H

#include "invitegate/verifier.h"
#include "proof.h"

/* A throwaway account, made as a redemption would make it, with a random password. */
typedef struct ctl_throwaway {
    ctl_proof *proof;
    unsigned wanted; /* INV_VERIFIER_ bits; one of SCRAM stands for all */
    const char *invite_id;
    inv_domain domain; /* a copy of the domain with other verifiers; owns nothing */
    inv_name *name;
    inv_secret *password;
    inv_verifiers *verifiers;
    char *dn;
    bool added;
} ctl_throwaway;

/* Name, DN, password and verifiers; suffix tells it from the others of this proof. */
inv_result ctl_throwaway_prepare(ctl_throwaway *attempt, const char *suffix);

/*
 * Adds it, to be removed at the end of the proof. added tells; what refused it stands in the
 * verdict then. No verdict only when nobody answered.
 */
inv_result ctl_throwaway_add(ctl_throwaway *attempt);

void ctl_throwaway_clear(ctl_throwaway *attempt);

/* One that every policy takes; NULL: no random bytes, or out of memory. */
inv_secret *ctl_random_password(void);

#endif
