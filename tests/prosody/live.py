#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Contacts that others write into the directory reach the rosters of those who are online."""

import asyncio
import base64
import signal
import xml.etree.ElementTree as ElementTree

from client import PARS, removal
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"


async def online(site, client, *names):
    clients = [client(name, PASSWORD) for name in names]
    for name, each in zip(names, clients):
        if name not in site.accounts():
            site.account(name)
        await each.online()
    return clients


def befriend(site, inviter, redeemer):
    """In another process, as on another host."""
    token = site.invite("--type", "contact", "--inviter", f"{inviter}@example.org")
    site.invitectl("redeem", "--user", redeemer, "-", stdin=f"{token}\n")


def befriend_in_client(redeemer, inviter, token):
    presence = redeemer.make_presence(pto=inviter, ptype="subscribe")
    presence.append(ElementTree.Element(f"{{{PARS}}}preauth", {"token": token}))
    presence.send()


async def sees(one, other):
    jid = other.boundjid.bare
    await one.until(lambda: (jid, "both", "", ["Invited"]) in one.pushes, f"push of {jid}")
    await one.until(lambda: (str(other.boundjid), "available") in one.presences, f"presence of {jid}")


@suite.test
async def both_online(site, client):
    """Two who are online become contacts: a push and the other's presence for each, and no second push"""
    anna, berta = await online(site, client, "anna", "berta")
    befriend(site, "anna", "berta")
    await sees(anna, berta)
    await sees(berta, anna)
    # the next ones come with a later look at the directory, which tells of the first ones again
    carol, = await online(site, client, "carol")
    befriend(site, "anna", "carol")
    await sees(carol, anna)
    befriend(site, "berta", "carol")
    await sees(carol, berta)
    equal([push[0] for push in anna.pushes], ["berta@example.org", "carol@example.org"])
    equal([push[0] for push in berta.pushes], ["anna@example.org", "carol@example.org"])


@suite.test
async def new_account(site, client):
    """Who registers elsewhere is on the roster of the inviter, before ever logging in"""
    anna, = await online(site, client, "anna")
    token = site.invite("--type", "contact-account", "--inviter", "anna@example.org")
    site.invitectl("redeem", "--user", "dora", "-", stdin=f"{token}\n{PASSWORD}")
    await anna.until(lambda: ("dora@example.org", "both", "", ["Invited"]) in anna.pushes, "dora's push")
    dora, = await online(site, client, "dora")
    await anna.until(lambda: (str(dora.boundjid), "available") in anna.presences, "dora's presence")
    await dora.until(lambda: (str(anna.boundjid), "available") in dora.presences, "anna's presence")
    equal(dora.pushes, [])


@suite.test
async def removed(site, client):
    """A contact that was just removed does not come back, though the directory still tells of it"""
    anna, emil, frida = await online(site, client, "anna", "emil", "frida")
    befriend(site, "anna", "emil")
    await sees(anna, emil)
    await anna.request(removal("emil@example.org"), to=None)
    for friend in ("emil", "anna"):
        befriend(site, friend, "frida")
        await frida.until(lambda jid=f"{friend}@example.org": jid in [push[0] for push in frida.pushes], "push")
    assert "emil@example.org" not in await anna.roster_items()


@suite.test
async def removed_before_login(site, client):
    """Nor does one who was removed before ever logging in, and who then does not have the other one either"""
    anna, = await online(site, client, "anna")
    token = site.invite("--type", "contact-account", "--inviter", "anna@example.org")
    site.invitectl("redeem", "--user", "nora", "-", stdin=f"{token}\n{PASSWORD}")
    await anna.until(lambda: ("nora@example.org", "both", "", ["Invited"]) in anna.pushes, "nora's push")
    await anna.request(removal("nora@example.org"), to=None)
    nora, = await online(site, client, "nora")
    equal(await nora.roster_items(), {})
    assert "nora@example.org" not in await anna.roster_items()
    # another invite brings them together after all
    befriend_in_client(nora, "anna@example.org", site.invite("--type", "contact", "--inviter", "anna@example.org"))
    await sees(anna, nora)


@suite.test
async def agent_away(site, client):
    """What happens while the agent is away comes when it is back, with the old cookie and with a new one"""
    anna, gerd, hugo = await online(site, client, "anna", "gerd", "hugo")
    for number, friend in ((signal.SIGKILL, gerd), (signal.SIGTERM, hugo)):
        site.stop_agent(number)
        befriend(site, "anna", friend.boundjid.user)
        await anna.ping()
        site.start_agent()
        await sees(anna, friend)
        await sees(friend, anna)


@suite.test
async def login_without_agent(site, client):
    """Who logged in while the agent was away has everything when it is back"""
    site.account("ida")
    site.account("jan")
    befriend(site, "ida", "jan")
    site.stop_agent()
    try:
        ida = client("ida", PASSWORD)
        equal(await ida.online(), {})
    finally:
        site.start_agent()
    await ida.until(lambda: ("jan@example.org", "both", "", ["Invited"]) in ida.pushes, "jan's push")


@suite.test
async def nobody_online(site, client):
    """While nobody is online nothing is asked; what happened meanwhile is not missed"""
    anna, = await online(site, client, "anna")
    await anna.end()
    site.stop_agent()
    before = site.log().count("cannot be reached")
    await asyncio.sleep(10 * INTERVAL)  # long enough to be asked, were it asked
    equal(site.log().count("cannot be reached"), before)
    site.start_agent()
    site.account("kurt")
    befriend(site, "anna", "kurt")
    anna, = await online(site, client, "anna")
    equal((await anna.roster_items())["kurt@example.org"], ("both", "", ["Invited"]))
    befriend(site, "anna", "berta")
    lena, = await online(site, client, "lena")
    befriend(site, "anna", "lena")
    await sees(anna, lena)


@suite.test
async def frozen(site, client):
    """A frozen directory: nobody waits, and afterwards all goes on"""
    anna, mara = await online(site, client, "anna", "mara")
    site.signal_slapd(signal.SIGSTOP)
    try:
        await anna.ping_log("Contacts that are made elsewhere come later: ")
        await anna.ping()
    finally:
        site.signal_slapd(signal.SIGCONT)
    befriend(site, "anna", "mara")
    await sees(anna, mara)


INTERVAL = 0.1
@suite.test
async def bad_entries(site, client):
    """An entry of the directory that no roster can hold costs itself only"""
    anna, = await online(site, client, "anna")
    site.account("vera")
    for number, (jid, group) in enumerate(((b"b\x01d@example.org", b"Team"), (b"@example.org", b"Team"),
                                           (b"zoe@example.net", b"Te\x01am\xef\xbf\xbf"))):
        encoded = [base64.b64encode(value).decode() for value in (jid, group)]
        site.modify(f"dn: rosterPairId=bad{number},ou=rosters,dc=example,dc=org\nchangetype: add\n"
                    "objectClass: xmppRosterPair\nxmppContactJid: anna@example.org\n"
                    f"xmppContactJid:: {encoded[0]}\nrosterGroup:: {encoded[1]}\n")
    befriend(site, "anna", "vera")
    await anna.until(lambda: "vera@example.org" in [push[0] for push in anna.pushes], "vera's push")
    again = client("anna", PASSWORD, resource="again")
    items = await again.online()
    equal(items["vera@example.org"][0], "both")
    assert "b\x01d@example.org" not in items and "bd@example.org" not in items, items
    equal([group for _, _, groups in items.values() for group in groups if "\x01" in group], [])


suite.run(prosody=f"invitegate_poll_interval = {INTERVAL}\n")
