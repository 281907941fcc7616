# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# invitectl setup in front of a slapd with cn=config as Debian's package makes it: sourced behind ctl.sh.

[ -r /usr/share/slapd/slapd.init.ldif ] || {
    echo "1..0 # SKIP only Debian's slapd has slapd.init.ldif"
    exit 0
}
PATH=$PATH:/usr/sbin
root=$work/root
mkdir "$root"
config=$work/invitegate.conf
journal=$root/var/lib/invitegate/setup.json
self=gidNumber=$(id -g)+uidNumber=$(id -u),cn=peercred,cn=external,cn=auth

# fresh: a new directory, and a machine where nothing was set up
fresh() {
    "$top/scripts/private-slapd" stop "$site" 2>/dev/null
    rm -rf "$site" "$root" "$config"
    mkdir "$root"
    "$top/scripts/private-slapd" start --fast --bare dc=nodomain "$site" >"$work/start" || exit 1
    uri=$(sed -n 's/^uri=//p' "$work/start")
}

# setup STATUS DESCRIPTION OPTION...: what is set up is not tried, unless by proved
setup() {
    expected=$1 description=$2
    shift 2
    exits "$expected" "$description" setup --no-proof --root "$root" --uri "$uri" "$@"
}

# proved STATUS DESCRIPTION OPTION...
proved() {
    expected=$1 description=$2
    shift 2
    exits "$expected" "$description" setup --root "$root" --uri "$uri" "$@"
}

# as_root TOOL OPTION...: an LDAP tool as the user who runs this
as_root() {
    tool=$1
    shift
    "$tool" -Q -Y EXTERNAL -H "$uri" -o ldif-wrap=no "$@"
}

# keep NAME: what slapcat says of configuration and data
keep() {
    slapcat -F "$site/slapd.d" -n 0 -o ldif-wrap=no >"$work/$1.config" 2>/dev/null
    slapcat -F "$site/slapd.d" -n 1 -o ldif-wrap=no >"$work/$1.data" 2>/dev/null
}

# same DESCRIPTION NAME NAME
same() {
    cmp "$work/$2.config" "$work/$3.config" >"$out" 2>&1 && cmp "$work/$2.data" "$work/$3.data" >>"$out" 2>&1
    verdict "$1" $?
}

# The difference of two, without marks of a change and without the schema, which slapd never deletes.
without_marks() {
    sed '/^dn: cn={[0-9]*}\(invitegate\|authpassword\),cn=schema/,/^$/d' "$work/$1" |
        grep -vE '^(entryCSN|modifyTimestamp|modifiersName):'
}

# alike DESCRIPTION NAME NAME [LINES]: but for LINES (diff's, sorted)
alike() {
    for kind in ${kinds:-config data}; do
        without_marks "$2.$kind" | sort >"$work/left"
        without_marks "$3.$kind" | sort >"$work/right"
        diff "$work/left" "$work/right" | grep '^[<>]'
    done | sort >"$out"
    printf '%s' "${4-}" | diff - "$out" >"$err"
    verdict "$1" $?
}

# ready: the paths of the configuration, which is the machine's below root, as this machine has them, and
# time enough for one that is busy
ready() {
    sed -i "s|= \([^ ]*/invitegate/token.keys\)|= $root\1|; s|= \([^ ]*/directory.password\)|= $root\1|; s|^ca_file = /|ca_file = $root/|; s/^to = syslog/to = stderr/; s/^timeout = .*/timeout = 6s/" "$config"
}

# admin DN: deletes an entry and what is below it
admin() {
    ldapdelete -x -r -D cn=admin,dc=nodomain -y "$site/admin.password" -H "$uri" "$@" >"$out" 2>"$err"
}

forget_invites() {
    ldapsearch -x -LLL -D cn=admin,dc=nodomain -y "$site/admin.password" -H "$uri" -s one -b ou=invites,dc=nodomain 1.1 |
        sed -n 's/^dn: //p' | while read -r dn; do admin "$dn"; done
}
