#include "wallet/store/sidecar.h"

#include "core/base/codec.h"
#include "core/crypto/hash.h"

#include <fcntl.h>

namespace runnel::store {
namespace {

constexpr std::string_view magic = "RNLTAIL1";
constexpr std::uint64_t slot_distance = 4096;  // Two slots never share a disk sector.

}  // namespace

Result<Sidecar, StoreError> Sidecar::open(const std::filesystem::path& path,
                                          const Secret32& store_key) {
    RUNNEL_TRY(auto file, File::open(path, O_RDWR | O_CREAT));
    Sidecar out(std::move(file), crypto::hmac_sha256(store_key.reveal(), {bytes_of("sidecar")}));
    RUNNEL_TRY(const auto bytes, read_file(path, 2 * slot_distance));
    for (std::uint64_t slot = 0; slot < 2; ++slot) {
        if (bytes.size() <= slot * slot_distance) break;
        Reader in(ByteView(bytes).subspan(slot * slot_distance));
        const auto found_magic = in.bytes(magic.size());
        const auto count = in.u64();
        SidecarState state;
        state.epoch = in.u64();
        state.last_sequence = in.u64();
        state.owed_sequence = in.u64();
        state.wal = static_cast<WalState>(in.u8());
        const auto mac = in.bytes(32);
        if (!in.ok() ||
            !std::equal(found_magic.begin(), found_magic.end(), bytes_of(magic).begin()))
            continue;
        const auto signed_part = ByteView(bytes).subspan(slot * slot_distance, magic.size() + 33);
        const auto expected = crypto::hmac_sha256(out.m_key.reveal(), {signed_part});
        if (!equal_constant_time(expected.reveal(), mac)) continue;
        if (!out.m_state || count > out.m_count) {
            out.m_state = state;
            out.m_count = count;
        }
    }
    return out;
}

Result<void, IoError> Sidecar::write(const SidecarState& state, bool durable) {
    const auto count = m_count + 1;
    Writer out;
    out.bytes(bytes_of(magic))
        .u64(count)
        .u64(state.epoch)
        .u64(state.last_sequence)
        .u64(state.owed_sequence);
    out.u8(static_cast<std::uint8_t>(state.wal));
    const auto mac = crypto::hmac_sha256(m_key.reveal(), {out.view()});
    out.bytes(mac.reveal());
    RUNNEL_CHECK(m_file.write_at((count & 1) * slot_distance, out.view()));
    if (durable) RUNNEL_CHECK(m_file.sync());
    m_count = count;
    m_state = state;
    return {};
}

}  // namespace runnel::store
