/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/call.h"
#include "invitegate/directory.h"

inv_call inv_call_aside(const inv_call *call, inv_verdict *verdict)
{
    inv_call aside = *call;

    aside.verdict = verdict;
    return aside;
}

inv_result inv_call_run(inv_call *call, inv_operation *const *operations, size_t count)
{
    return inv_directory_run(call->directory, operations, count, &call->deadline, call->verdict);
}

inv_result inv_call_perform_made(inv_call *call, inv_operation *operation, const char *what,
                                 int expected)
{
    inv_result result = inv_call_run(call, &operation, 1);

    if (result != INV_OK || inv_operation_answered(operation, expected))
        return result;
    return inv_operation_result(operation, what, call->verdict);
}
