/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loads a PAM module as libpam does and looks at what it offers; then runs many transactions and
 * looks at what they leave behind. TAP. Arguments: the module, a folder with a stack "cycles" that
 * calls it, the number of transactions, and "memory" if memory is to be judged.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int number;

static void report(bool good, const char *what)
{
    printf("%s %d - %s\n", good ? "ok" : "not ok", ++number, what);
}

static int converse(int count, const struct pam_message **messages, struct pam_response **responses,
                    void *data)
{
    (void)messages;
    (void)data;
    *responses = calloc((size_t)count, sizeof(**responses));
    if (*responses == NULL)
        return PAM_BUF_ERR;
    for (int i = 0; i < count; i++)
        (*responses)[i].resp = strdup("an ordinary password");
    return PAM_SUCCESS;
}

/* Every cycle loads the module, opens its configuration and keys, and unloads it. */
static bool cycle(const char *folder)
{
    struct pam_conv conversation = {.conv = converse};
    pam_handle_t *pamh = NULL;
    int code;

    if (pam_start_confdir("cycles", "alice", &conversation, folder, &pamh) != PAM_SUCCESS)
        return false;
    code = pam_authenticate(pamh, 0);
    (void)pam_end(pamh, code);
    return code == PAM_SUCCESS;
}

static bool cycles(const char *folder, long count)
{
    for (long i = 0; i < count; i++) {
        if (!cycle(folder))
            return false;
    }
    return true;
}

static long resident_pages(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long resident = 0;

    if (file == NULL || fscanf(file, "%*d %ld", &resident) != 1)
        abort();
    fclose(file);
    return resident;
}

static int descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;

    if (folder == NULL)
        abort();
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

static void check_symbols(const char *path)
{
    static const char *const wanted[] = {"pam_sm_authenticate", "pam_sm_setcred",
                                         "pam_sm_acct_mgmt",    "pam_sm_chauthtok",
                                         "pam_sm_open_session", "pam_sm_close_session"};
    static const char *const unwanted[] = {"inv_redeem", "inv_context_open"};
    void *module = dlopen(path, RTLD_NOW);
    bool all = module != NULL, none = module != NULL;

    report(module != NULL, "the module loads with RTLD_NOW");
    if (module == NULL)
        printf("# %s\n", dlerror());
    for (size_t i = 0; all && i < sizeof(wanted) / sizeof(wanted[0]); i++)
        all = dlsym(module, wanted[i]) != NULL;
    report(all, "libpam finds its service functions");
    for (size_t i = 0; none && i < sizeof(unwanted) / sizeof(unwanted[0]); i++)
        none = dlsym(module, unwanted[i]) == NULL;
    report(none, "and nothing else");
    if (module != NULL)
        dlclose(module);
}

int main(int argc, char **argv)
{
    const long count = argc > 3 ? strtol(argv[3], NULL, 10) : 0;
    const bool memory = argc > 4 && strcmp(argv[4], "memory") == 0;
    long before, after;
    int open_before;

    if (count <= 0)
        return 2;
    printf("1..6\n");
    check_symbols(argv[1]);
    report(cycles(argv[2], 200), "the stack works");
    before = resident_pages();
    open_before = descriptors();
    if (!cycles(argv[2], count))
        return 1;
    after = resident_pages();
    report(descriptors() == open_before, "no descriptor is left open");
    printf("# %ld transactions: %ld pages before, %ld after\n", count, before, after);
    if (memory)
        report((after - before) * sysconf(_SC_PAGESIZE) < 512 * 1024, "memory does not grow");
    else
        printf("ok %d - memory does not grow # SKIP this build keeps freed memory\n", ++number);
    return 0;
}
