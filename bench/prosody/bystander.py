# SPDX-License-Identifier: BSD-2-Clause
"""Somebody who is logged in and pings the server: how long an answer takes while others do what they do.
A plain stream in a thread, so that little but the server is measured."""

import threading
import time

from raw_stream import RawStream

PING = "<iq type='get' id='ping' to='{}'><ping xmlns='urn:xmpp:ping'/></iq>"
EVERY = 0.005


class Bystander:
    def __init__(self, site, name, password):
        self.stream = RawStream(site)
        self.stream.bind(name, password)
        self.milliseconds = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.ended.is_set():
            start = time.perf_counter()
            self.stream.send(PING.format(self.stream.domain))
            while self.stream.element().get("id") != "ping":
                pass
            self.milliseconds.append((time.perf_counter() - start) * 1000)
            time.sleep(EVERY)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        self.stream.socket.close()

    def watch(self, seconds):
        """What the pings of the next seconds take, in milliseconds, the quickest first."""
        start = len(self.milliseconds)
        time.sleep(seconds)
        return sorted(self.milliseconds[start:])


def part(ordered, share):
    """The time that this share of the answers did not take longer than."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
