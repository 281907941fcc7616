#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""registration_invite_only = false here and invite_only = no there: who has no invite registers as well."""

import json

from client import refusal
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"


async def opened(client):
    new = client()
    await new.open()
    return new


async def configured(site, **keys):
    site.configure(keys)
    site.stop_agent()
    site.start_agent()


@suite.test
async def plain_form(site, client):
    """Without an invite, by the plain form"""
    new = await opened(client)
    await new.register("anna", PASSWORD)
    assert await new.log_in(user="anna", password=PASSWORD)
    equal(await new.roster_items(), {})
    assert "anna" in site.accounts()


@suite.test
async def data_form(_, client):
    """By the data form; a second registration on the stream is refused"""
    new = await opened(client)
    await new.register("berta", PASSWORD, data_form=True)
    equal((await refusal(new.register("berta2", PASSWORD)))[0], "modify/not-acceptable")
    assert await client("berta", PASSWORD).log_in()


@suite.test
async def refusals(site, client):
    """Names that are taken, reserved, kept for an invite or none; a weak password; a module's veto"""
    site.invite("--user", "carol")
    new = await opened(client)
    for name, password, expected in (
            ("anna", "another horse", "cancel/conflict"), ("root", PASSWORD, "cancel/not-allowed"),
            ("carol", PASSWORD, "cancel/not-allowed"), ("a b", PASSWORD, "modify/jid-malformed"),
            ("dora", "short", "modify/not-acceptable"), ("vetoed", PASSWORD, "cancel/forbidden")):
        equal((await refusal(new.register(name, password)))[0], expected)
    await new.register("dora", PASSWORD)
    equal(site.accounts(), ["anna", "berta", "dora"])


@suite.test
async def with_invite(site, client):
    """An invite still brings its inviter, and a token that is no good does not keep anybody out"""
    new = await opened(client)
    await new.preauth(site.invite("--type", "contact-account", "--inviter", "anna@example.org"))
    await new.register("emil", PASSWORD)
    assert await new.log_in(user="emil", password=PASSWORD)
    equal(list(await new.roster_items()), ["anna@example.org"])
    other = await opened(client)
    equal((await refusal(other.preauth("nonsense")))[0], "cancel/item-not-found")
    await other.register("frida", PASSWORD)


@suite.test
async def again(site, client):
    """The same again ends well after the agent was killed, on a stream of its own"""
    new = await opened(client)
    site.stop_agent()
    equal((await refusal(new.register("gerd", PASSWORD)))[0], "wait/resource-constraint")
    site.start_agent()
    await new.register("gerd", PASSWORD)
    repeated = await opened(client)
    await repeated.register("gerd", PASSWORD)
    equal((await refusal((await opened(client)).register("gerd", "another horse")))[0], "cancel/conflict")


@suite.test
async def limited(site, client):
    """Who registers one account after the other from one address is told to wait"""
    await configured(site, limit_registrations="3/h")
    for number in range(10):
        condition = (await refusal((await opened(client)).register(f"guest{number}", PASSWORD)))[0]
        if condition:
            break
    equal((number, condition), (3, "wait/resource-constraint"))
    # an invite is its own limit
    new = await opened(client)
    await new.preauth(site.invite())
    await new.register("hugo", PASSWORD)
    await configured(site, limit_registrations="10000/m")


@suite.test
async def told_to_wait(site, client):
    """That is an answer: a token that is revoked then opens no stream any more"""
    await configured(site, limit_registrations="3/h")
    token = site.invite()
    new = await opened(client)
    await new.preauth(token)
    conditions = [(await refusal(new.register("anna", "another horse")))[0] for _ in range(4)]
    equal(conditions, ["cancel/conflict"] * 3 + ["wait/resource-constraint"])
    site.invitectl("revoke", json.loads(site.invitectl("--json", "show", token))["id"])
    equal((await refusal((await opened(client)).preauth(token)))[0], "cancel/item-not-found")
    await configured(site, limit_registrations="10000/m")


@suite.test
async def only_there(site, client):
    """Where Prosody wants invites, nobody registers without"""
    site.prosody_lines = site.prosody_lines.replace("false", "true")
    site.stop_prosody()
    site.start_prosody()
    equal(await refusal((await opened(client)).register("ida", PASSWORD)),
          ("modify/not-acceptable", "Registration on this server is through invitation only"))
    site.prosody_lines = site.prosody_lines.replace("true", "false")
    site.stop_prosody()
    site.start_prosody()


@suite.test
async def only_here(site, client):
    """Neither where the directory wants invites"""
    await configured(site, invite_only="yes")
    new = await opened(client)
    equal(await refusal(new.register("ida", PASSWORD)), ("cancel/not-allowed", "Registering here takes an invite."))
    await new.preauth(site.invite())
    await new.register("ida", PASSWORD)


suite.run(prosody="registration_invite_only = false\n", modules=("witness",), agent={"invite_only": "no"})
