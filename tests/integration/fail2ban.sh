#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The fail2ban filter of config-examples on lines as invitegate logs them, by fail2ban-regex itself.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
config=${FAIL2BAN_CONFIG:-/etc/fail2ban}
if ! command -v fail2ban-regex >/dev/null || [ ! -e "$config/filter.d/common.conf" ]; then
    echo "1..0 # SKIP fail2ban is not installed"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# The filter includes its neighbour there.
cp "$config/filter.d/common.conf" "$top/config-examples/fail2ban/filter.d/invitegate.conf" "$work"
number=0

# finds ADDRESSES DESCRIPTION LINE: which addresses the filter takes from the line; - for none
finds() {
    number=$((number + 1))
    printf 'Nov 23 07:00:00 xmpp1 saslauthd[4711]: %s\n' "$3" >"$work/log"
    found=$(fail2ban-regex --out ip "$work/log" "$work/invitegate.conf" 2>"$work/err") || true
    if [ "${found:--}" = "$1" ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
        echo "# found: ${found:--}"
        sed 's/^/# /' "$work/err"
    fi
}

id=fe8ed1b9e1c311291f06daec7dba860f82c3632a
rest='domain="example.org" service="xmpp"'
quoted='domain=\"example.org\" service=\"xmpp\"'
finds 192.0.2.1 "a bad token" \
    "result=BAD_TOKEN invite=- user=\"bob@example.org\" $rest rhost=\"192.0.2.1\" why=\"forged\""
finds 192.0.2.1 "a used token" \
    "result=BAD_TOKEN invite=$id user=\"bob@example.org\" $rest rhost=\"192.0.2.1\" why=\"used\""
finds 2001:db8::7 "a wrong password, from IPv6" \
    "result=WRONG_PASSWORD invite=- user=\"bob@example.org\" $rest rhost=\"2001:db8::7\" why=\"-\""
finds - "success" \
    "result=OK invite=$id user=\"bob@example.org\" $rest rhost=\"192.0.2.1\" why=\"redeemed\""
finds - "a directory that is down" \
    "result=DIRECTORY_DOWN invite=- user=\"bob@example.org\" $rest rhost=\"192.0.2.1\" why=\"no answer\""
finds - "a name that is taken" \
    "result=NAME_TAKEN invite=$id user=\"bob@example.org\" $rest rhost=\"192.0.2.1\" why=\"held\""
finds - "no address" \
    "result=BAD_TOKEN invite=- user=\"bob@example.org\" $rest rhost=\"-\" why=\"forged\""
finds - "a host name" \
    "result=BAD_TOKEN invite=- user=\"bob@example.org\" $rest rhost=\"client.example.net\" why=\"forged\""
finds 192.0.2.1 "a user name that forges an address" \
    "result=BAD_TOKEN invite=- user=\"x\\\" $quoted rhost=\\\"198.51.100.9\\\" why=\\\"\" $rest rhost=\"192.0.2.1\" why=\"forged\""
finds 192.0.2.1 "one that ends in a backslash" \
    "result=BAD_TOKEN invite=- user=\"x\\\\\" $rest rhost=\"192.0.2.1\" why=\"forged\""
finds 192.0.2.1 "one with escaped bytes" \
    "result=BAD_TOKEN invite=- user=\"x\\x0aresult=BAD_TOKEN\" $rest rhost=\"192.0.2.1\" why=\"forged\""
finds - "a cause that forges a whole line" \
    "result=OK invite=- user=\"-\" $rest rhost=\"192.0.2.1\" why=\"result=BAD_TOKEN invite=- user=\\\"\\\" $quoted rhost=\\\"198.51.100.9\\\" why=\\\"\""
finds - "another line that speaks of one" \
    "Invalid user result=BAD_TOKEN invite=- user=\"x\" $rest rhost=\"198.51.100.9\" why=\"x\" from 192.0.2.1"
echo "1..$number"
