/* SPDX-License-Identifier: BSD-2-Clause */
#include "server.h"

#include <string.h>

#include "invitegate/ascii.h"
#include "message.h"
#include "redemption.h"

/* ------------------------------------------------------------------------------------- a login */

static int begin(void *glob_context, sasl_server_params_t *sparams, const char *challenge,
                 unsigned length, void **conn_context)
{
    (void)sparams;
    (void)challenge;
    (void)length;
    *conn_context = glob_context; /* all that a step needs, and none of the connection's */
    return SASL_OK;
}

/* libsasl2 calls it after a step that failed, whether it is there or not. */
static void dispose(void *conn_context, const sasl_utils_t *utils)
{
    (void)conn_context;
    (void)utils;
}

/* The token and the password go as they are, so that only a protected connection may have them. */
static bool is_protected(const inv_sasl_plugin *plugin, const sasl_server_params_t *sparams)
{
    return plugin->options.plaintext || sparams->external_ssf > 0;
}

/* SASL_NOTDONE and not SASL_NOMECH, which would hold after STARTTLS too. */
static int is_available(void *glob_context, sasl_server_params_t *sparams, void **conn_context)
{
    (void)conn_context;
    if (!inv_sasl_plugin_serves(glob_context, sparams))
        return SASL_NOMECH;
    return is_protected(glob_context, sparams) ? SASL_OK : SASL_NOTDONE;
}

static size_t length_of(const char *text)
{
    return text != NULL ? strlen(text) : 0;
}

/*
 * Whether libsasl2 has room for the name with a realm behind it, of 1024 bytes (CANON_BUF_SIZE).
 * Where it has not, it loses memory, so that it must not be asked.
 */
static bool has_room(const sasl_server_params_t *sparams, size_t length)
{
    size_t realm = length_of(sparams->user_realm);
    size_t server = length_of(sparams->serverFQDN);

    return length + 1 + (realm > server ? realm : server) < 1024;
}

/*
 * libsasl2's form of the name. That looks the account up, which may not be there yet, or be locked
 * by failed logins that a reset lifts: what it says of the account is asked again behind the
 * redemption.
 */
static int find_names(const sasl_server_params_t *sparams, const inv_sasl_message *message,
                      sasl_out_params_t *oparams)
{
    int code;

    /* no name of ours is that long */
    if (!has_room(sparams, message->authcid.length))
        return SASL_BADPARAM;
    code = sparams->canon_user(sparams->utils->conn, message->authcid.bytes,
                               (unsigned)message->authcid.length,
                               SASL_CU_AUTHID | SASL_CU_EXTERNALLY_VERIFIED, oparams);

    if (code == SASL_DISABLED || code == SASL_EXPIRED || code == SASL_NOUSER)
        code = oparams->authid != NULL ? SASL_OK : code;
    return code == SASL_BUFOVER ? SASL_BADPARAM : code;
}

/* A new account acts for itself: the name it acts as has to be its own, in whatever spelling. */
static inv_result refuse_proxy(inv_sasl_service *service, const inv_sasl_part *authzid)
{
    inv_sasl_service other = {.plugin = service->plugin, .sparams = service->sparams};
    inv_jid *name = NULL;
    inv_jid *acts_as = NULL;
    inv_result result;

    if (authzid->length == 0)
        return INV_OK;
    result = inv_jid_prepare_existing(service->domain, service->user, service->local_length, &name,
                                      inv_sasl_service_clear_words(service));
    if (result == INV_OK)
        result = inv_sasl_service_begin(&other, true, authzid->bytes, authzid->length);
    if (result == INV_OK)
        result = inv_jid_prepare_existing(other.domain, other.user, other.local_length, &acts_as,
                                          &other.verdict);
    if (result == INV_OK && !inv_jid_equal(name, acts_as))
        result = INV_NAME_INVALID;
    if (result == INV_NAME_INVALID)
        result = inv_verdict_set(inv_sasl_service_clear_words(service), INV_NOT_ALLOWED,
                                 "the name to act as is another one");
    (void)inv_sasl_service_finish(&other, result, INV_SASL_MECHANISM, false);
    inv_jid_free(&acts_as);
    inv_jid_free(&name);
    return result;
}

static inv_result redeem(inv_sasl_service *service, const inv_sasl_message *message,
                         const sasl_out_params_t *oparams)
{
    inv_secret *password = inv_secret_new(message->password.bytes, message->password.length);
    const inv_sasl_offer offer = {
        .token = message->token.bytes,
        .token_length = message->token.length,
        .password = password,
        .logs_in = true,
    };
    inv_result result = password != NULL ? INV_OK : inv_verdict_no_memory(&service->verdict);

    if (result == INV_OK)
        result = inv_sasl_service_begin(service, true, oparams->authid, oparams->alen);
    if (result == INV_OK)
        result = refuse_proxy(service, &message->authzid);
    if (result == INV_OK)
        result = inv_sasl_redeem(service, &offer);
    inv_secret_free(&password);
    return result;
}

/* libsasl2's printf knows %s and little else. */
static void tell(const sasl_server_params_t *sparams, const inv_verdict *verdict, inv_result result)
{
    const char *text = inv_result_text(result);

    if (inv_verdict_has_text(verdict))
        text = inv_verdict_words(verdict);
    if (text != NULL)
        sparams->utils->seterror(sparams->utils->conn, SASL_NOLOG, "%s", text);
}

