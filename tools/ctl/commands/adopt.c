/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "adopt_all.h"
#include "adopting.h"
#include "invitegate/directory.h"
#include "invitegate/dn.h"

static const ctl_option options[] = {
    {"all", 'a', NULL, false, "everybody of the domain who has no xmppJid"},
    {"except", 0, "FILTER", false, "with --all: not whom this LDAP filter lets in"},
    CTL_ADMIN_OPTIONS("change the entries with the rights of DN"),
    {"dry-run", 'n', NULL, false, "only say what would be done"},
    {"undo", 0, NULL, false, "take off again what adopting added"},
    {NULL, 0, NULL, false, NULL},
};

static const char *const headers[] = {"JID", "RESULT", "ENTRY", "WHY", NULL};

static void tell_failure(adopting *work, const char *jid, const inv_adoption *adoption)
{
    const inv_verdict *verdict = &work->session->verdict;

    adopting_note_status(work, ctl_exit_status(verdict->result));
    adopting_tell(work, jid, "refused", adoption->dn, verdict->why);
}

static inv_result change(adopting *work, const char *jid, inv_adoption *adoption)
{
    ctl_session *session = work->session;
    inv_verdict *verdict = &session->verdict;
    inv_call call = inv_call_begin_with(
        session->context, session->domain, 0,
        work->admin.directory != NULL ? work->admin.directory : session->call.directory, verdict);
    inv_result result = inv_call_run(&call, &adoption->change, 1);

    if (result != INV_OK)
        return result;
    if (!inv_operation_answered(adoption->change, INV_LDAP_INSUFFICIENT_ACCESS)) {
        verdict->result = inv_operation_result(adoption->change, "changing the entry", verdict);
    } else if (work->admin.directory != NULL) {
        verdict->result = inv_verdict_set(verdict, INV_CONFIG, "%s", INV_ADOPT_ADMIN_DENIED);
    } else {
        adopting_keep_ldif(work, adoption->change);
        adopting_tell(work, jid, "refused", adoption->dn,
                      "invitegate may not change this entry: load the LDIF, or use --bind-dn");
        return INV_OK;
    }
    if (verdict->result != INV_OK)
        tell_failure(work, jid, adoption);
    else
        adopting_tell(work, jid, adopting_word(work), adoption->dn, NULL);
    return INV_OK;
}

/* Chooses the domain of the JID, by -d or by the part behind the '@', and reads it. */
static inv_result read_jid(ctl_session *session, const char *argument, inv_jid **name)
{
    session->domain = NULL;
    if (strchr(argument, '@') != NULL && ctl_find_domain(session, argument) == NULL)
        return inv_verdict_set(&session->verdict, INV_NAME_INVALID,
                               "%s has no section for that domain", session->context->config->path);
    return ctl_read_account(session, argument, name);
}

/* Negative: the directory does not answer, and the other JIDs are not tried. */
static inv_result adopt_one(adopting *work, const char *argument)
{
    inv_verdict *verdict = &work->session->verdict;
    inv_adoption adoption = {.dn = NULL};
    inv_jid *name = NULL;
    const char *jid = argument;

    *verdict = (inv_verdict)INV_VERDICT_INIT;
    verdict->result = read_jid(work->session, argument, &name);
    if (verdict->result == INV_OK) {
        jid = inv_jid_text(name);
        verdict->result = ctl_session_begin(work->session);
    }
    if (verdict->result == INV_OK)
        verdict->result = inv_adopt(&work->session->call, name, work->undo, &adoption);
    if (verdict->result > INV_OK)
        tell_failure(work, jid, &adoption);
    else if (verdict->result == INV_OK && adoption.change == NULL)
        adopting_tell(work, jid, "unchanged", adoption.dn,
                      work->undo ? "has no xmppJid" : "is an account already");
    else if (verdict->result == INV_OK && work->dry_run)
        adopting_tell(work, jid, adopting_word(work), adoption.dn, NULL);
    else if (verdict->result == INV_OK)
        verdict->result = change(work, jid, &adoption);
    inv_adoption_clear(&adoption);
    inv_jid_free(&name);
    return verdict->result < INV_OK ? verdict->result : INV_OK;
}

