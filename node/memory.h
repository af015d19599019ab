/* What happens when the machine gives no memory.
 *
 * Where our own code asks, the call that needed it is refused (501). Where a library asks on our
 * behalf the process ends, with a line that names the number: a signature that could not be checked
 * is not a false one, and an answer that lacks a member is worse than none. The same goes for what
 * the core has ordered and nobody may leave out. What was promised is on the disk; a daemon that
 * is started again goes on. (LevelDB is C++: its `new` ends the process by itself, by a signal.) */
#ifndef CAIRN_NODE_MEMORY_H
#define CAIRN_NODE_MEMORY_H

/* Tell OpenSSL whom to ask, and everybody how to end. Before any other call. */
void cairn_memory_init(int exit_code);
/* Likewise libuv and jansson. Apart: cairn-verify has neither. */
void cairn_memory_init_libraries(void);

/* Say 501 and end, with the exit code of init (3 without). */
_Noreturn void cairn_memory_end(void);
/* gives: what it was given, never NULL */
void *cairn_memory_need(void *memory);

#endif
