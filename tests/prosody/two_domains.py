#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Two domains that look for names in the same place, each a host of one Prosody: nobody is who has the
same name in the other."""

from client import refusal
from suite import Suite, equal
from two_hosts_site import Net, TwoHosts, registered

suite = Suite()
PASSWORD = "correct horse"


class OneSearchBase(TwoHosts):
    one_search_base = True


async def preauthed(site, client, server):
    new = client(server=server)
    await new.open()
    await new.preauth(site.invite("-d", server.domain))
    return new


def refused(site, *arguments):
    """invitectl does not do it."""
    try:
        site.invitectl(*arguments)
    except RuntimeError:
        return
    raise AssertionError(f"invitectl {' '.join(arguments)} was done")


@suite.test
async def taken(site, client):
    """A name of one host is taken on the other, and its token stays good for another name"""
    await registered(site, client, site, "anna")
    new = await preauthed(site, client, Net(site))
    equal((await refusal(new.register("anna", "another password")))[0], "cancel/conflict")
    equal((await refusal(new.register("anna", PASSWORD)))[0], "cancel/conflict")
    await new.register("arno", PASSWORD)
    other = await preauthed(site, client, site)
    equal((await refusal(other.register("arno", PASSWORD)))[0], "cancel/conflict")


@suite.test
async def logins(site, client):
    """Each logs in on their own host only"""
    for server, name, expected in ((site, "anna", True), (Net(site), "arno", True), (Net(site), "anna", False),
                                   (site, "arno", False)):
        one = client(server=server)
        await one.open()
        equal(bool(await one.log_in(user=name, password=PASSWORD)), expected)


@suite.test
async def inviters(site, client):
    """Who has the name on the other host only is no inviter; the contact of one is on their roster alone"""
    for jid in ("anna@example.net", "arno@example.org"):
        refused(site, "-d", jid.split("@")[1], "create", "--inviter", jid)
    anna = client("anna", PASSWORD)
    await anna.online()
    carl = await registered(site, client, Net(site), "carl", "--inviter", "anna@example.org")
    await anna.has_contact("carl@example.net", ("both", "", ["Invited"]))
    await carl.has_contact("anna@example.org", ("both", "", ["Invited"]))
    arno = client("arno", PASSWORD, server=Net(site))
    await arno.online()
    equal(await arno.roster_items(), {})


@suite.test
async def removed(site, client):
    """Who is removed is of one host: the JID of the same name on the other has no account"""
    for jid in ("carl@example.org", "anna@example.net"):
        refused(site, "remove", jid)
    carl = client("carl", PASSWORD, server=Net(site))
    anna = client("anna", PASSWORD)
    await carl.online()
    await anna.online()
    site.invitectl("remove", "carl@example.net")
    again = client(server=Net(site))
    await again.open()
    assert not await again.log_in(user="carl", password=PASSWORD)


suite.run(site_class=OneSearchBase, prosody="invitegate_poll_interval = 0.2\n")
