#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""People who were in the directory before invitegate: logins by LDAP as the example has them, with an identity
without rights, and what adopting changes."""

import site_of_suite
from raw_stream import RawStream
from scram import plain
from suite import Suite, equal

suite = Suite()
SUFFIX = "dc=example,dc=org"
PASSWORD = "correct horse"
WRONG = "wrong horse"
IDENTITY = f"cn=prosody,ou=services,{SUFFIX}"


class ByIdentity(site_of_suite.Site):
    def host_lines(self):
        lines = []
        for line in super().host_lines().splitlines():
            key = line.strip().split(" = ")[0]
            own = {"ldap_rootdn": IDENTITY, "ldap_password": "secret"}.get(key)
            lines.append(line if own is None else f'{key} = "{own}"')
        return "\n".join(lines)


def login(site, name, password=PASSWORD):
    with RawStream(site) as stream:
        return plain(stream, name, password)[0] == "success"


def person(site, name, more=""):
    site.modify(f"dn: uid={name},ou=people,{SUFFIX}\nchangetype: add\nobjectClass: inetOrgPerson\ncn: {name}\n"
                f"sn: {name}\nuserPassword: {PASSWORD}\n{more}")


def adopt(site, *options):
    return site.invitectl("adopt", *options, "--bind-dn", f"cn=admin,{SUFFIX}", "--bind-password-file",
                          str(site.folder / "admin.password"))


@suite.test
async def before(site, _):
    """Who was there before logs in by uid and password, and nobody by a name that no entry has"""
    site.modify(f"dn: ou=services,{SUFFIX}\nchangetype: add\nobjectClass: organizationalUnit\n\n"
                f"dn: {IDENTITY}\nchangetype: add\nobjectClass: applicationProcess\n"
                f"objectClass: simpleSecurityObject\nuserPassword: secret\n")
    person(site, "bert")
    equal([login(site, "bert"), login(site, "bert", WRONG), login(site, "nobody")], [True, False, False])


@suite.test
async def another_jid(site, _):
    """An entry with an xmppJid is that JID's alone: its uid lets nobody in"""
    person(site, "carla", "objectClass: xmppAccount\nxmppJid: caroline@example.org\n")
    person(site, "dora", "objectClass: xmppAccount\nxmppJid: dora@example.net\n")
    equal([login(site, name) for name in ("carla", "caroline", "dora")], [False, True, False])


@suite.test
async def adopted(site, client):
    """Adopted, they log in as before; contacts by invite come to their roster; reset, the new password counts"""
    site.account("anna")
    adopt(site, "--all", "--except", "(uid=carla)")
    equal([login(site, "bert"), login(site, "bert", WRONG)], [True, False])
    bert = client("bert", PASSWORD)
    await bert.online()
    token = site.invite("--type", "contact", "--inviter", "anna@example.org")
    site.invitectl("redeem", "--user", "bert", "-", stdin=f"{token}\n")
    await bert.has_contact("anna@example.org", ("both", "", ["Invited"]))
    token = site.invite("--type", "reset", "--user", "bert")
    site.invitectl("redeem", "--user", "bert", "-", stdin=f"{token}\nanother horse")
    equal([login(site, "bert"), login(site, "bert", "another horse")], [False, True])


@suite.test
async def undone(site, _):
    """Undone, they log in as before"""
    person(site, "emil")
    adopt(site, "--all")
    adopt(site, "--undo", "emil@example.org")
    equal([login(site, "emil"), login(site, "emil", WRONG)], [True, False])


suite.run(site_class=ByIdentity, prosody="invitegate_poll_interval = 0.2\n")
