/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that begins libsasl2 and ends: prints the milliseconds of sasl_server_init and the
 * KiB of memory that it has then. Started by bench_sasl, which has libldap in its own memory.
 */
#include <sasl/sasl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

int main(void)
{
    double start = now();
    long resident = 0;
    FILE *file;

    if (sasl_server_init(NULL, "unconfigured") != SASL_OK)
        return 1;
    start = now() - start;
    file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%*d %ld", &resident) != 1)
        return 1;
    (void)fclose(file);
    (void)printf("%f %ld\n", start, resident * (sysconf(_SC_PAGESIZE) / 1024));
    return 0;
}
