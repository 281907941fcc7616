#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A directory that shows or lets invitegate do less than it needs, or more than it should: nothing is
# assumed, the answer is CONFIG, the directory stays as it was, and doctor says what is wrong.
set -u

server=slapd
# shellcheck source=../support/directory.sh
. "${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/support/directory.sh"

redeems() { # STATUS DESCRIPTION USER TOKEN
    printf %s 'Seventeen-green-kettles!' >"$work/password"
    "$invitectl" -c "$config" redeem --user "$3" "$4" <"$work/password" >"$out" 2>"$err"
    status=$?
    [ $status -eq "$1" ] || echo "exit status $status" >>"$err"
    verdict "$2" $((status != $1))
}

make() { # ARGUMENT...: sets token
    token=$("$invitectl" -c "$config" create --print token "$@" 2>"$err") || {
        : >"$out"
        verdict "create $*" 1
    }
}

restart() { # with what was changed in its files
    stop
    start
}

# rules SED-SCRIPT: the example's access rules, changed
rules() {
    sed "$1" "$work/acl.good" >"$site/invitegate-acl.conf"
    if cmp -s "$work/acl.good" "$site/invitegate-acl.conf"; then
        echo "Bail out! the example's rules have no such line: $1"
        exit 1
    fi
    restart
}

# hides ATTRIBUTE: by a rule in front of all others; writing stays possible
hides() {
    {
        printf 'access to attrs=%s\n    by * =w\n' "$1"
        cat "$work/acl.good"
    } >"$site/invitegate-acl.conf"
    restart
}

as_it_should_be() {
    cp "$work/acl.good" "$site/invitegate-acl.conf"
    restart
}

# Sorted, and without the marks of a change: a claim that was given back leaves an invite that was
# changed, and is as it was.
dump() {
    PATH=$PATH:/usr/sbin slapcat -o ldif-wrap=no -f "$site/slapd.conf" 2>/dev/null |
        grep -vE '^(entryCSN|modifyTimestamp|modifiersName|inviteClock):' | sort
}

# unchanged DESCRIPTION: since $work/before
unchanged() {
    dump >"$work/after"
    diff "$work/before" "$work/after" >>"$err"
    verdict "$1" $?
}

start --conf
cp "$site/invitegate-acl.conf" "$work/acl.good"
sed -i 's/^to = syslog/to = stderr/' "$config"
exits 0 "init" init
exits 0 "doctor has nothing to say" doctor
make
redeems 0 "alice" alice "$token"
make --inviter alice@example.org
dump >"$work/before"

# --------------------------------------------------------------- an attribute that cannot be seen

for attribute in inviteType inviteDomain inviteUses inviteUsesLeft inviteExpires inviteKeyId; do
    hides $attribute
    exits 4 "$attribute is hidden: check" check "$token"
    says "names it" $attribute "$err"
    redeems 4 "redeem" bob "$token"
    says "names it" $attribute "$err"
    exits 1 "doctor" doctor
    says "names it" $attribute "$out"
    unchanged "and nothing has changed"
done

# ------------------------------------------------------------------------------- too few rights

# lacks WHAT SED-SCRIPT FINDING: redeeming stops, nothing is left, doctor finds it
lacks() {
    rules "$2"
    redeems 4 "$1: redeem" bob "$token"
    says "says so" 'answered 50|insufficient|rights|cannot be read|may not' "$err"
    unchanged "the use was given back, nothing else has changed"
    exits 1 "doctor" doctor
    says "finds it" "finding +($3)" "$out"
    unchanged "and leaves nothing behind"
}

lacks "no right to claim" '/attrs=inviteUsesLeft,inviteClaim/,/write/s/write/read/' invites
lacks "no right to add accounts" '/ou=people.* attrs=children/,/write/s/write/read/' 'accounts|server'
lacks "no right to set a password" '/attrs=userPassword$/,/=ws/s/=ws/read/' accounts
lacks "no right to the nonce" '/attrs=inviteNonce/,/write/s/write/read/' 'accounts|server'

# What redeeming rarely needs, repair always does: the server's time.
rules 's/,inviteClock$//'
exits 4 "no right to touch the clock: repair" repair
exits 1 "doctor" doctor
says "finds it" 'finding +clock .*inviteClock' "$out"
hides modifyTimestamp
exits 4 "no right to read the clock: repair" repair
exits 1 "doctor" doctor
says "finds it on invites" 'finding +invites .*modifyTimestamp' "$out"
says "and on their container" 'finding +clock .*modifyTimestamp' "$out"
{
    printf 'access to dn.onelevel="ou=rosters,dc=example,dc=org" attrs=entryCSN\n    by * =w\n'
    cat "$work/acl.good"
} >"$site/invitegate-acl.conf"
restart
exits 1 "doctor, where the age of pairs is hidden" doctor
says "finds that nobody is told of new ones" 'finding +rosters .*new pairs .*entryCSN' "$out"
as_it_should_be

# After the account is made its roster can wait: the claim stands, and the same token ends it.
rules '/ou=rosters,.*attrs=children/,/write/s/write/read/'
exits 1 "no right to add pairs: doctor" doctor
says "finds it" 'finding +rosters' "$out"
redeems 0 "the account is made" bob "$token"
says "the log says what is missing" 'rosterPairId=|answered 50' "$err"
exits 0 "the roster waits" roster bob@example.org
[ ! -s "$out" ]
verdict "indeed" $?
exits 0 "the use is not finished" --json show "$("$invitectl" -c "$config" --json list --state all | sed -n 's/.*"id": *"\([0-9a-f]*\)".*"inviter": *"alice.*/\1/p' | head -1)"
says "its claim stands" '"claims": *\[ *\{' "$out"
as_it_should_be
redeems 0 "the same again" bob "$token"
exits 0 "the roster is there" roster bob@example.org
says "with alice" '^alice@example.org' "$out"
exits 0 "doctor has nothing to say" doctor

# ------------------------------------------------------------------------------ too many rights

# exceeds WHAT SED-SCRIPT FINDING
exceeds() {
    rules "$2"
    dump >"$work/before"
    exits 1 "$1: doctor" doctor
    says "finds it" "$3" "$out"
    unchanged "and leaves nothing behind"
}

# shellcheck disable=SC2016 # the $ in them is sed's
exceeds "writes anywhere" '/^access to dn.subtree="dc=example,dc=org"/,$s/read/write/' 'finding +narrowness'
# shellcheck disable=SC2016
exceeds "manages anything" '/^access to dn.subtree="dc=example,dc=org"/,$s/read/manage/' 'finding +narrowness'
exceeds "is a password administrator, whom no policy stops" '/attrs=userPassword$/,/=ws/s/=ws/manage/' 'finding'
exceeds "changes what invites are for" '/^# New invites/,/^$/s/ add$/ write/' 'finding +terms'
exceeds "others read invites" '/^# -* invites/,/^# -* rosters/s/by \* none/by users read/' 'finding +exposure'
exceeds "others read rosters" '/^# -* rosters/,/^# -* passwords/s/by \* none/by users read/' 'finding +exposure'
as_it_should_be
exits 0 "doctor has nothing to say in the end" doctor

plan
