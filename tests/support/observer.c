/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/observer.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct observed seen;

static void observe(void *context, const inv_repair_note *note)
{
    static const char *const names[] = {"finished", "freed", "removed", "waits", "left"};
    size_t used = strlen(seen.notes);

    (void)context;
    seen.count[note->action]++;
    (void)snprintf(seen.notes + used, sizeof(seen.notes) - used, "%s %s: %s\n", names[note->action],
                   note->dn, note->text);
}

static void interrupt(void *context, const char *what, size_t done, size_t total)
{
    (void)context;
    if (seen.interrupt == NULL || (done == 0 && total == 0) || strcmp(what, seen.interrupt) != 0)
        return;
    seen.interrupt = NULL;
    seen.act();
}

inv_repair_visitor observer_start(const char *interrupt_at, void (*act)(void))
{
    seen = (struct observed){.interrupt = interrupt_at, .act = act};
    return (inv_repair_visitor){NULL, observe, interrupt};
}

void observer_repair(const struct site *site, bool dry_run, const char *interrupt_at,
                     void (*act)(void))
{
    inv_repair_visitor visitor = observer_start(interrupt_at, act);
    inv_verdict verdict = INV_VERDICT_INIT;
    size_t left = 99;
    inv_call call;

    site_begin(site, &call, &verdict);
    ck_assert_msg(inv_repair(&call, dry_run, &visitor, &left) == INV_OK, "%s", verdict.why);
    inv_call_end(&call);
    ck_assert_uint_eq(left, seen.count[INV_REPAIR_LEFT]);
}

void observer_mend(const struct site *site)
{
    observer_repair(site, false, NULL, NULL);
}

void observer_rehearse(const struct site *site)
{
    observer_repair(site, true, NULL, NULL);
}

static void at_operation(void *context, counter_moment moment, size_t number, size_t write)
{
    struct observer_hook *hook = context;

    (void)number;
    (void)write;
    if (moment != COUNTER_BEFORE_SEND || hook->act == NULL ||
        hook->counter->sending->kind != hook->kind ||
        strstr(hook->counter->sending->dn, hook->dn_part) == NULL)
        return;
    hook->act();
    hook->act = NULL;
}

void observer_hook(inv_directory *directory, struct observer_hook *hook)
{
    hook->counter = counter_attach(directory);
    hook->counter->at = at_operation;
    hook->counter->context = hook;
}

void observer_unhook(inv_directory *directory, struct observer_hook *hook)
{
    counter_detach(directory, &hook->counter);
    ck_assert_msg(hook->act == NULL, "there was no such operation");
}

void observer_mend_hooked(const struct site *site, inv_operation_kind kind, const char *dn_part,
                          void (*act)(void))
{
    const inv_repair_visitor visitor = observer_start(NULL, NULL);
    struct observer_hook hook = {.kind = kind, .dn_part = dn_part, .act = act};
    inv_verdict verdict = INV_VERDICT_INIT;
    size_t left = 0;
    inv_call call;

    site_begin(site, &call, &verdict);
    observer_hook(call.directory, &hook);
    ck_assert_msg(inv_repair(&call, false, &visitor, &left) == INV_OK, "%s", verdict.why);
    observer_unhook(call.directory, &hook);
    inv_call_end(&call);
}

void observer_keep_young(const struct site *site)
{
    site_domain(site)->claim_grace = 20 * 60;
}

void let_it_age(const struct site *site)
{
    time_t end = time(NULL) + 2;

    site_domain(site)->claim_grace = 1;
    while (time(NULL) <= end)
        site_next_second();
}

bool is_reserved(struct site *site, const char *local)
{
    return site_count(site, SITE_INVITES, "(&(objectClass=xmppNameReservation)(inviteUser=%s))",
                      local) == 1;
}

inv_token *invite_for(const struct site *site, const char *local)
{
    struct site_request request;

    site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
    site_request_user(site, &request, local);
    return site_create(site, &request);
}
