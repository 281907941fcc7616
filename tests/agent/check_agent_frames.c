/* SPDX-License-Identifier: BSD-2-Clause */
/* The frames of invite-agent, without a directory. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/suite.h"
#include "tools/agent/frame.h"
#include "tools/agent/operations.h"

#define FRAME(literal) literal, sizeof(literal) - 1

static agent_frame_state parse(const char *bytes, size_t length, agent_frame *frame)
{
    const char *problem = NULL;
    agent_frame_state state = agent_frame_parse(bytes, length, frame, &problem);

    ck_assert(state == AGENT_FRAME_GOOD || problem != NULL);
    return state;
}

START_TEST(a_frame_is_its_fields)
{
    agent_frame frame;

    ck_assert_int_eq(parse(FRAME("7\0check\0example.org\0TOKEN\0"), &frame), AGENT_FRAME_GOOD);
    ck_assert_uint_eq(frame.field_count, 5);
    ck_assert_str_eq(frame.fields[0], "7");
    ck_assert_str_eq(frame.fields[3], "TOKEN");
    ck_assert_str_eq(frame.fields[4], "");
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(FRAME("x"), &frame), AGENT_FRAME_GOOD);
    ck_assert_uint_eq(frame.field_count, 1);
    agent_frame_clear(&frame);
}
END_TEST

START_TEST(what_is_no_frame)
{
    char long_id[AGENT_ID_MAX + 2];
    char many[AGENT_FIELDS_MAX + 1];
    char *large = malloc(AGENT_REQUEST_MAX + 1);
    agent_frame frame;

    memset(long_id, 'i', sizeof(long_id));
    memset(many, 0, sizeof(many));
    many[0] = '1';
    ck_assert_ptr_nonnull(large);
    memset(large, 'x', AGENT_REQUEST_MAX + 1);
    large[1] = '\0';
    ck_assert_int_eq(parse("", 0, &frame), AGENT_FRAME_LOST);
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(FRAME("\0ping"), &frame), AGENT_FRAME_LOST);
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(long_id, sizeof(long_id) - 1, &frame), AGENT_FRAME_LOST);
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(long_id, AGENT_ID_MAX, &frame), AGENT_FRAME_GOOD);
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(FRAME("\xff\0ping"), &frame), AGENT_FRAME_LOST);
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(FRAME("1\0\xc0\x80"), &frame), AGENT_FRAME_BAD);
    ck_assert_str_eq(frame.fields[0], "1");
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(many, AGENT_FIELDS_MAX, &frame), AGENT_FRAME_GOOD);
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(many, sizeof(many), &frame), AGENT_FRAME_BAD);
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(large, AGENT_REQUEST_MAX, &frame), AGENT_FRAME_GOOD);
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(large, AGENT_REQUEST_MAX + 1, &frame), AGENT_FRAME_LOST);
    agent_frame_clear(&frame);
    free(large);
}
END_TEST

/* A request with "|" for NUL. */
static const agent_operation *operation_of(const char *text, const char **problem)
{
    static agent_frame frame; /* operations borrow nothing of it */
    char *bytes = strdup(text);
    const agent_operation *operation;

    for (char *at = bytes; (at = strchr(at, '|')) != NULL; at++)
        *at = '\0';
    ck_assert_int_eq(parse(bytes, strlen(text), &frame), AGENT_FRAME_GOOD);
    operation = agent_operation_of(&frame, problem);
    agent_frame_clear(&frame);
    free(bytes);
    return operation;
}

