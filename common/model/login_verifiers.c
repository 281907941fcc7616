/* SPDX-License-Identifier: BSD-2-Clause */
#include "login_verifiers.h"

#include "account_write.h"
#include "invitegate/directory.h"

/*
 * Of each mechanism that the domain keeps. Most identities may not read authPassword: for them an
 * entry without its class has none, and else the dates decide.
 */
static bool has_fresh(const inv_domain *domain, account_dated *dated)
{
    const char *stale = NULL;

    dated->terms.has_password = true; /* the proof was its */
    return dated->account->has_auth_password_class &&
           account_verifiers_are_complete(domain, dated->entry) &&
           inv_account_verifiers_are_fresh(dated->entry, &dated->terms, &stale);
}

/* Another login or a reset has written verifiers since: by the old values, or by the class. */
static bool was_overtaken(const inv_operation *modify)
{
    return inv_operation_answered(modify, INV_LDAP_NO_SUCH_ATTRIBUTE) ||
           inv_operation_answered(modify, INV_LDAP_ATTRIBUTE_OR_VALUE_EXISTS);
}

static inv_result write_verifiers(inv_call *call, const account_dated *dated, const char *moment,
                                  const inv_secret *password)
{
    inv_domain domain = *call->domain;
    inv_verifiers *verifiers = NULL;
    inv_operation *modify = NULL;
    inv_result result;

    domain.verifiers &= INV_VERIFIERS_SCRAM;
    result = inv_verifiers_new(&domain, password, &call->deadline, &verifiers, call->verdict);
    if (result != INV_OK)
        return result;
    modify = inv_account_give_operation(
        dated->account, inv_entry_text(dated->entry, "xmppVerifiersOf"), moment, verifiers);
    result = inv_call_run(call, &modify, 1);
    if (result == INV_OK && modify != NULL && !was_overtaken(modify))
        result = inv_operation_result(modify, "writing SCRAM verifiers at a login", call->verdict);
    inv_operation_free(&modify);
    inv_verifiers_free(&verifiers);
    return result;
}

void login_verifiers_give(inv_call *call, account_dated *dated, const inv_secret *password)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call aside = inv_call_aside(call, &verdict);
    const char *moment = inv_verifiers_moment_before_proof(dated->entry, dated->terms.dates);

    if (moment == NULL || dated->terms.untracked || !dated->account->is_xmpp_account ||
        has_fresh(call->domain, dated))
        return;
    if (write_verifiers(&aside, dated, moment, password) != INV_OK)
        inv_log_write(call->log, INV_LOG_WARNING,
                      "%s logged in, but SCRAM stays off for it until its next login: %s",
                      dated->account->dn, verdict.why);
}
