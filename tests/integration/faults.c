/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "invitegate/directory.h"
#include "tests/support/ldap_proxy.h"
#include "tests/support/site_invites.h"
#include "tests/support/suite.h"

/*
 * The matrix: each kind of redemption with, at every operation it sends to the directory, every
 * fault there is. Then the fault is over, and the same token, name and password come again.
 * Whatever happened, that ends as if nothing had, and the directory's books balance.
 *
 * The faults are made by a proxy in front of a private slapd, and by signals to it and to the
 * redeemer, which is a process of its own. Each cell has its own invite and name, so many run at
 * once; those that kill or freeze slapd have a second one for themselves, one after the other.
 */

#define OPERATIONS_MAX PROXY_REQUESTS_MAX
#define WORKERS        6 /* on the shared slapd */
#define NEW_PASSWORD   "the password of a reset"
#define PATIENCE       30000 /* milliseconds, where no time is to run out */
#define SHORT          1000  /* where it is */
#define LATE           1300
#define ATTEMPTS       3 /* to get as far as the fault in a short time, on a busy machine */
#define NOT_REACHED    2

/* ------------------------------------------------------------------------------ what goes wrong */

enum {
    MAY_OK = 1 << 0,
    MAY_BE_DOWN = 1 << 1, /* or TIMEOUT */
    MAY_BE_CONFIG = 1 << 2,
    MAY_DIE = 1 << 3, /* the redeemer, by a signal */
};

static const struct fault {
    const char *name;
    proxy_fault fault;
    int code;
    bool from_on;
    bool in_all;     /* with every scenario, not only the first */
    bool own_server; /* kills or freezes slapd */
    long timeout;
    unsigned outcomes;
} faults[] = {
    {"busy", PROXY_ANSWER, 51, false, true, false, PATIENCE, MAY_OK | MAY_BE_DOWN},
    {"unwilling", PROXY_ANSWER, 53, false, false, false, PATIENCE, MAY_OK | MAY_BE_DOWN},
    {"admin limit", PROXY_ANSWER, 11, false, false, false, PATIENCE, MAY_OK | MAY_BE_DOWN},
    {"time limit", PROXY_ANSWER, 3, false, false, false, PATIENCE, MAY_OK | MAY_BE_DOWN},
    {"unavailable", PROXY_ANSWER, 52, false, false, false, PATIENCE, MAY_OK | MAY_BE_DOWN},
    {"other", PROXY_ANSWER, 80, false, false, false, PATIENCE, MAY_OK | MAY_BE_DOWN},
    {"no rights", PROXY_ANSWER, 50, false, true, false, PATIENCE, MAY_OK | MAY_BE_CONFIG},
    {"busy from there on", PROXY_ANSWER, 51, true, true, false, PATIENCE, MAY_OK | MAY_BE_DOWN},
    {"no rights from there on", PROXY_ANSWER, 50, true, true, false, PATIENCE,
     MAY_OK | MAY_BE_CONFIG},
    {"late", PROXY_DELAY, 0, false, true, false, SHORT, MAY_OK | MAY_BE_DOWN},
    {"later than the second try", PROXY_HOLD, 0, false, true, false, SHORT, MAY_OK | MAY_BE_DOWN},
    {"dropped before", PROXY_DROP_BEFORE, 0, false, false, false, PATIENCE, MAY_OK | MAY_BE_DOWN},
    {"dropped after", PROXY_DROP_AFTER, 0, false, true, false, PATIENCE, MAY_OK | MAY_BE_DOWN},
    {"gone from there on", PROXY_DROP_BEFORE, 0, true, true, false, PATIENCE, MAY_OK | MAY_BE_DOWN},
    {"answer swallowed", PROXY_SWALLOW, 0, false, false, false, SHORT, MAY_OK | MAY_BE_DOWN},
    {"client killed before", PROXY_KILL_CLIENT_BEFORE, 0, false, false, false, PATIENCE, MAY_DIE},
    {"client killed after", PROXY_KILL_CLIENT_AFTER, 0, false, false, false, PATIENCE, MAY_DIE},
    {"slapd killed before", PROXY_KILL_SERVER_BEFORE, 0, false, false, true, PATIENCE,
     MAY_OK | MAY_BE_DOWN},
    {"slapd killed after", PROXY_KILL_SERVER_AFTER, 0, false, false, true, PATIENCE,
     MAY_OK | MAY_BE_DOWN},
    {"slapd frozen", PROXY_FREEZE, 0, false, false, true, SHORT, MAY_OK | MAY_BE_DOWN},
};
#define FAULTS (sizeof(faults) / sizeof(faults[0]))

