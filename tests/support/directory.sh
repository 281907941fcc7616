#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# For suites in sh that have a private directory of their own: what they report, whom they ask as, and
# the entries they speak of. To be sourced, with $server (slapd or 389ds) set; skips all where it is not
# installed. The folder $work goes at the end, with each server that runs in a folder of it.
# shellcheck disable=SC2034 # who sources it uses the rest

: "${server:?slapd or 389ds}"
top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
built=${abs_top_builddir:-$top}
invitectl=$built/tools/invitectl
for tool in "$(echo "$server" | sed 's/^389ds$/ns-slapd/')" ldapsearch; do
    PATH=$PATH:/usr/sbin command -v "$tool" >/dev/null || {
        echo "1..0 # SKIP $tool is not installed"
        exit 0
    }
done
work=$(mktemp -d)
cleanup() {
    for each in "$work"/*/slapd.pid; do
        [ ! -e "$each" ] || "$top/scripts/private-$server" stop "${each%/*}" 2>/dev/null
    done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

site=$work/site
config=$site/invitegate.conf
out=$work/out
err=$work/err
suffix=dc=example,dc=org
service=cn=invitegate,ou=services,$suffix
id=fe8ed1b9e1c311291f06daec7dba860f82c3632a
zeros=0000000000000000000000000000000000000000

# start OPTION...: the server of $site; sets uri
start() {
    "$top/scripts/private-$server" start --fast "$@" "$site" >"$work/started" 2>"$err" || {
        cat "$err"
        echo "Bail out! the directory does not start"
        exit 1
    }
    uri=$(sed -n 's/^uri=//p' "$work/started")
}
stop() {
    "$top/scripts/private-$server" stop "$site"
}

# ------------------------------------------------------------------------------------- what is reported

# verdict DESCRIPTION STATUS: the TAP line for the status of what was tried. Many tests run at the end
# of a pipe, in a process of their own: a file counts them.
verdict() {
    echo "$1" >>"$work/reported"
    count=$(wc -l <"$work/reported")
    if [ "$2" -eq 0 ]; then
        echo "ok $count - $1"
        return
    fi
    echo "not ok $count - $1"
    sed 's/^/# out: /' "$out" | head -30
    sed 's/^/# err: /' "$err" | head -20
}

# report DESCRIPTION COMMAND...: passes if the command succeeds
report() {
    description=$1
    shift
    "$@" >"$out" 2>"$err"
    verdict "$description" $?
}

# The last line of a suite
plan() {
    echo "1..$(wc -l <"$work/reported")"
}

# exits STATUS DESCRIPTION ARGUMENT...: invitectl
exits() {
    expected=$1 description=$2
    shift 2
    "$invitectl" -c "$config" "$@" >"$out" 2>"$err"
    status=$?
    [ $status -eq "$expected" ] || echo "exit status $status" >>"$err"
    verdict "$description" $((status != expected))
}

# says DESCRIPTION PATTERN FILE: of the command before
says() {
    grep -qE -- "$2" "$3"
    verdict "$1" $?
}

# ---------------------------------------------------------------------------------------- who asks what

# as WHO TOOL...: an LDAP tool as gate (invitegate's identity), admin (the rootdn), anonymous or a user
as() {
    who=$1 tool=$2
    shift 2
    case $who,$server in
    gate,slapd) set -- -Q -Y EXTERNAL "$@" ;;
    gate,*) set -- -x -D "$service" -y "$site/directory.password" "$@" ;;
    anonymous,*) set -- -x "$@" ;;
    admin,*) set -- -x -D "cn=admin,$suffix" -y "$site/admin.password" "$@" ;;
    *) set -- -x -D "uid=$who,ou=people,$suffix" -w "password of $who" "$@" ;;
    esac
    "$tool" -H "$uri" "$@"
}

# writes CODES DESCRIPTION WHO: the LDIF on standard input, as changes, ends with one of the codes
writes() {
    codes=$1 description=$2
    as "$3" ldapmodify >"$out" 2>"$err"
    code=$?
    case " $codes " in
    *" $code "*) verdict "$description" 0 ;;
    *) echo "result $code" >>"$err" && verdict "$description" 1 ;;
    esac
}
allowed() { writes 0 "$@"; }
denied() {
    if [ "$server" = slapd ]; then
        writes "50 32" "$@"
    else
        writes 50 "$@"
    fi
}

# reads WHO BASE FILTER ATTRIBUTE: its values, one a line
reads() {
    as "$1" ldapsearch -LLL -o ldif-wrap=no -b "$2" "$3" "$4" 2>"$err" | sed -n "s/^$4::* //Ip"
}

# shows EXPECTED DESCRIPTION WHO BASE FILTER ATTRIBUTE: its values, in order, each with a |
shows() {
    expected=$1 description=$2
    shift 2
    values=$(reads "$@" | sort | tr '\n' '|')
    echo "$values" >"$out"
    [ "$values" = "$expected" ]
    verdict "$description" $?
}

# names COUNT DESCRIPTION WHO BASE FILTER: so many entries, read page by page
names() {
    as "$3" ldapsearch -LLL -E pr=200/noprompt -b "$4" "$5" 1.1 >"$out" 2>"$err"
    [ "$(grep -c '^dn:' "$out")" -eq "$1" ]
    verdict "$2" $?
}

# --------------------------------------------------------------------------------- entries and changes

# change DN KIND ATTRIBUTE [VALUE]: LDIF; the DN without the suffix
change() {
    printf 'dn: %s,%s\nchangetype: modify\n%s: %s\n' "$1" "$suffix" "$2" "$3"
    [ $# -lt 4 ] || printf '%s: %s\n' "$3" "$4"
}
delete() { printf 'dn: %s,%s\nchangetype: delete\n' "$1" "$suffix"; }

invite() { # ID USESLEFT [USES] [EXPIRES]
    cat <<END
dn: inviteId=$1,ou=invites,$suffix
changetype: add
objectClass: xmppInvite
inviteId: $1
inviteType: account
inviteDomain: example.org
inviteUses: ${3:-2}
inviteUsesLeft: $2
inviteExpires: ${4:-99991231235959Z}
inviteKeyId: 1
inviteTerms: none
END
}
claim() { # HELD LEFT WHO: of the invite $id
    cat <<END
dn: inviteId=$id,ou=invites,$suffix
changetype: modify
delete: inviteUsesLeft
inviteUsesLeft: $1
-
add: inviteUsesLeft
inviteUsesLeft: $2
-
add: inviteClaim
inviteClaim: $3
END
}
account() { # NAME: by the invite $id
    cat <<END
dn: uid=$1,ou=people,$suffix
changetype: add
objectClass: inetOrgPerson
objectClass: xmppAccount
objectClass: authPasswordObject
uid: $1
cn: $1
sn: $1
mail: $1@example.org
xmppJid: $1@example.org
inviteId: $id
inviteNonce: 0011223344556677
xmppInvitedBy: alice@example.org
xmppAccountExpires: 99991231235959Z
userPassword: password of $1
authPassword: SCRAM-SHA-256\$10000:c2FsdA==\$c3RvcmVk:c2VydmVy
END
}
reset() { # PASSWORD: of dora
    cat <<END
dn: uid=dora,ou=people,$suffix
changetype: modify
replace: userPassword
userPassword: $1
-
replace: inviteNonce
inviteNonce: 8899aabbccddeeff
-
add: objectClass
objectClass: authPasswordObject
-
replace: authPassword
authPassword: SCRAM-SHA-256\$10000:c2FsdA==\$c3RvcmVk:c2VydmVy
END
}
pair() { # ID: of alice and bob
    cat <<END
dn: rosterPairId=$1,ou=rosters,$suffix
changetype: add
objectClass: xmppRosterPair
rosterPairId: $1
xmppContactJid: alice@example.org
xmppContactJid: bob@example.org
rosterGroup: Invited
rosterMember: alice
rosterMember: bob
inviteId: $id
END
}

# What a site has that invitegate did not make: carl, who has no XMPP account, dora and a group.
site_entries() {
    cat <<END
dn: uid=carl,ou=people,$suffix
objectClass: inetOrgPerson
uid: carl
cn: carl
sn: carl
userPassword: password of carl

dn: uid=dora,ou=people,$suffix
objectClass: inetOrgPerson
objectClass: xmppAccount
uid: dora
cn: dora
sn: dora
xmppJid: dora@example.org
userPassword: password of dora

dn: cn=staff,ou=groups,$suffix
objectClass: groupOfNames
cn: staff
member: uid=carl,ou=people,$suffix
END
}
