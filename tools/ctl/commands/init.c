/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "admin.h"
#include "proof/container.h"
#include "proof/places.h"
#include "proof/proof.h"
#include "proof/report.h"
#include "session.h"

static const ctl_option options[] = {
    CTL_ADMIN_OPTIONS("make containers and read back with the rights of DN"),
    {"print-ldif", 0, NULL, false, "only print the LDIF of the containers"},
    {NULL, 0, NULL, false, NULL},
};

/* One run: for every domain, or the one of -d. */
typedef struct setup {
    const inv_domain *chosen; /* by -d; NULL: all domains */
    ctl_admin admin;
    inv_keys *keys;
    ctl_report *report;
    ctl_containers *containers; /* one for each domain of the configuration */
    size_t domain_count;
    size_t missing;   /* domains with something missing */
    bool prints_ldif; /* standard output is LDIF, for ldapadd */
} setup;

static bool is_chosen(const setup *work, const inv_domain *domain)
{
    return work->chosen == NULL || domain == work->chosen;
}

static ctl_proof proof_of(ctl_session *session, const setup *work)
{
    return (ctl_proof){.config = session->context->config,
                       .domain = session->domain,
                       .call = &session->call,
                       .admin = work->admin.directory,
                       .report = work->report,
                       .optional_severity = CTL_NOTE};
}

static ctl_containers *containers_of(const ctl_session *session, const setup *work)
{
    return &work->containers[session->domain - session->context->config->domains];
}

static inv_result check_places(ctl_session *session, void *state)
{
    ctl_proof proof = proof_of(session, state);

    (void)ctl_check_places(&proof);
    return INV_OK;
}

/* Reads also those of domains that are not chosen: they share the key file. */
static inv_result find_containers(ctl_session *session, void *state)
{
    setup *work = state;
    ctl_containers *containers = containers_of(session, work);
    ctl_proof proof = proof_of(session, work);
    inv_result result = ctl_containers_read(&proof, containers);

    if (result == INV_OK && is_chosen(work, session->domain) &&
        !ctl_containers_complete(containers))
        work->missing++;
    return result;
}

static inv_result make_containers(ctl_session *session, void *state)
{
    setup *work = state;
    ctl_containers *containers = containers_of(session, work);
    ctl_proof proof = proof_of(session, work);
    inv_result result;

    if (ctl_containers_complete(containers))
        return INV_OK;
    result = ctl_containers_make(&proof, containers);
    if (result == INV_OK)
        result = ctl_containers_read(&proof, containers);
    if (result == INV_OK && !ctl_containers_complete(containers))
        result = inv_verdict_set(&session->verdict, INV_CONFIG,
                                 "the containers of %s are there, but invitegate cannot read "
                                 "them: give it the rights of invitegate-acl.conf",
                                 session->domain->name);
    return result;
}

/* With --json every line is an object: the LDIF is a finding's remedy there. */
static bool report_missing(ctl_session *session, const setup *work)
{
    const ctl_containers *containers = containers_of(session, work);
    ctl_proof proof = proof_of(session, work);
    char *ldif = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&ldif, &length);
    bool printed = stream != NULL && ctl_containers_print_ldif(stream, session->domain, containers);

    if (stream != NULL && fclose(stream) != 0)
        printed = false;
    if (printed)
        ctl_proof_finding(&proof, "containers", ldif, "containers are missing");
    free(ldif);
    return printed;
}

static inv_result print_missing(ctl_session *session, void *state)
{
    setup *work = state;
    ctl_containers *containers = containers_of(session, work);
    bool printed = true;

    if (ctl_containers_complete(containers))
        return INV_OK;
    printed = session->invocation->json
                  ? report_missing(session, work)
                  : ctl_containers_print_ldif(stdout, session->domain, containers);
    if (!printed)
        return inv_verdict_set(&session->verdict, INV_CONFIG, "not all of it can be printed");
    return INV_OK;
}

static inv_result check_schema(ctl_session *session, void *state)
{
    ctl_proof proof = proof_of(session, state);

    return ctl_check_schema(&proof);
}

/*
 * Asked before containers are made, since a directory without the schema would take some of them
 * and refuse the others. Its findings are then the report. A schema without findings is not in the
 * report here; probe() adds it once all is there.
 */
static inv_result report_missing_schema(ctl_session *session, setup *work)
{
    ctl_report *before = work->report;
    inv_result result;

    work->report = ctl_report_new();
    if (work->report == NULL) {
        work->report = before;
        return inv_verdict_no_memory(&session->verdict);
    }
    result = ctl_each_domain(session, work->chosen, check_schema, work);
    if (result == INV_OK && ctl_report_findings(work->report) > 0) {
        ctl_report_free(&before);
    } else {
        ctl_report_free(&work->report);
        work->report = before;
    }
    return result;
}

static inv_result check_keys(ctl_session *session, void *state)
{
    const setup *work = state;

    return ctl_keys_fit(containers_of(session, work), work->keys, session->context->config,
                        session->domain->name, &session->verdict);
}

/*
 * Reads the key file, or makes it where no container records any key. A second host must not mint
 * with a key by which the first would call the token forged.
 */
static inv_result find_keys(ctl_session *session, setup *work)
{
    const char *path = session->context->config->key_file;
    inv_verdict *verdict = &session->verdict;
    bool there = access(path, F_OK) == 0 || errno != ENOENT;
    inv_result result = INV_OK;

    if (there)
        result = inv_keys_read(path, &work->keys, verdict);
    if (result == INV_OK)
        result = ctl_each_domain(session, NULL, check_keys, work);
    if (result != INV_OK || there)
        return result;
    result = inv_keys_create(path, verdict);
    if (result == INV_OK)
        result = inv_keys_read(path, &work->keys, verdict);
    if (result == INV_OK)
        ctl_report_add(work->report, &(ctl_row){.check = "keys"}, "%s is made", path);
    return result;
}