/* ------------------------------------------------------------------------- what it goes wrong in
 */

enum scenario_kind { ACCOUNT, PRESET, MULTIPLE, UNLIMITED, AGAIN, RESUMED, CONTACT, RESET, OPEN };

/* The invite at the end: uses left, finished uses, accounts and pairs of it. */
static const struct scenario {
    enum scenario_kind kind;
    const char *name;
    long uses;
    long uses_left;
    size_t used_by;
    size_t accounts;
    size_t pairs;
} scenarios[] = {
    {ACCOUNT, "account with one contact", 1, 0, 1, 1, 1},
    {PRESET, "account with a preset name", 1, 0, 1, 1, 1},
    {MULTIPLE, "account, three uses", 3, 2, 1, 1, 1},
    {UNLIMITED, "account, unlimited uses", 0, 1, 0, 1, 1},
    {AGAIN, "account of a name that had one before", 1, 0, 1, 1, 1},
    {RESUMED, "account whose redeemer was killed after the add", 1, 0, 1, 1, 1},
    {CONTACT, "contact", 1, 0, 1, 0, 1},
    {RESET, "reset", 1, 0, 1, 0, 0},
    {OPEN, "account without an invite, of a name that had one before", 0, 0, 0, 0, 0},
};

/* ----------------------------------------------------------------------------------- one place */

/* A site, and the proxy in front of its slapd. */
struct bench {
    struct site *site;
    struct ldap_proxy *proxy;
    struct site *via; /* the site through the proxy: its gate is another */
};

static struct site *shared;
static struct site *own; /* for those that kill or freeze slapd */

/* One cell of the matrix; shared by all processes. */
struct cell {
    const struct fault *fault;
    size_t operation;
    int attempt;
    char local[64];
    bool red;
    /* of the first try */
    inv_result result;
    char why[sizeof(((inv_verdict *)0)->why)];
};

/* The matrix of one scenario; shared too. */
struct matrix {
    const struct scenario *scenario;
    size_t operations;
    size_t add; /* the operation that adds the account */
    char labels[OPERATIONS_MAX][PROXY_LABEL_SIZE];
    struct cell cells[OPERATIONS_MAX * FAULTS];
    size_t cell_count;
    atomic_size_t next_shared;
    atomic_size_t next_own;
};

static struct matrix *matrix;

static void add_people(struct site *site)
{
    site_add_account(site, "alice");
    site_add_account(site, "carol");
    site_next_second();
}

static void start(void)
{
    const struct site_settings settings = {.domain_lines =
                                               "password_verifiers = server\ninvite_only = no"};

    shared = site_start(&settings);
    add_people(shared);
    own = site_start(&settings);
    add_people(own);
    matrix = mmap(NULL, sizeof(*matrix), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(matrix, MAP_FAILED);
}

static void stop(void)
{
    site_stop(&shared);
    site_stop(&own);
    (void)munmap(matrix, sizeof(*matrix));
}

static void ignore_line(void *context, inv_log_level level, const char *line)
{
    (void)context;
    (void)level;
    (void)line;
}

/* The site's configuration with another socket in it. */
static void write_configuration(const struct site *site, const char *path, const char *socket)
{
    FILE *from = fopen(slapd_conf_path(site->slapd), "r");
    FILE *to = fopen(path, "w");
    char line[1024];

    ck_assert_ptr_nonnull(from);
    ck_assert_ptr_nonnull(to);
    while (fgets(line, sizeof(line), from) != NULL) {
        if (strncmp(line, "uri =", 5) != 0) {
            (void)fputs(line, to);
            continue;
        }
        (void)fputs("uri = ldapi://", to);
        for (const char *p = socket; *p != '\0'; p++)
            (void)fprintf(to, *p == '/' ? "%%2F" : "%c", *p);
        (void)fputc('\n', to);
    }
    (void)fclose(from);
    ck_assert_int_eq(fclose(to), 0);
}

static void bench_open(struct bench *bench, struct site *site, int number)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    char *path = NULL;
    char *socket = NULL;
    char *server = NULL;

    ck_assert_int_gt(asprintf(&path, "%s/via-%d.conf", slapd_directory(site->slapd), number), 0);
    ck_assert_int_gt(asprintf(&socket, "%s/via-%d", slapd_directory(site->slapd), number), 0);
    ck_assert_int_gt(asprintf(&server, "%s/ldapi", slapd_directory(site->slapd)), 0);
    bench->site = site;
    inv_directory_free(&site->admin);
    bench->proxy = ldap_proxy_start(socket, server);
    bench->via = malloc(sizeof(*bench->via));
    ck_assert_ptr_nonnull(bench->via);
    *bench->via = *site;
    bench->via->context = NULL;
    write_configuration(site, path, socket);
    ck_assert_msg(inv_context_open(path, &(inv_own_log){ignore_line, NULL, false},
                                   &bench->via->context, &verdict) == INV_OK,
                  "%s", verdict.why);
    free(path);
    free(socket);
    free(server);
}

