#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# config-examples/389ds in a real 389 Directory Server: the schema, every rule of access, the order of
# indexes, and what init and doctor say of it, also when something is missing.
set -u

server=389ds
# shellcheck source=../support/directory.sh
. "${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/support/directory.sh"

# with KEY VALUE: a copy of the configuration with this key
with() {
    (umask 077 && sed "s|^$1 *=.*|$1 = $2|" "$site/invitegate.conf" >"$work/other.conf")
    config=$work/other.conf
}

site_entries >"$work/site.ldif"
start --conf --extra-ldif "$work/site.ldif"

# ------------------------------------------------------------------------------------- the schema

# What the server understood is what the files say, definition by definition.
definitions() {
    sed -n "s/^[a-z]*: *( *\(2\.25\.3275[0-9.]*\|1\.3\.6\.1\.4\.1\.4203\.1\.3\.4\|1\.3\.6\.1\.4\.1\.4203\.1\.4\.7\) NAME '\([A-Za-z]*\)'.*/\1 \2/Ip" | sort
}
as anonymous ldapsearch -LLL -o ldif-wrap=no -b cn=schema -s base attributeTypes objectClasses 2>"$err" |
    definitions >"$work/understood"
for name in invitegate authpassword; do
    "$top/schema/generate" 389ds $name "$top/schema/$name.schema"
done | awk '/^ / { printf "%s", substr($0, 2); next } { printf "%s%s", (NR > 1 ? "\n" : ""), $0 } END { print "" }' |
    definitions >"$work/written"
diff "$work/understood" "$work/written" >"$out" 2>"$err"
verdict "the server knows each definition of the schema" $?
[ "$(wc -l <"$work/written")" -eq 50 ]
verdict "of which there are 50" $?
grep -E ' - ERR - ' "$site/log/errors" >"$out"
[ ! -s "$out" ]
verdict "and it logged no error" $?

# ------------------------------------------------------------------------------------- invites

invites=ou=invites,$suffix
invite $id 2 | sed '$a inviteUser: Bob' | allowed "the identity creates an invite" gate
allowed "and a reservation" gate <<END
dn: inviteUser=bob,$invites
changetype: add
objectClass: xmppNameReservation
inviteUser: bob
inviteId: $id
END
writes 68 "a name is reserved once, without case" gate <<END
dn: inviteUser=BOB,$invites
changetype: add
objectClass: xmppNameReservation
inviteUser: BOB
inviteId: $zeros
END
claim 2 1 "bob@example.org 00aa" | allowed "a use is claimed by the exact count" gate
claim 2 1 "eve@example.org 00bb" | writes 16 "once" gate
claim 1 0 "bob@example.org 00cc" | allowed "the second use too" gate
change "inviteId=$id,ou=invites" delete inviteClaim "bob@example.org 00AA" |
    writes 16 "claims compare with case" gate
for term in "inviteExpires 20400101000000Z" "inviteUses 9" "inviteUser carl" "inviteType reset" "description x"; do
    change "inviteId=$id,ou=invites" replace "${term% *}" "${term#* }" | denied "the terms stay: ${term% *}" gate
done
change "inviteId=$id,ou=invites" add objectClass extensibleObject | denied "and the class" gate
delete "inviteId=$id,ou=invites" | denied "an invite with a standing claim is not deleted" gate
change "inviteId=$id,ou=invites" replace inviteUsedBy "bob@example.org 20300101000000Z 00aa" |
    allowed "a use is finished" gate
change "inviteId=$id,ou=invites" delete inviteClaim | allowed "its claims go" gate
invite ${id%a}b 1 | allowed "another invite" gate
delete "inviteId=${id%a}b,ou=invites" | denied "an open invite is not deleted" gate
change "inviteId=${id%a}b,ou=invites" replace inviteUsesLeft -2 | allowed "it is revoked" gate
delete "inviteId=${id%a}b,ou=invites" | allowed "and then deleted" gate
invite ${id%a}e 1 | sed '/^inviteTerms:/d' | allowed "an invite as older releases made them" gate
change "inviteId=${id%a}e,ou=invites" add inviteUser bob | denied "its terms stay" gate
change "inviteId=${id%a}e,ou=invites" add inviteTerms none | allowed "which are named" gate
change "inviteId=${id%a}e,ou=invites" add inviteTerms inviteUser | denied "once" gate
change "inviteId=${id%a}e,ou=invites" delete inviteTerms | denied "and for good" gate
delete "inviteId=${id%a}e,ou=invites" | allowed "an admin removes it" admin
change "inviteUser=bob,ou=invites" replace inviteId $zeros | allowed "a reservation changes hands" gate
delete "inviteUser=bob,ou=invites" | allowed "and goes" gate
denied "nothing else is added below the invites" gate <<END
dn: ou=more,$invites
changetype: add
objectClass: organizationalUnit
ou: more
END
invite ${id%a}c 1 | sed '/^objectClass/a objectClass: extensibleObject' | denied "nor an invite of more classes" gate
invite ${id%a}c 1 | sed '$a aci: (targetattr = "*")(version 3.0; acl "x"; allow (all) userdn = "ldap:///all";)' |
    denied "nor one with rules of its own" gate
