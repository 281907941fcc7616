/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin.h"
#include "command.h"
#include "proof/container.h"
#include "proof/places.h"
#include "proof/proof.h"
#include "proof/report.h"

static const ctl_option options[] = {
    CTL_ADMIN_OPTIONS("make containers and read back with the rights of DN"),
    {"print-ldif", 0, NULL, false, "only print the LDIF of the containers"},
    {NULL, 0, NULL, false, NULL},
};

/* One run: for every domain, or the one of -d. */
typedef struct setup {
    const ctl_invocation *invocation;
    ctl_session session;
    const inv_domain *chosen; /* by -d; NULL: all domains */
    ctl_admin admin;
    inv_keys *keys;
    ctl_report *report;
    ctl_containers *containers; /* one for each domain of the configuration */
    size_t missing;             /* domains with something missing */
} setup;

static bool is_chosen(const setup *work, const inv_domain *domain)
{
    return work->chosen == NULL || domain == work->chosen;
}

static ctl_proof proof_of(setup *work)
{
    return (ctl_proof){.config = work->session.context->config,
                       .domain = work->session.domain,
                       .call = &work->session.call,
                       .admin = work->admin.directory,
                       .report = work->report,
                       .verdict = &work->session.verdict,
                       .optional_severity = CTL_NOTE};
}

/* Runs step once a domain (all, or the chosen ones), with a call begun in it. */
static inv_result each_domain(setup *work, bool all,
                              inv_result (*step)(setup *work, ctl_containers *containers))
{
    const inv_config *config = work->session.context->config;
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && i < config->domain_count; i++) {
        if (!all && !is_chosen(work, &config->domains[i]))
            continue;
        work->session.domain = &config->domains[i];
        result = ctl_session_begin_long(&work->session);
        if (result == INV_OK)
            result = step(work, &work->containers[i]);
    }
    return result;
}

static inv_result check_places(setup *work, ctl_containers *containers)
{
    ctl_proof proof = proof_of(work);

    (void)containers;
    (void)ctl_check_places(&proof);
    return INV_OK;
}

static inv_result find_containers(setup *work, ctl_containers *containers)
{
    ctl_proof proof = proof_of(work);
    inv_result result = ctl_containers_read(&proof, containers);

    /* read also for domains that are not chosen: they share the key file */
    if (result != INV_OK || !is_chosen(work, work->session.domain))
        return result;
    if (!ctl_containers_complete(containers) && work->admin.directory != NULL) {
        result = ctl_containers_make(&proof, containers);
        if (result == INV_OK)
            result = ctl_containers_read(&proof, containers);
        if (result == INV_OK && !ctl_containers_complete(containers))
            result = inv_verdict_set(&work->session.verdict, INV_CONFIG,
                                     "the containers of %s are there, but invitegate cannot read "
                                     "them: give it the rights of invitegate-acl.conf",
                                     work->session.domain->name);
    }
    if (result == INV_OK && !ctl_containers_complete(containers))
        work->missing++;
    return result;
}

/* With --json every line is an object: the LDIF is a finding's remedy there. */
static bool report_missing(setup *work, const ctl_containers *containers)
{
    ctl_proof proof = proof_of(work);
    char *ldif = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&ldif, &length);
    bool printed =
        stream != NULL && ctl_containers_print_ldif(stream, work->session.domain, containers);

    if (stream != NULL && fclose(stream) != 0)
        printed = false;
    if (printed)
        ctl_proof_row(&proof, CTL_FINDING, "containers", ldif, "containers are missing");
    free(ldif);
    return printed;
}

static inv_result print_missing(setup *work, ctl_containers *containers)
{
    bool printed = true;

    if (ctl_containers_complete(containers))
        return INV_OK;
    printed = work->invocation->json
                  ? report_missing(work, containers)
                  : ctl_containers_print_ldif(stdout, work->session.domain, containers);
    if (!printed)
        return inv_verdict_set(&work->session.verdict, INV_CONFIG, "not all of it can be printed");
    return INV_OK;
}

static inv_result check_keys(setup *work, ctl_containers *containers)
{
    return ctl_keys_fit(containers, work->keys, work->session.context->config,
                        work->session.domain->name, &work->session.verdict);
}

/*
 * Reads the key file, or makes it where no container records any key. A second host must not mint
 * with a key by which the first would call the token forged.
 */
