#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Where encryption is required: nothing before STARTTLS, everything behind it; go-sendxmpp logs in too."""

import asyncio
import shutil

from client import FEATURES, refusal
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"


@suite.test
async def clear(site, client):
    """Before STARTTLS: no feature, and neither a token nor a password is taken"""
    token = site.invite()
    new = client()
    await new.open()
    equal(new.offers(), set())
    equal(await refusal(new.preauth(token)), ("modify/policy-violation", "Encryption is required"))
    equal((await refusal(new.register("anna", PASSWORD)))[0], "modify/policy-violation")
    assert site.redeems(token)


@suite.test
async def encrypted(site, client):
    """Behind it: the features, registration and login"""
    new = client()
    await new.open(encrypt=True)
    equal(new.offers(), FEATURES)
    equal({child.tag[1:].split("}")[0] for child in new.clear_features} & FEATURES, set())
    await new.preauth(site.invite())
    await new.register("anna", PASSWORD)
    assert await new.log_in(user="anna", password=PASSWORD)


async def go_sendxmpp(site, name, password, text):
    """Another client writes to anna; whether it got in."""
    sender = await asyncio.create_subprocess_exec(
        "go-sendxmpp", "-n", "-u", f"{name}@example.org", "-p", password, "-j", f"127.0.0.1:{site.port}",
        "anna@example.org", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL)
    await asyncio.wait_for(sender.communicate(text.encode()), 30)
    return sender.returncode == 0


@suite.test
async def another_client(site, client):
    """go-sendxmpp logs in as each kind of new account and writes to the inviter; not with a wrong password"""
    if shutil.which("go-sendxmpp") is None:
        print("# go-sendxmpp is not installed: not tried")
        return
    inviter = client("anna", PASSWORD)
    messages = []
    inviter.add_event_handler("message", lambda message: messages.append(message["body"]))
    await inviter.open(encrypt=True)
    await inviter.online()
    for name, password, options in (
            ("berta", PASSWORD, ()),
            ("carol", PASSWORD, ("--user", "carol")),
            ("dora", PASSWORD, ("--type", "contact-account", "--inviter", "anna@example.org")),
            ("berta", "another horse", ("--type", "reset", "--user", "berta"))):
        new = client()
        await new.open(encrypt=True)
        await new.preauth(site.invite(*options))
        await new.register(name, password)
        assert await go_sendxmpp(site, name, password, f"{name} with {options}"), name
        await inviter.until(lambda text=f"{name} with {options}": text in messages, "the message")
    assert not await go_sendxmpp(site, "berta", PASSWORD, "with the old password")
    assert not await go_sendxmpp(site, "carol", "wrong horse", "with a wrong password")
    equal(len(messages), 4)


suite.run(encryption=True)
