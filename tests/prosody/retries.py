#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""A registration that is finished, but Prosody was not told in time: the same again ends well."""

import signal

from client import refusal
from site_of_suite import until
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"
WAIT = "wait/resource-constraint"
BAD = "cancel/item-not-found"


async def opened(client, token):
    new = client()
    await new.open()
    await new.preauth(token)
    return new


async def cut_off(site, client, name, *options):
    """The client was told to wait, and the account has been made since. The stream and the token."""
    token = site.invite(*options)
    new = await opened(client, token)
    site.signal_slapd(signal.SIGSTOP)
    try:
        equal((await refusal(new.register(name, PASSWORD)))[0], WAIT)
    finally:
        site.signal_slapd(signal.SIGCONT)
    until(lambda: name in site.accounts() and not site.redeems(token), "the end of the registration")
    return new, token


@suite.test
async def same_stream(site, client):
    """On the same stream"""
    new, _ = await cut_off(site, client, "anna")
    await new.register("anna", PASSWORD)
    assert await new.log_in(user="anna", password=PASSWORD)


@suite.test
async def new_stream(site, client):
    """On a new stream, though the token is used up by then; afterwards it is like every used token"""
    anna = client("anna", PASSWORD)
    await anna.online()
    _, token = await cut_off(site, client, "berta", "--type", "contact-account", "--inviter", "anna@example.org")
    # the directory tells of it before berta tries again
    await anna.until(lambda: anna.pushes, "the push")
    new = await opened(client, token)
    await new.register("berta", PASSWORD)
    assert await new.log_in(user="berta", password=PASSWORD)
    equal(await new.roster_items(), {"anna@example.org": ("both", "", ["Invited"])})
    await anna.ping()
    equal([push[:2] for push in anna.pushes], [("berta@example.org", "both")])
    late = client()
    await late.open()
    equal((await refusal(late.preauth(token)))[0], BAD)


@suite.test
async def something_else(site, client):
    """Neither another name nor another password goes with that token, and that ends it"""
    for name, password in (("dora", PASSWORD), ("carol", "another horse")):
        _, token = await cut_off(site, client, "carol")
        new = await opened(client, token)
        equal((await refusal(new.register(name, password)))[0], BAD)
        equal((await refusal(new.preauth(token)))[0], BAD)
        site.delete_account("carol")
    assert "dora" not in site.accounts()


@suite.test
async def by_login(site, client):
    """Who logs in instead has everything"""
    anna = client("anna", PASSWORD)
    await anna.online()
    await cut_off(site, client, "emil", "--type", "contact-account", "--inviter", "anna@example.org")
    emil = client("emil", PASSWORD)
    equal(await emil.online(), {"anna@example.org": ("both", "", ["Invited"])})
    await anna.until(lambda: (str(emil.boundjid), "available") in anna.presences, "emil's presence")


suite.run(prosody="invitegate_timeout = 2\ninvitegate_poll_interval = 0.2\n", agent={"timeout": "5s"})
