#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every command of invitectl against a real slapd: what it does, what it prints, how it exits.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=../support/ctl.sh
. "$top/tests/support/ctl.sh"

# ----------------------------------------------------------------------------------------- init

directory "$work/site"
exits 4 "the keys are missing" list
says "names the key file" token.keys "$err"
says "and what makes it" 'invitectl init makes it' "$err"
exits 1 "doctor finds that" doctor
says "and says what to do" 'invitectl init makes it' "$out"
exits 0 "init" --json init
json "every row is fine or a note" 'all(r["status"] in ("ok", "note") for r in rows)'
json "its keys" 'all(set(r) == {"check", "domain", "status", "what", "remedy"} for r in rows)'
json "it made the keys" 'any(r["check"] == "keys" for r in rows)'
[ "$(stat -c %a "$site/token.keys")" = 600 ]
verdict "the key file is its owner's" $?
chmod 644 "$site/token.keys"
exits 1 "doctor with a key file that others can read" doctor
says "says what to change" '^finding +keys .*has mode 0644.*chmod o=' "$out"
! grep -q 'invitectl init makes it' "$out"
verdict "and not to make another" $?
chmod 600 "$site/token.keys"
cp "$site/token.keys" "$work/first.keys"
admin ldapsearch -LLL -s base -b "ou=invites,$suffix" inviteKeyFingerprint invitePasswordForm \
    invitePasswordDates >"$out" 2>"$err"
says "the fingerprint is recorded" '^inviteKeyFingerprint: 1 [0-9a-f]{32}$' "$out"
says "server is recorded" '^invitePasswordForm: server$' "$out"
says "scram is recorded" '^invitePasswordForm: scram$' "$out"
says "how passwords are dated, too" '^invitePasswordDates: add$' "$out"
before=$(entries "$suffix" '(objectClass=*)')
exits 0 "init again" init
cmp -s "$site/token.keys" "$work/first.keys"
verdict "the keys are the same" $?
admin_init 0 "init with an administrator's rights" "$site/admin.password"
exits 0 "doctor is content" doctor
! grep 'local users' "$out" | grep -qw daemon
verdict "whose default keeps daemon from registering" $?
[ "$(entries "$suffix" '(objectClass=*)')" = "$before" ]
verdict "nothing is left behind" $?
sed '/^reserved_names/s/=.*/= root/' "$config" >"$work/unreserved.conf"
chmod 600 "$work/unreserved.conf"
exits 0 "doctor with few reserved names" -c "$work/unreserved.conf" doctor
says "names users of this host" '^note +local users .*: daemon bin sys .* and [0-9]+ more$' "$out"
says "and where to put them" 'reserved_names' "$out"
exits 0 "init --print-ldif" init --print-ldif
says "has the containers" '^dn: ou=rosters,dc=example,dc=org$' "$out"
chmod 644 "$site/admin.password"
admin_init 4 "a password file that others can read" "$site/admin.password"
says_nothing "prints no table of nothing" "$out"
chmod 600 "$site/admin.password"
echo wrong >"$work/wrong"
chmod 600 "$work/wrong"
admin_init 4 "a wrong password" "$work/wrong"

# A second host: another key file, the same directory.
sed "s|^key_file.*|key_file = $work/second.keys|" "$config" >"$work/second.conf"
first_config=$config
config=$work/second.conf
exits 4 "init on a second host makes no keys" init
says "but wants the first host's" 'copy the key file' "$err"
[ ! -e "$work/second.keys" ]
verdict "there is no key file" $?
(umask 077 && echo "1 $(head -c 32 /dev/urandom | base64)" >"$work/second.keys")
exits 4 "init with other keys" init
exits 1 "doctor with other keys" doctor
says "tells of them" 'lacks key 1 ' "$out"
(umask 077 && echo "2 $(head -c 32 /dev/urandom | base64)" | cat - "$work/first.keys" >"$work/second.keys")
exits 1 "doctor with a new key that is not recorded" doctor
exits 0 "init records it" init
config=$first_config
exits 1 "and the host without it hears of it" doctor
cp "$work/second.keys" "$site/token.keys"
exits 0 "until it has the new file" doctor

# --------------------------------------------------------------------------------------- create

