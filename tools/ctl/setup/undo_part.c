/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "undo_part.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/dn.h"
#include "setup/record.h"
#include "setup/value.h"

#define CONFIG "cn=config"

inv_result ctl_undo_end(ctl_undoing *work, json_t *record)
{
    return json_array_append(work->over, record) == 0 ? INV_OK
                                                      : inv_verdict_no_memory(work->setup->verdict);
}

/* ------------------------------------------------------------------------------------ finding it
 */

/*
 * Whether two entries of cn=config are the same; where setup gave the second one no number "{n}",
 * but for that of the first. (Two databases differ in nothing else.)
 */
static bool is_same(const char *numbered, const char *dn)
{
    char *attributes[2] = {NULL, NULL};
    char *values[2] = {NULL, NULL};
    bool same = inv_dn_leaf(numbered, &attributes[0], &values[0]) &&
                inv_dn_leaf(dn, &attributes[1], &values[1]) &&
                inv_ascii_equal(attributes[0], attributes[1]) &&
                (inv_ascii_equal(values[0], values[1]) ||
                 inv_ascii_equal(ctl_value_text(values[0]), values[1]));

    for (size_t i = 0; i < 2; i++) {
        free(attributes[i]);
        free(values[i]);
    }
    return same;
}

inv_result ctl_undo_find(const ctl_task *setup, const char *dn, inv_operation **search,
                         const inv_entry **ret_entry)
{
    const bool config = inv_dn_within(dn, CONFIG);
    static const char *const with_acis[] = {"*", "aci", NULL};
    const char *parent = inv_dn_parent(dn);
    inv_result result;

    *ret_entry = NULL;
    if (setup->is_389)
        *search = inv_operation_search(dn, INV_SCOPE_BASE, NULL, with_acis);
    else
        *search = NULL;
    if (setup->is_389)
        result = ctl_setup_run(setup, setup->directory, *search);
    else
        result = ctl_setup_search(setup, config && parent != NULL ? parent : dn,
                                  config && parent != NULL ? INV_SCOPE_ONE : INV_SCOPE_BASE, NULL,
                                  search);
    for (size_t i = 0; result == INV_OK && i < (*search)->entry_count; i++) {
        if (!config || is_same(inv_entry_dn((*search)->entries[i]), dn))
            *ret_entry = (*search)->entries[i];
    }
    return result;
}

/* Whether the journal has the entry, so that it goes too. */
static bool is_own_entry(const ctl_task *setup, const char *dn)
{
    for (size_t i = 0; i < ctl_journal_count(setup->journal); i++) {
        const json_t *record = ctl_journal_record(setup->journal, i);

        if (strcmp(ctl_record_text(record, "kind"), "entry") == 0 &&
            inv_dn_equal(ctl_record_text(record, "dn"), dn))
            return true;
    }
    return false;
}

inv_result ctl_undo_in_use(const ctl_task *setup, const char *dn, bool *ret_in_use)
{
    static const char *const nothing[] = {NULL};
    inv_operation *search = inv_operation_search(dn, INV_SCOPE_ONE, NULL, nothing);
    inv_result result = ctl_setup_run(setup, setup->directory, search);

    *ret_in_use = false;
    for (size_t i = 0; result == INV_OK && i < search->entry_count && !*ret_in_use; i++)
        *ret_in_use = !is_own_entry(setup, inv_entry_dn(search->entries[i]));
    inv_operation_free(&search);
    return result;
}
