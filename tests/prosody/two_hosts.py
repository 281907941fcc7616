#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Two domains, each a host of one Prosody with a section of the configuration."""

import re
import xml.etree.ElementTree as ElementTree

import site_of_suite
from client import PARS, refusal
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"
BRANCH = "ou=net,dc=example,dc=org"
CONTAINERS = "\n".join(f"dn: ou={name},{place}\nchangetype: add\nobjectClass: organizationalUnit\nou: {name}\n{more}"
                       for name, place, more in (
                           ("net", "dc=example,dc=org", ""), ("people", BRANCH, ""), ("rosters", BRANCH, ""),
                           ("invites", BRANCH, "objectClass: xmppInviteContainer\n")))


class TwoHosts(site_of_suite.Site):
    """example.net lives in a branch of its own. The rules of access are for example.org only, so the
    rootdn stands for invitegate, and the directory is not trusted to hash."""

    def start_slapd(self):
        super().start_slapd()
        self.modify(CONTAINERS)
        text = self.config.read_text()
        start, end = text.index("[domain example.org]"), text.index("[agent]")
        first = re.sub("(?m)^password_verifiers *=.*", "password_verifiers = crypt", text[start:end])
        # a name in one of them is not taken in the other
        first = re.sub("(?m)^name_search_base *=.*", "name_search_base = ou=people,dc=example,dc=org", first)
        second = first.replace("[domain example.org]", "[domain example.net]")
        second = re.sub("= (ou=[a-z]*),dc=example,dc=org", rf"= \1,{BRANCH}", second)
        self.config.write_text(text[:start] + first + second + text[end:])
        self.configure({"bind": "simple", "bind_dn": "cn=admin,dc=example,dc=org",
                        "bind_password_file": self.folder / "admin.password"})

    def configuration(self):
        second = self.host_lines().replace('"example.org"', '"example.net"')
        second = second.replace("ou=people,dc=example,dc=org", f"ou=people,{BRANCH}")
        return super().configuration() + second[second.index("VirtualHost"):] + self.prosody_lines


class Net:
    """The second host, for clients."""

    domain = "example.net"

    def __init__(self, site):
        self.port, self.log = site.port, site.log


async def registered(site, client, server, name, *options):
    new = client(server=server)
    await new.open()
    await new.preauth(site.invite("-d", server.domain, *options))
    await new.register(name, PASSWORD)
    assert await new.log_in(user=name, password=PASSWORD)
    await new.roster_items()
    new.send_presence()
    return new


def contact_invite(site):
    return site.invite("-d", "example.org", "--type", "contact", "--inviter", "anna@example.org")


async def see_each_other(first, second, groups):
    """Both have each other on the roster; the second has the first in these groups."""
    for one, other, inside in ((first, second, ["Invited"]), (second, first, groups)):
        await one.until(lambda one=one, other=other: (str(other.boundjid), "available") in one.presences, "presence")
        await one.has_contact(other.boundjid.bare, ("both", "", inside))


@suite.test
async def apart(site, client):
    """The same name on both is two accounts, and a token is for its own domain"""
    await registered(site, client, site, "anna")
    await registered(site, client, Net(site), "anna")
    new = client(server=Net(site))
    await new.open()
    equal((await refusal(new.preauth(site.invite("-d", "example.org"))))[0], "cancel/item-not-found")


@suite.test
async def subscription(site, client):
    """A contact invite of one in the hands of a user of the other: mutual, and both see each other"""
    anna = client("anna", PASSWORD)
    await anna.online()
    berta = await registered(site, client, Net(site), "berta")
    presence = berta.make_presence(pto="anna@example.org", ptype="subscribe")
    presence.append(ElementTree.Element(f"{{{PARS}}}preauth", {"token": contact_invite(site)}))
    presence.send()
    await see_each_other(anna, berta, [])  # the client put it on the roster first
    equal(anna.pushes, [("berta@example.net", "both", "", ["Invited"])])


@suite.test
async def live(site, client):
    """A pair across the two that the directory learns elsewhere: the same, while both are online"""
    anna = client("anna", PASSWORD)
    await anna.online()
    carol = await registered(site, client, Net(site), "carol")
    site.invitectl("-d", "example.org", "redeem", "--user", "carol@example.net", "-", stdin=f"{contact_invite(site)}\n")
    await see_each_other(anna, carol, ["Invited"])
    equal(anna.pushes, [("carol@example.net", "both", "", ["Invited"])])
    equal(carol.pushes, [("anna@example.org", "both", "", ["Invited"])])


suite.run(site_class=TwoHosts, prosody="invitegate_poll_interval = 0.2\n")
