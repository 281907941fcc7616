#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Two domains in one directory that look for names in the same place: every command that takes a name or
# a JID finds the account of that domain, and never who has the same name in the other. (adopt and init:
# invitectl_identity.sh)
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=../support/ctl.sh
. "$top/tests/support/ctl.sh"

directory "$work/site"
who=$(sed -n 's/^ *by dn.exact="\([^"]*\)".*/\1/p' "$site/invitegate-acl.conf" | head -n 1)
two=ou=two,$suffix
sed -i "s|^include .*invitegate-acl.conf|access to dn.subtree=\"$two\" by dn.exact=\"$who\" write by anonymous auth\\n&|" \
    "$site/slapd.conf"
restart
admin ldapadd >"$out" 2>"$err" <<END
dn: $two
objectClass: organizationalUnit

dn: ou=people,$two
objectClass: organizationalUnit

dn: ou=rosters,$two
objectClass: organizationalUnit

dn: ou=invites,$two
objectClass: organizationalUnit
objectClass: xmppInviteContainer
END
verdict "a branch for the second domain" $?
sed -i "s/^name_search_base *=.*/name_search_base = $suffix/" "$config"
cat >>"$config" <<END

[domain two.example]
invites = ou=invites,$two
people = ou=people,$two
rosters = ou=rosters,$two
name_search_base = $suffix
END
exits 0 "init" init
password='Seventeen-green-kettles!'

# person NAME BRANCH: an account of the domain that the branch is of, '' or ou=two,
person() {
    domain=example.org
    [ -z "$2" ] || domain=two.example
    printf 'dn: uid=%s,ou=people,%s%s\nobjectClass: inetOrgPerson\nobjectClass: xmppAccount\ncn: x\nsn: x\nuid: %s\nxmppJid: %s\nuserPassword: password of %s\n' \
        "$1" "$2" "$suffix" "$1" "$1@$domain" "$1" | admin ldapadd >"$out" 2>"$err" || verdict "a person $1" 1
}
person alice ''
person otto ou=two,
person both ''
person both ou=two,
sleep 1

# ------------------------------------------------------------------------------------- create

exits 4 "create without anything that names a domain" create --user someone
for domain in example.org two.example; do
    for name in alice otto both; do
        exits 1 "$name is taken in $domain" create -d $domain --user $name
    done
done
exits 1 "alice is no inviter of the other domain" create -d two.example --inviter alice@two.example
exits 1 "nor a contact" create -d two.example --inviter otto@two.example --contact alice@two.example
exits 1 "nor whoever makes a contact invite" create -d two.example --type contact --inviter alice@two.example
exits 1 "or a contact-account invite" create -d two.example --type contact-account --inviter alice@two.example
exits 1 "nor whom a reset is for" create -d two.example --type reset --user alice
exits 1 "nor is otto in the first" create -d example.org --type reset --user otto
exits 1 "a JID of the other domain is no name of this one" create -d two.example --user bob@example.org
exits 0 "an inviter may be of the other domain" create -d two.example --inviter alice@example.org --note across

# --------------------------------------------------------------------------------- tokens, ids

token_of() { # DOMAIN ARGUMENT...
    token=$("$invitectl" -c "$config" create --print token -d "$@" 2>"$err") || verdict "create -d $*" 1
}
token_of two.example --inviter otto@two.example --note 'of two'
two_token=$token
token_of example.org --inviter alice@example.org --note 'of org'
org_token=$token
exits 0 "check finds the domain of a token" --json check "$two_token"
json "and says it" 'rows[0]["domain"] == "two.example"'
exits 1 "check in the wrong domain" check -d example.org "$two_token"
exits 1 "show in the wrong domain" show -d example.org "$two_token"
exits 0 "show finds it" --json show "$two_token"
json "with its inviter" 'rows[0]["inviter"] == "otto@two.example" and rows[0]["domain"] == "two.example"'
two_id=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["id"])' "$out")
exits 1 "show of an id in the wrong domain" show -d example.org "$two_id"
exits 1 "revoke in the wrong domain" revoke -d example.org "$two_id"
exits 0 "did nothing" check "$two_token"
exits 0 "revoke by the id" revoke -d two.example "$two_id"
exits 1 "took effect" check "$two_token"
exits 1 "restore in the wrong domain" restore -d example.org "$two_id"
exits 1 "did nothing" check "$two_token"
exits 0 "restore" restore -d two.example "$two_id"
exits 0 "took effect" check "$two_token"
exits 0 "list of one domain" --json list -d two.example
json "has its own only" 'all(r["domain"] == "two.example" for r in rows) and len(rows) == 2'
exits 0 "list of an inviter" --json list -d two.example --inviter alice@example.org
json "by the JID as it was given" '[r["note"] for r in rows] == ["across"]'
exits 0 "list of who is nobody there" --json list -d two.example --inviter alice@two.example
[ ! -s "$out" ]
verdict "has nothing" $?

