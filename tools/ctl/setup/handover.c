/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "handover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/ascii.h"
#include "io/ldif.h"
#include "setup/account.h"
#include "setup/record.h"
#include "setup/statements.h"
#include "setup/value.h"

#define STEP        "handover"
#define FOLDER      "/var/lib/invitegate/directory"
#define DATABASE    "olcDatabase={1}mdb,cn=config" /* as Debian calls it */
#define SLAPD_CONF  "/etc/ldap/slapd.conf"
#define SLAPD_D     "/etc/ldap/slapd.d"
#define NO_SUCH_KEY "0 00000000000000000000000000000000"

/* In the journal: what was handed over at last. */
#define DIGEST "handedOver"
#define RULES  "handedRules"

inv_result ctl_handover_begin(ctl_task *setup)
{
    setup->unseen = inv_entry_new(DATABASE);
    if (setup->unseen == NULL)
        return inv_verdict_no_memory(setup->verdict);
    setup->database = setup->unseen;
    return INV_OK;
}

/* ------------------------------------------------------------------------------- what was done */

/* Without the right to change the attribute the answer is 50, with it 16: no such value. */
static inv_result may_write(const ctl_task *setup, const inv_domain *domain, bool *ret_may)
{
    inv_operation *modify = inv_operation_new_modify(domain->invites);
    inv_result result;

    *ret_may = false;
    inv_operation_text(modify, INV_CHANGE_DELETE, "inviteKeyFingerprint", NO_SUCH_KEY);
    result = ctl_setup_run(setup, setup->service, modify);
    if (result == INV_OK)
        *ret_may = inv_operation_answered(modify, INV_LDAP_NO_SUCH_ATTRIBUTE);
    inv_operation_free(&modify);
    return result;
}

inv_result ctl_handover_prove(ctl_task *setup)
{
    setup->proved = false;
    if (setup->service == NULL)
        return INV_OK;
    return may_write(setup, ctl_setup_domain(setup), &setup->proved);
}

/* Of any domain: there is one block for all. */
static inv_result is_any_there(const ctl_task *setup, bool *ret_there)
{
    const inv_domain *domain;
    inv_result result = INV_OK;

    *ret_there = false;
    for (size_t i = 0; result == INV_OK && !*ret_there && setup->service != NULL &&
                       (domain = ctl_setup_each_domain(setup, i)) != NULL;
         i++)
        result = may_write(setup, domain, ret_there);
    return result;
}

inv_result ctl_handover_block(ctl_task *setup, ctl_block *block)
{
    const char *rules = ctl_journal_text(setup->journal, RULES);
    bool there = false;
    inv_result result = is_any_there(setup, &there);

    *block = (ctl_block){.there = false};
    for (const char *at = rules; result == INV_OK && there && at != NULL && *at != '\0';) {
        size_t length = strcspn(at, "\n");

        if (!ctl_texts_take(&block->rules, strndup(at, length)))
            return inv_verdict_no_memory(setup->verdict);
        at += length + (at[length] == '\n' ? 1 : 0);
    }
    block->there = block->rules.count > 1;
    block->end = block->there ? block->rules.count - 1 : 0;
    return result;
}

/* Whether a later run cannot see by itself that it is there. */
static bool is_hidden(const ctl_item *item)
{
    return item->action.operation != NULL && !item->action.data &&
           strcmp(item->step, "schema") != 0 && strcmp(item->step, "modules") != 0 &&
           strcmp(item->step, "rules") != 0;
}

/* The hash of all such items of this state. False: out of memory. */
static bool hash_hidden(ctl_plan *plan, ctl_item_state state, char hash[CTL_FILE_HASH_SIZE])
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    bool fine = stream != NULL;
    const ctl_item *item;

    for (size_t i = 0; fine && (item = ctl_plan_item(plan, i)) != NULL; i++) {
        if (item->state == state && is_hidden(item))
            fine = ctl_ldif_print(stream, item->action.operation);
    }
    if (stream != NULL && fclose(stream) != 0)
        fine = false;
    fine = fine && ctl_hash_write(text, length, hash);
    free(text);
    return fine;
}

