/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/leftover.h"

#include <check.h>
#include <string.h>

#include "common/model/pair.h"
#include "invitegate/pair.h"

#define NO_INVITE "1234567890123456789012345678901234567890"

void leftover_claim(const struct site *site, const inv_token *token, const char *jid,
                    const char *nonce, long before)
{
    site_modify(site,
                "dn: inviteId=%s," SITE_INVITES "\nchangetype: modify\ndelete: inviteUsesLeft\n"
                "inviteUsesLeft: %ld\n-\nadd: inviteUsesLeft\ninviteUsesLeft: %ld\n-\n"
                "add: inviteClaim\ninviteClaim: %s %s\n",
                inv_token_id(token), before, before - 1, jid, nonce);
}

void leftover_account(const struct site *site, const inv_token *token, const char *local)
{
    site_modify(site,
                "dn: uid=%s," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                "objectClass: xmppAccount\ncn: %s\nsn: %s\nxmppJid: %s@example.org\n"
                "userPassword: " SITE_PASSWORD "\ninviteId: %s\ninviteNonce: " LEFTOVER_NONCE "\n",
                local, local, local, local, inv_token_id(token));
}

void leftover_pair(const struct site *site, const inv_token *token, const char *jid,
                   const char *contact)
{
    char id[INV_PAIR_ID_SIZE];

    ck_assert(inv_pair_id(jid, contact, id));
    site_modify(site,
                "dn: rosterPairId=%s," SITE_ROSTERS "\nchangetype: add\n"
                "objectClass: xmppRosterPair\nxmppContactJid: %s\nxmppContactJid: %s\n"
                "rosterGroup: Invited\ninviteId: %s\n",
                id, jid, contact, token != NULL ? inv_token_id(token) : NO_INVITE);
}

void leftover_reservation(const struct site *site, const char *local, const char *id)
{
    site_modify(site,
                "dn: inviteUser=%s," SITE_INVITES "\nchangetype: add\n"
                "objectClass: xmppNameReservation\ninviteId: %s\n",
                local, id != NULL ? id : NO_INVITE);
}

void leftover_terms(const struct site *site, const inv_token *token, const char *attribute,
                    const char *value)
{
    site_modify(site, "dn: inviteId=%s," SITE_INVITES "\nchangetype: modify\nreplace: %s\n%s: %s\n",
                inv_token_id(token), attribute, attribute, value);
}
