/* `cairn verify`, and the program cairn-verify, which is nothing else: checks a bundle on any
 * machine, without a node, a network or a database.
 *
 *     cairn verify FILE [--trust FILE|WORDS]... [--json]        FILE: a bundle, or - for stdin
 *
 * Exit code 0: whole; 1: broken, with record, byte offset and error; 2: no bundle, not readable, or
 * larger than the limits of this program. docs/protocol.md, P-83 */
#ifndef CAIRN_NODE_CLI_CLI_VERIFY_H
#define CAIRN_NODE_CLI_CLI_VERIFY_H

#define CAIRN_EXIT_UNUSABLE 2

/* argv: what follows the command's own words. gives: the exit code */
int cairn_cli_verify(int argc, char **argv);

#endif
