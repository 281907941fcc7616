/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does the time it takes to refuse a bad token tell the outside whether a name is taken? Each class
 * of attempt is made INV_BENCH_SAMPLES times, the classes of one way in by turns and in another
 * order each time, so that what else runs on the machine burdens all alike.
 */
#include <math.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "place.h"
#include "stack.h"
#include "tokens.h"
#include "welch.h"

#define SAMPLES 20000

/* One class: what kind of token comes with a name that is free or taken. */
struct subject {
    const char *what; /* the class, and the one beside it */
    token_kind kind;
    bool taken;
    int beside; /* the class it is compared with; itself: none */
};

enum { UNKNOWN, USED, EXPIRED };

static const struct subject subjects[] = {
    [UNKNOWN] = {"an unknown token", TOKEN_UNKNOWN, false, UNKNOWN},
    [USED] = {"a used token", TOKEN_USED, false, USED},
    [EXPIRED] = {"an expired token", TOKEN_EXPIRED, false, EXPIRED},
    {"used beside other used ones", TOKEN_USED_TOO, false, USED},
    {"unknown: name taken beside free", TOKEN_UNKNOWN, true, UNKNOWN},
    {"used: name taken beside free", TOKEN_USED, true, USED},
    {"expired: name taken beside free", TOKEN_EXPIRED, true, EXPIRED},
};

enum { SUBJECTS = sizeof(subjects) / sizeof(subjects[0]) };

/* What one attempt is made with. */
struct attempt {
    const struct place *place;
    const struct stack *stack;
    const inv_token *token;
    const char *text;
    const char *local;
};

/* ----------------------------------------------------------------------------------- ways in */

/* A check, or with password a redemption that none preceded. */
static bool is_bad_token(const struct attempt *attempt, const inv_jid *name,
                         const inv_secret *password)
{
    inv_acceptance acceptance = {.accepted_at = 0};
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = {0};
    const inv_context *context = attempt->place->context;
    inv_result result = inv_call_begin(context, &context->config->domains[0], 0, &call, &verdict);

    if (result == INV_OK && password == NULL)
        result = inv_redeem_check(&call, attempt->token, name, INV_ALLOW_REGISTRATION, &acceptance);
    else if (result == INV_OK)
        result = inv_redeem(&call, &(inv_redeem_request){attempt->token, name, password,
                                                         INV_ALLOW_REGISTRATION, 0});
    inv_call_end(&call);
    return result == INV_BAD_TOKEN;
}

static bool is_bad_token_for_name(const struct attempt *attempt, const inv_secret *password)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_jid *name = NULL;
    bool refused = inv_jid_prepare(&attempt->place->context->config->domains[0], attempt->local,
                                   strlen(attempt->local), &name, &verdict) == INV_OK &&
                   is_bad_token(attempt, name, password);

    inv_jid_free(&name);
    return refused;
}

static bool check_name(const struct attempt *attempt)
{
    return is_bad_token_for_name(attempt, NULL);
}

static bool redeem(const struct attempt *attempt)
{
    inv_secret *password = inv_secret_new(PLACE_PASSWORD, strlen(PLACE_PASSWORD));
    bool refused = is_bad_token_for_name(attempt, password);

    inv_secret_free(&password);
    return refused;
}

static bool change_password(const struct attempt *attempt)
{
    return stack_register(attempt->stack, attempt->local, attempt->text, PLACE_PASSWORD) ==
           PAM_AUTHTOK_RECOVERY_ERR;
}

static bool log_in(const struct attempt *attempt)
{
    char combined[INV_TOKEN_LENGTH + sizeof(PLACE_PASSWORD) + 2];

    (void)snprintf(combined, sizeof(combined), "%s:" PLACE_PASSWORD, attempt->text);
    return stack_login(attempt->stack, attempt->local, combined) == PAM_AUTH_ERR;
}

struct way {
    const char *name;
    bool (*refuses)(const struct attempt *attempt);
};

static const struct way ways[] = {
    {"check+name", check_name},
    {"redeem", redeem},
    {"pam_chauthtok", change_password},
    {"pam_auth", log_in},
};

/* --------------------------------------------------------------------------------- measuring */

/* Fisher and Yates; the order need not be a secret. */
static void shuffle(int order[SUBJECTS])
{
    for (int i = SUBJECTS - 1; i > 0; i--) {
        int other = (int)(lrand48() % (i + 1));
        int kept = order[i];

        order[i] = order[other];
        order[other] = kept;
    }
}

static void sample(const struct way *way, const struct subject *subject, struct attempt *attempt,
                   const struct tokens *tokens, double *microseconds)
{
    int pick = (int)(lrand48() % TOKENS);
    char local[16];
    double start;

    attempt->token = tokens->genuine[subject->kind][pick];
    attempt->text = tokens->text[subject->kind][pick];
    attempt->local = local;
    (void)snprintf(local, sizeof(local), "%s%ld", subject->taken ? "held" : "free",
                   lrand48() % TOKENS);
    start = measure_now();
    if (!way->refuses(attempt))
        measure_fail(way->name, subject->what);
    *microseconds = (measure_now() - start) * 1e6;
}

static void report(const struct way *way, double *samples[SUBJECTS], size_t count)
{
    for (int i = 0; i < SUBJECTS; i++) {
        struct welch test = welch_test(samples[i], samples[subjects[i].beside], count);
        char what[80];

        (void)snprintf(what, sizeof(what), "%s: %s", way->name, subjects[i].what);
        if (subjects[i].beside == i)
            measure_figure("timing", what, test.mean_a, "us", NULL, 0);
        else
            measure_comparison("timing", what, &test);
    }
}

static void measure_way(const struct way *way, struct attempt *attempt, const struct tokens *tokens,
                        size_t count)
{
    enum { WARM_UP = 200 };
    double *samples[SUBJECTS];
    int order[SUBJECTS];

    for (int i = 0; i < SUBJECTS; i++) {
        order[i] = i;
        samples[i] = calloc(count, sizeof(double));
        if (samples[i] == NULL)
            measure_fail("samples", "out of memory");
    }
    for (size_t round = 0; round < count + WARM_UP; round++) {
        shuffle(order);
        for (int i = 0; i < SUBJECTS; i++) {
            double *place = &samples[order[i]][round < WARM_UP ? 0 : round - WARM_UP];

            sample(way, &subjects[order[i]], attempt, tokens, place);
        }
    }
    report(way, samples, count);
    for (int i = 0; i < SUBJECTS; i++)
        free(samples[i]);
}

int main(void)
{
    const char *wanted = getenv("INV_BENCH_SAMPLES");
    size_t count = wanted != NULL ? strtoul(wanted, NULL, 10) : SAMPLES;
    const char *only = getenv("INV_BENCH_WAY");
    static struct tokens tokens;
    struct place place;
    struct stack stack;
    struct attempt attempt = {.place = &place, .stack = &stack};

    if (count < 100)
        measure_fail("INV_BENCH_SAMPLES", "has to be at least 100");
    place_open(&place, NULL, NULL);
    stack_write(&place, &stack);
    tokens_make(&place, &tokens);
    tokens_add_holders(&place);
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (only == NULL || strcmp(only, ways[i].name) == 0)
            measure_way(&ways[i], &attempt, &tokens, count);
    }
    tokens_free(&tokens);
    place_close(&place);
    return EXIT_SUCCESS;
}
