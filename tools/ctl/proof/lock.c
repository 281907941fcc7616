/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "invitegate/directory.h"
#include "proof.h"

/*
 * Whether invitegate sees the locks of accounts. A filter with an attribute that may not be
 * searched is neither true nor false (RFC 4511 4.5.1.7), and neither is its negation: an entry that
 * matches "present or absent" shows that the attribute would be seen.
 */

static inv_result is_seen(ctl_proof *proof, const char *dn, const char *attribute, bool *seen)
{
    static const char *const nothing[] = {NULL};
    inv_operation *search = NULL;
    char *filter = NULL;
    inv_result result;

    if (asprintf(&filter, "(|(%s=*)(!(%s=*)))", attribute, attribute) == -1)
        return inv_verdict_no_memory(proof->call->verdict);
    search = inv_operation_search(dn, INV_SCOPE_BASE, filter, nothing);
    free(filter);
    result = ctl_proof_run(proof, proof->call->directory, search);
    *seen = result == INV_OK && search->entry_count == 1;
    inv_operation_free(&search);
    return result;
}

inv_result ctl_probe_locks(ctl_proof *proof)
{
    static const char *const attributes[] = {"pwdAccountLockedTime", "pwdAccountTmpLockoutEnd",
                                             "pwdStartTime",         "pwdEndTime",
                                             "pwdPolicySubentry",    "pwdReset",
                                             "nsAccountLock",        "accountUnlockTime"};
    const char *dn = proof->other.dn != NULL ? proof->other.dn : proof->reader.dn;
    inv_operation *schema = NULL;
    bool fine = true;
    inv_result result = INV_OK;

    if (dn == NULL)
        return INV_OK;
    result = ctl_schema_read(proof, &schema);
    for (size_t i = 0; result == INV_OK && i < sizeof(attributes) / sizeof(attributes[0]); i++) {
        bool seen = true;

        if (schema != NULL && !ctl_schema_has(schema->entries[0], "attributeTypes", attributes[i]))
            continue;
        result = is_seen(proof, dn, attributes[i], &seen);
        if (result != INV_OK || seen)
            continue;
        fine = false;
        ctl_proof_finding(
            proof, "locks", CTL_REMEDY_ACL,
            "%s is hidden from invitegate: an account that it locks would not be seen as "
            "locked",
            attributes[i]);
    }
    if (result == INV_OK && fine)
        ctl_proof_fine(proof, "locks", "a locked account is seen as such");
    inv_operation_free(&schema);
    return result;
}
