/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "proof.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "invitegate/directory.h"
bool ctl_random_hex(char *text, size_t digits)
{
    static const char hex[] = "0123456789abcdef";

    if (getrandom(text, digits, 0) != (ssize_t)digits)
        return false;
    for (size_t i = 0; i < digits; i++)
        text[i] = hex[(unsigned char)text[i] & 15];
    text[digits] = '\0';
    return true;
}

inv_call ctl_proof_call(const ctl_proof *proof)
{
    inv_call call = *proof->call;

    call.deadline = inv_deadline_in(proof->config->directory.timeout_ms);
    return call;
}

inv_result ctl_proof_run(ctl_proof *proof, inv_directory *directory, inv_operation *operation)
{
    inv_call call = ctl_proof_call(proof);

    call.directory = directory;
    return inv_call_run(&call, &operation, 1);
}

bool ctl_proof_will_make(ctl_proof *proof, char *dn)
{
    if (dn == NULL || proof->made_count == sizeof(proof->made) / sizeof(proof->made[0])) {
        free(dn);
        return false;
    }
    proof->made[proof->made_count++] = dn;
    return true;
}

void ctl_proof_was_not_made(ctl_proof *proof)
{
    free(proof->made[--proof->made_count]);
}

void ctl_proof_fine(ctl_proof *proof, const char *check, const char *format, ...)
{
    const ctl_row row = {CTL_FINE, check, proof->domain->name, NULL};
    va_list arguments;

    va_start(arguments, format);
    ctl_report_add_list(proof->report, &row, format, arguments);
    va_end(arguments);
}

void ctl_proof_note(ctl_proof *proof, const char *check, const char *remedy, const char *format,
                    ...)
{
    const ctl_row row = {CTL_NOTE, check, proof->domain->name, remedy};
    va_list arguments;

    va_start(arguments, format);
    ctl_report_add_list(proof->report, &row, format, arguments);
    va_end(arguments);
}

void ctl_proof_unseen(ctl_proof *proof, const char *check, const char *remedy, const char *format,
                      ...)
{
    const ctl_row row = {CTL_UNSEEN, check, proof->domain->name, remedy};
    va_list arguments;

    va_start(arguments, format);
    ctl_report_add_list(proof->report, &row, format, arguments);
    va_end(arguments);
}

void ctl_proof_optional(ctl_proof *proof, const char *check, const char *remedy, const char *format,
                        ...)
{
    const ctl_row row = {proof->optional_severity, check, proof->domain->name, remedy};
    va_list arguments;

    va_start(arguments, format);
    ctl_report_add_list(proof->report, &row, format, arguments);
    va_end(arguments);
}

void ctl_proof_finding(ctl_proof *proof, const char *check, const char *remedy, const char *format,
                       ...)
{
    const ctl_row row = {CTL_FINDING, check, proof->domain->name, remedy};
    va_list arguments;

    va_start(arguments, format);
    ctl_report_add_list(proof->report, &row, format, arguments);
    va_end(arguments);
}

inv_result ctl_trial_expect(ctl_trial *trial, inv_operation *operation, int code, const char *what)
{
    ctl_proof *proof = trial->proof;
    inv_result result = ctl_proof_run(proof, proof->call->directory, operation);

    if (result == INV_OK && !inv_operation_answered(operation, code)) {
        char buffer[256];
        const char *remedy = inv_operation_remedy(operation, buffer, sizeof(buffer));

        trial->failed = true;
        ctl_proof_finding(proof, trial->check, remedy, "cannot %s: %s answered %d%s%s", what,
                          operation->dn, operation->code, operation->diagnostic != NULL ? ", " : "",
                          operation->diagnostic != NULL ? operation->diagnostic : "");
    }
    inv_operation_free(&operation);
    return result;
}

inv_operation *ctl_proof_change(const char *dn, const char *attribute, const char *from,
                                const char *to)
{
    inv_operation *modify = inv_operation_new_modify(dn);

    if (from != NULL)
        inv_operation_text(modify, INV_CHANGE_DELETE, attribute, from);
    if (to != NULL)
        inv_operation_text(modify, INV_CHANGE_ADD, attribute, to);
    return modify;
}
