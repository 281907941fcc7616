#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The schema in its three forms, its matching, and every rule of access of the slapd examples, in a
# real slapd that runs these files.
set -u

server=slapd
# shellcheck source=../support/directory.sh
. "${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/support/directory.sh"
slapd=$(PATH=$PATH:/usr/sbin command -v slapd)
end() {
    [ ! -e "$work/bare/slapd.pid" ] || kill "$(cat "$work/bare/slapd.pid")" 2>/dev/null
    cleanup
}
trap end EXIT

# More than a search may give, and a group of names.
more_entries() {
    cat <<END

dn: cn=shell,ou=groups,$suffix
objectClass: posixGroup
cn: shell
gidNumber: 5000

dn: cn=far,$suffix
objectClass: groupOfNames
cn: far
member: uid=alice,ou=people,$suffix
member: uid=bob,ou=people,$suffix

END
    number=0
    while [ $number -lt 510 ]; do
        number=$((number + 1))
        invite "$(printf %040x $number)" $((1 - 2 * (number % 2))) 0 "20$((10 + number % 80))0101000000Z" |
            sed '/^changetype/d'
        echo
    done
}

{ site_entries && more_entries; } >"$work/site.ldif"
start --extra-ldif "$work/site.ldif"

# --------------------------------------------------------------------------- the forms of the schema

for form in "config invitegate invitegate" "config authpassword authpassword" \
    "389ds invitegate 99invitegate" "389ds authpassword 98authpassword"; do
    # shellcheck disable=SC2086
    set -- $form
    "$top/schema/generate" "$1" "$2" "$top/schema/$2.schema" >"$work/$3.ldif"
    file=$top/schema/$3.ldif
    [ -e "$built/schema/$3.ldif" ] && file=$built/schema/$3.ldif
    report "$3.ldif is what its source gives" cmp "$work/$3.ldif" "$file"
    report "no line of $3.ldif is long or ends with a space" test -z "$(grep -E '^.{77}| $' "$work/$3.ldif" | grep -v '^#')"
done

minimal_config() { # FOLDER
    mkdir -p "$1"
    "$slapd" -Tadd -n 0 -F "$1" -l /dev/stdin <<END
dn: cn=config
objectClass: olcGlobal
cn: config

dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

$(sed '/^#/d' /etc/ldap/schema/core.ldif)
END
}
# 389 DS's form turned into slapd's, so that a real parser judges it
from_389ds() {
    sed "s/^dn: cn=schema/dn: cn=$1,cn=schema,cn=config/; s/^cn: schema/cn: $1/; /^objectClass: [ls]/d
        s/^objectClass: top/objectClass: olcSchemaConfig/
        s/^attributeTypes:/olcAttributeTypes:/; s/^objectClasses:/olcObjectClasses:/"
}
report "a minimal cn=config with core alone" minimal_config "$work/config"
for name in invitegate authpassword; do
    report "$name.ldif loads into cn=config" "$slapd" -Tadd -n 0 -F "$work/config" -l "$work/$name.ldif"
done
minimal_config "$work/config389" >/dev/null 2>&1
for name in 99invitegate 98authpassword; do
    from_389ds "${name#9?}" <"$work/$name.ldif" >"$work/from389.ldif"
    report "$name.ldif has the same grammar" "$slapd" -Tadd -n 0 -F "$work/config389" -l "$work/from389.ldif"
done

# What the running slapd understood of the .schema form is what the LDIF says, definition by definition.
definitions() {
    sed -n "s/^[a-z]*: *\(( 2\.25\.3275[0-9]*\.[12]\.[0-9]* .*\)/\1/Ip" | sed "s/ X-ORIGIN 'invitegate'//" | sort
}
as gate ldapsearch -LLL -o ldif-wrap=no -b cn=Subschema -s base attributeTypes objectClasses |
    definitions >"$work/understood"
awk '/^ / { printf "%s", substr($0, 2); next } { printf "%s%s", (NR > 1 ? "\n" : ""), $0 } END { print "" }' \
    "$work/99invitegate.ldif" | definitions >"$work/written"
