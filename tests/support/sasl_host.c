/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/support/sasl_host.h"

#include <check.h>
#include <fcntl.h>
#include <glob.h>
#include <sasl/prop.h>
#include <sasl/sasl.h>
#include <sasl/saslplug.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "tests/support/suite.h"

#define PROGRAM "invitecheck"

static char folder[256];
static char log_path[512];
static int own_stderr = -1;

/* --------------------------------------------------------------------------------------- syslog */

/* These stand in front of the C library's: a test must not write to the system's log. */
#pragma GCC visibility push(default)
void(syslog)(int priority, const char *format, ...) /* in brackets: fortified, it is a macro */
{
    va_list arguments;

    (void)priority;
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
}

void __syslog_chk(int priority, int flag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void __syslog_chk(int priority, int flag, const char *format, ...)
{
    va_list arguments;

    (void)priority;
    (void)flag;
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
}
#pragma GCC visibility pop

/* -------------------------------------------------------------------------------- the library */

static const char *const plugins[] = {"libplain.so", "libscram.so", "libsasldb.so", NULL};

static bool link_plugin(const char *name)
{
    char pattern[256];
    char target[512];
    glob_t found;
    bool linked;

    (void)snprintf(pattern, sizeof(pattern), "/usr/lib/*/sasl2/%s", name);
    (void)snprintf(target, sizeof(target), "%s/%s", folder, name);
    linked = glob(pattern, 0, NULL, &found) == 0 && symlink(found.gl_pathv[0], target) == 0;
    globfree(&found);
    return linked;
}

const char *sasl_host_prepare(void)
{
    const char *build = getenv("abs_top_builddir");
    const char *temporary = getenv("TMPDIR");
    char module[512];
    char target[512];

    (void)snprintf(folder, sizeof(folder), "%s/invitegate-sasl.XXXXXX",
                   temporary != NULL ? temporary : "/tmp");
    if (build == NULL || mkdtemp(folder) == NULL)
        return NULL;
    for (const char *const *name = plugins; *name != NULL; name++) {
        if (!link_plugin(*name)) {
            sasl_host_remove();
            return NULL;
        }
    }
    (void)snprintf(module, sizeof(module), "%s/plugins/sasl/.libs/libinvite.so", build);
    (void)snprintf(target, sizeof(target), "%s/libinvite.so", folder);
    (void)snprintf(log_path, sizeof(log_path), "%s/log", folder);
    if (symlink(module, target) != 0 || setenv("SASL_PATH", folder, 1) != 0 ||
        setenv("SASL_CONF_PATH", folder, 1) != 0)
        return NULL;
    return folder;
}

void sasl_host_remove(void)
{
    char pattern[512];
    glob_t found;

    (void)snprintf(pattern, sizeof(pattern), "%s/*", folder);
    if (glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            (void)unlink(found.gl_pathv[i]);
    }
    globfree(&found);
    (void)rmdir(folder);
}

const char *sasl_host_folder(void)
{
    return folder;
}

int sasl_host_run(Suite *suite)
{
    int status;

    if (sasl_host_prepare() == NULL) {
        puts("1..0 # SKIP no libsasl2 with its plugins (libsasl2-modules, libsasl2-modules-db)");
        return 0;
    }
    status = suite_run(suite);
    sasl_host_remove();
    return status;
}

static int log_line(void *context, int level, const char *message)
{
    (void)context;
    if (level <= SASL_LOG_NOTE)
        (void)fprintf(stderr, "libsasl2: %s\n", message);
    return SASL_OK;
}

static const sasl_callback_t server_callbacks[] = {
    {SASL_CB_LOG, (sasl_callback_ft)(void (*)(void))log_line, NULL},
    {SASL_CB_LIST_END, NULL, NULL},
};

const char *sasl_host_options(const char *conf, const char *options)
{
    static char text[2048];

    (void)snprintf(text, sizeof(text), "invite_conf: %s\nauxprop_plugin: invite\n%s", conf,
                   options);
    return text;
}

void sasl_host_start(const char *configuration)
{
    sasl_host_start_as(PROGRAM, configuration);
}

void sasl_host_start_as(const char *program, const char *configuration)
{
    char path[512];
    FILE *file;
    int log;

    (void)snprintf(path, sizeof(path), "%s/%s.conf", folder, program);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    (void)fputs(configuration, file);
    (void)fclose(file);
    own_stderr = dup(STDERR_FILENO);
    log = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    ck_assert_int_ge(log, 0);
    ck_assert_int_ge(dup2(log, STDERR_FILENO), 0);
    (void)close(log);
    ck_assert_int_eq(sasl_server_init(server_callbacks, program), SASL_OK);
    ck_assert_int_eq(sasl_client_init(NULL), SASL_OK);
}

void sasl_host_stop(void)
{
    sasl_done();
    if (own_stderr >= 0) {
        (void)dup2(own_stderr, STDERR_FILENO);
        (void)close(own_stderr);
        own_stderr = -1;
    }
}

const char *sasl_host_log(void)
{
    static char text[65536];
    FILE *file = fopen(log_path, "r");
    size_t length = 0;

    if (file != NULL) {
        length = fread(text, 1, sizeof(text) - 1, file);
        (void)fclose(file);
    }
    text[length] = '\0';
    return text;
}

void sasl_host_forget_log(void)
{
    ck_assert_int_eq(truncate(log_path, 0), 0);
}

size_t sasl_host_count(const char *words)
{
    size_t count = 0;

    for (const char *at = sasl_host_log(); (at = strstr(at, words)) != NULL; at += strlen(words))
        count++;
    return count;
}

/* --------------------------------------------------------------------------------- connections */

struct client {
    const sasl_host *host;
    const char *user;
    const char *password;
    sasl_secret_t *secret;
};

static int give_name(void *context, int id, const char **result, unsigned *length)
{
    const struct client *client = context;

    *result = id == SASL_CB_USER ? client->host->acts_as : client->user;
    if (*result == NULL)
        *result = "";
    if (length != NULL)
        *length = (unsigned)strlen(*result);
    return SASL_OK;
}

static int give_password(sasl_conn_t *connection, void *context, int id, sasl_secret_t **secret)
{
    struct client *client = context;
    size_t length = strlen(client->password);

    (void)connection;
    (void)id;
    free(client->secret);
    client->secret = calloc(1, sizeof(*client->secret) + length + 1);
    ck_assert_ptr_nonnull(client->secret);
    client->secret->len = length;
    memcpy(client->secret->data, client->password, length);
    *secret = client->secret;
    return SASL_OK;
}

static int give_token(void *context, int id, const char *challenge, const char *prompt,
                      const char *otherwise, const char **result, unsigned *length)
{
    const struct client *client = context;

    (void)id;
    (void)challenge;
    (void)prompt;
    (void)otherwise;
    *result = client->host->token;
    *length = (unsigned)strlen(client->host->token);
    return SASL_OK;
}

void sasl_host_end(sasl_host *host)
{
    if (host->connection != NULL)
        sasl_dispose(&host->connection);
    host->connection = NULL;
}

static void protect(const sasl_host *host, sasl_conn_t *connection)
{
    const sasl_ssf_t strength = 256;

    if (!host->bare)
        ck_assert_int_eq(sasl_setprop(connection, SASL_SSF_EXTERNAL, &strength), SASL_OK);
}

static const char *server_name(const sasl_host *host)
{
    return host->server != NULL ? host->server : "mail.example.net";
}

static void serve(sasl_host *host)
{
    sasl_host_end(host);
    host->user[0] = '\0';
    host->words[0] = '\0';
    ck_assert_int_eq(sasl_server_new("test", server_name(host), host->realm, NULL, "127.0.0.1;4711",
                                     NULL, 0, &host->connection),
                     SASL_OK);
    protect(host, host->connection);
    if (host->requests != NULL)
        ck_assert_int_eq(sasl_auxprop_request(host->connection, host->requests), SASL_OK);
}

static int settle(sasl_host *host, int code)
{
    const void *user = NULL;

    if (code == SASL_OK && sasl_getprop(host->connection, SASL_USERNAME, &user) == SASL_OK &&
        user != NULL)
        (void)snprintf(host->user, sizeof(host->user), "%s", (const char *)user);
    if (code != SASL_OK)
        (void)snprintf(host->words, sizeof(host->words), "%s", sasl_errdetail(host->connection));
    return code;
}

static int exchange(sasl_host *host, sasl_conn_t *client, const char *mechanism)
{
    const char *out = NULL;
    const char *in = NULL;
    unsigned out_length = 0;
    unsigned in_length = 0;
    int code;
    int server = SASL_CONTINUE;
    bool first = true;

    code = sasl_client_start(client, mechanism, NULL, &out, &out_length, NULL);
    while (code == SASL_OK || code == SASL_CONTINUE) {
        in = NULL;
        in_length = 0;
        server =
            first ? sasl_server_start(host->connection, mechanism, out, out_length, &in, &in_length)
                  : sasl_server_step(host->connection, out, out_length, &in, &in_length);
        first = false;
        if (server != SASL_CONTINUE)
            return server;
        code = sasl_client_step(client, in, in_length, NULL, &out, &out_length);
    }
    return code;
}

int sasl_host_login(sasl_host *host, const char *mechanism, const char *user, const char *password)
{
    struct client person = {.host = host, .user = user, .password = password};
    const sasl_callback_t callbacks[] = {
        {SASL_CB_USER, (sasl_callback_ft)(void (*)(void))give_name, &person},
        {SASL_CB_AUTHNAME, (sasl_callback_ft)(void (*)(void))give_name, &person},
        {SASL_CB_PASS, (sasl_callback_ft)(void (*)(void))give_password, &person},
        {host->token != NULL ? SASL_CB_NOECHOPROMPT : SASL_CB_LIST_END,
         (sasl_callback_ft)(void (*)(void))give_token, &person},
        {SASL_CB_LIST_END, NULL, NULL},
    };
    sasl_conn_t *client = NULL;
    int code;

    serve(host);
    ck_assert_int_eq(sasl_client_new("test", server_name(host), NULL, NULL, callbacks, 0, &client),
                     SASL_OK);
    protect(host, client);
    code = settle(host, exchange(host, client, mechanism));
    sasl_dispose(&client);
    free(person.secret);
    return code;
}

int sasl_host_message(sasl_host *host, const char *mechanism, const char *message, size_t length)
{
    const char *out = NULL;
    unsigned out_length = 0;

    serve(host);
    return settle(host, sasl_server_start(host->connection, mechanism, message, (unsigned)length,
                                          &out, &out_length));
}

int sasl_host_setpass(sasl_host *host, const char *user, const char *password, const char *token,
                      unsigned flags)
{
    serve(host);
    return settle(host, sasl_setpass(host->connection, user, password,
                                     password != NULL ? (unsigned)strlen(password) : 0, token,
                                     token != NULL ? (unsigned)strlen(token) : 0, flags));
}

bool sasl_host_offers(sasl_host *host, const char *mechanism)
{
    const char *list = NULL;
    char wanted[64];

    serve(host);
    ck_assert_int_eq(sasl_listmech(host->connection, NULL, " ", " ", " ", &list, NULL, NULL),
                     SASL_OK);
    (void)snprintf(wanted, sizeof(wanted), " %s ", mechanism);
    return strstr(list, wanted) != NULL;
}

const char *sasl_host_property(const sasl_host *host, const char *name, size_t n)
{
    const char *names[] = {name, NULL};
    struct propval values[2] = {{.name = NULL}};
    struct propctx *properties = sasl_auxprop_getctx(host->connection);

    if (prop_getnames(properties, names, values) != 1 || values[0].values == NULL ||
        n >= values[0].nvalues)
        return NULL;
    return values[0].values[n];
}