static void bench_close(struct bench *bench)
{
    ldap_proxy_stop(&bench->proxy);
    inv_context_free(&bench->via->context);
    free(bench->via);
}

/* ------------------------------------------------------------------------------- one redemption */

static const char *password_of(enum scenario_kind kind)
{
    return kind == RESET ? NEW_PASSWORD : SITE_PASSWORD;
}

static inv_result redeem(const struct site *site, const inv_token *token, const char *local,
                         long timeout, inv_verdict *verdict)
{
    enum scenario_kind kind = matrix->scenario->kind;
    inv_result result;
    inv_call call;

    *verdict = (inv_verdict)INV_VERDICT_INIT;
    site_begin(site, &call, verdict);
    call.deadline = inv_deadline_in(timeout);
    if (kind == CONTACT) {
        char jid[96];
        inv_jid *name;

        (void)snprintf(jid, sizeof(jid), "%s@elsewhere.example", local);
        name = site_jid(jid);
        result = inv_redeem_contact(&call, token, name, 0);
        inv_jid_free(&name);
    } else {
        result = site_redeem_in(&call, token, local, password_of(kind));
    }
    inv_call_end(&call);
    return result;
}

/* Somebody had the name before, invited by carol. */
static void leave_a_stale_pair(struct site *site, const char *local)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = site_invite(site, "carol@example.org", 1);
    char *dn = NULL;

    site_redeem(site, token, local, SITE_PASSWORD, &verdict);
    site_expect_result(verdict, INV_OK);
    ck_assert_int_gt(asprintf(&dn, "uid=%s," SITE_PEOPLE, local), 0);
    site_delete(site, dn);
    free(dn);
    inv_token_free(&token);
    site_next_second(); /* what is older than an account is told by timestamps */
}

static inv_token *invite(struct site *site, const char *local)
{
    const struct scenario *scenario = matrix->scenario;
    struct site_request request;
    inv_invite_type type = INV_INVITE_ACCOUNT;

    if (scenario->kind == CONTACT)
        type = INV_INVITE_CONTACT;
    if (scenario->kind == RESET) {
        type = INV_INVITE_RESET;
        site_add_account(site, local);
    }
    if (scenario->kind == AGAIN || scenario->kind == OPEN)
        leave_a_stale_pair(site, local);
    if (scenario->kind == OPEN)
        return NULL;
    site_request(site, &request, type, scenario->kind == RESET ? NULL : "alice@example.org");
    request.request.uses = scenario->uses;
    if (scenario->kind == PRESET || scenario->kind == RESET)
        site_request_user(site, &request, local);
    return site_create(site, &request);
}

/* Runs in a process of its own, which the proxy may kill. */
static void first_try(struct bench *bench, const inv_token *token, struct cell *cell, long timeout)
{
    inv_verdict verdict;
    inv_result result;

    ldap_proxy_plan(bench->proxy)->client = getpid();
    result = redeem(bench->via, token, cell->local, timeout, &verdict);
    (void)snprintf(cell->why, sizeof(cell->why), "%s", verdict.why);
    cell->result = result;
    _exit(0);
}

/* The wait status of the first try. */
static int run_first_try(struct bench *bench, const inv_token *token, struct cell *cell,
                         long timeout)
{
    int status = -1;
    pid_t child;

    (void)fflush(NULL);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        first_try(bench, token, cell, timeout);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status;
}

