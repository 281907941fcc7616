/* SPDX-License-Identifier: BSD-2-Clause */
#include "config_fixture.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/gate.h"

static char key_path[160];

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
    inv_gate *gate = NULL;
    char line[64] = "";

    write_config("");
    ck_assert_int_eq(inv_keys_create(key_path, &verdict), INV_OK);
    ck_assert_msg(inv_gate_open(config_path, keep_last_line, line, false, &gate, &verdict) ==
                      INV_OK,
                  "%s", verdict.why);
    ck_assert_str_eq(gate->config->domains[0].name, "example.org");
    ck_assert_uint_eq(inv_keys_count(gate->keys), 1);
    inv_log_write(gate->log, INV_LOG_DEBUG, "fine");
    ck_assert_str_eq(line, "");
    inv_log_write(gate->log, INV_LOG_NOTICE, "coarse");
    ck_assert_str_eq(line, "coarse");
    inv_gate_free(&gate);
    ck_assert_ptr_null(gate);
    inv_gate_free(&gate);
    ck_assert_int_eq(unlink(key_path), 0);
}
END_TEST

START_TEST(debug_and_level_set_the_threshold)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_gate *gate = NULL;
    char line[64] = "";

    write_config("[log]\nlevel = error\n");
    ck_assert_int_eq(
        inv_gate_open_without_keys(config_path, keep_last_line, line, false, &gate, &verdict),
        INV_OK);
    inv_log_write(gate->log, INV_LOG_WARNING, "warning");
    ck_assert_str_eq(line, "");
    inv_gate_free(&gate);
    ck_assert_int_eq(
        inv_gate_open_without_keys(config_path, keep_last_line, line, true, &gate, &verdict),
        INV_OK);
    inv_log_write(gate->log, INV_LOG_DEBUG, "debug");
    ck_assert_str_eq(line, "debug");
    inv_gate_free(&gate);
}
END_TEST

START_TEST(what_cannot_be_opened_leaves_nothing)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_gate *gate = (inv_gate *)&verdict;

    ck_assert_int_eq(inv_gate_open(config_path, NULL, NULL, false, &gate, &verdict), INV_CONFIG);
    ck_assert_ptr_null(gate);
    ck_assert_ptr_nonnull(strstr(verdict.why, config_path));

    write_config("");
    gate = (inv_gate *)&verdict;
    ck_assert_int_eq(inv_gate_open(config_path, NULL, NULL, false, &gate, &verdict), INV_CONFIG);
    ck_assert_ptr_null(gate);
    ck_assert_ptr_nonnull(strstr(verdict.why, key_path));

    ck_assert_int_eq(inv_gate_open_without_keys(config_path, NULL, NULL, false, &gate, &verdict),
                     INV_OK);
    ck_assert_ptr_null(gate->keys);
    inv_gate_free(&gate);
}
END_TEST

START_TEST(a_call_is_begun_and_ended)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_gate *gate = NULL;
    inv_call call;

    write_config("[directory]\ntimeout = 5s\n");
    ck_assert_int_eq(inv_gate_open_without_keys(config_path, NULL, NULL, false, &gate, &verdict),
                     INV_OK);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(inv_gate_begin(gate, &gate->config->domains[0], 0, &call, &verdict),
                         INV_OK);
        ck_assert_ptr_eq(call.config, gate->config);
        ck_assert_ptr_eq(call.domain, &gate->config->domains[0]);
        ck_assert_ptr_eq(call.log, gate->log);
        ck_assert_ptr_nonnull(call.directory);
        ck_assert_int_le(inv_deadline_left(&call.deadline), 5000);
        ck_assert_int_gt(inv_deadline_left(&call.deadline), 2000);
        inv_gate_end(&call);
        ck_assert_ptr_null(call.directory);
        inv_gate_end(&call);
    }
    ck_assert_int_eq(inv_gate_begin(gate, NULL, 60000, &call, &verdict), INV_OK);
    ck_assert_int_gt(inv_deadline_left(&call.deadline), 30000);
    inv_gate_end(&call);
    call = (inv_call){0};
    inv_gate_end(&call);
    inv_gate_free(&gate);
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