change ou=invites replace inviteClock 20300101000000Z | allowed "the clock is touched" gate
change ou=invites add inviteKeyFingerprint "1 00112233445566778899aabbccddeeff" | allowed "a fingerprint is recorded" gate
change ou=invites replace inviteKeyFingerprint | allowed "and forgotten" gate
for record in "invitePasswordDates change" "inviteProvider 1" "inviteSoleContainer TRUE"; do
    change ou=invites replace "${record% *}" "${record#* }" | allowed "init records ${record% *}" gate
    change ou=invites replace "${record% *}" | allowed "and forgets it" gate
done
change ou=invites replace description x | denied "nothing else on the container" gate
change ou=invites replace aci | denied "nor its rules" gate
delete ou=invites | denied "the container stays" gate
shows "$id|" "the identity reads an invite" gate "$invites" "(inviteId=$id)" inviteId
for attribute in createTimestamp modifyTimestamp; do
    names 1 "and its $attribute" gate "$invites" "(&(inviteId=$id)($attribute=*))"
done
for who in carl anonymous; do
    names 0 "$who sees no invite" "$who" "$suffix" "(objectClass=xmppInvite)"
    names 0 "$who cannot name one" "$who" "inviteId=$id,$invites" "(objectClass=*)"
    names 0 "$who does not find it by what the server writes" "$who" "$suffix" "(&(modifyTimestamp=*)(inviteId=*))"
    names 0 "$who does not count them" "$who" "$invites" "(createTimestamp=*)"
    names 0 "$who does not see what init recorded" "$who" "$suffix" "(invitePasswordForm=*)"
    claim 0 1 "carl@example.org 00dd" | denied "$who cannot change one" "$who"
    invite ${id%a}c 1 | denied "$who cannot create one" "$who"
done

# ------------------------------------------------------------------------ order, and the indexes

number=0
while [ $number -lt 10 ]; do
    number=$((number + 1))
    invite "$(printf %040x $number)" $((1 - 2 * (number % 2))) |
        sed "s/^inviteExpires.*/inviteExpires: $((2000 + number))0101000000Z/"
    echo
done | as gate ldapadd >"$out" 2>"$err"
verdict "ten invites" $?
change "inviteId=$id,ou=invites" replace inviteUsesLeft 10 | allowed "and one of ten uses" gate
names 5 "negative counts are ordered" gate "$invites" "(inviteUsesLeft<=-1)"
names 1 "ten is more than nine" gate "$invites" "(inviteUsesLeft>=9)"
names 6 "times are ordered" gate "$invites" "(inviteExpires<=20060701000000Z)"
names 11 "so are the server's" gate "$invites" "(&(objectClass=xmppInvite)(modifyTimestamp>=20260101000000Z))"
names 0 "to the future" gate "$invites" "(&(objectClass=xmppInvite)(modifyTimestamp>=20990101000000Z))"
names 1 "ids compare without case" gate "$invites" "(inviteId=$(echo $id | tr a-f A-F))"
names 1 "uses are found by their JID" gate "$invites" "(inviteUsedBy=bob@example.org *)"
cat >"$work/searches" <<END
$suffix (|(uid=carl)(xmppJid=carl@example.org))
$suffix (&(inviteId=$id)(xmppJid=carl@example.org)(objectClass=xmppAccount))
ou=people,$suffix (xmppInvitedBy=carl@example.org)
ou=people,$suffix (xmppAccountExpires<=20200101000000Z)
$invites (inviteInviter=carl@example.org)
$invites (inviteUser=carl)
$invites (inviteExpires<=20060701000000Z)
$invites (inviteUsesLeft<=-1)
$invites (inviteClaim=*)
ou=rosters,$suffix (xmppContactJid=carl@example.org)
ou=rosters,$suffix (rosterMember=carl)
ou=rosters,$suffix (modifyTimestamp>=20990101000000Z)
END
while read -r base filter; do
    as gate ldapsearch -LLL -b "$base" "$filter" 1.1 </dev/null >/dev/null 2>"$err"
