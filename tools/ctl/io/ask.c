/* SPDX-License-Identifier: BSD-2-Clause */
#include "ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "invitegate/trusted_file.h"

/* Reads up to a newline (until_newline), the end, or CTL_INPUT_MAX. False: reading fails. */
static bool read_bytes(int descriptor, bool until_newline, char *bytes, size_t *length,
                       bool *too_long)
{
    *length = 0;
    *too_long = false;
    for (;;) {
        char byte;
        ssize_t got = read(descriptor, &byte, 1);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0 || (until_newline && byte == '\n'))
            return true;
        if (*length == CTL_INPUT_MAX) {
            *too_long = true;
            return true;
        }
        bytes[(*length)++] = byte;
    }
}

/* Makes the secret and wipes bytes. */
static inv_result make_secret(char *bytes, size_t length, bool too_long, inv_secret **secret,
                              inv_verdict *verdict)
{
    *secret = NULL;
    if (!too_long)
        *secret = inv_secret_new(bytes, length);
    inv_wipe(bytes, CTL_INPUT_MAX);
    if (too_long)
        return inv_verdict_set(verdict, INV_PASSWORD_REFUSED,
                               "standard input is longer than %d bytes", CTL_INPUT_MAX);
    return *secret != NULL ? INV_OK : inv_verdict_no_memory(verdict);
}

static inv_result read_input(int descriptor, bool until_newline, inv_secret **secret,
                             inv_verdict *verdict)
{
    char *bytes = malloc(CTL_INPUT_MAX);
    inv_result result;
    size_t length;
    bool too_long;

    if (bytes == NULL)
        return inv_verdict_no_memory(verdict);
    if (!read_bytes(descriptor, until_newline, bytes, &length, &too_long)) {
        result = inv_verdict_set(verdict, INV_CONFIG, "cannot read the input: %s", strerror(errno));
    } else {
        if (!until_newline && length > 0 && bytes[length - 1] == '\n')
            length--;
        result = make_secret(bytes, length, too_long, secret, verdict);
    }
    inv_wipe(bytes, CTL_INPUT_MAX);
    free(bytes);
    return result;
}

inv_result ctl_read_line(inv_secret **line, inv_verdict *verdict)
{
    if (isatty(STDIN_FILENO))
        (void)!write(STDERR_FILENO, "Invite: ", 8);
    return read_input(STDIN_FILENO, true, line, verdict);
}

/* The signals that end or stop a program at its terminal; they are held while the echo is off. */
static void terminal_signals(sigset_t *signals)
{
    (void)sigemptyset(signals);
    (void)sigaddset(signals, SIGINT);
    (void)sigaddset(signals, SIGTERM);
    (void)sigaddset(signals, SIGHUP);
    (void)sigaddset(signals, SIGQUIT);
    (void)sigaddset(signals, SIGTSTP);
}

/* Waits for a line (true) or a signal (false). */
static bool wait_for_line(int terminal, int signals)
{
    struct pollfd ends[2] = {{.fd = terminal, .events = POLLIN}, {.fd = signals, .events = POLLIN}};

    for (;;) {
        int ready = poll(ends, 2, -1);

        if (ready < 0 && errno != EINTR)
            return true;
        if (ready > 0)
            return ends[1].revents == 0;
    }
}

/*
 * Asks for one line once. *again: a signal came first, and was delivered when the terminal had its
 * echo back; if the process survives it (a stop and its continuation), it has to ask again.
 */
static inv_result ask_once(int terminal, const char *prompt, inv_secret **secret, bool *again,
                           inv_verdict *verdict)
{
    inv_result result = INV_OK;
    struct termios shown;
    struct termios hidden;
    sigset_t waiting;
    sigset_t before;
    int signals;

    *again = false;
    if (tcgetattr(terminal, &shown) != 0)
        return inv_verdict_set(verdict, INV_CONFIG, "cannot use the terminal: %s", strerror(errno));
    terminal_signals(&waiting);
    signals = signalfd(-1, &waiting, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0)
        return inv_verdict_set(verdict, INV_CONFIG, "signalfd: %s", strerror(errno));
    (void)sigprocmask(SIG_BLOCK, &waiting, &before);
    hidden = shown;
    hidden.c_lflag = (hidden.c_lflag & ~(tcflag_t)ECHO) | ECHONL | ICANON;
    (void)tcsetattr(terminal, TCSAFLUSH, &hidden);
    (void)!write(terminal, prompt, strlen(prompt));
    if (wait_for_line(terminal, signals))
        result = read_input(terminal, true, secret, verdict);
    else
        *again = true;
    (void)tcsetattr(terminal, TCSAFLUSH, &shown);
    if (*again)
        (void)!write(terminal, "\n", 1);
    (void)close(signals);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return result;
}

static inv_result ask(int terminal, const char *prompt, inv_secret **secret, inv_verdict *verdict)
{
    inv_result result;
    bool again;

    do {
        result = ask_once(terminal, prompt, secret, &again, verdict);
    } while (again);
    return result;
}

static inv_result ask_twice(int terminal, inv_secret **password, inv_verdict *verdict)
{
    inv_secret *repeated = NULL;
    inv_result result = ask(terminal, "New password: ", password, verdict);

    if (result == INV_OK)
        result = ask(terminal, "The same again: ", &repeated, verdict);
    if (result == INV_OK && !inv_secret_equal(*password, repeated))
        result = inv_verdict_set(verdict, INV_PASSWORD_REFUSED, "the two are not the same");
    inv_secret_free(&repeated);
    if (result != INV_OK)
        inv_secret_free(password);
    return result;
}

inv_result ctl_ask_password(bool whole, inv_secret **password, inv_verdict *verdict)
{
    inv_result result;
    int terminal;

    *password = NULL;
    if (!isatty(STDIN_FILENO))
        return read_input(STDIN_FILENO, !whole, password, verdict);
    terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "cannot open /dev/tty to ask for the password: %s", strerror(errno));
    result = ask_twice(terminal, password, verdict);
    (void)close(terminal);
    return result;
}

inv_result ctl_read_secret_file(const char *path, inv_secret **secret, inv_verdict *verdict)
{
    int descriptor = inv_trusted_file_open(path, true, NULL, verdict);
    inv_result result;

    *secret = NULL;
    if (descriptor < 0)
        return verdict->result;
    result = read_input(descriptor, false, secret, verdict);
    (void)close(descriptor);
    return result;
}