static inv_result probe(ctl_session *session, void *state)
{
    setup *work = state;
    ctl_containers *containers = containers_of(session, work);
    size_t before = ctl_report_findings(work->report);
    ctl_proof proof = proof_of(session, work);
    inv_result result;

    proof.recorded = containers->forms;
    result = ctl_check_schema(&proof);
    if (result == INV_OK)
        result = ctl_check_invite_keys(&proof, work->keys);
    if (result == INV_OK)
        result = ctl_probe(&proof);
    if (result == INV_OK && proof.takes_no_writes)
        return INV_OK; /* a finding names the provider; nothing was proved or is recorded */
    if (result == INV_OK)
        result = ctl_complete_older_invites(&proof, true);
    if (result == INV_OK)
        result = ctl_check_indexes(&proof);
    if (result == INV_OK && containers->provider[0] != '\0')
        ctl_check_provider(&proof, containers);
    if (result == INV_OK)
        result = ctl_containers_record(&proof, containers, work->keys,
                                       ctl_report_findings(work->report) == before);
    return result;
}

static inv_result set_up(ctl_session *session, setup *work)
{
    inv_result result = ctl_admin_open(session, &work->admin);

    /* before anything is made: entries in a nested container would belong to no domain */
    if (result == INV_OK)
        result = ctl_each_domain(session, NULL, check_places, work);
    if (result != INV_OK || ctl_report_findings(work->report) > 0)
        return result;
    result = ctl_each_domain(session, NULL, find_containers, work);
    if (result != INV_OK)
        return result;
    if (work->missing > 0) {
        result = report_missing_schema(session, work);
        if (result != INV_OK || ctl_report_findings(work->report) > 0)
            return result;
    }
    if (work->missing > 0 && work->admin.directory == NULL) {
        work->prints_ldif = !session->invocation->json;
        result = ctl_each_domain(session, work->chosen, print_missing, work);
        return result != INV_OK
                   ? result
                   : inv_verdict_set(
                         &session->verdict, INV_CONFIG,
                         "containers are missing: load their LDIF, which is on standard output, "
                         "with ldapadd, or run init with --bind-dn and "
                         "--bind-password-file; then run init again");
    }
    if (work->missing > 0)
        result = ctl_each_domain(session, work->chosen, make_containers, work);
    if (result != INV_OK)
        return result;
    result = find_keys(session, work);
    return result == INV_OK ? ctl_each_domain(session, work->chosen, probe, work) : result;
}

static int parse(const ctl_invocation *invocation, void *state)
{
    int status = ctl_admin_check_options(invocation);

    (void)state;
    if (status == CTL_EXIT_OK && invocation->json && ctl_option_given(invocation, "print-ldif"))
        status = ctl_usage(invocation, "--print-ldif prints LDIF: not with --json");
    return status;
}

static inv_result run(ctl_session *session, void *state)
{
    setup *work = state;

    work->chosen = session->domain;
    if (ctl_option_given(session->invocation, "print-ldif"))
        return INV_OK;
    work->domain_count = session->context->config->domain_count;
    work->report = ctl_report_new();
    work->containers = calloc(work->domain_count, sizeof(*work->containers));
    if (work->report == NULL || work->containers == NULL)
        return inv_verdict_no_memory(&session->verdict);
    return set_up(session, work);
}

static int print_ldif(const inv_config *config, const setup *work)
{
    for (size_t i = 0; i < config->domain_count; i++) {
        if (is_chosen(work, &config->domains[i]) &&
            !ctl_containers_print_ldif(stdout, &config->domains[i], NULL))
            return CTL_EXIT_CONFIG;
    }
    return CTL_EXIT_OK;
}

static int print(const ctl_session *session, void *state)
{
    const bool json = session->invocation->json;
    const setup *work = state;
    bool printed = true;

    if (ctl_option_given(session->invocation, "print-ldif"))
        return print_ldif(session->context->config, work);
    /* the report must not mix with LDIF on standard output */
    if (work->report != NULL && work->containers != NULL && !work->prints_ldif)
        printed = ctl_report_print(work->report, json, session->invocation->brief);
    if (session->verdict.result == INV_OK && ctl_report_findings(work->report) > 0) {
        ctl_warn("not ready: change what the findings say, then run %s again",
                 session->invocation->brief ? "setup" : "init");
        return CTL_EXIT_CONFIG;
    }
    return printed ? CTL_EXIT_OK : CTL_EXIT_TEMPORARY;
}

static void clear(void *state)
{
    setup *work = state;

    for (size_t i = 0; work->containers != NULL && i < work->domain_count; i++)
        ctl_containers_clear(&work->containers[i]);
    free(work->containers);
    ctl_report_free(&work->report);
    inv_keys_free(&work->keys);
    ctl_admin_close(&work->admin);
}

const ctl_command ctl_init = {
    .name = "init",
    .arguments = "",
    .summary = "Make keys and containers, prove rights and hashing, record it.",
    .details =
        "Everything is proved with throwaway entries that are removed again. Without --bind-dn\n"
        "the LDIF of missing containers is printed and the exit status is 4. It may be repeated;\n"
        "on a second host copy the key file first: it never makes a second one. Works on every\n"
        "configured domain unless -d names one.",
    .options = options,
    .without_keys = true,
    .long_calls = true,
    .prints_failures = true,
    .calls = CTL_OWN_CALLS,
    .state_size = sizeof(setup),
    .parse = parse,
    .run = run,
    .print = print,
    .clear = clear,
};
