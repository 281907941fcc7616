/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/host.h"
#include "invitegate/group.h"
#include "invitegate/password_form.h"
#include "invitegate/shared_names.h"
#include "proof/container.h"
#include "proof/places.h"
#include "proof/proof.h"
#include "proof/report.h"
#include "session.h"

/* Seconds that this host's clock and the server's may differ. */
#define CLOCK_TOLERANCE 30

typedef struct examination {
    inv_keys *keys;
    ctl_report *report;
    bool host;  /* this machine in place of the directory */
    char *root; /* without a slash at its end; NULL: the machine itself */
} examination;

static void check_keys(examination *work, const inv_config *config)
{
    static const ctl_row unreadable = {.status = CTL_FINDING, .check = "keys"};
    const char *path = config->key_file;
    inv_verdict verdict = INV_VERDICT_INIT;

    if (inv_keys_read(path, &work->keys, &verdict) == INV_OK)
        ctl_report_add(work->report, &(ctl_row){.check = "keys"}, "%s: %zu key%s", path,
                       inv_keys_count(work->keys), inv_keys_count(work->keys) == 1 ? "" : "s");
    else
        ctl_report_add(work->report, &unreadable, "%s", verdict.why);
}

static void check_recorded_keys(examination *work, ctl_proof *proof,
                                const ctl_containers *containers)
{
    inv_verdict verdict = INV_VERDICT_INIT;

    if (work->keys == NULL)
        return;
    if (containers->fingerprints == NULL || containers->fingerprints[0] == NULL) {
        ctl_proof_finding(proof, "fingerprints", "run invitectl init", "%s records no keys",
                          proof->domain->invites);
        return;
    }
    if (ctl_keys_fit(containers, work->keys, proof->config, proof->domain->name, &verdict) !=
        INV_OK) {
        ctl_proof_finding(proof, "fingerprints", NULL, "%s", verdict.why);
        return;
    }
    for (size_t i = 0; i < inv_keys_count(work->keys); i++) {
        if (!ctl_key_is_recorded(containers, work->keys, i)) {
            ctl_proof_finding(proof, "fingerprints",
                              "run invitectl init; then copy the key file to every host",
                              "key %u is not recorded in %s", (unsigned)inv_keys_id(work->keys, i),
                              proof->domain->invites);
            return;
        }
    }
    ctl_proof_fine(proof, "fingerprints", "the keys are those that are recorded");
}

static void report_missing(ctl_proof *proof, const char *key, const char *dn, const char *identity)
{
    ctl_proof_finding(
        proof, "containers",
        "a wrong DN: correct it in the configuration; not made yet: run invitectl init; made, and "
        "that is not who should ask: run it as the user of the agent, or see bind of [directory]; "
        "else give it the rights of invitegate-acl.conf (389 DS: invitegate-aci.ldif)",
        "%s = %s: does not exist, or is hidden from %s", key, dn, identity);
}

static bool check_containers(ctl_proof *proof, const ctl_containers *containers)
{
    const struct {
        const char *key;
        const char *dn;
        bool exists;
    } each[] = {{"invites", proof->domain->invites, containers->invites},
                {"people", proof->domain->people, containers->people},
                {"rosters", proof->domain->rosters, containers->rosters}};
    char identity[CTL_IDENTITY_SIZE] = CTL_IDENTITY_UNKNOWN;

    if (ctl_containers_complete(containers)) {
        ctl_proof_fine(proof, "containers", "invites, people and rosters are there");
        return true;
    }
    (void)ctl_proof_identity(proof, identity, sizeof(identity));
    for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
        if (!each[i].exists)
            report_missing(proof, each[i].key, each[i].dn, identity);
    }
    if (containers->invites && !containers->marked)
        ctl_proof_finding(proof, "containers", "invitectl init tells how to add it",
                          "%s lacks the class xmppInviteContainer", proof->domain->invites);
    return containers->invites && containers->people && containers->rosters;
}

static void check_forms(ctl_proof *proof, const ctl_containers *containers)
{
    bool fine = true;

    for (const inv_password_form *form = inv_password_forms; form->name != NULL; form++) {
        if ((proof->domain->verifiers & form->verifiers) == 0 ||
            (containers->forms & form->verifiers) != 0)
            continue;
        fine = false;
        ctl_proof_finding(proof, "record", "run invitectl init",
                          "password_verifiers wants %s, which init has not proved here",
                          form->name);
    }
    if (fine)
        ctl_proof_fine(proof, "record", "init has proved what password_verifiers wants");
}

