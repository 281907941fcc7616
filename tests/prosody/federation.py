#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Contacts on another server: invites that people there use, over s2s."""

import xml.etree.ElementTree as ElementTree

import neighbour
from client import PARS
from site_of_suite import DOMAIN, free_port
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"
OWN_PORT, THEIR_PORT = free_port(), free_port()


async def people(site, client, there, own, remote):
    """Somebody of this server and somebody of the other one, both online."""
    site.account(own)
    there.account(remote, PASSWORD)
    pair = client(own, PASSWORD), client(remote, PASSWORD, server=there)
    for each in pair:
        await each.online()
    return pair


def subscribe(client, to, token, approve=True):
    """As clients do it (XEP-0379): the way back is approved first."""
    if approve:
        client.send_presence(pto=to, ptype="subscribed")
    presence = client.make_presence(pto=to, ptype="subscribe")
    presence.append(ElementTree.Element(f"{{{PARS}}}preauth", {"token": token}))
    presence.send()


async def mutual(first, second):
    """Both have each other on the roster and see each other, and none of them was asked."""
    for one, other in ((first, second), (second, first)):
        jid = other.boundjid.bare
        await one.until(lambda: any(push[:2] == (jid, "both") for push in one.pushes), f"push of {jid}")
        await one.until(lambda: (str(other.boundjid), "available") in one.presences, f"presence of {jid}")
        equal((await one.roster_items())[jid][:2], ("both", ""))
        assert (jid, "subscribe") not in one.presences, one.presences


def elsewhere(test):
    """With another server, which is there for this test only."""
    async def function(site, client):
        with neighbour.Neighbour(site.folder, THEIR_PORT, {DOMAIN: OWN_PORT}) as there:
            await test(site, client, there)
    function.__doc__ = test.__doc__
    return suite.test(function)


@elsewhere
async def contact(site, client, there):
    """A contact invite in the hands of somebody of another server: mutual, without a question"""
    anna, rita = await people(site, client, there, "anna", "rita")
    token = site.invite("--type", "contact", "--inviter", "anna@example.org")
    subscribe(rita, "anna@example.org", token)
    await mutual(anna, rita)
    assert not site.redeems(token)


@elsewhere
async def way_back_not_approved(site, client, there):
    """A client over there that does not approve the way back is asked, and then it is mutual"""
    berta, sam = await people(site, client, there, "berta", "sam")
    token = site.invite("--type", "contact-account", "--inviter", "berta@example.org")
    subscribe(sam, "berta@example.org", token, approve=False)
    await sam.until(lambda: ("berta@example.org", "subscribe") in sam.presences, "the request")
    equal((await sam.roster_items())["berta@example.org"][0], "to")
    sam.send_presence(pto="berta@example.org", ptype="subscribed")
    sam.presences.remove(("berta@example.org", "subscribe"))
    await mutual(berta, sam)


@elsewhere
async def inviter_offline(site, client, there):
    """With the inviter offline the other one is let in all the same; they meet at her login"""
    site.account("carol")
    there.account("tom", PASSWORD)
    tom = client("tom", PASSWORD, server=there)
    await tom.online()
    subscribe(tom, "carol@example.org", site.invite("--type", "contact", "--inviter", "carol@example.org"))
    await tom.until(lambda: any(push[:2] == ("carol@example.org", "both") for push in tom.pushes), "push")
    carol = client("carol", PASSWORD)
    await carol.online()
    await carol.has_contact("tom@elsewhere.example", ("both", "", ["Invited"]))
    await carol.until(lambda: (str(tom.boundjid), "available") in carol.presences, "tom's presence")
    await tom.until(lambda: (str(carol.boundjid), "available") in tom.presences, "carol's presence")


@elsewhere
async def bad_token(site, client, there):
    """With a token of somebody else it is an ordinary request, and the token is kept"""
    dora, ute = await people(site, client, there, "dora", "ute")
    token = site.invite("--type", "contact", "--inviter", "anna@example.org")
    subscribe(ute, "dora@example.org", token)
    await dora.until(lambda: ("ute@elsewhere.example", "subscribe") in dora.presences, "the request")
    assert "ute@elsewhere.example" not in await dora.roster_items()
    assert site.redeems(token)


@elsewhere
async def made_in_the_directory(site, client, there):
    """A pair that the directory has: the user here asks, and lets the other one in without a question"""
    site.account("emil")
    there.account("vera", PASSWORD)
    vera = client("vera", PASSWORD, server=there)
    await vera.online()
    token = site.invite("--type", "contact", "--inviter", "emil@example.org")
    site.invitectl("redeem", "--user", "vera@elsewhere.example", "-", stdin=f"{token}\n")
    emil = client("emil", PASSWORD)
    await emil.online()
    await vera.until(lambda: ("emil@example.org", "subscribe") in vera.presences, "emil's request")
    vera.send_presence(pto="emil@example.org", ptype="subscribed")
    vera.send_presence(pto="emil@example.org", ptype="subscribe")
    vera.presences.remove(("emil@example.org", "subscribe"))
    await mutual(emil, vera)


@elsewhere
async def made_while_online(site, client, there):
    """A pair that comes into the directory while the user here is online: the same, at once"""
    site.account("frida")
    there.account("willi", PASSWORD)
    frida, willi = client("frida", PASSWORD), client("willi", PASSWORD, server=there)
    for each in (frida, willi):
        await each.online()
    token = site.invite("--type", "contact", "--inviter", "frida@example.org")
    site.invitectl("redeem", "--user", "willi@elsewhere.example", "-", stdin=f"{token}\n")
    await willi.until(lambda: ("frida@example.org", "subscribe") in willi.presences, "frida's request")
    willi.send_presence(pto="frida@example.org", ptype="subscribed")
    willi.send_presence(pto="frida@example.org", ptype="subscribe")
    willi.presences.remove(("frida@example.org", "subscribe"))
    await mutual(frida, willi)


@elsewhere
async def other_server_away(site, client, there):
    """With the other server away the request is made again at a later login"""
    site.account("gerd")
    there.account("xenia", PASSWORD)
    there.stop()
    token = site.invite("--type", "contact", "--inviter", "gerd@example.org")
    site.invitectl("redeem", "--user", "xenia@elsewhere.example", "-", stdin=f"{token}\n")
    gerd = client("gerd", PASSWORD)
    await gerd.online()
    await gerd.has_contact("xenia@elsewhere.example", ("none", "subscribe", ["Invited"]))
    await gerd.end()
    there.start()
    xenia = client("xenia", PASSWORD, server=there)
    await xenia.online()
    gerd = client("gerd", PASSWORD, resource="later")
    await gerd.online()
    await xenia.until(lambda: ("gerd@example.org", "subscribe") in xenia.presences, "gerd's request")
    xenia.send_presence(pto="gerd@example.org", ptype="subscribed")
    xenia.send_presence(pto="gerd@example.org", ptype="subscribe")
    xenia.presences.remove(("gerd@example.org", "subscribe"))
    await mutual(gerd, xenia)


suite.run(prosody="invitegate_poll_interval = 0.2\n", modules=("s2s", "dialback", "neighbours"),
          server=neighbour.lines(OWN_PORT, {neighbour.DOMAIN: THEIR_PORT}))
