/* SPDX-License-Identifier: BSD-2-Clause */
#include "invite_terms.h"

#include "invitegate/ascii.h"
#include "invitegate/directory.h"

#define HIDDEN "; is it hidden from the invitegate identity by a rule of access?"

static const char *const restricting[] = {"inviteUser",
                                          "inviteInviter",
                                          "inviteAccountExpires",
                                          "inviteAccountState",
                                          "inviteRosterSubscription",
                                          NULL};

const char *const *inv_invite_restricting(void)
{
    return restricting;
}

/* The attribute that a term names, as the schema spells it, or NULL. */
static const char *restricted_by(const char *term)
{
    size_t i = 0;

    while (restricting[i] != NULL && !inv_ascii_equal(restricting[i], term))
        i++;
    return restricting[i];
}

static inv_result check_term(const inv_entry *entry, const char *term, bool *inherit_groups,
                             inv_verdict *verdict)
{
    const char *attribute = restricted_by(term);

    if (inv_ascii_equal(term, INVITE_TERMS_NONE))
        return inv_entry_count(entry, "inviteTerms") == 1
                   ? INV_OK
                   : inv_verdict_set(verdict, INV_CONFIG,
                                     "%s: inviteTerms has \"none\" beside other values",
                                     inv_entry_dn(entry));
    if (inv_ascii_equal(term, INVITE_TERMS_INHERIT_GROUPS)) {
        *inherit_groups = true;
        return INV_OK;
    }
    if (attribute == NULL)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%s: inviteTerms names \"%s\", which this release does not know",
                               inv_entry_dn(entry), term);
    if (inv_entry_count(entry, attribute) == 0)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%s: %s, which inviteTerms names, is not in the answer" HIDDEN,
                               inv_entry_dn(entry), attribute);
    return INV_OK;
}

inv_result invite_terms_check(const inv_entry *entry, bool *inherit_groups, inv_verdict *verdict)
{
    size_t count = inv_entry_count(entry, "inviteTerms");
    inv_result result = INV_OK;

    *inherit_groups = false;
    if (count == 0)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%s: inviteTerms is not in the answer; the invite is of an older "
                               "release (invitectl init adds it), or it is hidden from the "
                               "invitegate identity",
                               inv_entry_dn(entry));
    for (size_t i = 0; result == INV_OK && i < count; i++)
        result = check_term(entry, inv_entry_value(entry, "inviteTerms", i, NULL), inherit_groups,
                            verdict);
    for (size_t i = 0; result == INV_OK && restricting[i] != NULL; i++) {
        const char *attribute = restricting[i];

        if (inv_entry_count(entry, attribute) > 0 &&
            !inv_entry_has(entry, "inviteTerms", attribute))
            result = inv_verdict_set(verdict, INV_CONFIG,
                                     "%s: inviteTerms does not name %s; who else writes invites?",
                                     inv_entry_dn(entry), attribute);
    }
    return result;
}

static bool has_attribute(const inv_operation *add, const char *attribute)
{
    for (size_t i = 0; i < add->change_count; i++) {
        if (inv_ascii_equal(add->changes[i].attribute, attribute))
            return true;
    }
    return false;
}

void invite_terms_add(inv_operation *add, bool inherit_groups)
{
    bool any = inherit_groups;

    for (size_t i = 0; restricting[i] != NULL; i++) {
        if (!has_attribute(add, restricting[i]))
            continue;
        any = true;
        inv_operation_text(add, INV_CHANGE_ADD, "inviteTerms", restricting[i]);
    }
    if (inherit_groups)
        inv_operation_text(add, INV_CHANGE_ADD, "inviteTerms", INVITE_TERMS_INHERIT_GROUPS);
    if (!any)
        inv_operation_text(add, INV_CHANGE_ADD, "inviteTerms", INVITE_TERMS_NONE);
}
