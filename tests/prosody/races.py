#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Many at once: one token is one account, one name is one account."""

import asyncio

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
async def one_token(site, client):
    """One token, 32 streams at once: one account"""
    token = site.invite()
    streams = [await opened(client, token) for _ in range(32)]
    ends = await asyncio.gather(*(refusal(stream.register(f"user{number}", PASSWORD))
                                  for number, stream in enumerate(streams)))
    conditions = sorted(end[0] for end in ends)
    equal(conditions.count(""), 1)
    assert set(conditions) <= {"", "cancel/item-not-found"}, conditions
    equal(len([name for name in site.accounts() if name.startswith("user")]), 1)


@suite.test
async def one_stream(site, client):
    """One token, one stream, five registrations without waiting for answers: one account"""
    stream = await opened(client, site.invite())
    ends = await asyncio.gather(*(refusal(stream.register(f"serial{number}", PASSWORD)) for number in range(5)))
    equal([end[0] for end in ends], [""] + ["modify/not-acceptable"] * 4)
    equal([name for name in site.accounts() if name.startswith("serial")], ["serial0"])


@suite.test
async def one_name(site, client):
    """One name, 8 streams with a token each: one account, the other tokens are kept; its roster is whole"""
    site.account("anna")
    tokens = [site.invite("--type", "contact-account", "--inviter", "anna@example.org") for _ in range(8)]
    streams = [await opened(client, token) for token in tokens]
    ends = await asyncio.gather(*(refusal(stream.register("berta", f"{PASSWORD} {number}"))
                                  for number, stream in enumerate(streams)))
    conditions = [end[0] for end in ends]
    equal(sorted(conditions), [""] + ["cancel/conflict"] * 7)
    winner = conditions.index("")
    equal([site.redeems(token) for token in tokens], [number != winner for number in range(8)])
    berta = client("berta", f"{PASSWORD} {winner}")
    equal((await berta.online())["anna@example.org"][0], "both")


@suite.test
async def many(site, client):
    """20 of one inviter at once: all on her roster, one push each"""
    anna = client("anna", PASSWORD)
    await anna.online()
    names = [f"guest{number}" for number in range(20)]
    streams = [await opened(client, site.invite("--type", "contact-account", "--inviter", "anna@example.org"))
               for _ in names]
    ends = await asyncio.gather(*(refusal(stream.register(name, PASSWORD))
                                  for stream, name in zip(streams, names)))
    equal({end[0] for end in ends}, {""})
    await anna.ping()
    pushed = sorted(push[0] for push in anna.pushes)
    equal(pushed, sorted(f"{name}@example.org" for name in names))
    items = await anna.roster_items()
    equal({items[f"{name}@example.org"][:2] for name in names}, {("both", "")})


suite.run()
