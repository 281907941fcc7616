/* SPDX-License-Identifier: BSD-2-Clause */
/* Plays inputs without libFuzzer: the files named, else the target's corpus, with results as TAP.
 */
#include <dirent.h>
#include <string.h>

#include "fuzz.h"

#define INPUT_MAX (1024L * 1024)

static void play(const char *path)
{
    FILE *file = fopen(path, "rb");
    unsigned char *whole = malloc(INPUT_MAX);
    unsigned char *exact = NULL;
    size_t size = 0;

    FUZZ_REQUIRE(file != NULL && whole != NULL);
    size = fread(whole, 1, INPUT_MAX, file);
    FUZZ_REQUIRE(ferror(file) == 0);
    (void)fclose(file);
    /* nothing behind the input, so that a read past its end is seen */
    exact = malloc(size > 0 ? size : 1);
    FUZZ_REQUIRE(exact != NULL);
    if (size > 0)
        memcpy(exact, whole, size);
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    free(whole);
}

static int is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void play_seed(const char *folder, const char *name, int number)
{
    char *path = NULL;

    FUZZ_REQUIRE(asprintf(&path, "%s/%s", folder, name) > 0);
    (void)printf("# %s\n", path);
    (void)fflush(stdout); /* should it be the last that is played */
    play(path);
    (void)printf("ok %d - %s\n", number, name);
    free(path);
}

static int play_corpus(void)
{
    const char *top = getenv("abs_top_srcdir");
    struct dirent **seeds = NULL;
    char *folder = NULL;
    int count;

    FUZZ_REQUIRE(asprintf(&folder, "%s/tests/fuzz/corpus/" FUZZ_TARGET, top != NULL ? top : ".") >
                 0);
    count = scandir(folder, &seeds, is_input, alphasort);
    if (count <= 0)
        (void)printf("Bail out! no corpus in %s (abs_top_srcdir is the top of the sources)\n",
                     folder);
    else
        (void)printf("1..%d\n", count);
    for (int i = 0; i < count; i++) {
        play_seed(folder, seeds[i]->d_name, i + 1);
        free(seeds[i]);
    }
    free(seeds);
    free(folder);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return play_corpus();
    for (int i = 1; i < argc; i++) {
        (void)fprintf(stderr, "%s\n", argv[i]);
        play(argv[i]);
    }
    return EXIT_SUCCESS;
}
