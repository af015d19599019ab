/* cairn: every command of a node. cairnd: the same program, which runs one. */
#include <stdio.h>
#include <string.h>

#include "node/cli/cli_client.h"
#include "node/cli/cli_node.h"
#include "node/command.h"

static int main_help(FILE *out, int code)
{
    size_t count;
    const struct cairn_command *table = cairn_command_table(&count);
    fprintf(out, "usage: cairn COMMAND ... [--dir DIR] [--json]; cairn COMMAND --help\n\n");
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "  %-16s %s\n", table[i].words, table[i].summary);
    }
    return code;
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
        fprintf(stderr, "cairn: no such command; see cairn help\n");
        return CAIRN_EXIT_USAGE;
    }
    return command->run(argc - 1 - words, argv + 1 + words);
}
