# SPDX-License-Identifier: BSD-2-Clause
"""A client on slixmpp that registers by invite: slixmpp holds back what is sent before the session has
started, and logs in as soon as it sees how."""

import asyncio
import ssl
import xml.etree.ElementTree as ElementTree

import slixmpp

PARS = "urn:xmpp:pars:0"
REGISTER = "jabber:iq:register"
STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"
FEATURES = {"urn:xmpp:invite", "urn:xmpp:ibr-token:0", "http://jabber.org/features/iq-register"}
SECONDS = 20


class Refused(Exception):
    """An error stanza: type, condition, text."""

    def __init__(self, stanza):
        self.type = stanza["error"]["type"]
        # slixmpp does not know each of them
        self.condition = next(child.tag.split("}")[1] for child in stanza["error"].xml
                              if child.tag.startswith(f"{{{STANZAS}}}") and not child.tag.endswith("}text"))
        self.text = stanza["error"]["text"]
        super().__init__(f"{self.type}/{self.condition}: {self.text}")


class Client(slixmpp.ClientXMPP):
    def __init__(self, site, user="nobody", password="", resource="tests"):
        super().__init__(f"{user}@{site.domain}/{resource}", password)
        self._always_send_everything = True
        # it is the server that is to approve
        self.auto_authorize = None
        self.auto_subscribe = False
        self.site = site
        self.may_log_in = False
        self.offered = asyncio.get_event_loop().create_future()
        self.bound_or_not = asyncio.get_event_loop().create_future()
        self.pushes = []
        self.presences = []
        self.received = asyncio.Condition()
        self["feature_mechanisms"].unencrypted_plain = True
        self.ssl_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.ssl_context.check_hostname = False
        self.ssl_context.verify_mode = ssl.CERT_NONE
        self.add_event_handler("session_bind", lambda _: self._settle(True))
        self.add_event_handler("failed_all_auth", lambda _: self._settle(False))
        self.add_event_handler("disconnected", lambda _: self._settle(False))
        for kind in ("presence_available", "presence_unavailable", "presence_subscribe",
                     "presence_subscribed"):
            self.add_event_handler(kind, self._presence)
        self.register_handler(slixmpp.xmlstream.handler.Callback(
            "pushes", slixmpp.xmlstream.matcher.StanzaPath("iq@type=set/roster"), self._push))

    def get_ssl_context(self):
        return self.ssl_context

    def _settle(self, outcome):
        if not self.bound_or_not.done():
            self.bound_or_not.set_result(outcome)

    def _presence(self, stanza):
        self.presences.append((str(stanza["from"]), stanza["type"]))

    def _push(self, stanza):
        for jid, item in stanza["roster"]["items"].items():
            self.pushes.append((str(jid), item["subscription"], item["ask"], sorted(item["groups"])))

    async def _handle_stream_features(self, features):
        xml = features.xml
        starttls = xml.find("{urn:ietf:params:xml:ns:xmpp-tls}starttls") is not None
        if starttls and self.encrypt and "starttls" not in self.features:
            self.clear_features = xml
            return await super()._handle_stream_features(features)
        if not self.offered.done():
            self.offered.set_result(xml)
        self.last_features = features
        if self.may_log_in:
            return await super()._handle_stream_features(features)
        return None

    async def open(self, encrypt=False):
        """Connects; the features of the (encrypted) stream."""
        self.encrypt = encrypt
        self.connect(("127.0.0.1", self.site.port), disable_starttls=not encrypt, force_starttls=encrypt)
        return await asyncio.wait_for(self.offered, SECONDS)

    def offers(self):
        return {child.tag[1:].split("}")[0] for child in self.offered.result()} & FEATURES

    async def request(self, child, kind="set", to=""):
        """To this server, another entity, or with None to the own account."""
        to = self.site.domain if to == "" else to
        iq = self.make_iq(id=self.new_id(), ito=to, itype=kind)
        iq.append(child)
        try:
            return await iq.send(timeout=SECONDS)
        except slixmpp.exceptions.IqError as err:
            raise Refused(err.iq) from None

    async def preauth(self, token):
        await self.request(ElementTree.Element(f"{{{PARS}}}preauth", {"token": token}))

    async def form(self):
        return await self.request(ElementTree.Element(f"{{{REGISTER}}}query"), "get")

    async def register(self, user, password, data_form=False):
        query = ElementTree.Element(f"{{{REGISTER}}}query")
        if data_form:
            fields = {"FORM_TYPE": REGISTER, "username": user, "password": password}
            x = ElementTree.SubElement(query, "{jabber:x:data}x", {"type": "submit"})
            for name, value in fields.items():
                field = ElementTree.SubElement(x, "{jabber:x:data}field", {"var": name})
                ElementTree.SubElement(field, "{jabber:x:data}value").text = value
        else:
            for name, value in (("username", user), ("password", password)):
                if value is not None:
                    ElementTree.SubElement(query, f"{{{REGISTER}}}{name}").text = value
        await self.request(query)

    async def log_in(self, encrypt=False, user=None, password=None):
        """On the open stream, if there is one. True when it worked."""
        self.may_log_in = True
        if user is not None:
            self.requested_jid = slixmpp.JID(f"{user}@{self.site.domain}/tests")
            self.boundjid = slixmpp.JID(f"{user}@{self.site.domain}/tests")
            self.password = password
        if self.offered.done():
            await super()._handle_stream_features(self.last_features)
        else:
            await self.open(encrypt)
        return await asyncio.wait_for(self.bound_or_not, SECONDS)

    async def roster_items(self):
        iq = self.make_iq_get(queryxmlns="jabber:iq:roster")
        answer = await iq.send(timeout=SECONDS)
        return {str(jid): (item["subscription"], item["ask"], sorted(item["groups"]))
                for jid, item in answer["roster"]["items"].items()}

    async def has_contact(self, jid, expected):
        """Waits until the roster says so of a contact."""
        end = asyncio.get_event_loop().time() + SECONDS
        while (found := (await self.roster_items()).get(jid)) != expected:
            if asyncio.get_event_loop().time() > end:
                raise TimeoutError(f"{jid} is {found}, not {expected}")

    async def online(self):
        """Logged in, with roster and presence: what a client does first."""
        assert await self.log_in()
        items = await self.roster_items()
        self.send_presence()
        await self.until(lambda: (str(self.boundjid), "available") in self.presences, "own presence")
        return items

    async def ping(self):
        await self.request(ElementTree.Element("{urn:xmpp:ping}ping"), "get")

    async def ping_log(self, line):
        """Waits for a line in Prosody's log."""
        await self.until(lambda: line in self.site.log(), f"log line: {line}")

    async def until(self, condition, what, seconds=SECONDS):
        end = asyncio.get_event_loop().time() + seconds
        while not condition():
            if asyncio.get_event_loop().time() > end:
                raise TimeoutError(f"{what}: pushes {self.pushes}, presences {self.presences}")
            await asyncio.sleep(0.02)

    async def end(self):
        if self.transport is not None:
            try:
                await asyncio.wait_for(self.disconnect(wait=1), 5)
            except asyncio.TimeoutError:
                self.abort()


async def refusal(awaitable):
    """type/condition of the error that comes, and its text; ('', '') when none does."""
    try:
        await awaitable
    except Refused as err:
        return f"{err.type}/{err.condition}", err.text
    return "", ""


def removal(jid):
    """What takes a contact off the roster, as a request without an address."""
    query = ElementTree.Element("{jabber:iq:roster}query")
    ElementTree.SubElement(query, "{jabber:iq:roster}item", {"jid": jid, "subscription": "remove"})
    return query
