#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""The agent or the directory is away, freezes, or dies in the middle: nobody else notices, and nothing is
lost."""

import asyncio
import signal

from client import refusal
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"
WAIT = "wait/resource-constraint"


async def opened(client, token=None):
    new = client()
    await new.open()
    if token is not None:
        await new.preauth(token)
    return new


async def pinging(bystander, took):
    """Pings until it is cancelled, and notes how long each one took."""
    loop = asyncio.get_running_loop()
    while True:
        start = loop.time()
        await bystander.ping()
        took.append(loop.time() - start)
        await asyncio.sleep(0.005)


async def insist(client, token, name):
    """What a client does whose person tries again."""
    for _ in range(100):
        new = client()
        try:
            await new.open()
            condition = (await refusal(new.preauth(token)))[0]
            if not condition:
                condition = (await refusal(new.register(name, PASSWORD)))[0]
        finally:
            await new.end()
        if condition != WAIT:
            return condition
        await asyncio.sleep(0.1)
    return "no end"


@suite.test
async def agent_away(site, client):
    """No agent: wait, at preauth and at registration; the token is kept; it works on the same stream later"""
    token = site.invite()
    new = await opened(client, token)
    early = await opened(client)
    site.stop_agent(signal.SIGTERM)
    equal((await refusal(early.preauth(token)))[0], WAIT)
    equal((await refusal(new.register("anna", PASSWORD)))[0], WAIT)
    assert site.redeems(token)
    site.start_agent()
    await new.register("anna", PASSWORD)
    anna = client("anna", PASSWORD)
    await anna.online()


@suite.test
async def login_without_agent(site, client):
    """No agent: who has an account logs in all the same"""
    site.stop_agent()
    try:
        anna = client("anna", PASSWORD)
        await anna.online()
        await anna.ping()
    finally:
        site.start_agent()


@suite.test
async def directory_frozen(site, client):
    """slapd frozen: wait, the token is kept, and somebody else's pings are answered all the while"""
    token = site.invite()
    new = await opened(client, token)
    bystander = client("anna", PASSWORD)
    await bystander.online()
    took = []
    pings = asyncio.ensure_future(pinging(bystander, took))
    site.signal_slapd(signal.SIGSTOP)
    try:
        equal((await refusal(new.register("berta", PASSWORD)))[0], WAIT)
        late = await opened(client)
        equal((await refusal(late.preauth(token)))[0], WAIT)
    finally:
        site.signal_slapd(signal.SIGCONT)
    pings.cancel()
    await asyncio.gather(pings, return_exceptions=True)
    took.sort()
    median, slowest = took[len(took) // 2], took[-1]
    print(f"# {len(took)} pings took {median * 1000:.1f} ms, the slowest {slowest * 1000:.1f} ms")
    assert len(took) > 50, took
    assert median < 0.05 * site.slowness, took
    # the directory keeps its callers waiting for a second at least, a busy machine keeps everybody
    assert slowest < 0.75 * site.slowness, took
    equal(await insist(client, token, "berta"), "")


@suite.test
async def directory_down(site, client):
    """slapd stopped: wait, the token is kept, and the same stream goes on when it runs again"""
    token = site.invite()
    new = await opened(client, token)
    late = await opened(client)
    site.stop_slapd()
    try:
        equal((await refusal(new.register("dora", PASSWORD)))[0], WAIT)
        equal((await refusal(late.preauth(token)))[0], WAIT)
    finally:
        site.start_slapd()
    assert site.redeems(token)
    await new.register("dora", PASSWORD)
    assert await new.log_in(user="dora", password=PASSWORD)


@suite.test
async def agent_killed(site, client):
    """The agent is killed in the middle of a registration: wait, the retry succeeds, one account"""
    token = site.invite()
    new = await opened(client, token)
    # frozen, so that the registration is under way when the agent dies
    site.signal_slapd(signal.SIGSTOP)
    try:
        answer = asyncio.ensure_future(refusal(new.register("carol", PASSWORD)))
        await asyncio.sleep(0.3)
        site.stop_agent()
        equal((await answer)[0], WAIT)
    finally:
        site.signal_slapd(signal.SIGCONT)
    site.start_agent()
    await new.register("carol", PASSWORD)
    equal(site.accounts().count("carol"), 1)
    assert await new.log_in(user="carol", password=PASSWORD)


@suite.test
async def restart_under_load(site, client):
    """The agent is restarted under 8 clients that register: all of them end with an account"""
    wanted = {f"load{number}": site.invite() for number in range(24)}
    waiting = list(wanted.items())
    ends = {}

    async def worker():
        while waiting:
            name, token = waiting.pop()
            ends[name] = await insist(client, token, name)

    async def restarts():
        for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
            await asyncio.sleep(0.15)
            await asyncio.to_thread(site.stop_agent, number)
            await asyncio.to_thread(site.start_agent)

    await asyncio.gather(restarts(), *(worker() for _ in range(8)))
    accounts = site.accounts()
    for name in wanted:
        equal(accounts.count(name), 1)
        equal(ends[name], "")
        assert await client(name, PASSWORD).log_in(), name


suite.run()
