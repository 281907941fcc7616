#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Connections that break or lie idle: those of people who register, and the one to the agent."""

import signal

from client import PARS, refusal
from raw_stream import RawStream
from site_of_suite import until
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"
BAD = "cancel/item-not-found"


def preauth(stream, token):
    answer = stream.exchange(f"<iq type='set' id='a'><preauth xmlns='{PARS}' token='{token}'/></iq>")
    assert 'type="result"' in answer, answer


def registration(name):
    return f"<iq type='set' id='reg-{name}'><query xmlns='jabber:iq:register'><username>{name}</username>" \
           f"<password>{PASSWORD}</password></query></iq>"


@suite.test
async def idle(site, _):
    """Nobody registers for longer than the server lets connections lie idle: the agent's stays all the same"""
    with RawStream(site) as stream:
        preauth(stream, site.invite())
    # it heard something after the agent's connection did, so that one's time is over too when a space comes
    with RawStream(site) as later:
        equal(later.socket.recv(1), b" ")
        assert "invite-agent closed the connection" not in site.log()
        preauth(later, site.invite())


@suite.test
async def before_the_answer(site, client):
    """Before the answer: the same again works on a new stream, though the token is used up"""
    token = site.invite()
    with RawStream(site) as stream:
        preauth(stream, token)
        site.signal_slapd(signal.SIGSTOP)
        try:
            stream.send(registration("anna"))
            until(lambda: "reg-anna" in site.log(), "the registration")
            stream.socket.close()
        finally:
            site.signal_slapd(signal.SIGCONT)
    again = client()
    await again.open()
    await again.ping_log("User account created by invite: anna@example.org")
    assert not site.redeems(token)
    await again.preauth(token)
    await again.register("anna", PASSWORD)
    assert await again.log_in(user="anna", password=PASSWORD)


@suite.test
async def after_the_answer(site, client):
    """After the answer: the token is used up"""
    token = site.invite()
    with RawStream(site) as stream:
        preauth(stream, token)
        assert 'type="result"' in stream.exchange(registration("berta"))
    late = client()
    await late.open()
    equal((await refusal(late.preauth(token)))[0], BAD)


suite.run(agent={"timeout": "5s"}, modules=("mimicking",), server="network_settings = { nagle = false; read_timeout = 1 }")
