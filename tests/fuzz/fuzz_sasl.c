/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What programs and clients give libinvite.so: its options, and the message of X-INVITE-TOKEN.
 * Input: three lines, the values of invite_conf, invite_attributes and invite_plaintext (a line "-"
 * is an option that is not there), and behind them the message.
 */
#include <string.h>

#include "fuzz.h"
#include "material.h"
#include "plugins/sasl/message.h"
#include "plugins/sasl/options.h"

#define OPTIONS 3

static const char *const names[OPTIONS] = {"invite_conf", "invite_attributes", "invite_plaintext"};

/* As libsasl2: a value that is good until the next one is asked for. */
static char *handed_out;

static int get_option(void *context, const char *plugin, const char *option, const char **value,
                      unsigned *length)
{
    char *const *values = context;

    (void)plugin;
    free(handed_out);
    handed_out = NULL;
    for (size_t i = 0; i < OPTIONS; i++) {
        if (strcmp(option, names[i]) != 0 || values[i] == NULL)
            continue;
        handed_out = strdup(values[i]);
        FUZZ_REQUIRE(handed_out != NULL);
        *value = handed_out;
        *length = (unsigned)strlen(handed_out);
        return SASL_OK;
    }
    return SASL_FAIL;
}

static void read_options(char *values[OPTIONS])
{
    const sasl_utils_t utils = {.getopt = get_option, .getopt_context = values};
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_sasl_options options;
    inv_result result = inv_sasl_options_read(&utils, &options, &verdict);

    FUZZ_REQUIRE(result == INV_OK || result == INV_CONFIG);
    FUZZ_REQUIRE(options.configured ==
                 (values[0] != NULL || values[1] != NULL || values[2] != NULL));
    if (result != INV_OK)
        fuzz_require_verdict(&verdict, result);
    if (result == INV_OK && options.conf != NULL)
        FUZZ_REQUIRE(options.conf[0] == '/');
    FUZZ_REQUIRE(!inv_sasl_options_serve(&options, "userPassword"));
    FUZZ_REQUIRE(!inv_sasl_options_serve(&options, "authPassword"));
    for (size_t i = 0; options.attributes != NULL && options.attributes[i] != NULL; i++) {
        FUZZ_REQUIRE(i < INV_SASL_ATTRIBUTES_MAX);
        FUZZ_REQUIRE(strpbrk(options.attributes[i], ";.*+()\\ ") == NULL);
    }
    inv_sasl_options_clear(&options);
    free(handed_out);
    handed_out = NULL;
}

static void require_part(const inv_sasl_part *part, const char *bytes, size_t length)
{
    FUZZ_REQUIRE(part->bytes >= bytes && part->length <= length);
    FUZZ_REQUIRE(part->bytes + part->length <= bytes + length);
    FUZZ_REQUIRE(part->length == 0 || memchr(part->bytes, '\0', part->length) == NULL);
}

static void parse_message(const uint8_t *data, size_t size)
{
    char *bytes = malloc(size > 0 ? size : 1); /* no NUL behind it */
    inv_sasl_message message;

    FUZZ_REQUIRE(bytes != NULL);
    if (size > 0)
        memcpy(bytes, data, size);
    if (inv_sasl_message_parse(bytes, size, &message)) {
        require_part(&message.authzid, bytes, size);
        require_part(&message.authcid, bytes, size);
        require_part(&message.token, bytes, size);
        require_part(&message.password, bytes, size);
        FUZZ_REQUIRE(message.authcid.length > 0 && message.token.length > 0 &&
                     message.password.length > 0);
        /* nothing is left out: four parts, and a NUL between them */
        FUZZ_REQUIRE(message.authzid.length + message.authcid.length + message.token.length +
                         message.password.length + 3 ==
                     size);
        FUZZ_REQUIRE(size <= INV_SASL_MESSAGE_MAX);
    }
    free(bytes);
}

/* The line as libsasl2's reader gives it, which has no NUL; NULL for "-". Moves on behind it. */
static char *take_line(const uint8_t **data, size_t *size)
{
    const uint8_t *newline = *size > 0 ? memchr(*data, '\n', *size) : NULL;
    size_t length = newline != NULL ? (size_t)(newline - *data) : *size;
    char *line = calloc(length + 1, 1);

    FUZZ_REQUIRE(line != NULL);
    if (length > 0)
        memcpy(line, *data, length);
    length += newline != NULL ? 1 : 0;
    if (length > 0)
        *data += length;
    *size -= length;
    if (strcmp(line, "-") != 0)
        return line;
    free(line);
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *values[OPTIONS];

    for (size_t i = 0; i < OPTIONS; i++)
        values[i] = take_line(&data, &size);
    read_options(values);
    parse_message(data, size);
    for (size_t i = 0; i < OPTIONS; i++)
        free(values[i]);
    return 0;
}
