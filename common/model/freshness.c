/* SPDX-License-Identifier: BSD-2-Clause */
#include "freshness.h"

#include "invitegate/freshness.h"

#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "invitegate/timestamp.h"

const char *const inv_verifiers_moment_attributes[] = {"pwdChangedTime", "pwdUpdateTime",
                                                       "modifyTimestamp", NULL};

/* ------------------------------------------------------------------------------- the record */

const char *inv_password_dates_word(inv_password_dates dates)
{
    switch (dates) {
    case INV_PASSWORD_DATES_NEVER:
        return "never";
    case INV_PASSWORD_DATES_CHANGE:
        return "change";
    case INV_PASSWORD_DATES_ADD:
        return "add";
    case INV_PASSWORD_DATES_UNKNOWN:
        break;
    }
    return NULL;
}

inv_password_dates inv_password_dates_of_container(const inv_entry *container)
{
    static const inv_password_dates all[] = {INV_PASSWORD_DATES_NEVER, INV_PASSWORD_DATES_CHANGE,
                                             INV_PASSWORD_DATES_ADD};
    const char *text = inv_entry_text(container, "invitePasswordDates");

    for (size_t i = 0; text != NULL && i < sizeof(all) / sizeof(all[0]); i++) {
        if (inv_ascii_equal(text, inv_password_dates_word(all[i])))
            return all[i];
    }
    return INV_PASSWORD_DATES_UNKNOWN;
}

/* -------------------------------------------------------------------------------- the entry */

/* *present: the attribute has a value. False: it is no time. */
static bool read_moment(const inv_entry *entry, const char *attribute, bool *present,
                        time_t *moment)
{
    const char *text = inv_entry_text(entry, attribute);

    *present = text != NULL;
    *moment = 0;
    return text == NULL || inv_timestamp_parse_generalized(text, moment);
}

const char *inv_password_date(const inv_entry *entry)
{
    const char *changed = inv_entry_text(entry, "pwdChangedTime");
    const char *updated = inv_entry_text(entry, "pwdUpdateTime");
    time_t changed_at = 0;
    time_t updated_at = 0;

    if (changed == NULL || updated == NULL)
        return changed != NULL ? changed : updated;
    if (!inv_timestamp_parse_generalized(changed, &changed_at))
        return changed;
    return inv_timestamp_parse_generalized(updated, &updated_at) && updated_at <= changed_at
               ? changed
               : updated;
}

static const char *why_stale_dated(const inv_entry *entry, time_t changed)
{
    bool has_of = false;
    bool has_created = false;
    time_t of = 0;
    time_t created = 0;

    if (!read_moment(entry, "xmppVerifiersOf", &has_of, &of))
        return "xmppVerifiersOf is no time";
    if (has_of)
        return of == changed ? NULL : "the password was changed elsewhere since they were written";
    if (!read_moment(entry, "createTimestamp", &has_created, &created) || !has_created)
        return "createTimestamp cannot be read";
    return changed <= created ? NULL : "the password was changed elsewhere since the account came";
}

static const char *why_stale_undated(const inv_entry *entry, inv_password_dates dates)
{
    bool has_of = false;
    time_t of = 0;
    time_t no_password = 0;
    time_t undated = 0;

    if (!read_moment(entry, "xmppVerifiersOf", &has_of, &of) ||
        !inv_timestamp_parse_generalized(INV_VERIFIERS_OF_NO_PASSWORD, &no_password) ||
        !inv_timestamp_parse_generalized(INV_VERIFIERS_OF_UNDATED, &undated))
        return "xmppVerifiersOf is no time";
    if (has_of)
        return of == no_password || (of == undated && dates == INV_PASSWORD_DATES_CHANGE)
                   ? NULL
                   : "pwdChangedTime (389 DS: pwdUpdateTime) is gone or hidden";
    return dates == INV_PASSWORD_DATES_CHANGE
               ? NULL
               : "pwdChangedTime, which this directory writes with an add, is missing or hidden";
}

