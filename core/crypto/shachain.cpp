#include "core/crypto/shachain.h"

#include "core/crypto/hash.h"

#include <bit>

namespace runnel::crypto {

namespace {

constexpr std::size_t index_bits = 48;

/// The slot of an index: its trailing zeros; the last slot belongs to index 0 alone.
std::size_t slot_of(std::uint64_t index) {
    return index == 0 ? index_bits : static_cast<std::size_t>(std::countr_zero(index));
}

/// derive_secret of BOLT 3: from the secret whose index has the low `bits` bits clear to that of
/// `index`.
Secret32 derive(const Secret32& base, std::size_t bits, std::uint64_t index) {
    Secret32 out = base;
    auto& p = out.reveal();
    for (std::size_t bit = bits; bit-- > 0;) {
        if ((index >> bit & 1) == 0) continue;
        p[bit / 8] = static_cast<std::uint8_t>(p[bit / 8] ^ (1U << bit % 8));
        p = sha256(p).raw();
    }
    return out;
}

/// Index with the low `bits` bits cleared.
std::uint64_t prefix(std::uint64_t index, std::size_t bits) { return index >> bits << bits; }

}  // namespace

Secret32 shachain_secret(const Secret32& seed, std::uint64_t index) {
    return derive(seed, index_bits, index);
}

bool ShaChain::insert(const Secret32& secret) {
    // Below index 0 the counter has wrapped: every secret there is was received.
    if (m_next > shachain_first_index) return false;
    const auto slot = slot_of(m_next);
    for (std::size_t i = 0; i < slot; ++i) {
        if (!(derive(secret, slot, m_slots[i].index) == m_slots[i].secret)) return false;
    }
    m_slots[slot] = {m_next, secret};
    m_used = std::max(m_used, slot + 1);
    --m_next;
    return true;
}

std::optional<Secret32> ShaChain::get(std::uint64_t index) const {
    if (index > shachain_first_index) return std::nullopt;
    for (std::size_t i = 0; i < m_used; ++i) {
        if (prefix(index, i) == m_slots[i].index) return derive(m_slots[i].secret, i, index);
    }
    return std::nullopt;
}

void ShaChain::encode(Writer& out) const {
    out.u8(static_cast<std::uint8_t>(m_used));
    for (std::size_t i = 0; i < m_used; ++i) {
        out.u64(m_slots[i].index).bytes(m_slots[i].secret.reveal());
    }
}

Result<ShaChain, DecodeError> ShaChain::decode(Reader& in) {
    ShaChain out;
    const std::size_t used = in.u8();
    if (used > out.m_slots.size()) in.fail(DecodeError::too_large);
    auto last = shachain_first_index + 1;
    for (std::size_t i = 0; i < used && in.ok(); ++i) {
        auto& slot = out.m_slots[i];
        slot.index = in.u64();
        if (const auto secret = secret32_from(in.bytes(32))) slot.secret = *secret;
        if (slot.index > shachain_first_index || slot_of(slot.index) != i) {
            in.fail(DecodeError::bad_value);
        }
        last = std::min(last, slot.index);
    }
    // Indexes fall one by one, so the newest one says what every slot must hold: the smallest index
    // not below it that has exactly so many trailing zeros.
    for (std::size_t i = 0; i < used && in.ok(); ++i) {
        const auto bit = std::uint64_t{1} << i;
        auto expected = prefix(last + bit - 1, i);
        if (slot_of(expected) != i) expected += bit;
        if (i < index_bits && out.m_slots[i].index != expected) in.fail(DecodeError::bad_value);
    }
    // The slots in use are those that an index between the first and the newest can have fallen
    // into.
    const auto received = shachain_first_index + 1 - last;
    if (in.ok() && static_cast<std::size_t>(std::bit_width(received)) != used) {
        in.fail(DecodeError::bad_value);
    }
    out.m_used = used;
    out.m_next = last - 1;
    if (!in.ok()) return fail(*in.error());
    return out;
}

}  // namespace runnel::crypto