/* For RESUMED: a redeemer that is killed when its account is there and nothing else. */
static void leave_an_account(struct bench *bench, const inv_token *token, struct cell *cell)
{
    struct proxy_plan *plan = ldap_proxy_plan(bench->proxy);

    ldap_proxy_reset(bench->proxy);
    plan->at = matrix->add;
    plan->fault = PROXY_KILL_CLIENT_AFTER;
    ck_assert(WIFSIGNALED(run_first_try(bench, token, cell, PATIENCE)));
}

/* ------------------------------------------------------------------------------------- one cell */

static void expect_outcome(const struct cell *cell, int status)
{
    unsigned outcomes = cell->fault->outcomes;
    bool allowed = false;

    if (WIFSIGNALED(status)) {
        ck_assert_msg((outcomes & MAY_DIE) != 0, "%s: signal %d", cell->local, WTERMSIG(status));
        return;
    }
    ck_assert_int_eq(status, 0);
    if (cell->result == INV_OK)
        allowed = (outcomes & MAY_OK) != 0;
    else if (cell->result == INV_DIRECTORY_DOWN || cell->result == INV_TIMEOUT)
        allowed = (outcomes & MAY_BE_DOWN) != 0;
    else if (cell->result == INV_CONFIG)
        allowed = (outcomes & MAY_BE_CONFIG) != 0;
    ck_assert_msg(allowed, "%s: %s: %s", cell->local, inv_result_name(cell->result), cell->why);
}

static void await(const struct cell *cell, const atomic_bool *done)
{
    inv_deadline deadline = inv_deadline_in(PATIENCE);

    while (!*done) {
        ck_assert_msg(!inv_deadline_passed(&deadline), "%s: nothing came late", cell->local);
        (void)nanosleep(&(struct timespec){.tv_nsec = 5 * 1000 * 1000}, NULL);
    }
}

static void expect_login(struct bench *bench, const struct cell *cell)
{
    enum scenario_kind kind = matrix->scenario->kind;

    if (kind != CONTACT)
        ck_assert_msg(site_login(bench->site, cell->local, password_of(kind)), "%s", cell->local);
}

/* Nobody else's roster has come with the name. */
static void expect_clean_roster(struct bench *bench, const struct cell *cell)
{
    ck_assert_msg(site_count(bench->site, SITE_ROSTERS,
                             "(&(xmppContactJid=%s@example.org)(xmppContactJid=carol@example.org))",
                             cell->local) == 0,
                  "%s has carol on the roster", cell->local);
}

/* What the fault did to slapd is over. */
static void lift(struct bench *bench, const struct cell *cell)
{
    struct proxy_plan *plan = ldap_proxy_plan(bench->proxy);

    plan->fault = PROXY_FAITHFUL;
    switch (cell->fault->fault) {
    case PROXY_KILL_SERVER_BEFORE:
    case PROXY_KILL_SERVER_AFTER:
        site_restart(bench->site, NULL, NULL);
        break;
    case PROXY_FREEZE:
        ck_assert_int_eq(kill(plan->server, SIGCONT), 0);
        break;
    case PROXY_DELAY:
        await(cell, &plan->late_done);
        break;
    default:
        break;
    }
}

static void make_fault(struct bench *bench, const struct cell *cell)
{
    struct proxy_plan *plan = ldap_proxy_plan(bench->proxy);

    ldap_proxy_reset(bench->proxy);
    plan->at = cell->operation;
    plan->code = cell->fault->code;
    plan->from_on = cell->fault->from_on;
    plan->delay_milliseconds = LATE * cell->attempt;
    plan->server = site_slapd_pid(bench->site);
    plan->fault = cell->fault->fault;
}

/*
 * An unlimited invite has no claim that tells a repetition what is still owed, and nothing else is
 * granted to an account that is there (what an administrator took away would come back with it). So
 * a fault at the add, or one behind it that lasts, may cost that account its pair.
 */
static size_t expected_pairs(struct bench *bench, const inv_token *token, const struct cell *cell)
{
    struct site_state state;

    if (matrix->scenario->kind != UNLIMITED || cell->fault == NULL || cell->operation < matrix->add)
        return matrix->scenario->pairs;
    site_state(bench->site, token, &state);
    return state.pairs == 0 ? 0 : matrix->scenario->pairs;
}

