# SPDX-License-Identifier: BSD-2-Clause
"""SASL to the byte, on a stream to the byte (RFC 4616, RFC 5802)."""

import base64
import hashlib
import hmac
import os

SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
HASHES = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256"}


def encoded(text):
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def condition_of(element):
    """success, or the condition of the failure."""
    name = element.tag.split("}")[1]
    return element[0].tag.split("}")[1] if name == "failure" else name


def mechanisms(stream):
    return {element.text for element in stream.features.iter(f"{{{SASL}}}mechanism")}


def plain(stream, name, password):
    """How a login ends, and the element that says so."""
    stream.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>{encoded(chr(0) + name + chr(0) + password)}</auth>")
    answer = stream.element()
    return condition_of(answer), answer


class Scram:
    """One login. end: how it ended; salt, iterations: what the server said; signature: what it has to
    prove, success: what it sent."""

    def __init__(self, stream, name, password, mechanism="SCRAM-SHA-256", binding=None, header=None, proof=None):
        """binding: what tls-unique gave, with a mechanism that ends in -PLUS. header: of GS2, in place of the
        one that goes with it. proof: the text of another one than the right one."""
        digest = HASHES[mechanism.removesuffix("-PLUS")]
        nonce = encoded(os.urandom(18))
        bare = f"n={name},r={nonce}"
        if header is None:
            header = "n,," if binding is None else "p=tls-unique,,"
        stream.send(f"<auth xmlns='{SASL}' mechanism='{mechanism}'>{encoded(header + bare)}</auth>")
        answer = stream.element()
        self.salt = self.iterations = self.signature = self.success = None
        self.end = condition_of(answer)
        if self.end != "challenge":
            return
        first = base64.b64decode(answer.text).decode()
        parts = dict(part.split("=", 1) for part in first.split(","))
        self.salt, self.iterations = parts["s"], int(parts["i"])
        assert parts["r"].startswith(nonce)
        final = f"c={encoded(header.encode() + (binding or b''))},r={parts['r']}"
        said = ",".join((bare, first, final)).encode()
        salted = hashlib.pbkdf2_hmac(digest, password.encode(), base64.b64decode(self.salt), self.iterations)
        client = hmac.digest(salted, b"Client Key", digest)
        right = bytes(a ^ b for a, b in zip(client, hmac.digest(hashlib.new(digest, client).digest(), said, digest)))
        self.signature = hmac.digest(hmac.digest(salted, b"Server Key", digest), said, digest)
        stream.send(f"<response xmlns='{SASL}'>{encoded(final + ',p=' + (proof or encoded(right)))}</response>")
        answer = stream.element()
        self.end = condition_of(answer)
        self.success = answer.text
