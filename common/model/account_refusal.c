/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account_refusal.h"

#include "invitegate/account.h"
#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "naming_context.h"

/* Why the directory refused an account, or its password: above all, what result 19 means. */

bool inv_account_write_is_ambiguous(const inv_operation *operation)
{
    return inv_operation_answered(operation, INV_LDAP_CONSTRAINT_VIOLATION) &&
           operation->policy_error == INV_POLICY_NONE;
}

static const char *words_of(const inv_operation *operation)
{
    return operation->diagnostic != NULL ? operation->diagnostic : "no reason given";
}

/* The password policy refused the password; policy_error says why. */
static inv_result refuse_password(const inv_operation *operation, int policy_error, bool clear,
                                  inv_verdict *verdict)
{
    char buffer[1];

    if (policy_error == INV_POLICY_TOO_YOUNG) {
        inv_verdict_set_text(verdict,
                             "The password was changed too recently. Please try again later.");
        return inv_verdict_set(verdict, INV_PASSWORD_REFUSED, "%s: passwordTooYoung: %s; %s",
                               operation->dn, words_of(operation),
                               inv_operation_remedy(operation, buffer, sizeof(buffer)));
    }
    if (!clear)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%s: the directory's password policy wants clear passwords, but "
                               "password_verifiers hashes them here; use password_verifiers = "
                               "server",
                               operation->dn);
    inv_verdict_set_weak_password(verdict, policy_error == INV_POLICY_TOO_SHORT,
                                  operation->diagnostic);
    return inv_verdict_set(verdict, INV_PASSWORD_REFUSED, "the directory's password policy: %s",
                           words_of(operation));
}

inv_result inv_account_write_result(const inv_operation *operation, bool clear,
                                    inv_verdict *verdict)
{
    if (inv_operation_answered(operation, INV_LDAP_ENTRY_ALREADY_EXISTS))
        return inv_verdict_set(verdict, INV_NAME_TAKEN, "%s exists already", operation->dn);
    if (inv_account_write_is_ambiguous(operation))
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%s: a constraint of the directory, which is none of its password "
                               "policy, refuses the entry: %s",
                               operation->dn, words_of(operation));
    if (inv_operation_answered(operation, INV_LDAP_CONSTRAINT_VIOLATION))
        return refuse_password(operation, operation->policy_error, clear, verdict);
    return inv_operation_result(operation, "writing the account", verdict);
}

/* ------------------------------------------------------ a 19 that no policy control goes with */

/*
 * Recognizes the password policy by the words of pw.c of 389 Directory Server, which may refuse a
 * password without the ppolicy control. Words of other servers are never looked at.
 */
static bool policy_error_of_389ds(const char *words, int *policy_error)
{
    static const struct {
        const char *words;
        int policy_error;
    } known[] = {
        {"invalid password syntax - password must be at least ", INV_POLICY_TOO_SHORT},
        {"invalid password syntax", INV_POLICY_INSUFFICIENT_QUALITY},
        {"password in history", INV_POLICY_IN_HISTORY},
        {"within password minimum age", INV_POLICY_TOO_YOUNG},
    };

    for (size_t i = 0; words != NULL && i < sizeof(known) / sizeof(known[0]); i++) {
        if (strncmp(words, known[i].words, strlen(known[i].words)) == 0) {
            *policy_error = known[i].policy_error;
            return true;
        }
    }
    return false;
}

static bool is_389ds(const inv_operation *root)
{
    const char *vendor =
        root->entry_count == 1 ? inv_entry_text(root->entries[0], "vendorName") : NULL;

    return vendor != NULL && inv_ascii_equal_in(vendor, "389", 3);
}

/* Returns filter with (attribute=value) appended, and frees filter; NULL when memory is short. */
static char *append_term(char *filter, const char *attribute, const char *value)
{
    char *escaped = value != NULL ? inv_filter_escape(value) : NULL;
    char *longer = NULL;

    if (filter != NULL && escaped != NULL &&
        asprintf(&longer, "%s(%s=%s)", filter, attribute, escaped) == -1)
        longer = NULL;
    free(escaped);
    free(filter);
    return longer;
}

