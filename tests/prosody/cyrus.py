#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Prosody over Cyrus SASL, saslauthd and PAM, with the configuration of the examples."""

import os
import shutil

from client import refusal
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"


async def opened(client, token):
    new = client()
    await new.open()
    await new.preauth(token)
    return new


@suite.test
async def account(site, client):
    """In-band registration, and a login by PLAIN through saslauthd and PAM; no wrong password, no anonymous"""
    new = await opened(client, site.invite())
    mechanisms = {element.text for element in new.offered.result().iter(
        "{urn:ietf:params:xml:ns:xmpp-sasl}mechanism")}
    equal(mechanisms, {"PLAIN"})
    await new.register("anna", PASSWORD)
    assert await new.log_in(user="anna", password=PASSWORD)
    assert not await client("anna", "wrong horse").log_in()


@suite.test
async def conflict(site, client):
    """A name that is taken is a conflict, another one is not"""
    new = await opened(client, site.invite())
    equal((await refusal(new.register("anna", "another horse")))[0], "cancel/conflict")
    await new.register("berta", PASSWORD)
    assert await new.log_in(user="berta", password=PASSWORD)


@suite.test
async def by_login(site, client):
    """Who registers by logging in with TOKEN:PASSWORD has the inviter on the roster, who sees it at once"""
    anna = client("anna", PASSWORD)
    await anna.online()
    token = site.invite("--type", "contact-account", "--inviter", "anna@example.org")
    carol = client("carol", f"{token}:{PASSWORD}")
    await carol.online()
    await anna.until(lambda: anna.pushes, "the push")
    equal(anna.pushes, [("carol@example.org", "both", "", ["Invited"])])
    await anna.until(lambda: ("carol@example.org/tests", "available") in anna.presences, "carol's presence")
    await carol.until(lambda: ("anna@example.org/tests", "available") in carol.presences, "anna's presence")
    equal(await carol.roster_items(), {"anna@example.org": ("both", "", ["Invited"])})


@suite.test
async def reset(site, client):
    """A reset"""
    new = await opened(client, site.invite("--type", "reset", "--user", "berta"))
    await new.register("berta", "another horse")
    assert await new.log_in(user="berta", password="another horse")
    assert not await client("berta", PASSWORD).log_in()


def missing():
    if shutil.which("saslauthd", path=os.environ["PATH"] + ":/usr/sbin") is None:
        return "saslauthd is not installed"
    if os.environ.get("INV_SANITIZERS", "no") != "no" and not os.environ.get("INV_PRELOAD"):
        return "saslauthd cannot load a module with these sanitizers"
    return None


if missing() is not None:
    print(f"1..0 # SKIP {missing()}")
else:
    suite.run(provider="cyrus")
