/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/config_fixture.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/context.h"

static char key_path[sizeof(config_path) + 8];

/* A good configuration whose keys stand beside it. */
static void write_config(const char *more)
{
    char text[1024];
    int length;

    (void)snprintf(key_path, sizeof(key_path), "%s.keys", config_path);
    length = snprintf(text, sizeof(text), "[tokens]\nkey_file = %s\n%s" MINIMAL, key_path, more);
    ck_assert_int_lt(length, (int)sizeof(text));
    config_write(text, (size_t)length);
}

static void keep_last_line(void *context, inv_log_level level, const char *line)
{
    (void)level;
    (void)snprintf(context, 64, "%s", line);
}

START_TEST(a_gate_has_config_keys_and_log)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_context *context = NULL;
    char line[64] = "";

    write_config("");
    ck_assert_int_eq(inv_keys_create(key_path, &verdict), INV_OK);
    ck_assert_msg(inv_context_open(config_path, &(inv_own_log){keep_last_line, line, false},
                                   &context, &verdict) == INV_OK,
                  "%s", verdict.why);
    ck_assert_str_eq(context->config->domains[0].name, "example.org");
    ck_assert_uint_eq(inv_keys_count(context->keys), 1);
    inv_log_write(context->log, INV_LOG_DEBUG, "fine");
    ck_assert_str_eq(line, "");
    inv_log_write(context->log, INV_LOG_NOTICE, "coarse");
    ck_assert_str_eq(line, "coarse");
    inv_context_free(&context);
    ck_assert_ptr_null(context);
    inv_context_free(&context);
    ck_assert_int_eq(unlink(key_path), 0);
}
END_TEST

START_TEST(debug_and_level_set_the_threshold)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_context *context = NULL;
    char line[64] = "";

    write_config("[log]\nlevel = error\n");
    ck_assert_int_eq(inv_context_open_without_keys(config_path,
                                                   &(inv_own_log){keep_last_line, line, false},
                                                   &context, &verdict),
                     INV_OK);
    inv_log_write(context->log, INV_LOG_WARNING, "warning");
    ck_assert_str_eq(line, "");
    inv_context_free(&context);
    ck_assert_int_eq(inv_context_open_without_keys(config_path,
                                                   &(inv_own_log){keep_last_line, line, true},
                                                   &context, &verdict),
                     INV_OK);
    inv_log_write(context->log, INV_LOG_DEBUG, "debug");
    ck_assert_str_eq(line, "debug");
    inv_context_free(&context);
}
END_TEST

START_TEST(what_cannot_be_opened_leaves_nothing)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_context *context = (inv_context *)&verdict;

    ck_assert_int_eq(inv_context_open(config_path, NULL, &context, &verdict), INV_CONFIG);
    ck_assert_ptr_null(context);
    ck_assert_ptr_nonnull(strstr(verdict.why, config_path));

    write_config("");
    context = (inv_context *)&verdict;
    ck_assert_int_eq(inv_context_open(config_path, NULL, &context, &verdict), INV_CONFIG);
    ck_assert_ptr_null(context);
    ck_assert_ptr_nonnull(strstr(verdict.why, key_path));

    ck_assert_int_eq(inv_context_open_without_keys(config_path, NULL, &context, &verdict), INV_OK);
    ck_assert_ptr_null(context->keys);
    inv_context_free(&context);
}
END_TEST

START_TEST(a_call_is_begun_and_ended)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_context *context = NULL;
    inv_call call;

    write_config("[directory]\ntimeout = 5s\n");
    ck_assert_int_eq(inv_context_open_without_keys(config_path, NULL, &context, &verdict), INV_OK);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(inv_call_begin(context, &context->config->domains[0], 0, &call, &verdict),
                         INV_OK);
        ck_assert_ptr_eq(call.config, context->config);
        ck_assert_ptr_eq(call.domain, &context->config->domains[0]);
        ck_assert_ptr_eq(call.log, context->log);
        ck_assert_ptr_nonnull(call.directory);
        ck_assert_int_le(inv_deadline_left(&call.deadline), 5000);
        ck_assert_int_gt(inv_deadline_left(&call.deadline), 2000);
        inv_call_end(&call);
        ck_assert_ptr_null(call.directory);
        inv_call_end(&call);
    }
    ck_assert_int_eq(inv_call_begin(context, NULL, 60000, &call, &verdict), INV_OK);
    ck_assert_int_gt(inv_deadline_left(&call.deadline), 30000);
    inv_call_end(&call);
    call = (inv_call){0};
    inv_call_end(&call);
    inv_context_free(&context);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, a_gate_has_config_keys_and_log);
    tcase_add_test(tests, debug_and_level_set_the_threshold);
    tcase_add_test(tests, what_cannot_be_opened_leaves_nothing);
    tcase_add_test(tests, a_call_is_begun_and_ended);
}

int main(void)
{
    return config_suite_run("gate", add_tests);
}
