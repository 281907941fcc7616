#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# svnserve, with a process and with a thread for each connection, and svn, which log in by SCRAM as
# config-examples/sasl2/svn.conf says.
set -u

programs="svnserve svnadmin svn"
# shellcheck source=sasl_site.sh
. "${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/sasl/sasl_site.sh"

server_pid=''
stop_svnserve() {
    [ -z "$server_pid" ] || kill "$server_pid" 2>/dev/null
    [ -z "$server_pid" ] || wait "$server_pid" 2>/dev/null
    server_pid=''
}
trap 'stop_svnserve; cleanup' EXIT

svnadmin create "$work/repository"
cat >"$work/repository/conf/svnserve.conf" <<END
[general]
anon-access = none
auth-access = write
realm = example.org
[sasl]
use-sasl = true
END
configure svn svn

start_svnserve() { # OPTION...
    port=$(python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
    env LD_PRELOAD="${INV_PRELOAD:-}" SASL_PATH="$sasl" SASL_CONF_PATH="$sasl" svnserve -d --foreground --listen-host 127.0.0.1 --listen-port "$port" -r "$work/repository" "$@" \
        >"$work/svnserve.log" 2>&1 &
    server_pid=$!
    tries=100
    until python3 -c "import socket; socket.create_connection(('127.0.0.1', $port)).close()" 2>/dev/null; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return
        sleep 0.1
    done
}

client() { # USER PASSWORD COMMAND ARGUMENT...
    user=$1 secret=$2
    shift 2
    with_sasl svn --config-dir "$work/svn" --no-auth-cache --non-interactive --username "$user" \
        --password "$secret" "$@" >"$out" 2>"$err"
}

make --type account
redeems 0 "bob has an account" bob "$token" "$password"
for threads in '' --threads; do
    start_svnserve ${threads:+$threads}
    url=svn://127.0.0.1:$port
    client bob "$password" mkdir -m "made by SCRAM" "$url/folder$threads"
    verdict "svnserve $threads: bob commits" $?
    client bob "$password" log "$url" && grep -q '| bob@example.org |\|| bob |' "$out"
    verdict "svnserve $threads: and is named in the log" $?
    ! client bob "$password!" info "$url"
    verdict "svnserve $threads: with no other password" $?
    ! client nobody-has-it "$password" info "$url"
    verdict "svnserve $threads: and nobody else" $?
    rm -f "$work"/done.*
    for each in 1 2 3 4 5 6 7 8; do
        (out=$work/out.$each err=$work/err.$each client bob "$password" info "$url" && touch "$work/done.$each") &
        eval "client_$each=\$!"
    done
    for each in 1 2 3 4 5 6 7 8; do
        eval "wait \$client_$each"
    done
    cat "$work"/err.* >"$err"
    [ "$(find "$work" -name 'done.*' | wc -l)" -eq 8 ]
    verdict "svnserve $threads: eight at once" $?
    # a directory that was away, and is back
    "$top/scripts/private-slapd" stop "$site"
    ! client bob "$password" info "$url"
    verdict "svnserve $threads: not while the directory is away" $?
    "$top/scripts/private-slapd" start --fast "$site" >"$work/started" 2>"$err"
    client bob "$password" info "$url"
    verdict "svnserve $threads: again once it is back" $?
    stop_svnserve
done
echo "1..$number"