report "slapd understood 48 definitions" test "$(wc -l <"$work/understood")" -eq 48
report "and they are those of the LDIF" diff "$work/understood" "$work/written"
report "slapd.conf passes slaptest" "$slapd" -Ttest -f "$site/slapd.conf"

# The manual names each attribute, class and index, and no other.
sed -n "s/.* NAME '\([A-Za-z]*\)'.*/\1/p" "$top/schema/invitegate.schema" "$top/schema/authpassword.schema" |
    sort -u >"$work/defined"
sed -n 's/^\.\(Ss\|It Li\|Li\) \(\(invite\|xmpp\|roster\|authP\)[A-Za-z]*\).*/\2/p' "$top/man/invitegate-schema.5" |
    sort -u >"$work/documented"
report "the manual has every name" diff "$work/defined" "$work/documented"
sed -n 's/^index \([A-Za-z]*\) .*/\1/p' "$top/config-examples/slapd/invitegate-index.conf" | sort >"$work/indexed"
sed '/^\.Po$/,/^\.Pc/d' "$top/man/invitegate-schema.5" | # what only 389 Directory Server needs
    sed -n '/^\.Sh INDEXES/,/^\.Sh ACCESS/s/^\.Li \([A-Za-z]*\).*/\1/p' | sort >"$work/documented"
report "and every index" diff "$work/indexed" "$work/documented"

# ------------------------------------------------------------------ slapd.conf and its cn=config form

config=$top/config-examples/slapd/invitegate-config.ldif
[ -e "$built/config-examples/slapd/invitegate-config.ldif" ] && config=$built/config-examples/slapd/invitegate-config.ldif
"$top/config-examples/slapd/generate" "$top/config-examples/slapd" >"$work/invitegate-config.ldif"
report "invitegate-config.ldif is what its sources give" cmp "$work/invitegate-config.ldif" "$config"

# A site without invitegate that keeps its configuration in cn=config, with Debian's indexes.
mkdir "$work/bare" "$work/bare/config" "$work/bare/db" "$work/whole"
identity=gidNumber=$(id -g)+uidNumber=$(id -u),cn=peercred,cn=external,cn=auth
sed -e '/invitegate-/d; /^add_content_acl/d; /^moduleload ppolicy/d; /invitegate\.schema/d; /authpassword\.schema/d' \
    -e "s|^pidfile.*|pidfile $work/bare/slapd.pid|; /^argsfile/d; s|^directory.*|directory $work/bare/db|" \
    -e "s/^maxsize.*/index objectClass,uid,member,memberUid eq/" \
    -e "s/^database mdb/database config\naccess to * by dn.exact=$identity manage\n&/" \
    "$site/slapd.conf" >"$work/bare.conf"
"$slapd" -Tadd -f "$work/bare.conf" -b "$suffix" -l /dev/null >/dev/null 2>&1
report "a site's cn=config" "$slapd" -Ttest -f "$work/bare.conf" -F "$work/bare/config"
bare=ldapi://$(printf %s "$work/bare/ldapi" | sed 's|/|%2F|g')
"$slapd" -F "$work/bare/config" -h "$bare" </dev/null >/dev/null 2>&1
tries=100
until ldapwhoami -H "$bare" -Q -Y EXTERNAL >/dev/null 2>&1 || [ $tries -eq 0 ]; do
    tries=$((tries - 1))
    sleep 0.1
done
for name in invitegate authpassword; do
    report "takes $name.ldif" ldapadd -H "$bare" -Q -Y EXTERNAL -f "$work/$name.ldif"
