/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "ways.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/interrupt.h"
#include "socket.h"

/* One way in, and what came of it. */
typedef struct trial {
    ctl_guest guest;
    const ctl_user *user; /* who uses it; NULL: this process */
    const char *path;     /* of its socket */
    const char *service;  /* of PAM, at saslauthd */
    const char *log;      /* where it says why it refuses: the remedy of that */
    ctl_place place;      /* where it is configured */
    char where[300];      /* words: "invite-agent at PATH" */
    char how[100];        /* words: "the provider ldap"; "": a login was not tried */
    ctl_login entered;    /* the invite was redeemed there */
    ctl_login logged_in;  /* the password logs in, by what how says */
    char why[CTL_WHY_SIZE];
} trial;

static ctl_login tell(trial *work, ctl_login how, const char *words)
{
    ctl_host_write(work->why, sizeof(work->why), "%s", words);
    return how;
}

/* ---------------------------------------------------------------------------------- its sockets */

static int connect_to(trial *work)
{
    return ctl_socket_connect(work->path, work->user, NULL);
}

/* Asks the agent; OK is yes. */
static ctl_login ask_agent(trial *work, const char *op, const char *const *arguments)
{
    const int agent = connect_to(work);
    ctl_agent_answer answer = {.result = ""};
    bool answered;
    int cause;

    if (agent < 0)
        return tell(work, CTL_LOGIN_UNSEEN, strerror(errno));
    answered = ctl_socket_ask(agent, work->guest.domain->name, op, arguments, &answer);
    cause = errno;
    (void)close(agent);
    if (!answered)
        return tell(work, CTL_LOGIN_UNSEEN, strerror(cause));
    if (strcmp(answer.result, "OK") == 0)
        return CTL_LOGIN_YES;
    ctl_host_write(work->why, sizeof(work->why), "%s%s%s", answer.result,
                   answer.text[0] != '\0' ? ", " : "", answer.text);
    return strcmp(answer.result, "THROTTLED") == 0 ? CTL_LOGIN_UNSEEN : CTL_LOGIN_NO;
}

static ctl_login register_by_agent(trial *work)
{
    const ctl_guest *guest = &work->guest;

    return ask_agent(work, "register",
                     (const char *const[]){guest->token_text, guest->user,
                                           inv_secret_bytes(guest->password), "", "", NULL});
}

static ctl_login log_in_by_agent(trial *work)
{
    const ctl_guest *guest = &work->guest;

    return ask_agent(
        work, "login",
        (const char *const[]){guest->user, inv_secret_bytes(guest->password), "", NULL});
}

static ctl_login ask_saslauthd(trial *work, const char *password)
{
    const ctl_saslauthd_question question = {.user = work->guest.user,
                                             .password = password,
                                             .service = work->service,
                                             .realm = work->guest.domain->name};
    const int connection = connect_to(work);
    bool yes = false;
    bool answered;
    int cause;

    if (connection < 0)
        return tell(work, CTL_LOGIN_UNSEEN, strerror(errno));
    answered = ctl_socket_ask_saslauthd(connection, &question, &yes);
    cause = errno;
    (void)close(connection);
    if (!answered)
        return tell(work, CTL_LOGIN_UNSEEN, strerror(cause));
    return yes ? CTL_LOGIN_YES : tell(work, CTL_LOGIN_NO, "it says no");
}

/* TOKEN:PASSWORD */
static ctl_login register_by_saslauthd(trial *work)
{
    char *combined =
        inv_secret_join(work->guest.token_text, ":", inv_secret_bytes(work->guest.password), NULL);
    ctl_login how = combined != NULL ? ask_saslauthd(work, combined)
                                     : tell(work, CTL_LOGIN_UNSEEN, "out of memory");

    inv_wipe_text(&combined);
    return how;
}

/* --------------------------------------------------------------------------------- what is told */

/* Whether everything is as it should be, but for the removal. */
static bool report(trial *work, bool was_there)
{
    ctl_host *host = work->guest.host;
    const char *check = work->guest.check;

    if (work->entered == CTL_LOGIN_NO)
        ctl_host_finding(host, check, &work->place, work->log,
                         "a throwaway invite is not redeemed by %s: %s", work->where, work->why);
    else if (work->entered == CTL_LOGIN_UNSEEN)
        ctl_host_unseen(host, check, &work->place, NULL,
                        "a throwaway invite could not be tried at %s: %s", work->where, work->why);
    else if (!was_there)
        ctl_host_finding(host, check, &work->place,
                         "it has to ask pam_invite.so, or invite-agent, for the directory of this "
                         "configuration: see its PAM lines, and uri in a configuration of its own",
                         "%s says that it has redeemed a throwaway invite, and there is no such "
                         "account",
                         work->where);
    else if (work->logged_in == CTL_LOGIN_NO)
        ctl_host_finding(host, check, &work->place, work->log,
                         "an account that was just made cannot log in by %s: %s", work->how,
                         work->why);
    else if (work->logged_in == CTL_LOGIN_UNSEEN && work->how[0] != '\0')
        ctl_host_unseen(host, check, &work->place, NULL,
                        "whether an account can log in by %s could not be tried: %s", work->how,
                        work->why);
    else
        return true;
    return false;
}

/* Takes away what was made, and says how it went. */
static void conclude(trial *work)
{
    bool was_there = false;
    const bool removed = ctl_guest_remove(&work->guest, &was_there);
    const bool fine = report(work, was_there);

    if (fine && removed)
        ctl_host_fine(work->guest.host, work->guest.check,
                      "%s redeems a throwaway invite%s%s; both are gone again", work->where,
                      work->how[0] != '\0' ? ", and the account logs in by " : "", work->how);
}