exits 0 "create" create
says "prints a URI" '^xmpp:example\.org\?register;preauth=[A-Za-z0-9_-]{32}$' "$out"
says "says when it ends" "this invite ends at $(date -u -d '+7 days' +%Y-%m)" "$err"
exits 0 "create --print token" create --print token --note 'not for ever'
says "prints a token" '^[A-Za-z0-9_-]{32}$' "$out"
token=$(cat "$out")
exits 0 "create --print id" create --print id
says "prints an id" '^[0-9a-f]{40}$' "$out"
exits 2 "create --print url without landing_url" create --print url
sed "s|^landing_url.*|landing_url = https://example.org/i/#{token}|" "$config" >"$work/url.conf"
config=$work/url.conf
exits 0 "create --print url" create --print url
says "prints a URL" '^https://example\.org/i/#[A-Za-z0-9_-]{32}$' "$out"
config=$first_config
exits 0 "create --expires never" create --expires never
says "warns" 'never expires' "$err"
exits 0 "create --json, options in front" --json create --uses 5 --expires 2099-01-02T03:04:05+02:00 \
    --account-expires 30d --roster-group 'Frühe Freunde' --note 'ein Gruß'
json "one object" 'len(rows) == 1'
python3 - "$top/man/invitectl.1" "$out" >"$work/keys" 2>"$err" <<'END'
import json, re, sys
page = open(sys.argv[1], encoding="utf-8").read()
page = page[page.index("\n.Sh JSON"):page.index("\n.Sh FILES")]
keys = re.findall(r"^\.It Ic (\w+)$", page, re.M) + ["token", "uri", "url"]
sys.exit(keys != list(json.load(open(sys.argv[2]))))
END
verdict "the keys of the manual, in order" $?
json "the keys of invitectl(1), in order" 'list(rows[0]) == ["id", "type", "domain", "user", "inviter",
    "contacts", "groups", "rosterGroup", "created", "expires", "accountExpires", "uses", "usesLeft",
    "state", "claims", "usedBy", "note", "madeBy", "token", "uri", "url"]'
json "and what was asked for" '(r := rows[0])["expires"] == "2099-01-02T01:04:05Z" and
    r["uses"] == r["usesLeft"] == 5 and r["accountExpires"] == "30d" and r["type"] == "account" and
    r["note"] == "ein Gruß" and r["rosterGroup"] == "Frühe Freunde" and r["state"] == "pending" and
    r["user"] is r["inviter"] is r["url"] is None and r["claims"] == r["usedBy"] == [] and
    r["uri"].endswith(r["token"]) and r["madeBy"] == "ctl:'"$(id -u)"'"'
says_nothing "the end is in the object" "$err"
exits 0 "create, a fixed end of the account" create --json --account-expires 2099-01-02T03:04:05Z
json "as RFC 3339" 'rows[0]["accountExpires"] == "2099-01-02T03:04:05Z"'
says_nothing "it is behind the invite's own" "$err"
exits 0 "create, an account that ends first" create --json --expires never --account-expires 2099-01-02T03:04:05Z
json "that end counts" 'rows[0]["expires"] == rows[0]["accountExpires"] == "2099-01-02T03:04:05Z"'
says "warns" 'warning: the account is over at 2099-01-02T03:04:05Z.*never.*registers no account' "$err"
exits 2 "create, an account that is over" create --account-expires 2001-01-01T00:00:00Z
exits 0 "create --uses unlimited" create --json --uses unlimited --expires never
json "is 0, and never" 'rows[0]["uses"] == 0 and rows[0]["expires"] == "never"'
exits 2 "create --us, which may be --user or --uses" create --us 3
says "says so" 'ambiguous.* --us' "$err"
exits 2 "--json=yes" create --json=yes
says "says which" 'wrongly used option --json=yes' "$err"
exits 0 "create --exp, which cannot" --json create --exp never
json "is --expires" 'rows[0]["expires"] == "never"'
exits 2 "create --type bad" create --type bad
exits 2 "create --note that is no text" create --note "$(printf 'a\377')"
says "says so" '--note is not UTF-8' "$err"
exits 2 "create --roster-group with a control character" create --roster-group "$(printf 'Team\001')"
says "says so" '--roster-group has a tab, a line break or another control character' "$err"
exits 2 "create --note of two lines" create --note "$(printf 'a\nb')"
exits 1 "create for a name that is no mail address" create --user x.
says "says so" 'mail address' "$err"
exits 1 "create with a domain given twice" create --user zoe@example.org@example.org
says "says so" 'given twice' "$err"
exits 2 "create --roster-group that is no text" create --roster-group "$(printf '\355\240\200')"
exits 1 "create --contact of no JID" create --inviter alice --contact 'a@b@c'
says "says which" '--contact a@b@c: there is another @' "$err"
exits 2 "create --uses 0" create --uses 0
exits 2 "create --uses 1001" create --uses 1001
exits 2 "create --uses 99999999999999999999" create --uses 99999999999999999999
exits 2 "create --user with two uses" create --user x --uses 2
exits 2 "create --type reset without --user" create --type reset
exits 2 "create --type contact without --inviter" create --type contact
exits 2 "create --expires in the past" create --expires 2001-01-01T00:00:00Z
exits 2 "create --expires soon" create --expires soon
exits 2 "create --account-expires never" create --account-expires never
exits 2 "create --print all" create --print all
exits 0 "create --count" create --count 3 --note 'one of three'
[ "$(grep -cE '^xmpp:example\.org\?register;preauth=[A-Za-z0-9_-]{32}$' "$out")" = 3 ] &&
    [ "$(sort -u "$out" | wc -l)" = 3 ]
