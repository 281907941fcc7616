#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# invitectl where its surroundings fail it: closed, full and broken standard streams, interrupts,
# odd files; and options and names that people put together wrongly.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=../support/ctl.sh
. "$top/tests/support/ctl.sh"

# ctl ARGUMENT...: invitectl, for redirections of one's own
ctl() {
    "$invitectl" -c "$config" "$@"
}

# ended STATUS DESCRIPTION: the status of what was run last is STATUS
ended() {
    status=$?
    [ $status -eq "$1" ] || echo "exit status $status" >>"$err"
    verdict "$2" $((status != $1))
}

open_invites() {
    entries "ou=invites,$suffix" '(&(objectClass=xmppInvite)(inviteUsesLeft>=1))'
}

# ---------------------------------------------------------------------------------- wrong usage

: >"$work/empty"
config=$work/empty
exits 2 "no command" ; says "says so" 'which command' "$err"
exits 2 "an unknown command" frobnicate ; says "names it" frobnicate "$err"
exits 2 "tree of two" tree a b
exits 2 "remove without a JID" remove
exits 2 "repair does not take a word" repair x
exits 2 "purge without --older-than" purge
says "asks for it" '--older-than' "$err"
exits 2 "purge of no age" purge --older-than 0d
exits 2 "purge of some age" purge --older-than long
exits 2 "an unknown option" list --frobnicate
exits 2 "an option without its value" create --type
exits 2 "an option twice" list --state all --state used
exits 2 "a missing argument" show
exits 2 "an argument too many" show a b
exits 2 "redeem without --user" redeem abc
exits 2 "list in an unknown state" list --state bad
exits 2 "--bind-dn without its password" init --bind-dn cn=x
exits 0 "help" --help
exits 0 "help of a command, options behind it" create --type x --help
says "shows its options" '--account-expires WHEN' "$out"
exits 4 "an empty configuration" list
config=$work/none
exits 4 "no configuration" create
says "names the file" "$work/none" "$err"
says "and one to begin with" 'config-examples/invitegate.conf' "$err"

# ------------------------------------------------------- what is wrong before any file is read

config=$work/none
exits 2 "a bad type, without a configuration" create --type bad
exits 2 "a reset without a name" create --type reset
exits 2 "a contact invite for a name" create --type contact --inviter alice --user bob
says "says why" '--user does not go with it' "$err"
exits 2 "a contact invite with a group" create --type contact --inviter alice --group "cn=x,$suffix"
exits 2 "a contact invite with an end of the account" \
    create --type contact --inviter alice --account-expires 30d
exits 2 "a reset with a group" create --type reset --user bob --group "cn=x,$suffix"
exits 2 "a reset with an end of the account" create --type reset --user bob --account-expires 30d
exits 2 "a reset without a pair" create --type reset --user bob --inviter alice --no-pair
exits 2 "inheriting groups by any name" create --inherit-groups
says "says why" 'it needs --user' "$err"
exits 2 "a reset that inherits groups" create --type reset --user bob --inherit-groups
exits 2 "a name and unlimited uses" create --user bob --uses unlimited
exits 2 "--json and --print-ldif" --json init --print-ldif
for each in type expires account-expires uses count print note roster-group; do
    exits 2 "an empty --$each" create "--$each" ''
done
for each in 7 d 7D '7 d' -7d 7.5d 1y 0d 9999999999w tomorrow 2030-01-31 2030-01-31T12:00:00 \
    2030-02-30T12:00:00Z 2030-01-31T25:00:00Z 2030-01-31T12:00:00+2 '2030-01-31 12:00:00Z'; do
    exits 2 "--expires $each" create --expires "$each"
done
exits 4 "all is well with the command line" create --expires 2030-01-31t12:00:00.5z
says "but there is no configuration" "$work/none cannot be opened" "$err"
exits 4 "an empty name of a configuration" -c '' list
exits 4 "a configuration that is a folder" -c "$work" list
says "says so" 'is a directory; it must be a regular file' "$err"
mkfifo "$work/fifo"
exits 4 "or a FIFO" -c "$work/fifo" list
says "is not waited for" 'is a FIFO' "$err"
exits 4 "or a device" -c /dev/null list

# ------------------------------------------------------------------------- standard streams

