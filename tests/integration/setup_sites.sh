#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# invitectl setup on sites of special kinds: without any rule of access, with rules or a schema that
# somebody loaded before, with a configuration of their own, with two domains, with replicas.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=tests/support/ctl.sh
. "$top/tests/support/ctl.sh"
# shellcheck source=tests/support/setup.sh
. "$top/tests/support/setup.sh"
database='olcDatabase={1}mdb,cn=config'

# change DN CHANGE: a modification as the user who runs this
change() {
    printf 'dn: %s\nchangetype: modify\n%s\n' "$1" "$2" | as_root ldapmodify >"$out" 2>"$err" ||
        verdict "changing $1" 1
}

# rules: those of the database, without numbers
rules() {
    as_root ldapsearch -LLL -s base -b "$database" olcAccess 2>/dev/null | sed -n 's/^olcAccess: {[0-9]*}//p'
}

# has_rule DESCRIPTION PATTERN
has_rule() {
    rules >"$work/rules"
    says "$1" "$2" "$work/rules"
}

# ------------------------------------------------------------------------------ no rule of access
fresh
change 'olcDatabase={-1}frontend,cn=config' 'delete: olcAccess'
change "$database" 'delete: olcAccess'
keep before
setup 0 "setup where there is no rule" -d example.org
says "says that everybody reads passwords" "^left +rules +the database has no rule of access" "$out"
has_rule "and leaves the rest open" '^to \* by \* read$'
ldapsearch -x -LLL -H "$uri" -s base -b dc=nodomain >"$out" 2>"$err"
says "everybody reads what they could read" "^o: nodomain" "$out"
ldapsearch -x -LLL -H "$uri" -s base -b ou=invites,dc=nodomain >"$out" 2>"$err"
verdict "and no invites" $((! $?))
setup 0 "a second time" -d example.org
says "there is nothing to do" "^Nothing to change" "$out"
setup 0 "undo" --undo
keep after
alike "there is no rule again" before after \
    "$(printf '%s\n' '> olcModuleLoad: {1}ppolicy' '> olcModuleLoad: {2}argon2 m=19456 t=2 p=1')
"

# -------------------------------------------------------------------------------- loaded by hand
fresh
for name in invitegate authpassword; do
    "$top/schema/generate" config $name "$top/schema/$name.schema" >"$work/$name.ldif"
done
sed 's/DESC .Bare JID of an account. //' "$work/invitegate.ldif" |
    as_root ldapadd >"$out" 2>"$err" || verdict "an older schema" 1
as_root ldapadd -f "$work/authpassword.ldif" >"$out" 2>"$err" || verdict "the other schema" 1
change "$database" 'add: olcAccess
olcAccess: {0}to attrs=authPassword by * none'
setup 0 "setup with an older schema and a rule by hand" -d example.org
says "puts newer definitions in place" "^done +schema +invitegate: 0 new and 1 newer" "$out"
says "moves the rule into its block" "they replace the same ones that were loaded by hand" "$out"
[ "$(rules | grep -c '^to attrs=authPassword by \* none$')" -eq 1 ]
verdict "it is there once" $?
slaptest -u -F "$site/slapd.d" >"$out" 2>"$err"
verdict "slapd finds its configuration right" $?
setup 0 "a second time" -d example.org
says "there is nothing to do" "^Nothing to change" "$out"

# --------------------------------------------------- accounts of another shape, and who was there
fresh
change "$database" 'replace: olcAccess
olcAccess: to attrs=userPassword by self write by dn.exact="cn=replica,dc=nodomain" read by anonymous auth by * none
olcAccess: to * by dn.exact="cn=replica,dc=nodomain" read by dn.exact="cn=app,dc=nodomain" read by * search'
sed -e 's/^bind = .*/bind = simple/; s/^bind_dn =.*/bind_dn = cn=invitegate,ou=services,dc=nodomain/' \
    -e "s|^bind_password_file =.*|bind_password_file = /password|; s/dc=example,dc=org/dc=nodomain/" \
    -e 's/^account_classes = .*/account_classes = inetOrgPerson posixAccount xmppAccount/' \
    -e 's|^account_attributes = .*|account_attributes = cn=%u sn=%u uidNumber=10000 gidNumber=100 homeDirectory=/home/%u|' \
    -e 's/^name_filter = .*/name_filter = (|(uid=%u)(mail=%j)(xmppJid=%j))/' \
    "$top/config-examples/invitegate.conf" >"$config"
