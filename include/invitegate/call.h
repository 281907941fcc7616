/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_CALL_H
#define INVITEGATE_CALL_H

#include "invitegate/config.h"
#include "invitegate/deadline.h"
#include "invitegate/jid.h"
#include "invitegate/key.h"
#include "invitegate/log.h"

/* of invitegate/directory.h */
typedef struct inv_directory inv_directory;
typedef struct inv_operation inv_operation;
typedef struct inv_entry inv_entry;

/*
 * Whether a name that is free in the directory is taken elsewhere on the front end's host, as by a
 * local user. INV_OK: not that the front end knows; INV_NAME_RESERVED; or no verdict.
 */
typedef inv_result inv_claimed_elsewhere(void *context, const inv_jid *name, inv_verdict *verdict);

/*
 * What one front-end call works with. A plain value that owns nothing, for one thread. The
 * functions of model/ and of every wing above take it.
 */
typedef struct inv_call {
    const inv_config *config;
    const inv_domain *domain;
    const inv_keys *keys;
    const inv_log *log; /* may be NULL */
    inv_directory *directory;
    inv_deadline deadline;
    inv_verdict *verdict; /* of the front end; what a function of this call finds is put there */
    /*
     * Asked about a name that is to be registered, by a check too, once the directory has it free
     * and before a use is claimed; NULL: nothing is asked. The time it takes does not count: the
     * deadline moves with it.
     */
    inv_claimed_elsewhere *claimed_elsewhere;
    void *elsewhere; /* context of claimed_elsewhere */
} inv_call;

/*
 * The same call with another verdict, for what is done on the side: its outcome leaves the caller's
 * verdict as it is.
 */
inv_call inv_call_aside(const inv_call *call, inv_verdict *verdict);

/* inv_directory_run over the call's directory. */
inv_result inv_call_run(inv_call *call, inv_operation *const *operations, size_t count);

/* inv_call_perform, of an operation that is not NULL. */
inv_result inv_call_perform_made(inv_call *call, inv_operation *operation, const char *what,
                                 int expected);

/*
 * Runs one operation and judges its answer. INV_OK: it was answered with success, or with expected
 * (INV_LDAP_SUCCESS: nothing else is expected); inv_operation_answered tells which. Else as
 * inv_directory_run and inv_operation_result, which says what what is.
 * An operation that is NULL is one that there was no memory for. (Inline: static analyzers see that
 * INV_OK means an operation.)
 */
static inline inv_result inv_call_perform(inv_call *call, inv_operation *operation,
                                          const char *what, int expected)
{
    if (operation == NULL)
        return inv_verdict_no_memory(call->verdict);
    return inv_call_perform_made(call, operation, what, expected);
}

#endif
