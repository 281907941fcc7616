/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_PASSWORD_FORM_H
#define INVITEGATE_PASSWORD_FORM_H

#include "invitegate/config.h"

/* A form that passwords are kept in, by name. */
typedef struct inv_password_form {
    const char *name;   /* NULL: the end of the list */
    unsigned verifiers; /* INV_VERIFIER_ bits */
} inv_password_form;

/* The words of password_verifiers, one a bit. */
extern const inv_password_form inv_password_verifiers[];

/*
 * The values of invitePasswordForm, by which init records on the container what it saw the
 * directory accept, in the order it tries them. The mechanisms of SCRAM are one form.
 */
extern const inv_password_form inv_password_forms[];

/* The value of invitePasswordForm for these very bits; NULL: there is none. */
const char *inv_password_form_name(unsigned verifiers);

#endif
