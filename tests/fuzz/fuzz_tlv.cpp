// Any bytes as a TLV stream: what parses is canonical, so writing its records again gives the same
// bytes.
#include "core/wire/tlv.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace runnel;
    const auto records = wire::parse_tlv_stream(ByteView(data, size));
    if (!records) return 0;
    wire::TlvWriter out;
    for (const auto& record : *records) out.add(record.type, record.value);
    if (out.view() != Bytes(data, data + size)) std::abort();
    return 0;
}
