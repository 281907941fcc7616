#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""A provider with a store of its own, where people may change their password and remove their account in
the client: it happens in the directory and in that store."""

import asyncio
import subprocess
import xml.etree.ElementTree as ElementTree

from client import REGISTER, refusal
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"
NEW = "another horse"
FEW = 4  # of limit_checks


def query(**fields):
    element = ElementTree.Element(f"{{{REGISTER}}}query")
    for name, value in fields.items():
        ElementTree.SubElement(element, f"{{{REGISTER}}}{name}").text = value
    return element


async def registered(site, client, name):
    new = client()
    await new.open()
    await new.preauth(site.invite())
    await new.register(name, PASSWORD)
    assert await new.log_in(user=name, password=PASSWORD)
    return new


def in_directory(site, name, password):
    """Whether the directory takes the password."""
    done = subprocess.run(["ldapwhoami", "-x", "-H", f"ldap://127.0.0.1:{site.ldap_port}", "-D",
                           f"uid={name},ou=people,dc=example,dc=org", "-w", password],
                          capture_output=True, check=False)
    return done.returncode == 0


@suite.test
async def new_password(site, client):
    """A new password is good in both places, and the old one in none; a weak one changes nothing"""
    anna = await registered(site, client, "anna")
    equal((await refusal(anna.request(query(username="anna", password="short"))))[0], "modify/not-acceptable")
    assert in_directory(site, "anna", PASSWORD)
    assert await client("anna", PASSWORD, resource="second").log_in()
    await anna.request(query(username="anna", password=NEW), to=None)
    assert in_directory(site, "anna", NEW) and not in_directory(site, "anna", PASSWORD)
    assert await client("anna", NEW, resource="third").log_in()
    assert not await client("anna", PASSWORD).log_in()


@suite.test
async def at_the_same_time(site, client):
    """Of new passwords that come at the same time one wins, in both places; the other streams are closed"""
    people = [await registered(site, client, "gitta")]
    for resource in ("b", "c", "d"):
        people.append(client("gitta", PASSWORD, resource=resource))
        assert await people[-1].log_in()
    chosen = [f"{NEW} {number}" for number in range(len(people))]
    asking = [asyncio.ensure_future(person.request(query(username="gitta", password=password), to=None))
              for person, password in zip(people, chosen)]
    await people[0].until(lambda: sum(person.is_connected() for person in people) == 1, "the end of the other streams")
    await asyncio.sleep(0.5)
    taken = [password for password in [PASSWORD, *chosen] if in_directory(site, "gitta", password)]
    equal([number for number, person in enumerate(people) if person.is_connected()], [chosen.index(taken[0])])
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    equal([password for password in [PASSWORD, *chosen] if await client("gitta", password).log_in()], taken)


@suite.test
async def removal(site, client):
    """A removed account is gone from both; an account that only this server has is not touched"""
    berta = await registered(site, client, "berta")
    await berta.request(query(remove=None))
    await berta.until(lambda: not berta.is_connected(), "the end of the stream")
    assert "berta" not in site.accounts()
    assert not await client("berta", PASSWORD).log_in()
    site.only_here("here", PASSWORD)
    here = client("here", PASSWORD)
    assert await here.log_in()
    for request in (query(remove=None), query(username="here", password=NEW)):
        equal((await refusal(here.request(request)))[0], "cancel/not-allowed")
    assert await client("here", PASSWORD, resource="again").log_in()
    # the name is as good as new
    again = await registered(site, client, "berta")
    equal(await again.roster_items(), {})


@suite.test
async def limits(site, client):
    """Whoever changes a password over and over is told to wait, and nobody else"""
    dora = await registered(site, client, "dora")
    emil = await registered(site, client, "emil")
    for number in range(FEW):
        await dora.request(query(username="dora", password=f"{NEW} {number}"))
    for request in (query(username="dora", password=PASSWORD), query(remove=None)):
        equal((await refusal(dora.request(request)))[0], "wait/resource-constraint")
    assert in_directory(site, "dora", f"{NEW} {FEW - 1}")
    await emil.request(query(username="emil", password=NEW))


suite.run(provider="internal_hashed", modules=("user_account_management",),
          agent={"limit_checks": f"{FEW}/d", "client_password_change": "yes", "client_removal": "yes"})
