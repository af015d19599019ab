/* Main program of a fuzzer in the normal suite: gives it every file of its corpus, one by one.
 * One TAP case; a file that crashes the decoder is the last one named. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A heap block of exactly this size, so that a sanitizer sees the first byte read beyond it. */
static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return -1;
    }
    int result = -1;
    uint8_t *data = NULL;
    if (fseek(file, 0, SEEK_END) != 0) {
        goto done;
    }
    long size = ftell(file);
    if (size < 0 || fseek(file, 0, SEEK_SET) != 0) {
        goto done;
    }
    data = malloc((size_t)size + (size == 0));
    if (data == NULL || fread(data, 1, (size_t)size, file) != (size_t)size) {
        goto done;
    }
    result = LLVMFuzzerTestOneInput(data, (size_t)size);
done:
    free(data);
    fclose(file);
    return result;
}

static int replay_folder(const char *folder)
{
    DIR *listing = opendir(folder);
    if (listing == NULL) {
        return 0;
    }
    int count = 0;
    struct dirent *entry;
    while ((entry = readdir(listing)) != NULL) {
        char path[4096];
        if (entry->d_name[0] == '.') {
            continue;
        }
        if (snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= (int)sizeof path) {
            count = 0;
            break;
        }
        printf("# %s\n", entry->d_name);
        fflush(stdout);
        if (replay_file(path) != 0) {
            count = 0;
            break;
        }
        count++;
    }
    closedir(listing);
    return count;
}

int main(int argc, char **argv)
{
    int count = argc == 2 ? replay_folder(argv[1]) : 0;
    printf("1..1\n%s 1 - every file of the corpus is decoded or refused (%d files)\n",
           count > 0 ? "ok" : "not ok", count);
    return count > 0 ? 0 : 1;
}
