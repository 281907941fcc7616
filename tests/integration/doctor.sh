#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# invitectl doctor: a directory on which one mistake after another is made for real, and what is said of it:
# each by a remedy of its own, each cause once, and nothing is called good that was not looked at.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=../support/ctl.sh
. "$top/tests/support/ctl.sh"

# edit FILE SED-SCRIPT: which has to change something
edit() {
    cp "$1" "$work/before"
    sed -i "$2" "$1"
    ! cmp -s "$1" "$work/before"
}

stop() {
    "$top/scripts/private-slapd" stop "$site"
}

# with DESCRIPTION COMMAND: doctor has findings, once a command has changed something, and slapd was started again
with() {
    stop
    (eval "$2") >"$err" 2>&1 || verdict "$1: can be made" 1
    restart 2>/dev/null
    exits 1 "$1" doctor
}

one() { # DESCRIPTION PATTERN: the only finding
    [ "$(grep -c '^finding' "$out")" -eq 1 ] && grep -qE -- "^finding +$2" "$out"
    verdict "$1" $?
}

directory "$work/good"
good=$uri
exits 0 "init" init
for name in alice bob; do
    make --note "for $name"
    redeems 0 "$name" "$name" "$token" 'Seventeen green kettles'
done
make --inviter alice@example.org --uses 3
exits 0 "doctor is content" doctor
cp -a "$site" "$work/kept"
# as it was, but for the data
as_it_was() {
    cp "$work/kept"/*.conf "$work/kept/token.keys" "$site/"
}

# ------------------------------------------------------------------------------------------ hashing

says "how the directory hashes" '^ok +hashing .*hashes a clear password it is given, as \{SSHA\}' "$out"
says "and what that is worth" '^note +hashing .*\{SSHA\} is one round of a digest' "$out"
directory "$work/slow" --password-hash '{ARGON2}'
exits 0 "init where it hashes well" init
says "says how" '^ok +hashing .*, as \{ARGON2\}' "$out"
! grep -q '^note *hashing' "$out"
verdict "and no more" $?
stop
site=$work/good config=$work/good/invitegate.conf uri=$good

# ------------------------------------------------------------------------------------------ indexes

says "the newest entries are looked up" '^note +indexes .*cn=config is not readable: .* [1-9][0-9]* searches for the newest' "$out"
# Half filled, as after a slapd that was ended while it made an index: who came before it is in it, who came later not.
for each in 'uid eq:uid=carol' 'member eq:member=uid=carol' 'inviteMadeBy eq:inviteMadeBy='; do
    pattern=${each#*:} each=${each%%:*}
    stop
    edit "$site/invitegate-index.conf" "s/^index $each/index cn eq/"
    restart 2>/dev/null
    if [ "$each" = "uid eq" ]; then
        make --note "for carol"
        redeems 0 "carol comes while there is no index of $each" carol "$token" 'Seventeen green kettles'
    elif [ "$each" = "member eq" ]; then
        admin ldapadd >"$out" 2>"$err" <<END
dn: cn=choir,ou=groups,$suffix
objectClass: groupOfNames
cn: choir
member: uid=carol,ou=people,$suffix
END
        verdict "a group comes while there is no index of $each" $?
    else
        make --note "while there is no index of $each"
    fi
    as_it_was
    restart 2>/dev/null
    exits 1 "doctor, where the index of ${each% eq} is half filled" doctor
    one "finds that" "indexes .*a search for \($pattern.*\) does not find .*, which has it: the index of ${each% eq} is empty or half filled"
    says "and tells how to mend it" '> OpenLDAP: stop slapd, run slapindex as its user' "$out"
    stop
    PATH=$PATH:/usr/sbin slapindex -q -f "$site/slapd.conf" >"$out" 2>"$err"
    restart 2>/dev/null
    exits 0 "which mends it" doctor
done

# Which there are is read as root, where the identity of invitegate may not see them.
if [ "$(id -u)" -eq 0 ]; then
    gate=cn=invitegate,ou=services,$suffix
    cat >"$work/gate.ldif" <<END
dn: ou=services,$suffix
objectClass: organizationalUnit
ou: services

dn: $gate
objectClass: applicationProcess
objectClass: simpleSecurityObject
cn: invitegate
userPassword: secret
END
    directory "$work/simple" --extra-ldif "$work/gate.ldif" --identity "$gate"
    echo secret >"$site/gate.password"
    chmod 600 "$site/gate.password"
    sed -i -e '/^bind = /s/external/simple/' -e "s/^bind_dn =.*/bind_dn = $gate/" \
        -e "s,^bind_password_file =.*,bind_password_file = $site/gate.password," "$config"
    {
        printf 'database config\naccess to *\n'
        printf '    by dn.exact="gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth" manage\n    by * none\n'
    } >>"$site/slapd.conf"
    exits 0 "init with a password" init
    says "sees no configuration" '^note +indexes .*cn=config is not readable' "$out"
    restart
    exits 0 "doctor, as root, with one that root may read" doctor
    says "compares the indexes" '^ok +indexes .*all that are needed are there' "$out"
    with "without one" "edit '$site/invitegate-index.conf' '/^index xmppJid/d'"
    one "says so" "indexes .*xmppJid has no index for equality"
    stop
    site=$work/good config=$work/good/invitegate.conf uri=$good
fi

# ------------------------------------------------------------------------------------- its answers

with "a database that is read-only" "edit '$site/slapd.conf' '/^suffix/a readonly on'"
one "is one finding" 'provider .*answered 53, operation restricted'
says "with its own remedy" '> the database, or the server, is set read-only: olcReadOnly' "$out"
! grep -qE 'acl|removal' "$out"
verdict "and nothing of rights, or of entries that were never made" $?
as_it_was

with "a size limit" "edit '$site/invitegate-limits.conf' 's/prtotal=unlimited/prtotal=4/'"
one "is one finding" 'limits .*what is below ou=invites,.* cannot be listed: it answered 4'
says "with its own remedy" '> .*invitegate-limits\.conf' "$out"
as_it_was

# Full: as much room as the data needs, and a little.
stop
PATH=$PATH:/usr/sbin slapcat -f "$site/slapd.conf" >"$work/data.ldif" 2>"$err"
cp -a "$site/db" "$work/db"
rm "$site"/db/*
sed -i 's/^maxsize .*/maxsize 600000/' "$site/slapd.conf"
PATH=$PATH:/usr/sbin slapadd -q -f "$site/slapd.conf" -l "$work/data.ldif" >"$out" 2>"$err"
restart 2>/dev/null
"$invitectl" -c "$config" create --count 1000 >"$work/full" 2>&1
exits 1 "a database that is full" doctor
one "is one finding" 'provider .*answered 80, .*(index|store)'
says "with its own remedy" '> the database is full, or its disk is: raise olcDbMaxSize' "$out"
stop
rm -r "$site/db"
mv "$work/db" "$site/db"
as_it_was
restart 2>/dev/null
exits 0 "doctor is content with what it was" doctor

# ------------------------------------------------------------------------------- missing, or hidden

changed() { # SED-SCRIPT: the configuration, changed
    sed "$1" "$config" >"$work/changed.conf"
    ! cmp -s "$config" "$work/changed.conf" || verdict "$1" 1
    chmod 600 "$work/changed.conf"
}
changed 's/^invites = .*/invites = ou=nowhere,dc=example,dc=org/'
exits 1 "a container that is not there" -c "$work/changed.conf" doctor
one "is one finding, with whom the directory takes this host for" \
    "containers .*invites = ou=nowhere,.* or is hidden from gidNumber=[0-9]+\+uidNumber=[0-9]+,cn=peercred,cn=external,cn=auth"
echo 'Seventeen green kettles' >"$work/bob.password"
chmod 600 "$work/bob.password"
changed "s/^bind = .*/bind = simple/;s/^bind_dn =.*/bind_dn = uid=bob,ou=people,$suffix/;s,^bind_password_file =.*,bind_password_file = $work/bob.password,"
exits 1 "another identity than that of the rules" -c "$work/changed.conf" doctor
says "is named" "invites = ou=invites,.* or is hidden from uid=bob,ou=people,$suffix" "$out"
echo wrong >"$work/bob.password"
exits 4 "a wrong password" -c "$work/changed.conf" doctor
says "is told by the name it was tried for" "refused the bind as uid=bob,.*bind_password_file, is not what the directory has" "$err"

# ------------------------------------------------------------------------------------------- schema

with "a template of a schema that is not there" "edit '$config' 's/^account_classes = .*/& sambaSamAccount/;s/^account_attributes = .*/& sambaSID=%u sambaLMPassword=%u/'"
says "is one finding" '^finding +schema .*does not know sambaSamAccount and 2 other names of account_classes' "$out"
[ "$(grep -c '^finding *schema' "$out")" -eq 1 ]
verdict "however many names" $?
as_it_was
restart
stop
"$top/scripts/private-slapd" start --fast "$work/other" >"$work/started" 2>"$err" || verdict "another slapd" 1
"$top/scripts/private-slapd" stop "$work/other"
cat >"$work/other/slapd.conf" <<END
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile $work/other/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix "$suffix"
rootdn "cn=admin,$suffix"
directory $work/other/db
access to * by * read
END
rm -rf "$work/other/db"
mkdir "$work/other/db"
PATH=$PATH:/usr/sbin slapadd -q -f "$work/other/slapd.conf" >"$out" 2>"$err" <<END
dn: $suffix
objectClass: dcObject
objectClass: organization
dc: example
o: example
END
"$top/scripts/private-slapd" start --fast "$work/other" >"$work/started" 2>"$err"
changed "s,^uri = .*,uri = $(sed -n 's/^uri=//p' "$work/started"),"
exits 1 "a directory without our schema" -c "$work/changed.conf" doctor
says "is one finding" '^finding +schema .*does not have the schema of invitegate: it knows none of [0-9]+ names' "$out"
says "one more is of the verifiers" '^finding +schema .*does not have the schema of authPassword' "$out"
[ "$(grep -c '^finding *schema' "$out")" -eq 2 ]
verdict "and no more" $?
"$top/scripts/private-slapd" stop "$work/other"

# --------------------------------------------------------------------- what it did not look at is not good

restart
exits 0 "doctor is content" doctor
with "a schema that is hidden" "edit '$site/slapd.conf' '/^database mdb/i access to dn.base=\"cn=Subschema\" by * none'"
says "is unseen" '^unseen +schema .*does not show its schema' "$out"
! grep -qE '^ok +schema' "$out"
verdict "and not called good" $?
as_it_was

echo "1..$number"
