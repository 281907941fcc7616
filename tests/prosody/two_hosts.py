#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Two domains, each a host of one Prosody with a section of the configuration."""

import xml.etree.ElementTree as ElementTree

from client import PARS, refusal
from suite import Suite, equal
from two_hosts_site import Net, TwoHosts, registered

suite = Suite()
PASSWORD = "correct horse"


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
