/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_AGENT_H
#define INVITEGATE_TESTS_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tests/support/site_invites.h"

/*
 * invite-agent as a process, and clients that speak invite-agent(7) to it. Whatever fails here
 * fails the test that runs.
 */

/* The [agent] section of a site's configuration with these lines; its socket is in the site's
 * folder. domain_lines: as in site_settings. */
void agent_configure(struct site *site, const char *timeout, const char *domain_lines,
                     const char *agent_lines);
const char *agent_socket(const struct site *site);

/* The configuration that tests start from: four workers, limits that nobody reaches. */
void agent_configure_default(struct site *site);

/* Starts it and waits until its socket is there. prefix: a command to run it by, or NULL. */
pid_t agent_start(const struct site *site, const char *const *prefix);

/* Starts it on descriptors: input and output with --stdio; activated as systemd does with --listen;
 * -1: not given. */
pid_t agent_spawn(const struct site *site, const char *const *prefix, const char *option, int input,
                  int output, int activated);

/* Sends the signal and waits for the end: the exit status, or 128 + the signal that ended it. */
int agent_end(pid_t *agent, int signal);

/* Waits for the end. */
int agent_wait(pid_t *agent);

/* ------------------------------------------------------------------------------------- clients */

/* An answer. contacts counts those of all its frames; fields are of the last one. */
struct agent_reply {
    char id[80];
    char result[32];
    char text[1024];
    size_t contacts;
    size_t frames;
    char first_contact[256]; /* "jid|name|group" */
};

struct agent_client {
    int input;
    int output;
    unsigned sent;
    char received[70000];
    size_t length;
};

struct agent_client *agent_connect(const struct site *site);
struct agent_client *agent_client_on(int input, int output);
void agent_disconnect(struct agent_client **client);

/* Sends a request with an id of its own, which is returned: op, domain example.org, arguments up to
 * NULL. */
unsigned agent_send(struct agent_client *client, const char *op, ...) __attribute__((sentinel));

/* Sends these bytes as a frame, or as they are. */
void agent_send_frame(struct agent_client *client, const char *bytes, size_t length);
void agent_send_raw(struct agent_client *client, const char *bytes, size_t length);

/* The next whole answer; false: the agent closed the connection. Fails after 30 seconds. */
bool agent_receive(struct agent_client *client, struct agent_reply *reply);

/* Whether something can be read within milliseconds. */
bool agent_readable(struct agent_client *client, int milliseconds);

/* Sends a request and waits for its answer, on a connection with nothing else under way. */
void agent_ask(struct agent_client *client, struct agent_reply *reply, const char *op, ...)
    __attribute__((sentinel));

/* The value of a line "key=value" of the text. Borrowed until the next call. */
const char *agent_line(const struct agent_reply *reply, const char *key);

/* An invite's token as text, borrowed until the next call; *token, if wanted, is the invite. */
const char *agent_invite(const struct site *site, inv_invite_type type, const char *inviter,
                         const char *user, inv_token **token);

#define agent_expect(reply, wanted)                                                                \
    ck_assert_msg(strcmp((reply).result, (wanted)) == 0, "%s, not %s: %s", (reply).result,         \
                  (wanted), (reply).text)

#endif
