/* SPDX-License-Identifier: BSD-2-Clause */
/* What invitectl setup reads: values of cn=config, two of them with a newline between, and a file
 * of answers. Input: the first value, a newline, the rest. */
#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "setup/answers.h"
#include "setup/value.h"

static void check_rules(char *first, char *second)
{
    char *values[] = {first, second, NULL};
    const ctl_texts rules = {.texts = values, .count = 2};
    ctl_clauses clauses;
    char *others = NULL;
    char *secrets = NULL;
    char *what = NULL;

    if (ctl_rule_read(first, &what, &clauses)) {
        FUZZ_REQUIRE(what[0] != '\0' && clauses.who.count == clauses.rights.count);
        free(what);
        ctl_clauses_clear(&clauses);
    } else {
        FUZZ_REQUIRE(what == NULL);
        FUZZ_REQUIRE(!ctl_rule_is_of_administrators(first));
    }
    FUZZ_REQUIRE(ctl_rules_privileged(&rules, &others, &secrets));
    free(others);
    free(secrets);
}

static void check_values(const char *first, const char *second)
{
    char oid[CTL_OID_SIZE];
    ctl_texts above = {.texts = NULL};
    char *wider = ctl_index_widen(first, "eq", second);

    FUZZ_REQUIRE(wider != NULL);
    FUZZ_REQUIRE(ctl_value_equal(first, first));
    FUZZ_REQUIRE(ctl_value_equal(first, second) == ctl_value_equal(second, first));
    if (ctl_value_oid(first, oid))
        FUZZ_REQUIRE(oid[0] != '\0' && strspn(oid, "0123456789.") == strlen(oid));
    FUZZ_REQUIRE(ctl_value_superiors(first, &above));
    (void)ctl_value_is_named(first, second);
    (void)ctl_value_loads(first, "argon2");
    (void)ctl_index_names(first, "uid");
    (void)ctl_index_has(first, "eq", second);
    ctl_texts_clear(&above);
    free(wider);
}

static void check_answers(const char *bytes, size_t size)
{
    ctl_answers answers = {.root = NULL};
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_result result = ctl_answers_read("answers", bytes, size, &answers, &verdict);

    FUZZ_REQUIRE(result == INV_OK || (result == INV_CONFIG && verdict.why[0] != '\0'));
    ctl_answers_clear(&answers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *first = calloc(1, size + 2);
    char *second;

    FUZZ_REQUIRE(first != NULL);
    if (size > 0)
        memcpy(first, data, size);
    check_answers((const char *)data, size);
    second = first + strcspn(first, "\n");
    if (*second != '\0')
        *second++ = '\0';
    check_values(first, second);
    check_rules(first, second);
    free(first);
    return 0;
}
