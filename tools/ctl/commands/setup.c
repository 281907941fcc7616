/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "commands.h"
#include "io/interrupt.h"
#include "session.h"
#include "setup/account.h"
#include "setup/apply.h"
#include "setup/ds389.h"
#include "setup/handover.h"
#include "setup/machine.h"
#include "setup/prove.h"
#include "setup/rights.h"
#include "setup/setup.h"
#include "setup/site.h"
#include "setup/undo.h"

static const ctl_option options[] = {
    {"suffix", 0, "DN", false, "the suffix of the database, where there are several"},
    {"people", 0, "DN", false, "where the accounts are, or shall be"},
    {"server", 0, "NAME", false, "prosody or none; by itself, what is installed"},
    {"saslauthd", 0, NULL, false, "also saslauthd, and the PAM service that it asks"},
    {"answers", 0, "FILE", false, "read what is not said here from FILE, \"key = value\" lines"},
    {"no-proof", 0, NULL, false, "do not try at the end what was set up"},
    {"dry-run", 0, NULL, false, "only print what would be done"},
    {"undo", 0, NULL, false, "take away what setup made"},
    {"uri", 0, "URI", false, "the directory, in place of ldapi:///; ldap:// is with StartTLS"},
    {"ca-file", 0, "FILE", false, "the authorities for its certificate, in place of the system's"},
    CTL_ADMIN_OPTIONS("who may change the directory, where root of this machine may not"),
    {"root", 0, "DIR", false, "the machine whose files are below DIR"},
    {NULL, 0, NULL, false, NULL},
};

/* One run. */
typedef struct setting_up {
    ctl_answers answers;
    ctl_task task;
    char *config_path;
    json_t *over; /* undo: records that need nothing more */
} setting_up;

static int parse(const ctl_invocation *invocation, void *state)
{
    setting_up *work = state;
    const char *given = invocation->config_path;
    int status = ctl_answers_parse(invocation, &work->answers);

    if (status != CTL_EXIT_OK)
        return status;
    if (asprintf(&work->config_path, "%s%s", given != NULL ? "" : work->answers.root,
                 given != NULL ? given : INV_CONFIG_PATH) >= 0)
        return CTL_EXIT_OK;
    work->config_path = NULL;
    ctl_warn("out of memory");
    return CTL_EXIT_TEMPORARY;
}

/* The configuration is what setup makes. */
static bool stands_alone(const void *state)
{
    (void)state;
    return true;
}

/* Kept for undo, and for a second run that says nothing. */
static bool note_site(const ctl_task *task)
{
    ctl_journal *journal = task->journal;

    return ctl_journal_set_text(journal, "domain", task->site.domain) &&
           ctl_journal_set_text(journal, "suffix", task->site.suffix) &&
           ctl_journal_note_suffix(journal, task->site.suffix) &&
           ctl_journal_set_text(journal, "identity", task->site.identity) &&
           ctl_journal_set_text(journal, "passwordFile", task->site.password_file);
}

/* On a first run nothing may be hidden; later the identity sees what there is. */
static inv_result take_sight(ctl_task *task)
{
    inv_result result = ctl_account_bind(task);

    if (result == INV_OK)
        result = ctl_rights_sweep(task);
    if (result == INV_OK && !task->answers->dry_run &&
        (task->service == NULL || task->answers->undo))
        result = ctl_rights_take(task);
    return result;
}

/* How the directory is configured. */
static inv_result plan_slapd(ctl_task *task, bool *ret_policy)
{
    inv_result result = ctl_step_schema(task);

    if (result == INV_OK)
        result = ctl_step_modules(task);
    if (result == INV_OK)
        result = ctl_step_hashing(task);
    if (result == INV_OK)
        result = ctl_step_database(task);
    if (result == INV_OK)
        result = ctl_step_rules(task);
    return result == INV_OK ? ctl_step_policy(task, ret_policy) : result;
}

static inv_result plan_389ds(ctl_task *task, bool *ret_policy)
{
    inv_result result = ctl_step_ds389_schema(task);

    *ret_policy = false;
    if (result == INV_OK)
        result = ctl_step_ds389_config(task);
    return result == INV_OK ? ctl_step_ds389_indexes(task) : result;
}

/* What is behind the directory: keys, agent, XMPP server. */
static inv_result plan_machine(ctl_task *task)
{
    inv_result result = ctl_step_keys(task);

    if (result == INV_OK)
        result = ctl_step_owners(task);
    if (result == INV_OK)
        result = ctl_step_agent(task);
    if (result == INV_OK)
        result = ctl_step_prosody(task);
    return result == INV_OK ? ctl_step_saslauthd(task) : result;
}

