/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/two_domains.h"

void two_domains_add_person(const struct site *site, const char *dn, const char *local,
                            const char *jid)
{
    site_modify(site,
                "dn: %s\nchangetype: add\nobjectClass: inetOrgPerson\n%scn: %s\nsn: %s\nuid: %s\n"
                "userPassword: " SITE_PASSWORD "\n%s%s\n",
                dn, jid != NULL ? "objectClass: xmppAccount\n" : "", local, local, local,
                jid != NULL ? "xmppJid: " : "description: ", jid != NULL ? jid : "was here before");
}

static const char sections[] =
    "[domain two.example]\ninvites = ou=invites," TWO "\npeople = " TWO_PEOPLE
    "\nrosters = ou=rosters," TWO "\nname_search_base = " SITE_BASE "\nclaim_grace = 20m\n"
    "password_verifiers = server\nreset_filter = (objectClass=person)\n";

struct site *two_domains_start(void)
{
    const struct site_settings settings = {
        .sections = sections,
        .domain_lines = "password_verifiers = server\nreset_filter = (objectClass=person)\n",
    };
    struct site *site = site_start(&settings);

    site_modify(site, "dn: " TWO "\nchangetype: add\nobjectClass: organizationalUnit\n\n"
                      "dn: " TWO_PEOPLE "\nchangetype: add\nobjectClass: organizationalUnit\n\n"
                      "dn: ou=invites," TWO "\nchangetype: add\nobjectClass: organizationalUnit\n"
                      "objectClass: xmppInviteContainer\ninvitePasswordForm: server\n"
                      "inviteSoleContainer: TRUE\n\n"
                      "dn: ou=rosters," TWO "\nchangetype: add\nobjectClass: organizationalUnit\n\n"
                      "dn: " STAFF "\nchangetype: add\nobjectClass: organizationalUnit\n");
    site_give_tree(site, TWO);
    site_add_account(site, "alice");
    two_domains_add_person(site, "uid=otto," TWO_PEOPLE, "otto", NULL);
    two_domains_add_person(site, "uid=sue," STAFF, "sue", NULL);
    two_domains_add_person(site, "uid=gil," STAFF, "gil", "gil@two.example");
    two_domains_add_person(site, "uid=ivy," TWO_PEOPLE, "ivy", "ivy@example.org");
    two_domains_add_person(site, "uid=both," SITE_PEOPLE, "both", "both@example.org");
    two_domains_add_person(site, "uid=both," TWO_PEOPLE, "both", NULL);
    site_next_second();
    return site;
}