static int parse(const ctl_invocation *invocation, void *state)
{
    const char *except = ctl_option_text(invocation, "except");
    adopting *work = state;

    work->all = ctl_option_given(invocation, "all");
    work->undo = ctl_option_given(invocation, "undo");
    work->dry_run = ctl_option_given(invocation, "dry-run");
    if (work->all == (invocation->argument_count > 0))
        return ctl_usage(invocation, work->all ? "--all is everybody: name no JID beside it"
                                               : "name the JIDs, or say --all");
    if (except != NULL && !work->all)
        return ctl_usage(invocation, "--except goes with --all");
    if (except != NULL && !inv_filter_valid(except))
        return ctl_usage(invocation,
                         "--except is an LDAP filter such as (memberOf=cn=admins,...), not \"%s\": "
                         "check its parentheses",
                         except);
    return ctl_admin_check_options(invocation);
}

static inv_result run(ctl_session *session, void *state)
{
    const ctl_invocation *invocation = session->invocation;
    adopting *work = state;
    inv_result result;

    work->session = session;
    work->table = ctl_table_new(headers);
    work->ldif_stream = open_memstream(&work->ldif, &work->ldif_length);
    work->printed = work->table != NULL && work->ldif_stream != NULL;
    ctl_progress_start(&work->progress);
    result = work->printed ? ctl_admin_open(session, &work->admin)
                           : inv_verdict_no_memory(&session->verdict);
    if (result == INV_OK && work->all)
        return ctl_each_domain(session, session->domain, adopt_all, work);
    for (size_t i = 0; result == INV_OK && i < invocation->argument_count; i++)
        result = adopt_one(work, invocation->arguments[i]);
    return result;
}

/* With LDIF the table goes to standard error; with --json the LDIF is an object of its own. */
static int print(const ctl_session *session, void *state)
{
    adopting *work = state;
    bool has_ldif;

    if (work->ldif_stream != NULL && fclose(work->ldif_stream) != 0)
        work->printed = false;
    work->ldif_stream = NULL;
    has_ldif = work->ldif != NULL && work->ldif_length > 0;
    if (work->table != NULL && ctl_table_rows(work->table) > 0)
        ctl_table_print(has_ldif ? stderr : stdout, work->table);
    if (session->verdict.result == INV_OK && work->count[INV_ADOPT_EXCEPTED] == 0 &&
        ctl_option_given(session->invocation, "except"))
        ctl_warn("--except let nobody in: is that the filter that you mean?");
    if (work->all && !session->invocation->json)
        adopt_all_sum_up(work, has_ldif ? stderr : stdout);
    if (has_ldif && session->invocation->json) {
        json_t *object = json_object();

        ctl_json_text(object, "ldif", work->ldif);
        work->printed = ctl_json_print(object) && work->printed;
    } else if (has_ldif) {
        (void)fputs(work->ldif, stdout);
        ctl_warn("load the LDIF on standard output with ldapmodify, or use --bind-dn and "
                 "--bind-password-file");
    }
    return work->printed ? work->status : CTL_EXIT_TEMPORARY;
}

static void clear(void *state)
{
    adopting *work = state;

    ctl_table_free(&work->table);
    free(work->ldif);
    ctl_admin_close(&work->admin);
}

const ctl_command ctl_adopt = {
    .name = "adopt",
    .arguments = "[JID] ...",
    .least_arguments = 0,
    .most_arguments = 1000,
    .summary = "Make accounts of people who were in the directory before.",
    .details =
        "Their one entry gets the class xmppAccount and its xmppJid. --all: everybody of\n"
        "each configured domain, or of that of -d; reset invites may give those new\n"
        "passwords, so keep administrators out by --except. Where invitegate may not change\n"
        "an entry, the LDIF to load is printed and the exit status is 4. --undo takes both\n"
        "off an entry that no invite made. Exit status 1: some were refused.",
    .options = options,
    .without_keys = true,
    .prints_failures = true,
    .calls = CTL_OWN_CALLS,
    .state_size = sizeof(adopting),
    .parse = parse,
    .run = run,
    .print = print,
    .clear = clear,
};
