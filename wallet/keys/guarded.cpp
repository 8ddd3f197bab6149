#include "wallet/keys/guarded.h"

#include <sodium.h>

#include <cstdlib>

namespace runnel::keys {

void* guarded_allocate(std::size_t size) {
    if (sodium_init() < 0) std::abort();
    // The block ends at a page's end, so only a size that is a multiple of the alignment begins
    // aligned.
    constexpr auto alignment = alignof(std::max_align_t);
    // Locking may fail for want of privilege; the guard pages and the wiping stay.
    void* memory = sodium_malloc((size + alignment - 1) / alignment * alignment);
    if (memory == nullptr) std::abort();
    return memory;
}

void guarded_make_readonly(void* memory) noexcept { sodium_mprotect_readonly(memory); }

void guarded_make_writable(void* memory) noexcept { sodium_mprotect_readwrite(memory); }

void guarded_free(void* memory) noexcept { sodium_free(memory); }

}  // namespace runnel::keys
