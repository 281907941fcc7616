#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Eight clients register as fast as they can, through everything that agent and directory can do to them.
With a build that has run-time checks, those of the agent are the point."""

import asyncio
import json
import os
import signal
import subprocess

from site_of_suite import BUILT
from suite import Suite, equal

suite = Suite()
COUNT = int(os.environ.get("INV_LOAD_REGISTRATIONS", "400"))


def end_agent(site):
    site.end_agent()
    site.start_agent()


def kill_agent(site):
    site.stop_agent(signal.SIGKILL)
    site.start_agent()


def restart_slapd(site):
    site.stop_slapd()
    site.start_slapd_again()


async def disturb(site):
    """Once all of it; how long each takes is how long it takes."""
    for what in end_agent, restart_slapd, kill_agent, end_agent:
        await asyncio.sleep(0.2)
        await asyncio.to_thread(what, site)
    await asyncio.sleep(0.2)
    site.signal_slapd(signal.SIGSTOP)
    await asyncio.sleep(1.5)  # longer than the agent waits for the directory
    site.signal_slapd(signal.SIGCONT)


@suite.test
async def disturbed(site, client):
    """8 clients register while agent and directory end, die, freeze and return: an account each, a use each,
    and whose use is finished has the inviter"""
    site.account("anna")
    anna = client("anna", "correct horse")
    await anna.online()
    tokens = site.invitectl("create", "--count", str(COUNT), "--inviter", "anna@example.org", "--print",
                            "token").split()
    wanted = {f"load{number}": token for number, token in enumerate(tokens)}
    clients = await asyncio.create_subprocess_exec(BUILT / "bench/prosody/load", "--patient", str(site.port),
                                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    lines = "".join(f"{name} {token}\n" for name, token in wanted.items())
    (told, _), _ = await asyncio.gather(clients.communicate(lines.encode()), disturb(site))
    equal(clients.returncode, 0)
    told = json.loads(told)
    print(f"# {COUNT} in {told['seconds']:.1f} s, {told['retries']} tries more, {told['lost_answers']} answers lost, "
          f"half within {told['p50_ms']:.0f} ms, 99 of 100 within {told['p99_ms']:.0f} ms")
    # it was disturbed
    assert told["retries"] > 0, told
    equal([name for name in site.accounts() if name.startswith("load")], sorted(wanted))
    # one that was cut off behind its account still has the use's claim, which "repair" finishes
    invites = [json.loads(line) for line in site.invitectl(
        "--json", "list", "--state", "all", "--inviter", "anna@example.org").splitlines()]
    equal({invite["usesLeft"] for invite in invites}, {0})
    used = {use["jid"] for invite in invites for use in invite["usedBy"]}
    equal(sorted(use["jid"] for invite in invites for use in invite["claims"] + invite["usedBy"]),
          sorted(f"{name}@example.org" for name in wanted))
    pairs = {line.split()[0] for line in site.invitectl("roster", "anna@example.org").splitlines()}
    equal(used - pairs, set())
    await anna.ping()


suite.run()
