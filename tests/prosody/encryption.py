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


@suite.test
async def another_client(site, client):
    """go-sendxmpp logs in as the new account and writes to the inviter"""
    inviter = client("anna", PASSWORD)
    messages = []
    inviter.add_event_handler("message", lambda message: messages.append(message["body"]))
    await inviter.open(encrypt=True)
    await inviter.online()
    new = client()
    await new.open(encrypt=True)
    await new.preauth(site.invite("--type", "contact-account", "--inviter", "anna@example.org"))
    await new.register("berta", PASSWORD)
    if shutil.which("go-sendxmpp") is None:
        print("# go-sendxmpp is not installed: not tried")
        return
    sender = await asyncio.create_subprocess_exec(
        "go-sendxmpp", "-n", "-u", "berta@example.org", "-p", PASSWORD, "-j", f"127.0.0.1:{site.port}",
        "anna@example.org", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT)
    output, _ = await asyncio.wait_for(sender.communicate(b"good morning\n"), 30)
    equal((sender.returncode, output.decode()), (0, ""))
    await inviter.until(lambda: messages, "the message")
    equal(messages, ["good morning"])
    await refused_login(site)


async def refused_login(site):
    sender = await asyncio.create_subprocess_exec(
        "go-sendxmpp", "-n", "-u", "berta@example.org", "-p", "wrong horse", "-j", f"127.0.0.1:{site.port}",
        "anna@example.org", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL)
    await asyncio.wait_for(sender.communicate(b"hello\n"), 30)
    assert sender.returncode != 0, "go-sendxmpp got in with a wrong password"


suite.run(encryption=True)
