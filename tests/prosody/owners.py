#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Names that change hands where Prosody does not see it: the new owner has nothing of the old one."""

import xml.etree.ElementTree as ElementTree

from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"
NEW_PASSWORD = "another horse"
BOTH = ("both", "", ["Invited"])
ADDED = "The account {} is a new one: what an older one left here is removed"


async def online(site, client, name, password=PASSWORD):
    one = client(name, password)
    await one.online()
    return one


async def befriended(first, second):
    """By hand, so that no invite knows of it."""
    for one, other in ((first, second), (second, first)):
        one.send_presence_subscription(pto=other.boundjid.bare)
        await other.until(lambda: (one.boundjid.bare, "subscribe") in other.presences, "the request")
        other.send_presence(pto=one.boundjid.bare, ptype="subscribed")
        await one.ping()
    for one, other in ((first, second), (second, first)):
        await one.has_contact(other.boundjid.bare, ("both", "", []))


def private(text=None):
    query = ElementTree.Element("{jabber:iq:private}query")
    ElementTree.SubElement(query, "{tests:private}note").text = text
    return query


async def old_life(site, client, name):
    """An account with contacts, notes and letters, whose owner is offline by then."""
    site.account(name)
    old, friend = await online(site, client, name), await online(site, client, "friend")
    await befriended(old, friend)
    await old.request(private("my secrets"), to=None)
    jid = old.boundjid.bare
    await old.end()
    await friend.until(lambda: (f"{jid}/tests", "unavailable") in friend.presences, "the end")
    friend.send_message(mto=jid, mbody="a letter to the old one")
    stranger = await online(site, client, "stranger")
    stranger.send_presence_subscription(pto=jid)
    await stranger.has_contact(jid, ("none", "subscribe", []))
    for each in (friend, stranger):
        await each.ping()
    return jid, friend, stranger


def created_again(site, name, *options):
    """By other programs, as PAM and a tool of the site do it."""
    site.delete_account(name)
    site.invitectl("redeem", "--user", name, "-", stdin=f"{site.invite(*options)}\n{NEW_PASSWORD}")


async def nothing_left(site, client, jid, friend, stranger):
    """The first things that a client asks for; the new owner's client."""
    name = jid.split("@", maxsplit=1)[0]
    new = client(name, NEW_PASSWORD)
    messages = []
    new.add_event_handler("message", lambda message: messages.append(message["body"]))
    items = await new.online()
    assert friend.boundjid.bare not in items and stranger.boundjid.bare not in items, items
    answer = await new.request(private(), "get", to=None)
    equal(answer.xml.find(".//{tests:private}note").text, None)
    friend.send_message(mto=jid, mbody="a letter to the new one")
    await new.until(lambda: messages, "the letter")
    equal(messages, ["a letter to the new one"])
    assert (stranger.boundjid.bare, "subscribe") not in new.presences
    items = await friend.roster_items()
    equal(items[jid][0], "none")
    assert ADDED.format(name) in site.log()
    return new, items


@suite.test
async def people(site, client):
    """Those who stay"""
    for name in ("friend", "stranger", "anna"):
        site.account(name)


@suite.test
async def again(site, client):
    """A name that was removed and registered again elsewhere: no contacts, requests, letters or notes of before"""
    jid, friend, stranger = await old_life(site, client, "jo")
    created_again(site, "jo")
    new, _ = await nothing_left(site, client, jid, friend, stranger)
    equal(await new.roster_items(), {})


@suite.test
async def kept(site, client):
    """The old roster is kept in a store that no account has"""
    copies = list((site.folder / "data/example%2eorg/invitegate_former").iterdir())
    equal([path.name.split("%40")[0] for path in copies], ["jo"])
    text = copies[0].read_text()
    assert '["friend@example.org"]' in text and '["stranger@example.org"]' in text, text


