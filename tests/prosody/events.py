#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Other modules hear of registrations, and are obeyed: limits, welcome, policies of a site."""

from client import refusal
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"


async def opened(site, client, *options):
    token = site.invite(*options)
    new = client()
    await new.open()
    await new.preauth(token)
    return new, token


@suite.test
async def veto(site, client):
    """A module that refuses a name: its words, the token is kept, another name works"""
    new, token = await opened(site, client)
    equal(await refusal(new.register("vetoed", PASSWORD)), ("cancel/forbidden", "Not that name here"))
    assert site.redeems(token)
    assert "vetoed" not in site.accounts()
    await new.register("anna", PASSWORD)
    await new.ping_log("registered anna@example.org by mod_invitegate from 127.0.0.1")


@suite.test
async def welcome(site, client):
    """mod_welcome greets the new account"""
    messages = []
    new = client("anna", PASSWORD)
    new.add_event_handler("message", lambda message: messages.append(message["body"]))
    await new.online()
    await new.until(lambda: messages, "the greeting")
    equal(messages, ["Hello anna, from example.org"])


@suite.test
async def reset(site, client):
    """A reset is told as one; who judges new names is not asked"""
    new, _ = await opened(site, client, "--type", "reset", "--user", "anna")
    await new.register("anna", PASSWORD)
    await new.ping_log("reset anna@example.org")


@suite.test
async def confusable(site, client):
    """mod_mimicking refuses a name that looks like another, and nothing else"""
    new, token = await opened(site, client)
    equal((await refusal(new.register("anna1", PASSWORD)))[0], "")
    look_alike, token = await opened(site, client)
    equal((await refusal(look_alike.register("annal", PASSWORD)))[0], "modify/not-acceptable")
    assert site.redeems(token)


@suite.test
async def failing_module(site, client):
    """A module that fails when it hears of it costs the person nothing"""
    new, _ = await opened(site, client)
    await new.register("fateful", PASSWORD)
    assert await new.log_in(user="fateful", password=PASSWORD)


@suite.test
async def tombstones(site, client):
    """mod_tombstones takes a name that changed hands in the directory for no dead one"""
    new, _ = await opened(site, client)
    await new.register("berta", PASSWORD)
    assert await new.log_in(user="berta", password=PASSWORD)
    await new.end()
    site.delete_account("berta")
    site.invitectl("redeem", "--user", "berta", "-", stdin="{}\n{}".format(
        site.invite("--type", "contact-account", "--inviter", "anna@example.org"), PASSWORD))
    new = client("berta", PASSWORD)
    await new.online()
    await new.end()
    # it has dead names in a cache as well
    site.stop_prosody()
    site.start_prosody()
    anna, berta = client("anna", PASSWORD), client("berta", PASSWORD)
    await berta.online()
    await anna.online()
    await anna.until(lambda: (str(berta.boundjid), "available") in anna.presences, "berta's presence")
    await berta.until(lambda: (str(anna.boundjid), "available") in berta.presences, "anna's presence")
    equal((await anna.roster_items())["berta@example.org"][0], "both")


@suite.test
async def reloaded(site, client):
    """The module is reloaded between token and registration, and goes on: one push, no second poll"""
    anna = client("anna", PASSWORD)
    await anna.online()
    new, _ = await opened(site, client, "--type", "contact-account", "--inviter", "anna@example.org")
    for _ in range(2):
        assert "OK" in (said := site.shell("module:reload('invitegate', 'example.org')")), said
    await new.register("carol", PASSWORD)
    await anna.ping()
    equal([push[0] for push in anna.pushes], ["carol@example.org"])
    assert await new.log_in(user="carol", password=PASSWORD)
    # what the directory learns from now on is still told, by one of the module only
    site.invitectl("redeem", "--user", "dora", "-", stdin="{}\n{}".format(
        site.invite("--type", "contact-account", "--inviter", "anna@example.org"), PASSWORD))
    await anna.until(lambda: "dora@example.org" in [push[0] for push in anna.pushes], "dora's push")
    equal(len(anna.pushes), 2)


@suite.test
async def limits(site, client):
    """mod_register_limits counts, and its refusal costs no token"""
    token = None
    for number in range(10):
        new, token = await opened(site, client)
        answer = await refusal(new.register(f"guest{number}", PASSWORD))
        if answer[0]:
            equal(answer, ("wait/policy-violation", "Too many registrations from this IP address recently"))
            break
    else:
        raise AssertionError("never limited")
    assert site.redeems(token)


suite.run(modules=("witness", "welcome", "tombstones", "admin_shell", "mimicking"), prosody="""
invitegate_poll_interval = 0.2
welcome_message = "Hello $username, from $host"
registration_allowlist = {}
registration_throttle_max = 8
registration_throttle_period = 36000
""")
