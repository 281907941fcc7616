/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A lookup by libinvite.so over a kept connection, beside a bare search of libldap for the same
 * entry; lookups a second by 1 and 8 threads, also with the directory FAR_MS away, where only waits
 * of ours could keep the threads from asking side by side; and what the library adds to a program
 * that configures nothing of it. INV_BENCH_LOOKUPS: how many.
 */
#include <dlfcn.h>
#include <glob.h>
#include <ldap.h>
#include <pthread.h>
#include <sasl/prop.h>
#include <sasl/sasl.h>
#include <sasl/saslplug.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "delay.h"
#include "measure.h"
#include "place.h"

#define THREADS  8
#define STARTS   41
#define FILTER   "(|(uid=bob)(xmppJid=bob@example.org))"
#define BASE     "dc=example,dc=org"
#define ADMIN    "cn=admin," BASE
#define IN_TURNS 20 /* lookups, then searches */
#define FAR_MS   20
#define FAR      50 /* lookups of a thread over that distance */

static struct place place;
static char conf[512];

static const char *folder(void)
{
    return slapd_directory(place.slapd);
}

/* A configuration by which the rootdn reads what a program of SASL reads. */
static void write_conf(const char *name, const char *uri)
{
    FILE *file;

    (void)snprintf(conf, sizeof(conf), "%s/%s", folder(), name);
    file = fopen(conf, "w");
    if (file == NULL)
        measure_fail(conf, "cannot be written");
    (void)fprintf(
        file,
        "[directory]\nuri = %s\nbind = simple\nbind_dn = " ADMIN
        "\nbind_password_file = %s\ntimeout = 30s\n[tokens]\nkey_file = %s/token.keys\n"
        "[log]\nto = stderr\nlevel = error\n[domain example.org]\ninvites = ou=invites," BASE
        "\npeople = ou=people," BASE "\nrosters = ou=rosters," BASE "\nname_search_base = " BASE
        "\npassword_verifiers = server scram-sha-256\nclaim_grace = 20m\n",
        uri, slapd_admin_password_path(place.slapd), folder());
    (void)fclose(file);
    (void)chmod(conf, 0600);
}

/* Bob. */
static void prepare(void)
{
    const inv_invite_request request = {.uses = 1, .expires = time(NULL) + 86400};
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token;

    place_open(&place, "password_verifiers = server scram-sha-256\nscram_iterations = 4096", NULL);
    if (slapd_modify(place.slapd, "dn: ou=invites," BASE "\nchangetype: modify\n"
                                  "add: invitePasswordDates\ninvitePasswordDates: add\n") != 0)
        measure_fail("ldapmodify", "the directory could not be prepared");
    token = place_invite(&place, &request);
    if (place_register(&place, token, "bob", &verdict) != INV_OK)
        measure_fail("bob", verdict.why);
    inv_token_free(&token);
    write_conf("sasl.conf", slapd_uri(place.slapd));
}

/* ------------------------------------------------------------------------------------- lookups */

static int get_option(void *context, const char *plugin, const char *option, const char **value,
                      unsigned *length)
{
    (void)context;
    (void)plugin;
    if (strcmp(option, "invite_conf") != 0)
        return SASL_FAIL;
    *value = conf;
    *length = (unsigned)strlen(conf);
    return SASL_OK;
}

/* What libsasl2 gives a plugin, as far as this one takes it. */
static const sasl_utils_t utils = {
    .getopt = get_option,
    .prop_get = prop_get,
    .prop_set = prop_set,
    .prop_erase = prop_erase,
};

static const sasl_auxprop_plug_t *load(void)
{
    const char *build = getenv("abs_top_builddir");
    sasl_auxprop_plug_t *plugin = NULL;
    sasl_auxprop_init_t *init;
    char path[512];
    int version = 0;
    void *library;

    (void)snprintf(path, sizeof(path), "%s/plugins/sasl/.libs/libinvite.so",
                   build != NULL ? build : ".");
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        measure_fail(path, dlerror());
    *(void **)&init = dlsym(library, "sasl_auxprop_plug_init");
    if (init == NULL ||
        init(&utils, SASL_AUXPROP_PLUG_VERSION, &version, &plugin, "invite") != SASL_OK)
        measure_fail(path, "does not begin");
    return plugin;
}

/* One connection of a server. */
struct asker {
    const sasl_auxprop_plug_t *plugin;
    sasl_server_params_t params;
    size_t count;
};

