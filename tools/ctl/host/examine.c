/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "prosody.h"

/* The subjects, one after the other. */

/* Whoever reads the page's address on its way has the token. */
static void check_landing_url(ctl_host *host, const inv_domain *domain)
{
    if (ctl_host_wants(host, domain->name) &&
        strncmp(domain->landing_url, "http://", strlen("http://")) == 0)
        ctl_host_finding(
            host, "config", &(ctl_place){host->config_path, 0}, "landing_url = https://...",
            "landing_url of [domain %s] is not https: the network sees tokens", domain->name);
}

static void check_config(ctl_host *host)
{
    inv_verdict verdict = INV_VERDICT_INIT;

    if (inv_config_read(host->config_path, &host->config, &verdict) == INV_OK)
        ctl_host_fine(host, "config", "%s is sound", host->config_path);
    else
        ctl_host_unseen(host, "config", NULL,
                        "where this is a matter of rights, run it as root; else mend the file: "
                        "invitegate.conf(5)",
                        "%s; so nothing that depends on it was looked at", verdict.why);
    for (size_t i = 0; host->config != NULL && i < host->config->domain_count; i++)
        check_landing_url(host, &host->config->domains[i]);
    if (host->config != NULL && host->domain != NULL &&
        inv_config_domain(host->config, host->domain) == NULL)
        ctl_host_finding(host, "config", &(ctl_place){host->config_path, 0},
                         "-d with the name of a section; or make a section for it",
                         "there is no section [domain %s]", host->domain);
}

void ctl_host_examine(ctl_host *host)
{
    ctl_prosody prosody;

    check_config(host);
    ctl_prosody_read(host, &prosody);
    ctl_host_check_pam(host, ctl_prosody_pam_service(host, &prosody));
    ctl_host_check_files(host);
    ctl_host_check_agent(host, &prosody);
    ctl_host_check_sasl(host, &prosody);
    ctl_host_check_prosody(host, &prosody);
    ctl_prosody_clear(&prosody);
    inv_config_free(&host->config);
}
