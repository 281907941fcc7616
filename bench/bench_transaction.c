/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One PAM login in a long-lived process: the first, those after it, and what they leave in memory.
 * INV_BENCH_TRANSACTIONS: how many.
 */
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "measure.h"
#include "place.h"

static int converse(int count, const struct pam_message **messages, struct pam_response **responses,
                    void *data)
{
    (void)messages;
    (void)data;
    *responses = calloc((size_t)count, sizeof(**responses));
    if (*responses == NULL)
        return PAM_BUF_ERR;
    for (int i = 0; i < count; i++)
        (*responses)[i].resp = strdup(PLACE_PASSWORD);
    return PAM_SUCCESS;
}

/* A folder with the one stack "bench". */
static void write_stack(const struct place *place, char *folder, size_t size)
{
    const char *build = getenv("abs_top_builddir");
    char path[512];
    FILE *file;

    (void)snprintf(folder, size, "%s/pam.d", slapd_directory(place->slapd));
    (void)snprintf(path, sizeof(path), "%s/bench", folder);
    if (build == NULL || mkdir(folder, 0700) != 0 || (file = fopen(path, "w")) == NULL)
        measure_fail(folder, "cannot be made (run by make bench)");
    (void)fprintf(file,
                  "auth required %s/plugins/pam/.libs/pam_invite.so conf=%s login\n"
                  "account required %s/plugins/pam/.libs/pam_invite.so conf=%s\n",
                  build, slapd_conf_path(place->slapd), build, slapd_conf_path(place->slapd));
    (void)fclose(file);
}

static double transaction(const char *folder)
{
    const struct pam_conv conversation = {.conv = converse};
    pam_handle_t *pamh = NULL;
    double start = measure_now();
    int code = pam_start_confdir("bench", "alice", &conversation, folder, &pamh);

    if (code == PAM_SUCCESS)
        code = pam_authenticate(pamh, PAM_SILENT);
    if (code == PAM_SUCCESS)
        code = pam_acct_mgmt(pamh, PAM_SILENT);
    if (code != PAM_SUCCESS)
        measure_fail("a login", pam_strerror(pamh, code));
    (void)pam_end(pamh, code);
    return (measure_now() - start) * 1e6;
}

static double resident_kilobytes(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long resident = 0;

    if (file == NULL || fscanf(file, "%*d %ld", &resident) != 1)
        measure_fail("/proc/self/statm", "cannot be read");
    (void)fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1024;
}

int main(void)
{
    const char *wanted = getenv("INV_BENCH_TRANSACTIONS");
    size_t count = wanted != NULL ? strtoul(wanted, NULL, 10) : 2000;
    double *samples = calloc(count + 1, sizeof(*samples));
    struct place place;
    char folder[400];
    double before = 0;

    if (samples == NULL || count < 200)
        measure_fail("INV_BENCH_TRANSACTIONS", "has to be at least 200");
    memset(samples, 1, (count + 1) * sizeof(*samples)); /* its pages are not to count as growth */
    place_open(&place, NULL, NULL);
    write_stack(&place, folder, sizeof(folder));
    measure_figure("transaction", "the first login of a process", transaction(folder), "us", NULL,
                   0);
    for (size_t i = 0; i < count; i++) {
        samples[i] = transaction(folder);
        if (i == 100) /* what every library keeps for itself is there by now */
            before = resident_kilobytes();
    }
    measure_figure("transaction", "memory that grew over the transactions",
                   resident_kilobytes() - before, "KiB", NULL, 0);
    measure_figure("transaction", "a login after that", measure_median(samples, count), "us", NULL,
                   0);
    free(samples);
    place_close(&place);
    return EXIT_SUCCESS;
}