verdict "prints three URIs" $?
exits 0 "create --count --json" --json create --count 2 --uses 3
json "two objects" 'len({r["id"] for r in rows}) == 2 and all(r["uses"] == 3 for r in rows)'
exits 2 "create --count 0" create --count 0
exits 2 "create --count 1001" create --count 1001
exits 2 "create --count x" create --count x
exits 2 "create --count with --user" create --count 2 --user x
exits 1 "create --count, refused" create --count 3 --inviter nobody-here
says "tells how far it came" 'ended at invite 1 of 3' "$err"
exits 2 "create --qr --json" --json create --qr
exits 2 "create --qr of an id" create --qr --print id
exits 0 "create --qr" create --qr
sed 1d "$out" | python3 "$top/tests/support/qr.py" >"$work/qr" 2>"$err" &&
    [ "$(head -1 "$out")" = "$(cat "$work/qr")" ]
verdict "the code is the URI" $?
exits 0 "create --qr --print token" create --qr --print token
sed 1d "$out" | python3 "$top/tests/support/qr.py" >"$work/qr" 2>"$err" &&
    [ "$(head -1 "$out")" = "$(cat "$work/qr")" ]
verdict "the code is the token" $?
python3 "$top/tests/support/terminal.py" "$out" -- "$invitectl" -c "$config" create --qr 2>"$err"
verdict "create --qr on a terminal" $?
says "sets its colours" "$(printf '\033')\\[97;40m" "$out"
exits 1 "create for a reserved name" create --user root
exits 1 "create for an invalid name" create --user 'a b'
exits 1 "create by an inviter without an account" create --inviter nobody-here
exits 1 "create with a group that is not allowed" create --group "cn=staff,ou=groups,$suffix"
exits 1 "create for another domain's name" create --user x@other.org
exits 4 "create in a domain that is not configured" -d other.org create

# --------------------------------------------------------------------------------- check, redeem

exits 0 "check" check "$token"
says "says what it would do" 'would register an account in example.org' "$out"
exits 0 "check --json" --json check "$token"
json "its keys" 'list(rows[0]) == ["result", "invite", "user", "domain", "type", "why"] and
    rows[0]["result"] == "OK" and rows[0]["type"] == "account"'
echo "  xmpp:example.org?register;preauth=$token  " |
    "$invitectl" -c "$config" check - >"$out" 2>"$err"
verdict "a pasted URI from standard input" $?
exits 1 "check of a forged token" --json check "$(echo "$token" | tr 'A-Ya-y' 'B-Zb-z')"
json "is refused" 'rows[0]["result"] == "BAD_TOKEN"'
exits 1 "check of something else" check hello

redeems 1 "an empty password is refused" alice "$token" ''
redeems 1 "a weak password is refused" alice "$token" short
says "in the directory's words" 'password is refused: .*quality' "$err"
redeems 1 "a reserved name is refused" root "$token" 'correct horse battery'
redeems 0 "redeem" alice "$token" 'correct horse battery
'
says "says who is ready" '^alice@example\.org is ready$' "$out"
binds alice 'correct horse battery'
verdict "alice logs in, without the final newline" $?
redeems 0 "the same again" alice@example.org "$token" 'correct horse battery'
redeems 1 "another password" alice "$token" 'correct horse buttery'
redeems 1 "another name" bob "$token" 'correct horse battery'
printf 'x\n' | "$invitectl" --json -c "$config" redeem --user bob "$token" >"$out" 2>"$err"
verdict "redeem --json of a used token exits 1" $(($? != 1))
json "its keys" 'list(rows[0]) == ["result", "invite", "user", "domain", "why"] and
    rows[0]["result"] == "BAD_TOKEN" and rows[0]["why"] == "used"'
make
redeems 1 "a taken name is refused" alice "$token" 'correct horse battery'
redeems 1 "a name of another domain is refused" bob@other.org "$token" 'correct horse battery'