# ------------------------------------------------------------------------------------- redeem

redeems 1 "alice is taken in the other domain" alice@two.example "$two_token" "$password"
redeems 1 "without its domain too" alice "$two_token" "$password"
redeems 1 "a token is not for the other domain" zara@example.org "$two_token" "$password"
redeems 1 "nor the other way" zara@two.example "$org_token" "$password"
binds alice 'password of alice'
verdict "alice has her password" $?
[ "$(entries "$suffix" '(uid=zara)')" = 0 ]
verdict "and zara is not there" $?
redeems 0 "zara of two.example" zara@two.example "$two_token" "$password"
[ "$(entries "ou=people,$two" '(xmppJid=zara@two.example)')" = 1 ]
verdict "is in the people of two.example" $?
redeems 0 "zoe of example.org" zoe "$org_token" "$password"
[ "$(entries "ou=people,$suffix" '(xmppJid=zoe@example.org)')" = 1 ]
verdict "is in the others" $?
token_of two.example --type reset --user both
redeems 1 "a reset is not for the namesake" both@example.org "$token" "$password"
redeems 0 "but for its own" both@two.example "$token" "$password"
binds both 'password of both'
verdict "so both@example.org has the old password" $?
ldapwhoami -H "$uri" -x -D "uid=both,ou=people,$two" -w "$password" >"$out" 2>"$err"
verdict "and both@two.example the new one" $?
token_of two.example --type contact --inviter otto@two.example
redeems 1 "a contact invite is not for who has no account" alice@two.example "$token" ''
redeems 0 "but for alice@example.org" alice@example.org "$token" ''

# ------------------------------------------------------------------------------------- roster

exits 0 "roster of otto" roster otto@two.example
says "has her" '^alice@example.org' "$out"
exits 0 "roster of alice" roster alice@example.org
says "has him" '^otto@two.example' "$out"
for jid in alice@two.example otto@example.org; do
    "$invitectl" -c "$config" roster $jid >"$out" 2>"$err"
    [ ! -s "$out" ]
    verdict "roster of $jid is empty" $?
done

# --------------------------------------------------------------------------------------- tree

exits 0 "tree of otto" tree otto@two.example
says "has zara" 'zara@two.example' "$out"
"$invitectl" -c "$config" tree otto@example.org >"$out" 2>"$err"
! grep -q zara "$out"
verdict "that of otto@example.org has not" $?
exits 0 "tree of all" tree
says "has her" 'zara@two.example' "$out"
says "and zoe" 'zoe@example.org' "$out"

# ------------------------------------------------------------------------------------- remove

exits 1 "zara@example.org is not removed" remove zara@example.org
exits 1 "nor zoe@two.example" remove zoe@two.example
exits 1 "nor zoe in the wrong domain" remove -d two.example zoe
exits 1 "nor by a JID that is not of the domain" remove -d two.example zoe@example.org
exits 1 "nor alice@two.example, who is nobody" remove alice@two.example
[ "$(entries "$suffix" '(|(xmppJid=zara@two.example)(xmppJid=zoe@example.org)(xmppJid=alice@example.org))')" = 3 ]
verdict "all are there" $?
exits 0 "roster of alice" roster alice@example.org
says "has her contacts" '^otto@two.example' "$out"
# Somebody of the same name comes to the other domain, and stays.
person zara ''
exits 0 "zara@two.example is removed" remove zara@two.example
[ "$(entries "$suffix" '(uid=zara)')" = 1 ]
verdict "she alone" $?
binds zara 'password of zara'
verdict "and zara@example.org logs in" $?
exits 0 "zoe@example.org is removed" remove zoe@example.org

# ------------------------------------------------------------------------------- repair, purge

exits 0 "repair has nothing to do" repair
exits 0 "purge of one domain" purge -d two.example --older-than 1d
exits 0 "doctor is content" doctor -d example.org
[ "$(entries "$suffix" '(|(xmppJid=alice@example.org)(xmppJid=otto@two.example)(uid=both))')" = 4 ]
verdict "and the people are as they were" $?

echo "1..$number"
