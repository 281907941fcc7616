#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# invitectl setup in front of a slapd with cn=config as Debian makes it, of a user's own: bare, and with
# a site in it. What is in the directory is compared by slapcat, before, between and after.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=tests/support/ctl.sh
. "$top/tests/support/ctl.sh"
# shellcheck source=tests/support/setup.sh
. "$top/tests/support/setup.sh"

# ------------------------------------------------------------------------------- nothing there yet
fresh
keep bare
setup 4 "without a domain and a terminal it asks for nothing" </dev/null
says "and says what it wants" "--domain example.org" "$err"
same "nothing was changed" bare bare
rm -r "${root:?}/var" # where two runs would wait for one another
setup 0 "a dry run" --dry-run -d example.org
says "says what it would do" "^would +schema +add the schema invitegate" "$out"
says "with the rules" "^would +rules +30 rules of access, in front of the site's own$" "$out"
says "and how much" "^[0-9]+ changes would be made" "$out"
keep dry
same "a dry run changes nothing" bare dry
[ ! -e "$root/var" ]
verdict "nor makes a file" $?
setup 0 "setup of a bare directory" -d example.org
says "hashes passwords by argon2" "^done +hashing" "$out"
keep first
# shellcheck disable=SC2012
[ "$(stat -c %a "$journal")" = 600 ]
verdict "its journal is for root only" $?
! grep -qF "$(cat "$root"/*/invitegate/directory.password "$root"/*/*/*/invitegate/directory.password 2>/dev/null)" "$journal"
verdict "and has no password in it" $?
grep -q 'olcRootPW' "$root"/var/backups/invitegate-setup-*.ldif && [ "$(stat -c %a "$root"/var/backups/*)" = 600 ]
verdict "cn=config was copied, for root only" $?
! grep -q "manage by \* break" "$work/first.config" || [ "$(grep -c "olcAccess: {0}to \* by dn.exact=$self manage" "$work/first.config")" -ge 1 ]
verdict "no temporary right is left" "$(grep -c 'dn.exact="gid' "$work/first.config")"
slaptest -u -F "$site/slapd.d" >"$out" 2>"$err"
verdict "slapd finds its configuration right" $?
setup 0 "the second time" --json
json "has nothing to do" "all(row['result'] in ('found', 'there') for row in rows)"
keep second
same "and changes not a byte" first second
ready
exits 0 "init" init
exits 0 "doctor finds nothing" doctor
"$invitectl" -c "$config" create --print token >"$work/token" 2>"$err"
echo "a password for bob" | "$invitectl" -c "$config" redeem --user bob "$(cat "$work/token")" >"$out" 2>"$err"
verdict "somebody registers" $?

# ---------------------------------------------------------------------------------- taken away again
setup 0 "undo, with people and invites there" --undo
says "keeps what hides them" "^left +undo +[0-9]+ rules of access stay" "$out"
says "and the people" "ou=people,dc=nodomain is not empty" "$out"
for filter in '(authPassword=*)' '(pwdHistory=*)' '(objectClass=xmppInvite)' '(objectClass=xmppRosterPair)'; do
    ldapsearch -x -LLL -H "$uri" -b dc=nodomain "$filter" 1.1 >"$out" 2>"$err"
    ! grep -q '^dn' "$out"
    verdict "nobody finds $filter" $?
done
[ -e "$journal" ]
verdict "the journal still has what is left" $?
admin uid=bob,ou=people,dc=nodomain
forget_invites
setup 0 "undo again, when they are gone" --undo
[ ! -e "$journal" ]
verdict "the journal goes last" $?
keep undone
alike "all is as it was, but for what slapd cannot take away" bare undone \
    "$(printf '%s\n' '> olcModuleLoad: {1}ppolicy' '> olcModuleLoad: {2}argon2 m=19456 t=2 p=1')
"
setup 0 "undo where nothing was made" --undo
says "says so" "nothing was made" "$out"

# --------------------------------------------------------------------------------- a site is there
fresh
sed "s/gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth/$self/" "$top/tests/integration/foreign-site.ldif" |
    as_root ldapmodify >"$out" 2>"$err" || verdict "the site" 1