make --inviter alice --no-pair
exits 0 "show an invite without a pair" --json show "$token"
json "says so" 'rows[0]["rosterSubscription"] is False and rows[0]["inviter"] == "alice@example.org"'
exits 0 "show it to people" show "$token"
says "in words" '^subscription +none with the inviter$' "$out"
redeems 0 "it makes an account" apart "$token" 'apart has a password'
exits 0 "and no contact" roster apart
says_nothing "of the inviter" "$out"
exits 2 "create --no-pair without --inviter" create --no-pair
exits 2 "create --no-pair of another type" create --no-pair --type contact-account --inviter alice
make --inviter alice --uses 2
printf '%s\n%s\nmore\n' "$token" 'bob has a password' |
    "$invitectl" -c "$config" redeem --user bob - >"$out" 2>"$err"
verdict "token and password on standard input" $?
binds bob 'bob has a password'
verdict "the password is the second line" $?
redeems 0 "the second use" carol "$token" 'carol has a password'
redeems 1 "there is no third" dave "$token" 'dave has a password'
exits 0 "roster" roster alice
says "has bob" '^bob@example\.org +Invited$' "$out"
[ "$(wc -l <"$out")" = "$(grep -c '@example\.org  *Invited$' "$out")" ]
verdict "and no other lines than contacts" $?
exits 0 "roster --json" --json roster bob@example.org
json "has alice" 'rows == [{"jid": "alice@example.org", "group": "Invited"}]'
exits 0 "an empty roster" roster nobody-here
says_nothing "prints nothing" "$out"
exits 1 "a roster of no JID" roster '@'

make --type contact --inviter bob
exits 1 "the inviter cannot redeem a contact invite" redeem --user bob "$token"
exits 0 "a contact invite needs no password" redeem --user carol "$token"
exits 0 "the same again" redeem --user carol "$token"
exits 0 "roster of bob" --json roster bob
json "has both" '[r["jid"] for r in rows] == ["alice@example.org", "carol@example.org"]'
make --type contact-account --inviter bob
exits 0 "a contact-account invite for somebody elsewhere" redeem --user eve@other.org "$token"
make --type contact-account --inviter bob
redeems 0 "a contact-account invite registers" frank "$token" 'frank has a password'

exits 1 "a reset of nobody" create --type reset --user nobody-here
make --type reset --user carol
older=$token
exits 0 "a reset lasts reset_expiry" --json show "$token"
json "a day" 'rows[0]["expires"][:10] == "'"$(date -u -d '+1 day' +%Y-%m-%d)"'"'
make --type reset --user carol
redeems 1 "a reset for another name" frank "$token" 'another password'
redeems 0 "a reset" carol "$token" 'another password'
redeems 1 "an older one is over with it" carol "$older" 'a third password'
exits 0 "show it" --json show "$older"
json "says why" 'rows[0]["state"] == "expired" and "another reset invite" in rows[0]["why"]'
exits 0 "list --state expired" --json list --state expired
json "has it" '[r["user"] for r in rows if "reset" in r["type"]] == ["carol"]'
exits 0 "revoke it" revoke "$older"
binds carol 'another password'
verdict "the new password counts" $?
binds carol 'carol has a password'
verdict "the old one does not" $(($? == 0))
admin ldapadd >"$out" 2>"$err" <<END
dn: uid=.carl,ou=people,$suffix
objectClass: inetOrgPerson
objectClass: xmppAccount
uid: .carl
cn: carl
sn: carl
xmppJid: .carl@example.org
userPassword: carl has a password
END
verdict "an account from before, whose name could not be registered" $?
make --type reset --user .carl
redeems 1 "registers nothing either" '*carl' "$token" 'another password'
redeems 1 "of another domain" .carl@other.org "$token" 'another password'
redeems 0 "and is reset by its full JID" .carl@example.org "$token" 'another password'
binds .carl 'another password'
verdict "its new password counts" $?

make --uses 3
terminal 1 "asked twice, two answers" 'judy has a password' 'another password' -- redeem --user judy "$token"
says "are told apart" 'not the same' "$out"
terminal 130 "interrupted, the echo is on again" ^C -- redeem --user judy "$token"
terminal 130 "also at the second question" 'judy has a password' ^C -- redeem --user judy "$token"
terminal 0 "asked twice" 'judy has a password' 'judy has a password' -- redeem --user judy "$token"
says "the question is seen" 'New password: ' "$out"
! grep -q 'has a password' "$out"
verdict "the answer is not" $?
binds judy 'judy has a password'
verdict "and judy logs in" $?
terminal 0 "asked for the invite too" "$token" 'kate has a password' 'kate has a password' -- redeem --user kate -

# ------------------------------------------------------------------------- list, show, revoke

