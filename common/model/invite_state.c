/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "invite.h"
#include "invitegate/ascii.h"
#include "invitegate/invite.h"
#include "invitegate/timestamp.h"

static const char *const type_names[] = {
    [INV_INVITE_ACCOUNT] = "account",
    [INV_INVITE_CONTACT] = "contact",
    [INV_INVITE_CONTACT_ACCOUNT] = "contact-account",
    [INV_INVITE_RESET] = "reset",
};

const char *inv_invite_type_name(inv_invite_type type)
{
    return type_names[type];
}

bool inv_invite_type_parse(const char *text, inv_invite_type *type)
{
    for (size_t i = 0; i < sizeof(type_names) / sizeof(type_names[0]); i++) {
        if (inv_ascii_equal(text, type_names[i])) {
            *type = (inv_invite_type)i;
            return true;
        }
    }
    return false;
}

bool inv_invite_type_registers(inv_invite_type type)
{
    return type == INV_INVITE_ACCOUNT || type == INV_INVITE_CONTACT_ACCOUNT;
}

bool inv_invite_type_connects(inv_invite_type type)
{
    return type == INV_INVITE_CONTACT || type == INV_INVITE_CONTACT_ACCOUNT;
}

const char *inv_invite_state_name(inv_invite_state state)
{
    switch (state) {
    case INV_INVITE_PENDING:
        return "pending";
    case INV_INVITE_USED:
        return "used";
    case INV_INVITE_EXPIRED:
        return "expired";
    case INV_INVITE_REVOKED:
        return "revoked";
    }
    return "unknown";
}

static bool account_is_over(const inv_invite *invite, time_t now)
{
    return invite->account_end != 0 && now > invite->account_end;
}

inv_invite_state inv_invite_state_accepted(const inv_invite *invite, time_t accepted_at, time_t now)
{
    if (invite->uses_left < 0)
        return INV_INVITE_REVOKED;
    if (invite->uses_left == 0)
        return INV_INVITE_USED;
    return accepted_at > invite->expires || account_is_over(invite, now) || invite->outdated != NULL
               ? INV_INVITE_EXPIRED
               : INV_INVITE_PENDING;
}

inv_invite_state inv_invite_state_at(const inv_invite *invite, time_t now)
{
    return inv_invite_state_accepted(invite, now, now);
}

bool inv_invite_may_finish(const inv_invite *invite, time_t now)
{
    return invite->uses_left >= 0 && !account_is_over(invite, now) && invite->outdated == NULL;
}

time_t inv_invite_end(const inv_invite *invite)
{
    return invite->account_end != 0 && invite->account_end < invite->expires ? invite->account_end
                                                                             : invite->expires;
}

const char *inv_invite_expired_because(const inv_invite *invite, time_t now)
{
    if (invite->outdated != NULL)
        return invite->outdated;
    return account_is_over(invite, now) ? "the end of the account that it registers has passed"
                                        : NULL;
}

bool inv_invite_account_end_passed(const char *account_expires, time_t now)
{
    time_t end = 0;

    return account_expires != NULL && inv_timestamp_parse_generalized(account_expires, &end) &&
           now > end;
}

bool inv_invite_reserves(const inv_invite *invite)
{
    return invite->user != NULL && invite->type != INV_INVITE_RESET;
}

long inv_invite_open_uses(const inv_invite *invite)
{
    return invite->uses_left >= 0 ? invite->uses_left : -1 - invite->uses_left;
}

char *inv_invite_dn(const inv_domain *domain, const char *id)
{
    return inv_dn_child("inviteId", id, domain->invites);
}

bool inv_invite_id_valid(const char *id)
{
    return strlen(id) == INV_INVITE_ID_LENGTH &&
           strspn(id, "0123456789abcdef") == INV_INVITE_ID_LENGTH;
}
