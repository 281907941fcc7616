/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_VERIFIER_CENSUS_H
#define INVITEGATE_VERIFIER_CENSUS_H

#include <stddef.h>

#include "invitegate/call.h"

/* How many people of a domain cannot log in by SCRAM. */
typedef struct inv_verifier_census {
    size_t accounts; /* of the class xmppAccount */
    /* of those, without fresh verifiers of each mechanism that the domain keeps: as far as their
       class and times tell, and authPassword where it may be read */
    size_t without;
    size_t undated; /* of these, whose password has no date: a login gives them none either */
} inv_verifier_census;

/*
 * Reads all accounts of the call's domain, page by page: minutes in a large directory, so the call
 * needs a long deadline. INV_OK, or no verdict. Whether userPassword was deleted, and which
 * password policy an account has of its own, is not looked at.
 */
inv_result inv_verifier_census_take(inv_call *call, inv_verifier_census *census);

#endif
