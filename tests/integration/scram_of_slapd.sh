#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The directory itself offers no SCRAM from authPassword: its verifiers outlive a password that was
# changed elsewhere, and it does not know. With the rule of earlier examples it did.
set -u

server=slapd
top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=../support/directory.sh
. "$top/tests/support/directory.sh"
ls /usr/lib/*/sasl2/libscram.so >/dev/null 2>&1 || {
    echo "1..0 # SKIP libsasl2-modules is not installed"
    exit 0
}

# RFC 5803 over "correct horse battery"
verifier() {
    python3 - <<'END'
import base64, hashlib, hmac
password, salt, rounds = b"correct horse battery", b"salt of a test..", 4096
salted = hashlib.pbkdf2_hmac("sha256", password, salt, rounds)
mac = lambda text: hmac.new(salted, text, "sha256").digest()
text = lambda data: base64.b64encode(data).decode()
print("SCRAM-SHA-256$%d:%s$%s:%s" % (rounds, text(salt),
      text(hashlib.sha256(mac(b"Client Key")).digest()), text(mac(b"Server Key"))))
END
}
# shellcheck disable=SC2119 # no options
start
stop
# shellcheck disable=SC2016 # $1 is slapd's
sed -i '1i sasl-auxprops slapd\
authz-regexp "^uid=([^,]*),cn=.*auth$" "uid=$1,ou=people,dc=example,dc=org"' "$site/slapd.conf"
# As Debian's slapd has it: the rule that lets anybody read shows the entry, which SCRAM needs too.
sed -i '/^access to \*$/,$s/^    by users read$/    by * read/' "$site/slapd.conf"
grep -q '^    by \* read$' "$site/slapd.conf"
verdict "anybody may read what no rule is for" $?
# shellcheck disable=SC2119 # no options
start
ldapadd -x -H "$uri" -D "cn=admin,$suffix" -y "$site/admin.password" >"$out" 2>"$err" <<END
dn: uid=alice,ou=people,$suffix
objectClass: inetOrgPerson
objectClass: xmppAccount
objectClass: authPasswordObject
cn: alice
sn: alice
uid: alice
xmppJid: alice@example.org
userPassword: correct horse battery
authPassword: $(verifier)
END
verdict "alice has a verifier" $?

whoami() {
    ldapwhoami -Q -Y SCRAM-SHA-256 -U alice -w 'correct horse battery' -H "$uri" >"$out" 2>"$err"
}
! whoami && grep -q 'SASL(' "$err"
verdict "the example slapd refuses SCRAM" $?
ldapwhoami -x -D "uid=alice,ou=people,$suffix" -w 'correct horse battery' -H "$uri" >"$out" 2>"$err"
verdict "simple binds need no more" $?

# What the rule did that was there before.
stop
sed -i '/^access to attrs=authPassword$/a \    by anonymous auth' "$site/invitegate-acl.conf"
# shellcheck disable=SC2119 # no options
start
whoami && grep -q '^dn:uid=alice,' "$out"
verdict "with anonymous auth it was accepted" $?
plan