done <"$work/searches"

# ------------------------------------------------------------------------------------- accounts

account bob | allowed "the identity adds an account" gate
account bob | writes 68 "once" gate
account eve | sed '/^inviteId:/d' | denied "not without an invite" gate
account eve | sed '/^xmppJid:/d' | writes "50 65" "not without a JID" gate
for line in "objectClass: posixAccount\nuidNumber: 0\ngidNumber: 0\nhomeDirectory: /" \
    "objectClass: extensibleObject" "objectClass: nsRoleDefinition" "nsRoleDN: cn=admins,$suffix" "passwordPolicySubentry: cn=lax,$suffix" \
    'aci: (targetattr = "*")(version 3.0; acl "x"; allow (all) userdn = "ldap:///all";)'; do
    account eve | sed "\$a $line" | denied "not with ${line%%\\n*}" gate
done
account eve | sed 's/ou=people/ou=groups/' | denied "not elsewhere" gate
account eve | sed 's/^userPassword: .*/userPassword: short/' | writes 19 "not with a password the policy refuses" gate
account eve | sed 's/^userPassword: .*/userPassword: {SSHA}BywgwTYa6wol1bOT14692VQaz\/FtYm5jbFlDVw==/' |
    writes 19 "nor with one that is hashed already" gate
denied "nothing but accounts is added below people" gate <<END
dn: ou=more,ou=people,$suffix
changetype: add
objectClass: organizationalUnit
ou: more
END
as admin ldapsearch -LLL -o ldif-wrap=no -b "uid=bob,ou=people,$suffix" userPassword 2>"$err" |
    sed -n 's/^userPassword:: //p' | base64 -d >"$out"
says "the directory hashed the password" '^\{SSHA\}' "$out"
as bob ldapwhoami >"$out" 2>"$err"
verdict "bob logs in" $?
shows "bob@example.org|" "a name is found by JID" gate "$suffix" "(|(uid=nobody)(xmppJid=BOB@example.org))" xmppJid
shows "carl|" "a holder without an XMPP account is found too" gate "$suffix" "(|(uid=carl)(xmppJid=carl@example.org))" uid
shows "0011223344556677|" "its attempt is read" gate "$suffix" "(uid=bob)" inviteNonce
names 1 "and when it was made" gate "$suffix" "(&(uid=bob)(createTimestamp=*))"
change "uid=bob,ou=people" replace nsAccountLock TRUE | allowed "an admin locks bob" admin
shows "TRUE|" "which is read" gate "$suffix" "(uid=bob)" nsAccountLock
change "uid=bob,ou=people" delete nsAccountLock | allowed "and unlocks" admin
for name in bob carl dora; do
    for attribute in userPassword authPassword; do
        shows "" "$attribute of $name is not read" gate "$suffix" "(uid=$name)" $attribute
    done
    names 0 "nor authPassword of $name searched" gate "$suffix" "(&(uid=$name)(authPassword=*))"
done
# SCRAM verifiers count only beside a userPassword that is there.
for name in bob dora; do
    names 1 "whether $name has a password is seen" gate "$suffix" "(&(uid=$name)(userPassword=*))"
done
names 0 "but not of one who is no account" gate "$suffix" "(&(uid=carl)(userPassword=*))"
account tmp | sed "s/^inviteId: .*/inviteId: $zeros/" | allowed "init adds a throwaway account" gate
names 1 "and reads back its password" gate "$suffix" "(&(uid=tmp)(userPassword=*)(authPassword=*))"
names 0 "which others do not" carl "$suffix" "(|(&(uid=tmp)(userPassword=*))(&(uid=tmp)(authPassword=*)))"
delete "uid=tmp,ou=people" | allowed "and deletes it" gate

change "uid=dora,ou=people" add objectClass simpleSecurityObject | allowed "an admin gives dora a class" admin
change "uid=dora,ou=people" delete objectClass simpleSecurityObject | denied "the identity does not take it" gate
change "uid=dora,ou=people" delete objectClass simpleSecurityObject | allowed "the admin does" admin
for line in "replace xmppJid eve@example.org" "replace inviteId $zeros" "replace cn eve" "replace uid eve" \
    "delete objectClass xmppAccount" "add objectClass posixAccount" "replace nsAccountLock TRUE" "replace mail x@example.org"; do
    # shellcheck disable=SC2086
    change "uid=bob,ou=people" $line | denied "an account stays: $line" gate