keep before
printf 'domain = example.org\n# of a machine that sets itself up\nuri = %s\n' "$uri" >"$work/answers"
exits 0 "setup of a site, by a file of answers" setup --no-proof --root "$root" --answers "$work/answers"
says "finds its people" "^found +people +cn=users,dc=nodomain; 2 people" "$out"
says "leaves the hashes of passwords alone" "^left +hashing" "$out"
says "and the policy" "^left +policy +the site's default policy cn=standard" "$out"
says "stands behind the administrators" "^done +rules .* but for those of its administrators" "$out"
says "widens an index" '"member pres" becomes "member pres,eq"' "$out"
grep -q '^olcAccess: {1}to dn.base="cn=rules of invitegate .* begin"' "$site/slapd.d/cn=config/olcDatabase={1}mdb.ldif"
verdict "the block is there" $?
keep set
exits 0 "a second time" setup --no-proof --root "$root" --answers "$work/answers"
keep again
same "changes nothing" set again
ready
exits 0 "init" init
"$invitectl" -c "$config" create --print token >"$work/token" 2>"$err"
echo "a password for bob" | "$invitectl" -c "$config" redeem --user bob "$(cat "$work/token")" >"$out" 2>"$err"
verdict "somebody registers" $?
ldapwhoami -x -D uid=bob,cn=users,dc=nodomain -w "a password for bob" -H "$uri" >"$out" 2>"$err"
verdict "and can bind" $?
exits 0 "and goes" remove bob

# the site's administrators still can, and nobody else can now
echo "dn: uid=alice,cn=users,dc=nodomain
changetype: modify
add: pwdAccountLockedTime
pwdAccountLockedTime: 000001010000Z" >"$work/lock.ldif"
ldapmodify -x -D uid=bert,cn=users,dc=nodomain -w bertpassword -H "$uri" -f "$work/lock.ldif" >"$out" 2>"$err"
verdict "an administrator of the site locks an account" $?
sed -i 's/^add:/delete:/' "$work/lock.ldif"
ldapmodify -x -D uid=bert,cn=users,dc=nodomain -w bertpassword -H "$uri" -f "$work/lock.ldif" >"$out" 2>"$err"
verdict "and opens it again" $?
ldapsearch -x -LLL -D uid=alice,cn=users,dc=nodomain -w alicepassword -H "$uri" -b ou=invites,dc=nodomain >"$out" 2>"$err"
verdict "a user sees no invite" $((! $?))

# a rule that somebody has changed comes back; one of the site's own stays
as_root ldapmodify >"$out" 2>"$err" <<END
dn: olcDatabase={1}mdb,cn=config
changetype: modify
delete: olcAccess
olcAccess: to attrs=authPassword by * none
END
setup 0 "after one of its rules was deleted" -d example.org
says "it writes them anew" "30 rules of access in place of the 29" "$out"
keep mended
kinds=config alike "as they were" again mended
# the place of a crash's rule
as_root ldapmodify >"$out" 2>"$err" <<END
dn: olcDatabase={1}mdb,cn=config
changetype: modify
add: olcAccess
olcAccess: {0}to * by dn.exact="$self" manage by * break
END
setup 0 "a dry run" --dry-run
says "sees what a crash has left" "interrupted run left would be removed" "$out"
setup 0 "a run" -d example.org
keep swept
kinds=config alike "removes it" again swept
as_root ldapmodify >"$out" 2>"$err" <<END
dn: olcDatabase={1}mdb,cn=config
changetype: modify
delete: olcAccess
olcAccess: $(as_root ldapsearch -LLL -s base -b 'olcDatabase={1}mdb,cn=config' olcAccess 2>/dev/null | sed -n 's/^olcAccess: {[0-9]*}\(to dn.base="cn=rules of invitegate end".*\)/\1/p')
END
setup 4 "a block without its end is not touched" -d example.org
says "and the words say what is missing" "marks|mark those of invitegate are damaged" "$err"
as_root ldapmodify >"$out" 2>"$err" <<END
dn: olcDatabase={1}mdb,cn=config
changetype: modify
add: olcAccess
olcAccess: {30}to dn.base="cn=rules of invitegate end" by * break
END
setup 0 "mended by hand" -d example.org
says "there is nothing to do" "^Nothing to change" "$out"
# what somebody changed stays
forget_invites
setup 0 "undo of the site" --undo
says "leaves the file that was changed" "left +undo +.*invitegate.conf was changed since" "$out"
keep after
alike "the site is as it was, but for the wider index" before after \
    "$(printf '%s\n' '< olcDbIndex: member pres' '> olcDbIndex: member pres,eq')
"

# ------------------------------------------------------------------------------ what is wrong before
setup 4 "a suffix that is none of the directory's" -d example.org --suffix dc=elsewhere
says "and those that are" "naming contexts of .*: dc=nodomain" "$err"
printf 'domain = example.org\nserver_name = x\n' >"$work/answers"
exits 4 "an answer to no question" setup --no-proof --root "$root" --answers "$work/answers"
says "with its line" "answers:2: there is no such key" "$err"
exits 2 "a root that is no path" setup --root here
(umask 077 && rm -f "$journal" && echo '{' >"$journal")
setup 4 "a journal that is damaged" -d example.org
says "is named" "setup.json cannot be used" "$err"
echo "1..$number"
