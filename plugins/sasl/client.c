/* SPDX-License-Identifier: BSD-2-Clause */
#include "client.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "invitegate/secret.h"
#include "invitegate/token.h"
#include "message.h"
#include "plugin.h"

#define TOKEN_CHALLENGE "Invite token"
#define TOKEN_PROMPT    "Please enter the token of your invite"

/* The message, which libsasl2 sends after the step; wiped with the connection. */
typedef struct client_context {
    char *message;
    unsigned length;
} client_context;

/* One answer of the application: of a callback, or of a prompt that it was shown before. */
typedef struct answer {
    unsigned long id;
    const char *challenge;
    const char *prompt;
    bool optional;
    int code; /* SASL_OK, SASL_INTERACT: to be asked for, or what failed */
    const char *text;
    size_t length;
} answer;

enum { ANSWER_AUTHZID, ANSWER_AUTHCID, ANSWER_PASSWORD, ANSWER_TOKEN, ANSWERS };

static int begin(void *glob_context, sasl_client_params_t *cparams, void **conn_context)
{
    client_context *context = cparams->utils->malloc(sizeof(*context));

    (void)glob_context;
    if (context == NULL)
        return SASL_NOMEM;
    *context = (client_context){.message = NULL};
    *conn_context = context;
    return SASL_OK;
}

/* False: the application was not asked this. */
static bool answer_of_prompt(const sasl_interact_t *prompts, answer *wanted)
{
    while (prompts != NULL && prompts->id != SASL_CB_LIST_END && prompts->id != wanted->id)
        prompts++;
    if (prompts == NULL || prompts->id == SASL_CB_LIST_END)
        return false;
    wanted->text = prompts->result;
    wanted->length = prompts->result != NULL ? prompts->len : 0;
    wanted->code = prompts->result != NULL || wanted->optional ? SASL_OK : SASL_BADPARAM;
    return true;
}

/* The only type by which compilers let functions be cast to one another. */
typedef void (*any_function)(void);

/* The types that sasl.h gives the callbacks of these ids. */
static int call_back(const sasl_client_params_t *cparams, sasl_callback_ft function, void *context,
                     answer *wanted)
{
    sasl_secret_t *secret = NULL;
    unsigned length = 0;
    int code;

    switch (wanted->id) {
    case SASL_CB_PASS:
        code = ((sasl_getsecret_t *)(any_function)function)(cparams->utils->conn, context,
                                                            SASL_CB_PASS, &secret);
        if (code == SASL_OK && secret == NULL)
            code = SASL_BADPARAM;
        if (code == SASL_OK) {
            wanted->text = (const char *)secret->data;
            wanted->length = secret->len;
        }
        return code;
    case SASL_CB_NOECHOPROMPT:
        code = ((sasl_chalprompt_t *)(any_function)function)(context, SASL_CB_NOECHOPROMPT,
                                                             wanted->challenge, wanted->prompt,
                                                             NULL, &wanted->text, &length);
        break;
    default:
        code = ((sasl_getsimple_t *)(any_function)function)(context, (int)wanted->id, &wanted->text,
                                                            &length);
        break;
    }
    /* the length need not be given */
    wanted->length = wanted->text != NULL ? strlen(wanted->text) : 0;
    return code == SASL_OK && wanted->text == NULL && !wanted->optional ? SASL_BADPARAM : code;
}

static void ask(const sasl_client_params_t *cparams, const sasl_interact_t *prompts, answer *wanted)
{
    sasl_callback_ft function = NULL;
    void *context = NULL;

    if (answer_of_prompt(prompts, wanted))
        return;
    wanted->code =
        cparams->utils->getcallback(cparams->utils->conn, wanted->id, &function, &context);
    if (wanted->code == SASL_OK && function != NULL)
        wanted->code = call_back(cparams, function, context, wanted);
    else if (wanted->code == SASL_OK)
        wanted->code = SASL_INTERACT;
    else if (wanted->code != SASL_INTERACT && wanted->optional)
        wanted->code = SASL_OK;
}

/* Makes the list of what the application is to ask the person for. libsasl2's memory. */
static int make_prompts(const sasl_utils_t *utils, const answer *answers, sasl_interact_t **prompts)
{
    sasl_interact_t *list;
    size_t count = 0;

    if (prompts == NULL)
        return SASL_BADPARAM;
    list = utils->malloc((ANSWERS + 1) * sizeof(*list));
    if (list == NULL)
        return SASL_NOMEM;
    memset(list, 0, (ANSWERS + 1) * sizeof(*list));
    for (size_t i = 0; i < ANSWERS; i++) {
        if (answers[i].code != SASL_INTERACT)
            continue;
        list[count].id = answers[i].id;
        list[count].challenge = answers[i].challenge;
        list[count].prompt = answers[i].prompt;
        count++;
    }
    list[count].id = SASL_CB_LIST_END;
    *prompts = list;
    return SASL_INTERACT;
}

/*
 * Takes the token out of TOKEN:PASSWORD, where the application gave none by itself. Its MAC is for
 * the server, which has the keys.
 */
static bool split(answer *token, answer *password)
{
    /* of a terminal the end of the line may come too */
    if (token->length > strspn(token->text != NULL ? token->text : "", " \t\r\n"))
        return true;
    if (password->length <= INV_TOKEN_PASSWORD_OFFSET || password->text[INV_TOKEN_LENGTH] != ':')
        return false;
    token->text = password->text;
    token->length = INV_TOKEN_LENGTH;
    password->text += INV_TOKEN_PASSWORD_OFFSET;
    password->length -= INV_TOKEN_PASSWORD_OFFSET;
    return true;
}

