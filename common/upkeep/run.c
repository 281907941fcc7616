/* SPDX-License-Identifier: BSD-2-Clause */
#include "run.h"

#include <stdarg.h>
#include <stdio.h>

#include "invitegate/directory.h"

void repair_note(const repair *run, inv_repair_action action, const char *dn, const char *format,
                 ...)
{
    char text[512];
    inv_repair_note made = {.action = action, .dn = dn, .text = text};
    va_list arguments;

    va_start(arguments, format);
    if (vsnprintf(text, sizeof(text), format, arguments) < 0)
        text[0] = '\0';
    va_end(arguments);
    if (action == INV_REPAIR_LEFT)
        (*run->left)++;
    run->visitor->note(run->visitor->context, &made);
}

void repair_progress(const repair *run, const char *what, size_t done, size_t total)
{
    if (run->visitor->progress != NULL)
        run->visitor->progress(run->visitor->context, what, done, total);
}

inv_result repair_entry_result(const repair *run, inv_result result, const char *dn)
{
    if (result == INV_CONFIG)
        repair_note(run, INV_REPAIR_LEFT, dn, "%s", run->call->verdict->why);
    return result == INV_CONFIG || result == INV_BAD_TOKEN ? INV_OK : result;
}

void repair_renew_deadline(const repair *run)
{
    run->call->deadline = inv_deadline_in(run->call->config->directory.timeout_ms);
}

inv_result repair_search(const repair *run, const char *what, inv_operation *search)
{
    inv_call *call = run->call;
    inv_result result;

    repair_progress(run, what, 0, 0);
    if (search != NULL)
        search->paged = true;
    call->deadline = inv_deadline_in(INV_REPAIR_SEARCH_MILLISECONDS);
    result = inv_call_perform(call, search, "searching", INV_LDAP_SUCCESS);
    repair_renew_deadline(run);
    return result;
}

inv_result repair_each(const repair *run, const char *what, inv_operation *search,
                       inv_result (*repair_entry)(const repair *run, const inv_entry *entry))
{
    inv_result result = repair_search(run, what, search);

    for (size_t i = 0; result == INV_OK && i < search->entry_count; i++) {
        repair_progress(run, what, i, search->entry_count);
        result = repair_entry(run, search->entries[i]);
    }
    inv_operation_free(&search);
    return result;
}

bool repair_is_old(const repair *run, time_t changed)
{
    return changed != 0 && run->now > changed + run->call->domain->claim_grace;
}

bool repair_is_balanced(const inv_invite *invite)
{
    return invite->uses == 0 ||
           inv_invite_open_uses(invite) + (long)invite->claim_count + (long)invite->used_by_count ==
               invite->uses;
}

inv_result repair_tell_removal(const repair *run, inv_result result, bool changed, const char *dn,
                               const char *why)
{
    if (result == INV_CONFIG) {
        repair_note(run, INV_REPAIR_LEFT, dn, "%s, but it cannot be removed: %s", why,
                    run->call->verdict->why);
        return INV_OK;
    }
    if (result == INV_OK && !changed)
        repair_note(run, INV_REPAIR_REMOVED, dn, "%s", why);
    return result;
}
