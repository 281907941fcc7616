# SPDX-License-Identifier: BSD-2-Clause
"""A stream to the byte: what is sent is written as it stands, and what comes is compared as XML."""

import base64
import socket
import xml.etree.ElementTree as ElementTree

SECONDS = 20
HEADER = "<?xml version='1.0'?><stream:stream to='{}' version='1.0' xmlns='jabber:client' " \
         "xmlns:stream='http://etherx.jabber.org/streams'>"


class RawStream:
    def __init__(self, site):
        self.domain = site.domain
        self.socket = socket.create_connection(("127.0.0.1", site.port), SECONDS)
        self.features = self.restart()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def restart(self):
        """A new stream on the connection; its features."""
        self.parser = ElementTree.XMLPullParser(("start", "end"))
        self.depth = 0
        self.send(HEADER.format(self.domain))
        return self.element()

    def send(self, text):
        self.socket.sendall(text.encode())

    def element(self):
        """The next child of the stream."""
        while True:
            for event, element in self.parser.read_events():
                self.depth += 1 if event == "start" else -1
                if event == "end" and self.depth == 1:
                    return element
            data = self.socket.recv(4096)
            if not data:
                raise EOFError("the stream has ended")
            self.parser.feed(data)

    def exchange(self, text):
        self.send(text)
        return canonical(self.element())

    def authenticate(self, name, password):
        """A login, as far as the request for a resource."""
        secret = base64.b64encode(f"\0{name}\0{password}".encode()).decode()
        self.send(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>")
        answer = self.element()
        assert answer.tag == "{urn:ietf:params:xml:ns:xmpp-sasl}success", answer.tag
        self.restart()

    def bind(self, name, password):
        """A login; what is answered to the request for a resource."""
        self.authenticate(name, password)
        return self.ask_for_resource()

    def ask_for_resource(self):
        self.send("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
                  "<resource>r</resource></bind></iq>")
        return self.element()


def canonical(element):
    """A form that is equal for equal XML."""
    text = element if isinstance(element, str) else ElementTree.tostring(element)
    return ElementTree.canonicalize(text, rewrite_prefixes=True)
