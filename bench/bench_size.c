/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registrations a second with many invites in the directory. One private slapd for each number
 * given (1000 100000 1000000 if none is), all filled before the first registration; then each has
 * its turn, round after round, so that what else runs on the machine burdens all alike. The bare
 * libldap program has turns too: what grows with both is the server's. TMPDIR: where the databases
 * lie; in memory (/dev/shm) the file system has no part in it. INV_BENCH_REGISTRATIONS: how many in
 * a turn.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "measure.h"
#include "place.h"
#include "registrations.h"

#define SIZES_MAX 8
#define ROUNDS    7

/* A million invites with their indexes take less than half of it. */
#define MAP_SIZE "maxsize 8589934592\n"

/* What has a turn in each round. */
static const struct way {
    const char *what;
    registrar by;
    size_t processes;
} ways[] = {
    {"registrations, 1 process", BY_INVITEGATE, 1},
    {"bare libldap, 1 process", BY_LIBLDAP, 1},
    {"registrations, 8 processes", BY_INVITEGATE, 8},
};

enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

struct size {
    size_t invites;
    struct place place;
    double rates[WAYS][ROUNDS];
    double cpu[WAYS][ROUNDS]; /* of slapd, ms for each registration and the making of its invite */
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
                  "inviteInviter: friend%zu@example.org\n",
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

/* User and system time of the server until now, in milliseconds: proc(5), fields 14 and 15. */
static double server_time(const struct size *size)
{
    char path[64];
    unsigned long user = 0;
    unsigned long system = 0;
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)slapd_pid(size->place.slapd));
    file = fopen(path, "r");
    if (file == NULL ||
        fscanf(file, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
               &system) != 2)
        measure_fail(path, "cannot be read");
    (void)fclose(file);
    return (double)(user + system) * 1000 / (double)sysconf(_SC_CLK_TCK);
}

static void take_turns(struct size *sizes, size_t count, size_t registrations)
{
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < count * WAYS; i++) {
            const struct way *way = &ways[i % WAYS];
            struct size *size = &sizes[i / WAYS];
            double before = server_time(size);
            char prefix[32];

            (void)snprintf(prefix, sizeof(prefix), "w%zu.%d.", i % WAYS, round);
            size->rates[i % WAYS][round] =
                registrations_rate(&size->place, way->by, prefix, way->processes, registrations);
            size->cpu[i % WAYS][round] = (server_time(size) - before) / (double)registrations;
        }
        (void)fprintf(stderr, "round %d of %d\n", round + 1, ROUNDS);
    }
}

/* Beside the first size. */
static void report(struct size *sizes, size_t count, size_t way)
{
    double first = measure_median(sizes[0].rates[way], ROUNDS);
    double first_cpu = measure_median(sizes[0].cpu[way], ROUNDS);

    for (size_t i = 0; i < count; i++) {
        char what[80];
        char beside[40];

        (void)snprintf(what, sizeof(what), "%s, %zu invites", ways[way].what, sizes[i].invites);
        (void)snprintf(beside, sizeof(beside), "%zu invites", sizes[0].invites);
        measure_figure("size", what, measure_median(sizes[i].rates[way], ROUNDS), "1/s",
                       i > 0 ? beside : NULL, first);
        measure_figure("size", "  slapd's CPU for each, with the making of its invite",
                       measure_median(sizes[i].cpu[way], ROUNDS), "ms", i > 0 ? beside : NULL,
                       first_cpu);
    }
}

int main(int argc, char **argv)
{
    static const size_t usual[] = {1000, 100000, 1000000};
    const char *wanted = getenv("INV_BENCH_REGISTRATIONS");
    size_t registrations = wanted != NULL ? strtoul(wanted, NULL, 10) : 400;
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
    take_turns(sizes, count, registrations);
    for (size_t way = 0; way < WAYS; way++)
        report(sizes, count, way);
    for (size_t i = 0; i < count; i++)
        place_close(&sizes[i].place);
    return EXIT_SUCCESS;
}
