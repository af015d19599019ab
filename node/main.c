/* cairn: every command of a node. cairnd: the same program, which runs one. */
#include <stdio.h>
#include <string.h>

#include "node/cli/cli_client.h"
#include "node/cli/cli_node.h"
#include "node/cli/cli_verify.h"
#include "node/command.h"
#include "node/driver.h"
#include "node/memory.h"

static bool main_is_in_group(const struct cairn_command *command, const char *group)
{
    size_t size = strlen(group);
    return strncmp(command->words, group, size) == 0 && command->words[size] == ' ';
}

/* Print the commands of a group, or all (NULL). gives: how many */
static size_t main_list(FILE *out, const char *group)
{
    size_t count;
    size_t shown = 0;
    const struct cairn_command *table = cairn_command_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (group == NULL || main_is_in_group(&table[i], group)) {
            fprintf(out, "  %-18s %s\n", table[i].words, table[i].summary);
            shown++;
        }
    }
    return shown;
}

static int main_help(FILE *out, int code)
{
    fprintf(out, "usage: cairn COMMAND ... [--dir DIR] [--json]; cairn COMMAND --help\n\n");
    main_list(out, NULL);
    return code;
}

/* `cairn case`, `cairn case --help`, `cairn case shwo`, `cairn shwo` */
static int main_no_command(int argc, char **argv)
{
    bool is_help = argc > 2 && strcmp(argv[2], "--help") == 0;
    FILE *out = is_help ? stdout : stderr;
    if (!is_help) {
        fprintf(out, "cairn: no such command\n");
    }
    if (main_list(out, argv[1]) > 0) {
        return is_help ? CAIRN_EXIT_DONE : CAIRN_EXIT_USAGE;
    }
    fprintf(stderr, "cairn help lists all commands\n");
    return CAIRN_EXIT_USAGE;
}

static bool main_is_daemon(const char *name)
{
    const char *slash = strrchr(name, '/');
    return strcmp(slash == NULL ? name : slash + 1, "cairnd") == 0;
}

/* What this command ends with when a library gets no memory. */
static int main_machine_code(int argc, char **argv)
{
    if (main_is_daemon(argv[0]) || (argc > 1 && strcmp(argv[1], "run") == 0)) {
        return CAIRN_DRIVER_EXIT;
    }
    return argc > 1 && strcmp(argv[1], "verify") == 0 ? CAIRN_EXIT_UNUSABLE : CAIRN_EXIT_MACHINE;
}

static int main_run(int argc, char **argv)
{
    int words = 0;
    if (main_is_daemon(argv[0])) {
        return cairn_cli_node_run(argc - 1, argv + 1);
    }
    if (argc < 2) {
        return main_help(stderr, CAIRN_EXIT_USAGE);
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
        return main_help(stdout, CAIRN_EXIT_DONE);
    }
    const struct cairn_command *command = cairn_command_find(argc - 1, argv + 1, &words);
    if (command == NULL) {
        return main_no_command(argc, argv);
    }
    return command->run(argc - 1 - words, argv + 1 + words);
}

/* A caller who keeps the output must not take a part of it for the whole. */
static int main_end(int code)
{
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        fprintf(stderr, "cairn: output cannot be written (%d FILE)\n", CAIRN_FILE);
        return code == CAIRN_EXIT_DONE ? CAIRN_EXIT_MACHINE : code;
    }
    return code;
}

int main(int argc, char **argv)
{
    if (argc < 1) {
        return CAIRN_EXIT_USAGE;
    }
    cairn_memory_init(main_machine_code(argc, argv));
    cairn_memory_init_libraries();
    return main_end(main_run(argc, argv));
}
