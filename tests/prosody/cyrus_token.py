#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Prosody over Cyrus SASL with libinvite.so: people register and log in by X-INVITE-TOKEN."""

import base64
import glob
import os
import shutil

import site_of_suite
from raw_stream import RawStream
from suite import Suite, equal

suite = Suite()
PASSWORD = "correct horse"
SASL = "{urn:ietf:params:xml:ns:xmpp-sasl}"
MECHANISM = "X-INVITE-TOKEN"


class TokenSite(site_of_suite.Site):
    """Prosody tells Cyrus SASL nothing of TLS, so that the mechanism has to be allowed."""

    def start_saslauthd(self):
        super().start_saslauthd()
        folder = self.folder / "sasl2"
        for plugin in glob.glob("/usr/lib/*/sasl2/libplain.so"):
            (folder / "libplain.so").symlink_to(plugin)
        (folder / "libinvite.so").symlink_to(f"{site_of_suite.BUILT}/plugins/sasl/.libs/libinvite.so")
        with open(folder / "prosody.conf", "r+") as file:
            lines = [line for line in file if not line.startswith("mech_list:")]
            file.seek(0)
            file.truncate()
            file.writelines(lines + [f"invite_conf: {self.config}\n", "auxprop_plugin: invite\n",
                                     "invite_plaintext: yes\n", f"mech_list: PLAIN {MECHANISM}\n"])
        self.prosody_environment["SASL_PATH"] = str(folder)
        preload = os.environ.get("INV_PRELOAD")
        if preload:
            # Lua and its modules do not free all at the end.
            self.prosody_environment |= {"LD_PRELOAD": preload, "ASAN_OPTIONS": "detect_leaks=0"}


def present(site, user, token, password):
    """The server's answer to one message of the mechanism: success or a condition, and what is in it."""
    with RawStream(site) as stream:
        message = base64.b64encode(f"\0{user}\0{token}\0{password}".encode()).decode()
        stream.send(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='{MECHANISM}'>{message}</auth>")
        answer = stream.element()
    if answer.tag == SASL + "success":
        return "success", answer.text or ""
    equal(answer.tag, SASL + "failure")
    return answer[0].tag.removeprefix(SASL), ""


@suite.test
async def good(site, client):
    """A token registers and logs in, once more too, and the password alone logs in by PLAIN"""
    with RawStream(site) as stream:
        equal({element.text for element in stream.features.iter(SASL + "mechanism")}, {"PLAIN", MECHANISM})
    token = site.invite()
    equal(present(site, "anna", token, PASSWORD), ("success", ""))
    equal(present(site, "anna", token, PASSWORD), ("success", ""))
    assert await client("anna", PASSWORD).log_in()


@suite.test
async def refused(site, client):
    """A weak password, a name that is taken, and a used token are refused; the first two keep the token"""
    token = site.invite()
    equal(present(site, "berta", token, "short")[0], "undefined-condition")
    equal(present(site, "anna", token, "another horse")[0], "undefined-condition")
    assert not await client("berta", "short").log_in()
    assert not await client("anna", "another horse").log_in()
    equal(present(site, "berta", token, PASSWORD)[0], "success")
    equal(present(site, "carol", token, PASSWORD)[0], "not-authorized")
    assert not await client("carol", PASSWORD).log_in()


@suite.test
async def reset(site, client):
    """A reset"""
    token = site.invite("--type", "reset", "--user", "berta")
    equal(present(site, "berta", token, "another horse"), ("success", ""))
    assert await client("berta", "another horse").log_in()
    assert not await client("berta", PASSWORD).log_in()


def missing():
    if shutil.which("saslauthd", path=os.environ["PATH"] + ":/usr/sbin") is None:
        return "saslauthd is not installed"
    if os.environ.get("INV_SANITIZERS", "no") != "no" and not os.environ.get("INV_PRELOAD"):
        return "saslauthd cannot load a module with these sanitizers"
    return None


if missing() is not None:
    print(f"1..0 # SKIP {missing()}")
else:
    suite.run(TokenSite, provider="cyrus")
