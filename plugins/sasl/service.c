/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h" /* asprintf */

#include "service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

inv_verdict *inv_sasl_service_clear_words(inv_sasl_service *service)
{
    return inv_verdict_clear_words(&service->verdict);
}

/* Finds the domain of user, or with realm of user@realm; *text becomes that whole name. */
static inv_result find_domain(inv_sasl_service *service, const char *user, size_t length,
                              const char *realm)
{
    inv_user whole = {0};

    free(service->user);
    if (asprintf(&service->user, "%.*s%s%s", (int)length, user, realm != NULL ? "@" : "",
                 realm != NULL ? realm : "") < 0) {
        service->user = NULL;
        return inv_verdict_no_memory(&service->verdict);
    }
    whole.text = service->user;
    whole.length = strlen(service->user);
    return inv_user_find_domain(service->context->config, &whole, &service->domain,
                                &service->local_length, inv_sasl_service_clear_words(service));
}

static bool is_set(const char *text)
{
    return text != NULL && text[0] != '\0';
}

inv_result inv_sasl_service_begin(inv_sasl_service *service, bool keys, const char *user,
                                  size_t length)
{
    const sasl_server_params_t *sparams = service->sparams;
    inv_result result =
        inv_sasl_plugin_open(service->plugin, keys, &service->context, &service->verdict);

    if (result != INV_OK)
        return result;
    /* far above what inv_user_find_domain takes, and an int all the same */
    if (length > 4096 || memchr(user, '\0', length) != NULL)
        return inv_verdict_set(&service->verdict, INV_NAME_INVALID,
                               "the name is too long, or has a NUL byte in it");
    if (memchr(user, '@', length) != NULL)
        return find_domain(service, user, length, NULL);
    if (is_set(sparams->user_realm))
        return find_domain(service, user, length, sparams->user_realm);
    result = INV_NAME_INVALID;
    if (is_set(sparams->serverFQDN))
        result = find_domain(service, user, length, sparams->serverFQDN);
    return result == INV_NAME_INVALID ? find_domain(service, user, length, NULL) : result;
}

inv_result inv_sasl_service_call(inv_sasl_service *service, inv_call *call)
{
    return inv_call_begin(service->context, service->domain, 0, call,
                          inv_sasl_service_clear_words(service));
}

/* libsasl2 has "ADDRESS;PORT"; what reads the log, such as fail2ban, wants the address alone. */
static void write_address(const char *address_and_port, char address[64])
{
    const char *text = address_and_port != NULL ? address_and_port : "";

    (void)snprintf(address, 64, "%.*s", (int)strcspn(text, ";"), text);
}

void inv_sasl_service_log(const inv_sasl_service *service)
{
    const sasl_server_params_t *sparams = service->sparams;
    char address[64];
    inv_origin origin = {
        .domain = service->domain != NULL ? service->domain->name : sparams->user_realm,
        .service = is_set(sparams->service) ? sparams->service : sparams->appname,
        .rhost = address,
    };
    inv_log *log = NULL;

    write_address(sparams->ipremoteport, address);

    if (service->context != NULL) {
        inv_log_verdict(service->context->log, &service->verdict, &origin);
        return;
    }
    /* Without a configuration there is no log: this one is what it says by default. */
    log = inv_log_new(INV_LOG_NOTICE, inv_log_to_syslog, NULL);
    inv_log_verdict(log, &service->verdict, &origin);
    inv_log_free(&log);
}

int inv_sasl_service_finish(inv_sasl_service *service, inv_result result, inv_sasl_use use,
                            bool logs)
{
    service->verdict.result = result;
    if (logs)
        inv_sasl_service_log(service);
    free(service->user);
    service->user = NULL;
    return inv_sasl_code(result, use);
}
