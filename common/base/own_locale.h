/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_OWN_LOCALE_H
#define INVITEGATE_OWN_LOCALE_H

#include <locale.h>
#include <stdbool.h>

/*
 * What letters, their case and their order are must not depend on the host: in en_US.UTF-8 the
 * range a-z of a regular expression has letters outside ASCII, in tr_TR.UTF-8 it lacks i. Calls
 * that ask the locale stand between these two, which concern the calling thread only.
 */

/*
 * The thread goes on in C.UTF-8, or in C where the host has none, or where ascii tells that all
 * texts are ASCII. Returns what it had before.
 */
locale_t own_locale_enter(bool ascii);

/* back: what own_locale_enter returned. */
void own_locale_leave(locale_t back);

/* Whether it is C.UTF-8: else characters beyond ASCII cannot be judged. */
bool own_locale_knows_utf8(void);

#endif