/* ------------------------------------------------------------------------------------- each way */

#define AGENT_LOG "journalctl -u invite-agent has a line of this moment that says why"
#define SASLAUTHD_LOG                                                                              \
    "journalctl -t saslauthd has a line of this moment that says why; none: see pam"

static void describe_agent(trial *work, const ctl_place *place)
{
    work->log = AGENT_LOG;
    work->place = *place;
    ctl_host_write(work->where, sizeof(work->where), "invite-agent at %s", work->path);
}

/* By the provider of the host, where this is known how. */
static void log_in_at_prosody(trial *work, const ctl_prosody *prosody,
                              const ctl_lua_host *virtual_host)
{
    const char *provider = ctl_prosody_provider(prosody, virtual_host->name);
    const bool by_agent = provider != NULL && strcmp(provider, "invitegate") == 0;

    if (!by_agent && (provider == NULL || strcmp(provider, "ldap") != 0))
        return;
    ctl_host_write(work->how, sizeof(work->how), "the provider %s", provider);
    work->logged_in = by_agent ? log_in_by_agent(work)
                               : ctl_login_by_ldap(&work->guest, prosody, virtual_host, work->why);
    if (!by_agent)
        work->log = "the settings ldap_... of the host; docs/prosody.md, \"Logins by LDAP\"";
}

void ctl_host_try_prosody(ctl_host *host, const ctl_prosody *prosody,
                          const ctl_lua_host *virtual_host, const char *path)
{
    trial work = {.user = prosody->has_user ? &prosody->user : NULL, .path = path};
    sigset_t before;

    describe_agent(&work, &virtual_host->place);
    ctl_hold_interrupts(&before);
    if (ctl_guest_invite(host, "agent", virtual_host->name, &work.guest)) {
        work.entered = register_by_agent(&work);
        if (work.entered == CTL_LOGIN_YES)
            log_in_at_prosody(&work, prosody, virtual_host);
        conclude(&work);
    }
    ctl_guest_clear(&work.guest);
    ctl_release_interrupts(&before);
}

void ctl_host_try_agent(ctl_host *host, const char *domain, const char *path)
{
    trial work = {.path = path};
    sigset_t before;

    describe_agent(&work, &(ctl_place){.file = NULL});
    ctl_hold_interrupts(&before);
    if (ctl_guest_invite(host, "agent", domain, &work.guest)) {
        work.entered = register_by_agent(&work);
        conclude(&work);
    }
    ctl_guest_clear(&work.guest);
    ctl_release_interrupts(&before);
}

void ctl_host_try_directory(ctl_host *host, const char *domain)
{
    trial work = {.place = {.file = NULL},
                  .log = "invitectl doctor",
                  .where = "invitectl",
                  .how = "its password"};
    bool was_there;
    sigset_t before;

    ctl_hold_interrupts(&before);
    if (ctl_guest_invite(host, "throwaway", domain, &work.guest)) {
        if (ctl_guest_redeem(&work.guest)) {
            work.entered = CTL_LOGIN_YES;
            work.logged_in = ctl_guest_log_in(&work.guest, work.why, sizeof(work.why))
                                 ? CTL_LOGIN_YES
                                 : CTL_LOGIN_NO;
            conclude(&work);
        } else {
            (void)ctl_guest_remove(&work.guest, &was_there);
        }
    }
    ctl_guest_clear(&work.guest);
    ctl_release_interrupts(&before);
}

/*
 * A service may be for logins only, without "register": then the account is made otherwise, and the
 * login tried all the same.
 */
static void try_saslauthd(trial *work)
{
    ctl_guest *guest = &work->guest;

    work->entered = register_by_saslauthd(work);
    if (work->entered == CTL_LOGIN_NO && ctl_guest_redeem(guest)) {
        ctl_host_note(
            guest->host, guest->check, &work->place,
            "\"register\" in the auth line of the service, where people are to register by "
            "logging in",
            "TOKEN:PASSWORD is refused by %s", work->where);
        work->entered = CTL_LOGIN_YES;
    }
    if (work->entered == CTL_LOGIN_YES)
        work->logged_in = ask_saslauthd(work, inv_secret_bytes(guest->password));
}

void ctl_host_try_saslauthd(ctl_host *host, const ctl_prosody *prosody, const char *path)
{
    for (size_t i = 0; i < prosody->config.host_count; i++) {
        const ctl_lua_host *virtual_host = &prosody->config.hosts[i];
        const char *provider = ctl_prosody_provider(prosody, virtual_host->name);
        trial work = {.user = prosody->has_user ? &prosody->user : NULL,
                      .path = path,
                      .service = ctl_prosody_pam_service(host, prosody),
                      .log = SASLAUTHD_LOG,
                      .place = virtual_host->place,
                      .how = "saslauthd"};
        sigset_t before;

        if (!ctl_prosody_is_ours(host, prosody, virtual_host) || provider == NULL ||
            strcmp(provider, "cyrus") != 0 || work.service == NULL)
            continue;
        ctl_host_write(work.where, sizeof(work.where), "saslauthd, for the service %s",
                       work.service);
        ctl_hold_interrupts(&before);
        if (ctl_guest_invite(host, "saslauthd", virtual_host->name, &work.guest)) {
            try_saslauthd(&work);
            conclude(&work);
        }
        ctl_guest_clear(&work.guest);
        ctl_release_interrupts(&before);
    }
}