static void asker_begin(const sasl_auxprop_plug_t *plugin, size_t count, struct asker *made)
{
    const char *names[] = {"*authPassword", NULL};

    *made = (struct asker){
        .plugin = plugin,
        .count = count,
        .params = {.utils = &utils, .propctx = prop_new(0), .user_realm = "example.org"},
    };
    (void)prop_request(made->params.propctx, names);
}

static double look_up(struct asker *asker)
{
    double start = measure_now();
    int code = asker->plugin->auxprop_lookup(asker->plugin->glob_context, &asker->params, 0, "bob",
                                             strlen("bob"));

    start = (measure_now() - start) * 1e6;
    if (code != SASL_OK || prop_get(asker->params.propctx)->values == NULL)
        measure_fail("a lookup", "found no verifiers");
    prop_clear(asker->params.propctx, 0);
    return start;
}

static LDAP *connect_bare(void)
{
    char password[256] = "";
    struct berval credentials;
    const int version = LDAP_VERSION3;
    LDAP *handle = NULL;
    FILE *file = fopen(slapd_admin_password_path(place.slapd), "r");

    if (file == NULL || fgets(password, sizeof(password), file) == NULL)
        measure_fail(slapd_admin_password_path(place.slapd), "cannot be read");
    (void)fclose(file);
    password[strcspn(password, "\n")] = '\0';
    credentials = (struct berval){strlen(password), password};
    if (ldap_initialize(&handle, slapd_uri(place.slapd)) != LDAP_SUCCESS ||
        ldap_set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version) != LDAP_OPT_SUCCESS ||
        ldap_sasl_bind_s(handle, ADMIN, LDAP_SASL_SIMPLE, &credentials, NULL, NULL, NULL) !=
            LDAP_SUCCESS)
        measure_fail("libldap", "cannot connect");
    return handle;
}

static double search_bare(LDAP *handle)
{
    char verifiers[] = "authPassword";
    char *attributes[] = {verifiers, NULL};
    LDAPMessage *answer = NULL;
    double start = measure_now();
    int error = ldap_search_ext_s(handle, BASE, LDAP_SCOPE_SUBTREE, FILTER, attributes, 0, NULL,
                                  NULL, NULL, 0, &answer);
    LDAPMessage *entry = error == LDAP_SUCCESS ? ldap_first_entry(handle, answer) : NULL;
    struct berval **values =
        entry != NULL ? ldap_get_values_len(handle, entry, "authPassword") : NULL;

    start = (measure_now() - start) * 1e6;
    if (values == NULL)
        measure_fail("a bare search", "found no verifiers");
    ldap_value_free_len(values);
    (void)ldap_msgfree(answer);
    return start;
}

static void compare(const sasl_auxprop_plug_t *plugin, size_t count)
{
    double *ours = calloc(count, sizeof(*ours));
    double *bare = calloc(count, sizeof(*bare));
    LDAP *handle = connect_bare();
    struct asker asker;

    if (ours == NULL || bare == NULL)
        measure_fail("samples", "out of memory");
    asker_begin(plugin, count, &asker);
    measure_figure("sasl", "the first lookup of a process", look_up(&asker) / 1e3, "ms", NULL, 0);
    for (size_t i = 0; i < count; i += IN_TURNS) {
        for (size_t j = i; j < i + IN_TURNS && j < count; j++)
            ours[j] = look_up(&asker);
        for (size_t j = i; j < i + IN_TURNS && j < count; j++)
            bare[j] = search_bare(handle);
    }
    measure_figure("sasl", "a lookup over a kept connection", measure_median(ours, count), "us",
                   "a bare search", measure_median(bare, count));
    /* what others do to the machine burdens these least */
    measure_figure("sasl", "the same, one of ten takes less", measure_quantile(ours, count, 0.1),
                   "us", "a bare search", measure_quantile(bare, count, 0.1));
    prop_dispose(&asker.params.propctx);
    (void)ldap_unbind_ext(handle, NULL, NULL);
    free(ours);
    free(bare);
}

static void *look_up_often(void *context)
{
    struct asker *asker = context;

    for (size_t i = 0; i < asker->count; i++)
        (void)look_up(asker);
    return NULL;
}

