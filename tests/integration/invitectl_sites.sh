#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# invitectl init and doctor at sites that are not as they should be.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=../support/ctl.sh
. "$top/tests/support/ctl.sh"

directory "$work/bare"
admin ldapdelete -r "ou=invites,$suffix" "ou=rosters,$suffix" >"$out" 2>"$err"
exits 4 "init without containers" init
cp "$out" "$work/containers.ldif"
says "prints their LDIF" '^dn: ou=invites,dc=example,dc=org$' "$out"
[ ! -e "$site/token.keys" ]
verdict "and makes no keys before it has seen them" $?
admin ldapadd -f "$work/containers.ldif" >"$out" 2>"$err"
verdict "which loads" $?
exits 0 "then init goes on" init
admin ldapdelete -r "ou=invites,$suffix" "ou=rosters,$suffix" >"$out" 2>"$err"
exits 1 "doctor misses containers" doctor
says "and names them" 'invites = ou=invites,dc=example,dc=org: does not exist, or is hidden from ' "$out"
says "one by one" 'rosters = ou=rosters,dc=example,dc=org: does not exist, or is hidden from ' "$out"
! grep -q 'people = ' "$out"
verdict "but none that is there" $?
sed 's/^invites = .*/invites = ou=invites,dc=example,dc=com/' "$config" >"$work/other.conf"
chmod 600 "$work/other.conf"
exits 3 "create below a suffix that is not the directory's" -c "$work/other.conf" create
says "says so" 'no database for this DN' "$err"
admin_init 0 "init makes them with an administrator's rights" "$site/admin.password"
exits 0 "doctor is content" doctor
# Each kind of group that invites may give is proved by a member, for a moment.
admin ldapadd >"$out" 2>"$err" <<END
dn: cn=names,ou=groups,$suffix
objectClass: groupOfNames
member: cn=admin,$suffix

dn: cn=unique,ou=groups,$suffix
objectClass: groupOfUniqueNames
uniqueMember: cn=admin,$suffix

dn: cn=posix,ou=groups,$suffix
objectClass: posixGroup
gidNumber: 5000

dn: cn=odd,ou=groups,$suffix
objectClass: organizationalRole
END
verdict "groups of each kind" $?
allow() { # GROUP...
    groups=
    for each; do groups="$groups cn=$each,ou=groups,$suffix"; done
    sed -i "s/^allowed_groups.*/allowed_groups =$groups/" "$config"
}
allow names unique posix
exits 0 "init proves them" init
says "and says so" '^ok +groups' "$out"
[ "$(entries "$suffix" "(|(memberUid=*)(&(member=*)(!(member=cn=admin,$suffix))))")" = 0 ]
verdict "nobody stays in them" $?
allow odd
exits 4 "a group that is none" init
says "is told of" 'finding +groups .*has no object class that is known to hold members' "$out"
allow gone
exits 4 "so is one that is not there" init
allow posix
sed -i "s/^group_search_base.*/group_search_base = ou=people,$suffix/" "$config"
exits 4 "and groups outside group_search_base" init
says "as what they mean" 'finding +groups .*whoever registered it would be' "$out"
sed -i "s/^group_search_base.*/group_search_base =/" "$config"
exits 0 "init is content" init
"$top/scripts/private-slapd" stop "$site"

# Nobody may read what became of a clear password: that proves nothing.
directory "$work/unseen"
sed -i '/inviteId=0000/,/by \* none/s/ write$/ =ws/' "$site/invitegate-acl.conf"
restart
exits 4 "init where the stored password cannot be read" init
says "says that it stays unproven" 'finding +hashing .*unproven' "$out"
admin_init 0 "an administrator's rights prove it" "$site/admin.password"
exits 0 "then init needs them no more" init
says "because it was proved" 'note +hashing .*earlier init' "$out"
"$top/scripts/private-slapd" stop "$site"

