/* SPDX-License-Identifier: BSD-2-Clause */
#include "clock.h"

#include "invitegate/directory.h"
#include "invitegate/timestamp.h"

inv_result inv_clock_read(inv_call *call, time_t *now)
{
    static const char *const stamp[] = {"modifyTimestamp", NULL};
    char moment[INV_TIMESTAMP_SIZE];
    inv_operation *touch = inv_operation_new_modify(call->domain->invites);
    inv_operation *read = inv_operation_search(call->domain->invites, INV_SCOPE_BASE, NULL, stamp);
    const char *text = NULL;
    inv_result result;

    inv_timestamp_write_generalized(time(NULL), moment);
    inv_operation_text(touch, INV_CHANGE_REPLACE, "inviteClock", moment);
    result = inv_call_perform(call, touch, "asking for the directory's time", INV_LDAP_SUCCESS);
    if (result == INV_OK)
        result = inv_call_perform(call, read, "reading the directory's time", INV_LDAP_SUCCESS);
    if (result == INV_OK) {
        text = read->entry_count == 1 ? inv_entry_text(read->entries[0], "modifyTimestamp") : NULL;
        if (text == NULL || !inv_timestamp_parse_generalized(text, now))
            result =
                inv_verdict_set(call->verdict, INV_CONFIG,
                                "%s: modifyTimestamp cannot be read by the invitegate identity",
                                call->domain->invites);
    }
    inv_operation_free(&touch);
    inv_operation_free(&read);
    return result;
}
