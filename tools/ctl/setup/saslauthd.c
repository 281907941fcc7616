/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "setup/machine.h"
#include "setup/record.h"

/*
 * saslauthd, where it was asked for: the PAM service that it asks, and its own file of Debian. That
 * file comes with the package; as long as it is the package's, it is nobody's decision, and is
 * replaced.
 */

#define STEP     "saslauthd"
#define DEFAULTS "/etc/default/saslauthd"
#define SERVICE  "/etc/pam.d/xmpp"
#define PROGRAM  "/usr/sbin/saslauthd"
#define SOCKET   "/run/saslauthd/mux"
#define STATUS   "/var/lib/dpkg/status"

static inv_result plan_service(ctl_task *setup)
{
    char *text = ctl_example_text("xmpp");
    const ctl_wanted_file wanted = {.step = "pam", .path = SERVICE, .text = text, .mode = 0644};
    ctl_item_state state;
    inv_result result;

    if (text == NULL)
        return inv_verdict_no_memory(setup->verdict);
    result = ctl_machine_plan_file(setup, &wanted, &state);
    free(text);
    return result;
}

/* ------------------------------------------------------------------------ whose file it is */

/* The whole file; NULL: there is none, or it cannot be read. The caller frees it. */
static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t room = 0;

    if (file != NULL && getdelim(&text, &room, '\0', file) < 0) {
        free(text);
        text = NULL;
    }
    if (file != NULL)
        (void)fclose(file);
    return text;
}

static bool write_md5(const char *text, char hash[33])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;

    if (EVP_Digest(text, strlen(text), digest, &size, EVP_md5(), NULL) != 1 || size != 16)
        return false;
    for (unsigned i = 0; i < size; i++)
        (void)snprintf(hash + (size_t)2 * i, 3, "%02x", digest[i]);
    return true;
}

/* Whether dpkg has the file as one of a package, with this MD5 (it keeps no better one). */
static bool is_of_package(const ctl_task *setup, const char *hash)
{
    char *path = ctl_machine_path(setup, STATUS);
    FILE *file = path != NULL ? fopen(path, "re") : NULL;
    char *line = NULL;
    size_t room = 0;
    bool found = false;
    char wanted[128];

    (void)snprintf(wanted, sizeof(wanted), " " DEFAULTS " %s", hash);
    while (file != NULL && !found && getline(&line, &room, file) > 0)
        found = strncmp(line, wanted, strlen(wanted)) == 0;
    free(line);
    if (file != NULL)
        (void)fclose(file);
    free(path);
    return found;
}

/* ------------------------------------------------------------------------------------ the file */

static void plan_replaced(ctl_task *setup, const char *path, const char *before, const char *text)
{
    ctl_action action = {.file = ctl_file_new(path, text, strlen(text))};
    char hash[CTL_FILE_HASH_SIZE];
    struct stat status;

    if (action.file != NULL)
        action.file->mode = 0644;
    if (stat(path, &status) == 0 && ctl_hash_write(text, strlen(text), hash))
        action.record =
            ctl_record_file_replaced(path, hash, before, status.st_mode & (mode_t)07777);
    if (action.record == NULL)
        ctl_file_free(&action.file); /* not without a way back */
    ctl_plan_do(setup->plan, STEP, &action,
                "write %s in place of the package's, which remembers logins for hours (-c)", path);
}

static void plan_start(ctl_task *setup)
{
    if (ctl_machine_runs_systemd(setup)) {
        ctl_machine_plan_program(
            setup, STEP, (const char *const[]){"systemctl", "enable", "saslauthd", NULL},
            ctl_machine_listens(setup, SOCKET) ? NULL : ctl_record_unit("saslauthd"));
        ctl_machine_plan_program(
            setup, STEP, (const char *const[]){"systemctl", "restart", "saslauthd", NULL}, NULL);
    } else {
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                      "no systemd runs here. To be run where it does: systemctl enable saslauthd; "
                      "systemctl restart saslauthd");
    }
    ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                  "who asks it has to be in the group sasl: adduser USER sasl; the service it asks "
                  "PAM for is the client's, " SERVICE " is that of XMPP servers");
}

static inv_result plan_defaults(ctl_task *setup, const char *text)
{
    const ctl_wanted_file wanted = {.step = STEP, .path = DEFAULTS, .text = text, .mode = 0644};
    char *path = ctl_machine_path(setup, DEFAULTS);
    char *before = path != NULL ? read_whole(path) : NULL;
    ctl_item_state state = CTL_ITEM_WOULD;
    inv_result result = INV_OK;
    char hash[33];

    if (path == NULL)
        result = inv_verdict_no_memory(setup->verdict);
    else if (before != NULL && write_md5(before, hash) && is_of_package(setup, hash))
        plan_replaced(setup, path, before, text);
    else
        result = ctl_machine_plan_file(setup, &wanted, &state);
    if (result == INV_OK && state == CTL_ITEM_LEFT)
        ctl_plan_tell(
            setup->plan, CTL_ITEM_LEFT, STEP,
            "it has to ask PAM (MECHANISMS=\"pam\"), to start (START=yes), and to have no "
            "-c in OPTIONS: invitectl doctor --host looks at it");
    if (result == INV_OK && (state == CTL_ITEM_WOULD ||
                             (state == CTL_ITEM_THERE && !ctl_machine_listens(setup, SOCKET))))
        plan_start(setup);
    free(before);
    free(path);
    return result;
}

inv_result ctl_step_saslauthd(ctl_task *setup)
{
    char *text = NULL;
    inv_result result;

    if (!setup->machine.saslauthd)
        return INV_OK;
    result = plan_service(setup);
    if (result != INV_OK)
        return result;
    if (!ctl_machine_has(setup, PROGRAM)) {
        ctl_plan_tell(
            setup->plan, CTL_ITEM_LEFT, STEP,
            "it is not installed: apt-get install --no-install-recommends sasl2-bin, then "
            "setup again");
        return INV_OK;
    }
    text = ctl_example_text("saslauthd");
    result = text != NULL ? plan_defaults(setup, text) : inv_verdict_no_memory(setup->verdict);
    free(text);
    return result;
}