make --user grace --note 'a note'
exits 1 "a name is reserved once" create --user grace
redeems 1 "it is no other's" heidi "$token" 'heidi has a password'
exits 0 "show a token" show "$token"
says "for people" '^note +a note$' "$out"
id=$(sed -n 's/^id  *//p' "$out")
exits 0 "show an id" --json show "$id"
json "the keys of invitectl(1), without the token" 'list(rows[0]) == ["id", "type", "domain", "user",
    "inviter", "contacts", "groups", "rosterGroup", "created", "expires", "accountExpires", "uses",
    "usesLeft", "state", "claims", "usedBy", "note", "madeBy"] and rows[0]["user"] == "grace"'
exits 1 "show an unknown id" show 0123456789012345678901234567890123456789
exits 0 "revoke" revoke "$id"
redeems 1 "a revoked invite is refused" grace "$token" 'grace has a password'
exits 0 "revoke again" --json revoke "$id"
json "its keys" 'list(rows[0]) == ["result", "invite", "user", "domain", "why", "claims"] and
    rows[0]["result"] == "OK" and rows[0]["claims"] == []'
exits 0 "list --state revoked" --json list --state revoked
json "has it, with the uses it had" '[(r["id"], r["state"], r["usesLeft"]) for r in rows if r["user"] == "grace"] == [("'"$id"'", "revoked", 1)]'
exits 0 "restore" restore "$token"
redeems 0 "and it is good again" grace "$token" 'grace has a password'
exits 1 "revoke an unknown id" revoke 0123456789012345678901234567890123456789
exits 1 "revoke --json of an unknown id" --json revoke 0123456789012345678901234567890123456789
json "has a result too" 'rows[0]["result"] == "BAD_TOKEN" and rows[0]["domain"] == "example.org"'
exits 1 "restore --json of what is no id" --json restore foo
json "has a result too" 'rows[0]["result"] == "BAD_TOKEN" and "nor a token" in rows[0]["why"]'
exits 0 "an id in capitals" --json show "$(echo "$id" | tr a-f A-F)"
json "is the same" 'rows[0]["id"] == "'"$id"'"'
exits 1 "check of an id" check "$id"
says "says what is wanted" "id; what is wanted is its token" "$err"
exits 0 "list" --json list
json "pending ones only" 'rows and all(r["state"] == "pending" for r in rows)'
json "the newest first" '(t := [r["created"] for r in rows]) == sorted(t, reverse=True)'
exits 0 "list --state used" --json list --state used
json "with who used them" 'all(r["usesLeft"] == 0 and len(r["usedBy"]) == r["uses"] for r in rows) and
    {"jid", "time"} == {key for r in rows for use in r["usedBy"] for key in use}'
exits 0 "list --inviter" --json list --state all --inviter bob
json "only his" 'len(rows) == 3 and all(r["inviter"] == "bob@example.org" for r in rows)'
exits 0 "list for people" list --state all
says "has a header" '^ID +STATE +TYPE +USER +INVITER +LEFT +EXPIRES +NOTE$' "$out"
python3 - "$out" <<'END'
import sys
lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
column = lines[0].index("EXPIRES")
sys.exit(any(line[column - 1] != " " or line[column] == " " for line in lines))
END
verdict "its columns are aligned" $?
make
admin ldapmodify >"$out" 2>"$err" <<END
dn: inviteId=$("$invitectl" --json -c "$config" show "$token" | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/'),ou=invites,$suffix
changetype: modify
replace: description
description:: $(printf 'red \033[31malert\007 \342\200\256evil' | base64)
END
verdict "somebody else writes a hostile note" $?
exits 0 "list with a hostile note" list
says "is harmless for a terminal" 'red \\x1b\[31malert\\x07 \\u\{202e\}evil' "$out"
make --expires 1s
poll=100
until "$invitectl" -c "$config" show "$token" | grep -q '^state *expired$' || [ $poll -eq 0 ]; do
    poll=$((poll - 1))
    sleep 0.1
done
redeems 1 "an expired invite is refused" ivan "$token" 'ivan has a password'
end=$(date -u -d '+2 seconds' +%Y-%m-%dT%H:%M:%SZ)
make --note overdue --expires 30d --account-expires "$end"
poll=100
until "$invitectl" -c "$config" show "$token" | grep -q '^state *expired$' || [ $poll -eq 0 ]; do
    poll=$((poll - 1))
    sleep 0.1
done
exits 1 "an invite whose account would be over is refused" check "$token"
redeems 1 "nobody registers with it" overdue "$token" 'overdue has a password'
exits 0 "show" show "$token"
says "the end that counts" "^expires +$end\$" "$out"
says "and why" '^because +the end of the account' "$out"
exits 0 "list --state expired" --json list --state expired
json "has it" '[r["why"] for r in rows if r["note"] == "overdue"] == ["the end of the account that it registers has passed"]'
exits 0 "list" --json list
json "which is not pending" 'not [r for r in rows if r["note"] == "overdue"]'
redeems 1 "the other is refused still" ivan "$token" 'ivan has a password'
exits 0 "list --state expired" --json list --state expired
json "has it" '[r["state"] for r in rows if r["note"] is None] == ["expired"]'

# ------------------------------------------------------------------------------ tree, remove

make --inviter frank
redeems 0 "frank invites" laura "$token" 'laura has a password'
make --inviter laura
redeems 0 "laura invites" mike "$token" 'mike has a password'
exits 0 "tree" tree
says "alice is a root" '^alice@example\.org' "$out"
says "bob stands below her" '^  bob@example\.org  [0-9T:Z-]+$' "$out"
exits 0 "tree of bob" tree bob
printf 'bob 0\nfrank 1\nlaura 2\nmike 3\n' >"$work/expected"
sed -E 's/^( *)([a-z]+)@example\.org .*/\1\2/' "$out" |
    awk '{ match($0, /^ */); print $1, RLENGTH / 2 }' | cmp -s - "$work/expected"
verdict "has those below him, each below its inviter" $?
exits 0 "tree --json" --json tree frank@example.org
json "its keys" 'all(list(r) == ["jid", "invitedBy", "created", "depth"] for r in rows)'
json "its content" '[(r["jid"], r["invitedBy"], r["depth"]) for r in rows] == [
    ("frank@example.org", "bob@example.org", 0), ("laura@example.org", "frank@example.org", 1),
    ("mike@example.org", "laura@example.org", 2)]'