/* The rules of access that items of this state add, one a line. The caller frees it; NULL: no
 * memory. */
static char *rules_of(ctl_plan *plan, ctl_item_state state)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    const ctl_item *item;

    for (size_t i = 0; stream != NULL && (item = ctl_plan_item(plan, i)) != NULL; i++) {
        const inv_operation *operation = item->action.operation;

        if (item->state != state || operation == NULL || strcmp(item->step, "rules") != 0)
            continue;
        for (size_t j = 0; j < operation->change_count; j++) {
            const inv_change *change = &operation->changes[j];

            for (size_t k = 0; k < change->value_count && change->kind == INV_CHANGE_ADD; k++)
                (void)fprintf(stream, "%s\n", ctl_value_text(inv_secret_bytes(change->values[k])));
        }
    }
    if (stream != NULL && fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

static bool is_same(const char *text, const char *earlier)
{
    return earlier != NULL && strcmp(text, earlier) == 0;
}

/* Of the items of this state, those that an earlier run handed over in the same words are there. */
static inv_result settle(ctl_task *setup, ctl_item_state state)
{
    char hash[CTL_FILE_HASH_SIZE];
    inv_result result = ctl_handover_prove(setup);
    char *rules = NULL;
    bool same_rules;
    bool same;
    ctl_item *item;

    if (result != INV_OK || !setup->proved)
        return result;
    rules = rules_of(setup->plan, state);
    if (rules == NULL || !hash_hidden(setup->plan, state, hash)) {
        free(rules);
        return inv_verdict_no_memory(setup->verdict);
    }
    same = is_same(hash, ctl_journal_text(setup->journal, DIGEST));
    same_rules = is_same(rules, ctl_journal_text(setup->journal, RULES));
    for (size_t i = 0; (item = ctl_plan_item(setup->plan, i)) != NULL; i++) {
        const bool is_rule = strcmp(item->step, "rules") == 0;

        if (item->state == state && item->action.operation != NULL &&
            (is_rule ? same_rules : same && is_hidden(item)))
            ctl_plan_end(setup->plan, item, CTL_ITEM_THERE, "handed over by an earlier run");
    }
    free(rules);
    return INV_OK;
}

inv_result ctl_handover_compare(ctl_task *setup)
{
    return settle(setup, CTL_ITEM_WOULD);
}

/* The same when this run has added what the identity needs to prove it. */
static inv_result compare_again(ctl_task *setup)
{
    inv_result result = INV_OK;

    if (setup->service == NULL) {
        inv_secret_free(&setup->service_password);
        result = ctl_account_bind(setup);
    }
    return result == INV_OK ? settle(setup, CTL_ITEM_HANDED) : result;
}

bool ctl_handover_takes(const ctl_task *setup, const ctl_item *item)
{
    return setup->unseen != NULL && item->action.operation != NULL && !item->action.data &&
           !item->action.is_undo;
}

/* ------------------------------------------------------------------------------------- the files
 */

typedef enum part {
    PART_CONFIG,   /* LDIF for cn=config */
    PART_SCHEMA,   /* for slapd.conf, as statements.h has them */
    PART_MODULES,  /* likewise */
    PART_DATABASE, /* likewise */
    PART_ACCESS,   /* likewise */
    PART_OVERLAY,  /* likewise */
    PART_ENTRIES,  /* LDIF of data */
    PARTS,
} part;

typedef struct handover {
    ctl_task *setup;
    bool as_ldif; /* the directory may be kept in cn=config */
    bool as_conf; /* or in slapd.conf */
    char *texts[PARTS];
    size_t lengths[PARTS];
    FILE *streams[PARTS];
} handover;

/* On another host it may be kept in either form. */
static void find_form(handover *work)
{
    const char *const paths[] = {SLAPD_D, SLAPD_CONF};
    bool there[2] = {false, false};

    for (size_t i = 0; i < 2 && work->setup->is_local; i++) {
        char *path = NULL;

        if (asprintf(&path, "%s%s", work->setup->answers->root, paths[i]) < 0)
            continue;
        there[i] = access(path, F_OK) == 0;
        free(path);
    }
    work->as_ldif = there[0] || !there[1];
    work->as_conf = there[1] || !there[0];
}

/* Each value on its own: with ldapmodify -c one that is there already does no harm to the others.
 */
static bool print_one_by_one(FILE *stream, const inv_operation *operation)
{
    const inv_change *change = &operation->changes[0];
    bool printed = true;

    for (size_t i = 0; i < change->value_count && printed; i++) {
        inv_operation *each = inv_operation_new_modify(operation->dn);

        inv_operation_text(each, change->kind, change->attribute,
                           inv_secret_bytes(change->values[i]));
        printed = ctl_ldif_print(stream, each);
        inv_operation_free(&each);
    }
    return printed;
}

static bool print_item(const handover *work, const ctl_item *item)
{
    const inv_operation *operation = item->action.operation;
    const ctl_statements statements = {.schema = work->streams[PART_SCHEMA],
                                       .modules = work->streams[PART_MODULES],
                                       .database = work->streams[PART_DATABASE],
                                       .access = work->streams[PART_ACCESS],
                                       .overlay = work->streams[PART_OVERLAY]};

    if (item->action.data)
        return ctl_ldif_print(work->streams[PART_ENTRIES], operation);
    ctl_statements_print(&statements, operation);
    if (operation->change_count == 1 &&
        inv_ascii_equal(operation->changes[0].attribute, "olcDbIndex"))
        return print_one_by_one(work->streams[PART_CONFIG], operation);
    return ctl_ldif_print(work->streams[PART_CONFIG], operation);
}

static bool print_all(handover *work)
{
    bool fine = true;
    const ctl_item *item;

    for (size_t i = 0; i < PARTS; i++) {
        work->streams[i] = open_memstream(&work->texts[i], &work->lengths[i]);
        fine = fine && work->streams[i] != NULL;
    }
    for (size_t i = 0; fine && (item = ctl_plan_item(work->setup->plan, i)) != NULL; i++) {
        if (item->state == CTL_ITEM_HANDED && item->action.operation != NULL)
            fine = print_item(work, item);
    }
    for (size_t i = 0; i < PARTS; i++) {
        if (work->streams[i] != NULL && fclose(work->streams[i]) != 0)
            fine = false;
    }
    return fine;
}

static const struct {
    const char *name;
    const char *how; /* with the path, and the URI of the directory */
} files[PARTS] = {
    [PART_CONFIG] = {"config.ldif",
                     "kept in cn=config: as root on its machine ldapmodify -c -Q -Y EXTERNAL -H "
                     "ldapi:/// -f %s (the database is taken for " DATABASE
                     ": change that where it is another; -c goes on where something is there)"},
    [PART_SCHEMA] = {"slapd-schema.conf",
                     "kept in slapd.conf: include %s behind the schemas that are there"},
    [PART_MODULES] = {"slapd-modules.conf", "include %s in front of the first database"},
    [PART_DATABASE] =
        {"slapd-database.conf",
         "include %s in the section of the database, in front of its rules of access; "
         "leave out what is there; then slapindex with slapd stopped"},
    [PART_ACCESS] = {"slapd-access.conf", "include %s in front of the rules of access"},
    [PART_OVERLAY] = {"slapd-overlay.conf",
                      "include %s at the end of that section, where it has no ppolicy"},
    [PART_ENTRIES] = {"entries.ldif",
                      "then ldapmodify -c -x -W -D DN -H %2$s -f %1$s with a DN that may add "
                      "entries, or setup with --bind-dn and --bind-password-file"},
};

static bool is_wanted(const handover *work, size_t index)
{
    return work->lengths[index] > 0 && (index != PART_CONFIG || work->as_ldif) &&
           (index == PART_CONFIG || index == PART_ENTRIES || work->as_conf);
}

/* How to load a file, in the words of files[]. */
static void tell_file(const handover *work, size_t index, const char *path)
{
    char *how = ctl_text_replace(files[index].how, "%1$s", path);

    if (how != NULL && ctl_text_exchange(&how, "%2$s", work->setup->settings.uris[0]) &&
        ctl_text_exchange(&how, "%s", path))
        ctl_plan_tell(work->setup->plan, CTL_ITEM_HANDED, STEP, "%s", how);
    free(how);
}

static inv_result write_file(const handover *work, size_t index)
{
    ctl_task *setup = work->setup;
    char hash[CTL_FILE_HASH_SIZE];
    json_t *record = NULL;
    ctl_file *file = NULL;
    char *path = NULL;
    inv_result result;

    if (asprintf(&path, "%s" FOLDER "/%s", setup->answers->root, files[index].name) < 0)
        return inv_verdict_no_memory(setup->verdict);
    file = ctl_file_new(path, work->texts[index], work->lengths[index]);
    if (ctl_hash_write(work->texts[index], work->lengths[index], hash))
        record = ctl_record_file(path, hash);
    result = file != NULL && record != NULL
                 ? ctl_journal_add(setup->journal, record, setup->verdict)
                 : inv_verdict_no_memory(setup->verdict);
    if (result == INV_OK)
        result = ctl_file_write(file, setup->verdict);
    if (result == INV_OK)
        tell_file(work, index, path);
    json_decref(record);
    ctl_file_free(&file);
    free(path);
    return result;
}

/* Whether something is among it that a later run cannot see. */
static bool has_hidden(ctl_plan *plan)
{
    const ctl_item *item;
    bool found = false;

    for (size_t i = 0; !found && (item = ctl_plan_item(plan, i)) != NULL; i++)
        found = item->state == CTL_ITEM_HANDED && is_hidden(item);
    return found;
}

/* Only when the files are there: one that was killed before hands the same over once more. */
static inv_result note_all(ctl_task *setup)
{
    json_t *stays = ctl_record_stays(
        "what was handed over for the configuration of the directory: take it out there, the rules "
        "of access last, since without them everybody could read verifiers, invites and rosters");
    char hash[CTL_FILE_HASH_SIZE];
    char *rules = rules_of(setup->plan, CTL_ITEM_HANDED);
    bool fine = stays != NULL && rules != NULL &&
                (rules[0] == '\0' || ctl_journal_set_text(setup->journal, RULES, rules));
    inv_result result;

    if (fine && has_hidden(setup->plan))
        fine = hash_hidden(setup->plan, CTL_ITEM_HANDED, hash) &&
               ctl_journal_set_text(setup->journal, DIGEST, hash);
    result = fine ? ctl_journal_add(setup->journal, stays, setup->verdict)
                  : inv_verdict_no_memory(setup->verdict);
    json_decref(stays);
    free(rules);
    return result;
}

inv_result ctl_handover_write(ctl_task *setup)
{
    handover work = {.setup = setup};
    inv_result result = INV_OK;

    if (ctl_plan_count(setup->plan, CTL_ITEM_HANDED) > 0)
        result = compare_again(setup);
    if (result != INV_OK || ctl_plan_count(setup->plan, CTL_ITEM_HANDED) == 0)
        return result;
    find_form(&work);
    if (!print_all(&work))
        result = inv_verdict_no_memory(setup->verdict);
    for (size_t i = 0; result == INV_OK && i < PARTS; i++) {
        if (is_wanted(&work, i))
            result = write_file(&work, i);
    }
    if (result == INV_OK && work.lengths[PART_CONFIG] > 0)
        result = note_all(setup);
    for (size_t i = 0; i < PARTS; i++)
        inv_wipe_text(&work.texts[i]);
    if (result != INV_OK)
        return result;
    return inv_verdict_set(
        setup->verdict, INV_CONFIG,
        "some of it is for the administrator of the directory: it is in %s" FOLDER
        ", with the commands above; run setup again when that is done",
        setup->answers->root);
}
