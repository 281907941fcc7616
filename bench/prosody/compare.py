#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Registrations by invite over XMPP, beside stock Prosody in the same run, with few and with many invites
outstanding; and what somebody else notices while the directory hangs. README.md here says more."""

import contextlib
import json
import os
import pathlib
import signal
import statistics
import sys
import threading

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(os.environ["abs_top_srcdir"]) / "tests/prosody"))

# pylint: disable=wrong-import-position
import needs
from bystander import Bystander, part
from figures import figure
from places import FILES, SQLITE, Invitegate, Place, Stock, load

REGISTRATIONS = int(os.environ.get("INV_BENCH_REGISTRATIONS", "1000"))
OUTSTANDING = [int(number) for number in os.environ.get("INV_BENCH_INVITES", "1000 100000").split()]
CLIENTS = 8
ROUNDS = 5
INVITERS = 100
# a registration with a file of many invites takes seconds, all of Prosody's time
FILES_TIMES_INVITES = 1000000
FROZEN_SECONDS = 5


class Runs:
    """What one place took for its registrations, round by round."""

    def __init__(self, name, place, count):
        self.name = name
        self.place = place
        self.each = max(1, count // ROUNDS)
        self.rounds = ROUNDS if count >= ROUNDS * CLIENTS else 1
        if self.rounds == 1:
            self.each = count
        self.rates = []
        self.client = 0.0
        self.done = 0
        self.processor = dict.fromkeys(place.processes(), 0.0)

    def run(self):
        before = self.place.processor()
        told = json.loads(load(self.place.port, self.place.jobs(self.each), "--clients", str(CLIENTS)))
        after = self.place.processor()
        self.rates.append(told["rate"])
        self.client += told["client_cpu_seconds"]
        self.done += told["registered"]
        for name in self.processor:
            self.processor[name] += after[name] - before[name]

    def rate(self):
        return statistics.median(self.rates)

    def processor_each(self):
        """Milliseconds of all its servers."""
        return sum(self.processor.values()) / self.done * 1000

    def print(self, beside=None):
        compared = (beside.name, beside.rate()) if beside else ()
        figure(f"{self.name}: {self.done} registrations", self.rate(), "1/s", *compared)
        for name, seconds in self.processor.items():
            figure(f"{self.name}: CPU of {name}, each", seconds / self.done * 1000, "ms")
        if len(self.processor) > 1:
            figure(f"{self.name}: CPU of all, each", self.processor_each(), "ms")
        figure(f"{self.name}: CPU of the clients, each", self.client / self.done * 1000, "ms")
        for name, megabytes in self.place.memory().items():
            figure(f"{self.name}: memory of {name} (RSS)", megabytes, "MB")


def take_turns(*several):
    """So that what else the machine does burdens all alike."""
    for number in range(ROUNDS):
        for runs in several:
            if number < runs.rounds:
                runs.run()


def open_all(places, outstanding):
    """Ours and the two of stock, with so many invites for an account."""
    count = min(REGISTRATIONS, outstanding)
    with_files = min(count, max(1, FILES_TIMES_INVITES // outstanding))
    size = f"{outstanding} invites"
    return (Runs(f"invitegate, {size}", places.enter_context(Invitegate(outstanding, count)), count),
            Runs(f"stock SQLite, {size}", places.enter_context(Stock(outstanding, count, SQLITE)), count),
            Runs(f"stock files, {size}", places.enter_context(Stock(outstanding, count, FILES)), with_files))


def compare_sizes():
    with contextlib.ExitStack() as places:
        sizes = [open_all(places, outstanding) for outstanding in OUTSTANDING]
        os.sync()  # what filling them left to write
        take_turns(*(runs for size in sizes for runs in size))
        for ours, sqlite, files in sizes:
            ours.print(sqlite)
            sqlite.print()
            files.print()
    fewest, most = sizes[0][0], sizes[-1][0]
    if most is not fewest:
        figure(f"{most.name}: rate", most.rate(), "1/s", fewest.name, fewest.rate())
        figure(f"{most.name}: CPU of all, each", most.processor_each(), "ms", fewest.name, fewest.processor_each())


def compare_with_inviters():
    """Invites for an account with the inviter on its roster, and the account on the inviter's."""
    count = REGISTRATIONS - REGISTRATIONS % INVITERS
    with Invitegate(count, count, INVITERS) as place, Stock(count, count, SQLITE, INVITERS) as stock:
        ours = Runs("invitegate, both rosters", place, count)
        sqlite = Runs("stock SQLite, both rosters", stock, count)
        take_turns(ours, sqlite)
        ours.print(sqlite)
        sqlite.print()


class Frozen(Place):
    """Accounts that log in by LDAP."""

    def __enter__(self):
        super().__enter__()
        self.account("anna")
        self.tokens = self.invitectl("create", "--count", str(self.usable), "--print", "token").split()
        return self


def frozen():
    """8 clients go on trying while slapd is stopped; in the end all of them have their accounts."""
    with Frozen(200, 200) as place, Bystander(place, "anna", "correct horse") as bystander:
        clients = threading.Thread(target=load, args=(place.port, place.jobs(200), "--patient"))
        calm = bystander.watch(FROZEN_SECONDS)
        place.signal_slapd(signal.SIGSTOP)
        clients.start()
        times = bystander.watch(FROZEN_SECONDS)
        place.signal_slapd(signal.SIGCONT)
        clients.join()
    figure(f"directory frozen for {FROZEN_SECONDS} s: pings of a bystander", len(times), "", "before", len(calm))
    for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1)):
        figure(f"directory frozen: ping answered within, {name}", part(times, share), "ms", "before", part(calm, share))


def main():
    if not needs.are_there("bench/prosody/compare.py", needs.SQLITE, needs.LDAP):
        return
    compare_sizes()
    if REGISTRATIONS >= INVITERS:
        compare_with_inviters()
    frozen()


main()