static inv_result plan(setting_up *work)
{
    ctl_task *task = &work->task;
    bool policy = true;
    inv_result result = ctl_machine_find(task);

    if (result == INV_OK)
        result = ctl_site_find(task);
    if (result == INV_OK && !note_site(task))
        result = inv_verdict_no_memory(task->verdict);
    if (result == INV_OK)
        result = take_sight(task);
    if (result == INV_OK)
        result = ctl_site_survey(task);
    if (result == INV_OK)
        result = task->is_389 ? plan_389ds(task, &policy) : plan_slapd(task, &policy);
    if (result == INV_OK)
        result = ctl_step_entries(task, policy);
    if (result == INV_OK)
        result = ctl_step_user(task);
    if (result == INV_OK)
        result = ctl_step_account(task);
    if (result == INV_OK && task->is_389)
        result = ctl_step_ds389_acis(task);
    if (result == INV_OK)
        result = ctl_step_configuration(task);
    if (result == INV_OK && task->unseen != NULL)
        result = ctl_handover_compare(task);
    return result == INV_OK ? plan_machine(task) : result;
}

static inv_result plan_undo(setting_up *work)
{
    ctl_task *task = &work->task;
    inv_result result;

    if (ctl_journal_count(task->journal) == 0) {
        ctl_plan_tell(task->plan, CTL_ITEM_THERE, "undo", "%s says that nothing was made here",
                      ctl_journal_path(task->journal));
        return INV_OK;
    }
    result = ctl_site_recall(task);
    if (result == INV_OK)
        result = take_sight(task);
    return result == INV_OK ? ctl_undo_plan(task, &work->over) : result;
}

/* When all is done: what needed nothing, and the journal itself. */
static inv_result finish_undo(setting_up *work)
{
    ctl_task *task = &work->task;
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && i < json_array_size(work->over); i++)
        result = ctl_journal_drop(task->journal, json_array_get(work->over, i), task->verdict);
    return result == INV_OK ? ctl_journal_remove(task->journal, task->verdict) : result;
}

static inv_result act(setting_up *work)
{
    ctl_task *task = &work->task;
    inv_verdict back = INV_VERDICT_INIT;
    inv_result result = work->answers.undo ? plan_undo(work) : plan(work);

    if (result == INV_OK && !ctl_plan_is_whole(task->plan))
        result = inv_verdict_no_memory(task->verdict);
    if (result == INV_OK && !work->answers.dry_run) {
        result = ctl_setup_apply(task);
        if (result == INV_OK && work->answers.undo)
            result = finish_undo(work);
        return result;
    }
    if (ctl_rights_give_back(task, &back) != INV_OK)
        ctl_warn("%s", back.why);
    return result;
}

static inv_result run(ctl_session *session, void *state)
{
    setting_up *work = state;
    ctl_task *task = &work->task;
    inv_result result;
    sigset_t before;

    task->answers = &work->answers;
    task->config_path = work->config_path;
    task->verdict = &session->verdict;
    task->plan = ctl_plan_new();
    if (task->plan == NULL)
        return inv_verdict_no_memory(&session->verdict);
    result = ctl_journal_open(work->answers.root, !work->answers.dry_run, &task->journal,
                              &session->verdict);
    if (result != INV_OK)
        return result;
    result = ctl_site_ask(task, &work->answers);
    if (result != INV_OK)
        return result;
    /* from here on root may have rights that have to be given back */
    ctl_hold_interrupts(&before);
    result = act(work);
    ctl_release_interrupts(&before);
    return result;
}

static int print(const ctl_session *session, void *state)
{
    setting_up *work = state;
    const bool json = session->invocation->json;
    ctl_plan *made = work->task.plan;
    size_t changes;

    if (made == NULL)
        return CTL_EXIT_OK;
    if (!ctl_plan_print(made, json))
        return CTL_EXIT_TEMPORARY;
    changes = ctl_plan_count(made, work->answers.dry_run ? CTL_ITEM_WOULD : CTL_ITEM_DONE);
    if (session->verdict.result != INV_OK)
        return CTL_EXIT_OK;
    if (changes == 0 && !json)
        (void)puts("Nothing to change.");
    else if (work->answers.dry_run && !json)
        (void)printf("%zu changes would be made.\n", changes);
    if (work->answers.dry_run || work->answers.undo || work->answers.no_proof)
        return CTL_EXIT_OK;
    (void)fflush(stdout);
    return ctl_setup_prove(&work->task, json);
}

static void clear(void *state)
{
    setting_up *work = state;

    json_decref(work->over);
    ctl_setup_clear(&work->task);
    ctl_answers_clear(&work->answers);
    free(work->config_path);
}

const ctl_command ctl_setup = {
    .name = "setup",
    .arguments = "",
    .summary = "Set up the directory for invites, or take that away again.",
    .details =
        "Run as root on the machine of the directory, an OpenLDAP in cn=config or a 389 Directory\n"
        "Server; elsewhere with --bind-dn. It looks what there is, makes what is missing, and "
        "leaves\n"
        "alone what is the site's; what it may not change is written into files, with the "
        "commands\n"
        "to run. May be repeated: then it finishes what was interrupted, and changes nothing "
        "else.\n"
        "--undo takes away what it made.",
    .options = options,
    .without_keys = true,
    .prints_failures = true,
    .calls = CTL_OWN_CALLS,
    .state_size = sizeof(setting_up),
    .parse = parse,
    .stands_alone = stands_alone,
    .run = run,
    .print = print,
    .clear = clear,
};
