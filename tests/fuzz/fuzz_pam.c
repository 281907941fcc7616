/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pam_invite.so from its service functions down, in front of a directory that may answer anything,
 * while its host, the C library, libcrypto and libidn fail now and then. Input: lines of a word and
 * its value, an empty line, and the answers (script.h). Words:
 *   call     authenticate, setcred, account, prelim, update, expired; several run in this order
 *   options  of the line in /etc/pam.d; conf= is put in front
 *   user, service, rhost, authtok, oldauthtok: items
 *   environment  NAME=VALUE, a variable of PAM's environment
 *   answer   what the person types; "again", "nothing": how the conversation ends otherwise
 *   seed, rate, skip: of the faults (faults.h)
 */
#include <security/pam_modules.h>
#include <string.h>

#include "cheap_hashes.h"
#include "faults.h"
#include "fuzz.h"
#include "invitegate/directory.h"
#include "invitegate/jid.h"
#include "material.h"
#include "pam_items.h"
#include "repeatable.h"
#include "script.h"

#define OPTIONS_MAX 12

/* A password of the seeds; where it is used it must not turn up elsewhere. */
#define PASSWORD "Xq7-horse-9Zk"

struct pam_case {
    pam_handle_t *pamh;
    struct script script;
    char *call;
    char *options;
    char *answer;
    char *environment;
    char conf[64];
    const char *argv[OPTIONS_MAX];
    int argc;
    uint32_t seed;
    unsigned rate;
    unsigned skip;
};

/* The directory behind the module; one input at a time. */
static struct script *current;

/* -------------------------------------------------------------------------------- the directory */

/* A fault of its own, and none inside: what the script does is the server's. */
static inv_result driver_open(void *self, const inv_deadline *deadline, inv_verdict *verdict)
{
    inv_result result;

    if (faults_strike())
        return inv_verdict_no_memory(verdict);
    faults_arm(false);
    result = script_driver.open(self, deadline, verdict);
    faults_arm(true);
    return result;
}

static inv_result driver_send(void *self, inv_operation *operation, const inv_deadline *deadline,
                              inv_verdict *verdict)
{
    inv_result result;

    if (faults_strike())
        return inv_verdict_no_memory(verdict);
    faults_arm(false);
    result = script_driver.send(self, operation, deadline, verdict);
    faults_arm(true);
    return result;
}

static inv_result driver_receive(void *self, inv_operation *const *operations, size_t count,
                                 const inv_deadline *deadline, inv_verdict *verdict)
{
    inv_result result;

    if (faults_strike())
        return inv_verdict_no_memory(verdict);
    faults_arm(false);
    result = script_driver.receive(self, operations, count, deadline, verdict);
    faults_arm(true);
    return result;
}

static inv_result driver_verify(void *self, const char *dn, const inv_secret *password,
                                const inv_deadline *deadline, inv_verdict *verdict)
{
    if (faults_strike())
        return inv_verdict_no_memory(verdict);
    return script_driver.verify(self, dn, password, deadline, verdict);
}

static void driver_end(void *self)
{
    (void)self;
}

static const inv_directory_driver driver = {
    .open = driver_open,
    .send = driver_send,
    .receive = driver_receive,
    .verify = driver_verify,
    .close = driver_end,
    .free = driver_end,
};

inv_result __wrap_inv_directory_acquire(const inv_directory_settings *settings,
                                        inv_directory **directory, inv_verdict *verdict);

inv_result __wrap_inv_directory_acquire(const inv_directory_settings *settings,
                                        inv_directory **directory, inv_verdict *verdict)
{
    FUZZ_REQUIRE(settings->uris[0] != NULL);
    *directory = inv_directory_new_driver(&driver, current);
    return *directory != NULL ? INV_OK : inv_verdict_no_memory(verdict);
}

inv_result __wrap_inv_directory_new(const inv_directory_settings *settings, const char *bind_dn,
                                    const inv_secret *password, inv_directory **directory,
                                    inv_verdict *verdict);

inv_result __wrap_inv_directory_new(const inv_directory_settings *settings, const char *bind_dn,
                                    const inv_secret *password, inv_directory **directory,
                                    inv_verdict *verdict)
{
    FUZZ_REQUIRE(bind_dn == NULL && password == NULL);
    return __wrap_inv_directory_acquire(settings, directory, verdict);
}

/* ------------------------------------------------------------------------------------- decoding */

