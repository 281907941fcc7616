#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""A provider with a store of its own: what people do to their accounts in the client, and what an
administrator does to them in the directory."""

import asyncio
import signal
import xml.etree.ElementTree as ElementTree

from client import REGISTER, refusal
from raw_stream import RawStream, canonical
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"
WAIT = "wait/resource-constraint"


async def opened(client, token):
    new = client()
    await new.open()
    await new.preauth(token)
    return new


async def registered(site, client, name):
    new = await opened(client, site.invite())
    await new.register(name, PASSWORD)
    return new


def query(**fields):
    element = ElementTree.Element(f"{{{REGISTER}}}query")
    for name, value in fields.items():
        ElementTree.SubElement(element, f"{{{REGISTER}}}{name}").text = value
    return element


def is_refused(site, name, password):
    """Because of the password, or because the account has ended."""
    with RawStream(site) as stream:
        try:
            answer = canonical(stream.bind(name, password))
        except AssertionError as err:
            return str(err).endswith("failure")
    return 'type="error"' in answer and "This account has ended." in answer


@suite.test
async def not_from_the_client(site, client):
    """Neither removal nor a new password from the client, which the directory would not hear of"""
    anna = await registered(site, client, "anna")
    assert await anna.log_in(user="anna", password=PASSWORD)
    for to in (None, site.domain):
        for request, words in ((query(remove=None), "removed"),
                               (query(username="anna", password="another horse"), "changed")):
            condition, text = await refusal(anna.request(request, to=to))
            equal(condition, "cancel/not-allowed")
            assert words in text, text
        answer = await anna.request(query(), "get", to=to)
        equal(answer.xml.find(f"{{{REGISTER}}}query").findtext(f"{{{REGISTER}}}username"), "anna")
    assert "anna" in site.accounts()
    assert await client("anna", PASSWORD, resource="again").log_in()
    assert not await client("anna", "another horse").log_in()


@suite.test
async def removed_elsewhere(site, client):
    """An account that invitectl removed: its session ends, it logs in no more, and others stay"""
    stays = client("anna", PASSWORD)
    await stays.online()
    berta = await registered(site, client, "berta")
    assert await berta.log_in(user="berta", password=PASSWORD)
    site.invitectl("remove", "berta@example.org")
    await stays.until(lambda: not berta.is_connected(), "the end of the stream")
    with RawStream(site) as stream:
        answer = canonical(stream.bind("berta", PASSWORD))
    assert 'type="error"' in answer and "This account has ended." in answer, answer
    await stays.ping()


@suite.test
async def in_new_hands(site, client):
    """A name that was removed and registered anew elsewhere: the old password opens nothing"""
    carol = await registered(site, client, "carol")
    assert await carol.log_in(user="carol", password=PASSWORD)
    await carol.ping()
    site.invitectl("remove", "carol@example.org")
    site.account("carol", "a new horse")
    await carol.until(lambda: not carol.is_connected(), "the end of the stream")
    # what is left of the old account goes with the first look, be it at a poll or at this login
    assert is_refused(site, "carol", PASSWORD)
    assert not await client("carol", PASSWORD).log_in()
    assert not await client("carol", "a new horse").log_in()


@suite.test
async def in_new_hands_here(site, client):
    """A name that was removed and registered anew here: the new password, and no other"""
    await registered(site, client, "dora")
    site.invitectl("remove", "dora@example.org")
    new = await opened(client, site.invite())
    await new.register("dora", "a new horse")
    assert await new.log_in(user="dora", password="a new horse")
    assert not await client("dora", PASSWORD).log_in()


@suite.test
async def guesses(site, client):
    """Names that only this server has: the password is of no use, and the token pays for each guess"""
    site.only_here("here", PASSWORD)
    token = site.invite()
    new = await opened(client, token)
    for password in (PASSWORD, "another horse", PASSWORD):
        equal((await refusal(new.register("here", password)))[0], "cancel/conflict")
    for name in ("here", "free"):
        equal((await refusal(new.register(name, PASSWORD)))[0], WAIT)
    assert "here" not in site.accounts() and "free" not in site.accounts()
    # what was told to wait is not remembered: the token is what the directory says of it
    shown = site.invitectl("--json", "show", token)
    site.invitectl("revoke", shown.split('"id":')[1].split('"')[1])
    again = client()
    await again.open()
    equal((await refusal(again.preauth(token)))[0], "cancel/item-not-found")


@suite.test
async def one_name_over_and_over(site, client):
    """While 30 registrations of a name wait for a directory that hangs, its owner logs in"""
    others = [await opened(client, site.invite()) for _ in range(30)]
    anna = client("anna", PASSWORD, resource="third")
    site.signal_slapd(signal.SIGSTOP)
    try:
        tries = [asyncio.ensure_future(refusal(each.register("anna", "another horse"))) for each in others]
        done, waiting = await asyncio.wait(tries, timeout=20, return_when=asyncio.FIRST_COMPLETED)
        assert await anna.log_in()
        equal({(await each)[0] for each in done | waiting}, {WAIT})
    finally:
        site.signal_slapd(signal.SIGCONT)


suite.run(provider="internal_hashed", modules=("user_account_management",),
          agent={"limit_registrations": "3/d"},
          prosody="invitegate_poll_interval = 0.2\n")