exits 0 "tree of nobody" tree nobody-here
says_nothing "prints nothing" "$out"
says "says so" 'is the inviter of none' "$err"
exits 0 "an open invite by laura" --json create --inviter laura
exits 0 "remove" remove laura
says "says what" '^laura@example\.org removed: 1 open invite revoked, 2 contacts, 0 groups$' "$out"
[ "$(entries "$suffix" '(|(uid=laura)(xmppContactJid=laura@example.org))')" = 0 ]
verdict "account and contacts are gone" $?
exits 1 "remove again" remove laura
says "finds no account" 'laura@example.org has no account' "$err"
exits 1 "remove of somebody elsewhere" remove laura@elsewhere.example
exits 1 "remove --json of nobody" --json remove nobody-here
json "its keys" 'list(rows[0]) == ["result", "invite", "user", "domain", "why", "revoked", "contacts",
    "groups"] and rows[0]["result"] == "NO_ACCOUNT" and rows[0]["revoked"] == 0'
exits 0 "tree where an inviter is gone" --json tree
json "shows who is left below her name" '[(r["jid"], r["depth"]) for r in rows
    if r["jid"].split("@")[0] in ("laura", "mike")] ==
    [("laura@example.org", 0), ("mike@example.org", 1)] and
    len({r["jid"] for r in rows}) == len(rows)'
admin ldapmodify >"$out" 2>"$err" <<END
dn: uid=bob,ou=people,$suffix
changetype: modify
replace: xmppInvitedBy
xmppInvitedBy: frank@example.org
END
exits 0 "tree with a circle" --json tree
json "shows each once" 'len({r["jid"] for r in rows}) == len(rows) and
    {"bob@example.org", "frank@example.org"} <= {r["jid"] for r in rows}'

# ------------------------------------------------------------------------------ repair, purge

