/* SPDX-License-Identifier: BSD-2-Clause */
#include "own_locale.h"

#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static locale_t own;
static bool knows_utf8;

/* Never freed: the plug-ins are linked with -z nodelete. */
static void make(void)
{
    own = newlocale(LC_CTYPE_MASK | LC_COLLATE_MASK, "C.UTF-8", (locale_t)0);
    knows_utf8 = own != (locale_t)0;
    if (!knows_utf8)
        own = newlocale(LC_CTYPE_MASK | LC_COLLATE_MASK, "C", (locale_t)0);
}

locale_t own_locale_enter(bool ascii)
{
    /* newlocale(3) of C loads nothing and takes no lock: C is part of the C library */
    if (ascii)
        return uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
    (void)pthread_once(&once, make);
    /* never 0: where C.UTF-8 is missing it is C, which is part of the C library */
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