cp "$config" "$work/config"
setup 0 "setup with a configuration that is there" -d example.org
says "leaves it alone" "^there +configuration" "$out"
cmp "$config" "$work/config" >"$out" 2>&1
verdict "to the byte" $?
has_rule "new accounts may have its attributes" 'attrs=uid,cn,sn,uidNumber,gidNumber,homeDirectory,xmppJid by'
has_rule "and its classes" '\^\(inetOrgPerson\|posixAccount\|xmppAccount\|organizationalPerson\|top\|person\)\$'
has_rule "nobody writes their own mail" 'attrs=uid,xmppJid,mail by self read'
has_rule "a replica still copies invites" 'to dn.subtree="ou=invites,dc=nodomain" by .* by dn.exact="cn=replica,dc=nodomain" read by \* none'
has_rule "and verifiers" '^to attrs=authPassword by dn.exact="cn=replica,dc=nodomain" read by \* none'
! grep -q 'cn=app.*by \* none' "$work/rules"
verdict "an application sees neither" $?
as_root ldapsearch -LLL -s base -b "$database" olcDbIndex >"$out" 2>"$err"
says "what the filter names is indexed" "^olcDbIndex: mail eq" "$out"
# here: $config with the paths of this machine, in $work/here.conf
here() {
    sed "s|^uri = .*|uri = $uri|; s|= /password|= $root/password|; s|= .*token.keys|= $work/posix.keys|; s/^to = syslog/to = stderr/; s/^timeout = .*/timeout = 6s/" \
        "$config" >"$work/here.conf"
}
here
"$invitectl" -c "$work/here.conf" init >"$out" 2>"$err"
verdict "init" $?
"$invitectl" -c "$work/here.conf" create --print token >"$work/token" 2>"$err"
echo "a password for bob" | "$invitectl" -c "$work/here.conf" redeem --user bob "$(cat "$work/token")" >"$out" 2>"$err"
verdict "somebody registers with uidNumber" $?

# ------------------------------------------------------------------------------ another template
sed -i 's/^account_classes = .*/account_classes = inetOrgPerson shadowAccount xmppAccount/
    s/^account_attributes = .*/account_attributes = cn=%u sn=%u shadowMax=99 displayName=%u/
    s/^name_filter = .*/name_filter = (|(uid=%u)(displayName=%u)(xmppJid=%j))/' "$config"
setup 0 "a dry run after the template was changed" -d example.org --dry-run
says "would bring the rules along" "^would +rules +30 rules of access in place of the 30" "$out"
here
"$invitectl" -c "$work/here.conf" create --print token >"$work/token" 2>"$err"
echo "a password for carol" | "$invitectl" -c "$work/here.conf" redeem --user carol "$(cat "$work/token")" >"$out" 2>"$err"
verdict "until then nobody can register" $((! $?))
setup 0 "setup after that" -d example.org
says "writes its rules anew" "^done +rules +30 rules of access in place of the 30" "$out"
says "and indexes what the filter names" "^done +indexes +1 new" "$out"
has_rule "new accounts may have other attributes" 'attrs=uid,cn,sn,shadowMax,displayName,xmppJid by'
has_rule "and other classes" '\^\(inetOrgPerson\|shadowAccount\|xmppAccount\|'
has_rule "nobody writes their own name" 'attrs=uid,xmppJid,displayName by self read'
echo "a password for carol" | "$invitectl" -c "$work/here.conf" redeem --user carol "$(cat "$work/token")" >"$out" 2>"$err"
verdict "and somebody registers" $?
setup 0 "a second time" -d example.org
says "there is nothing to do" "^Nothing to change" "$out"

# --------------------------------------------------------------------------------- a second domain
cp "$work/config" "$config"
sed -n '/^\[domain/,/^\[agent/p' "$work/config" | sed -e '/^\[agent/d; s/example.org/example.net/' \
    -e 's/ou=\(invites\|people\|rosters\),/ou=\1,ou=net,/' >"$work/second"
cat "$work/second" >>"$config"
printf 'dn: ou=net,dc=nodomain\nobjectClass: organizationalUnit\nou: net\n' |
    ldapadd -x -D cn=admin,dc=nodomain -y "$site/admin.password" -H "$uri" >"$out" 2>"$err" || verdict "ou=net" 1
setup 0 "setup of a second domain" -d example.net
says "writes its rules beside those of the first" "^done +rules +51 rules of access in place of the 30" "$out"
[ "$(rules | grep -c '^to attrs=authPassword by ')" -eq 1 ]
verdict "what is for all stands once" $?
setup 0 "the first again" -d example.org
says "there is nothing to do" "^Nothing to change" "$out"

# registers DOMAIN NAME: init, an invite and an account in a domain of what setup wrote
registers() {
    "$invitectl" -c "$config" -d "$1" init >"$out" 2>"$err" &&
        "$invitectl" -c "$config" -d "$1" create --print token >"$work/token" 2>"$err" &&
        echo "a password for $2" | "$invitectl" -c "$config" -d "$1" redeem --user "$2" "$(cat "$work/token")" >"$out" 2>"$err"
    verdict "somebody registers in $1" $?
}

