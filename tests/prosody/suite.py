# SPDX-License-Identifier: BSD-2-Clause
"""TAP: each test is a coroutine function that gets the site, and says what it shows in its docstring."""

import asyncio
import logging
import sys
import traceback

import site_of_suite
from client import Client


class Suite:
    def __init__(self):
        self.tests = []

    def test(self, function):
        self.tests.append(function)
        return function

    def run(self, site_class=site_of_suite.Site, **options):
        why = site_of_suite.missing()
        if why is not None:
            print(f"1..0 # SKIP {why}")
            return
        self.test(agent_ends)
        print(f"1..{len(self.tests)}", flush=True)
        with site_class(**options) as site:
            for number, function in enumerate(self.tests, 1):
                self.run_one(number, function, site)

    @staticmethod
    def run_one(number, function, site):
        name = " ".join(function.__doc__.split())
        try:
            asyncio.get_event_loop().run_until_complete(attempt(function, site))
        except Exception:  # pylint: disable=broad-except
            print(f"not ok {number} - {name}", flush=True)
            for line in traceback.format_exc().splitlines():
                print(f"# {line}", flush=True)
            site.show_logs()
            sys.stderr.flush()
        else:
            print(f"ok {number} - {name}", flush=True)


async def agent_ends(site, _):
    """The agent ends well, and its run-time checks, if it is built with such, have found nothing"""
    site.end_agent()


async def attempt(function, site):
    """Whatever clients a test opened are closed after it."""
    clients = []

    def client(*arguments, server=None, **keywords):
        clients.append(Client(server or site, *arguments, **keywords))
        return clients[-1]

    try:
        await asyncio.wait_for(function(site, client), 120)
    finally:
        await asyncio.gather(*(each.end() for each in clients), return_exceptions=True)
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


class Words(logging.Handler):
    """What slixmpp says, as comments of TAP."""

    def emit(self, record):
        print(f"# {record.name}: {record.getMessage()}", flush=True)


logging.getLogger().addHandler(Words(logging.WARNING))


def equal(found, expected):
    assert found == expected, f"{found!r}, not {expected!r}"