done
sed "s/gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth/$identity/" "$config" >"$work/config.ldif"
report "and invitegate-config.ldif" ldapmodify -H "$bare" -Q -Y EXTERNAL -f "$work/config.ldif"
kill "$(cat "$work/bare/slapd.pid")"
"$slapd" -Ttest -f "$site/slapd.conf" -F "$work/whole" >/dev/null 2>&1
# slapd keeps the words of ldapmodify, and writes its own where it read slapd.conf.
settings() {
    "$slapd" -Tcat -n 0 -F "$1" -o ldif-wrap=no | sed '1,/^dn: olcDatabase={1}mdb,/d' |
        grep -E '^olc(Access|AddContentAcl|Limits|PPolicy.*):' |
        sed '/: FALSE$/d; s/  */ /g; s/dn\.onelevel=/dn.one=/g; s/dn\.exact=/dn.base=/g; s/ +0 break/ break/g' | sort
}
settings "$work/bare/config" >"$work/bare.settings"
settings "$work/whole" >"$work/whole.settings"
report "both ways give the same rules" diff "$work/bare.settings" "$work/whole.settings"
report "of which there are many" test "$(wc -l <"$work/whole.settings")" -gt 25
indexes() {
    "$slapd" -Tcat -n 0 -F "$1" -o ldif-wrap=no |
        awk '/^olcDbIndex:/ { n = split($2, name, ","); for (i = 1; i <= n; i++) print name[i], $3 }' | sort
}
indexes "$work/bare/config" >"$work/bare.settings"
indexes "$work/whole" >"$work/whole.settings"
report "and the same indexes" diff "$work/bare.settings" "$work/whole.settings"

# ------------------------------------------------------------------------------------- invites

invites=ou=invites,$suffix
invite $id 2 | sed '$a inviteUser: Bob\ninviteGroup: cn=staff,ou=groups,dc=example,dc=org\ndescription: for Bob' |
    allowed "the identity creates an invite" gate
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
claim 0 0 "bob@example.org 00ee" | allowed "a claim is taken over while the count stands" gate
change "inviteId=$id,ou=invites" delete inviteClaim "bob@example.org 00ee" | allowed "and given up" gate
change "inviteId=$id,ou=invites" replace inviteExpires 20400101000000Z | denied "the terms stay: the end" gate
change "inviteId=$id,ou=invites" replace inviteUses 9 | denied "the terms stay: the uses" gate
change "inviteId=$id,ou=invites" delete inviteUser | denied "the terms stay: the name" gate
change "inviteId=$id,ou=invites" delete inviteTerms | denied "the terms stay: which there are" gate
delete "inviteId=$id,ou=invites" | denied "an invite with a standing claim is not deleted" gate
change "inviteId=$id,ou=invites" replace inviteUsedBy "bob@example.org 20300101000000Z 00aa" |
    allowed "a use is finished" gate
change "inviteId=$id,ou=invites" delete inviteClaim | allowed "its claim goes" gate
invite ${id%a}b 1 1 | allowed "another invite" gate
delete "inviteId=${id%a}b,ou=invites" | denied "an open invite is not deleted" gate
change "inviteId=${id%a}b,ou=invites" replace inviteUsesLeft -2 | allowed "it is revoked" gate
delete "inviteId=${id%a}b,ou=invites" | allowed "and then deleted" gate
invite ${id%a}e 1 1 | sed '/^inviteTerms:/d' | allowed "an invite as older releases made them" gate
change "inviteId=${id%a}e,ou=invites" add inviteTerms none | allowed "gets its terms" gate
change "inviteId=${id%a}e,ou=invites" replace inviteTerms inviteUser | denied "once" gate
delete "inviteId=${id%a}e,ou=invites" | allowed "an admin removes it" admin
change "inviteUser=bob,ou=invites" replace inviteId $zeros | allowed "a reservation changes hands" gate
delete "inviteUser=bob,ou=invites" | allowed "and goes" gate
denied "nothing else is added below the invites" gate <<END
dn: ou=more,$invites
changetype: add
objectClass: organizationalUnit
ou: more
END
change ou=invites replace inviteClock 20300101000000Z | allowed "the clock is touched" gate
change ou=invites replace inviteClock 20300101000000Z | allowed "again with the same value" gate
change ou=invites add inviteKeyFingerprint "1 00112233445566778899aabbccddeeff" | allowed "a fingerprint is recorded" gate
change ou=invites add invitePasswordForm server | allowed "a form of password is recorded" gate
change ou=invites replace description x | denied "nothing else on the container" gate
delete ou=invites | denied "the container stays" gate
for record in "invitePasswordDates add" "inviteProvider 001" "inviteSoleContainer TRUE"; do
    change ou=invites replace "${record% *}" "${record#* }" | allowed "init records ${record% *}" gate
