/* SPDX-License-Identifier: BSD-2-Clause */
#include "own_locale.h"

#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static locale_t own;
static bool knows_utf8;

/* Kept as long as the process: the plug-ins are linked with -z nodelete. */
static void make(void)
{
    own = newlocale(LC_CTYPE_MASK | LC_COLLATE_MASK, "C.UTF-8", (locale_t)0);
    knows_utf8 = own != (locale_t)0;
    if (!knows_utf8)
        own = newlocale(LC_CTYPE_MASK | LC_COLLATE_MASK, "C", (locale_t)0);
}

locale_t own_locale_enter(bool ascii)
{
    /* all of C is part of the C library: nothing is loaded, and no lock of it is taken */
    if (ascii)
        return uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
    (void)pthread_once(&once, make);
    /* the C locale is part of the C library, so there always is one */
    return uselocale(own);
}

void own_locale_leave(locale_t back)
{
    (void)uselocale(back);
}

bool own_locale_knows_utf8(void)
{
    (void)pthread_once(&once, make);
    return knows_utf8;
}
