/* cairn: every command of a node. cairnd: the same program, which runs one. */
#include <stdio.h>
#include <string.h>

#include "node/cli/cli_client.h"
#include "node/cli/cli_node.h"
#include "node/command.h"

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

int main(int argc, char **argv)
{
    int words = 0;
    if (argc > 0 && main_is_daemon(argv[0])) {
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