done
change "uid=carl,ou=people" add objectClass xmppAccount | denied "other entries are not made accounts" gate
change "uid=carl,ou=people" add objectClass authPasswordObject | denied "nor marked" gate
change "uid=carl,ou=people" replace userPassword "password of eve" | denied "nor given passwords" gate
delete "uid=carl,ou=people" | denied "nor deleted" gate
delete "uid=dora,ou=people" | denied "even if they are XMPP accounts" gate

reset "short" | writes 19 "a reset obeys the policy" gate
reset "Password of dora" | allowed "a reset replaces the verifiers" gate
reset "password of dora" | sed '/^add: objectClass/,/^-/d' | allowed "and can be repeated" gate
change "uid=dora,ou=people" delete authPassword | allowed "verifiers are removed" gate
as dora ldapwhoami >"$out" 2>"$err"
verdict "dora logs in" $?

names 1 "and the server has noted when they changed" gate "$suffix" "(&(uid=dora)(pwdUpdateTime=*))"
shows "bob|" "users see each other" carl "$suffix" "(uid=bob)" cn
for attribute in inviteId inviteNonce xmppInvitedBy xmppAccountExpires authPassword userPassword; do
    shows "" "but not $attribute" carl "$suffix" "(uid=bob)" $attribute
done
shows "alice@example.org|" "bob sees who invited him" bob "$suffix" "(uid=bob)" xmppInvitedBy
shows "" "bob does not see his verifiers" bob "$suffix" "(uid=bob)" authPassword

# Where the site lets people write their own entries they stay who they are: what another could be
# found by, what an invite gave them, and what an admin decided. The rule stays for what comes.
change ou=people add aci '(targetattr != "aci")(version 3.0; acl "site: own entry"; allow (write) userdn = "ldap:///self";)' |
    allowed "the site lets people write their own entries" admin
change "uid=bob,ou=people" replace description "fond of kettles" | allowed "bob describes himself" bob
change "uid=bob,ou=people" replace mail bob@elsewhere.example | allowed "and changes his address" bob
for line in "add uid dora" "replace uid dora" "replace xmppJid dora@example.org" "replace inviteId $zeros" \
    "delete inviteId" "replace inviteNonce 7766554433221100" "replace xmppInvitedBy carl@example.org" \
    "delete xmppAccountExpires" "delete authPassword" "replace authPassword SCRAM-SHA-1\$1:YQ==\$YQ==:YQ==" \
    "replace nsAccountLock FALSE"; do
    # shellcheck disable=SC2086
    change "uid=bob,ou=people" $line | denied "but not: $line" bob
done
for rdn in "uid=eve 0" "cn=bob 1"; do
    printf 'dn: uid=bob,ou=people,%s\nchangetype: modrdn\nnewrdn: %s\ndeleteoldrdn: %s\n' "$suffix" "${rdn% *}" "${rdn#* }" |
        denied "nor does he become ${rdn% *}" bob
done
change "uid=carl,ou=people" add uid dora | denied "carl, who has no account, gives himself no second name" carl
denied "nor makes himself an account with another's address" carl <<END
dn: uid=carl,ou=people,$suffix
changetype: modify
add: objectClass
objectClass: xmppAccount
-
add: xmppJid
xmppJid: dora@example.org
END
shows "dora|" "who has dora's name is dora" gate "$suffix" "(|(uid=dora)(xmppJid=dora@example.org))" uid
change "uid=bob,ou=people" replace userPassword "Password of bob" | allowed "bob sets his own password" bob
change "uid=bob,ou=people" replace userPassword "password of bob" | allowed "and the identity resets it" gate
change "uid=bob,ou=people" delete inviteNonce 7766554433221100 | writes 16 "only the attempt that made an account" gate
change "uid=bob,ou=people" delete inviteNonce 0011223344556677 | allowed "takes its mark away" gate

# -------------------------------------------------------------------------- rosters and groups