static bool is_without_password(const inv_entry *entry)
{
    bool has_of = false;
    time_t of = 0;
    time_t no_password = 0;

    return read_moment(entry, "xmppVerifiersOf", &has_of, &of) && has_of &&
           inv_timestamp_parse_generalized(INV_VERIFIERS_OF_NO_PASSWORD, &no_password) &&
           of == no_password;
}

bool inv_account_verifiers_are_fresh(const inv_entry *entry, const inv_freshness_terms *terms,
                                     const char **why)
{
    const char *date = inv_password_date(entry);
    time_t changed = 0;

    if (terms->dates == INV_PASSWORD_DATES_UNKNOWN)
        *why = "nobody proved how the directory dates passwords: run invitectl init";
    else if (terms->dates == INV_PASSWORD_DATES_NEVER)
        *why = "the directory does not date passwords: run invitectl doctor";
    else if (terms->untracked)
        *why = "the password policy of this entry dates no changes: it lacks "
               "passwordTrackUpdateTime: on, or invitegate may not read it";
    else if (terms->needs_password && !terms->has_password && !is_without_password(entry))
        *why = "userPassword was deleted, or invitegate may not search for it";
    else if (date != NULL && !inv_timestamp_parse_generalized(date, &changed))
        *why = "pwdChangedTime or pwdUpdateTime is no time";
    else
        *why =
            date != NULL ? why_stale_dated(entry, changed) : why_stale_undated(entry, terms->dates);
    return *why == NULL;
}

const char *inv_verifiers_moment_before_proof(const inv_entry *entry, inv_password_dates dates)
{
    const char *date = inv_password_date(entry);
    time_t moment = 0;

    if (dates != INV_PASSWORD_DATES_ADD && dates != INV_PASSWORD_DATES_CHANGE)
        return NULL;
    if (date != NULL)
        return inv_timestamp_parse_generalized(date, &moment) ? date : NULL;
    return dates == INV_PASSWORD_DATES_CHANGE ? INV_VERIFIERS_OF_UNDATED : NULL;
}

const char *inv_verifiers_moment(const inv_entry *after, bool with_password)
{
    const char *changed = inv_entry_text(after, "pwdChangedTime");
    const char *updated = inv_entry_text(after, "pwdUpdateTime");

    if (changed != NULL)
        return changed;
    if (with_password)
        return inv_entry_text(after, "modifyTimestamp");
    return updated != NULL ? updated : INV_VERIFIERS_OF_NO_PASSWORD;
}

/* -------------------------------------------------------------------------------- one flight */

enum { READ_ENTRY, READ_RECORD, READ_PASSWORD };

inv_operation *inv_verifiers_record_operation(const inv_domain *domain)
{
    static const char *const of_record[] = {"invitePasswordDates", NULL};

    return inv_operation_search(domain->invites, INV_SCOPE_BASE, NULL, of_record);
}

inv_password_dates inv_verifiers_recorded_dates(const inv_operation *record)
{
    return record->entry_count == 1 ? inv_password_dates_of_container(record->entries[0])
                                    : INV_PASSWORD_DATES_UNKNOWN;
}

inv_password_dates freshness_remember_dates(inv_call *call, const inv_operation *record)
{
    const inv_password_dates dates = inv_verifiers_recorded_dates(record);

    if (dates == INV_PASSWORD_DATES_ADD || dates == INV_PASSWORD_DATES_CHANGE)
        inv_directory_remember(call->directory, call->domain->invites, (int)dates,
                               FRESHNESS_REMEMBERED_MS);
    return dates;
}

bool freshness_recall_dates(const inv_call *call, inv_password_dates *dates)
{
    int remembered = INV_PASSWORD_DATES_UNKNOWN;

    if (!inv_directory_recall(call->directory, call->domain->invites, &remembered))
        return false;
    *dates = (inv_password_dates)remembered;
    return true;
}

