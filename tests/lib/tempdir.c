#define _XOPEN_SOURCE 700

#include "tests/lib/tempdir.h"

#include "tests/lib/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void test_tempdir_open(char out[static TEST_PATH_MAX])
{
    const char *parent = getenv("TMPDIR");
    (void)snprintf(out, TEST_PATH_MAX, "%s/cairn-test-XXXXXX", parent != NULL ? parent : "/tmp");
    assert_non_null(mkdtemp(out));
}

static int tempdir_remove(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

void test_tempdir_close(const char *dir)
{
    assert_int_equal(nftw(dir, tempdir_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
}

void test_tempdir_path(const char *dir, const char *name, char out[static TEST_PATH_MAX])
{
    int size = snprintf(out, TEST_PATH_MAX, "%s/%s", dir, name);
    assert_true(size > 0 && (size_t)size < TEST_PATH_MAX);
}

static bool tempdir_holds(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t file_size = (size_t)ftell(file);
    rewind(file);
    uint8_t *content = malloc(file_size + 1);
    assert_non_null(content);
    assert_int_equal(fread(content, 1, file_size, file), file_size);
    assert_int_equal(fclose(file), 0);
    bool is_found = false;
    for (size_t at = 0; at + size <= file_size && !is_found; at++) {
        is_found = memcmp(content + at, bytes, size) == 0;
    }
    free(content);
    return is_found;
}

size_t test_tempdir_count_holding(const char *dir, const void *bytes, size_t size)
{
    DIR *list = opendir(dir);
    assert_non_null(list);
    size_t count = 0;
    for (struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
        char path[TEST_PATH_MAX];
        if (entry->d_name[0] != '.') {
            test_tempdir_path(dir, entry->d_name, path);
            count += tempdir_holds(path, bytes, size);
        }
    }
    assert_int_equal(closedir(list), 0);
    return count;
}

void test_tempdir_find(const char *dir, const char *ending, char out[static TEST_PATH_MAX])
{
    DIR *list = opendir(dir);
    assert_non_null(list);
    bool is_found = false;
    for (struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
        size_t size = strlen(entry->d_name);
        if (size > strlen(ending) && strcmp(entry->d_name + size - strlen(ending), ending) == 0) {
            test_tempdir_path(dir, entry->d_name, out);
            is_found = true;
        }
    }
    assert_int_equal(closedir(list), 0);
    assert_true(is_found);
}

void test_tempdir_flip(const char *path, long offset)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    int byte = fgetc(file);
    assert_true(byte != EOF);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    assert_true(fputc(byte ^ 0x20, file) != EOF);
    assert_int_equal(fclose(file), 0);
}

void test_tempdir_write(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(close(fd), 0);
}