/* Checks invitePasswordDates, by which readers of SCRAM verifiers judge them. */
static void check_dates(ctl_proof *proof, const ctl_containers *containers)
{
    if ((proof->domain->verifiers & INV_VERIFIERS_SCRAM) == 0)
        return;
    if (containers->dates == INV_PASSWORD_DATES_UNKNOWN)
        ctl_proof_finding(proof, "record", "run invitectl init",
                          "%s does not record how the directory dates passwords "
                          "(invitePasswordDates): SCRAM verifiers are not served",
                          proof->domain->invites);
    else if (proof->dates != INV_PASSWORD_DATES_UNKNOWN && proof->dates != containers->dates)
        ctl_proof_finding(
            proof, "record",
            "run invitectl init, unless the directory's settings were changed by mistake",
            "invitePasswordDates is %s, but the directory now dates passwords as \"%s\"",
            inv_password_dates_word(containers->dates), inv_password_dates_word(proof->dates));
}

#define ORPHANS_TOLD 5 /* memberships in rows of their own; the others are counted */

typedef struct orphans {
    ctl_proof *proof;
    size_t count;
} orphans;

static void tell_orphan(void *context, const inv_group_orphan *orphan)
{
    orphans *found = context;

    if (++found->count <= ORPHANS_TOLD)
        ctl_proof_finding(found->proof, "memberships",
                          "invitectl remove NAME takes a name out of its groups; invitectl create "
                          "--inherit-groups --user NAME lets a new account have them",
                          "no entry has the name %s, but %s names it (%s): it cannot be registered",
                          orphan->local, orphan->group, orphan->attribute);
}

/* Checks groups for names that no entry holds. */
static inv_result check_memberships(ctl_proof *proof)
{
    orphans found = {.proof = proof};
    inv_result result = inv_group_each_orphan(proof->call, tell_orphan, &found);

    if (result == INV_CONFIG) {
        ctl_proof_finding(proof, "memberships", CTL_REMEDY_ACL, "%s", proof->call->verdict->why);
        return INV_OK;
    }
    if (result == INV_OK && found.count > ORPHANS_TOLD)
        ctl_proof_finding(proof, "memberships", "invitectl repair lists all of them",
                          "%zu more memberships of names that no entry has",
                          found.count - ORPHANS_TOLD);
    else if (result == INV_OK && found.count == 0)
        ctl_proof_fine(proof, "memberships", "every name in a group has an entry");
    return result;
}

#define SHARED_TOLD 5 /* names in rows of their own; the others are counted */

typedef struct shared_names {
    ctl_proof *proof;
    size_t count;
} shared_names;

static void tell_shared(void *context, const inv_shared_name *shared)
{
    shared_names *found = context;

    if (++found->count <= SHARED_TOLD)
        ctl_proof_finding(found->proof, "holders",
                          "delete one of the entries, or give it another name, in the attribute "
                          "that name_filter compares (uid)",
                          "%s is the name of two entries, %s and %s: nobody logs in by it",
                          shared->jid, shared->dn, shared->other_dn);
}

/* Checks for names that two entries hold. */
static inv_result check_shared_names(ctl_proof *proof)
{
    shared_names found = {.proof = proof};
    inv_result result = inv_shared_name_each(proof->call, tell_shared, &found);

    if (result == INV_CONFIG) {
        ctl_proof_finding(proof, "holders", NULL, "%s", proof->call->verdict->why);
        return INV_OK;
    }
    if (result == INV_OK && found.count > SHARED_TOLD)
        ctl_proof_finding(proof, "holders", "mend the others first: doctor tells of five at a time",
                          "%zu more names that two entries have", found.count - SHARED_TOLD);
    else if (result == INV_OK && found.count == 0)
        ctl_proof_fine(proof, "holders", "no name has two entries");
    return result;
}

static void check_clock(ctl_proof *proof)
{
    double difference = difftime(time(NULL), proof->server_time);

    if (proof->server_time == 0)
        ctl_proof_unseen(proof, "clock",
                         "let the identity of [directory] read createTimestamp of what it adds",
                         "the server's time could not be seen");
    else if (difference > CLOCK_TOLERANCE || difference < -CLOCK_TOLERANCE)
        ctl_proof_finding(proof, "clock", "keep both hosts' clocks right with NTP",
                          "this host's clock is %.0f seconds %s the directory's",
                          difference < 0 ? -difference : difference,
                          difference < 0 ? "behind" : "ahead of");
    else
        ctl_proof_fine(proof, "clock", "agrees with the directory's");
}