pairs=bbdaffa18baf98a76157b906b0bbd2ca2ec47653
pair $pairs | allowed "the identity adds a pair" gate
pair $pairs | writes 68 "once" gate
change "rosterPairId=$pairs,ou=rosters" replace rosterGroup friends | allowed "changes it" gate
change "rosterPairId=$pairs,ou=rosters" replace inviteId $zeros | allowed "gives it to another invite" gate
shows "friends|" "alice's roster is one search" gate "ou=rosters,$suffix" "(xmppContactJid=Alice@example.org)" rosterGroup
shows "" "roster groups compare with case" gate "ou=rosters,$suffix" "(rosterGroup=Friends)" rosterGroup
for who in carl bob anonymous; do
    names 0 "$who sees no pair" "$who" "ou=rosters,$suffix" "(objectClass=*)"
    change "rosterPairId=$pairs,ou=rosters" replace rosterGroup x | denied "$who cannot change one" "$who"
done
delete "rosterPairId=$pairs,ou=rosters" | allowed "the identity deletes a pair" gate
delete ou=rosters | denied "the container stays" gate
denied "nothing else is added below the rosters" gate <<END
dn: ou=more,ou=rosters,$suffix
changetype: add
objectClass: organizationalUnit
ou: more
END
change cn=staff,ou=groups add member "uid=bob,ou=people,$suffix" | allowed "bob joins a group" gate
change cn=staff,ou=groups delete member "uid=bob,ou=people,$suffix" | allowed "and leaves it" gate
change cn=staff,ou=groups delete member "uid=bob,ou=people,$suffix" | writes 16 "once" gate
change cn=staff,ou=groups replace description x | denied "a group is not changed otherwise" gate
delete cn=staff,ou=groups | denied "nor deleted" gate
change cn=invitegate,ou=services replace nsSizeLimit 9999 | denied "the identity does not raise its own limits" gate
printf 'dn: cn=config\nchangetype: modify\nreplace: passwordMinLength\npasswordMinLength: 2\n' |
    denied "nor touch the policy" gate
delete "uid=bob,ou=people" | allowed "it deletes an account it made" gate

# The log is whole when the server has ended. notes= stands where an index was missing.
stop
while read -r base filter; do
    awk -v base="base=\"$base\"" -v filter="filter=\"$filter\"" '
        / SRCH / && index($0, base) && index($0, filter) { asked[$3 $4] = 1; found = 1 }
        / RESULT / && asked[$3 $4] && /notes=[AUF]/ { print; bad = 1 }
        END { exit bad || !found }' "$site"/log/access* >"$out" 2>"$err" </dev/null
    verdict "an index answers $filter" $?
done <"$work/searches"
start --conf

# --------------------------------------------------------------------------------- init, doctor

exits 0 "init" init
says "the directory hashes" '^ok +hashing .*, as \{SSHA\}' "$out"
says "a change of a password elsewhere is seen" '^ok +ppolicy' "$out"
says "the indexes are there" '^ok +indexes' "$out"
# the servers of tests hash by what is quick, which is a note
grep -vE '^(ok|RESULT) |^note +hashing .*one round|> OpenLDAP: password-hash' "$out" >"$work/rest"
[ ! -s "$work/rest" ]
verdict "and no row is anything but fine" $?
as admin ldapsearch -LLL -s base -b "$invites" invitePasswordDates >"$out" 2>"$err"
says "how passwords are dated is recorded" '^invitePasswordDates: change$' "$out"
exits 0 "doctor is content" doctor
names 0 "nothing is left behind" admin "$suffix" "(|(cn=p*-*)(inviteId=$zeros))"

# A plug-in of the server refuses an address that somebody else has: result 19, which is no policy's.
as admin ldapmodify >"$out" 2>"$err" <<END
dn: cn=config
changetype: modify
replace: nsslapd-dynamic-plugins
nsslapd-dynamic-plugins: on

dn: cn=unique addresses,cn=plugins,cn=config
changetype: add
objectClass: nsSlapdPlugin
objectClass: extensibleObject
cn: unique addresses
nsslapd-pluginPath: libattr-unique-plugin
nsslapd-pluginInitfunc: NSUniqueAttr_Init
nsslapd-pluginType: betxnpreoperation
nsslapd-pluginEnabled: on
nsslapd-pluginId: NSUniqueAttr
nsslapd-pluginVersion: none
nsslapd-pluginVendor: none
nsslapd-pluginDescription: none
nsslapd-plugin-depends-on-type: database
uniqueness-attribute-name: mail
uniqueness-subtrees: $suffix
END
verdict "the server wants addresses to be unique" $?
change "uid=carl,ou=people" add mail fred@example.org | allowed "carl has the address of fred" admin
exits 0 "an invite" create --print token
token=$(cat "$out")
redeem() {
    printf '%s\nSeventeen-green-kettles!\n' "$token" | "$invitectl" -c "$config" redeem --user "$1" - >"$out" 2>"$err"
}
status=0
redeem fred || status=$?
[ $status -eq 1 ]
verdict "fred cannot be registered" $?
says "because carl has its address" "the name is taken: uid=carl,ou=people,$suffix has a value" "$err"
exits 0 "the use is given back" check "$token"
redeem greg
verdict "greg is registered with it" $?
delete "uid=greg,ou=people" | allowed "and goes" gate
printf 'dn: cn=unique addresses,cn=plugins,cn=config\nchangetype: modify\nreplace: nsslapd-pluginEnabled\nnsslapd-pluginEnabled: off\n' |
    as admin ldapmodify >/dev/null 2>"$err"

