#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Where the domain permits it: people change their password and remove their account in the client."""

import asyncio
import xml.etree.ElementTree as ElementTree

from client import REGISTER, refusal
from logins_site import OPTIONS
from raw_stream import RawStream
from scram import HASHES, Scram, plain
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"
NEW = "another horse"


def query(**fields):
    element = ElementTree.Element(f"{{{REGISTER}}}query")
    for name, value in fields.items():
        ElementTree.SubElement(element, f"{{{REGISTER}}}{name}").text = value
    return element


def logs_in(site, name, password):
    """By every mechanism, or by none."""
    with RawStream(site) as stream:
        ends = {Scram(stream, name, password, mechanism).end == "success" for mechanism in HASHES}
    with RawStream(site) as stream:
        ends.add(plain(stream, name, password)[0] == "success")
    assert len(ends) == 1, (name, password, ends)
    return ends.pop()


async def is_administrator(person):
    """Whether the person is shown what only administrators may do."""
    disco = "http://jabber.org/protocol/disco#items"
    asked = ElementTree.Element(f"{{{disco}}}query", {"node": "http://jabber.org/protocol/commands"})
    answer = await person.request(asked, "get")
    return any(item.get("node") == "urn:xmpp:invite#create-account" for item in answer.xml.iter(f"{{{disco}}}item"))


def scram_once(site, name, password):
    with RawStream(site) as stream:
        return Scram(stream, name, password).end


@suite.test
async def new_password(site, client):
    """A new password: good from then on by every mechanism, the old one by none; other streams end"""
    site.account("anna", PASSWORD)
    anna = client("anna", PASSWORD)
    other = client("anna", PASSWORD, resource="other")
    await anna.online()
    await other.online()
    await anna.request(query(username="anna", password=NEW), to=None)
    await other.until(lambda: not other.is_connected(), "the end of the other stream")
    await anna.ping()
    equal(scram_once(site, "anna", NEW), "success")
    equal(scram_once(site, "anna", PASSWORD), "not-authorized")
    with RawStream(site) as stream:
        equal(plain(stream, "anna", PASSWORD)[0], "not-authorized")
        equal(plain(stream, "anna", NEW)[0], "success")
    # the account is the same one: nothing of it is lost
    assert await client("anna", NEW, resource="again").online() == await anna.roster_items()
    await anna.request(query(username="ANNA", password=PASSWORD))
    equal(scram_once(site, "anna", PASSWORD), "success")


@suite.test
async def refused(site, client):
    """Refusals: words of the policy for a weak one; another name; no password; the old one stays good"""
    anna = client("anna", PASSWORD)
    await anna.online()
    condition, text = await refusal(anna.request(query(username="anna", password="short")))
    equal(condition, "modify/not-acceptable")
    assert text in ("The password is too weak", "Please use a longer password."), text
    for password in ("long horse" * 103, "x" * 1024, "long horse" * 10000, "a\thorse of mine"):
        condition, text = await refusal(anna.request(query(username="anna", password=password)))
        equal((condition, text), ("modify/not-acceptable", "The password is too weak"))
    assert "BAD_REQUEST" not in site.log()
    site.account("berta", PASSWORD)
    for fields in ({"username": "berta", "password": NEW}, {"username": "anna"}, {"password": NEW}):
        equal((await refusal(anna.request(query(**fields))))[0], "modify/bad-request")
    for name in ("anna", "berta"):
        equal(scram_once(site, name, PASSWORD), "success")


@suite.test
async def locked(site, client):
    """Of an account that was locked meanwhile nothing is changed, and it is not removed; words say why"""
    site.account("lena", PASSWORD)
    lena = client("lena", PASSWORD)
    await lena.online()
    site.modify("dn: uid=lena,ou=people,dc=example,dc=org\nchangetype: modify\nadd: pwdAccountLockedTime\n"
                "pwdAccountLockedTime: 000001010000Z\n")
    for request in (query(username="lena", password=NEW), query(remove=None)):
        condition, text = await refusal(lena.request(request))
        equal(condition, "cancel/not-allowed")
        assert "locked" in text, text
    assert "lena" in site.accounts()


@suite.test
async def removal(site, client):
    """Removal: answered, then all streams end; the account, its contacts and its roster are gone"""
    anna = client("anna", PASSWORD)
    await anna.online()
    token = site.invite("--type", "contact-account", "--inviter", "anna@example.org")
    site.invitectl("redeem", "--user", "carol", "-", stdin=f"{token}\n{PASSWORD}")
    carol = client("carol", PASSWORD)
    other = client("carol", PASSWORD, resource="other")
    await carol.online()
    await other.online()
    await carol.has_contact("anna@example.org", ("both", "", ["Invited"]))
    await carol.request(query(remove=None))
    await carol.until(lambda: not carol.is_connected() and not other.is_connected(), "the end of the streams")
    assert "carol" not in site.accounts()
    await anna.until(lambda: ("carol@example.org", "unsubscribed") in [(jid.split("/")[0], kind)
                     for jid, kind in anna.presences] or any(push[0] == "carol@example.org" and push[1] != "both"
                     for push in anna.pushes), "that carol is gone")
    assert not logs_in(site, "carol", PASSWORD)
    # the next one of that name starts anew
    site.account("carol", NEW)
    equal(await client("carol", NEW).online(), {})


