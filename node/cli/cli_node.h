/* The commands that make and run a node; they work on files, without a daemon. */
#ifndef CAIRN_NODE_CLI_CLI_NODE_H
#define CAIRN_NODE_CLI_CLI_NODE_H

int cairn_cli_node_init(int argc, char **argv); /* init --dir DIR --network N --country CCC ... */
int cairn_cli_node_run(int argc, char **argv);  /* run --dir DIR */

#endif