directory "$work/site"
exits 0 "init" init
before=$(open_invites)
ctl create >&- 2>"$err"
ended 3 "create with a closed output"
says "says so" 'standard output is closed' "$err"
[ "$(open_invites)" = "$before" ]
verdict "and makes nothing" $?
ctl doctor >&- 2>"$err"
ended 3 "doctor with a closed output"
ctl doctor 0<&- >"$out" 2>&-
ended 0 "it does without the others"
ctl create --count 3 >/dev/full 2>"$err"
ended 3 "create on a full disk"
says "says whose token is lost" 'token of invite [0-9a-f]{40} could not be written.*revoke it' "$err"
says "and how far it came" 'ended at invite 1 of 3' "$err"
id=$(sed -n 's/.*of invite \([0-9a-f]*\) could.*/\1/p' "$err")
exits 0 "that one can be revoked" revoke "$id"
[ "$(open_invites)" = "$before" ]
verdict "and is the only one" $?
ctl --json create --count 3 >/dev/full 2>"$err"
ended 3 "create --json on a full disk"
says "says whose token is lost" 'token of invite [0-9a-f]{40} could not be written' "$err"
for each in "list --state all" "show $id" "--json show $id" "revoke $id" doctor --help --version \
    "create --help" "repair" "init --print-ldif"; do
    # shellcheck disable=SC2086 # words
    ctl $each >/dev/full 2>"$err"
    status=$?
    says "$each on a full disk" 'cannot write the output' "$err"
    verdict "ends with 3" $((status != 3))
done
before=$(open_invites)
{ ctl create --count 500 2>"$err"; echo $? >"$work/status"; } | head -n 2 >"$out"
[ "$(cat "$work/status")" = 3 ]
verdict "create whose reader goes away" $?
says "says whose token nobody has seen" 'token of invite [0-9a-f]{40} could not be written' "$err"
says "and ends" 'ended at invite [0-9]+ of 500' "$err"

# Who interrupts while an invite is made gets its token first. (In the background of a shell SIGINT is
# ignored.)
sed -e 's/^timeout = .*/timeout = 20s/' -e 's/^claim_grace = .*/claim_grace = 20m/' "$config" >"$work/patient.conf"
chmod 600 "$work/patient.conf"
kill -STOP "$(cat "$site/slapd.pid")"
"$invitectl" -c "$work/patient.conf" create --count 500 --print token >"$out" 2>"$err" &
runner=$!
poll=100
until grep -qs '^SigBlk:.*[4-7c-f]0.[37bf]$' "/proc/$runner/status" || [ $poll -eq 0 ]; do
    poll=$((poll - 1))
    sleep 0.1
done
kill -TERM $runner
kill -CONT "$(cat "$site/slapd.pid")"
wait $runner
ended 143 "create that is told to end"
token=$(cat "$out")
exits 0 "printed what it had begun" check "$token"

token=$(ctl create --print token 2>"$err")
timeout 20 "$invitectl" -c "$config" redeem --user ann "$token" <&- >"$out" 2>"$err"
ended 4 "redeem with a closed input"
says "says so" 'cannot read the input' "$err"
timeout 20 "$invitectl" -c "$config" check - <&- >"$out" 2>"$err"
ended 4 "check - with a closed input"
timeout 20 "$invitectl" -c "$config" redeem --user ann "$token" <"$work" >"$out" 2>"$err"
ended 4 "redeem that reads a folder"
timeout 20 "$invitectl" -c "$config" redeem --user ann "$token" </dev/zero >"$out" 2>"$err"
ended 1 "a password without an end"
: | ctl check - >"$out" 2>"$err"
ended 1 "no line for check -"
printf '%s' "$token" | ctl redeem --user ann - >"$out" 2>"$err"
ended 1 "no second line for redeem -"
head -c 9000 /dev/zero | tr '\0' x | ctl redeem --user ann "$token" >"$out" 2>"$err"
ended 1 "a password of 9000 bytes"
head -c 1025 /dev/zero | tr '\0' x | ctl redeem --user ann "$token" >"$out" 2>"$err"
ended 1 "a password of 1025 bytes"
printf 'a\0b has a password' | ctl redeem --user ann "$token" >"$out" 2>"$err"
ended 1 "a password with a NUL"
printf 'ann has a \377 password' | ctl redeem --user ann "$token" >"$out" 2>"$err"
ended 1 "a password that is not UTF-8"
printf '%s has a password' "$token" | ctl redeem --user ann "$token" >"$out" 2>"$err"
ended 1 "a password that starts with a token"
printf 'ann has a\ttab' | ctl redeem --user ann "$token" >"$out" 2>"$err"
ended 1 "a password with a tab"
says "says so" 'cannot be used' "$err"
printf '\357\275\233SSHA} is what ann has' | ctl redeem --user ann "$token" >"$out" 2>"$err"
ended 1 "a password that looks hashed when it is prepared"
exits 0 "the token is still good" check "$token"
exits 0 "also in quotation marks" check "$(printf '\342\200\234%s\342\200\235' "$token")"
spare=$(ctl create --print token)
printf 'nbsp\302\240inside, \357\254\201ne' | ctl redeem --user nbsp "$spare" >"$out" 2>"$err"
ended 0 "a password with U+00A0 and U+FB01"
binds nbsp 'nbsp inside, fine'
ended 0 "is the one that is prepared of it"
head -c 1024 /dev/zero | tr '\0' x | ctl redeem --user ann "$token" >"$out" 2>"$err"
ended 0 "a password of 1024 bytes"

