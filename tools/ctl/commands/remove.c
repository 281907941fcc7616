/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "invitegate/removal.h"
#include "io/output.h"
#include "session.h"

static void print_count(const char *between, size_t count, const char *what)
{
    (void)printf("%s%zu %s%s", between, count, what, count == 1 ? "" : "s");
}

static inv_result run(ctl_session *session, void *state)
{
    const inv_jid *name = session->name;
    inv_result result = inv_remove(&session->call, name, state);

    (void)snprintf(session->verdict.user, sizeof(session->verdict.user), "%s", inv_jid_text(name));
    if (result == INV_OK)
        result = inv_verdict_set(&session->verdict, INV_OK, "removed"); /* for the log */
    return result;
}

static void print_text(const ctl_session *session, const inv_removal *removal)
{
    (void)ctl_print_safe(stdout, inv_jid_text(session->name));
    (void)fputs(session->verdict.result == INV_OK ? " removed" : " has no account; of that name",
                stdout);
    print_count(": ", removal->invites, "open invite");
    print_count(" revoked, ", removal->pairs, "contact");
    print_count(", ", removal->groups, "group");
    (void)putchar('\n');
}

static int print(const ctl_session *session, void *state)
{
    const inv_removal *removal = state;
    const inv_result result = session->verdict.result;
    json_t *object;

    if (!session->invocation->json) {
        if (result == INV_OK || result == INV_NO_ACCOUNT)
            print_text(session, removal);
        return CTL_EXIT_OK;
    }
    object = ctl_session_json(session);
    (void)json_object_set_new(object, "revoked", json_integer((json_int_t)removal->invites));
    (void)json_object_set_new(object, "contacts", json_integer((json_int_t)removal->pairs));
    (void)json_object_set_new(object, "groups", json_integer((json_int_t)removal->groups));
    return ctl_json_print(object) ? CTL_EXIT_OK : CTL_EXIT_TEMPORARY;
}

const ctl_command ctl_remove = {
    .name = "remove",
    .arguments = "JID",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "Remove an account with its contacts, groups and open invites.",
    .details = "Only accounts that an invite made. The use that made it stays used. If it stops\n"
               "half-way, the same command goes on.",
    .options = ctl_no_options,
    .long_calls = true,
    .prints_failures = true,
    .logging = CTL_LOG_RUN,
    .state_size = sizeof(inv_removal),
    .read = ctl_argument_account,
    .run = run,
    .print = print,
};