static void expect_the_end(struct bench *bench, const inv_token *token, const struct cell *cell)
{
    const struct scenario *scenario = matrix->scenario;
    inv_verdict verdict;

    if (token != NULL)
        site_expect(bench->site, token, scenario->uses_left, 0, scenario->used_by,
                    scenario->accounts, expected_pairs(bench, token, cell));
    else
        ck_assert_uint_eq(
            site_count(bench->site, SITE_PEOPLE, "(xmppJid=%s@example.org)", cell->local), 1);
    expect_login(bench, cell);
    expect_clean_roster(bench, cell);
    if (scenario->kind != ACCOUNT)
        return;
    site_redeem(bench->site, token, "mallory", SITE_PASSWORD, &verdict);
    site_expect_result(verdict, INV_BAD_TOKEN);
}

static void run_cell(struct bench *bench, struct cell *cell)
{
    long timeout = cell->fault->timeout * cell->attempt;
    struct proxy_plan *plan = ldap_proxy_plan(bench->proxy);
    inv_token *token = invite(bench->site, cell->local);
    inv_verdict verdict;
    int status;

    if (matrix->scenario->kind == RESUMED)
        leave_an_account(bench, token, cell);
    make_fault(bench, cell);
    status = run_first_try(bench, token, cell, timeout);
    lift(bench, cell);
    if (!plan->happened && cell->attempt < ATTEMPTS)
        _exit(NOT_REACHED);
    ck_assert_msg(plan->happened, "%s: the first try did not get so far: %s", cell->local,
                  cell->why);
    expect_outcome(cell, status);
    /* slapd may still be at what it was sent while it was frozen: two looks would not agree */
    if (cell->fault->fault != PROXY_FREEZE && token != NULL)
        site_expect_consistent(bench->site, token);
    if (status == 0 && cell->result == INV_OK)
        expect_login(bench, cell);
    redeem(bench->via, token, cell->local, PATIENCE, &verdict);
    ck_assert_msg(verdict.result == INV_OK, "%s: first %s (%s), then %s: %s", cell->local,
                  inv_result_name(cell->result), cell->why, inv_result_name(verdict.result),
                  verdict.why);
    plan->released = true;
    if (cell->fault->fault == PROXY_HOLD)
        await(cell, &plan->late_done);
    expect_the_end(bench, token, cell);
    inv_token_free(&token);
}

/* In a process of its own, so that a red cell does not keep the others from being tried. */
static int attempt_cell(struct bench *bench, struct cell *cell)
{
    int status = -1;
    pid_t child;

    cell->attempt++;
    (void)snprintf(cell->local, sizeof(cell->local), "s%d-f%d-o%zu-%d", (int)matrix->scenario->kind,
                   (int)(cell->fault - faults), cell->operation, cell->attempt);
    (void)fflush(NULL);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        run_cell(bench, cell);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status;
}

static void try_cell(struct bench *bench, struct cell *cell)
{
    int status;

    do
        status = attempt_cell(bench, cell);
    while (WIFEXITED(status) && WEXITSTATUS(status) == NOT_REACHED);
    cell->red = status != 0;
    if (cell->red && cell->fault->own_server) {
        (void)kill(ldap_proxy_plan(bench->proxy)->server, SIGCONT);
        site_restart(bench->site, NULL, NULL);
    }
}

/* ----------------------------------------------------------------------------------- the matrix */

static void work_off(struct site *site, int number, bool own_server, atomic_size_t *next)
{
    struct bench bench = {.site = site};

    bench_open(&bench, site, number);
    for (size_t i = (*next)++; i < matrix->cell_count; i = (*next)++) {
        if (matrix->cells[i].fault->own_server == own_server)
            try_cell(&bench, &matrix->cells[i]);
    }
    bench_close(&bench);
}

