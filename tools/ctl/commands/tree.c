/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/removal.h"
#include "io/output.h"
#include "session.h"

/* An account that an invite made, or an inviter that is none of these. */
typedef struct person {
    char *jid;
    char *invited_by; /* NULL: no inviter is recorded */
    time_t created;   /* 0: not made by an invite */
    bool printed;
} person;

typedef struct forest {
    person *people; /* sorted by inviter, then by age */
    size_t count;
    size_t room;
    bool no_memory;
} forest;

static bool add_person(forest *all, const char *jid, const char *invited_by, time_t created)
{
    person *grown;

    if (all->count == all->room) {
        size_t room = all->room == 0 ? 64 : 2 * all->room;

        grown = reallocarray(all->people, room, sizeof(*grown));
        if (grown == NULL)
            return false;
        all->people = grown;
        all->room = room;
    }
    grown = &all->people[all->count];
    *grown = (person){.jid = strdup(jid), .created = created};
    if (invited_by != NULL)
        grown->invited_by = strdup(invited_by);
    all->count++;
    return grown->jid != NULL && (invited_by == NULL || grown->invited_by != NULL);
}

static void clear(void *state)
{
    forest *all = state;

    for (size_t i = 0; i < all->count; i++) {
        free(all->people[i].jid);
        free(all->people[i].invited_by);
    }
    free(all->people);
}

static bool visit(void *context, const inv_descendant *descendant)
{
    forest *all = context;

    all->no_memory = !add_person(all, descendant->jid, descendant->invited_by, descendant->created);
    return !all->no_memory;
}

/* ----------------------------------------------------------------------------------- in order */

static const char *inviter_of(const person *each)
{
    return each->invited_by != NULL ? each->invited_by : "";
}

static int by_inviter(const void *a, const void *b)
{
    const person *first = a;
    const person *second = b;
    int order = inv_ascii_compare(inviter_of(first), inviter_of(second));

    if (order == 0 && first->created != second->created)
        order = first->created < second->created ? -1 : 1;
    return order != 0 ? order : inv_ascii_compare(first->jid, second->jid);
}

static int by_jid(const void *a, const void *b)
{
    return inv_ascii_compare(*(const char *const *)a, *(const char *const *)b);
}

