#include "core/base/secret.h"

#include <cstring>

namespace runnel {

void wipe(void* memory, std::size_t size) noexcept {
    if (size == 0) return;
    std::memset(memory, 0, size);
    // The barrier makes the zeros observable, so that the store above cannot be dropped as dead.
    __asm__ __volatile__("" : : "r"(memory) : "memory");
}

bool equal_constant_time(ByteView a, ByteView b) noexcept {
    if (a.size() != b.size()) return false;
    std::uint8_t difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
    }
    return difference == 0;
}

}  // namespace runnel
