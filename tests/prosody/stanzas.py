#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""The exchange stanza by stanza, as clients have it with Prosody's own invites (XEP-0445, XEP-0077)."""

import re

from raw_stream import RawStream, canonical
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"
STANZAS = "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'"


def iq(child, address=" to='example.org'", kind="set"):
    return f"<iq type='{kind}' id='q1'{address}>{child}</iq>"


def preauth(token):
    return f"<preauth xmlns='urn:xmpp:pars:0' token='{token}'/>"


def registration(name, password=PASSWORD):
    return f"<query xmlns='jabber:iq:register'><username>{name}</username><password>{password}</password></query>"


def result(address=" from='example.org'"):
    return canonical(f"<iq xmlns='jabber:client' type='result' id='q1'{address}/>")


def error(kind, condition, text):
    return canonical(f"<iq xmlns='jabber:client' type='error' id='q1' from='example.org'>"
                     f"<error type='{kind}'><{condition} {STANZAS}/><text {STANZAS}>{text}</text></error></iq>")


def log_in(stream, name, password=PASSWORD):
    equal(stream.bind(name, password).get("type"), "result")


def roster(stream):
    answer = stream.exchange(iq("<query xmlns='jabber:iq:roster'/>", address="", kind="get"))
    return re.sub(r' ver="\d+"', "", answer)  # of the roster, which each change counts on


def roster_of(name, *items):
    return canonical(f"<iq xmlns='jabber:client' type='result' id='q1' to='{name}@example.org/r'>"
                     f"<query xmlns='jabber:iq:roster'>{''.join(items)}</query></iq>")


ALICE = "<item jid='alice@example.org' subscription='both'><group>Invited</group></item>"


@suite.test
async def account(site, _):
    """account: features, preauth, form, registration, login on the same connection, an empty roster"""
    with RawStream(site) as stream:
        names = [(child.tag[1:].split("}")[0], child.tag.split("}")[1]) for child in stream.features]
        for name in ("urn:xmpp:invite", "urn:xmpp:ibr-token:0", "http://jabber.org/features/iq-register"):
            equal(names.count((name, "register")), 1)
        equal(stream.exchange(iq(preauth(site.invite()))), result())
        stream.send(iq("<query xmlns='jabber:iq:register'/>", kind="get"))
        equal([field.get("var") for field in stream.element().iter("{jabber:x:data}field")], ["FORM_TYPE", "username", "password"])
        equal(stream.exchange(iq(registration("alice"))), result())
        log_in(stream, "alice")
        equal(roster(stream), roster_of("alice"))


@suite.test
async def no_address(site, _):
    """Stanzas without an address, as Conversations sends them"""
    with RawStream(site) as stream:
        equal(stream.exchange(iq(preauth(site.invite()), address="")), result(""))
        equal(stream.exchange(iq(registration("bob"), address="")), result(""))
        log_in(stream, "bob")


@suite.test
async def contact_account(site, _):
    """contact-account: the inviter's push comes before the answer, and both rosters have it"""
    with RawStream(site) as inviter, RawStream(site) as stream:
        log_in(inviter, "alice")
        roster(inviter)
        token = site.invite("--type", "contact-account", "--inviter", "alice@example.org")
        equal(stream.exchange(iq(preauth(token))), result())
        equal(stream.exchange(iq(registration("carol"))), result())
        # the push is sent already, so it comes before the answer to this
        inviter.send(iq("<ping xmlns='urn:xmpp:ping'/>", kind="get"))
        push = inviter.element()
        equal(push.get("type"), "set")
        item, = push.find("{jabber:iq:roster}query")
        equal(canonical(item), canonical("<item xmlns='jabber:iq:roster' jid='carol@example.org' subscription='both'>"
                                         "<group>Invited</group></item>"))
        log_in(stream, "carol")
        equal(roster(stream), roster_of("carol", ALICE))


@suite.test
async def preset(site, _):
    """A preset name: another one is refused, its own is not"""
    with RawStream(site) as stream:
        equal(stream.exchange(iq(preauth(site.invite("--user", "dora")))), result())
        equal(stream.exchange(iq(registration("mallory"))),
              error("cancel", "not-allowed", "This invite is for dora."))
        equal(stream.exchange(iq(registration("dora"))), result())
        log_in(stream, "dora")


@suite.test
async def reset(site, _):
    """reset: the same exchange sets a password"""
    with RawStream(site) as stream:
        equal(stream.exchange(iq(preauth(site.invite("--type", "reset", "--user", "dora")))), result())
        equal(stream.exchange(iq(registration("dora", "another horse"))), result())
        log_in(stream, "dora", "another horse")


@suite.test
async def refusals(site, _):
    """Refusals, word by word"""
    with RawStream(site) as stream:
        equal(stream.exchange(iq(registration("emil"))),
              error("modify", "not-acceptable", "Registration on this server is through invitation only"))
        equal(stream.exchange(iq(preauth("nonsense"))),
              error("cancel", "item-not-found", "The invite token is invalid or expired"))
        token = site.invite()
        equal(stream.exchange(iq(preauth(token))), result())
        for name, refusal in (
                ("alice", ("cancel", "conflict", "The requested username already exists.")),
                ("a b", ("modify", "jid-malformed", "The requested username is invalid.")),
                ("root", ("cancel", "not-allowed", "The requested username is reserved."))):
            equal(stream.exchange(iq(registration(name))), error(*refusal))
        equal(stream.exchange(iq("<query xmlns='jabber:iq:register'><username>emil</username></query>")),
              error("modify", "not-acceptable", "Password: Required value missing"))
        equal(stream.exchange(iq(registration("emil"))), result())
        equal(stream.exchange(iq(registration("frida"))),
              error("modify", "not-acceptable", "This stream has registered already."))


suite.run()