/* Without a fault: which operations there are. */
static void count_operations(void)
{
    struct bench bench = {.site = shared};
    struct cell cell = {.result = INV_CONFIG};
    const struct proxy_plan *plan;
    inv_token *token;
    inv_verdict verdict;

    bench_open(&bench, shared, 0);
    plan = ldap_proxy_plan(bench.proxy);
    (void)snprintf(cell.local, sizeof(cell.local), "first%d", (int)matrix->scenario->kind);
    token = invite(shared, cell.local);
    for (int tries = 0; tries < (matrix->scenario->kind == RESUMED ? 2 : 1); tries++) {
        if (tries == 1) {
            inv_token_free(&token);
            (void)snprintf(cell.local, sizeof(cell.local), "again%d", (int)matrix->scenario->kind);
            token = invite(shared, cell.local);
            leave_an_account(&bench, token, &cell);
        }
        ldap_proxy_reset(bench.proxy);
        redeem(bench.via, token, cell.local, PATIENCE, &verdict);
        site_expect_result(verdict, INV_OK);
        ck_assert_uint_le(plan->requests, OPERATIONS_MAX);
        matrix->operations = plan->requests;
        memcpy(matrix->labels, plan->labels, sizeof(matrix->labels));
        for (size_t i = 0; i < matrix->operations; i++) {
            if (strcmp(matrix->labels[i], "add uid") == 0)
                matrix->add = i + 1;
        }
    }
    expect_the_end(&bench, token, &cell);
    inv_token_free(&token);
    bench_close(&bench);
}

static void lay_out_cells(void)
{
    for (size_t operation = 1; operation <= matrix->operations; operation++) {
        for (size_t i = 0; i < FAULTS; i++) {
            struct cell *cell = &matrix->cells[matrix->cell_count];

            if (!faults[i].in_all && matrix->scenario->kind != ACCOUNT)
                continue;
            cell->fault = &faults[i];
            cell->operation = operation;
            matrix->cell_count++;
        }
    }
}

static void run_cells(void)
{
    pid_t workers[WORKERS + 1];

    (void)fflush(NULL);
    for (int i = 0; i <= WORKERS; i++) {
        workers[i] = fork();
        ck_assert_int_ge(workers[i], 0);
        if (workers[i] == 0) {
            if (i == WORKERS)
                work_off(own, i, true, &matrix->next_own);
            else
                work_off(shared, i + 1, false, &matrix->next_shared);
            _exit(0);
        }
    }
    for (int i = 0; i <= WORKERS; i++) {
        int status = -1;

        ck_assert_int_eq(waitpid(workers[i], &status, 0), workers[i]);
        ck_assert_int_eq(status, 0);
    }
}

static const struct cell *cell_at(size_t operation, const struct fault *fault)
{
    for (size_t i = 0; i < matrix->cell_count; i++) {
        if (matrix->cells[i].operation == operation && matrix->cells[i].fault == fault)
            return &matrix->cells[i];
    }
    return NULL;
}

/* As comments between the lines of TAP. */
static size_t print_matrix(void)
{
    size_t red = 0;

    printf("#\n# %s: %zu cells; green OK, red FAILED, not tried -\n", matrix->scenario->name,
           matrix->cell_count);
    for (size_t i = 0; i < FAULTS; i++)
        printf("# %c = %s\n", (char)('A' + i), faults[i].name);
    printf("# %-28s", "at operation");
    for (size_t i = 0; i < FAULTS; i++)
        printf(" %6c", (char)('A' + i));
    printf("\n");
    for (size_t operation = 1; operation <= matrix->operations; operation++) {
        printf("# %2zu %-25.25s", operation, matrix->labels[operation - 1]);
        for (size_t i = 0; i < FAULTS; i++) {
            const struct cell *cell = cell_at(operation, &faults[i]);

            printf(" %6s", cell == NULL ? "-" : cell->red ? "FAILED" : "OK");
            red += cell != NULL && cell->red;
        }
        printf("\n");
    }
    for (size_t i = 0; i < matrix->cell_count; i++) {
        if (matrix->cells[i].red)
            printf("# red: %s: first %s: %s\n", matrix->cells[i].local,
                   inv_result_name(matrix->cells[i].result), matrix->cells[i].why);
    }
    (void)fflush(stdout);
    return red;
}

START_TEST(every_cell_is_green)
{
    size_t red;

    memset(matrix, 0, sizeof(*matrix));
    matrix->scenario = &scenarios[_i];
    count_operations();
    lay_out_cells();
    run_cells();
    red = print_matrix();
    ck_assert_msg(red == 0, "%s: %zu of %zu cells are red", matrix->scenario->name, red,
                  matrix->cell_count);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults");
    TCase *tests = tcase_create("faults");

    tcase_set_timeout(tests, 300);
    tcase_add_unchecked_fixture(tests, start, stop);
    tcase_add_loop_test(tests, every_cell_is_green, 0,
                        (int)(sizeof(scenarios) / sizeof(scenarios[0])));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
