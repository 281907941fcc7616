#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Clients in browsers, over BOSH (XEP-0206) and WebSocket (RFC 7395), register as others do."""

import base64
import os
import socket
import struct
import urllib.request
import xml.etree.ElementTree as ElementTree

from client import FEATURES
from site_of_suite import free_port, listens, until
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"
PORT = free_port()
SECONDS = 20


class Bosh:
    def __init__(self):
        self.number = 1000000
        until(lambda: listens(PORT), "Prosody's port for HTTP")
        body = self.post("to='example.org' ver='1.6' wait='5' hold='1' xml:lang='en' xmpp:version='1.0' "
                         "content='text/xml; charset=utf-8' xmlns:xmpp='urn:xmpp:xbosh'")
        self.session = body.get("sid")
        self.features = body[0] if len(body) else self.post(f"sid='{self.session}'")[0]

    def post(self, attributes, content=""):
        self.number += 1
        text = f"<body rid='{self.number}' xmlns='http://jabber.org/protocol/httpbind' {attributes}>{content}</body>"
        request = urllib.request.Request(f"http://127.0.0.1:{PORT}/http-bind", text.encode(),
                                         {"Content-Type": "text/xml", "Host": "example.org"})
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return ElementTree.fromstring(answer.read())

    def exchange(self, stanza):
        return self.post(f"sid='{self.session}'", stanza)[0]


class WebSocket:
    def __init__(self):
        until(lambda: listens(PORT), "Prosody's port for HTTP")
        self.socket = socket.create_connection(("127.0.0.1", PORT), SECONDS)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(f"GET /xmpp-websocket HTTP/1.1\r\nHost: example.org\r\nUpgrade: websocket\r\n"
                            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
                            "Sec-WebSocket-Protocol: xmpp\r\n\r\n".encode())
        self.file = self.socket.makefile("rb")
        assert b" 101 " in self.file.readline()
        while self.file.readline().strip():
            pass
        self.send("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='example.org' version='1.0'/>")
        self.receive()
        self.features = self.receive()

    def send(self, text):
        data = text.encode()
        length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
        # the mask is zero, and leaves the text as it is
        self.socket.sendall(b"\x81" + length + b"\0\0\0\0" + data)

    def receive(self):
        length = self.file.read(2)[1]
        if length == 126:
            length, = struct.unpack(">H", self.file.read(2))
        return ElementTree.fromstring(self.file.read(length))

    def exchange(self, stanza):
        self.send(stanza)
        return self.receive()


def register(site, stream, name):
    found = {child.tag[1:].split("}")[0] for child in stream.features}
    assert FEATURES <= found, found
    answer = stream.exchange("<iq xmlns='jabber:client' type='set' id='a' to='example.org'>"
                             f"<preauth xmlns='urn:xmpp:pars:0' token='{site.invite()}'/></iq>")
    equal((answer.get("id"), answer.get("type")), ("a", "result"))
    answer = stream.exchange("<iq xmlns='jabber:client' type='set' id='b' to='example.org'>"
                             f"<query xmlns='jabber:iq:register'><username>{name}</username>"
                             f"<password>{PASSWORD}</password></query></iq>")
    equal((answer.get("id"), answer.get("type")), ("b", "result"))


@suite.test
async def bosh(site, client):
    """BOSH"""
    register(site, Bosh(), "anna")
    assert await client("anna", PASSWORD).log_in()


@suite.test
async def websocket(site, client):
    """WebSocket"""
    register(site, WebSocket(), "berta")
    assert await client("berta", PASSWORD).log_in()


suite.run(modules=("bosh", "websocket"), server=f"""
modules_disabled = {{ "s2s"; "posix" }}
http_ports = {{ {PORT} }}
http_interfaces = {{ "127.0.0.1" }}
http_default_host = "example.org"
""")