/* The index of the first person with this inviter; the others follow. */
static size_t first_invited(const forest *all, const char *inviter)
{
    size_t low = 0;
    size_t high = all->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (inv_ascii_compare(inviter_of(&all->people[middle]), inviter) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_invited_by(const forest *all, size_t index, const char *inviter)
{
    return index < all->count && inv_ascii_equal(inviter_of(&all->people[index]), inviter);
}

/* Adds inviters that no invite made, or that are gone, as roots above those they invited. */
static bool add_inviters(forest *all)
{
    size_t count = all->count;
    const char **jids = calloc(count + 1, sizeof(*jids));
    bool added = true;

    if (jids == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        jids[i] = all->people[i].jid;
    if (count > 0)
        qsort(jids, count, sizeof(*jids), by_jid);
    for (size_t i = 0; added && i < count; i++) {
        const char *inviter = all->people[i].invited_by;

        if (inviter != NULL && (i == 0 || !is_invited_by(all, i - 1, inviter)) &&
            bsearch(&inviter, jids, count, sizeof(*jids), by_jid) == NULL)
            added = add_person(all, inviter, NULL, 0);
    }
    free(jids);
    if (added && all->count > 0)
        qsort(all->people, all->count, sizeof(*all->people), by_inviter);
    return added;
}

/* ----------------------------------------------------------------------------------- printing */

static bool print_person(const person *each, size_t depth, bool json)
{
    char created[INV_TIMESTAMP_SIZE];

    ctl_write_time(each->created, created);
    if (json) {
        json_t *object = json_object();

        ctl_json_text(object, "jid", each->jid);
        ctl_json_text(object, "invitedBy", each->invited_by);
        ctl_json_text(object, "created", created[0] != '\0' ? created : NULL);
        (void)json_object_set_new(object, "depth", json_integer((json_int_t)depth));
        return ctl_json_print(object);
    }
    for (size_t i = 0; i < depth; i++)
        (void)fputs("  ", stdout);
    (void)ctl_print_safe(stdout, each->jid);
    (void)printf("%s%s\n", created[0] != '\0' ? "  " : "", created);
    return true;
}

typedef struct step {
    size_t next; /* index of the person to print */
    size_t depth;
} step;

/*
 * Prints a root and all below it, depth first, on a stack of its own, since chains of invitations
 * may be as long as the list. No person is printed twice: names that were registered again can make
 * a circle.
 */
static bool print_tree(forest *all, size_t root, step *stack, bool json)
{
    size_t top = 0;
    bool printed = true;

    stack[top++] = (step){root, 0};
    while (printed && top > 0) {
        step *here = &stack[top - 1];
        person *each = &all->people[here->next];
        size_t depth = here->depth;

        /* the root is alone; below it the next person with the same inviter follows */
        if (depth > 0 && is_invited_by(all, here->next + 1, inviter_of(each)))
            here->next++;
        else
            top--;
        if (each->printed)
            continue;
        each->printed = true;
        printed = print_person(each, depth, json);
        if (is_invited_by(all, first_invited(all, each->jid), each->jid))
            stack[top++] = (step){first_invited(all, each->jid), depth + 1};
    }
    return printed;
}

static bool any_printed(const forest *all)
{
    size_t i = 0;

    while (i < all->count && !all->people[i].printed)
        i++;
    return i < all->count;
}

static bool print_forest(forest *all, const inv_jid *only, bool json)
{
    step *stack = calloc(all->count + 2, sizeof(*stack));
    bool printed = stack != NULL;

    for (size_t i = 0; printed && i < all->count; i++) {
        if (only != NULL ? inv_ascii_equal(all->people[i].jid, inv_jid_text(only))
                         : all->people[i].invited_by == NULL)
            printed = print_tree(all, i, stack, json);
    }
    /* persons that are left are in circles */
    for (size_t i = 0; printed && only == NULL && i < all->count; i++) {
        if (!all->people[i].printed)
            printed = print_tree(all, i, stack, json);
    }
    free(stack);
    return printed;
}

/* -------------------------------------------------------------------------------- the command */

static inv_result read_arguments(ctl_session *session, void *state)
{
    const ctl_invocation *invocation = session->invocation;
    const char *argument = invocation->argument_count > 0 ? invocation->arguments[0] : NULL;
    inv_result result = INV_OK;

    (void)state;
    if (argument != NULL && strchr(argument, '@') == NULL)
        result = ctl_choose_domain(session);
    if (result == INV_OK && argument != NULL)
        result = ctl_read_jid(session, argument, &session->name);
    return result == INV_OK ? ctl_choose_given_domain(session) : result;
}

static inv_result run(ctl_session *session, void *state)
{
    const forest *all = state;
    inv_result result = inv_invited_each(&session->call, visit, state);

    return all->no_memory ? inv_verdict_no_memory(&session->verdict) : result;
}

static int print(const ctl_session *session, void *state)
{
    const inv_jid *only = session->name;
    forest *all = state;

    if (all->count > 0)
        qsort(all->people, all->count, sizeof(*all->people), by_inviter);
    if (!add_inviters(all) || !print_forest(all, only, session->invocation->json)) {
        ctl_warn("out of memory");
        return CTL_EXIT_TEMPORARY;
    }
    if (!any_printed(all))
        ctl_warn("%s", only == NULL ? "no account was made by an invite"
                                    : "no invite made that account, and it is the inviter of none");
    return CTL_EXIT_OK;
}

const ctl_command ctl_tree = {
    .name = "tree",
    .arguments = "[JID]",
    .most_arguments = 1,
    .summary = "Show who invited whom: everybody, or a JID and those below it.",
    .details =
        "Accounts that invites made, each below its inviter, with the time it was made. Looks\n"
        "into every configured domain unless -d names one.",
    .options = ctl_no_options,
    .long_calls = true,
    .calls = CTL_EACH_DOMAIN,
    .state_size = sizeof(forest),
    .read = read_arguments,
    .run = run,
    .print = print,
    .clear = clear,
};