# ---------------------------------------------------------------------- names that are held

sed 's/^to = .*/to = stderr/' "$config" >"$work/spoken.conf"
exits 1 "create for a name that is taken" create --user ann
says "says so" '^invitectl: the name is taken: held by uid=ann,' "$err"
ctl create --print token >"$work/token" 2>"$err"
printf 'ann has no second password' | ctl redeem --user ann "$(cat "$work/token")" >"$out" 2>"$err"
ended 1 "redeem for it"
says "says the same" '^invitectl: the name is taken: held by uid=ann,' "$err"
exits 0 "a reset" -c "$work/spoken.conf" create --type reset --user ANN
says "is logged with its name" 'result=OK invite=[0-9a-f]{40} user="ann@example.org" .*why="created"' "$err"
exits 0 "so is a name that is kept" -c "$work/spoken.conf" create --user Otto
says "as prepared" 'user="otto@example.org"' "$err"

# --------------------------------------------------------------- an administrator's password

: >"$work/nothing"
chmod 600 "$work/nothing"
exits 2 "init as nobody" init --bind-dn '' --bind-password-file "$work/nothing"
admin_init 4 "init with an empty password, which binds as nobody" "$work/nothing"
says "says so" "$work/nothing is empty" "$err"

# ----------------------------------------------------------- domains, as people write them

# Its containers are not there, and are named when they are looked for.
sed 's/^\[domain example.org\]/[domain xn--bcher-kva.example]/; /^\(invites\|people\|rosters\) /s/,dc=/-2,dc=/
    /^\[agent\]/,$d' "$config" | sed -n '/^\[domain/,$p' | cat "$config" - >"$work/two.conf"
chmod 600 "$work/two.conf"
config=$work/two.conf
for each in "list -d bücher.example" "list -d BÜCHER.example." "list -d xn--bcher-kva.example" \
    "create --user bob@Bücher.example" "roster bob@bücher.example" "remove bob@bücher.example"; do
    # shellcheck disable=SC2086 # words
    exits 4 "$each" $each
    says "looks there" '(invites|people|rosters)-2' "$err"
done
exits 0 "a name with its domain" create --user zoe@EXAMPLE.org
exits 1 "the other domain's name" -d example.org create --user bob@bücher.example
exits 4 "no domain" create
exits 4 "an unknown domain" -d nowhere.example list
says "is named" 'no section \[domain nowhere.example\]' "$err"
exits 4 "an empty one" -d '' list
exits 1 "a JID with a resource" -d example.org roster bob@example.org/phone
says "says so" 'has a resource' "$err"
exits 1 "a name with one" -d example.org create --user bob@example.org/phone
says "says so" 'resource' "$err"

# ------------------------------------------------------- a site without its containers, by JSON

config=$site/invitegate.conf
admin ldapdelete -r "ou=invites,$suffix" >"$out" 2>"$err"
exits 4 "init --json without a container" --json init
json "has its LDIF as a remedy" '[(r["check"], r["status"]) for r in rows] == [("containers", "finding")] and
    "dn: ou=invites,dc=example,dc=org\n" in rows[0]["remedy"]'

echo "1..$number"