# ------------------------------------------------- domains that come later, as setup makes them
# A database that holds nothing yet beside the one that slapd came with
fresh
mkdir "$site/db2"
as_root ldapadd >"$out" 2>"$err" <<END || verdict "another database" 1
dn: olcDatabase=mdb,cn=config
objectClass: olcMdbConfig
olcDatabase: mdb
olcSuffix: dc=example,dc=com
olcDbDirectory: $site/db2
olcAccess: to attrs=userPassword by self =xw by anonymous auth by * none
olcAccess: to * by * read
END
keep before
slapcat -F "$site/slapd.d" -n 2 >"$work/before.two" 2>/dev/null
setup 0 "setup of one domain" -d example.org --suffix dc=nodomain
cp "$config" "$work/first.conf"
setup 0 "of one more in the same suffix" -d example.net --suffix dc=nodomain
says "gives it containers of its own" "^done +entries +add ou=invites,ou=example.net,dc=nodomain" "$out"
says "and a section" "^done +configuration +put the section of the domain into" "$out"
head -c "$(wc -c <"$work/first.conf")" "$config" | cmp - "$work/first.conf" >"$out" 2>&1
verdict "behind what was there, which is the same to the byte" $?
setup 0 "of one more in another database" -d example.com
says "which it finds by its name" "^found +suffix +dc=example,dc=com " "$out"
says "and fills" "^done +entries +add dc=example,dc=com" "$out"
says "it keeps the identity" "^there +account +cn=invitegate,ou=services,dc=nodomain can bind" "$out"
keep set
slapcat -F "$site/slapd.d" -n 2 >"$work/set.two" 2>/dev/null
for domain in example.org example.net example.com; do
    setup 0 "setup of $domain again" -d $domain
    says "there is nothing to do" "^Nothing to change" "$out"
done
keep again
same "and not a byte has changed" set again
cp "$config" "$work/three.conf"
setup 4 "people inside those of another domain" -d example.edu --suffix dc=nodomain --people ou=more,ou=people,dc=nodomain
says "are refused, with both named" "those of example.org are in ou=people,dc=nodomain" "$err"
ready
registers example.org olga
registers example.net nick
registers example.com cora
ldapsearch -x -LLL -H "$uri" -b dc=example,dc=com '(objectClass=xmppInvite)' 1.1 >"$out" 2>"$err"
! grep -q '^dn' "$out"
verdict "nobody sees the invites in the other database" $?
# an edited configuration is the site's own
sed 's/^level = .*/level = info/' "$work/three.conf" >"$config"
setup 0 "one more, when the configuration was edited" -d example.edu --suffix dc=nodomain --dry-run
says "says what to put into it" "^left +configuration .* put into it: \\[domain example.edu\\], invites = ou=invites,ou=example.edu,dc=nodomain" "$out"
# an undo hides what each domain has, also of one that is in the configuration no more
sed '/^\[domain example.org\]/,/^\[agent\]/{/^\[agent\]/!d}' "$work/three.conf" >"$config"
setup 0 "a run when a domain has left the configuration" -d example.net
cp "$work/three.conf" "$config"
setup 0 "undo, with people there" --undo
says "keeps the rules of the first suffix" "^left +undo +3 rules of access stay" "$out"
for each in dc=nodomain dc=example,dc=com; do
    ldapsearch -x -LLL -H "$uri" -b $each '(|(objectClass=xmppInvite)(authPassword=*))' 1.1 >"$out" 2>"$err"
    ! grep -q '^dn' "$out"
    verdict "hides what is below $each" $?
done
admin uid=olga,ou=people,dc=nodomain
admin uid=nick,ou=people,ou=example.net,dc=nodomain
give_rights='add: olcAccess
olcAccess: {0}to * by dn.exact="'$self'" manage by * break'
for each in 1 2; do change "olcDatabase={$each}mdb,cn=config" "$give_rights"; done
for each in ou=invites,dc=nodomain ou=invites,ou=example.net,dc=nodomain ou=invites,dc=example,dc=com ou=people,dc=example,dc=com; do
    as_root ldapsearch -LLL -s one -b $each 1.1 2>/dev/null | sed -n 's/^dn: //p' |
        as_root ldapdelete >"$out" 2>"$err" || verdict "forgetting $each" 1
done
setup 0 "undo again, when they are gone" --undo
[ ! -e "$journal" ]
verdict "the journal goes" $?
keep after
slapcat -F "$site/slapd.d" -n 2 >"$work/after.two" 2>/dev/null
[ "$(grep -c '^dn:' "$work/after.two")" -eq 1 ]
verdict "the other database has its suffix alone, which only its rootdn can delete" $?
alike "and all is as it was" before after \
    "$(printf '%s\n' '> olcModuleLoad: {1}ppolicy' '> olcModuleLoad: {2}argon2 m=19456 t=2 p=1')
"
echo "1..$number"