START_TEST(a_request_has_its_arguments)
{
    static const struct {
        const char *request;
        const char *problem; /* NULL: fine */
    } rows[] = {
        {"1|ping", NULL},
        {"1|ping|", NULL},
        {"1|ping||x", "arguments"},
        {"1", "operation"},
        {"1|PING", "operation"},
        {"1|check|d|t|a", NULL},
        {"1|check|d|t", "arguments"},
        {"1|check|d|t|a|x", "arguments"},
        {"1|check", "arguments"},
        {"1|register|d|t|u|p|a|", NULL},
        {"1|register|d|t|u|p|a|1790000000", NULL},
        {"1|register|d|t|u|p|a|-1", "accepted_at"},
        {"1|register|d|t|u|p|a|1e9", "accepted_at"},
        {"1|register|d|t|u|p|a|9999999999999", "accepted_at"},
        {"1|reset|d|t|u|p|a|x", "accepted_at"},
        {"1|create|d|j|account", NULL},
        {"1|create|d|j|account|user=|note=a=b|expires=1d|roster-subscription=1", NULL},
        {"1|create|d|j|account|user=a|user=b", "once"},
        {"1|create|d|j|account|uses=5", "options"},
        {"1|create|d|j|account|user", "options"},
        {"1|create|d|j", "arguments"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *problem = NULL;
        const agent_operation *operation = operation_of(rows[i].request, &problem);

        ck_assert_msg((operation != NULL) == (rows[i].problem == NULL), "%s", rows[i].request);
        ck_assert_msg(operation != NULL || strstr(problem, rows[i].problem) != NULL, "%s: %s",
                      rows[i].request, problem);
    }
}
END_TEST

START_TEST(an_answer_is_bytes)
{
    static const char expected[] = "\0\x0e"
                                   "9\0OK\0hi\0a@b\0\0G";
    agent_answer answer;

    agent_answer_start(&answer, "9");
    ck_assert(agent_answer_contact(&answer, "a@b", "", "G"));
    ck_assert(agent_answer_finish(&answer, "OK", "hi"));
    ck_assert_uint_eq(answer.length, sizeof(expected) - 1);
    ck_assert_mem_eq(answer.bytes, expected, sizeof(expected) - 1);
    agent_answer_clear(&answer);
}
END_TEST

START_TEST(a_long_answer_is_several_frames)
{
    agent_answer answer;
    size_t frames = 0;
    size_t contacts = 0;

    agent_answer_start(&answer, "many");
    for (int i = 0; i < 5000; i++)
        ck_assert(agent_answer_contact(&answer, "somebody@example.org", "", "Invited"));
    ck_assert(agent_answer_finish(&answer, "OK", NULL));
    for (size_t at = 0; at < answer.length; frames++) {
        size_t length = agent_frame_length(answer.bytes + at);
        const char *frame = answer.bytes + at + AGENT_LENGTH_SIZE;

        ck_assert_str_eq(frame, "many");
        at += AGENT_LENGTH_SIZE + length;
        ck_assert_uint_le(at, answer.length);
        ck_assert_str_eq(frame + 5, at < answer.length ? "more" : "OK");
        for (size_t i = 0; i < length; i++)
            contacts += frame[i] == '@';
    }
    ck_assert_uint_ge(frames, 3);
    ck_assert_uint_eq(contacts, 5000);
    agent_answer_clear(&answer);
}
END_TEST

START_TEST(no_answer_breaks_its_frame)
{
    size_t length = 70000;
    char *huge = malloc(length + 1);
    agent_answer answer;

    ck_assert_ptr_nonnull(huge);
    for (size_t i = 0; i < length; i += 2)
        memcpy(huge + i, "\xc3\xa9", 2);
    huge[length] = '\0';
    agent_answer_start(&answer, "1");
    ck_assert(!agent_answer_contact(&answer, huge, "", ""));
    ck_assert(agent_answer_finish(&answer, "OK", huge));
    ck_assert_uint_eq(answer.length, AGENT_LENGTH_SIZE + agent_frame_length(answer.bytes));
    ck_assert_uint_eq(answer.length % 2, 1); /* cut between characters: 2 + 1 + 1 + 2 + 1 + even */
    agent_answer_clear(&answer);
    free(huge);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("agent_frames");
    TCase *frames = tcase_create("frames");

    tcase_add_test(frames, a_frame_is_its_fields);
    tcase_add_test(frames, what_is_no_frame);
    tcase_add_test(frames, a_request_has_its_arguments);
    tcase_add_test(frames, an_answer_is_bytes);
    tcase_add_test(frames, a_long_answer_is_several_frames);
    tcase_add_test(frames, no_answer_breaks_its_frame);
    suite_add_tcase(suite, frames);
    return suite_run(suite);
}
