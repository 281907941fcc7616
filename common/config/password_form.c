/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/password_form.h"

#include <stddef.h>

const inv_password_form inv_password_verifiers[] = {
    {"server", INV_VERIFIER_SERVER},
    {"crypt", INV_VERIFIER_CRYPT},
    {"ssha512", INV_VERIFIER_SSHA512},
    {"scram-sha-1", INV_VERIFIER_SCRAM_SHA_1},
    {"scram-sha-256", INV_VERIFIER_SCRAM_SHA_256},
    {"scram-sha-512", INV_VERIFIER_SCRAM_SHA_512},
    {NULL, 0},
};

const inv_password_form inv_password_forms[] = {
    {"server", INV_VERIFIER_SERVER},
    {"crypt", INV_VERIFIER_CRYPT},
    {"ssha512", INV_VERIFIER_SSHA512},
    {"scram", INV_VERIFIERS_SCRAM},
    {NULL, 0},
};

const char *inv_password_form_name(unsigned verifiers)
{
    const inv_password_form *form = inv_password_forms;

    while (form->name != NULL && form->verifiers != verifiers)
        form++;
    return form->name;
}
