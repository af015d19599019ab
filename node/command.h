/* The commands of `cairn`: one table of data; main.c finds the line and calls it.
 *
 *     cairn GROUP [VERB] ...  ->  run(argc, argv) with what follows the command's own words */
#ifndef CAIRN_NODE_COMMAND_H
#define CAIRN_NODE_COMMAND_H

#include <stddef.h>

struct cairn_command {
    const char *words;                 /* "init", "partner add" */
    const char *summary;               /* one line for `cairn help` */
    int (*run)(int argc, char **argv); /* gives: the process's exit code */
};

/* In the order of `cairn help`. */
const struct cairn_command *cairn_command_table(size_t *out_count);

/* Find the command that the arguments begin with; the longest one wins.
 *
 * gives   *out_words: how many arguments are its own words; NULL when there is none */
const struct cairn_command *cairn_command_find(int argc, char **argv, int *out_words);

#endif
