#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""A provider with a store of its own (internal_hashed) gets the account as well: logins are by SCRAM."""

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
    """Registration makes the account in the directory and here; SCRAM-SHA-1 logs in"""
    new = await opened(client, site.invite())
    await new.register("anna", PASSWORD)
    assert "anna" in site.accounts()
    assert await new.log_in(user="anna", password=PASSWORD)
    equal(new["feature_mechanisms"].mech.name, "SCRAM-SHA-1")
    assert not await client("anna", "wrong horse").log_in()


@suite.test
async def conflict(site, client):
    """Names that are taken here, in the directory, or in both are conflicts, and nobody's password changes"""
    site.account("directory")
    site.only_here("here", "another horse")
    token = site.invite()
    new = await opened(client, token)
    for name in ("anna", "directory", "here"):
        equal((await refusal(new.register(name, "a third horse")))[0], "cancel/conflict")
    assert site.redeems(token)
    assert "here" not in site.accounts()
    assert await client("here", "another horse").log_in()


@suite.test
async def contact(site, client):
    """Rosters are as with any provider"""
    inviter = client("anna", PASSWORD)
    await inviter.online()
    new = await opened(client, site.invite("--type", "contact-account", "--inviter", "anna@example.org"))
    await new.register("berta", PASSWORD)
    await inviter.ping()
    equal(inviter.pushes, [("berta@example.org", "both", "", ["Invited"])])
    assert await new.log_in(user="berta", password=PASSWORD)
    equal(await new.roster_items(), {"anna@example.org": ("both", "", ["Invited"])})


@suite.test
async def reset(site, client):
    """A reset changes both"""
    new = await opened(client, site.invite("--type", "reset", "--user", "berta"))
    await new.register("berta", "another horse")
    assert await new.log_in(user="berta", password="another horse")
    assert not await client("berta", PASSWORD).log_in()


suite.run(provider="internal_hashed")
