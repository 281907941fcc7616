#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# doctor counts those who cannot log in by SCRAM.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=../support/ctl.sh
. "$top/tests/support/ctl.sh"

people=ou=people,$suffix

# set_password USER PASSWORD: as ldappasswd does, in another second than what was before
set_password() {
    sleep 1.1
    admin ldapmodify >"$out" 2>"$err" <<END
dn: uid=$1,$people
changetype: modify
replace: userPassword
userPassword: $2
END
    verdict "the password of $1 is set elsewhere" $?
}

directory "$work/site"
exits 0 "init" init
exits 0 "doctor without accounts" doctor
says "it counts none" "verifiers.*all 0 accounts have fresh SCRAM verifiers" "$out"

make --uses 1
redeems 0 "bob registers" bob "$token" "three owls on a branch"
exits 0 "doctor with an account" doctor
says "that has verifiers" "verifiers.*all 1 accounts have fresh SCRAM verifiers" "$out"

admin ldapadd >"$out" 2>"$err" <<END
dn: uid=carol,$people
objectClass: inetOrgPerson
objectClass: xmppAccount
uid: carol
cn: carol
sn: carol
xmppJid: carol@example.org
userPassword: two owls on a branch

dn: uid=dave,$people
objectClass: inetOrgPerson
objectClass: xmppAccount
uid: dave
cn: dave
sn: dave
xmppJid: dave@elsewhere.example
userPassword: one owl on a branch
END
verdict "people who were there before" $?
exits 0 "doctor is content" doctor
says "but notes one of this domain" "verifiers.*1 of 2 accounts have no fresh SCRAM verifiers" "$out"
says "and what helps" "scram_at_login = yes" "$out"

set_password bob "four owls on a branch"
exits 0 "doctor after that" doctor
says "his verifiers are stale" "verifiers.*2 of 2 accounts have no fresh SCRAM verifiers" "$out"

sed 's/^scram_at_login = .*/scram_at_login = yes/' "$config" >"$work/at_login.conf"
exits 1 "with scram_at_login it is a finding" -c "$work/at_login.conf" --json doctor
json "that says what will help" 'any(row["check"] == "verifiers" and row["status"] == "finding" and
    "log in" in row["remedy"] for row in rows)'

sed 's/^verifiers = .*/verifiers = yes/' "$config" >"$work/serves.conf"
exits 1 "with verifiers = yes as well" -c "$work/serves.conf" --json doctor
json "and what the agent may not read" 'sorted(row["check"] for row in rows if row["status"] == "finding") ==
    ["passwords", "verifiers"]'

sed 's/^password_verifiers = .*/password_verifiers = server/' "$config" >"$work/none.conf"
exits 0 "without SCRAM" -c "$work/none.conf" doctor
! grep -q "SCRAM verifiers" "$out"
verdict "they are not counted" $?

sed 's/^password_verifiers = .*/password_verifiers = server scram-sha-1 scram-sha-256 scram-sha-512/
    s/^scram_iterations = .*/scram_iterations = 1000000/; s/^timeout = .*/timeout = 1s/' \
    "$config" >"$work/dear.conf"
# a slow machine has no time for more than that
! "$invitectl" -c "$work/dear.conf" --json doctor >"$out" 2>"$err"
verdict "with more iterations than fit into timeout" $?
json "doctor finds that" 'any(row["check"] == "verifiers" and row["status"] == "finding" and
    "lower scram_iterations" in row["remedy"] for row in rows)'

admin ldapmodify >"$out" 2>"$err" <<END
dn: ou=invites,$suffix
changetype: modify
replace: invitePasswordDates
invitePasswordDates: never
END
verdict "where the directory dates nothing" $?
exits 1 "doctor finds that" doctor
! grep -q "accounts have" "$out"
verdict "and counts nobody" $?
echo "1..$number"