@suite.test
async def not_by_invite(site, client):
    """An account that no invite made is not removed, and words say so"""
    site.modify("dn: uid=old,ou=people,dc=example,dc=org\nchangetype: add\nobjectClass: inetOrgPerson\n"
                f"objectClass: xmppAccount\ncn: old\nsn: old\nxmppJid: old@example.org\nuserPassword: {PASSWORD}\n")
    old = client("old", PASSWORD)
    old["feature_mechanisms"].use_mech = "PLAIN"
    await old.online()
    condition, text = await refusal(old.request(query(remove=None)))
    equal(condition, "cancel/not-allowed")
    assert "cannot be removed" in text, text
    await old.request(query(username="old", password=NEW))
    equal(scram_once(site, "old", NEW), "success")


@suite.test
async def in_new_hands(site, client):
    """A stream of somebody whose name has a new holder changes nothing of theirs"""
    site.account("emil", PASSWORD)
    emil = client("emil", PASSWORD)
    await emil.online()
    site.invitectl("remove", "emil@example.org")
    site.account("emil", NEW)
    requests = asyncio.ensure_future(refusal(emil.request(query(username="emil", password="a third horse"))))
    await emil.until(lambda: not emil.is_connected(), "the end of the stream")
    requests.cancel()
    await asyncio.gather(requests, return_exceptions=True)
    equal(scram_once(site, "emil", NEW), "success")
    equal(scram_once(site, "emil", "a third horse"), "not-authorized")


@suite.test
async def in_new_hands_after_adoption(site, client):
    """The same where the older account was not made by an invite, so that no stream of it was closed"""
    site.modify("dn: uid=fritz,ou=people,dc=example,dc=org\nchangetype: add\nobjectClass: inetOrgPerson\n"
                "objectClass: xmppAccount\ncn: fritz\nsn: fritz\nxmppJid: fritz@example.org\n"
                f"userPassword: {PASSWORD}\n")
    for request in (query(username="fritz", password="a third horse"), query(remove=None)):
        fritz = client("fritz", PASSWORD, resource="old")
        fritz["feature_mechanisms"].use_mech = "PLAIN"
        await fritz.online()
        site.delete_account("fritz")
        site.account("fritz", NEW)
        new = client("fritz", NEW, resource="new")
        await new.online()
        asking = asyncio.ensure_future(refusal(fritz.request(request)))
        await fritz.until(lambda: asking.done() or not fritz.is_connected(), "the end of the stream")
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        assert "fritz" in site.accounts()
        equal(scram_once(site, "fritz", "a third horse"), "not-authorized")
        equal(scram_once(site, "fritz", NEW), "success")
        await new.ping()
        await new.end()
        site.invitectl("remove", "fritz@example.org")
        site.modify("dn: uid=fritz,ou=people,dc=example,dc=org\nchangetype: add\nobjectClass: inetOrgPerson\n"
                    "objectClass: xmppAccount\ncn: fritz\nsn: fritz\nxmppJid: fritz@example.org\n"
                    f"userPassword: {PASSWORD}\n")
    site.delete_account("fritz")


@suite.test
async def not_bound(site, client):
    """A stream that has logged in and asks for no resource ends with the account, with another password, and
    after a while"""
    streams = []
    for name in ("ida", "jan", "karl"):
        site.account(name, PASSWORD)
        await client(name, PASSWORD).online()
        streams.append(RawStream(site))
        streams[-1].authenticate(name, PASSWORD)
    site.invitectl("remove", "ida@example.org")
    site.account("ida", NEW)
    await client("ida", NEW).online()
    jan = client("jan", PASSWORD)
    await jan.online()
    await jan.request(query(username="jan", password=NEW), to=None)
    for stream, seconds in zip(streams, (15, 15, 60)):
        stream.socket.settimeout(seconds)
        equal((await asyncio.to_thread(stream.element)).tag, "{http://etherx.jabber.org/streams}error")
        stream.socket.close()


@suite.test
async def not_an_administrator(site, client):
    """Who gets the name of an administrator is none, however soon after they left"""
    for leaves in (True, False):
        site.account("boss", PASSWORD)
        site.modify("dn: uid=boss,ou=people,dc=example,dc=org\nchangetype: modify\nadd: employeeType\n"
                    "employeeType: xmpp-admin\n")
        boss = client("boss", PASSWORD)
        await boss.online()
        assert await is_administrator(boss)
        if leaves:
            await boss.request(query(remove=None))
        else:
            site.invitectl("remove", "boss@example.org")
        site.account("boss", NEW)
        boss = client("boss", NEW)
        await boss.online()
        assert not await is_administrator(boss)
        site.invitectl("remove", "boss@example.org")


OPTIONS["agent"].update({"client_password_change": "yes", "client_removal": "yes",
                         "admin_filter": "(employeeType=xmpp-admin)"})
suite.run(**OPTIONS, prosody="invitegate_poll_interval = 0\n")
