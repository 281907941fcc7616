/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "invitegate/directory.h"
#include "proof.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

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

inv_result ctl_proof_run(ctl_proof *proof, inv_directory *directory, inv_operation *operation)
{
    inv_deadline deadline = inv_deadline_in(proof->config->directory.timeout_ms);

    if (operation == NULL)
        return inv_verdict_no_memory(proof->verdict);
    return inv_directory_run(directory, &operation, 1, &deadline, proof->verdict);
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

void ctl_proof_row(ctl_proof *proof, ctl_status status, const char *check, const char *remedy,
                   const char *what, ...)
{
    char text[1024];
    va_list arguments;

    va_start(arguments, what);
    if (vsnprintf(text, sizeof(text), what, arguments) < 0)
        text[0] = '\0';
    va_end(arguments);
    ctl_report_add(proof->report, status, check, proof->domain->name, remedy, "%s", text);
}

inv_result ctl_proof_expect(ctl_proof *proof, inv_operation *operation, int code, const char *check,
                            const char *what, bool *right)
{
    inv_result result = ctl_proof_run(proof, proof->call->directory, operation);

    if (result == INV_OK && !inv_operation_answered(operation, code)) {
        char buffer[256];
        const char *remedy = inv_operation_remedy(operation, buffer, sizeof(buffer));

        *right = false;
        ctl_proof_row(proof, CTL_FINDING, check, remedy, "cannot %s: %s answered %d%s%s", what,
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