with password_verifiers "crypt"
exits 4 "init refuses passwords that are hashed here" init
says "because the directory wants to" 'wants clear passwords.*password_verifiers = server' "$out"
with bind_dn "cn=admin,$suffix"
sed -i "s|^bind_password_file.*|bind_password_file = $site/admin.password|" "$config"
exits 1 "doctor does not want Directory Manager for an identity" doctor
says "because nothing holds it" '^finding +narrowness' "$out"
config=$site/invitegate.conf

# spoil DESCRIPTION PATTERN: doctor finds what the LDIF on standard input, as Directory Manager, brought
spoil() {
    as admin ldapmodify >"$out" 2>"$err" || verdict "$1: the change" 1
    exits 1 "doctor: $1" doctor
    says "$1: says so" "$2" "$out"
}
# The rule of this name on an entry, taken out or put back
rule() { # KIND ENTRY NAME
    sed -n "/^dn: $2,/,/^\$/p" "$top/config-examples/389ds/invitegate-aci.ldif" |
        awk '/^ / { printf "%s", substr($0, 2); next } { printf "%s%s", (NR > 1 ? "\n" : ""), $0 } END { print "" }' |
        grep "^aci: .*acl \"$3\"" >"$work/rule"
    [ "$(wc -l <"$work/rule")" -eq 1 ] || echo "Bail out! no rule $3" >&2
    printf 'dn: %s,%s\nchangetype: modify\n%s: aci\n%s\n' "$2" "$suffix" "$1" "$(cat "$work/rule")"
}
restore() {
    rule add "$@" | as admin ldapmodify >/dev/null 2>"$err"
}
rule delete ou=invites "invitegate: nobody else sees invites" |
    spoil "invites are shown" 'an ordinary account can read an invite'
restore ou=invites "invitegate: nobody else sees invites"
rule delete ou=rosters "invitegate: nobody else sees rosters" |
    spoil "contacts are shown" 'an ordinary account can read a pair'
restore ou=rosters "invitegate: nobody else sees rosters"
rule delete ou=people "invitegate: nobody reads verifiers" |
    spoil "verifiers are shown" 'an ordinary account can read authPassword'
restore ou=people "invitegate: nobody reads verifiers"
rule delete ou=people "invitegate: add accounts" |
    spoil "no account may be added" "'userPassword' attribute"
restore ou=people "invitegate: add accounts"
rule delete ou=invites "invitegate: claim and finish uses" |
    spoil "no use may be claimed" 'cannot claim an invite'
restore ou=invites "invitegate: claim and finish uses"
spoil "an index is missing" 'xmppJid has no index' <<END
dn: cn=xmppJid,cn=index,cn=userRoot,cn=ldbm database,cn=plugins,cn=config
changetype: delete
END
sed -n '/^dn: cn=xmppJid,/,/^$/p' "$top/config-examples/389ds/invitegate-config.ldif" |
    as admin ldapmodify >/dev/null 2>"$err"
spoil "changes are not tracked" 'pwdChangedTime is not to be seen' <<END
dn: cn=config
changetype: modify
replace: passwordTrackUpdateTime
passwordTrackUpdateTime: off
END
printf 'dn: cn=config\nchangetype: modify\nreplace: passwordTrackUpdateTime\npasswordTrackUpdateTime: on\n' |
    as admin ldapmodify >/dev/null 2>"$err"
exits 0 "doctor is content again" doctor

# A server without anything of ours.
stop
site=$work/bare
start --conf --bare
config=$site/invitegate.conf
exits 4 "init in front of a server without invitegate" init
says "names what is missing" 'does not exist|refused|answered' "$err"
stop
plan
