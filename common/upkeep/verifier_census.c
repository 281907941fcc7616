/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/verifier_census.h"

#include "invitegate/directory.h"
#include "invitegate/jid.h"
#include "model/account_verifiers.h"

/* Of the domain by its xmppJid, or without one by its place. */
static bool is_of_domain(const inv_domain *domain, const inv_entry *entry)
{
    const char *jid = inv_entry_text(entry, "xmppJid");

    return jid != NULL ? inv_jid_text_is_of(jid, domain)
                       : inv_dn_within(inv_entry_dn(entry), domain->people);
}

static void count_entry(const inv_domain *domain, const inv_entry *entry,
                        const inv_freshness_terms *terms, inv_verifier_census *census)
{
    const char *stale = NULL;

    census->accounts++;
    if (inv_entry_has(entry, "objectClass", "authPasswordObject") &&
        account_verifiers_are_complete(domain, entry) &&
        inv_account_verifiers_are_fresh(entry, terms, &stale))
        return;
    census->without++;
    if (inv_verifiers_moment_before_proof(entry, terms->dates) == NULL)
        census->undated++;
}

static inv_result read_dates(inv_call *call, inv_password_dates *dates)
{
    inv_operation *record = inv_verifiers_record_operation(call->domain);
    inv_result result =
        inv_call_perform(call, record, "reading how passwords are dated", INV_LDAP_SUCCESS);

    if (result == INV_OK)
        *dates = inv_verifiers_recorded_dates(record);
    inv_operation_free(&record);
    return result;
}

inv_result inv_verifier_census_take(inv_call *call, inv_verifier_census *census)
{
    static const char *const attributes[] = {
        "authPassword",  "objectClass",     "xmppJid",         "pwdChangedTime",
        "pwdUpdateTime", "xmppVerifiersOf", "createTimestamp", NULL};
    inv_freshness_terms terms = {.needs_password = false};
    inv_operation *search = NULL;
    inv_result result = read_dates(call, &terms.dates);

    *census = (inv_verifier_census){.accounts = 0};
    if (result != INV_OK)
        return result;
    search = inv_operation_search(call->domain->name_search_base, INV_SCOPE_SUBTREE,
                                  "(objectClass=xmppAccount)", attributes);
    if (search != NULL)
        search->paged = search->by_page = true;
    do {
        result = inv_call_perform(call, search, "counting accounts", INV_LDAP_SUCCESS);
        for (size_t i = 0; result == INV_OK && i < search->entry_count; i++) {
            if (is_of_domain(call->domain, search->entries[i]))
                count_entry(call->domain, search->entries[i], &terms, census);
        }
    } while (result == INV_OK && inv_operation_has_more(search));
    inv_operation_free(&search);
    return result;
}
