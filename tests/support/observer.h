/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_OBSERVER_H
#define INVITEGATE_TESTS_OBSERVER_H

#include "invitegate/repair.h"
#include "tests/support/counter.h"
#include "tests/support/site_invites.h"

/* What a repair or purge noted, and what shall happen while it runs. One at a time. */
struct observed {
    size_t count[INV_REPAIR_LEFT + 1];
    char notes[8192];      /* "freed DN: TEXT" a line */
    const char *interrupt; /* at the first progress on this... */
    void (*act)(void);     /* ...do that */
};
extern struct observed seen;

/* A visitor that starts anew. interrupt_at and act may be NULL. */
inv_repair_visitor observer_start(const char *interrupt_at, void (*act)(void));

/* inv_repair, which must succeed. */
void observer_repair(const struct site *site, bool dry_run, const char *interrupt_at,
                     void (*act)(void));

/* The same, without anything between; as a dry run. */
void observer_mend(const struct site *site);
void observer_rehearse(const struct site *site);

/* What happens just before an operation of this kind on such an entry is sent, once. */
struct observer_hook {
    inv_operation_kind kind;
    const char *dn_part; /* a part of its DN */
    void (*act)(void);
    struct counter *counter; /* private */
};
void observer_hook(inv_directory *directory, struct observer_hook *hook);

/* Fails the test unless there was such an operation. */
void observer_unhook(inv_directory *directory, struct observer_hook *hook);

/* A repair with that. */
void observer_mend_hooked(const struct site *site, inv_operation_kind kind, const char *dn_part,
                          void (*act)(void));

#define expect_note(text)                                                                          \
    ck_assert_msg(strstr(seen.notes, text) != NULL, "no \"%s\" in:\n%s", text, seen.notes)
#define expect_no_note(text)                                                                       \
    ck_assert_msg(strstr(seen.notes, text) == NULL, "\"%s\" in:\n%s", text, seen.notes)

/* Nothing that was made lately is older than the grace from now on. */
void observer_keep_young(const struct site *site);

/* Everything that was made until now is older than the grace from now on. */
void let_it_age(const struct site *site);

bool is_reserved(struct site *site, const char *local);

/* An account invite for one name. */
inv_token *invite_for(const struct site *site, const char *local);

#endif