static inv_result examine(ctl_session *session, void *state)
{
    examination *work = state;
    ctl_containers containers = {.fingerprints = NULL};
    ctl_proof proof = {.config = session->context->config,
                       .domain = session->domain,
                       .call = &session->call,
                       .report = work->report,
                       .optional_severity = CTL_FINDING};
    inv_result result = ctl_containers_read(&proof, &containers);

    if (result != INV_OK)
        goto cleanup;
    ctl_proof_fine(&proof, "connection", "%s answers", proof.config->directory.uris[0]);
    (void)ctl_check_places(&proof);
    result = ctl_check_schema(&proof);
    if (result != INV_OK || !check_containers(&proof, &containers))
        goto cleanup;
    result = ctl_check_sole(&proof, containers.sole);
    if (result != INV_OK)
        goto cleanup;
    check_recorded_keys(work, &proof, &containers);
    check_forms(&proof, &containers);
    if (work->keys != NULL)
        result = ctl_check_invite_keys(&proof, work->keys);
    if (result != INV_OK)
        goto cleanup;
    result = ctl_check_cost(&proof);
    if (result != INV_OK)
        goto cleanup;
    proof.recorded = containers.forms;
    result = ctl_probe(&proof);
    if (result == INV_OK && !proof.takes_no_writes) {
        check_dates(&proof, &containers);
        ctl_check_provider(&proof, &containers);
        check_clock(&proof);
    }
    if (result == INV_OK)
        result = ctl_complete_older_invites(&proof, false);
    if (result == INV_OK)
        result = ctl_check_indexes(&proof);
    if (result == INV_OK)
        result = ctl_check_local_users(&proof);
    if (result == INV_OK)
        result = check_shared_names(&proof);
    if (result == INV_OK)
        result = check_memberships(&proof);
    if (result == INV_OK && containers.dates != INV_PASSWORD_DATES_UNKNOWN &&
        containers.dates != INV_PASSWORD_DATES_NEVER)
        result = ctl_check_verifiers(&proof);
cleanup:
    ctl_containers_clear(&containers);
    return result;
}

static inv_result examine_host(ctl_session *session, examination *work)
{
    const ctl_invocation *invocation = session->invocation;
    const char *root = work->root != NULL ? work->root : "";
    const char *given = invocation->config_path;
    char *path = NULL;

    if (asprintf(&path, "%s%s", given != NULL ? "" : root,
                 given != NULL ? given : INV_CONFIG_PATH) < 0)
        return inv_verdict_no_memory(&session->verdict);
    ctl_host_examine(&(ctl_host){
        .report = work->report, .root = root, .config_path = path, .domain = invocation->domain});
    free(path);
    return INV_OK;
}

static const ctl_option options[] = {
    {"host", 0, NULL, false, "look at this machine in place of the directory"},
    {"root", 0, "DIR", false, "with --host: the machine whose files are below DIR"},
    {NULL, 0, NULL, false, NULL},
};

static int parse(const ctl_invocation *invocation, void *state)
{
    const char *root = ctl_option_text(invocation, "root");
    examination *work = state;
    size_t length;

    work->host = ctl_option_given(invocation, "host");
    if (root == NULL)
        return CTL_EXIT_OK;
    if (!work->host)
        return ctl_usage(invocation, "--root goes together with --host");
    if (root[0] != '/')
        return ctl_usage(invocation, "--root needs an absolute path");
    length = strlen(root);
    while (length > 0 && root[length - 1] == '/')
        length--;
    work->root = strndup(root, length);
    if (work->root != NULL)
        return CTL_EXIT_OK;
    ctl_warn("out of memory");
    return CTL_EXIT_TEMPORARY;
}

/* What cannot be read is what doctor --host tells. */
static bool stands_alone(const void *state)
{
    return ((const examination *)state)->host;
}

static inv_result run(ctl_session *session, void *state)
{
    const inv_config *config;
    examination *work = state;

    work->report = ctl_report_new();
    if (work->report == NULL)
        return inv_verdict_no_memory(&session->verdict);
    if (work->host)
        return examine_host(session, work);
    config = session->context->config;
    ctl_report_add(work->report, &(ctl_row){.check = "config"}, "%s is sound", config->path);
    check_keys(work, config);
    return ctl_each_domain(session, session->domain, examine, work);
}

static int print(const ctl_session *session, void *state)
{
    const examination *work = state;

    if (work->report == NULL)
        return CTL_EXIT_OK;
    if (!ctl_report_print(work->report, session->invocation->json, session->invocation->brief))
        return CTL_EXIT_TEMPORARY;
    return ctl_report_open(work->report) > 0 ? CTL_EXIT_REFUSED : CTL_EXIT_OK;
}

static void clear(void *state)
{
    examination *work = state;

    ctl_report_free(&work->report);
    inv_keys_free(&work->keys);
    free(work->root);
}

const ctl_command ctl_doctor = {
    .name = "doctor",
    .arguments = "",
    .summary = "Check everything a site needs and say what to change.",
    .details =
        "Rights are proved with throwaway entries that are removed again. Exit status: 0 all\n"
        "is well, 1 there are findings, or something could not be looked at, 3 or 4 the\n"
        "examination could not be ended. Works on every configured domain unless -d names one.\n"
        "With --host it looks at this machine as people meet it, and tries the ways in by a\n"
        "throwaway invite.",
    .options = options,
    .without_keys = true,
    .long_calls = true,
    .prints_failures = true,
    .calls = CTL_OWN_CALLS,
    .state_size = sizeof(examination),
    .parse = parse,
    .stands_alone = stands_alone,
    .run = run,
    .print = print,
    .clear = clear,
};
