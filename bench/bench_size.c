/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registrations a second with many invites in the directory. One private slapd for each number
 * given (1000 100000 1000000 if none is), all filled before the first registration; then each has
 * its turn, round after round, so that what else runs on the machine burdens all alike. The bare
 * libldap program has turns too: what grows with both is the server's. First as slapadd left the
 * databases, then settled: see settle(). TMPDIR: where the databases lie; in memory (/dev/shm) the
 * file system has no part in it. INV_BENCH_REGISTRATIONS: how many in a turn.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "measure.h"
#include "place.h"
#include "registrations.h"

#define SIZES_MAX    8
#define ROUNDS       63  /* many short ones: bursts of other load meet all alike */
#define SETTLE_MOST  200 /* times SETTLE_AFTER; a million invites take about 30 */
#define SETTLE_AFTER 200

/* A million invites with their indexes take less than half of it. */
#define MAP_SIZE "maxsize 8589934592\n"

/* What has a turn in each round. */
static const struct way {
    const char *what;
    registrar by;
    size_t processes;
    size_t rounds;
} ways[] = {
    {"registrations just after slapadd, 1 process", BY_INVITEGATE, 1, 9},
    {"registrations, 1 process", BY_INVITEGATE, 1, ROUNDS},
    {"bare libldap, 1 process", BY_LIBLDAP, 1, ROUNDS},
    {"registrations, 8 processes", BY_INVITEGATE, 8, ROUNDS},
};

enum { WAYS = sizeof(ways) / sizeof(ways[0]), LOADED = 0, SETTLED = 1 };

struct samples {
    double rates[ROUNDS];
    double cpu[ROUNDS]; /* of slapd, ms for each */
};

struct size {
    size_t invites;
    struct place place;
    struct samples ways[WAYS];
    struct samples making; /* invites, in the turns of SETTLED */
};

/* Marsaglia's xorshift: the ids have to be spread, not secret. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Of ten invites seven are used, one has expired, two are open, as after some years. */
static void write_invite(FILE *file, size_t number, uint64_t *state)
{
    uint64_t high = next_random(state);
    uint64_t low = next_random(state);
    bool used = number % 10 < 7;
    bool open = number % 10 >= 8;

    (void)fprintf(file, "dn: inviteId=%016" PRIx64 "%016" PRIx64 "%08x", high, low,
                  (unsigned)number);
    (void)fprintf(file,
                  ",ou=invites,dc=example,dc=org\nobjectClass: xmppInvite\n"
                  "inviteId: %016" PRIx64 "%016" PRIx64 "%08x\n",
                  high, low, (unsigned)number);
    (void)fprintf(file,
                  "inviteType: account\ninviteDomain: example.org\ninviteUses: 1\n"
                  "inviteUsesLeft: %d\ninviteExpires: %d%02zu%02zu120000Z\ninviteKeyId: 1\n"
                  "inviteInviter: friend%zu@example.org\ninviteTerms: inviteInviter\n",
                  used ? 0 : 1, open ? 2090 : 2020, number % 12 + 1, number % 28 + 1,
                  number % 1000);
    if (used)
        (void)fprintf(file, "inviteUsedBy: guest%zu@example.org 20200101120000Z %016" PRIx64 "\n",
                      number, low);
    (void)fputc('\n', file);
}

static void write_file(const char *path, const char *text, size_t invites)
{
    FILE *file = fopen(path, "w");
    uint64_t state = 88172645463325252U;

    if (file == NULL)
        measure_fail(path, "cannot be written");
    if (text != NULL)
        (void)fputs(text, file);
    for (size_t i = 0; i < invites; i++)
        write_invite(file, i, &state);
    if (fclose(file) != 0)
        measure_fail(path, "cannot be written");
}

static void fill(struct size *size)
{
    char folder[] = "/tmp/invitegate-bench-XXXXXX";
    char ldif[64];
    char conf[64];
    const char *const options[] = {"--extra-ldif", ldif, "--extra-conf", conf, NULL};
    double start = measure_now();

    if (mkdtemp(folder) == NULL)
        measure_fail("mkdtemp", "cannot make a folder");
    (void)snprintf(ldif, sizeof(ldif), "%s/invites.ldif", folder);
    (void)snprintf(conf, sizeof(conf), "%s/extra.conf", folder);
    write_file(ldif, NULL, size->invites);
    write_file(conf, MAP_SIZE, 0);
    place_open(&size->place, NULL, options);
    (void)unlink(ldif);
    (void)unlink(conf);
    (void)rmdir(folder);
    (void)fprintf(stderr, "%zu invites: loaded in %.0f s\n", size->invites, measure_now() - start);
}

/* CPU time of the server until now, in milliseconds. */
static double server_time(const struct size *size)
{
    struct timespec spent = {0, 0};
    clockid_t clock;

    if (clock_getcpuclockid(slapd_pid(size->place.slapd), &clock) != 0 ||
        clock_gettime(clock, &spent) != 0)
        measure_fail("slapd", "its CPU time cannot be read");
    return (double)spent.tv_sec * 1000 + (double)spent.tv_nsec / 1e6;
}

