#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Every refusal, its condition, and that it costs no token."""

import xml.etree.ElementTree as ElementTree

from client import PARS, refusal
from site_of_suite import until
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"
BAD = ("cancel/item-not-found", "The invite token is invalid or expired")


async def opened(client, token=None):
    new = client()
    await new.open()
    if token is not None:
        await new.preauth(token)
    return new


async def preauth_answer(client, token):
    return await refusal((await opened(client)).preauth(token))


@suite.test
async def accounts(site, client):
    """An account to be in the way, by an invite"""
    new = await opened(client, site.invite())
    await new.register("anna", PASSWORD)


@suite.test
async def no_tokens(site, client):
    """Unknown, mistyped, empty, overlong and strange tokens are one answer"""
    unknown = site.invite()
    unknown = ("B" if unknown[0] == "A" else "A") + unknown[1:]
    for token in (unknown, "nonsense", "", "x" * 9000, "\u00e4\u00f6", "a b c", "-" * 32):
        equal(await preauth_answer(client, token), BAD)


@suite.test
async def no_token_at_all(site, client):
    """So is a preauth without a token; one that is no request to set is a mistake"""
    new = await opened(client)
    element = ElementTree.Element(f"{{{PARS}}}preauth")
    equal((await refusal(new.request(element)))[0], BAD[0])
    equal((await refusal(new.request(element, "get")))[0], "modify/bad-request")


@suite.test
async def another_domain(site, client):
    """A token of another domain of the same directory, made with the same key"""
    config = site.folder / "example.net.conf"
    config.write_text(site.config.read_text().replace("[domain example.org]", "[domain example.net]"))
    config.chmod(0o600)
    token = site.invitectl("-c", config, "create", "--print", "token")
    site.invitectl("-c", config, "check", "-", stdin=f"{token}\n")
    equal(await preauth_answer(client, token), BAD)


@suite.test
async def expired(site, client):
    """Expired"""
    token = site.invite("--expires", "1s")
    until(lambda: not site.redeems(token), "the end of the invite")
    equal(await preauth_answer(client, token), BAD)


@suite.test
async def used(site, client):
    """Used"""
    token = site.invite()
    await (await opened(client, token)).register("berta", PASSWORD)
    equal(await preauth_answer(client, token), BAD)


@suite.test
async def revoked(site, client):
    """Revoked, before preauth and after it"""
    token = site.invite()
    identity = site.invitectl("create", "--print", "id")
    first = await opened(client, token)
    shown = site.invitectl("--json", "show", token)
    site.invitectl("revoke", shown.split('"id":')[1].split('"')[1])
    site.invitectl("revoke", identity)
    equal(await preauth_answer(client, token), BAD)
    equal(await refusal(first.register("carol", PASSWORD)), BAD)
    equal((await refusal(first.register("carol", PASSWORD)))[0], "modify/not-acceptable")
    assert "carol" not in site.accounts()


@suite.test
async def contact_only(site, client):
    """For contacts only"""
    equal(await preauth_answer(client, site.invite("--type", "contact", "--inviter", "anna@example.org")), BAD)


@suite.test
async def without(site, client):
    """No token: registration is by invite only"""
    new = await opened(client)
    equal(await refusal(new.register("dora", PASSWORD)),
          ("modify/not-acceptable", "Registration on this server is through invitation only"))


@suite.test
async def conflict(site, client):
    """A name that is taken is a conflict; the token is kept, a second try on the same stream works"""
    token = site.invite()
    new = await opened(client, token)
    equal(await refusal(new.register("anna", "another horse")),
          ("cancel/conflict", "The requested username already exists."))
    equal((await refusal(new.register("ANNA", "another horse")))[0], "cancel/conflict")
    assert site.redeems(token)
    await new.register("emil", PASSWORD)
    assert await new.log_in(user="emil", password=PASSWORD)


@suite.test
async def names(site, client):
    """Reserved names, names that are kept for another invite, and what is no name"""
    token = site.invite()
    site.invite("--user", "frida")
    new = await opened(client, token)
    for name in ("root", "postmaster", "frida"):
        equal((await refusal(new.register(name, PASSWORD)))[0], "cancel/not-allowed")
    for name in ("a b", "a@b", "x" * 1100, "-minus", "\u0430lice"):
        equal((await refusal(new.register(name, PASSWORD)))[0], "modify/jid-malformed")
    for name, password in (("", PASSWORD), (None, PASSWORD), ("gerd", ""), ("gerd", None)):
        equal((await refusal(new.register(name, password)))[0], "modify/not-acceptable")
    await new.register("gerd", PASSWORD)


@suite.test
async def weak(site, client):
    """A password that the directory's policy refuses, as Conversations knows it; the token is kept"""
    token = site.invite()
    new = await opened(client, token)
    for data_form in (False, True):
        equal(await refusal(new.register("hugo", "short", data_form=data_form)),
              ("modify/not-acceptable", "Please use a longer password."))
    assert site.redeems(token)
    assert "hugo" not in site.accounts()
    await new.register("hugo", PASSWORD)


@suite.test
async def nul(site, client):
    """Strange bytes in names and passwords are refused or kept, and nothing else happens"""
    new = await opened(client, site.invite())
    equal((await refusal(new.register("id\u0085a", PASSWORD)))[0], "modify/jid-malformed")
    for password in ("x" * 1025, "x" * 1024, "a\thorse of mine"):  # Prosody takes none of them for a login
        equal((await refusal(new.register("ida", password)))[0], "modify/not-acceptable")
    await new.register("ida", "p\u00e4ss:w\u00f6rd <&> \u2603")
    assert await new.log_in(user="ida", password="p\u00e4ss:w\u00f6rd <&> \u2603")


@suite.test
async def after_login(site, client):
    """Who is logged in registers nobody"""
    anna = client("anna", PASSWORD)
    await anna.online()
    condition, _ = await refusal(anna.preauth(site.invite()))
    assert condition.startswith("cancel/"), condition
    condition, _ = await refusal(anna.register("kurt", PASSWORD))
    assert condition != "", "registered"
    assert "kurt" not in site.accounts()


@suite.test
async def nothing_told(site, client):
    """No token and no password is in Prosody's log, though that is at debug"""
    token = site.invite()
    new = await opened(client, token)
    await new.register("lena", "unheard of horse")
    assert token not in site.log()
    assert "unheard of" not in site.log()


suite.run()
