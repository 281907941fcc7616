/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_BASE_OWN_LOCALE_H
#define INVITEGATE_COMMON_BASE_OWN_LOCALE_H

#include <locale.h>
#include <stdbool.h>

/*
 * What letters, their case and their order are must not depend on the host: in en_US.UTF-8 the
 * range a-z of a regular expression has letters outside ASCII, in tr_TR.UTF-8 it lacks i. Calls
 * that depend on the locale go between these two, which concern the calling thread only.
 */

/*
 * Sets C.UTF-8 for the calling thread, or C where the host has none, or where ascii tells that all
 * texts are ASCII. Returns the thread's locale before that.
 */
locale_t own_locale_enter(bool ascii);

/* back: what own_locale_enter returned. */
void own_locale_leave(locale_t back);

/* Whether C.UTF-8 is there: else characters beyond ASCII cannot be judged. */
bool own_locale_knows_utf8(void);

#endif