done
report "modifyTimestamp of the container is read" test -n "$(reads gate "$invites" '(ou=invites)' modifyTimestamp)"
shows "$id|" "the identity reads an invite" gate "$invites" "(inviteId=$id)" inviteId
shows "bob@example.org 20300101000000Z 00aa|" "and its uses" gate "$invites" "(inviteId=$id)" inviteUsedBy
report "and when it was made" test -n "$(reads gate "inviteId=$id,$invites" '(objectClass=*)' createTimestamp)"
for who in carl anonymous; do
    shows "" "$who sees no invite" $who "$suffix" "(objectClass=xmppInvite)" inviteId
    shows "" "$who cannot name one" $who "inviteId=$id,$invites" "(objectClass=*)" inviteId
    shows "" "$who does not see the container" $who "$suffix" "(ou=invites)" ou
    shows "" "$who does not see what init recorded" $who "$suffix" "(inviteKeyFingerprint=*)" inviteKeyFingerprint
    claim 0 1 "carl@example.org 00dd" | writes "50 32 8" "$who cannot change one" $who
    invite ${id%a}c 1 1 | writes "50 32 8" "$who cannot create one" $who
done

# ------------------------------------------------------------------------------------ matching

names 511 "more entries than a search may give are read page by page" gate "$invites" "(objectClass=xmppInvite)"
as gate ldapsearch -LLL -b "$invites" "(objectClass=xmppInvite)" 1.1 >"$out" 2>&1
report "a search without pages ends at the limit" test $? -eq 4
names 255 "negative counts are ordered" gate "$invites" "(inviteUsesLeft<=-1)"
names 255 "positive counts are ordered" gate "$invites" "(inviteUsesLeft>=1)"
change "inviteId=$id,ou=invites" replace inviteUsesLeft 10 | allowed "ten uses" gate
names 1 "ten is more than nine" gate "$invites" "(&(inviteUsesLeft>=9)(inviteId=$id))"
names 1 "times are instants, not texts" gate "$invites" "(&(inviteExpires>=99991231225959.5-0059)(inviteId=$id))"
names 6 "times are ordered" gate "$invites" "(inviteExpires<=20100701000000Z)"
names 1 "ids compare without case" gate "$invites" "(inviteId=$(echo $id | tr a-f A-F))"
names 1 "names compare without case" gate "$invites" "(inviteUser=bOb)"
names 1 "DNs compare as DNs" gate "$invites" "(inviteGroup=CN=staff, OU=groups, dc=EXAMPLE,dc=org)"
names 1 "uses are found by their JID" gate "$invites" "(inviteUsedBy=bob@example.org *)"
for attribute in inviteUses inviteUsesLeft inviteExpires inviteKeyId; do
    change "inviteId=$id,ou=invites" replace $attribute "soon" | writes 21 "$attribute has a syntax" admin
done
change "inviteId=$id,ou=invites" replace inviteRosterSubscription maybe |
    writes 21 "inviteRosterSubscription is a truth value" admin
for attribute in inviteType inviteDomain inviteUser inviteInviter inviteRosterGroup inviteAccountExpires; do
    { change "inviteId=$id,ou=invites" replace $attribute a && echo "$attribute: b"; } |
        writes 19 "$attribute has one value" admin
done
for attribute in inviteUses inviteUsesLeft inviteKeyId; do
    { change "inviteId=$id,ou=invites" replace $attribute 1 && echo "$attribute: 2"; } |
        writes 19 "$attribute has one value" admin
done
for attribute in inviteType inviteDomain inviteUses inviteUsesLeft inviteExpires inviteKeyId; do
    invite ${id%a}d 1 1 | sed "/^$attribute:/d" | writes 65 "no invite without $attribute" admin
done

# ------------------------------------------------------------------------------------- accounts

account bob | allowed "the identity adds an account" gate
account bob | writes 68 "once" gate
for attribute in inviteId xmppJid; do
    account eve | sed "/^$attribute:/d" | writes "50 65" "not without $attribute" gate
