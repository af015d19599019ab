#include "crypto/allocator.h"

#include <openssl/crypto.h>

cairn_err cairn_allocator_use(const struct cairn_allocator *allocator)
{
    int is_set = CRYPTO_set_mem_functions(allocator->get, allocator->change, allocator->give_back);
    return is_set == 1 ? CAIRN_OK : CAIRN_STATE;
}