static inv_result settle_keys(setup *work)
{
    const char *path = work->session.context->config->key_file;
    inv_verdict *verdict = &work->session.verdict;
    bool there = access(path, F_OK) == 0 || errno != ENOENT;
    inv_result result = INV_OK;

    if (there)
        result = inv_keys_read(path, &work->keys, verdict);
    if (result == INV_OK)
        result = each_domain(work, true, check_keys);
    if (result != INV_OK || there)
        return result;
    result = inv_keys_create(path, verdict);
    if (result == INV_OK)
        result = inv_keys_read(path, &work->keys, verdict);
    if (result == INV_OK)
        ctl_report_add(work->report, CTL_FINE, "keys", NULL, NULL, "%s is made", path);
    return result;
}

static inv_result prove(setup *work, ctl_containers *containers)
{
    size_t before = ctl_report_findings(work->report);
    ctl_proof proof = proof_of(work);
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

static inv_result set_up(setup *work)
{
    inv_result result = ctl_admin_open(work->invocation, &work->session, &work->admin);

    /* before anything is made: entries in a nested container would belong to no domain */
    if (result == INV_OK)
        result = each_domain(work, true, check_places);
    if (result != INV_OK || ctl_report_findings(work->report) > 0)
        return result;
    result = each_domain(work, true, find_containers);
    if (result != INV_OK)
        return result;
    if (work->missing > 0) {
        result = each_domain(work, false, print_missing);
        return result != INV_OK
                   ? result
                   : inv_verdict_set(
                         &work->session.verdict, INV_CONFIG,
                         "containers are missing: load their LDIF, which is on standard output, "
                         "with ldapadd, or run init with --bind-dn and "
                         "--bind-password-file; then run init again");
    }
    result = settle_keys(work);
    return result == INV_OK ? each_domain(work, false, prove) : result;
}

static int print_ldif(setup *work)
{
    const inv_config *config = work->session.context->config;

    for (size_t i = 0; i < config->domain_count; i++) {
        if (is_chosen(work, &config->domains[i]) &&
            !ctl_containers_print_ldif(stdout, &config->domains[i], NULL))
            return CTL_EXIT_CONFIG;
    }
    return CTL_EXIT_OK;
}

static int finish(setup *work, inv_result result)
{
    bool json = work->invocation->json;
    int status = CTL_EXIT_OK;

    /* the report must not mix with LDIF on standard output */
    if ((work->missing == 0 || json) && !ctl_report_print(work->report, json))
        status = CTL_EXIT_TEMPORARY;
    if (result != INV_OK)
        return ctl_fail(&work->session.verdict);
    if (ctl_report_findings(work->report) > 0) {
        ctl_warn("not ready: change what the findings say, then run init again");
        return CTL_EXIT_CONFIG;
    }
    return status;
}

static void clear(setup *work)
{
    size_t count = work->session.context != NULL ? work->session.context->config->domain_count : 0;

    for (size_t i = 0; work->containers != NULL && i < count; i++)
        ctl_containers_clear(&work->containers[i]);
    free(work->containers);
    ctl_report_free(&work->report);
    inv_keys_free(&work->keys);
    ctl_admin_close(&work->admin);
    ctl_session_close(&work->session);
}

static int run(const ctl_invocation *invocation)
{
    setup work = {.invocation = invocation};
    int status;

    if (!ctl_admin_options_fit(invocation, &status))
        return status;
    if (invocation->json && ctl_option_given(invocation, "print-ldif"))
        return ctl_usage(invocation, "--print-ldif prints LDIF: not with --json");
    if (ctl_session_open(invocation, false, &work.session) != INV_OK ||
        (invocation->domain != NULL &&
         ctl_session_choose_domain(invocation, &work.session) != INV_OK)) {
        status = ctl_fail(&work.session.verdict);
        goto cleanup;
    }
    work.chosen = work.session.domain;
    if (ctl_option_given(invocation, "print-ldif")) {
        status = print_ldif(&work);
        goto cleanup;
    }
    work.report = ctl_report_new();
    work.containers = calloc(work.session.context->config->domain_count, sizeof(*work.containers));
    if (work.report == NULL || work.containers == NULL) {
        (void)inv_verdict_no_memory(&work.session.verdict);
        status = ctl_fail(&work.session.verdict);
        goto cleanup;
    }
    status = finish(&work, set_up(&work));
cleanup:
    clear(&work);
    return status;
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
    .run = run,
};
