/* SPDX-License-Identifier: BSD-2-Clause */
/* What the type of an invite decides beside the redemption: who takes it, with which name. */
#include <string.h>

#include "invitegate/redeem.h"

inv_allowed_types inv_redeem_types(inv_invite_type type)
{
    if (type == INV_INVITE_RESET)
        return INV_ALLOW_RESET;
    return (inv_invite_type_registers(type) ? INV_ALLOW_REGISTRATION : 0) |
           (inv_invite_type_connects(type) ? INV_ALLOW_CONTACT : 0);
}

inv_result inv_redeem_name(const inv_domain *domain, const char *user,
                           inv_allowed_types *allowed_types, inv_jid **name, inv_verdict *verdict)
{
    const char *at = strrchr(user, '@');
    size_t length = at != NULL ? (size_t)(at - user) : strlen(user);
    bool registers = (*allowed_types & INV_ALLOW_REGISTRATION) != 0;
    inv_verdict refusal;
    inv_result result;

    if (registers) {
        result = inv_jid_prepare(domain, user, length, name, verdict);
        if (result != INV_NAME_INVALID || (*allowed_types & INV_ALLOW_RESET) == 0)
            return result;
        *allowed_types = INV_ALLOW_RESET;
    }
    refusal = *verdict;
    result = inv_jid_prepare_existing(domain, user, length, name, inv_verdict_clear_words(verdict));
    if (registers && result == INV_NAME_INVALID)
        *verdict = refusal;
    return result;
}

inv_result inv_redeem_blame_name(inv_allowed_types taken, inv_allowed_types left, inv_result result,
                                 inv_verdict *verdict)
{
    bool name_cannot_register = (taken & ~left & INV_ALLOW_REGISTRATION) != 0;

    if (result != INV_BAD_TOKEN || !name_cannot_register)
        return result;
    return inv_verdict_set(inv_verdict_clear_words(verdict), INV_NAME_INVALID,
                           "name_pattern does not let it register, and the token resets no account "
                           "of that name");
}