directory "$work/clear" --no-ppolicy
exits 4 "init where passwords stay in clear" init
says "says what is missing" 'ppolicy_hash_cleartext' "$out"
admin ldapsearch -LLL -s base -b "ou=invites,$suffix" invitePasswordForm >"$out" 2>"$err"
says "server is not recorded" . "$out"
[ "$(grep -c 'Form: server' "$out")" = 0 ]
verdict "indeed" $?
sed -i 's/^password_verifiers.*/password_verifiers = crypt/' "$config"
exits 0 "init with crypt in its place" init
exits 0 "doctor agrees" doctor
sed -i 's/^password_verifiers.*/password_verifiers = crypt scram-sha-256/' "$config"
exits 0 "init with crypt and scram" init
# This directory dates no passwords.
says "notes what that means" 'note +ppolicy .*are not served' "$out"
admin ldapsearch -LLL -s base -b "ou=invites,$suffix" invitePasswordDates >"$out" 2>"$err"
says "and records it" '^invitePasswordDates: never$' "$out"
exits 1 "doctor minds" doctor
says "as a finding" 'finding +ppolicy .*pwdChangedTime is not to be seen' "$out"
# Nothing but SCRAM: no bind proves a password then, and the examples let nobody read a verifier.
sed -i 's/^password_verifiers.*/password_verifiers = scram-sha-256/' "$config"
exits 4 "init with scram alone" init
says "wants to read verifiers" 'finding +passwords .*has to read authPassword and cannot' "$out"
make --note 'a verifier to read'
redeems 0 "an account is made all the same" nils "$token" 'nils has a password'
redeems 4 "but its password is not proved again" nils "$token" 'nils has a password'
says "because it cannot be read" 'authPassword of uid=nils,.* cannot be read' "$err"
cp "$site/invitegate-acl.conf" "$work/acl"
sed -i '/inviteId=0000/,$s/ =w$/ write/' "$site/invitegate-acl.conf"
restart
exits 4 "init where it may read them, but a change of a password would not be seen" init
says "says so" 'finding +ppolicy .*are not served and no account can log in' "$out"
redeems 4 "so the same again proves nothing" nils "$token" 'nils has a password'
says "and says why" 'prove nothing: the directory does not date passwords' "$err"
cp "$work/acl" "$site/invitegate-acl.conf"
restart
sed -i 's/^password_verifiers.*/password_verifiers = crypt scram-sha-256/' "$config"
# reopen BY REPLACEMENT: lets somebody read invites whom nobody meant to, and takes it back
reopen() {
    sed -i "/^# -* invites/,/^# -* rosters/s/by $1/by $2/" "$site/invitegate-acl.conf"
    restart
}
reopen '\* none' 'users read'
exits 4 "init where users can read invites" init
says "says so" 'an ordinary account can read an invite' "$out"
exits 1 "doctor too" doctor
reopen 'users read' '* read'
exits 4 "init where anybody can" init
says "says so" 'an anonymous client can read the list of invites' "$out"
reopen '\* read' '* none'
# And invitegate may do more, or less, than it needs.
sed -i '/^access to dn.subtree="dc=example,dc=org"/,$s/read/write/' "$site/invitegate-acl.conf"
restart
exits 0 "init notes rights that are too wide" init
says "as such" '^note +narrowness' "$out"
exits 1 "doctor finds them" doctor
sed -i '/^access to dn.subtree="dc=example,dc=org"/,$s/write/read/' "$site/invitegate-acl.conf"
sed -i '/^access to dn.onelevel="ou=rosters/,/write/s/write/read/' "$site/invitegate-acl.conf"
cat >>"$site/slapd.conf" <<END
database config
access to *
    by dn.exact="gidNumber=$(id -g)+uidNumber=$(id -u),cn=peercred,cn=external,cn=auth" read
END
sed -i '/xmppContactJid/d' "$site/invitegate-index.conf"
restart
exits 4 "init without rights on rosters" init
says "names them" 'finding +rosters' "$out"
exits 1 "doctor" --json doctor
json "finds the right, the index and the policy that are missing, and nothing else" \
    'sorted(r["check"] for r in rows if r["status"] == "finding") == ["indexes", "ppolicy", "rosters"]'

echo "1..$number"
