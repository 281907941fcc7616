/* SPDX-License-Identifier: BSD-2-Clause */
#include "refused.h"

#include "invitegate/directory.h"
#include "libldap.h"

/* How often in all a change is sent that 389 DS refuses because it could not lock the entry. */
#define REFUSED_TRIES 5

/*
 * The DN of the entry that a change refused with 50 needs, or NULL. An add that was refused with
 * words is refused for another reason.
 */
static const char *wanted_by_refused(const inv_operation *operation)
{
    if (!inv_operation_answered(operation, INV_LDAP_INSUFFICIENT_ACCESS))
        return NULL;
    if (operation->kind == INV_OPERATION_ADD)
        return operation->diagnostic == NULL ? inv_dn_parent(operation->dn) : NULL;
    return operation->kind == INV_OPERATION_MODIFY || operation->kind == INV_OPERATION_DELETE
               ? operation->dn
               : NULL;
}

/*
 * 389 DS answers a change with 50 and no words when it does not find the entry, or the one that an
 * add goes below, and the identity may not do the same to the entry above. There are two causes.
 *
 * The entry does not exist: the search is answered 32, with the matched DN (slapd also answers 32
 * for an entry that it hides, but without a matched DN). The operation's code becomes 32.
 *
 * The entry exists and cannot be locked: *ret_again is set, nothing was done. Up to 2.3.7
 * and 2.4.4, every change that fails, a lost claim too, invalidates all entries that came into the
 * cache since it began, and an invalid entry stays there for as long as it is being sent to a
 * client (389ds/389-ds-base, issues 5939 and 5944). 389 DS is recognized by nsUniqueId, which
 * entries of no other server have.
 */
static inv_result look_for(const refused_flight *flight, inv_operation *operation,
                           const char *wanted, bool *ret_again)
{
    static const char *const attributes[] = {"nsUniqueId", NULL};
    inv_operation *look = inv_operation_search(wanted, INV_SCOPE_BASE, NULL, attributes);
    inv_result result;

    *ret_again = false;
    if (look == NULL || look->no_memory)
        result = inv_verdict_no_memory(flight->verdict);
    else
        result = flight->run(flight->directory, &look, 1, flight->deadline, flight->verdict);
    if (result == INV_OK && inv_operation_answered(look, INV_LDAP_NO_SUCH_OBJECT) &&
        look->matched_dn != NULL && look->matched_dn[0] != '\0')
        inv_operation_answer(operation, look->code, look->matched_dn, look->diagnostic);
    else if (result == INV_OK && look->entry_count == 1)
        *ret_again =
            operation->diagnostic == NULL && inv_entry_count(look->entries[0], "nsUniqueId") > 0;
    inv_operation_free(&look);
    return result;
}

static inv_result retry_one(const refused_flight *flight, inv_operation *operation)
{
    for (int sent = 1;; sent++) {
        const char *wanted = wanted_by_refused(operation);
        bool again = false;
        inv_result result = INV_OK;

        if (wanted != NULL)
            result = look_for(flight, operation, wanted, &again);
        if (result != INV_OK || !again)
            return result;
        if (sent == REFUSED_TRIES) {
            inv_operation_answer(operation, INV_LDAP_BUSY, NULL,
                                 "389 Directory Server cannot lock the entry, or the one above it, "
                                 "while others read it");
            return INV_OK;
        }
        inv_operation_reset(operation);
        result = flight->run(flight->directory, &operation, 1, flight->deadline, flight->verdict);
        if (result != INV_OK)
            return result;
    }
}

inv_result refused_retry(const refused_flight *flight, inv_operation *const *operations,
                         size_t count)
{
    inv_result result = INV_OK;

    for (size_t i = 0; i < count && result == INV_OK; i++)
        result = retry_one(flight, operations[i]);
    return result;
}