static void take_line(struct pam_case *pam_case, const char *line, size_t length)
{
    static const struct {
        const char *word;
        int item;
    } items[] = {
        {"user", PAM_USER},       {"service", PAM_SERVICE},       {"rhost", PAM_RHOST},
        {"authtok", PAM_AUTHTOK}, {"oldauthtok", PAM_OLDAUTHTOK},
    };
    const char *rest = NULL;
    size_t rest_length = 0;

    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        if (script_word(line, length, items[i].word, &rest, &rest_length)) {
            char *text = script_text(rest, rest_length);

            pam_items_set(pam_case->pamh, items[i].item, text);
            free(text);
            return;
        }
    }
    if (script_word(line, length, "call", &rest, &rest_length)) {
        free(pam_case->call);
        pam_case->call = script_text(rest, rest_length);
    } else if (script_word(line, length, "options", &rest, &rest_length)) {
        free(pam_case->options);
        pam_case->options = script_text(rest, rest_length);
    } else if (script_word(line, length, "answer", &rest, &rest_length)) {
        free(pam_case->answer);
        pam_case->answer = script_text(rest, rest_length);
        pam_items_converse(pam_case->pamh, CONVERSATION_ANSWERS, pam_case->answer);
    } else if (script_word(line, length, "environment", &rest, &rest_length)) {
        free(pam_case->environment);
        pam_case->environment = script_text(rest, rest_length);
        pam_items_environment(pam_case->pamh, pam_case->environment);
    } else if (script_word(line, length, "again", &rest, &rest_length)) {
        pam_items_converse(pam_case->pamh, CONVERSATION_AGAIN, NULL);
    } else if (script_word(line, length, "nothing", &rest, &rest_length)) {
        pam_items_converse(pam_case->pamh, CONVERSATION_NOTHING, NULL);
    } else if (script_word(line, length, "seed", &rest, &rest_length)) {
        pam_case->seed = (uint32_t)script_number(rest, rest_length, 0x7fffffff);
    } else if (script_word(line, length, "rate", &rest, &rest_length)) {
        pam_case->rate = (unsigned)script_number(rest, rest_length, 100000);
    } else if (script_word(line, length, "skip", &rest, &rest_length)) {
        pam_case->skip = (unsigned)script_number(rest, rest_length, 100000);
    }
}

/* Splits the options in place. */
static void make_arguments(struct pam_case *pam_case)
{
    char *rest = pam_case->options;
    char *word;

    (void)snprintf(pam_case->conf, sizeof(pam_case->conf), "conf=%s", fuzz_material()->lone.path);
    pam_case->argv[pam_case->argc++] = pam_case->conf;
    while (pam_case->argc < OPTIONS_MAX && (word = strsep(&rest, " ")) != NULL) {
        if (word[0] != '\0')
            pam_case->argv[pam_case->argc++] = word;
    }
}

static bool holds(const char *bytes, size_t length, const char *text)
{
    return length > 0 && memmem(bytes, length, text, strlen(text)) != NULL;
}

/* What the host or the server tells itself may be said; only what is told in secret may not. */
static void forbid(struct pam_case *pam_case, const char *answers, size_t length)
{
    static const char *const secrets[] = {FUZZ_TOKEN, PASSWORD};
    static const int public_items[] = {PAM_USER, PAM_SERVICE, PAM_RHOST};
    const char *forbidden[2];

    for (size_t i = 0; i < 2; i++) {
        forbidden[i] = secrets[i];
        if (holds(answers, length, secrets[i]) ||
            (pam_case->options != NULL && strstr(pam_case->options, secrets[i]) != NULL))
            forbidden[i] = NULL;
        for (size_t j = 0; j < sizeof(public_items) / sizeof(public_items[0]); j++) {
            const char *text = pam_items_get(pam_case->pamh, public_items[j]);

            if (text != NULL && strstr(text, secrets[i]) != NULL)
                forbidden[i] = NULL;
        }
    }
    pam_items_forbid(pam_case->pamh, forbidden[0], forbidden[1]);
}

/* Whose account it would be. */
static void name_script(struct pam_case *pam_case, const char *answers, size_t length)
{
    const struct fuzz_material *material = fuzz_material();
    const char *user = pam_items_get(pam_case->pamh, PAM_USER);
    inv_verdict verdict = INV_VERDICT_INIT;
    const inv_domain *domain = material->server;
    inv_jid *name = NULL;
    size_t local = 0;

    if (user != NULL &&
        inv_user_find_domain(material->config, &(inv_user){user, strlen(user), NULL}, &domain,
                             &local, &verdict) != INV_OK) {
        domain = material->server;
        local = strlen(user);
    }
    if (user != NULL)
        (void)inv_jid_prepare(domain, user, local, &name, &verdict);
    script_start(&pam_case->script, answers, length, FUZZ_INVITE_ID,
                 name != NULL ? inv_jid_text(name) : "bob@example.org");
    inv_jid_free(&name);
}

/* ------------------------------------------------------------------------------- what is owed */

static bool has_option(const struct pam_case *pam_case, const char *option)
{
    for (int i = 0; i < pam_case->argc; i++) {
        if (strcmp(pam_case->argv[i], option) == 0)
            return true;
    }
    return false;
}

static void require_account(const struct script *script)
{
    FUZZ_REQUIRE(script->account_added || script->password_replaced ||
                 script->account_nonce_shown || script->proved || script->verifier_shown);
}

static bool is_token(const char *text)
{
    return text != NULL &&
           inv_token_leads(fuzz_material()->keys, "example.org", text, strlen(text));
}

static void tell(const char *function, int code)
{
    if (fuzz_verbose())
        (void)fprintf(stderr, "%s: %d, %u faults\n", function, code, faults_count());
}

