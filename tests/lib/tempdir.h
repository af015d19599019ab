/* Directories for tests that need a real disk: made empty, removed whole. */
#ifndef CAIRN_TESTS_LIB_TEMPDIR_H
#define CAIRN_TESTS_LIB_TEMPDIR_H

#include <stddef.h>

#define TEST_PATH_MAX 512u

/* Make an empty directory below TMPDIR or /tmp; fails the test when it cannot. */
void test_tempdir_open(char out[static TEST_PATH_MAX]);

/* Remove it with everything in it. */
void test_tempdir_close(const char *dir);

/* Join a directory and a name. */
void test_tempdir_path(const char *dir, const char *name, char out[static TEST_PATH_MAX]);

/* How many files below dir hold these bytes? */
size_t test_tempdir_count_holding(const char *dir, const void *bytes, size_t size);

/* The first file of a directory whose name ends so; fails the test when there is none. */
void test_tempdir_find(const char *dir, const char *ending, char out[static TEST_PATH_MAX]);

/* Change one byte of a file. */
void test_tempdir_flip(const char *path, long offset);

/* Write a text file, mode 0600. */
void test_tempdir_write(const char *path, const char *text);

#endif
