#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""authentication = "invitegate" where encryption is required: other clients, and channel binding."""

import asyncio
import shutil
import ssl

from logins_site import OPTIONS
from raw_stream import RawStream
from scram import HASHES, SASL, Scram, encoded, mechanisms, plain
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"
TLS = "urn:ietf:params:xml:ns:xmpp-tls"


class TlsStream(RawStream):
    """Of TLS 1.2, the last version that tls-unique (RFC 5929) is for."""

    def __init__(self, site):
        super().__init__(site)
        equal(mechanisms(self), set())
        self.send(f"<starttls xmlns='{TLS}'/>")
        equal(self.element().tag, f"{{{TLS}}}proceed")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.socket = context.wrap_socket(self.socket)
        self.features = self.restart()

    def binding(self):
        return self.socket.get_channel_binding("tls-unique")


@suite.test
async def slixmpp(site, client):
    """slixmpp logs in behind STARTTLS by each mechanism"""
    site.account("anna", PASSWORD)
    for mechanism in ("PLAIN", *HASHES):
        for password, expected in ((PASSWORD, True), ("wrong horse", False)):
            anna = client("anna", password)
            anna["feature_mechanisms"].use_mech = mechanism
            equal((mechanism, await anna.log_in(encrypt=True)), (mechanism, expected))


@suite.test
async def channel_binding(site, _):
    """The -PLUS forms are offered where the channel can be bound, and hold what they promise"""
    with TlsStream(site) as stream:
        equal(mechanisms(stream), {"PLAIN", *HASHES, *(f"{name}-PLUS" for name in HASHES)})
    for mechanism in HASHES:
        for wrong in (False, True):
            with TlsStream(site) as stream:
                binding = bytes(len(stream.binding())) if wrong else stream.binding()
                end = Scram(stream, "anna", PASSWORD, f"{mechanism}-PLUS", binding).end
                equal(end, "malformed-request" if wrong else "success")
    with TlsStream(site) as stream:
        equal(plain(stream, "anna", "wrong horse")[0], "not-authorized")
        equal(Scram(stream, "anna", "wrong horse", "SCRAM-SHA-256-PLUS", stream.binding()).end, "not-authorized")
        equal(Scram(stream, "anna", PASSWORD, "SCRAM-SHA-256-PLUS", stream.binding()).end, "success")


@suite.test
async def downgrade(site, _):
    """Who says that the server cannot bind is refused, on a stream that has begun a login before as well"""
    unfinished = f"<auth xmlns='{SASL}' mechanism='SCRAM-SHA-1'>{encoded('n,,n=anna,r=abc')}</auth>"
    for before in ([], [unfinished], [unfinished, f"<abort xmlns='{SASL}'/>"]):
        for mechanism in HASHES:
            with TlsStream(site) as stream:
                for element in before:
                    stream.exchange(element)
                equal(Scram(stream, "anna", PASSWORD, mechanism, header="y,,").end, "malformed-request")
                equal(Scram(stream, "anna", PASSWORD, f"{mechanism}-PLUS", stream.binding()).end, "success")


@suite.test
async def go_sendxmpp(site, client):
    """go-sendxmpp logs in and writes to anna; not with a wrong password"""
    if shutil.which("go-sendxmpp") is None:
        print("# go-sendxmpp is not installed: not tried")
        return
    anna = client("anna", PASSWORD)
    messages = []
    anna.add_event_handler("message", lambda message: messages.append(message["body"]))
    await anna.open(encrypt=True)
    await anna.online()
    site.account("berta", PASSWORD)
    for password, expected in ((PASSWORD, True), ("wrong horse", False)):
        sender = await asyncio.create_subprocess_exec(
            "go-sendxmpp", "-n", "-u", "berta@example.org", "-p", password, "-j", f"127.0.0.1:{site.port}",
            "anna@example.org", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL)
        await asyncio.wait_for(sender.communicate(b"hello"), 30)
        equal(sender.returncode == 0, expected)
    await anna.until(lambda: messages, "the message")
    equal(messages, ["hello"])


suite.run(**OPTIONS, encryption=True)