static int canonicalize(const sasl_client_params_t *cparams, const answer *answers,
                        sasl_out_params_t *oparams)
{
    const answer *authzid = &answers[ANSWER_AUTHZID];
    const answer *authcid = &answers[ANSWER_AUTHCID];
    unsigned both = SASL_CU_AUTHID | (authzid->length == 0 ? SASL_CU_AUTHZID : 0U);
    int code = cparams->canon_user(cparams->utils->conn, authcid->text, (unsigned)authcid->length,
                                   both, oparams);

    if (code == SASL_OK && authzid->length > 0)
        code = cparams->canon_user(cparams->utils->conn, authzid->text, (unsigned)authzid->length,
                                   SASL_CU_AUTHZID, oparams);
    return code;
}

static char *append(char *end, const char *text, size_t length)
{
    if (length > 0)
        memcpy(end, text, length);
    end[length] = '\0';
    return end + length + 1;
}

static int write_message(client_context *context, const sasl_client_params_t *cparams,
                         const answer *answers, const sasl_out_params_t *oparams)
{
    const answer *token = &answers[ANSWER_TOKEN];
    const answer *password = &answers[ANSWER_PASSWORD];
    size_t authzid = answers[ANSWER_AUTHZID].length > 0 ? oparams->ulen : 0;
    size_t length = authzid + 1 + oparams->alen + 1 + token->length + 1 + password->length;
    inv_sasl_message message;
    char *end;

    if (length > INV_SASL_MESSAGE_MAX)
        return SASL_BADPARAM;
    context->message = cparams->utils->malloc(length + 1);
    if (context->message == NULL)
        return SASL_NOMEM;
    context->length = (unsigned)length;
    end = append(context->message, oparams->user, authzid);
    end = append(end, oparams->authid, oparams->alen);
    end = append(end, token->text, token->length);
    (void)append(end, password->text, password->length);
    return inv_sasl_message_parse(context->message, length, &message) ? SASL_OK : SASL_BADPARAM;
}

static void wipe(client_context *context, const sasl_utils_t *utils)
{
    if (context->message == NULL)
        return;
    inv_wipe(context->message, context->length);
    utils->free(context->message);
    context->message = NULL;
}

static int gather(const sasl_client_params_t *cparams, sasl_interact_t **prompts, answer *answers)
{
    bool asks = false;
    int code = SASL_OK;

    for (size_t i = 0; i < ANSWERS; i++) {
        ask(cparams, prompts != NULL ? *prompts : NULL, &answers[i]);
        asks = asks || answers[i].code == SASL_INTERACT;
        if (answers[i].code != SASL_OK && answers[i].code != SASL_INTERACT && code == SASL_OK)
            code = answers[i].code;
    }
    if (code != SASL_OK || !asks)
        return code;
    if (prompts != NULL && *prompts != NULL) {
        cparams->utils->free(*prompts);
        *prompts = NULL;
    }
    return make_prompts(cparams->utils, answers, prompts);
}

static int step(void *conn_context, sasl_client_params_t *cparams, const char *serverin,
                unsigned serverinlen, sasl_interact_t **prompts, const char **clientout,
                unsigned *clientoutlen, sasl_out_params_t *oparams)
{
    answer answers[ANSWERS] = {
        [ANSWER_AUTHZID] = {.id = SASL_CB_USER,
                            .prompt = "Please enter your authorization name",
                            .optional = true},
        [ANSWER_AUTHCID] = {.id = SASL_CB_AUTHNAME, .prompt = "Please enter the name you want"},
        [ANSWER_PASSWORD] = {.id = SASL_CB_PASS, .prompt = "Please enter the password you want"},
        [ANSWER_TOKEN] = {.id = SASL_CB_NOECHOPROMPT,
                          .challenge = TOKEN_CHALLENGE,
                          .prompt = TOKEN_PROMPT,
                          .optional = true},
    };
    client_context *context = conn_context;
    int code;

    (void)serverin;
    (void)serverinlen;
    *clientout = NULL;
    *clientoutlen = 0;
    if (cparams->props.min_ssf > cparams->external_ssf)
        return SASL_TOOWEAK;
    code = gather(cparams, prompts, answers);
    if (code != SASL_OK)
        return code;
    if (!split(&answers[ANSWER_TOKEN], &answers[ANSWER_PASSWORD])) {
        cparams->utils->seterror(cparams->utils->conn, 0,
                                 INV_SASL_MECHANISM_NAME " needs an invite: TOKEN:PASSWORD");
        code = SASL_BADPARAM;
    }
    if (code == SASL_OK)
        code = canonicalize(cparams, answers, oparams);
    wipe(context, cparams->utils);
    if (code == SASL_OK)
        code = write_message(context, cparams, answers, oparams);
    /* the answers were in the prompts' memory */
    if (prompts != NULL && *prompts != NULL) {
        cparams->utils->free(*prompts);
        *prompts = NULL;
    }
    if (code != SASL_OK)
        return code;
    *clientout = context->message;
    *clientoutlen = context->length;
    inv_sasl_plugin_end_exchange(oparams);
    return SASL_OK;
}

static void dispose(void *conn_context, const sasl_utils_t *utils)
{
    client_context *context = conn_context;

    if (context == NULL)
        return;
    wipe(context, utils);
    utils->free(context);
}

static const unsigned long needed[] = {SASL_CB_AUTHNAME, SASL_CB_PASS, SASL_CB_LIST_END};

const sasl_client_plug_t inv_sasl_client_plug = {
    .mech_name = INV_SASL_MECHANISM_NAME,
    .security_flags = 0, /* so that it comes behind PLAIN */
    .features = SASL_FEAT_WANT_CLIENT_FIRST | SASL_FEAT_ALLOWS_PROXY,
    .required_prompts = needed,
    .mech_new = begin,
    .mech_step = step,
    .mech_dispose = dispose,
};
