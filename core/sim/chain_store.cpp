// The whole chain as bytes: magic, version, salt, blocks, mempool, SHA-256 of all that.
#include "core/crypto/hash.h"
#include "core/sim/chain.h"

namespace runnel::sim {

using namespace bitcoin;

namespace {

constexpr std::string_view magic = "runnel-chain";
constexpr std::uint8_t format_version = 1;
constexpr std::size_t checksum_size = 32;

}  // namespace

Bytes SimChain::serialise() const {
    Writer out;
    out.bytes(bytes_of(magic)).u8(format_version).u64(m_salt);
    out.u32(static_cast<std::uint32_t>(m_blocks.size()));
    for (const auto& stored : m_blocks) {
        const auto bytes = stored.block->serialise();
        out.u32(static_cast<std::uint32_t>(bytes.size())).bytes(bytes);
    }
    const auto waiting = m_mempool.entries();
    out.u32(static_cast<std::uint32_t>(waiting.size()));
    for (const auto* entry : waiting) {
        const auto bytes = entry->tx->serialise();
        out.u32(static_cast<std::uint32_t>(bytes.size())).bytes(bytes);
    }
    Bytes all = out.take();
    runnel::append(all, crypto::sha256(ByteView(all)).view());
    return all;
}

Result<SimChain, DecodeError> SimChain::parse(ByteView bytes, RelayPolicy policy) {
    if (bytes.size() < magic.size() + checksum_size) return fail(DecodeError::truncated);
    const auto content = bytes.first(bytes.size() - checksum_size);
    const auto sum = crypto::sha256(content);
    Reader in(content);
    const auto head = in.bytes(magic.size());
    if (!std::equal(head.begin(), head.end(), magic.begin(), magic.end()))
        return fail(DecodeError::bad_prefix);
    if (in.u8() != format_version) return fail(DecodeError::unsupported);
    if (!std::equal(sum.data(), sum.data() + checksum_size, bytes.end() - checksum_size)) {
        return fail(DecodeError::bad_checksum);
    }

    SimChain chain(Bare{}, policy);
    chain.m_salt = in.u64();
    const std::uint32_t blocks = in.u32();
    for (std::uint32_t i = 0; i < blocks && in.ok(); ++i) {
        const auto raw = in.bytes(in.u32());
        if (!in.ok()) break;
        RUNNEL_TRY(const auto block, Block::parse(raw));
        // Scripts were checked when the block was made, and the checksum holds: only the structure
        // is built again.
        if (!chain.append(block, Scripts::trust)) return fail(DecodeError::bad_value);
    }
    if (in.ok() && chain.m_blocks.empty()) return fail(DecodeError::missing_field);
    const std::uint32_t waiting = in.u32();
    for (std::uint32_t i = 0; i < waiting && in.ok(); ++i) {
        const auto raw = in.bytes(in.u32());
        if (!in.ok()) break;
        RUNNEL_TRY(auto tx, Transaction::parse(raw));
        if (!chain.m_mempool.readmit(std::make_shared<const Transaction>(std::move(tx)), chain)) {
            return fail(DecodeError::bad_value);
        }
    }
    in.expect_end();
    if (in.error()) return fail(*in.error());
    return chain;
}

}  // namespace runnel::sim