/* What the database takes of its file system; the length of the file says nothing. */
static long long server_blocks(const struct size *size)
{
    struct stat status;
    char path[512];

    (void)snprintf(path, sizeof(path), "%s/db/data.mdb", slapd_directory(size->place.slapd));
    if (stat(path, &status) != 0)
        measure_fail(path, "cannot be looked at");
    return status.st_blocks;
}

static void take_turn(struct size *size, size_t way, size_t round, size_t registrations)
{
    struct samples *samples = &size->ways[way];
    double start = measure_now();
    double before = server_time(size);
    inv_token **tokens = place_invites(&size->place, registrations);
    double made = server_time(size);
    char prefix[32];

    if (way == SETTLED) {
        size->making.rates[round] = (double)registrations / (measure_now() - start);
        size->making.cpu[round] = (made - before) / (double)registrations;
    }
    (void)snprintf(prefix, sizeof(prefix), "w%zu.%zu.", way, round);
    samples->rates[round] = registrations_with(&size->place, ways[way].by, prefix,
                                               ways[way].processes, tokens, registrations);
    samples->cpu[round] = (server_time(size) - made) / (double)registrations;
    place_invites_free(tokens, registrations);
}

/* Another size is first in each round. */
static void take_turns(struct size *sizes, size_t count, size_t from, size_t to,
                       size_t registrations)
{
    for (size_t round = 0; round < ways[from].rounds; round++) {
        for (size_t way = from; way < to; way++) {
            for (size_t i = 0; i < count; i++)
                take_turn(&sizes[(i + round) % count], way, round, registrations);
        }
        if ((round + 1) % 9 == 0)
            (void)fprintf(stderr, "round %zu of %zu\n", round + 1, ways[from].rounds);
    }
}

/*
 * A large slapadd leaves thousands of free pages in the database, and each write pays for keeping
 * the list of them, until new entries have used them up. How many there are depends on how the
 * directory was filled, not on how large it is: where entries come one by one there are about
 * eighty. So all get registrations, as many each, until all their databases grow again: by one page
 * for two registrations at least, where three for four are usual.
 */
static void settle(const struct size *sizes, size_t count)
{
    size_t growing = 0;
    size_t round;

    for (round = 0; growing < count && round < SETTLE_MOST; round++) {
        growing = 0;
        for (size_t i = 0; i < count; i++) {
            long long before = server_blocks(&sizes[i]);
            char prefix[32];

            (void)snprintf(prefix, sizeof(prefix), "s%zu.", round);
            (void)registrations_rate(&sizes[i].place, BY_LIBLDAP, prefix, 1, SETTLE_AFTER);
            if (server_blocks(&sizes[i]) - before >= (long long)SETTLE_AFTER * 4096 / 512 / 2)
                growing++;
        }
    }
    (void)fprintf(stderr, "%s after %zu registrations each\n",
                  growing == count ? "settled" : "some databases do not grow yet",
                  round * SETTLE_AFTER);
}

/* Beside the first size. */
static void report(const char *what, size_t invites, struct samples *samples, size_t rounds,
                   const struct size *first, struct samples *first_samples)
{
    bool is_first = samples == first_samples;
    char text[80];
    char beside[40];

    (void)snprintf(text, sizeof(text), "%s, %zu invites", what, invites);
    (void)snprintf(beside, sizeof(beside), "%zu invites", first->invites);
    measure_figure("size", text, measure_median(samples->rates, rounds), "1/s",
                   is_first ? NULL : beside, measure_median(first_samples->rates, rounds));
    measure_figure("size", "  slapd's CPU for each", measure_median(samples->cpu, rounds), "ms",
                   is_first ? NULL : beside, measure_median(first_samples->cpu, rounds));
}

static void report_all(struct size *sizes, size_t count)
{
    for (size_t way = 0; way < WAYS; way++) {
        for (size_t i = 0; i < count; i++)
            report(ways[way].what, sizes[i].invites, &sizes[i].ways[way], ways[way].rounds,
                   &sizes[0], &sizes[0].ways[way]);
    }
    for (size_t i = 0; i < count; i++)
        report("making invites, 1 process", sizes[i].invites, &sizes[i].making, ROUNDS, &sizes[0],
               &sizes[0].making);
}

int main(int argc, char **argv)
{
    static const size_t usual[] = {1000, 100000, 1000000};
    const char *wanted = getenv("INV_BENCH_REGISTRATIONS");
    size_t registrations = wanted != NULL ? strtoul(wanted, NULL, 10) : 80;
    static struct size sizes[SIZES_MAX];
    size_t count = sizeof(usual) / sizeof(usual[0]);

    for (size_t i = 0; i < count; i++)
        sizes[i].invites = usual[i];
    if (argc > 1)
        count = argc - 1 < SIZES_MAX ? (size_t)argc - 1 : SIZES_MAX;
    for (size_t i = 0; argc > 1 && i < count; i++)
        sizes[i].invites = strtoul(argv[i + 1], NULL, 10);
    for (size_t i = 0; i < count; i++)
        fill(&sizes[i]);
    take_turns(sizes, count, LOADED, SETTLED, registrations);
    settle(sizes, count);
    take_turns(sizes, count, SETTLED, WAYS, registrations);
    report_all(sizes, count);
    for (size_t i = 0; i < count; i++)
        place_close(&sizes[i].place);
    return EXIT_SUCCESS;
}