done
for line in "objectClass: posixAccount\nuidNumber: 0\ngidNumber: 0\nhomeDirectory: /" "description: x" \
    "employeeType: boss" "objectClass: extensibleObject" "manager: uid=carl,ou=people,$suffix"; do
    account eve | sed "\$a $line" | denied "not with ${line%%\\n*}" gate
done
account eve | sed 's/ou=people/ou=groups/' | denied "not elsewhere" gate
account eve | sed 's/^userPassword: .*/userPassword: short/' | writes 19 "not with a password the policy refuses" gate
denied "nothing but accounts is added below people" gate <<END
dn: ou=more,ou=people,$suffix
changetype: add
objectClass: organizationalUnit
ou: more
END
report "the directory hashed the password" sh -c "case \$1 in {SSHA}*) ;; *) echo \"\$1\"; false ;; esac" - \
    "$(reads admin "uid=bob,ou=people,$suffix" '(objectClass=*)' userPassword | base64 -d)"
report "bob logs in" as bob ldapwhoami

shows "bob@example.org|" "a name is found by JID" gate "$suffix" "(|(uid=nobody)(xmppJid=BOB@example.org))" xmppJid
shows "carl|" "a holder without an XMPP account is found too" gate "$suffix" "(|(uid=carl)(xmppJid=carl@example.org))" uid
shows "0011223344556677|" "its attempt is read" gate "$suffix" "(uid=bob)" inviteNonce
for attribute in createTimestamp modifyTimestamp pwdChangedTime; do
    report "$attribute is read" test -n "$(reads gate "$suffix" '(uid=bob)' $attribute)"
done
change "uid=bob,ou=people" replace pwdAccountLockedTime 000001010000Z | allowed "an admin locks bob" admin
shows "000001010000Z|" "which is read" gate "$suffix" "(uid=bob)" pwdAccountLockedTime
change "uid=bob,ou=people" delete pwdAccountLockedTime | allowed "and unlocks" admin
for name in bob carl dora; do
    for attribute in userPassword authPassword; do
        shows "" "$attribute of $name is not read" gate "$suffix" "(uid=$name)" $attribute
    done
    shows "" "nor authPassword of $name searched" gate "$suffix" "(&(uid=$name)(authPassword=*))" uid
done
# SCRAM verifiers count only beside a userPassword that is there.
for name in bob dora; do
    shows "$name|" "whether $name has a password is seen" gate "$suffix" "(&(uid=$name)(userPassword=*))" uid
done
shows "" "but not of one who is no account" gate "$suffix" "(&(uid=carl)(userPassword=*))" uid

account throwaway | sed "s/^inviteId: .*/inviteId: $zeros/" | allowed "init adds a throwaway account" gate
report "and reads back its password" sh -c "case \$1 in {SSHA}*) ;; *) echo \"\$1\"; false ;; esac" - \
    "$(reads gate "$suffix" '(uid=throwaway)' userPassword | base64 -d)"
delete "uid=throwaway,ou=people" | allowed "and deletes it" gate

change "uid=bob,ou=people" replace xmppJid eve@example.org | denied "an account keeps its JID" gate
change "uid=bob,ou=people" delete xmppAccountExpires | denied "and its end" gate
change "uid=bob,ou=people" replace inviteId $zeros | denied "and its invite" gate
change "uid=bob,ou=people" replace cn eve | denied "and its common name" gate
change "uid=bob,ou=people" delete objectClass xmppAccount | denied "and its classes" gate
change "uid=carl,ou=people" replace cn eve | denied "other entries are not changed" gate
change "uid=carl,ou=people" add objectClass xmppAccount | denied "nor made accounts" gate
change "uid=carl,ou=people" replace userPassword "password of eve" | denied "nor given passwords" gate
change "uid=dora,ou=people" add inviteId $zeros | denied "nor given an invite" gate
delete "uid=carl,ou=people" | denied "nor deleted" gate
delete "uid=dora,ou=people" | denied "even if they are XMPP accounts" gate

