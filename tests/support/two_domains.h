/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_TWO_DOMAINS_H
#define INVITEGATE_TESTS_TWO_DOMAINS_H

#include "tests/support/site.h"

/*
 * A site with two domains in one directory, example.org and two.example, that both look for names
 * below SITE_BASE; and people, all with SITE_PASSWORD.
 */
#define TWO        "ou=two,dc=example,dc=org"
#define TWO_PEOPLE "ou=people," TWO
#define STAFF      "ou=staff," SITE_BASE

/*
 * The people: alice of example.org alone; otto of two.example by his place; sue in ou=staff, of
 * neither; gil there, of two.example by his xmppJid; ivy in people of two.example, of example.org
 * by her xmppJid; and both, one of each domain.
 */
struct site *two_domains_start(void);

/* uid=LOCAL at dn. Without a jid it has no class of ours. */
void two_domains_add_person(const struct site *site, const char *dn, const char *local,
                            const char *jid);

#endif
