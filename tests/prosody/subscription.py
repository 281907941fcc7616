#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Subscriptions by invite (XEP-0379), and contacts that the directory learns elsewhere."""

import xml.etree.ElementTree as ElementTree

from client import PARS, removal
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"
BOTH = ("both", "", ["Invited"])


def subscribe(client, to, token):
    presence = client.make_presence(pto=to, ptype="subscribe")
    presence.append(ElementTree.Element(f"{{{PARS}}}preauth", {"token": token}))
    presence.send()


async def settled(first, second):
    """Both have each other on the roster, and see each other."""
    for one, other in ((first, second), (second, first)):
        jid = other.boundjid.bare
        await one.until(lambda: any(push[:2] == (jid, "both") for push in one.pushes), f"push of {jid}")
        await one.until(lambda: (str(other.boundjid), "available") in one.presences, f"presence of {jid}")
        equal((await one.roster_items())[jid][:2], ("both", ""))


async def pair(site, client, first, second):
    for name in (first, second):
        site.account(name)
    clients = client(first, PASSWORD), client(second, PASSWORD)
    for each in clients:
        await each.online()
    return clients


@suite.test
async def contact(site, client):
    """A contact invite: both online, mutual without a question, one push to the inviter"""
    anna, berta = await pair(site, client, "anna", "berta")
    token = site.invite("--type", "contact", "--inviter", "anna@example.org")
    subscribe(berta, "anna@example.org", token)
    await settled(anna, berta)
    equal(anna.pushes, [("berta@example.org", "both", "", ["Invited"])])
    assert ("berta@example.org", "subscribe") not in anna.presences
    assert not site.redeems(token)


@suite.test
async def contact_account(site, client):
    """A contact-account invite in the hands of somebody who has an account: the same"""
    carol, dora = await pair(site, client, "carol", "dora")
    token = site.invite("--type", "contact-account", "--inviter", "carol@example.org")
    subscribe(dora, "carol@example.org", token)
    await settled(carol, dora)
    assert not site.redeems(token)


@suite.test
async def inviter_offline(site, client):
    """With the inviter offline she finds the contact at her next login"""
    site.account("emil")
    site.account("frida")
    frida = client("frida", PASSWORD)
    await frida.online()
    subscribe(frida, "emil@example.org", site.invite("--type", "contact", "--inviter", "emil@example.org"))
    await frida.until(lambda: any(push[:2] == ("emil@example.org", "both") for push in frida.pushes), "push")
    emil = client("emil", PASSWORD)
    equal((await emil.online())["frida@example.org"], BOTH)
    await frida.until(lambda: ("emil@example.org/tests", "available") in frida.presences, "emil's presence")


@suite.test
async def ordinary(site, client):
    """A used token, an unknown one and one of somebody else: an ordinary request, and no token is lost"""
    gerd, hugo = await pair(site, client, "gerd", "hugo")
    other = site.invite("--type", "contact", "--inviter", "anna@example.org")
    for token in ("nonsense", other, site.invite()):
        subscribe(hugo, "gerd@example.org", token)
    await gerd.until(lambda: ("hugo@example.org", "subscribe") in gerd.presences, "the request")
    await hugo.ping()
    equal((await hugo.roster_items())["gerd@example.org"][:2], ("none", "subscribe"))
    assert "hugo@example.org" not in await gerd.roster_items()
    assert site.redeems(other)


@suite.test
async def pending_then_token(site, client):
    """A request that waits already is settled by a token"""
    ida, jan = await pair(site, client, "ida", "jan")
    jan.send_presence_subscription(pto="ida@example.org")
    await ida.until(lambda: ("jan@example.org", "subscribe") in ida.presences, "the request")
    subscribe(jan, "ida@example.org", site.invite("--type", "contact", "--inviter", "ida@example.org"))
    await settled(ida, jan)


@suite.test
async def elsewhere(site, client):
    """Who registered elsewhere logs in: both rosters have it, the online inviter at once"""
    site.account("kurt")
    kurt = client("kurt", PASSWORD)
    await kurt.online()
    token = site.invite("--type", "contact-account", "--inviter", "kurt@example.org")
    site.invitectl("redeem", "--user", "lena", "-", stdin=f"{token}\n{PASSWORD}")
    lena = client("lena", PASSWORD)
    await lena.online()
    await settled_at_login(lena, kurt)
    equal(kurt.pushes, [("lena@example.org", "both", "", ["Invited"])])


async def settled_at_login(new, inviter):
    jid = inviter.boundjid.bare
    await inviter.until(lambda: inviter.pushes, "push")
    await inviter.until(lambda: (str(new.boundjid), "available") in inviter.presences, "presence")
    await new.until(lambda: (str(inviter.boundjid), "available") in new.presences, "presence")
    equal((await new.roster_items())[jid], BOTH)


@suite.test
async def removed_stays_removed(site, client):
    """A contact that a user removed does not come back with the next login"""
    lena = client("lena", PASSWORD)
    assert "kurt@example.org" in await lena.online()
    await lena.request(removal("kurt@example.org"), to=None)
    await lena.end()
    again = client("lena", PASSWORD)
    await again.online()
    site.account("mara")
    token = site.invite("--type", "contact", "--inviter", "mara@example.org")
    site.invitectl("redeem", "--user", "lena", "-", stdin=f"{token}\n")
    last = client("lena", PASSWORD, resource="last")
    await last.online()
    await again.until(lambda: any(push[0] == "mara@example.org" for push in again.pushes), "mara's push")
    assert "kurt@example.org" not in await last.roster_items()
    site.account("nora")
    subscribe(last, "nora@example.org", site.invite("--type", "contact", "--inviter", "nora@example.org"))
    await last.until(lambda: any(push[:2] == ("nora@example.org", "both") for push in last.pushes), "nora's")
    assert "kurt@example.org" not in await last.roster_items()


suite.run()
