/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "setup/rights.h"
#include "setup/value.h"

/* Of any release. */
static bool begins_block(const char *value)
{
    static const char first[] = "to dn.base=\"cn=rules of invitegate ";
    static const char last[] = " begin\" by * break";
    const char *text = ctl_value_text(value);
    size_t length = strlen(text);

    return strncmp(text, first, strlen(first)) == 0 && length > strlen(last) &&
           strcmp(text + length - strlen(last), last) == 0;
}

inv_result ctl_block_read(const ctl_task *setup, const inv_entry *database, ctl_block *block)
{
    size_t begins = 0;
    size_t ends = 0;

    *block = (ctl_block){.there = false};
    for (size_t i = 0; i < inv_entry_count(database, "olcAccess"); i++) {
        const char *value = inv_entry_value(database, "olcAccess", i, NULL);

        if (ctl_rights_is_rule(setup, value))
            continue;
        if (begins_block(value)) {
            begins++;
            block->begin = block->rules.count;
        } else if (ctl_value_equal(value, CTL_BLOCK_END)) {
            ends++;
            block->end = block->rules.count;
        }
        if (!ctl_texts_add(&block->rules, ctl_value_text(value)))
            return inv_verdict_no_memory(setup->verdict);
    }
    block->there = begins == 1 && ends == 1 && block->begin < block->end;
    if (block->there || begins + ends == 0)
        return INV_OK;
    return inv_verdict_set(setup->verdict, INV_CONFIG,
                           "olcAccess of %s: the rules that mark those of invitegate are damaged. "
                           "They are \"%s\" and \"%s\", once each; what stands between them is "
                           "written anew",
                           inv_entry_dn(database), CTL_BLOCK_BEGIN, CTL_BLOCK_END);
}

void ctl_block_clear(ctl_block *block)
{
    ctl_texts_clear(&block->rules);
}

bool ctl_block_is(const ctl_block *block, const ctl_texts *wanted)
{
    if (!block->there || block->end - block->begin + 1 != wanted->count)
        return false;
    for (size_t i = 0; i < wanted->count; i++) {
        if (!ctl_value_equal(block->rules.texts[block->begin + i], wanted->texts[i]))
            return false;
    }
    return true;
}

inv_operation *ctl_block_change(const char *dn, const ctl_block *block, const ctl_texts *wanted,
                                size_t place, const ctl_texts *loose)
{
    inv_operation *modify = inv_operation_new_modify(dn);

    /* by their texts, without a number: slapd takes no other */
    for (size_t i = block->begin; block->there && i <= block->end; i++)
        inv_operation_text(modify, INV_CHANGE_DELETE, "olcAccess", block->rules.texts[i]);
    for (size_t i = 0; loose != NULL && i < loose->count; i++)
        inv_operation_text(modify, INV_CHANGE_DELETE, "olcAccess", loose->texts[i]);
    for (size_t i = 0; i < wanted->count; i++) {
        char *value = NULL;

        if (asprintf(&value, "{%zu}%s", (block->there ? block->begin : place) + i,
                     wanted->texts[i]) < 0) {
            inv_operation_free(&modify);
            return NULL;
        }
        inv_operation_text(modify, INV_CHANGE_ADD, "olcAccess", value);
        free(value);
    }
    return modify;
}