# uses_left NUMBER [CLAIM]: of the invite id, by hand
uses_left() {
    printf '%s\n' "dn: inviteId=$id,ou=invites,$suffix" "changetype: modify" \
        "replace: inviteUsesLeft" "inviteUsesLeft: $1" >"$work/change"
    [ $# -eq 1 ] || printf '%s\n' "-" "add: inviteClaim" "inviteClaim: $2" >>"$work/change"
    admin ldapmodify -f "$work/change" >"$out" 2>"$err"
}

# until_says PATTERN ARGUMENT...: invitectl again and again, at most ten seconds
until_says() {
    pattern=$1
    shift
    poll=100
    until "$invitectl" -c "$config" "$@" >"$out" 2>"$err"; grep -qE "$pattern" "$out" || [ $poll -eq 0 ]; do
        poll=$((poll - 1))
        sleep 0.1
    done
}

make --note 'a claim of nothing' --expires 2099-01-01T00:00:00Z
id=$("$invitectl" --json -c "$config" show "$token" | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/')
exits 0 "repair of a clean site" repair
says "says so" '^0 mended, 0 waiting, 0 left for you to decide$' "$out"
exits 0 "repair --json of a clean site" --json repair
says_nothing "prints nothing" "$out"
uses_left 0 'nina@example.org 00112233445566ff'
exits 0 "revoke while a use is under way" revoke "$id"
says "tells how many" '^1 use is under way:$' "$out"
says "and whose" '^nina@example.org$' "$out"
exits 0 "again, as an object" --json revoke "$id"
json "with its claims" 'rows[0]["claims"] == [{"jid": "nina@example.org"}]'
exits 0 "back" restore "$id"
exits 0 "repair of a young claim" repair
says "waits" "^waits +inviteId=$id,.*: the claim of nina@example.org is younger" "$out"
says "says so" '^0 mended, 1 waiting, 0 left for you to decide$' "$out"
admin ldapadd >"$out" 2>"$err" <<END
dn: inviteUser=nobodys,ou=invites,$suffix
objectClass: xmppNameReservation
inviteId: 1234567890123456789012345678901234567890
END
# The administrator's hand turns the clock back.
admin ldapmodify -e '!relax' >"$out" 2>"$err" <<END
dn: inviteId=$id,ou=invites,$suffix
changetype: modify
replace: modifyTimestamp
modifyTimestamp: 20200101000000Z

dn: inviteUser=nobodys,ou=invites,$suffix
changetype: modify
replace: modifyTimestamp
modifyTimestamp: 20200101000000Z
END
verdict "both are old now" $?
exits 0 "repair --dry-run" repair --dry-run
says "counts" '^2 to be mended, 0 waiting, 0 left for you to decide$' "$out"
says "repair --dry-run tells" "^to be freed +inviteId=$id," "$out"
exits 0 "repair --dry-run --json" --json repair --dry-run
json "its keys" 'all(list(r) == ["action", "domain", "dn", "what", "dryRun"] for r in rows)'
json "and content" '{r["action"] for r in rows} == {"freed", "removed"} and
    all(r["dryRun"] and r["domain"] == "example.org" for r in rows)'
exits 0 "repair" repair
says "frees" "^freed +inviteId=$id," "$out"
says "removes" '^removed +inviteUser=nobodys,' "$out"
exits 0 "repair again" repair
says "finds nothing" '^0 mended, 0 waiting, 0 left' "$out"
redeems 0 "the use is open again" nina "$token" 'nina has a password'
# Somebody left a group behind: a name that nobody has, and that nobody gets by chance.
admin ldapadd >"$out" 2>"$err" <<END
dn: cn=named,$suffix
objectClass: groupOfNames
member: uid=gone,ou=people,$suffix
member: uid=bob,ou=people,$suffix
END
verdict "a group outlives a member" $?
exits 1 "repair tells" repair
says "of the group and the name" "^left +cn=named,$suffix: member names gone, and no entry" "$out"
exits 1 "doctor finds it" doctor
says "and says what to do" 'no entry has the name gone, but cn=named' "$out"
exits 1 "no invite is made for it" create --user gone --print id
says "and why" "the group cn=named,$suffix names it" "$err"
exits 0 "unless it is to be inherited" create --user gone --inherit-groups --print id
exits 0 "which can be revoked" revoke "$(cat "$out")"
exits 1 "remove takes it out" remove gone
says "and says so" 'gone@example.org has no account; of that name: .*, 1 group$' "$out"
exits 0 "repair is content" repair
exits 0 "and an invite is made" create --user gone --print id
exits 0 "and revoked" revoke "$(cat "$out")"
admin ldapdelete "cn=named,$suffix" >"$out" 2>"$err"
verdict "the group goes" $?
uses_left 1
exits 1 "repair leaves what it may not decide" repair
says "tells" "^left +inviteId=$id,.*do not make the 1 it was made for" "$out"
exits 1 "repair --dry-run too" --json repair --dry-run
json "as an object" '[r["action"] for r in rows] == ["left"]'
uses_left 0
before=$(entries "ou=invites,$suffix" '(objectClass=xmppInvite)')
exits 0 "purge of what is not old" purge --older-than 90d
says "deletes nothing" '^0 deleted$' "$out"
until_says "$id" purge --older-than 1s --dry-run
says "purge --dry-run" "^to be removed +inviteId=$id,.*: used$" "$out"
[ "$(entries "ou=invites,$suffix" '(objectClass=xmppInvite)')" = "$before" ]
verdict "deletes nothing" $?
exits 0 "purge" --json purge --older-than 1s
json "names what it deletes" 'any(r["dn"].startswith("inviteId='"$id"'") and r["action"] == "removed" and
    r["what"] == "used" for r in rows)'
exits 1 "they are gone" show "$id"
exits 0 "list of all" --json list --state all
json "but only they" 'rows and all(r["state"] == "pending" for r in rows)'

make --note 'after the purge'

# A key that is retired while invites still need it.
cp "$site/token.keys" "$work/both.keys"
cp "$work/first.keys" "$site/token.keys"
exits 4 "init does not forget a recorded key by itself" init
says "says what to do" 'if the key was retired on every host' "$err"
fingerprint=$(admin ldapsearch -LLL -s base -b "ou=invites,$suffix" inviteKeyFingerprint |
    sed -n 's/^inviteKeyFingerprint: \(2 .*\)/\1/p')
admin ldapmodify >"$out" 2>"$err" <<END
dn: ou=invites,$suffix
changetype: modify
delete: inviteKeyFingerprint
inviteKeyFingerprint: $fingerprint
END
verdict "the key is retired" $?
exits 1 "doctor counts the invites that need it" doctor
says "says so" 'finding +retired keys .*open invites were made with keys' "$out"
exits 4 "init too" init
cp "$work/both.keys" "$site/token.keys"
exits 0 "with the key again all is well" init
exits 0 "doctor agrees" doctor

# ------------------------------------------------------------------- several domains, no directory

sed 's/^\[domain example.org\]/[domain example.net]/; s/ou=invites/ou=invites2/; s/ou=rosters/ou=rosters2/; s/ou=people/ou=people2/; /^\[agent\]/,$d' \
    "$config" | sed -n '/^\[domain/,$p' >"$work/second-domain"
cat "$config" "$work/second-domain" >"$work/two.conf"
config=$work/two.conf
exits 4 "which of two domains?" list
says "-d tells" 'say which one with -d' "$err"
exits 0 "-d" -d example.org list
exits 0 "a token knows its own" show "$token"
exits 0 "so does a JID" roster alice@example.org
config=$first_config

# A list may take minutes; that nobody answers is told at once.
kill -STOP "$(cat "$site/slapd.pid")"
for each in list tree "roster bob" "remove bob" repair "purge --older-than 1d" create doctor; do
    # shellcheck disable=SC2086 # words
    timeout 20 "$invitectl" -c "$config" $each >"$out" 2>"$err"
    status=$?
    says "frozen: $each" 'no answer in time' "$err"
    verdict "ends with 3" $((status != 3))
done
kill -CONT "$(cat "$site/slapd.pid")"

# A run that takes long tells people how far it is, from its first second on, and only at a terminal.
# takes_long DESCRIPTION ARGUMENT...: invitectl at a terminal, its output in a file; the directory
# rests for its first 3 seconds
takes_long() {
    description=$1
    shift
    kill -STOP "$(cat "$site/slapd.pid")"
    rm -f "$work/pid"
    # shellcheck disable=SC2016 # for the inner shell
    python3 "$top/tests/support/terminal.py" "$out" -- sh -c 'echo $$ >"$1"; shift; exec "$@" >"$0"' \
        "$work/printed" "$work/pid" "$invitectl" -c "$work/patient.conf" "$@" 2>"$err" &
    poll=100
    until [ -s "$work/pid" ] || [ $poll -eq 0 ]; do
        poll=$((poll - 1))
        sleep 0.1
    done
    sleep 3
    kill -CONT "$(cat "$site/slapd.pid")"
    wait $!
    verdict "$description" $?
}
(umask 077 && sed -e 's/^timeout = .*/timeout = 20s/' -e 's/^claim_grace = .*/claim_grace = 20m/' \
    "$config" >"$work/patient.conf")
takes_long "a long create" create --count 3
says "says how many there are" 'invites: [1-3] of 3' "$out"
verdict "and prints them" $(($(grep -cE '^xmpp:example.org\?register;preauth=[A-Za-z0-9_-]{32}$' "$work/printed") != 3))
takes_long "a long repair" repair --dry-run
says "says what it looks at" '[a-z ]+(\.\.\.|: [0-9]+ of [0-9]+)' "$out"
takes_long "a long purge" purge --dry-run --older-than 900d
says "says how far it is" 'invites: [0-9]+( of [0-9]+)?' "$out"
[ "$(cat "$err")" = "$(grep "each of these invites ends at" "$err")" ]
verdict "nothing is said but when they end" $?
says_nothing "nothing is said" "$err"

"$top/scripts/private-slapd" stop "$site"
exits 3 "the directory is down" list
exits 3 "for create too" create
exits 3 "and doctor" doctor
exits 3 "and repair" repair
exits 3 "and purge" purge --older-than 1d
exits 3 "and tree" tree
exits 3 "and remove" remove bob
redeems 3 "and redeem" kim "$token" 'kim has a password'

echo "1..$number"
