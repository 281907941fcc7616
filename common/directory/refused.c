/* SPDX-License-Identifier: BSD-2-Clause */
#include "refused.h"

#include "libldap.h"

/* How often a change is sent that 389 DS refuses though no rule forbids it. */
#define REFUSED_TRIES 5

/* The entry without which a change that was refused cannot be: an add is refused with words else.
 */
static const char *wanted_by_refused(const inv_operation *operation)
{
    if (!inv_operation_answered(operation, INV_LDAP_INSUFFICIENT_ACCESS))
        return NULL;
    if (operation->kind == INV_OPERATION_ADD)
        return operation->diagnostic == NULL ? inv_dn_parent(operation->dn) : NULL;
    return operation->kind != INV_OPERATION_SEARCH ? operation->dn : NULL;
}

/*
 * To who may not do the same to the entry above, 389 DS answers a change with 50 and no words when
 * it does not find the entry, or the one that an add goes below. Either there is none: a search
 * tells, with the DN up to which there is one. (slapd also answers 32 for an entry that it hides,
 * but without that.) Or it is there, and cannot be locked: *ret_again is set, nothing was done. Up
 * to 2.3.7 and 2.4.4 every change that fails, a lost claim too, makes all invalid that came into
 * the cache since it began, and what is invalid stays there for as long as somebody is being sent
 * it (389ds/389-ds-base, issues 5939 and 5944). Entries have a nsUniqueId only there.
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

static inv_result settle_one(const refused_flight *flight, inv_operation *operation)
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

inv_result refused_settle(const refused_flight *flight, inv_operation *const *operations,
                          size_t count)
{
    inv_result result = INV_OK;

    for (size_t i = 0; i < count && result == INV_OK; i++)
        result = settle_one(flight, operations[i]);
    return result;
}
