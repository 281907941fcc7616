# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# A site for programs of Cyrus SASL: a directory with SCRAM verifiers, and the folder sasl with the
# plugins and the programs' configurations. To be sourced, with $programs set: what has to be there.
# shellcheck disable=SC2034 # who sources it uses the rest

: "${programs:?which programs}"
top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
PATH=$PATH:/usr/sbin:/sbin
[ "${INV_SANITIZERS:-no}" = no ] || [ -n "${INV_PRELOAD:-}" ] || {
    echo "1..0 # SKIP these programs cannot load a module with this build's run-time checks"
    exit 0
}
for program in $programs; do
    command -v "$program" >/dev/null || {
        echo "1..0 # SKIP $program is not installed"
        exit 0
    }
done
# shellcheck source=../support/ctl.sh
. "$top/tests/support/ctl.sh"
password='three purple elephants'
sasl=$work/sasl
mkdir "$sasl"
for plugin in libplain libscram; do
    for found in /usr/lib/*/sasl2/"$plugin".so; do
        [ ! -e "$found" ] || ln -sf "$found" "$sasl/"
    done
done
ln -s "$built/plugins/sasl/.libs/libinvite.so" "$sasl/"

directory "$site"
sed -i 's/^to = .*/to = stderr/; s/^scram_iterations = .*/scram_iterations = 4096/
    s/^\(password_verifiers = server\).*/\1 scram-sha-1 scram-sha-256 scram-sha-512/' "$config"
# the examples' rule where authPassword is served
sed -i 's/ =w$/ write/' "$site/invitegate-acl.conf"
restart
exits 0 "init" init

# configure EXAMPLE PROGRAM LINE...: one of config-examples/sasl2, with where the configuration of this site is
configure() {
    example=$1 program=$2
    shift 2
    sed "s|^invite_conf:.*|invite_conf: $config|" "$top/config-examples/sasl2/$example.conf" \
        >"$sasl/$program.conf"
    for line in "$@"; do
        echo "$line" >>"$sasl/$program.conf"
    done
}

# with_sasl PROGRAM ARGUMENT...: with this folder of plugins and configurations
with_sasl() {
    LD_PRELOAD=${INV_PRELOAD:-} SASL_PATH=$sasl SASL_CONF_PATH=$sasl "$@"
}