static void call_authenticate(struct pam_case *pam_case)
{
    bool token = is_token(pam_items_get(pam_case->pamh, PAM_AUTHTOK));
    int code;

    faults_arm(true);
    code = pam_sm_authenticate(pam_case->pamh, 0, pam_case->argc, pam_case->argv);
    faults_arm(false);
    tell("pam_sm_authenticate", code);
    FUZZ_REQUIRE(code >= 0 && code < _PAM_RETURN_VALUES);
    if (code == PAM_SUCCESS) {
        require_account(&pam_case->script);
        FUZZ_REQUIRE(!token || !is_token(pam_items_get(pam_case->pamh, PAM_AUTHTOK)));
    }
    /* of our own domain's token nothing is left to another module but the password behind it */
    if (code == PAM_IGNORE && token && has_option(pam_case, "domain=example.org") &&
        (has_option(pam_case, "register") || has_option(pam_case, "login")))
        FUZZ_REQUIRE(pam_case->script.account_shown);
}

static void call_account(struct pam_case *pam_case)
{
    unsigned prompts = pam_items_prompts(pam_case->pamh);
    int code;

    faults_arm(true);
    code = pam_sm_acct_mgmt(pam_case->pamh, 0, pam_case->argc, pam_case->argv);
    faults_arm(false);
    tell("pam_sm_acct_mgmt", code);
    FUZZ_REQUIRE(code >= 0 && code < _PAM_RETURN_VALUES && code != PAM_IGNORE);
    FUZZ_REQUIRE(pam_items_prompts(pam_case->pamh) == prompts);
    FUZZ_REQUIRE(code != PAM_SUCCESS || pam_case->script.entry_shown);
}

static void call_change(struct pam_case *pam_case, int flags)
{
    size_t writes = pam_case->script.writes;
    int code;

    faults_arm(true);
    code = pam_sm_chauthtok(pam_case->pamh, flags, pam_case->argc, pam_case->argv);
    faults_arm(false);
    tell("pam_sm_chauthtok", code);
    FUZZ_REQUIRE(code >= 0 && code < _PAM_RETURN_VALUES && code != PAM_IGNORE);
    if ((flags & PAM_PRELIM_CHECK) != 0)
        FUZZ_REQUIRE(pam_case->script.writes == writes &&
                     (code != PAM_SUCCESS || pam_case->script.invite_shown));
    else if (code == PAM_SUCCESS)
        require_account(&pam_case->script);
}

static void call_expired(struct pam_case *pam_case)
{
    int code;

    faults_arm(true);
    code = pam_sm_chauthtok(pam_case->pamh, PAM_UPDATE_AUTHTOK | PAM_CHANGE_EXPIRED_AUTHTOK,
                            pam_case->argc, pam_case->argv);
    faults_arm(false);
    tell("pam_sm_chauthtok", code);
    FUZZ_REQUIRE(code == PAM_IGNORE || code == PAM_SERVICE_ERR);
}

static void call_setcred(struct pam_case *pam_case)
{
    int code;

    faults_arm(true);
    code = pam_sm_setcred(pam_case->pamh, PAM_ESTABLISH_CRED, pam_case->argc, pam_case->argv);
    faults_arm(false);
    tell("pam_sm_setcred", code);
    FUZZ_REQUIRE(code == PAM_SUCCESS || code == PAM_SERVICE_ERR);
}

static void run(struct pam_case *pam_case)
{
    if (strstr(pam_case->call, "authenticate") != NULL)
        call_authenticate(pam_case);
    if (strstr(pam_case->call, "setcred") != NULL)
        call_setcred(pam_case);
    if (strstr(pam_case->call, "account") != NULL)
        call_account(pam_case);
    if (strstr(pam_case->call, "prelim") != NULL)
        call_change(pam_case, PAM_PRELIM_CHECK);
    if (strstr(pam_case->call, "update") != NULL)
        call_change(pam_case, PAM_UPDATE_AUTHTOK);
    if (strstr(pam_case->call, "expired") != NULL)
        call_expired(pam_case);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pam_case pam_case = {.pamh = pam_items_new()};
    const char *position = (const char *)data;
    const char *end = position + size;
    const char *line = NULL;
    size_t length = 0;

    (void)fuzz_material();
    while (size > 0 && script_line(&position, end, &line, &length) && length > 0)
        take_line(&pam_case, line, length);
    forbid(&pam_case, position, (size_t)(end - position));
    name_script(&pam_case, position, (size_t)(end - position));
    make_arguments(&pam_case);
    current = &pam_case.script;
    repeatable(true);
    repeatable_random_faults(faults_strike);
    cheap_hashes(true);
    faults_seed(pam_case.seed, pam_case.rate, pam_case.skip);
    if (pam_case.call != NULL)
        run(&pam_case);
    cheap_hashes(false);
    repeatable_random_faults(NULL);
    repeatable(false);
    pam_items_free(&pam_case.pamh);
    free(pam_case.call);
    free(pam_case.options);
    free(pam_case.answer);
    free(pam_case.environment);
    return 0;
}