@suite.test
async def with_inviter(site, client):
    """The new one has its own inviter, also if that was a contact of the old one"""
    anna = await online(site, client, "anna")
    jid, friend, stranger = await old_life(site, client, "kim")
    created_again(site, "kim", "--type", "contact-account", "--inviter", "friend@example.org")
    new = await online(site, client, "kim", NEW_PASSWORD)
    equal(await new.roster_items(), {friend.boundjid.bare: BOTH})
    await friend.has_contact(jid, ("both", "", []))
    await new.until(lambda: (str(friend.boundjid), "available") in new.presences, "the friend's presence")
    await friend.until(lambda: friend.presences.count((str(new.boundjid), "available")) == 2, "the new one's")
    assert jid not in await anna.roster_items()
    await stranger.has_contact(jid, ("none", "", []))


@suite.test
async def same_inviter(site, client):
    """The inviter of the old one is a contact of the new one, if it is also the new one's: online, and later"""
    options = ("--type", "contact-account", "--inviter", "anna@example.org")
    for name, anna_is_online in (("pia", True), ("quentin", False)):
        site.invitectl("redeem", "--user", name, "-", stdin=f"{site.invite(*options)}\n{PASSWORD}")
        jid = f"{name}@example.org"
        anna, old = await online(site, client, "anna"), await online(site, client, name)
        await anna.has_contact(jid, BOTH)
        await old.end()
        if not anna_is_online:
            await anna.end()
        created_again(site, name, *options)
        new = await online(site, client, name, NEW_PASSWORD)
        await new.has_contact("anna@example.org", BOTH)
        if not anna_is_online:
            anna = await online(site, client, "anna")
        await anna.has_contact(jid, BOTH)
        await new.until(lambda one=new: ("anna@example.org/tests", "available") in one.presences, "anna's presence")


@suite.test
async def same_account(site, client):
    """A reset, another password and a restart of Prosody make no new account"""
    jid, friend, _ = await old_life(site, client, "lou")
    site.invitectl("redeem", "--user", "lou", "-", stdin="{}\n{}".format(
        site.invite("--type", "reset", "--user", "lou"), NEW_PASSWORD))
    await online(site, client, "lou", NEW_PASSWORD)
    site.stop_prosody()
    site.start_prosody()
    again = await online(site, client, "lou", NEW_PASSWORD)
    items = await again.roster_items()
    equal(items[friend.boundjid.bare], ("both", "", []))
    assert ADDED.format("lou") not in site.log()


@suite.test
async def after_restart(site, client):
    """Whose account it was is remembered when Prosody is restarted"""
    jid, friend, stranger = await old_life(site, client, "max")
    site.stop_prosody()
    created_again(site, "max")
    site.start_prosody()
    friend, stranger = await online(site, client, "friend"), await online(site, client, "stranger")
    await nothing_left(site, client, jid, friend, stranger)


@suite.test
async def agent_away(site, client):
    """A login while the agent is away: the old things go when it is back, and the stream with them"""
    jid, friend, stranger = await old_life(site, client, "ned")
    created_again(site, "ned")
    site.stop_agent()
    try:
        new = await online(site, client, "ned", NEW_PASSWORD)
    finally:
        site.start_agent()
    await new.until(lambda: not new.is_connected(), "the end of the stream")
    await nothing_left(site, client, jid, friend, stranger)


@suite.test
async def in_band(site, client):
    """Registered again in-band: the same, and a copy of the roster is kept as well"""
    jid, friend, stranger = await old_life(site, client, "olaf")
    site.delete_account("olaf")
    new = client()
    await new.open()
    await new.preauth(site.invite())
    await new.register("olaf", NEW_PASSWORD)
    await nothing_left(site, client, jid, friend, stranger)
    names = [path.name.split("%40")[0] for path in (site.folder / "data/example%2eorg/invitegate_former").iterdir()]
    assert "olaf" in names, names


suite.run(prosody="invitegate_poll_interval = 0.2\n")