static int step(void *conn_context, sasl_server_params_t *sparams, const char *clientin,
                unsigned length, const char **serverout, unsigned *serveroutlen,
                sasl_out_params_t *oparams)
{
    inv_sasl_service service = {.plugin = conn_context, .sparams = sparams};
    inv_sasl_message message;
    inv_result result;
    int code;

    *serverout = NULL;
    *serveroutlen = 0;
    if (!is_protected(service.plugin, sparams)) {
        sparams->utils->seterror(sparams->utils->conn, 0,
                                 INV_SASL_MECHANISM_NAME " needs an encrypted connection");
        return SASL_ENCRYPT;
    }
    if (!inv_sasl_message_parse(clientin, length, &message)) {
        sparams->utils->seterror(sparams->utils->conn, 0, "no message of " INV_SASL_MECHANISM_NAME);
        return SASL_BADPROT;
    }
    code = find_names(sparams, &message, oparams);
    if (code != SASL_OK)
        return code;
    result = redeem(&service, &message, oparams);
    tell(sparams, &service.verdict, result);
    code = inv_sasl_service_finish(&service, result, INV_SASL_MECHANISM, true);
    if (code == SASL_OK)
        code = sparams->canon_user(
            sparams->utils->conn, message.authcid.bytes, (unsigned)message.authcid.length,
            SASL_CU_AUTHID | SASL_CU_AUTHZID | SASL_CU_EXTERNALLY_VERIFIED, oparams);
    if (code == SASL_OK)
        inv_sasl_plugin_end_exchange(oparams);
    return code;
}

/* ------------------------------------------------------------------------------------ a program */

static bool says_yes(const char *value)
{
    return value != NULL && (value[0] == '1' || value[0] == 'y' || value[0] == 't' ||
                             (value[0] == 'o' && value[1] == 'n'));
}

static const char *option_of(const sasl_server_params_t *sparams, const char *name)
{
    const sasl_utils_t *utils = sparams->utils;
    const char *value = NULL;
    unsigned length = 0;

    return utils->getopt(utils->getopt_context, "invite", name, &value, &length) == SASL_OK ? value
                                                                                            : NULL;
}

/*
 * Whether SCRAM has had verifiers of its own stored before, as it does where it comes first: in
 * libsasl2's order it does, and else mech_list orders them.
 */
static bool comes_behind_scram(const sasl_server_params_t *sparams)
{
    static const char scram[] = "SCRAM-";
    const char *list;

    if (!says_yes(option_of(sparams, "scram_secret_generate")))
        return false;
    list = option_of(sparams, "mech_list");
    while (list != NULL && *list != '\0') {
        size_t length = strcspn(list, " \t");

        if (length == strlen(INV_SASL_MECHANISM_NAME) &&
            inv_ascii_equal_in(list, INV_SASL_MECHANISM_NAME, length))
            return false;
        if (length > strlen(scram) && inv_ascii_equal_in(list, scram, strlen(scram)))
            return true;
        list += length + strspn(list + length, " \t");
    }
    return true;
}

/*
 * Without SASL_SET_NOPLAIN libsasl2 has had the new password stored as userPassword before, which
 * was refused: it reports that, whatever comes out here, and an account would hide behind an error.
 * The same with verifiers that were refused before.
 */
static int set_password(void *glob_context, sasl_server_params_t *sparams, const char *user,
                        const char *pass, unsigned passlen, const char *oldpass,
                        unsigned oldpasslen, unsigned flags)
{
    inv_sasl_service service = {.plugin = glob_context, .sparams = sparams};
    inv_sasl_offer offer = {.token = oldpass, .token_length = oldpasslen};
    inv_secret *password;
    inv_result result;

    if (oldpass == NULL || oldpasslen == 0 || pass == NULL || user == NULL ||
        (flags & SASL_SET_NOPLAIN) == 0 || (flags & SASL_SET_DISABLE) != 0 ||
        !inv_sasl_plugin_serves(service.plugin, sparams))
        return SASL_NOCHANGE;
    password = inv_secret_new(pass, passlen);
    offer.password = password;
    result = password != NULL ? inv_sasl_service_begin(&service, true, user, strlen(user))
                              : inv_verdict_no_memory(&service.verdict);
    if (result == INV_OK && (flags & SASL_SET_CURMECH_ONLY) == 0 && comes_behind_scram(sparams))
        result = inv_verdict_set(&service.verdict, INV_CONFIG,
                                 "with scram_secret_generate, sasl_setpass needs a mech_list that "
                                 "has " INV_SASL_MECHANISM_NAME " in front of SCRAM");
    if (result == INV_OK)
        result = inv_sasl_redeem(&service, &offer);
    inv_secret_free(&password);
    tell(sparams, &service.verdict, result);
    return inv_sasl_service_finish(&service, result, INV_SASL_MECHANISM, true);
}

static void finish(void *glob_context, const sasl_utils_t *utils)
{
    inv_sasl_plugin *plugin = glob_context;

    (void)utils;
    inv_sasl_plugin_free(&plugin);
}

sasl_server_plug_t inv_sasl_server_plug(inv_sasl_plugin *plugin)
{
    return (sasl_server_plug_t){
        .mech_name = INV_SASL_MECHANISM_NAME,
        .security_flags = SASL_SEC_NOANONYMOUS,
        .features = SASL_FEAT_WANT_CLIENT_FIRST,
        .glob_context = plugin,
        .mech_new = begin,
        .mech_step = step,
        .mech_dispose = dispose,
        .mech_free = finish,
        .setpass = set_password,
        .mech_avail = is_available,
    };
}
