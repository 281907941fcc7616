/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/slapd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OPTIONS_MAX 32

extern char **environ;

struct slapd {
    char *script;
    char *directory;
    char *configuration;
    char *admin_password;
    char *bind_lines;
    char *uri;
    pid_t pid;
    int alive; /* private-slapd has the other end: when this one closes, the server ends */
};

static void complain(const char *what)
{
    fprintf(stderr, "slapd fixture: %s: %s\n", what, strerror(errno));
}

static char *join(const char *folder, const char *name)
{
    char *path = NULL;

    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

/*
 * The environment without SASL_PATH and SASL_CONF_PATH: what a test loads as a program of Cyrus
 * SASL is not for slapd and its clients, which cannot load it when it was built with sanitizers.
 * The strings stay the environment's. NULL when memory is short.
 */
static char **environment_of_others(void)
{
    size_t count = 0;
    size_t kept = 0;
    char **others;

    while (environ[count] != NULL)
        count++;
    others = calloc(count + 1, sizeof(*others));
    for (size_t i = 0; i < count && others != NULL; i++) {
        if (strncmp(environ[i], "SASL_", 5) != 0)
            others[kept++] = environ[i];
    }
    return others;
}

/*
 * Runs a program to its end with these descriptors as its input and output, in a session of its
 * own, so that Ctrl-C on the terminal is for the test alone. A descriptor of -1 stays as it is.
 */
static bool spawn(const char *const *arguments, int input, int output, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t broken_pipe;
    char **environment = environment_of_others();
    int problem = ENOMEM;

    sigemptyset(&none);
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &broken_pipe);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (input >= 0)
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (output >= 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    /* posix_spawnp takes char *const[] but leaves the strings alone. */
    if (environment != NULL)
        problem = posix_spawnp(pid, arguments[0], &actions, &attributes,
                               (char *const *)(const void *)arguments, environment);
    free(environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    errno = problem;
    if (problem != 0)
        complain(arguments[0]);
    return problem == 0;
}

/* Its exit status, or -1. */
static int wait_for(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What private-slapd prints: name=value lines. */
static bool read_announcement(struct slapd *slapd, int descriptor)
{
    FILE *announcement = fdopen(descriptor, "r");
    char line[1024];

    if (!announcement) {
        close(descriptor);
        return false;
    }
    while (fgets(line, sizeof(line), announcement)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "uri=", 4) == 0 && !slapd->uri)
            slapd->uri = strdup(line + 4);
        else if (strncmp(line, "pid=", 4) == 0)
            slapd->pid = (pid_t)strtol(line + 4, NULL, 10);
    }
    fclose(announcement);
    return slapd->uri && slapd->pid > 0;
}

static bool start(struct slapd *slapd, const char *const *options)
{
    const char *arguments[OPTIONS_MAX + 1] = {slapd->script, "start",    "--fast",
                                              "--until-eof", "--remove", "--conf"};
    size_t count = 6;
    int alive[2] = {-1, -1};
    int output[2] = {-1, -1};
    pid_t pid = -1;
    bool announced;

    for (; options && *options && count < OPTIONS_MAX - 1; options++)
        arguments[count++] = *options;
    arguments[count] = slapd->directory;
    if (pipe2(alive, O_CLOEXEC) != 0)
        return false;
    slapd->alive = alive[1];
    if (pipe2(output, O_CLOEXEC) != 0 || !spawn(arguments, alive[0], output[1], &pid)) {
        close(alive[0]);
        return false;
    }
    close(alive[0]);
    close(output[1]);
    announced = read_announcement(slapd, output[0]);
    return wait_for(pid) == 0 && announced;
}

static const char *const scripts[] = {
    [SLAPD_OPENLDAP] = "scripts/private-slapd",
    [SLAPD_389DS] = "scripts/private-389ds",
};

enum slapd_kind slapd_kind(void)
{
    const char *wanted = getenv("INVITEGATE_DIRECTORY");

    if (!wanted || !*wanted || strcmp(wanted, "openldap") == 0)
        return SLAPD_OPENLDAP;
    if (strcmp(wanted, "389ds") == 0)
        return SLAPD_389DS;
    fprintf(stderr, "DIRECTORY is openldap or 389ds, not %s\n", wanted);
    abort();
}

static char *new_bind_lines(const char *directory)
{
    char *lines = NULL;

    if (slapd_kind() == SLAPD_OPENLDAP)
        return strdup("bind = external");
    return asprintf(&lines,
                    "bind = simple\nbind_dn = cn=invitegate,ou=services,dc=example,dc=org\n"
                    "bind_password_file = %s/directory.password",
                    directory) < 0
               ? NULL
               : lines;
}

struct slapd *slapd_start(const char *const *options)
{
    const char *top = getenv("abs_top_srcdir");
    const char *temporary = getenv("TMPDIR");
    struct slapd *slapd = calloc(1, sizeof(*slapd));

    if (!slapd)
        return NULL;
    slapd->alive = -1;
    slapd->script = join(top ? top : ".", scripts[slapd_kind()]);
    slapd->directory = join(temporary ? temporary : "/tmp", "invitegate-XXXXXX");
    if (!slapd->script || !slapd->directory || !mkdtemp(slapd->directory)) {
        complain("a folder for slapd");
        free(slapd->directory);
        slapd->directory = NULL;
        slapd_stop(&slapd);
        return NULL;
    }
    slapd->configuration = join(slapd->directory, "invitegate.conf");
    slapd->admin_password = join(slapd->directory, "admin.password");
    slapd->bind_lines = new_bind_lines(slapd->directory);
    if (!slapd->configuration || !slapd->admin_password || !slapd->bind_lines ||
        !start(slapd, options))
        slapd_stop(&slapd);
    return slapd;
}

const char *slapd_uri(const struct slapd *slapd)
{
    return slapd->uri;
}

const char *slapd_directory(const struct slapd *slapd)
{
    return slapd->directory;
}

const char *slapd_conf_path(const struct slapd *slapd)
{
    return slapd->configuration;
}

const char *slapd_bind_lines(const struct slapd *slapd)
{
    return slapd->bind_lines;
}

const char *slapd_script(const struct slapd *slapd)
{
    return slapd->script;
}

const char *slapd_admin_password_path(const struct slapd *slapd)
{
    return slapd->admin_password;
}

pid_t slapd_pid(const struct slapd *slapd)
{
    return slapd->pid;
}

/* proc(5): "T" behind the name in brackets. A thread that is gone does not run either. */
static bool thread_is_stopped(const char *folder, const char *thread)
{
    char line[512] = "";
    char *path = NULL;
    FILE *file = NULL;
    const char *name_end;
    bool stopped = true;

    if (asprintf(&path, "%s/%s/stat", folder, thread) < 0)
        return false;
    file = fopen(path, "re");
    if (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        name_end = strrchr(line, ')');
        stopped = name_end != NULL && strncmp(name_end, ") T", 3) == 0;
    }
    if (file != NULL)
        (void)fclose(file);
    free(path);
    return stopped;
}

static bool is_stopped(const char *folder)
{
    DIR *threads = opendir(folder);
    bool stopped = threads != NULL;
    const struct dirent *thread;

    while (stopped && (thread = readdir(threads)) != NULL)
        stopped = thread->d_name[0] == '.' || thread_is_stopped(folder, thread->d_name);
    if (threads != NULL)
        (void)closedir(threads);
    return stopped;
}

bool slapd_freeze(pid_t pid)
{
    const struct timespec pause = {0, 1000000};
    char *folder = NULL;
    bool stopped = false;

    if (kill(pid, SIGSTOP) != 0 || asprintf(&folder, "/proc/%ld/task", (long)pid) < 0)
        return false;
    for (int tries = 0; tries < 10000 && !(stopped = is_stopped(folder)); tries++)
        (void)nanosleep(&pause, NULL);
    free(folder);
    return stopped;
}

int slapd_modify(const struct slapd *slapd, const char *ldif)
{
    const char *arguments[] = {
        "ldapmodify",          "-x", "-H", slapd->uri, "-D", "cn=admin,dc=example,dc=org", "-y",
        slapd->admin_password, NULL};
    FILE *input = tmpfile();
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    pid_t pid = -1;
    int result = -1;

    if (input && nowhere >= 0 && fputs(ldif, input) >= 0 && fflush(input) == 0) {
        rewind(input);
        if (spawn(arguments, fileno(input), nowhere, &pid))
            result = wait_for(pid);
    }
    if (input)
        fclose(input);
    if (nowhere >= 0)
        close(nowhere);
    return result;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

void slapd_stop(struct slapd **slapd)
{
    struct slapd *old = *slapd;

    *slapd = NULL;
    if (!old)
        return;
    if (old->directory && old->script) {
        const char *arguments[] = {old->script, "stop", old->directory, NULL};
        pid_t pid = -1;

        if (spawn(arguments, -1, -1, &pid))
            wait_for(pid);
        nftw(old->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
    if (old->alive >= 0)
        close(old->alive);
    free(old->uri);
    free(old->bind_lines);
    free(old->admin_password);
    free(old->configuration);
    free(old->directory);
    free(old->script);
    free(old);
}
