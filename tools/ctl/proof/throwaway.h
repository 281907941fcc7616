/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_THROWAWAY_H
#define INVITEGATE_TOOLS_THROWAWAY_H

#include "invitegate/verifier.h"
#include "proof.h"

/* A throwaway account, made as a redemption would make it, with a random password. */
typedef struct ctl_throwaway {
    ctl_proof *proof;
    unsigned wanted; /* INV_VERIFIER_ bits; one of SCRAM means those of the domain */
    const char *invite_id;
    inv_domain domain; /* a copy of the domain with other verifiers; owns nothing */
    inv_jid *name;
    inv_secret *password;
    inv_verifiers *verifiers;
    char *dn;
    bool added;
} ctl_throwaway;

/*
 * Makes name, DN, password and verifiers; suffix tells this account from the others of the proof.
 */
inv_result ctl_throwaway_prepare(ctl_throwaway *attempt, const char *suffix);

/*
 * Adds the account, to be removed at the end of the proof. added tells whether it was; if not, the
 * verdict says why. No verdict only when the directory did not answer, or memory is short.
 */
inv_result ctl_throwaway_add(ctl_throwaway *attempt);

void ctl_throwaway_clear(ctl_throwaway *attempt);

/* A password that policies accept; NULL: no random bytes, or out of memory. */
inv_secret *ctl_random_password(void);

#endif
