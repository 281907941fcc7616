# SPDX-License-Identifier: BSD-2-Clause
"""Somebody who is logged in and pings the server: how long an answer takes while others do what they do.
A plain socket in a thread, so that little but the server is measured."""

import base64
import socket
import threading
import time

from site_of_suite import DOMAIN

OPENING = f"<stream:stream to='{DOMAIN}' version='1.0' xmlns='jabber:client' " \
          "xmlns:stream='http://etherx.jabber.org/streams'>"
PING = f"<iq type='get' id='p' to='{DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>"
EVERY = 0.005


class Bystander:
    def __init__(self, port, name, password):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.milliseconds = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)
        secret = base64.b64encode(f"\0{name}\0{password}".encode()).decode()
        self.say(OPENING, "</stream:features>")
        self.say("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>"
                 f"{secret}</auth>", "<success")
        self.say(OPENING, "</stream:features>")
        self.say("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>", "</iq>")

    def say(self, text, answer):
        self.socket.sendall(text.encode())
        received = ""
        while answer not in received:
            more = self.socket.recv(65536).decode()
            if not more or "<failure" in more:
                raise RuntimeError(f"the bystander was refused: {received}{more}")
            received += more

    def run(self):
        while not self.ended.is_set():
            start = time.perf_counter()
            self.say(PING, "id='p'")
            self.milliseconds.append((time.perf_counter() - start) * 1000)
            time.sleep(EVERY)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        self.socket.close()

    def part(self, share):
        """The time that this share of the answers did not take longer than."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
