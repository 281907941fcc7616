#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A 389 Directory Server that keeps ou=people in a sub-suffix, a back end of its own below that of the
# suffix. Other than slapd it searches from the suffix through both: what is found twice counts once.
set -u

server=389ds
# shellcheck source=../support/directory.sh
. "${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/support/directory.sh"

people=ou=people,$suffix
start --conf
sed -i "s|^name_search_base *=.*|name_search_base = $people|" "$site/invitegate.conf"
as admin ldapsearch -LLL -o ldif-wrap=no -s base -b "$people" "*" aci >"$work/people.ldif" 2>"$err"
{
    printf 'dn: %s\nchangetype: delete\n\n' "$people"
    cat <<END
dn: cn=peopleRoot,cn=ldbm database,cn=plugins,cn=config
changetype: add
objectClass: top
objectClass: extensibleObject
objectClass: nsBackendInstance
cn: peopleRoot
nsslapd-suffix: $people
nsslapd-directory: $site/db/peopleRoot
nsslapd-cachememsize: 33554432

dn: cn="$people",cn=mapping tree,cn=config
changetype: add
objectClass: top
objectClass: extensibleObject
objectClass: nsMappingTree
cn: $people
cn: "$people"
nsslapd-state: backend
nsslapd-backend: peopleRoot
nsslapd-parent-suffix: $suffix

END
    sed -n '/^dn: cn=.*,cn=index,cn=userRoot,/,/^$/p' "$top/config-examples/389ds/invitegate-config.ldif" |
        sed 's/cn=userRoot/cn=peopleRoot/'
} >"$work/backend.ldif"
as admin ldapmodify -c <"$work/backend.ldif" >"$out" 2>"$err"
as admin ldapadd <"$work/people.ldif" >>"$out" 2>>"$err"
verdict "people have a back end of their own" $?
as admin ldapsearch -LLL -s base -b "cn=monitor,cn=peopleRoot,cn=ldbm database,cn=plugins,cn=config" \
    currentEntryCacheCount >"$out" 2>"$err"
says "and lie in it" '^currentEntryCacheCount: [1-9]' "$out"
as admin ldapadd >"$out" 2>"$err" <<END
dn: uid=carol,$people
objectClass: inetOrgPerson
uid: carol
cn: carol
sn: C

dn: cn=inner,$people
objectClass: groupOfNames
cn: inner
member: uid=gina,$people

dn: ou=teams,$suffix
objectClass: organizationalUnit
ou: teams

dn: cn=outer,ou=teams,$suffix
objectClass: groupOfNames
cn: outer
member: uid=hana,$people
END
verdict "groups lie in both" $?
for place in "$people" "ou=teams,$suffix"; do
    printf 'dn: %s\nchangetype: modify\nadd: aci\naci: (targetattr = "member || memberUid || uniqueMember")(version 3.0; acl "site: groups"; allow (read, search, compare, write) userdn = "ldap:///%s";)\n' \
        "$place" "$service" | as admin ldapmodify >"$out" 2>"$err" || verdict "rights to groups in $place" 1
done

as admin ldapmodify >"$out" 2>"$err" <<END
dn: cn=peopleRoot,cn=index,cn=tasks,cn=config
changetype: add
objectClass: extensibleObject
cn: peopleRoot
nsInstance: peopleRoot
$(sed -n 's/^dn: cn=\([A-Za-z]*\),cn=index,.*/nsIndexAttribute: \1/p' "$top/config-examples/389ds/invitegate-config.ldif")
END
until as admin ldapsearch -LLL -s base -b cn=peopleRoot,cn=index,cn=tasks,cn=config nsTaskExitCode 2>/dev/null |
    grep -q '^nsTaskExitCode: 0'; do
    tries=$((${tries:-0} + 1))
    [ $tries -lt 100 ] || break
    sleep 0.1
done

exits 0 "init" init
# registers NAME
registers() {
    "$invitectl" -c "$config" create --print token >"$work/token" 2>"$err"
    { cat "$work/token" && echo "Seventeen-green-kettles!"; } |
        "$invitectl" -c "$config" redeem --user "$1" - >"$out" 2>"$err"
}
refused() { # NAME WHY
    status=0
    registers "$1" || status=$?
    [ $status -eq 1 ]
    verdict "$1 cannot be registered" $?
    says "$1: because of $2" "$2" "$err"
}
refused carol 'taken'
refused gina "cn=inner,$people"
refused hana "cn=outer,ou=teams,$suffix"
registers ida
verdict "ida is registered" $?
shows "ida@example.org|" "in the lower back end" admin "$people" "(uid=ida)" xmppJid
# once DESCRIPTION WORDS: one line of the command before has them
once() {
    [ "$(grep -c -- "$2" "$out")" -eq 1 ]
    verdict "$1" $?
}
exits 1 "repair has findings" repair
once "the name in the lower back end, once" "cn=inner,$people"
once "and the one above it" "cn=outer,ou=teams,$suffix"
exits 1 "doctor has findings" doctor
once "it names the lower group, once" "cn=inner,$people"
once "and the upper one" "cn=outer,ou=teams,$suffix"
as admin ldapmodify >"$out" 2>"$err" <<END
dn: cn=inner,$people
changetype: modify
add: member
member: uid=ida,$people

dn: cn=outer,ou=teams,$suffix
changetype: modify
add: member
member: uid=ida,$people
END
verdict "ida joins groups of both" $?
exits 0 "ida is removed" remove ida@example.org
says "from two groups" ', 2 groups$' "$out"
shows "" "and no group names her" admin "$suffix" "(member=uid=ida,$people)" cn
shows "" "nor an entry" admin "$suffix" "(uid=ida)" uid
stop
plan