void inv_verifiers_read_start(inv_verifiers_read *verifiers, const inv_domain *domain,
                              const char *dn)
{
    static const char *const of_entry[] = {"authPassword",
                                           "pwdChangedTime",
                                           "pwdUpdateTime",
                                           "xmppVerifiersOf",
                                           "createTimestamp",
                                           "pwdPolicySubentry",
                                           NULL};
    static const char *const nothing[] = {NULL};

    *verifiers = (inv_verifiers_read){.count = READ_PASSWORD,
                                      .terms.needs_password =
                                          (domain->verifiers & INV_VERIFIERS_USER_PASSWORD) != 0};
    verifiers->flight[READ_ENTRY] = inv_operation_search(dn, INV_SCOPE_BASE, NULL, of_entry);
    verifiers->flight[READ_RECORD] = inv_verifiers_record_operation(domain);
    if (!verifiers->terms.needs_password)
        return;
    verifiers->flight[READ_PASSWORD] =
        inv_operation_search(dn, INV_SCOPE_BASE, "(userPassword=*)", nothing);
    verifiers->count++;
}

inv_result inv_verifiers_read_check(inv_verifiers_read *verifiers, inv_verdict *verdict)
{
    const inv_operation *entry = verifiers->flight[READ_ENTRY];
    const inv_operation *record = verifiers->flight[READ_RECORD];
    const inv_operation *password = verifiers->flight[READ_PASSWORD];
    inv_result result = inv_operation_result(entry, "reading the verifiers", verdict);

    if (result == INV_OK)
        result = inv_operation_result(record, "reading how passwords are dated", verdict);
    if (result == INV_OK && password != NULL)
        result = inv_operation_result(password, "looking for userPassword", verdict);
    if (result != INV_OK || entry->entry_count != 1)
        return result;
    verifiers->terms.dates = inv_verifiers_recorded_dates(record);
    verifiers->terms.has_password = password != NULL && password->entry_count == 1;
    verifiers->entry = entry->entries[0];
    verifiers->fresh =
        inv_account_verifiers_are_fresh(verifiers->entry, &verifiers->terms, &verifiers->stale);
    return INV_OK;
}

void inv_verifiers_read_end(inv_verifiers_read *verifiers)
{
    for (size_t i = 0; i < INV_VERIFIERS_READ_MAX; i++)
        inv_operation_free(&verifiers->flight[i]);
    verifiers->entry = NULL;
}

/* ---------------------------------------------------------------------- policies of an entry */

inv_result inv_verifiers_ask_policy(inv_call *call, const inv_entry *entry,
                                    inv_freshness_terms *terms)
{
    static const char *const of_policy[] = {"passwordTrackUpdateTime", NULL};
    const char *own = inv_entry_text(entry, "pwdPolicySubentry");
    inv_operation *search;
    inv_result result;

    terms->untracked = false;
    if (own == NULL || terms->dates != INV_PASSWORD_DATES_CHANGE)
        return INV_OK;
    search = inv_operation_search(own, INV_SCOPE_BASE, NULL, of_policy);
    result = inv_call_run(call, &search, 1);
    if (result == INV_OK)
        terms->untracked = !inv_operation_answered(search, INV_LDAP_SUCCESS) ||
                           search->entry_count != 1 ||
                           !inv_entry_has(search->entries[0], "passwordTrackUpdateTime", "on");
    inv_operation_free(&search);
    return result;
}

inv_result inv_verifiers_read_policy(inv_call *call, inv_verifiers_read *verifiers)
{
    inv_result result = INV_OK;

    if (verifiers->entry == NULL)
        return INV_OK;
    result = inv_verifiers_ask_policy(call, verifiers->entry, &verifiers->terms);
    verifiers->fresh =
        result == INV_OK &&
        inv_account_verifiers_are_fresh(verifiers->entry, &verifiers->terms, &verifiers->stale);
    return result;
}
