// One description of a message's fields serves reading and writing: `fields(io, message)` in
// message.cpp calls io(...) with the fields in order and io.tlvs(...) for the extension.
// FieldReader and FieldWriter are the two sides. Internal to core/wire.
#pragma once

#include "core/base/amount.h"
#include "core/base/codec.h"
#include "core/base/secret.h"
#include "core/crypto/keys.h"
#include "core/wire/features.h"
#include "core/wire/tlv.h"
#include "core/wire/types.h"

#include <optional>
#include <type_traits>
#include <vector>

namespace runnel::wire::detail {

/// A TLV of the extension: its number, and where it is kept. T is const when writing.
template <std::uint64_t Number, typename T>
struct TlvField {
    static constexpr std::uint64_t number = Number;
    T& value;
};
template <std::uint64_t Number, typename T>
TlvField<Number, T> tlv(T& value) {
    return {value};
}

/// Types of core/base that wrap one integer and give it back by raw().
template <typename T>
concept WrappedInteger = requires(const T& t) {
    { t.raw() } -> std::unsigned_integral;
    T(t.raw());
};

class FieldReader {
public:
    explicit FieldReader(Reader& in) : m_in(in) {}

    template <typename... F>
    void operator()(F&... field) {
        (get(field), ...);
    }

    /// What follows must be a TLV stream; these are the records with a meaning.
    template <typename... T>
    void tlvs(T... known) {
        TlvReader records(m_in);
        while (const auto record = records.next()) {
            const bool found = (read_if(*record, known) || ...);
            if (!found) records.skip_unknown(*record);
        }
    }

    /// What follows is none of our business.
    void ignore_rest() { m_in.bytes(m_in.remaining()); }
    void keep_rest(Bytes& out) { out = to_bytes(m_in.bytes(m_in.remaining())); }
    /// A BigSize, which only TLV values hold.
    void bigsize(std::uint64_t& out) { out = m_in.bigsize(); }

    void get(std::uint8_t& out) { out = m_in.u8(); }
    void get(std::uint16_t& out) { out = m_in.u16(); }
    void get(std::uint32_t& out) { out = m_in.u32(); }
    void get(std::uint64_t& out) { out = m_in.u64(); }
    template <WrappedInteger T>
    void get(T& out) {
        std::remove_cvref_t<decltype(out.raw())> value{};
        get(value);
        out = T(value);
    }
    template <std::size_t N, typename Tag>
    void get(Fixed<N, Tag>& out) {
        m_in.fixed(out);
    }
    template <std::size_t N>
    void get(std::array<std::uint8_t, N>& out) {
        const auto view = m_in.bytes(N);
        if (view.size() == N) std::copy(view.begin(), view.end(), out.begin());
    }
    void get(Secret32& out) { get(out.reveal()); }
    void get(crypto::PublicKey& out) {
        const auto view = m_in.bytes(crypto::PublicKey::size_bytes);
        if (!m_in.ok()) return;
        const auto key = crypto::PublicKey::parse(view);
        if (key) {
            out = *key;
        } else {
            m_in.fail(key.error());
        }
    }
    void get(OnionPacket& out) {
        if (const auto onion = OnionPacket::from(m_in.bytes(OnionPacket::size_bytes))) out = *onion;
    }
    void get(Bytes& out) { out = to_bytes(m_in.bytes(m_in.u16())); }
    void get(Features& out) { out = Features::from_wire(m_in.bytes(m_in.u16())); }
    void get(std::vector<crypto::Signature>& out) {
        const std::size_t count = m_in.u16();
        if (count * crypto::Signature::size_bytes > m_in.remaining()) {
            m_in.fail(DecodeError::truncated);
            return;
        }
        out.resize(count);
        for (auto& signature : out) get(signature);
    }

private:
    template <std::uint64_t Number, typename T>
    bool read_if(const TlvRecord& record, TlvField<Number, std::optional<T>>& field) {
        if (record.type != Number) return false;
        Reader in(record.value);
        FieldReader value(in);
        value.get_whole(field.value.emplace());
        in.expect_end();
        if (const auto error = in.error()) m_in.fail(*error);
        return true;
    }

    // A TLV's value: what has a length of its own in a message takes all of the record instead.
    template <typename T>
    void get_whole(T& out) {
        if constexpr (std::is_same_v<T, Bytes>) {
            keep_rest(out);
        } else if constexpr (std::is_same_v<T, Features>) {
            out = Features::from_wire(m_in.bytes(m_in.remaining()));
        } else if constexpr (std::is_same_v<T, std::vector<ChainHash>>) {
            while (m_in.ok() && !m_in.at_end()) out.push_back(m_in.fixed<ChainHash>());
        } else if constexpr (requires { fields(*this, out); }) {
            fields(*this, out);
        } else {
            get(out);
        }
    }

    Reader& m_in;
};

class FieldWriter {
public:
    explicit FieldWriter(Writer& out) : m_out(out) {}

    template <typename... F>
    void operator()(const F&... field) {
        (put(field), ...);
    }

    template <typename... T>
    void tlvs(T... known) {
        TlvWriter records;
        (write_if(records, known), ...);
        m_out.bytes(records.view());
    }

    void ignore_rest() {}
    void keep_rest(const Bytes& rest) { m_out.bytes(rest); }

    void put(std::uint8_t v) { m_out.u8(v); }
    void put(std::uint16_t v) { m_out.u16(v); }
    void put(std::uint32_t v) { m_out.u32(v); }
    void put(std::uint64_t v) { m_out.u64(v); }
    template <WrappedInteger T>
    void put(const T& v) {
        put(v.raw());
    }
    template <std::size_t N, typename Tag>
    void put(const Fixed<N, Tag>& v) {
        m_out.fixed(v);
    }
    template <std::size_t N>
    void put(const std::array<std::uint8_t, N>& v) {
        m_out.bytes(v);
    }
    void put(const Secret32& v) { put(v.reveal()); }
    void put(const crypto::PublicKey& v) { m_out.bytes(v.view()); }
    void put(const OnionPacket& v) { m_out.bytes(v.view()); }
    void put(const Bytes& v) {
        // No message that fits the transport holds more; what is longer is our bug and is cut
        // rather than misread.
        const ByteView view = ByteView(v).first(std::min(v.size(), max_message_size));
        m_out.u16(static_cast<std::uint16_t>(view.size())).bytes(view);
    }
    void put(const Features& v) { put(v.to_wire()); }
    void put(const std::vector<crypto::Signature>& v) {
        m_out.u16(static_cast<std::uint16_t>(v.size()));
        for (const auto& signature : v) put(signature);
    }
    void bigsize(std::uint64_t v) { m_out.bigsize(v); }

private:
    template <std::uint64_t Number, typename T>
    void write_if(TlvWriter& records, const TlvField<Number, const std::optional<T>>& field) {
        if (!field.value) return;
        Writer out;
        FieldWriter(out).put_whole(*field.value);
        records.add(Number, out.view());
    }

    template <typename T>
    void put_whole(const T& v) {
        if constexpr (std::is_same_v<T, Bytes>) {
            m_out.bytes(v);
        } else if constexpr (std::is_same_v<T, Features>) {
            m_out.bytes(v.to_wire());
        } else if constexpr (std::is_same_v<T, std::vector<ChainHash>>) {
            for (const auto& hash : v) m_out.fixed(hash);
        } else if constexpr (requires { fields(*this, v); }) {
            fields(*this, v);
        } else {
            put(v);
        }
    }

    Writer& m_out;
};

}  // namespace runnel::wire::detail
