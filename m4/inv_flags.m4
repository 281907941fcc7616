dnl SPDX-License-Identifier: BSD-2-Clause
dnl The flags of this project, in variables of their own, so that CFLAGS and LDFLAGS stay the user's:
dnl   INV_CFLAGS      everything that is compiled
dnl   INV_LDFLAGS     programs
dnl   MODULE_LDFLAGS  what a host loads with dlopen

dnl INV_PROBE_SANITIZERS: --enable-sanitizers and --enable-fuzzers. Comes first: the probes run with them.
AC_DEFUN([INV_PROBE_SANITIZERS], [
    AC_ARG_ENABLE([sanitizers],
        [AS_HELP_STRING([--enable-sanitizers@<:@=LIST@:>@],
            [build with run-time checks, address,undefined if no list is given (for developers)])],
        [], [enable_sanitizers=no])
    AC_ARG_ENABLE([fuzzers],
        [AS_HELP_STRING([--enable-fuzzers],
            [instrument for clang's libFuzzer, with sanitizers (for developers)])],
        [], [enable_fuzzers=no])
    AS_CASE([$enable_sanitizers,$enable_fuzzers], [yes,*], [enable_sanitizers=address,undefined],
        [no,no], [], [no,*], [enable_sanitizers=address,undefined])
    AC_MSG_CHECKING([whether $CC is clang])
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#ifndef __clang__
#error not clang
#endif
]])], [inv_clang=yes], [inv_clang=no])
    AC_MSG_RESULT([$inv_clang])
    AS_IF([test "$enable_fuzzers" != no && test "$inv_clang" = no],
        [AC_MSG_ERROR([--enable-fuzzers needs clang: configure with CC=clang])])

    inv_sanitizer_flags=
    inv_sanitizer_link=
    INV_PRELOAD=
    AS_IF([test "$enable_sanitizers" != no], [
        inv_sanitizer_flags="-fsanitize=$enable_sanitizers -fno-sanitize-recover=all -fno-omit-frame-pointer"
        inv_sanitizer_runtime=
        AS_CASE([,$enable_sanitizers,],
            [*,address,*], [inv_sanitizer_runtime=asan],
            [*,thread,*], [AS_IF([test "$inv_clang" = no], [inv_sanitizer_runtime=tsan])])
        INV_PROBE_SANITIZER_RUNTIME
    ])
    AS_IF([test "$enable_fuzzers" != no],
        [AS_VAR_APPEND([inv_sanitizer_flags], [" -fsanitize=fuzzer-no-link"])])
    AS_IF([test -n "$inv_sanitizer_flags"], [
        AC_MSG_CHECKING([whether $CC can use $inv_sanitizer_flags])
        inv_saved_CFLAGS=$CFLAGS
        inv_saved_LDFLAGS=$LDFLAGS
        CFLAGS="$CFLAGS $inv_sanitizer_flags"
        LDFLAGS="$LDFLAGS $inv_sanitizer_link"
        inv_probe_run([AC_MSG_RESULT([yes])], [AC_MSG_RESULT([no])
            AC_MSG_ERROR([$CC cannot build and run programs with these checks; on Debian clang's
run-time libraries are in libclang-rt-14-dev (config.log has the compiler's words)])])
        CFLAGS=$inv_saved_CFLAGS
        LDFLAGS=$inv_saved_LDFLAGS
    ])
    AC_SUBST([INV_PRELOAD])
    AC_SUBST([INV_SANITIZERS], [$enable_sanitizers])
    AC_SUBST([FUZZER_LDFLAGS])
    AS_IF([test "$enable_fuzzers" != no], [FUZZER_LDFLAGS="-fsanitize=fuzzer"])
    AM_CONDITIONAL([FUZZERS], [test "$enable_fuzzers" != no])
    AM_CONDITIONAL([SANITIZERS], [test "$enable_sanitizers" != no])
])

dnl A module under test may be loaded by a host that has no such run-time library (saslauthd): that
dnl host gets it by LD_PRELOAD. gcc's is shared as it is; clang's is static unless it is told otherwise,
dnl libFuzzer wants it static, and clang 14's shared one for threads crashes at the start.
AC_DEFUN([INV_PROBE_SANITIZER_RUNTIME], [
    AS_IF([test -n "$inv_sanitizer_runtime" && test "$enable_fuzzers" = no], [
        AS_IF([test "$inv_clang" = yes],
            [inv_runtime_name=libclang_rt.$inv_sanitizer_runtime-$host_cpu.so],
            [inv_runtime_name=lib$inv_sanitizer_runtime.so])
        AC_MSG_CHECKING([for $inv_runtime_name])
        inv_runtime_words="none, tests with a host that is not instrumented are skipped"
        inv_runtime_path=`$CC -print-file-name=$inv_runtime_name`
        AS_CASE([$inv_runtime_path],
            [/*], [
                INV_PRELOAD=`readlink -f "$inv_runtime_path"`
                AS_IF([test "$inv_clang" = yes], [
                    AS_VAR_APPEND([inv_sanitizer_flags], [" -shared-libsan"])
                    inv_sanitizer_link="-Wl,-rpath,`dirname "$inv_runtime_path"`"
                ])
                inv_runtime_words=$INV_PRELOAD
            ])
        AC_MSG_RESULT([$inv_runtime_words])
    ])
])

AC_DEFUN([INV_FLAGS], [
    AC_ARG_ENABLE([werror],
        [AS_HELP_STRING([--enable-werror], [warnings are errors (for developers)])],
        [], [enable_werror=no])
    AC_ARG_ENABLE([hardening],
        [AS_HELP_STRING([--disable-hardening],
            [leave out what only hardens the code (for debuggers and valgrind)])],
        [], [enable_hardening=yes])
    AC_ARG_ENABLE([coverage],
        [AS_HELP_STRING([--enable-coverage], [count which lines the tests run: make coverage (for developers)])],
        [], [enable_coverage=no])
    INV_PROBE_SANITIZERS
    INV_CFLAGS=
    INV_LDFLAGS=
    MODULE_LDFLAGS=
    dnl A linker without this option cannot tell that it ignores another one.
    inv_fatal_warnings=
    INV_PROBE_LDFLAG([-Wl,--fatal-warnings], [inv_fatal_warnings])

    INV_PROBE_EACH([INV_PROBE_CFLAG], [-std=gnu11 -fvisibility=hidden -fno-common -fPIE], [INV_CFLAGS])
    AS_VAR_APPEND([INV_CFLAGS], [" $inv_sanitizer_flags"])
    INV_WARNING_FLAGS
    INV_HARDENING_CFLAGS
    dnl Threads count together, and processes that are killed have counted up to their last fork or exec.
    dnl For common/ alone, which the report is about: each process writes a file for each source.
    INV_COVERAGE_CFLAGS=
    AS_IF([test "$enable_coverage" != no], [
        INV_PROBE_CFLAG([--coverage -fprofile-update=atomic], [INV_COVERAGE_CFLAGS])
        AS_CASE([$INV_COVERAGE_CFLAGS], [*--coverage*], [], [AC_MSG_ERROR([$CC has no --coverage])])
    ])
    AC_SUBST([INV_COVERAGE_CFLAGS])
    AM_CONDITIONAL([COVERAGE], [test "$enable_coverage" != no])
    INV_LINK_FLAGS
    dnl Last: the probes have their own.
    AS_IF([test "$enable_werror" != no], [AS_VAR_APPEND([INV_CFLAGS], [" -Werror"])])
    AC_SUBST([INV_CFLAGS])
    AC_SUBST([INV_LDFLAGS])
    AC_SUBST([MODULE_LDFLAGS])
])

AC_DEFUN([INV_WARNING_FLAGS], [
    INV_PROBE_EACH([INV_PROBE_CFLAG], [
        -Wall -Wextra -Wpedantic -Wformat=2 -Wconversion -Wsign-conversion -Wshadow -Wcast-qual
        -Wwrite-strings -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wundef
        -Wnull-dereference -Wvla -Walloca -Wimplicit-fallthrough], [INV_CFLAGS])
    dnl gcc's own.
    INV_PROBE_EACH([INV_PROBE_CFLAG],
        [-Wformat-overflow=2 -Wformat-truncation=2 -Wduplicated-cond -Wlogical-op], [INV_CFLAGS])
    dnl Checks make every frame larger.
    AS_IF([test -z "$inv_sanitizer_flags"],
        [INV_PROBE_CFLAG([-Wframe-larger-than=4096], [INV_CFLAGS])])
])

dnl Sanitizers do the same work better, and some of these flags would hide what they look for.
AC_DEFUN([INV_HARDENING_CFLAGS], [
    AS_IF([test "$enable_hardening" != no && test -z "$inv_sanitizer_flags"], [
        INV_PROBE_EACH([INV_PROBE_CFLAG], [
            -fstack-protector-strong -fstack-clash-protection -fcf-protection=full
            -ftrivial-auto-var-init=zero -fzero-call-used-regs=used-gpr
            -fno-delete-null-pointer-checks -fno-strict-overflow], [INV_CFLAGS])
        dnl The level a distribution or the user chose stands. Without optimisation glibc warns about
        dnl it, so the probe fails and it is left out.
        AS_CASE(["$CPPFLAGS $CFLAGS"],
            [*_FORTIFY_SOURCE*], [AC_MSG_NOTICE([_FORTIFY_SOURCE stays as CPPFLAGS or CFLAGS say])],
            [
                INV_PROBE_CFLAG([-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3], [INV_CFLAGS])
                AS_CASE([$INV_CFLAGS], [*_FORTIFY_SOURCE*], [],
                    [INV_PROBE_CFLAG([-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2], [INV_CFLAGS])])
            ])
    ])
])

AC_DEFUN([INV_LINK_FLAGS], [
    AS_VAR_APPEND([INV_LDFLAGS], ["$inv_sanitizer_link"])
    inv_coverage_link=
    AS_IF([test -n "$INV_COVERAGE_CFLAGS"], [inv_coverage_link=" --coverage"])
    AS_VAR_APPEND([INV_LDFLAGS], ["$inv_coverage_link"])
    INV_PROBE_LDFLAG([-pie], [INV_LDFLAGS])
    INV_PROBE_EACH([INV_PROBE_LDFLAG], [-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed],
        [INV_LDFLAGS])
    dnl nodelete: libldap and GnuTLS are not built to be unloaded, every round would leak.
    INV_PROBE_EACH([INV_PROBE_MODULE_LDFLAG],
        [-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,nodelete], [MODULE_LDFLAGS])
    dnl The run-time library's own symbols stay undefined in a module.
    AS_IF([test -z "$inv_sanitizer_flags"],
        [INV_PROBE_MODULE_LDFLAG([-Wl,-z,defs], [MODULE_LDFLAGS])])
    MODULE_LDFLAGS="-module -avoid-version -shared -no-undefined$MODULE_LDFLAGS $inv_sanitizer_link$inv_coverage_link"
    INV_LIBTOOL_AS_NEEDED
])

dnl libtool puts a module's -Wl, flags behind its libraries, where --as-needed comes too late; it has
dnl to stand in front. A front end would otherwise drag in every library that common/ knows.
AC_DEFUN([INV_LIBTOOL_AS_NEEDED], [
    inv_as_needed=
    INV_PROBE_MODULE_LDFLAG([-Wl,--as-needed], [inv_as_needed])
    AS_IF([test -n "$inv_as_needed"], [
        archive_cmds=`AS_ECHO(["$archive_cmds"]) | sed 's/ -shared / -Wl,--as-needed -shared /'`
        archive_expsym_cmds=`AS_ECHO(["$archive_expsym_cmds"]) |
            sed 's/ -shared / -Wl,--as-needed -shared /'`
    ])
])
