dnl SPDX-License-Identifier: BSD-2-Clause
dnl Compiler and linker flags are used only where they are known to work: a program that exercises what
dnl the flag changes has to compile without any warning, link and run. A compiler that merely accepts a
dnl flag (and ignores it, or breaks the code it makes) does not pass.

dnl INV_PROBE_PROGRAM: stack arrays, calls through pointers, float and integer arguments, string
dnl functions that fortification replaces, and wiped registers all leave a trace in the exit code.
AC_DEFUN([INV_PROBE_PROGRAM], [AC_LANG_SOURCE([[
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef double (*scale_function)(double number, int by);
double probe_scale(double number, int by);
int probe_fill(char *text, size_t size, const char *from);
int probe_zero(const char *from);

__attribute__((noinline)) double probe_scale(double number, int by)
{
    return number * (double)by;
}

__attribute__((noinline)) int probe_fill(char *text, size_t size, const char *from)
{
    char copy[64];
    int length = snprintf(copy, sizeof(copy), "%s/%ld", from, (long)size);

    if (length < 0 || (size_t)length >= sizeof(copy) || (size_t)length >= size)
        return -1;
    memset(text, 0, size);
    memcpy(text, copy, (size_t)length);
    return length;
}

__attribute__((noinline)) int probe_zero(const char *from)
{
    return from == NULL ? 0 : (int)strlen(from);
}

int main(int argc, char **argv)
{
    volatile scale_function scale = probe_scale;
    char *text = calloc(1, 128);
    int good;

    if (text == NULL)
        return 1;
    good = probe_fill(text, 128, "flags") == 9 && strcmp(text, "flags/128") == 0 &&
           scale(1.5, argc + 1) >= 1.5 * (double)argc && probe_zero(NULL) == 0 &&
           probe_zero(argv[0]) >= 0;
    free(text);
    return good ? 0 : 1;
}
]])])

dnl INV_PROBE_CFLAG(FLAG, VARIABLE): appends FLAG to VARIABLE if it works together with what is there.
AC_DEFUN([INV_PROBE_CFLAG], [
    AS_VAR_PUSHDEF([inv_cache], [inv_cv_cflag_$1])
    AC_CACHE_CHECK([whether $CC can use $1], [inv_cache], [
        inv_saved_CFLAGS=$CFLAGS
        inv_saved_LDFLAGS=$LDFLAGS
        CFLAGS="$CFLAGS -Werror $[]$2 $1"
        LDFLAGS="$LDFLAGS $inv_sanitizer_link"
        inv_probe_run([AS_VAR_SET([inv_cache], [yes])], [AS_VAR_SET([inv_cache], [no])])
        CFLAGS=$inv_saved_CFLAGS
        LDFLAGS=$inv_saved_LDFLAGS
    ])
    AS_VAR_IF([inv_cache], [yes], [AS_VAR_APPEND([$2], [" $1"])])
    AS_VAR_POPDEF([inv_cache])
])

dnl INV_PROBE_EACH(PROBE, FLAGS, VARIABLE): PROBE for each of FLAGS. That all of them work is the usual
dnl case and tried first: one by one they take most of the time of configure.
AC_DEFUN([INV_PROBE_EACH], [
    inv_flags_before=$[]$3
    $1(m4_normalize([$2]), [$3])
    AS_IF([test "$[]$3" = "$inv_flags_before"], [
        m4_foreach_w([inv_flag], [$2], [$1(m4_defn([inv_flag]), [$3])
        ])
    ])
])

dnl INV_PROBE_LDFLAG(FLAG, VARIABLE): the same when linking a program. The linker's warnings count
dnl as errors, because it only warns about a -z keyword that it does not know.
AC_DEFUN([INV_PROBE_LDFLAG], [
    AS_VAR_PUSHDEF([inv_cache], [inv_cv_ldflag_$1])
    AC_CACHE_CHECK([whether a program can be linked with $1], [inv_cache], [
        inv_saved_CFLAGS=$CFLAGS
        inv_saved_LDFLAGS=$LDFLAGS
        CFLAGS="$CFLAGS -Werror $INV_CFLAGS"
        LDFLAGS="$LDFLAGS $inv_sanitizer_link $inv_fatal_warnings $[]$2 $1"
        inv_probe_run([AS_VAR_SET([inv_cache], [yes])], [AS_VAR_SET([inv_cache], [no])])
        CFLAGS=$inv_saved_CFLAGS
        LDFLAGS=$inv_saved_LDFLAGS
    ])
    AS_VAR_IF([inv_cache], [yes], [AS_VAR_APPEND([$2], [" $1"])])
    AS_VAR_POPDEF([inv_cache])
])

dnl INV_PROBE_MODULE_LDFLAG(FLAG, VARIABLE): the same for something that is loaded: a shared object
dnl linked with FLAG has to open with RTLD_NOW and answer a call.
AC_DEFUN([INV_PROBE_MODULE_LDFLAG], [
    AS_VAR_PUSHDEF([inv_cache], [inv_cv_module_ldflag_$1])
    AC_CACHE_CHECK([whether a module can be linked with $1], [inv_cache], [
        AS_VAR_SET([inv_cache], [no])
        cat >conftest_module.c <<\_INV_EOF
#include <stdlib.h>
__attribute__((visibility("default"))) long inv_answer(const char *number);
long inv_answer(const char *number)
{
    return strtol(number, NULL, 10);
}
_INV_EOF
        if AC_RUN_LOG([$CC $CPPFLAGS $CFLAGS -Werror $INV_CFLAGS -fPIC -shared \
                -o conftest_module.so conftest_module.c \
                $LDFLAGS $inv_sanitizer_flags $inv_fatal_warnings $[]$2 $1]); then
            inv_saved_CFLAGS=$CFLAGS
            inv_saved_LDFLAGS=$LDFLAGS
            inv_saved_LIBS=$LIBS
            CFLAGS="$CFLAGS $INV_CFLAGS"
            LDFLAGS="$LDFLAGS $inv_sanitizer_link"
            LIBS="-ldl $LIBS"
            AC_RUN_IFELSE([AC_LANG_SOURCE([[
#include <dlfcn.h>
typedef long (*answer_function)(const char *number);
int main(void)
{
    void *module = dlopen("./conftest_module.so", RTLD_NOW);
    void *symbol = module != 0 ? dlsym(module, "inv_answer") : 0;
    answer_function answer;

    *(void **)&answer = symbol;
    return symbol != 0 && answer("42") == 42 ? 0 : 1;
}
]])], [AS_VAR_SET([inv_cache], [yes])], [], [AS_VAR_SET([inv_cache], [yes])])
            CFLAGS=$inv_saved_CFLAGS
            LDFLAGS=$inv_saved_LDFLAGS
            LIBS=$inv_saved_LIBS
        fi
        rm -f conftest_module.c conftest_module.so
    ])
    AS_VAR_IF([inv_cache], [yes], [AS_VAR_APPEND([$2], [" $1"])])
    AS_VAR_POPDEF([inv_cache])
])

dnl inv_probe_run(IF-WORKS, IF-NOT): when cross compiling, linking has to do.
m4_define([inv_probe_run],
    [AC_RUN_IFELSE([INV_PROBE_PROGRAM], [$1], [$2], [AC_LINK_IFELSE([INV_PROBE_PROGRAM], [$1], [$2])])])