/*
 * A filter for any of the values that an account of this name gets because of the name. The caller
 * frees it; NULL when memory is short.
 */
static char *values_filter(const inv_domain *domain, const inv_jid *name)
{
    char *filter = strdup("(|");
    char *whole = NULL;

    filter = append_term(filter, domain->account_rdn, inv_jid_local(name));
    filter = append_term(filter, "xmppJid", inv_jid_text(name));
    for (size_t i = 0; filter != NULL && i < domain->account_attribute_count; i++) {
        const inv_attribute_template *item = &domain->account_attributes[i];
        char *value;

        if (strstr(item->value, "%u") == NULL && strstr(item->value, "%j") == NULL)
            continue;
        value = inv_jid_expand(name, item->value, NULL);
        filter = append_term(filter, item->attribute, value);
        free(value);
    }
    if (filter != NULL && asprintf(&whole, "%s)", filter) == -1)
        whole = NULL;
    free(filter);
    return whole;
}

/* *holder: the DN of an entry below base that filter lets in, to be freed; NULL: none is found. */
static inv_result find_below(inv_call *call, const char *base, const char *filter, char **holder)
{
    static const char *const nothing[] = {NULL};
    inv_operation *search = inv_operation_search(base, INV_SCOPE_SUBTREE, filter, nothing);
    inv_result result;

    if (search != NULL)
        search->size_limit = 1;
    result = inv_call_run(call, &search, 1);
    if (result == INV_OK && search != NULL && search->entry_count > 0) {
        *holder = strdup(inv_entry_dn(search->entries[0]));
        if (*holder == NULL)
            result = inv_verdict_no_memory(call->verdict);
    }
    inv_operation_free(&search);
    return result;
}

/*
 * *holder: the DN of an entry that has one of the values, to be freed; NULL: none is found. A
 * constraint of the directory may look at every naming context that holds name_search_base; where
 * none can be read, that base itself is searched.
 */
static inv_result find_value_elsewhere(inv_call *call, const inv_jid *name,
                                       const inv_operation *root, char **holder)
{
    const char *base = call->domain->name_search_base;
    char *filter = values_filter(call->domain, name);
    size_t index = 0;
    const char *context = naming_context_next(root, base, &index);
    inv_result result = filter != NULL ? INV_OK : inv_verdict_no_memory(call->verdict);

    *holder = NULL;
    if (result == INV_OK && context == NULL)
        result = find_below(call, base, filter, holder);
    while (result == INV_OK && *holder == NULL && context != NULL) {
        result = find_below(call, context, filter, holder);
        context = naming_context_next(root, base, &index);
    }
    free(filter);
    return result;
}

inv_result inv_account_check_refusal(inv_call *call, const inv_jid *name,
                                     const inv_operation *operation)
{
    const bool clear = (call->domain->verifiers & INV_VERIFIER_SERVER) != 0;
    inv_operation *root = NULL;
    char *holder = NULL;
    int policy_error = INV_POLICY_NONE;
    inv_result result;

    if (!inv_account_write_is_ambiguous(operation))
        return inv_account_write_result(operation, clear, call->verdict);
    root = naming_contexts_read();
    result = inv_call_run(call, &root, 1);
    if (result != INV_OK)
        goto cleanup;
    if (is_389ds(root) && policy_error_of_389ds(operation->diagnostic, &policy_error)) {
        result = refuse_password(operation, policy_error, clear, call->verdict);
        goto cleanup;
    }
    if (operation->kind == INV_OPERATION_ADD)
        result = find_value_elsewhere(call, name, root, &holder);
    if (result == INV_OK && holder != NULL)
        result = inv_verdict_set(call->verdict, INV_NAME_TAKEN,
                                 "%s has a value that account_attributes makes of this name: %s",
                                 holder, words_of(operation));
    else if (result == INV_OK)
        result = inv_account_write_result(operation, clear, call->verdict);
cleanup:
    inv_operation_free(&root);
    free(holder);
    return result;
}
