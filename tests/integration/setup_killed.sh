#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# invitectl setup that is killed in front of each file it puts in its place, the journal first of all, and
# behind it. (check_setup_faults does the same at each request to the directory.)
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=tests/support/ctl.sh
. "$top/tests/support/ctl.sh"
# shellcheck source=tests/support/setup.sh
. "$top/tests/support/setup.sh"
[ "${INV_SANITIZERS:-no}" = no ] || {
    echo "1..0 # SKIP with run-time checks check_setup_faults goes the same ways"
    exit 0
}
strace -o /dev/null true 2>/dev/null || {
    echo "1..0 # SKIP strace is not installed, or may not be used"
    exit 0
}

fresh
keep bare
modules="$(printf '%s\n' '> olcModuleLoad: {1}ppolicy' '> olcModuleLoad: {2}argon2 m=19456 t=2 p=1')
"
for call in rename fsync; do
    at=0 status=137 step=1
    # a file is synchronized before its rename, and its folder behind it
    [ $call = rename ] || step=2
    while [ $status -eq 137 ]; do
        at=$((at + step))
        fresh
        strace -f -o /dev/null -e trace=$call -e inject=$call:signal=KILL:when=$at \
            "$invitectl" -c "$config" -d example.org setup --no-proof --root "$root" --uri "$uri" >"$out" 2>"$err"
        status=$?
        [ $status -eq 137 ] || break
        "$invitectl" -c "$config" -d example.org setup --no-proof --root "$root" --uri "$uri" >"$work/again" 2>"$err" &&
            "$invitectl" -c "$config" setup --no-proof --root "$root" --uri "$uri" >"$work/third" 2>"$err" &&
            grep -q '^Nothing to change' "$work/third" &&
            "$invitectl" -c "$config" setup --no-proof --root "$root" --uri "$uri" --undo >"$out" 2>"$err"
        undone=$?
        keep undone
        # the entry of the suffix is made anew each time
        for each in bare undone; do
            sed -i '/^\(entryUUID\|createTimestamp\|olcRootPW\|creatorsName\)/d' "$work/$each.config" "$work/$each.data"
        done
        if [ $undone -eq 0 ]; then
            alike "killed at $call $at: ends well, and can be taken away" bare undone "$modules"
        else
            verdict "killed at $call $at: ends well" 1
        fi
    done
    [ $status -eq 0 ] && [ $at -gt 10 ]
    verdict "there are $((at - step)) of $call" $?
done
echo "1..$number"
