#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Invites that users make from their clients: the commands of XEP-0401."""

import re
import xml.etree.ElementTree as ElementTree

from client import refusal
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"
COMMANDS = "http://jabber.org/protocol/commands"
DATA = "jabber:x:data"
INVITE = "urn:xmpp:invite#invite"
CREATE = "urn:xmpp:invite#create-account"


async def command(client, node, action="execute", session=None, fields=None):
    element = ElementTree.Element(f"{{{COMMANDS}}}command", {"node": node, "action": action})
    if session is not None:
        element.set("sessionid", session)
    if fields is not None:
        x = ElementTree.SubElement(element, f"{{{DATA}}}x", {"type": "submit"})
        for name, value in fields.items():
            field = ElementTree.SubElement(x, f"{{{DATA}}}field", {"var": name})
            ElementTree.SubElement(field, f"{{{DATA}}}value").text = value
    return (await client.request(element)).xml.find(f"{{{COMMANDS}}}command")


def values(answer):
    form = answer.find(f"{{{DATA}}}x")
    return {field.get("var"): field.findtext(f"{{{DATA}}}value")
            for field in form.iter(f"{{{DATA}}}field")}


def token_of(answer):
    return re.search(r"preauth=([^;&]+)", values(answer)["uri"]).group(1)


async def online(site, client, name):
    if name not in site.accounts():
        site.account(name)
    one = client(name, PASSWORD)
    await one.online()
    return one


@suite.test
async def invite_by_user(site, client):
    """#invite completes at once: who may not let people register gets a contact invite"""
    anna = await online(site, client, "anna")
    answer = await command(anna, INVITE)
    equal(answer.get("status"), "completed")
    equal(answer.find(f"{{{DATA}}}x").get("type"), "result")
    got = values(answer)
    equal(got["FORM_TYPE"], "urn:xmpp:invite#invitation")
    assert re.fullmatch(r"xmpp:anna@example\.org\?roster;preauth=[A-Za-z0-9_-]{32}", got["uri"]), got
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", got["expire"]), got
    equal(got["landing-url"], "https://example.org/i#" + token_of(answer))


@suite.test
async def invite_by_admin(site, client):
    """#invite of an admin also registers; that account has the admin on its roster"""
    admin = await online(site, client, "berta")
    answer = await command(admin, INVITE)
    assert values(answer)["uri"].endswith(";ibr=y"), values(answer)
    new = client()
    await new.open()
    await new.preauth(token_of(answer))
    await new.register("dora", PASSWORD)
    assert await new.log_in(user="dora", password=PASSWORD)
    equal(list(await new.roster_items()), ["berta@example.org"])


@suite.test
async def create_account(site, client):
    """#create-account: a form, then an invite for the name that was filled in"""
    admin = await online(site, client, "berta")
    first = await command(admin, CREATE)
    equal(first.get("status"), "executing")
    equal(set(values(first)), {"FORM_TYPE", "username", "roster-subscription"})
    answer = await command(admin, CREATE, "complete", first.get("sessionid"),
                           {"FORM_TYPE": CREATE, "username": "emil", "roster-subscription": "1"})
    equal(answer.get("status"), "completed")
    assert values(answer)["uri"].startswith("xmpp:emil@example.org?register;preauth="), values(answer)
    new = client()
    await new.open()
    await new.preauth(token_of(answer))
    equal((await refusal(new.register("mallory", PASSWORD)))[0], "cancel/not-allowed")
    await new.register("emil", PASSWORD)
    assert await new.log_in(user="emil", password=PASSWORD)
    equal((await new.roster_items())["berta@example.org"][:2], ("both", ""))


@suite.test
async def no_subscription(site, client):
    """#create-account without roster-subscription: the two do not become contacts, now or later"""
    admin = await online(site, client, "berta")
    for value in ("0", "false"):
        name = f"ina{value}"
        first = await command(admin, CREATE)
        answer = await command(admin, CREATE, "complete", first.get("sessionid"),
                               {"FORM_TYPE": CREATE, "username": "", "roster-subscription": value})
        new = client()
        await new.open()
        await new.preauth(token_of(answer))
        await new.register(name, PASSWORD)
        assert await new.log_in(user=name, password=PASSWORD)
        equal(await new.roster_items(), {})
        again = client(name, PASSWORD, resource="again")
        equal(await again.online(), {})
        assert f"{name}@example.org" not in await admin.roster_items()
    assert [push for push in admin.pushes if push[0].startswith("ina")] == [], admin.pushes