reset "short" | writes 19 "a reset obeys the policy" gate
reset "Password of dora" | allowed "a reset replaces the verifiers" gate
reset "password of dora" | sed '/^add: objectClass/,/^-/d' | allowed "and can be repeated" gate
change "uid=dora,ou=people" delete authPassword | allowed "verifiers are removed" gate
report "dora logs in" as dora ldapwhoami

change cn=default,ou=policies add pwdInHistory 3 | allowed "an admin wants histories" admin
reset "Password of dora" | sed '/^add: objectClass/,/^-/d' | allowed "there is one now" gate
reset "password of dora" | sed '/^add: objectClass/,/^-/d' | writes 19 "and it is obeyed" gate
report "the history is there" test -n "$(reads admin "$suffix" '(uid=dora)' pwdHistory)"
for who in gate carl anonymous; do
    shows "" "$who does not read old hashes" $who "$suffix" "(uid=dora)" pwdHistory
done
change cn=default,ou=policies delete pwdInHistory | allowed "enough of that" admin
reset "password of dora" | sed '/^add: objectClass/,/^-/d' | allowed "dora is herself again" gate

shows "bob|" "users see each other" carl "$suffix" "(uid=bob)" cn
for attribute in inviteId inviteNonce xmppInvitedBy xmppAccountExpires authPassword userPassword pwdChangedTime; do
    shows "" "but not $attribute" carl "$suffix" "(uid=bob)" $attribute
done
shows "alice@example.org|" "bob sees who invited him" bob "$suffix" "(uid=bob)" xmppInvitedBy
shows "" "bob does not see his verifiers" bob "$suffix" "(uid=bob)" authPassword
shows "" "nobody knows nothing" anonymous "$suffix" "(uid=bob)" cn
change "uid=dora,ou=people" replace userPassword "password of eve" | denied "bob cannot set dora's password" bob
change "uid=bob,ou=people" replace cn eve | denied "nor change his entry" bob
change "uid=bob,ou=people" replace userPassword "Password of bob" | allowed "but his own password" bob
change "uid=bob,ou=people" replace userPassword "password of bob" | allowed "and the identity resets it" gate

# -------------------------------------------------------------------------- rosters and groups

pairs=bbdaffa18baf98a76157b906b0bbd2ca2ec47653
pair $pairs | allowed "the identity adds a pair" gate
pair $pairs | writes 68 "once" gate
change "rosterPairId=$pairs,ou=rosters" replace rosterGroup friends | allowed "changes it" gate
change "rosterPairId=$pairs,ou=rosters" replace inviteId $zeros | allowed "gives it to another invite" gate
shows "friends|" "alice's roster is one search" gate "ou=rosters,$suffix" "(xmppContactJid=Alice@example.org)" rosterGroup
shows "" "roster groups compare with case" gate "ou=rosters,$suffix" "(rosterGroup=Friends)" rosterGroup
for who in carl bob anonymous; do
    shows "" "$who sees no pair" $who "$suffix" "(objectClass=xmppRosterPair)" rosterPairId
    shows "" "$who does not see where they are" $who "$suffix" "(ou=rosters)" ou
    change "rosterPairId=$pairs,ou=rosters" replace rosterGroup x | writes "50 32 8" "$who cannot change one" $who
done
for attribute in xmppContactJid rosterGroup; do
    pair "${pairs%3}4" | sed "/^$attribute:/d" | writes 65 "no pair without $attribute" admin
done
delete "rosterPairId=$pairs,ou=rosters" | allowed "the identity deletes a pair" gate
denied "nothing else is added below the rosters" gate <<END
dn: ou=more,ou=rosters,$suffix
changetype: add
objectClass: organizationalUnit
ou: more
END
change cn=staff,ou=groups add member "uid=bob,ou=people,$suffix" | allowed "bob joins a group" gate
change cn=staff,ou=groups delete member "uid=bob,ou=people,$suffix" | allowed "and leaves it" gate
change cn=shell,ou=groups add memberUid bob | allowed "groups of names work the same" gate
change cn=far delete member "uid=bob,ou=people,$suffix" | allowed "elsewhere somebody is taken out" gate
change cn=far add member "uid=bob,ou=people,$suffix" | denied "and nobody put in" gate
change cn=far replace member "uid=bob,ou=people,$suffix" | denied "in no way" gate
names 1 "groups are found by who is in them, wherever they are" gate "$suffix" \
    "(|(member=uid=alice,ou=people,$suffix)(uniqueMember=uid=alice,ou=people,$suffix)(memberUid=alice))"
