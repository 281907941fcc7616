#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Whose entry is it: adopt, nested containers, the only container of invites, hidden locks.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=../support/ctl.sh
. "$top/tests/support/ctl.sh"

directory "$work/site"
exits 0 "init" init
admin ldapsearch -LLL -s base -b "ou=invites,$suffix" inviteSoleContainer >"$out" 2>"$err"
says "records that the container of invites is the only one" '^inviteSoleContainer: TRUE$' "$out"
exits 0 "doctor is content" doctor
says "and sees it too" '^ok +sole ' "$out"
says "and that locks are seen" '^ok +locks ' "$out"

# person NAME CONTAINER [LINE]
person() {
    {
        printf 'dn: uid=%s,%s,%s\nobjectClass: inetOrgPerson\ncn: x\nsn: x\nuid: %s\n' "$1" "$2" "$suffix" "$1"
        [ $# -lt 3 ] || printf '%s\n' "$3"
        echo
    } | admin ldapadd >"$out" 2>"$err" || verdict "a person $1" 1
}
for unit in staff guests two; do
    printf 'dn: ou=%s,%s\nobjectClass: organizationalUnit\n\n' $unit "$suffix"
done | admin ldapadd >"$out" 2>"$err"
for unit in people rosters; do
    printf 'dn: ou=%s,ou=two,%s\nobjectClass: organizationalUnit\n\n' $unit "$suffix"
done | admin ldapadd >"$out" 2>"$err"

cp "$config" "$work/one.conf"
cat >>"$config" <<END

[domain two.example]
invites = ou=invites,ou=two,$suffix
people = ou=people,ou=two,$suffix
rosters = ou=rosters,ou=two,$suffix
name_search_base = $suffix
END

person sue ou=staff
person pat ou=people
person otto ou=people,ou=two
person dup ou=staff
person dup ou=guests
person many ou=staff 'uid: manyfold'
person many2 ou=staff 'uid: many two'
person x!y ou=staff

exits 2 "adopt nobody" adopt
exits 2 "adopt with half of a bind" adopt --bind-dn "cn=admin,$suffix" sue@two.example
exits 0 "adopt, dry" adopt --dry-run sue@two.example
says "tells what it would do" '^sue@two.example +would be adopted +uid=sue,ou=staff,' "$out"
[ "$(entries "$suffix" '(xmppJid=sue@two.example)')" = 0 ]
verdict "and does nothing" $?
exits 4 "adopt without the right to" adopt sue@two.example
says "prints LDIF" '^changetype: modify$' "$out"
says "of the entry" '^dn: uid=sue,ou=staff,' "$out"
[ "$(entries "$suffix" '(xmppJid=sue@two.example)')" = 0 ]
verdict "and has done nothing" $?
admin ldapmodify -f "$out" >"$work/loaded" 2>"$err"
verdict "which loads" $?
[ "$(entries "$suffix" '(&(objectClass=xmppAccount)(xmppJid=sue@two.example))')" = 1 ]
verdict "and makes an account" $?
exits 0 "adopt again" --json adopt sue@two.example
json "changes nothing" 'rows[0]["result"] == "unchanged" and rows[0]["jid"] == "sue@two.example"'
exits 1 "adopt her for the other domain" adopt sue@example.org
says "is refused: she is another JID's" 'refused .*another JID' "$out"

adopt() { # STATUS DESCRIPTION ARGUMENT...
    wanted=$1 words=$2
    shift 2
    exits "$wanted" "$words" --json adopt --bind-dn "cn=admin,$suffix" \
        --bind-password-file "$site/admin.password" "$@"
}
adopt 0 "adopt two with an administrator's rights" pat@example.org otto@two.example
json "does" '[r["result"] for r in rows] == ["adopted", "adopted"] and "ou=people" in rows[0]["dn"]'
[ "$(entries "$suffix" '(|(xmppJid=pat@example.org)(xmppJid=otto@two.example))')" = 2 ]
verdict "indeed" $?
adopt 1 "adopt somebody of another domain's people" otto@example.org
adopt 1 "adopt a name that two have" dup@example.org
json "names both" '"ou=staff" in rows[0]["why"] and "ou=guests" in rows[0]["why"]'
adopt 1 "adopt one of two names" many@example.org
json "tells the other" '"manyfold" in rows[0]["why"]'
adopt 0 "adopt one whose second uid can be no name" many2@two.example
adopt 1 "adopt what name_pattern refuses" x!y@example.org
json "says so" '"name_pattern" in rows[0]["why"] and rows[0]["result"] == "refused"'
adopt 1 "adopt what is no name" 'a b@example.org'
adopt 1 "adopt whom nobody knows" nobody7@example.org many2@two.example
json "and go on with the next" '[r["result"] for r in rows] == ["refused", "unchanged"]'
adopt 1 "adopt for a domain that is not configured" sue@three.example

adopt 0 "undo" --undo pat@example.org
json "says so" 'rows[0]["result"] == "undone"'
[ "$(entries "$suffix" '(&(uid=pat)(!(objectClass=xmppAccount))(!(xmppJid=*)))')" = 1 ]
verdict "both are off" $?
adopt 0 "undo again" --undo pat@example.org
json "changes nothing" 'rows[0]["result"] == "unchanged"'
make -d example.org
redeems 0 "an invite makes an account" made "$token" 'a long password'
adopt 1 "undo what an invite made" --undo made@example.org
json "is refused" '"invite" in rows[0]["why"]'
exits 0 "adopt what an invite made" --json adopt made@example.org
json "is nothing to do" 'rows[0]["result"] == "unchanged"'

# Containers inside one another: nothing is made, and both keys are named.
sed -i "s/^people = ou=people,ou=two,/people = ou=two,ou=people,/" "$config"
exits 4 "init with nested containers" init
says "names the two keys" 'finding +places .*two.example\] people = .*example.org\] people = ' "$out"
[ "$(entries "$suffix" '(ou=invites)')" = 1 ]
verdict "and makes nothing" $?
exits 1 "doctor with nested containers" doctor -d two.example
says "finds them" 'finding +places ' "$out"
exits 1 "doctor of the other domain" doctor -d example.org
says "finds them too" 'finding +places ' "$out"

# Of two entries with a name doctor tells, where they are of the only domain.
cp "$work/one.conf" "$config"
exits 1 "doctor where two entries have a name" doctor
says "names both" 'finding +holders .*dup@example.org .*uid=dup,ou=staff,.* and uid=dup,ou=guests,|finding +holders .*dup@example.org .*uid=dup,ou=guests,.* and uid=dup,ou=staff,' "$out"
admin ldapdelete "uid=dup,ou=guests,$suffix" >"$out" 2>"$err"

# Another container of invites comes, which this configuration does not know.
cp "$work/one.conf" "$config"
printf 'dn: ou=elsewhere,%s\nobjectClass: organizationalUnit\nobjectClass: xmppInviteContainer\n' "$suffix" |
    admin ldapadd >"$out" 2>"$err"
exits 1 "doctor where it is not the only container any more" doctor
says "names the other" 'finding +sole .*ou=elsewhere' "$out"
exits 0 "init" init
admin ldapsearch -LLL -s base -b "ou=invites,$suffix" inviteSoleContainer >"$out" 2>"$err"
says "records it" '^inviteSoleContainer: FALSE$' "$out"
exits 0 "doctor agrees" doctor
admin ldapdelete "ou=elsewhere,$suffix" >"$out" 2>"$err"
exits 0 "doctor notes that it is alone again" doctor
says "as such" '^note +sole ' "$out"
exits 0 "init" init
admin ldapsearch -LLL -s base -b "ou=invites,$suffix" inviteSoleContainer >"$out" 2>"$err"
says "records that" '^inviteSoleContainer: TRUE$' "$out"

# A naming context that the identity may not search: what is in it nobody knows.
mkdir "$work/closed"
cp "$site/slapd.conf" "$work/open.conf"
cat >>"$site/slapd.conf" <<END

database mdb
maxsize 10485760
suffix "dc=closed"
rootdn "cn=admin,$suffix"
directory "$work/closed"
access to * by * none
END
restart
printf 'dn: dc=closed\nobjectClass: domain\ndc: closed\n' | admin ldapadd >"$out" 2>"$err"
verdict "a second naming context" $?
exits 0 "doctor where not all can be searched" doctor
says "notes what" '^note +sole .*dc=closed; recorded as the only one' "$out"
exits 0 "init" init
says "notes it too" '^note +sole .*dc=closed; recorded as not the only one' "$out"
admin ldapsearch -LLL -s base -b "ou=invites,$suffix" inviteSoleContainer >"$out" 2>"$err"
says "and records no more than is known" '^inviteSoleContainer: FALSE$' "$out"
exits 0 "doctor agrees" doctor
says "with what is recorded" '^ok +sole ' "$out"
admin_init 0 "init of somebody who may search there" "$site/admin.password"
admin ldapsearch -LLL -s base -b "ou=invites,$suffix" inviteSoleContainer >"$out" 2>"$err"
says "knows that it is alone" '^inviteSoleContainer: TRUE$' "$out"
cp "$work/open.conf" "$site/slapd.conf"
restart

# Our own container is not found by its class: so would no other be.
who=$(sed -n 's/^ *by dn.exact="\([^"]*\)".*/\1/p' "$site/invitegate-acl.conf" | head -n 1)
{
    printf 'access to dn.base="ou=invites,%s" attrs=objectClass val=xmppInviteContainer\n' "$suffix"
    printf '    by dn.exact="%s" =rcxd\n    by * break\n' "$who"
    cat "$site/invitegate-acl.conf"
} >"$work/blind.conf"
cp "$site/invitegate-acl.conf" "$work/seeing.conf"
cp "$work/blind.conf" "$site/invitegate-acl.conf"
restart
exits 0 "init where the class cannot be searched for" init
says "notes it" '^note +sole .*shows all of ou=invites,' "$out"
admin ldapsearch -LLL -s base -b "ou=invites,$suffix" inviteSoleContainer >"$out" 2>"$err"
says "and records no more than is known" '^inviteSoleContainer: FALSE$' "$out"
cp "$work/seeing.conf" "$site/invitegate-acl.conf"

# A rule of access that hides locks.
sed -i '/^access to attrs=pwdAccountLockedTime/,/^$/s/cn=auth" read/cn=auth" none/' "$site/invitegate-acl.conf"
restart
exits 1 "doctor where locks are hidden" doctor
says "finds it" 'finding +locks .*pwdAccountLockedTime is hidden' "$out"
exits 4 "init too" init
says "finds it" 'finding +locks .*pwdAccountLockedTime is hidden' "$out"

echo "1..$number"
