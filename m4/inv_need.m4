dnl SPDX-License-Identifier: BSD-2-Clause
dnl INV_NEED(VARIABLE, PKG-CONFIG-MODULES, DEBIAN-PACKAGE, WHAT-FOR): a library nothing works without.
dnl All that is missing is told at once, by INV_NEEDS_MET, with the line that installs it.
AC_DEFUN([INV_NEED], [
    PKG_CHECK_MODULES([$1], [$2], [], [
        AS_VAR_APPEND([inv_missing_text], ["
  $4: pkg-config does not find $2 (Debian package $3)"])
        AS_VAR_APPEND([inv_missing_packages], [" $3"])
    ])
])

AC_DEFUN([INV_NEEDS_MET], [
    AS_IF([test -n "$inv_missing_packages"], [AC_MSG_ERROR([needed libraries are missing:
$inv_missing_text

On Debian and its relatives this installs them:

  apt-get install$inv_missing_packages

A library in a folder of its own is found by PKG_CONFIG_PATH; config.log has what pkg-config said.])])
])