@suite.test
async def create_account_refusals(site, client):
    """Names that are taken, reserved or none: refused with a reason; cancel cancels"""
    admin = await online(site, client, "berta")

    async def answer(name):
        first = await command(admin, CREATE)
        return await refusal(command(admin, CREATE, "complete", first.get("sessionid"), {
            "FORM_TYPE": CREATE, "username": name, "roster-subscription": "1"}))

    equal((await answer("emil"))[0], "cancel/conflict")
    equal((await answer("root"))[0], "cancel/not-allowed")
    equal((await answer("a b"))[0], "modify/jid-malformed")
    first = await command(admin, CREATE)
    equal((await command(admin, CREATE, "cancel", first.get("sessionid"))).get("status"), "canceled")


@suite.test
async def back(site, client):
    """prev on the form goes nowhere: the form again, and no invite"""
    admin = await online(site, client, "berta")
    before = site.invitectl("--json", "list", "--inviter", "berta@example.org")
    first = await command(admin, CREATE)
    answer = await command(admin, CREATE, "prev", first.get("sessionid"),
                           {"FORM_TYPE": CREATE, "username": "", "roster-subscription": "1"})
    equal(answer.get("status"), "executing")
    equal(set(values(answer)), {"FORM_TYPE", "username", "roster-subscription"})
    equal(site.invitectl("--json", "list", "--inviter", "berta@example.org"), before)


async def listed(client, node=COMMANDS):
    query = ElementTree.Element("{http://jabber.org/protocol/disco#items}query", {"node": node})
    answer = await client.request(query, "get")
    return {item.get("node") for item in answer.xml.iter("{http://jabber.org/protocol/disco#items}item")}


async def described(client, node):
    query = ElementTree.Element("{http://jabber.org/protocol/disco#info}query", {"node": node})
    return await refusal(client.request(query, "get"))


@suite.test
async def shown(site, client):
    """Commands are listed and described to those who may use them"""
    admin = await online(site, client, "berta")
    anna = await online(site, client, "anna")
    assert {INVITE, CREATE} <= await listed(admin)
    found = await listed(anna)
    assert INVITE in found and CREATE not in found, found
    equal(await described(admin, CREATE), ("", ""))
    equal(await described(anna, INVITE), ("", ""))
    equal((await described(anna, CREATE))[0], "auth/forbidden")


@suite.test
async def not_an_admin(site, client):
    """#create-account is forbidden to those who may not let people register"""
    anna = await online(site, client, "anna")
    equal((await refusal(command(anna, CREATE)))[0], "auth/forbidden")


@suite.test
async def limit(site, client):
    """No more than max_open_invites stand open for a user, who is told so"""
    gerd = await online(site, client, "gerd")
    for _ in range(3):
        await command(gerd, INVITE)
    condition, text = await refusal(command(gerd, INVITE))
    equal(condition, "cancel/not-allowed")
    assert "open invites" in text, text


@suite.test
async def used_by_subscription(site, client):
    """An invite from a client, sent to a friend with an account, makes them contacts"""
    anna = await online(site, client, "anna")
    hugo = await online(site, client, "hugo")
    token = token_of(await command(anna, INVITE))
    presence = hugo.make_presence(pto="anna@example.org", ptype="subscribe")
    presence.append(ElementTree.Element("{urn:xmpp:pars:0}preauth", {"token": token}))
    presence.send()
    await anna.until(lambda: ("hugo@example.org", "both", "", ["Invited"]) in anna.pushes, "push")


suite.run(prosody='admins = { "berta@example.org" }\n',
          agent={"max_open_invites": "3", "landing_url": "https://example.org/i#%t"})