change cn=shell,ou=groups replace gidNumber 0 | denied "a group is not changed otherwise" gate
delete cn=shell,ou=groups | denied "nor deleted" gate
denied "nor added" gate <<END
dn: cn=more,ou=groups,$suffix
changetype: add
objectClass: groupOfNames
cn: more
member: uid=bob,ou=people,$suffix
END
change cn=default,ou=policies replace pwdMinLength 1 | denied "the policy is out of reach" gate
printf 'dn: %s\nchangetype: modify\nreplace: o\no: x\n' "$suffix" | denied "so is the suffix" gate
change cn=staff,ou=groups add member "uid=bob,ou=people,$suffix" | denied "users do not let themselves into groups" bob

change "uid=bob,ou=people" delete inviteNonce 7766554433221100 | writes 16 "only the attempt that made an account" gate
change "uid=bob,ou=people" delete inviteNonce 0011223344556677 | allowed "takes its mark away" gate
delete "uid=bob,ou=people" | allowed "the identity deletes an account it made" gate
change "uid=bob,ou=people" replace cn x | writes 32 "bob is gone" gate

# ----------------------------------------------------------- an identity that binds with a password

cat >"$work/service.ldif" <<END
dn: ou=services,$suffix
objectClass: organizationalUnit
ou: services

dn: cn=invitegate,ou=services,$suffix
objectClass: applicationProcess
objectClass: simpleSecurityObject
cn: invitegate
userPassword: a long random one

dn: uid=carl,ou=people,$suffix
objectClass: inetOrgPerson
uid: carl
cn: carl
sn: carl
END
started=$("$top/scripts/private-slapd" start --fast --identity "$service" --extra-ldif "$work/service.ldif" "$work/second")
uri=$(echo "$started" | sed -n 's/^uri=//p')
invite $id 1 1 >"$work/invite.ldif"
denied "who starts such a server has no rights" gate <"$work/invite.ldif"
report "the service has them" ldapmodify -H "$uri" -x -D "$service" -w "a long random one" -f "$work/invite.ldif"
account bob >"$work/account.ldif"
report "all of them" ldapmodify -H "$uri" -x -D "$service" -w "a long random one" -f "$work/account.ldif"
report "it stops" "$top/scripts/private-slapd" stop "$work/second"
sed 's/by users read/by self read/' "$work/second/slapd.conf" >"$work/strict.conf"
report "it reads by its own right, where the site lets users read nothing" sh -c \
    '"$@" cn/read 2>&1 | tee /dev/stderr | grep -q ALLOWED' - \
    "$slapd" -Tacl -f "$work/strict.conf" -D "$service" -b "cn=default,ou=policies,$suffix"
# Where the site lets people write their own entries: what is theirs, and what names others or lasts.
sed 's/by users read/by self write/' "$work/second/slapd.conf" >"$work/lax.conf"
writes_own() { # EXPECTED DN ATTRIBUTE
    "$slapd" -Tacl -f "$work/lax.conf" -D "$2" -b "$2" "$3/write" 2>&1 | tee /dev/stderr | grep -q ": $1"
}
own() { # DN EXPECTED ATTRIBUTE DESCRIPTION
    report "$4" writes_own "$2" "$1" "$3"
}
bob=uid=bob,ou=people,$suffix
own "$bob" ALLOWED description "bob may describe himself"
own "$bob" ALLOWED mail "and change his address"
for attribute in uid xmppJid inviteId inviteNonce xmppInvitedBy xmppAccountExpires authPassword pwdAccountLockedTime; do
    own "$bob" DENIED $attribute "but not $attribute"
done
own "uid=carl,ou=people,$suffix" DENIED uid "carl, who is no account, gives himself no second name"
report "the other stops" stop
plan
