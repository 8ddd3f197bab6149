// Any bytes as a message: what decodes must encode to something that decodes to the same, never
// longer than it was.
#include "core/wire/message.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace runnel;
    const auto message = wire::decode(ByteView(data, size));
    if (!message) return 0;
    const Bytes again = wire::encode(*message);
    if (again.size() > size) std::abort();
    const auto second = wire::decode(again);
    if (!second || !(*second == *message)) std::abort();
    if (wire::encode(*second) != again) std::abort();
    return 0;
}
