/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptors.h"
#include "listener.h"
#include "loop.h"
#include "pam.h"

/* The exit statuses of invitectl. */
enum { EXIT_USAGE = 2, EXIT_TEMPORARY = 3, EXIT_CONFIGURATION = 4 };

typedef struct invocation {
    const char *config_path; /* NULL: the built-in one */
    bool listen;
    bool standard;
    bool done; /* nothing is left to do but to exit with status */
    int status;
} invocation;

static const char help_text[] =
    "usage: invite-agent [-c FILE] --listen | --stdio\n"
    "\n"
    "Checks, redeems and makes invites for XMPP servers; see invite-agent(8).\n"
    "\n"
    "Options:\n"
    "  -c, --config FILE  read FILE in place of the built-in path\n"
    "  -l, --listen       serve the socket of [agent], or the one that systemd hands over\n"
    "  -s, --stdio        serve one client, over standard input and output\n"
    "  -h, --help         print this help\n"
    "  -V, --version      print the version\n"
    "\n"
    "Exit status: 0 told to end, or the end of standard input; 2 wrong usage;\n"
    "3 out of memory; 4 the configuration, the keys or the socket are wrong.\n";

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'}, {"listen", no_argument, NULL, 'l'},
    {"stdio", no_argument, NULL, 's'},        {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},      {NULL, 0, NULL, 0},
};

static void take_option(invocation *wanted, int letter)
{
    switch (letter) {
    case 'c':
        wanted->config_path = optarg;
        break;
    case 'l':
        wanted->listen = true;
        break;
    case 's':
        wanted->standard = true;
        break;
    case 'h':
        (void)fputs(help_text, stdout);
        wanted->done = true;
        break;
    case 'V':
        (void)puts(PACKAGE_STRING);
        wanted->done = true;
        break;
    default: /* getopt has said what is wrong */
        (void)fputs("Try: invite-agent --help\n", stderr);
        wanted->status = EXIT_USAGE;
        wanted->done = true;
    }
}

static invocation parse(int argc, char **argv)
{
    invocation wanted = {.config_path = NULL};
    int letter;

    while (!wanted.done && (letter = getopt_long(argc, argv, "c:lshV", long_options, NULL)) != -1)
        take_option(&wanted, letter);
    if (wanted.done)
        return wanted;
    if (optind != argc || wanted.listen == wanted.standard) {
        (void)fputs("invite-agent: it takes --listen or --stdio, and no arguments\n"
                    "Try: invite-agent --help\n",
                    stderr);
        wanted.status = EXIT_USAGE;
        wanted.done = true;
    }
    return wanted;
}

/* Gives up rights that this process does not need, and a core file. */
static void give_up_rights(void)
{
    const struct rlimit nothing = {0, 0};

    (void)umask(077);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)setrlimit(RLIMIT_CORE, &nothing); /* passwords would be in it */
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static inv_result serve(agent_service *service, inv_context **context, const invocation *wanted,
                        inv_verdict *verdict)
{
    agent_listener listener = AGENT_LISTENER_INIT;
    inv_result result = INV_OK;

    if (!wanted->standard)
        result = agent_listener_open(&(*context)->config->agent, &listener, verdict);
    if (result == INV_OK) {
        inv_log_write((*context)->log, INV_LOG_INFO, "serves %s",
                      wanted->standard        ? "standard input and output"
                      : listener.path != NULL ? listener.path
                                              : "the socket of systemd");
        result =
            agent_loop_run(service, context, wanted->config_path, listener.descriptor, verdict);
    }
    agent_listener_close(&listener);
    return result;
}

static int run(const invocation *wanted)
{
    agent_service service = {.context = NULL};
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_context *context = NULL;
    inv_result result;

    agent_loop_keep_signal(SIGHUP);
    result = inv_context_open(wanted->config_path, NULL, &context, &verdict);
    service.context = context;
    if (result == INV_OK)
        result = agent_descriptors_ensure(context->config->agent.workers, &verdict);
    if (result == INV_OK)
        result = agent_limits_new(&context->config->agent, &service.limits, &verdict);
    if (result == INV_OK) {
        service.inviters = agent_inviters_new();
        if (service.inviters == NULL)
            result = inv_verdict_no_memory(&verdict);
    }
    if (result == INV_OK && geteuid() == 0)
        inv_log_write(context->log, INV_LOG_WARNING,
                      "invite-agent runs as root and need not: see invite-agent.service");
    if (result == INV_OK)
        result = serve(&service, &context, wanted, &verdict);
    if (result != INV_OK) {
        (void)fprintf(stderr, "invite-agent: %s\n", verdict.why);
        inv_log_write(context != NULL ? context->log : NULL, INV_LOG_ERROR, "%s", verdict.why);
    }
    agent_inviters_free(&service.inviters);
    agent_limits_free(&service.limits);
    inv_context_free(&context);
    return result == INV_OK          ? EXIT_SUCCESS
           : result == INV_NO_MEMORY ? EXIT_TEMPORARY
                                     : EXIT_CONFIGURATION;
}

int main(int argc, char **argv)
{
    invocation wanted;

    give_up_rights();
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    if (argc == 2 && strcmp(argv[1], AGENT_PAM_OPTION) == 0)
        return agent_pam_process();
    wanted = parse(argc, argv);
    return wanted.done ? wanted.status : run(&wanted);
}
