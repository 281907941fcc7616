/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "invitegate/key.h"

#define HASHED_MAX ((size_t)1 << 20)

ctl_file *ctl_file_new(const char *path, const char *content, size_t length)
{
    ctl_file *file = calloc(1, sizeof(*file));

    if (file == NULL)
        return NULL;
    file->path = strdup(path);
    file->content = inv_secret_new(content, length);
    file->mode = 0600;
    file->owner = geteuid();
    file->group = getegid();
    if (file->path == NULL || file->content == NULL)
        ctl_file_free(&file);
    return file;
}

void ctl_file_free(ctl_file **file)
{
    if (*file == NULL)
        return;
    free((*file)->path);
    inv_secret_free(&(*file)->content);
    free(*file);
    *file = NULL;
}

static inv_result failure(const char *path, const char *what, inv_verdict *verdict)
{
    return inv_verdict_set(verdict, INV_CONFIG, "%s: %s: %s", path, what, strerror(errno));
}

/* Makes the folders in front of the last part of path. */
static inv_result make_way(const char *path, inv_verdict *verdict)
{
    char *folder = strdup(path);
    char *slash = folder != NULL ? strrchr(folder, '/') : NULL;
    inv_result result = INV_OK;

    if (folder == NULL)
        return inv_verdict_no_memory(verdict);
    if (slash != NULL && slash != folder) {
        *slash = '\0';
        result = ctl_folder_make(folder, 0755, verdict);
    }
    free(folder);
    return result;
}

inv_result ctl_folder_make(const char *path, mode_t mode, inv_verdict *verdict)
{
    inv_result result;
    struct stat status;

    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return INV_OK;
    result = make_way(path, verdict);
    if (result != INV_OK)
        return result;
    if (mkdir(path, mode) != 0 && errno != EEXIST)
        return failure(path, "cannot be made", verdict);
    return INV_OK;
}

static bool write_all(int descriptor, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(descriptor, bytes, length);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

/* So that the name of the file is on the disk, too. */
static inv_result sync_folder(const char *path, inv_verdict *verdict)
{
    char *folder = strdup(path);
    char *slash = folder != NULL ? strrchr(folder, '/') : NULL;
    inv_result result = INV_OK;
    int descriptor;

    if (folder == NULL)
        return inv_verdict_no_memory(verdict);
    if (slash != NULL)
        slash[slash == folder ? 1 : 0] = '\0';
    descriptor = open(slash != NULL ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0 || fsync(descriptor) != 0)
        result = failure(folder, "cannot be synchronized", verdict);
    if (descriptor >= 0)
        (void)close(descriptor);
    free(folder);
    return result;
}

/* Writes into the new file, which nobody else can open until it has its content. */
static inv_result fill(int descriptor, const char *path, const ctl_file *file, inv_verdict *verdict)
{
    if (!write_all(descriptor, inv_secret_bytes(file->content), inv_secret_length(file->content)))
        return failure(path, "cannot be written", verdict);
    if (fchown(descriptor, file->owner, file->group) != 0)
        return failure(path, "cannot be given to its owner", verdict);
    if (fchmod(descriptor, file->mode) != 0)
        return failure(path, "cannot be given its mode", verdict);
    if (fsync(descriptor) != 0)
        return failure(path, "cannot be written", verdict);
    return INV_OK;
}

inv_result ctl_file_write(const ctl_file *file, inv_verdict *verdict)
{
    inv_result result = make_way(file->path, verdict);
    char *fresh = NULL;
    int descriptor = -1;

    if (result != INV_OK)
        return result;
    if (asprintf(&fresh, "%s.new", file->path) < 0)
        return inv_verdict_no_memory(verdict);
    /* what a crash has left; a link that somebody put there is not followed */
    (void)unlink(fresh);
    descriptor = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) {
        result = failure(fresh, "cannot be made", verdict);
        goto cleanup;
    }
    result = fill(descriptor, fresh, file, verdict);
    if (close(descriptor) != 0 && result == INV_OK)
        result = failure(fresh, "cannot be written", verdict);
    if (result == INV_OK && rename(fresh, file->path) != 0)
        result = failure(file->path, "cannot be replaced", verdict);
    if (result != INV_OK)
        (void)unlink(fresh);
    else
        result = sync_folder(file->path, verdict);
cleanup:
    free(fresh);
    return result;
}

inv_result ctl_file_make_keys(const char *path, inv_verdict *verdict)
{
    inv_result result = make_way(path, verdict);
    char *fresh = NULL;

    if (result != INV_OK)
        return result;
    if (asprintf(&fresh, "%s.new", path) < 0)
        return inv_verdict_no_memory(verdict);
    (void)unlink(fresh); /* what a crash has left */
    result = inv_keys_create(fresh, verdict);
    /* a link, since it replaces nothing: open invites need the keys that are there */
    if (result == INV_OK && link(fresh, path) != 0 && errno != EEXIST)
        result = failure(path, "cannot be made", verdict);
    (void)unlink(fresh);
    if (result == INV_OK)
        result = sync_folder(path, verdict);
    free(fresh);
    return result;
}

inv_result ctl_file_remove(const char *path, inv_verdict *verdict)
{
    if (unlink(path) != 0)
        return errno == ENOENT ? INV_OK : failure(path, "cannot be removed", verdict);
    return sync_folder(path, verdict);
}

bool ctl_hash_write(const void *bytes, size_t length, char hash[CTL_FILE_HASH_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;

    hash[0] = '\0';
    if (EVP_Digest(bytes, length, digest, &size, EVP_sha256(), NULL) != 1 ||
        2 * size >= CTL_FILE_HASH_SIZE)
        return false;
    for (unsigned i = 0; i < size; i++)
        (void)snprintf(hash + (size_t)2 * i, 3, "%02x", digest[i]);
    return true;
}

/* Reads up to HASHED_MAX bytes and one more. */
static ssize_t read_all(int descriptor, char *bytes)
{
    size_t length = 0;

    while (length <= HASHED_MAX) {
        ssize_t got = read(descriptor, bytes + length, HASHED_MAX + 1 - length);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        length += (size_t)got;
    }
    return (ssize_t)length;
}

inv_result ctl_file_hash(const char *path, char hash[CTL_FILE_HASH_SIZE], inv_verdict *verdict)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char *bytes = NULL;
    inv_result result = INV_OK;
    ssize_t length;
    struct stat status;

    hash[0] = '\0';
    if (descriptor < 0)
        return errno == ENOENT ? INV_OK : failure(path, "cannot be read", verdict);
    bytes = malloc(HASHED_MAX + 1);
    if (bytes == NULL) {
        result = inv_verdict_no_memory(verdict);
    } else if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        result = inv_verdict_set(verdict, INV_CONFIG, "%s is no regular file", path);
    } else {
        length = read_all(descriptor, bytes);
        if (length < 0)
            result = failure(path, "cannot be read", verdict);
        else if ((size_t)length > HASHED_MAX)
            result = inv_verdict_set(verdict, INV_CONFIG, "%s is longer than 1 MiB", path);
        else if (!ctl_hash_write(bytes, (size_t)length, hash))
            result = inv_verdict_no_memory(verdict);
        inv_wipe(bytes, length > 0 ? (size_t)length : 0);
    }
    free(bytes);
    (void)close(descriptor);
    return result;
}
