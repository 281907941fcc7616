#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Guests, with logins by LDAP, which knows nothing of their end."""

import asyncio
import time

from raw_stream import RawStream, canonical
from suite import Suite

suite = Suite()
PASSWORD = "correct horse"


async def registered(site, client, name, *options):
    new = client()
    await new.open()
    await new.preauth(site.invite(*options))
    await new.register(name, PASSWORD)
    return new


def ends_at(site, name, moment):
    """As an administrator changes it."""
    text = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(moment))
    site.modify(f"dn: uid={name},ou=people,dc=example,dc=org\nchangetype: modify\n"
                f"replace: xmppAccountExpires\nxmppAccountExpires: {text}\n")


def bound(site, name):
    with RawStream(site) as stream:
        return canonical(stream.bind(name, PASSWORD))


@suite.test
async def over(site, client):
    """Whose time is over is not let in; when it is put off, they are again"""
    await registered(site, client, "anna", "--account-expires", "1h")
    assert 'type="result"' in bound(site, "anna")
    ends_at(site, "anna", time.time() - 5)
    answer = bound(site, "anna")
    assert 'type="error"' in answer and "This account has ended." in answer, answer
    ends_at(site, "anna", time.time() + 3600)
    assert 'type="result"' in bound(site, "anna")


@suite.test
async def meanwhile(site, client):
    """Who is online at the end is shown out, and nobody else"""
    stays = await registered(site, client, "berta")
    guest = await registered(site, client, "carol", "--account-expires", "3s")
    assert await stays.log_in(user="berta", password=PASSWORD)
    assert await guest.log_in(user="carol", password=PASSWORD)
    await stays.until(lambda: not guest.is_connected(), "the end of the guest's stream")
    await stays.ping()


@suite.test
async def put_off(site, client):
    """A guest whose end was put off while online stays"""
    guest = await registered(site, client, "dora", "--account-expires", "1h")
    end = time.time() + 2
    ends_at(site, "dora", end)
    assert await guest.log_in(user="dora", password=PASSWORD)
    ends_at(site, "dora", end + 3600)
    while time.time() < end + 2:
        await guest.ping()
        await asyncio.sleep(0.1)
    assert guest.is_connected()


@suite.test
async def removed(site, client):
    """Whose account was removed is shown out at the next look, with every provider of logins"""
    stays = await registered(site, client, "emil")
    gone = await registered(site, client, "frida")
    assert await stays.log_in(user="emil", password=PASSWORD)
    assert await gone.log_in(user="frida", password=PASSWORD)
    await gone.ping()
    site.invitectl("remove", "frida@example.org")
    await stays.until(lambda: not gone.is_connected(), "the end of the stream")
    await stays.ping()


@suite.test
async def shortened(site, client):
    """A guest whose end was brought forward while online is shown out"""
    guest = await registered(site, client, "gerd", "--account-expires", "1h")
    assert await guest.log_in(user="gerd", password=PASSWORD)
    await guest.ping()
    ends_at(site, "gerd", time.time() - 5)
    await guest.until(lambda: not guest.is_connected(), "the end of the stream")


suite.run(prosody="invitegate_poll_interval = 0.2\n")