static double lookups_per_second(const sasl_auxprop_plug_t *plugin, size_t threads, size_t count)
{
    pthread_t ids[THREADS];
    struct asker askers[THREADS];
    double start;

    for (size_t i = 0; i < threads; i++)
        asker_begin(plugin, count / threads, &askers[i]);
    start = measure_now();
    for (size_t i = 0; i < threads; i++) {
        if (pthread_create(&ids[i], NULL, look_up_often, &askers[i]) != 0)
            measure_fail("pthread_create", "failed");
    }
    for (size_t i = 0; i < threads; i++)
        (void)pthread_join(ids[i], NULL);
    start = measure_now() - start;
    for (size_t i = 0; i < threads; i++)
        prop_dispose(&askers[i].params.propctx);
    return (double)(count / threads * threads) / start;
}

static void from_afar(void)
{
    const sasl_auxprop_plug_t *plugin;
    char path[512];
    char server_path[512];
    char uri[512];
    char *end;
    double one;
    pid_t delay;

    (void)snprintf(path, sizeof(path), "%s/far", folder());
    (void)snprintf(server_path, sizeof(server_path), "%s/ldapi", folder());
    (void)snprintf(uri, sizeof(uri), "%s", slapd_uri(place.slapd));
    end = strstr(uri, "%2Fldapi");
    if (end == NULL)
        measure_fail(uri, "has another socket");
    memcpy(end, "%2Ffar", sizeof("%2Ffar"));
    delay = delay_start(path, server_path, FAR_MS);
    write_conf("far.conf", uri);
    plugin = load();
    one = lookups_per_second(plugin, 1, FAR);
    measure_figure("sasl", "lookups by 8 threads, the directory 20 ms away",
                   lookups_per_second(plugin, THREADS, (size_t)THREADS * FAR), "1/s", "1 thread",
                   one);
    plugin->auxprop_free(plugin->glob_context, &utils);
    (void)kill(delay, SIGKILL);
    (void)waitpid(delay, NULL, 0);
}

/* ------------------------------------------------------------------------ who configures nothing
 */

/* A folder with Debian's plugins, and libinvite.so or not. */
static void make_folder(const char *name, bool with, char path[512])
{
    char command[2048];

    (void)snprintf(path, 512, "%s/%s", folder(), name);
    (void)snprintf(
        command, sizeof(command),
        "mkdir '%s' && ln -s /usr/lib/*/sasl2/*.so '%s' && rm -f '%s/libinvite.so' && "
        "{ %s || ln -s \"${abs_top_builddir:-.}/plugins/sasl/.libs/libinvite.so\" '%s'; }",
        path, path, path, with ? "false" : "true", path);
    if (system(command) != 0)
        measure_fail(path, "cannot be made");
}

static void start_program(const char *path, double *ret_milliseconds, double *ret_kilobytes)
{
    char command[2048];
    FILE *output;

    (void)snprintf(command, sizeof(command),
                   "SASL_PATH='%s' SASL_CONF_PATH='%s' \"${abs_top_builddir:-.}\"/bench/sasl_start",
                   path, path);
    output = popen(command, "r");
    if (output == NULL || fscanf(output, "%lf %lf", ret_milliseconds, ret_kilobytes) != 2 ||
        pclose(output) != 0)
        measure_fail("sasl_start", "failed");
}

static void unconfigured(void)
{
    static double milliseconds[2][STARTS];
    static double kilobytes[2][STARTS];
    char paths[2][512];

    make_folder("without", false, paths[0]);
    make_folder("with", true, paths[1]);
    for (size_t i = 0; i < (size_t)2 * STARTS; i++)
        start_program(paths[i % 2], &milliseconds[i % 2][i / 2], &kilobytes[i % 2][i / 2]);
    measure_figure("sasl", "sasl_server_init with libinvite.so, not configured",
                   measure_median(milliseconds[1], STARTS), "ms", "without",
                   measure_median(milliseconds[0], STARTS));
    measure_figure("sasl", "memory of the program then", measure_median(kilobytes[1], STARTS),
                   "KiB", "without", measure_median(kilobytes[0], STARTS));
}

int main(void)
{
    const char *wanted = getenv("INV_BENCH_LOOKUPS");
    size_t count = wanted != NULL ? strtoul(wanted, NULL, 10) : 4000;
    const sasl_auxprop_plug_t *plugin;
    double one;

    prepare();
    plugin = load();
    compare(plugin, count);
    one = lookups_per_second(plugin, 1, count);
    measure_figure("sasl", "lookups by 8 threads", lookups_per_second(plugin, THREADS, count),
                   "1/s", "1 thread", one);
    plugin->auxprop_free(plugin->glob_context, &utils);
    from_afar();
    unconfigured();
    place_close(&place);
    return EXIT_SUCCESS;
}
