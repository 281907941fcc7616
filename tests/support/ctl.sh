# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# invitectl against a slapd of its own, for suites in sh: sourced with top set. Everything stands in
# the folder work, which goes with its servers when the suite ends.

built=${abs_top_builddir:-$top}
invitectl=$built/tools/invitectl
for tool in slapd ldapsearch python3; do
    PATH=$PATH:/usr/sbin command -v $tool >/dev/null || {
        echo "1..0 # SKIP $tool is not installed"
        exit 0
    }
done
work=$(mktemp -d)
site=$work/site
cleanup() {
    for each in "$work"/*/slapd.pid; do
        [ ! -e "$each" ] || "$top/scripts/private-slapd" stop "${each%/*}" 2>/dev/null
    done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

suffix=dc=example,dc=org
config=$site/invitegate.conf
number=0
out=$work/out
err=$work/err

# verdict DESCRIPTION STATUS: the TAP line for the status of what was tried
verdict() {
    number=$((number + 1))
    if [ "$2" -eq 0 ]; then
        echo "ok $number - $1"
        return
    fi
    echo "not ok $number - $1"
    sed 's/^/# out: /' "$out" | head -20
    sed 's/^/# err: /' "$err" | head -20
}

# exits STATUS DESCRIPTION ARGUMENT...: invitectl, with the configuration of the site
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

# says_nothing DESCRIPTION FILE
says_nothing() {
    [ ! -s "$2" ]
    verdict "$1" $?
}

# json DESCRIPTION EXPRESSION: of `rows`, the objects of standard output, one a line
json() {
    python3 -c '
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
sys.exit(0 if rows and eval("(" + sys.argv[2] + ")") else "not so: " + sys.argv[2])' "$out" "$2" 2>>"$err"
    verdict "$1" $?
}

# make ARGUMENT...: an invite that is needed further on; sets token
make() {
    token=$("$invitectl" -c "$config" create --print token "$@" 2>"$err") || {
        verdict "create $*" 1
        return
    }
    : >"$out"
}

# redeems STATUS DESCRIPTION USER TOKEN PASSWORD
redeems() {
    printf %s "$5" >"$work/password"
    "$invitectl" -c "$config" redeem --user "$3" "$4" <"$work/password" >"$out" 2>"$err"
    status=$?
    [ $status -eq "$1" ] || echo "exit status $status" >>"$err"
    verdict "$2" $((status != $1))
}

admin() { # TOOL ARGUMENT...: with the rights of the administrator of the site
    tool=$1
    shift
    "$tool" -H "$uri" -x -D "cn=admin,$suffix" -y "$site/admin.password" "$@"
}

entries() { # BASE FILTER: how many
    admin ldapsearch -LLL -b "$1" "$2" 1.1 2>/dev/null | grep -c '^dn:'
}

binds() { # USER PASSWORD
    ldapwhoami -H "$uri" -x -D "uid=$1,ou=people,$suffix" -w "$2" >"$out" 2>"$err"
}

# directory DIR OPTION...: a slapd of its own; sets uri
directory() {
    site=$1
    config=$site/invitegate.conf
    shift
    "$top/scripts/private-slapd" start --conf --fast "$@" "$site" >"$work/started" 2>"$err" || {
        cat "$err"
        echo "Bail out! no slapd"
        exit 1
    }
    uri=$(sed -n 's/^uri=//p' "$work/started")
}

restart() { # with what was changed in its files
    "$top/scripts/private-slapd" stop "$site"
    "$top/scripts/private-slapd" start --fast "$site" >"$work/started" 2>"$err"
}

# admin_init STATUS DESCRIPTION FILE: init with the rights of the administrator, password in FILE
admin_init() {
    exits "$1" "$2" init --bind-dn "cn=admin,$suffix" --bind-password-file "$3"
}

# terminal STATUS DESCRIPTION ANSWER... -- ARGUMENT...: invitectl, asked at a terminal of its own
terminal() {
    expected=$1 description=$2
    shift 2
    answers=
    while [ "$1" != -- ]; do
        answers="$answers$1
"
        shift
    done
    shift
    ifs=$IFS
    IFS='
'
    # shellcheck disable=SC2086 # one answer a line
    python3 "$top/tests/support/terminal.py" "$out" $answers -- "$invitectl" -c "$config" "$@" 2>"$err"
    status=$?
    IFS=$ifs
    [ $status -eq "$expected" ] || echo "exit status $status" >>"$err"
    verdict "$description" $((status != expected))
}
