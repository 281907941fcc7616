#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""In-band registration by each type of invite, as in XEP-0445 and XEP-0401, over LDAP."""

from client import FEATURES, refusal
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"


async def registered(site, client, name, *options):
    """A new account by an invite of these options; its client, not logged in."""
    new = client()
    await new.open()
    await new.preauth(site.invite(*options))
    await new.register(name, PASSWORD)
    return new


@suite.test
async def account(site, client):
    """An account: both features, preauth, form, registration, login on the same stream"""
    new = client()
    await new.open()
    equal(new.offers(), FEATURES)
    await new.preauth(site.invite())
    form = await new.form()
    fields = {child.tag.split("}")[1] for child in form.xml[0]}
    assert {"username", "password", "x"} <= fields, fields
    await new.register("anna", PASSWORD)
    assert await new.log_in(user="anna", password=PASSWORD)
    equal(await new.roster_items(), {})
    assert "anna" in site.accounts()


@suite.test
async def data_form(site, client):
    """The same with the data form; login on a stream of its own; the wrong password does not"""
    new = client()
    await new.open()
    await new.preauth(site.invite())
    await new.register("berta", PASSWORD, data_form=True)
    assert await client("berta", PASSWORD).log_in()
    assert not await client("berta", "wrong horse").log_in()


@suite.test
async def preset(site, client):
    """A preset name registers no other, and then its own on the same stream"""
    new = client()
    await new.open()
    await new.preauth(site.invite("--user", "carol"))
    equal((await refusal(new.register("mallory", PASSWORD)))[0], "cancel/not-allowed")
    await new.register("carol", PASSWORD)
    assert await new.log_in(user="carol", password=PASSWORD)
    assert "mallory" not in site.accounts()


@suite.test
async def contact_account(site, client):
    """The online inviter gets one push to both before the answer; presence flows both ways at first presence"""
    inviter = client("anna", PASSWORD)
    await inviter.online()
    second = client("anna", PASSWORD, resource="second")
    await second.online()
    new = client()
    await new.open()
    await new.preauth(site.invite("--type", "contact-account", "--inviter", "anna@example.org"))
    await new.register("dora", PASSWORD)
    await inviter.ping()
    await second.ping()
    equal(inviter.pushes, [("dora@example.org", "both", "", ["Invited"])])
    equal(second.pushes, inviter.pushes)
    assert await new.log_in(user="dora", password=PASSWORD)
    equal(await new.roster_items(), {"anna@example.org": ("both", "", ["Invited"])})
    new.send_presence()
    await new.until(lambda: ("anna@example.org/tests", "available") in new.presences, "anna's presence")
    await new.until(lambda: ("anna@example.org/second", "available") in new.presences, "the second's")
    await inviter.until(lambda: ("dora@example.org/tests", "available") in inviter.presences, "dora's")
    equal(len(inviter.pushes), 1)


@suite.test
async def cached_roster(site, client):
    """A roster of the inviter that Prosody holds in its cache is up to date at her next login"""
    # anna is offline; a subscription to her puts her roster into the cache
    other = client("carol", PASSWORD)
    await other.online()
    other.send_presence_subscription(pto="anna@example.org")
    await other.until(lambda: other.pushes, "the push of the request")
    await other.ping()
    await registered(site, client, "emil", "--type", "contact-account", "--inviter", "anna@example.org")
    inviter = client("anna", PASSWORD)
    items = await inviter.online()
    equal(items["emil@example.org"], ("both", "", ["Invited"]))
    equal(items["dora@example.org"], ("both", "", ["Invited"]))


@suite.test
async def more_contacts(site, client):
    """More contacts of an invite are on the roster too, in its roster group"""
    new = await registered(site, client, "frida", "--type", "contact-account", "--inviter",
                           "anna@example.org", "--contact", "carol@example.org", "--roster-group", "Friends")
    assert await new.log_in(user="frida", password=PASSWORD)
    equal(await new.roster_items(), {"anna@example.org": ("both", "", ["Friends"]),
                                     "carol@example.org": ("both", "", ["Friends"])})


@suite.test
async def reset(site, client):
    """A reset sets the password of its account, ends open streams, and creates no account"""
    old = client("berta", PASSWORD)
    await old.online()
    new = client()
    await new.open()
    await new.preauth(site.invite("--type", "reset", "--user", "berta"))
    equal((await refusal(new.register("gerd", "another horse")))[0], "cancel/not-allowed")
    await new.register("berta", "another horse")
    await old.until(lambda: not old.is_connected(), "the end of the old stream")
    assert await new.log_in(user="berta", password="another horse")
    assert not await client("berta", PASSWORD).log_in()
    assert "gerd" not in site.accounts()


@suite.test
async def second_on_one_stream(site, client):
    """A second registration on one stream is refused, with and without a token of its own"""
    new = await registered(site, client, "hugo")
    equal((await refusal(new.register("hugo2", PASSWORD)))[0], "modify/not-acceptable")
    await refusal(new.preauth(site.invite()))
    equal((await refusal(new.register("hugo3", PASSWORD)))[0], "modify/not-acceptable")
    assert not {"hugo2", "hugo3"} & set(site.accounts())


@suite.test
async def expiry_after_preauth(site, client):
    """An invite that expires between preauth and registration is good"""
    token = site.invite("--expires", "3s")
    new = client()
    await new.open()
    await new.preauth(token)
    late = client()
    await late.open()

    async def expired():
        return (await refusal(late.preauth(token)))[0] == "cancel/item-not-found"

    while not await expired():
        pass
    await new.register("ida", PASSWORD)
    assert "ida" in site.accounts()


@suite.test
async def recreated_name(site, client):
    """A name that the directory gave up and an invite brings back has none of the old roster"""
    new = await registered(site, client, "jo", "--type", "contact-account", "--inviter", "anna@example.org")
    assert await new.log_in(user="jo", password=PASSWORD)
    assert await new.roster_items()
    inviter = client("anna", PASSWORD)
    await inviter.online()
    site.delete_account("jo")
    again = await registered(site, client, "jo")
    await new.until(lambda: not new.is_connected(), "the end of the old account's stream")
    assert await again.log_in(user="jo", password=PASSWORD)
    equal(await again.roster_items(), {})
    items = await inviter.roster_items()
    assert items.get("jo@example.org", ("none",))[0] == "none", items


@suite.test
async def form_for_a_name(site, client):
    """The form of an invite that is for one name has that name in it, with a reset as well"""
    site.account("ottilie")
    for options, name in ((("--user", "paul"), "paul"),
                          (("--type", "reset", "--user", "ottilie"), "ottilie"), ((), "")):
        new = client()
        await new.open()
        await new.preauth(site.invite(*options))
        query = (await new.form()).xml.find("{jabber:iq:register}query")
        equal(query.findtext("{jabber:iq:register}username") or "", name)
        assert query.find("{jabber:iq:register}password") is not None
        assert query.findtext("{jabber:iq:register}instructions")
        field = next(field for field in query.iter("{jabber:x:data}field") if field.get("var") == "username")
        equal(field.findtext("{jabber:x:data}value") or "", name)


suite.run()
