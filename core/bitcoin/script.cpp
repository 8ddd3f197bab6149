#include "core/bitcoin/script.h"

#include "core/crypto/hash.h"

namespace runnel::bitcoin {

ScriptBuilder& ScriptBuilder::op(Opcode opcode) {
    m_script.push_back(opcode);
    return *this;
}

ScriptBuilder& ScriptBuilder::push(ByteView bytes) {
    const std::size_t size = bytes.size();
    if (size == 0) return op(OP_0);
    if (size == 1 && bytes[0] >= 1 && bytes[0] <= 16) {
        m_script.push_back(static_cast<std::uint8_t>(OP_1 + bytes[0] - 1));
        return *this;
    }
    if (size == 1 && bytes[0] == 0x81) return op(OP_1NEGATE);
    if (size < OP_PUSHDATA1) {
        m_script.push_back(static_cast<std::uint8_t>(size));
    } else {
        const int width = size <= 0xff ? 1 : size <= 0xffff ? 2 : 4;
        m_script.push_back(width == 1 ? OP_PUSHDATA1 : width == 2 ? OP_PUSHDATA2 : OP_PUSHDATA4);
        for (int i = 0; i < width; ++i)
            m_script.push_back(static_cast<std::uint8_t>(size >> (8 * i)));
    }
    append(m_script, bytes);
    return *this;
}

ScriptBuilder& ScriptBuilder::number(std::int64_t value) {
    // Script numbers: little-endian magnitude, the sign in the highest bit of the last byte.
    Bytes bytes;
    const bool negative = value < 0;
    auto magnitude = negative ? std::uint64_t{0} - static_cast<std::uint64_t>(value)
                              : static_cast<std::uint64_t>(value);
    for (; magnitude != 0; magnitude >>= 8) bytes.push_back(static_cast<std::uint8_t>(magnitude));
    if (!bytes.empty()) {
        if (bytes.back() & 0x80) {
            bytes.push_back(negative ? 0x80 : 0x00);
        } else if (negative) {
            bytes.back() |= 0x80;
        }
    }
    return push(bytes);
}

std::optional<Instruction> next_instruction(ByteView& rest) {
    if (rest.empty()) return std::nullopt;
    Instruction out;
    out.opcode = rest[0];
    std::size_t header = 1;
    std::size_t size = 0;
    if (out.opcode < OP_PUSHDATA1) {
        size = out.opcode;
    } else if (out.opcode <= OP_PUSHDATA4) {
        const std::size_t width = std::size_t{1} << (out.opcode - OP_PUSHDATA1);
        if (rest.size() < 1 + width) return std::nullopt;
        for (std::size_t i = 0; i < width; ++i) size |= std::size_t{rest[1 + i]} << (8 * i);
        header += width;
    }
    if (rest.size() - header < size) return std::nullopt;
    out.push = rest.subspan(header, size);
    rest = rest.subspan(header + size);
    return out;
}

namespace {

Script program(Opcode version, ByteView bytes) {
    Script out;
    out.reserve(2 + bytes.size());
    out.push_back(version);
    out.push_back(static_cast<std::uint8_t>(bytes.size()));
    append(out, bytes);
    return out;
}

}  // namespace

Script p2wpkh(const crypto::PublicKey& key) { return p2wpkh(crypto::hash160(key.view())); }
Script p2wpkh(const Hash160& key_hash) { return program(OP_0, key_hash.view()); }
Script p2wsh(ByteView witness_script) {
    return program(OP_0, crypto::sha256(witness_script).view());
}
Script p2tr(const crypto::XOnlyKey& output_key) { return program(OP_1, output_key.view()); }

Script p2pkh(const Hash160& key_hash) {
    return ScriptBuilder()
        .op(OP_DUP)
        .op(OP_HASH160)
        .push(key_hash.view())
        .op(OP_EQUALVERIFY)
        .op(OP_CHECKSIG)
        .take();
}

Script p2sh(const Hash160& script_hash) {
    return ScriptBuilder().op(OP_HASH160).push(script_hash.view()).op(OP_EQUAL).take();
}

Script p2wpkh_script_code(const Hash160& key_hash) { return p2pkh(key_hash); }

std::optional<WitnessProgram> witness_program(ByteView script) {
    if (script.size() < 4 || script.size() > 42 || script[1] + 2U != script.size())
        return std::nullopt;
    if (script[0] == OP_0) return WitnessProgram{0, script.subspan(2)};
    if (script[0] < OP_1 || script[0] > OP_16) return std::nullopt;
    return WitnessProgram{script[0] - OP_1 + 1, script.subspan(2)};
}

bool is_p2wpkh(ByteView script) {
    return script.size() == 22 && script[0] == OP_0 && script[1] == 20;
}
bool is_p2wsh(ByteView script) {
    return script.size() == 34 && script[0] == OP_0 && script[1] == 32;
}
bool is_p2tr(ByteView script) {
    return script.size() == 34 && script[0] == OP_1 && script[1] == 32;
}

bool is_p2pkh(ByteView script) {
    return script.size() == 25 && script[0] == OP_DUP && script[1] == OP_HASH160 &&
           script[2] == 20 && script[23] == OP_EQUALVERIFY && script[24] == OP_CHECKSIG;
}

bool is_p2sh(ByteView script) {
    return script.size() == 23 && script[0] == OP_HASH160 && script[1] == 20 &&
           script[22] == OP_EQUAL;
}

Sat dust_limit(ByteView script) {
    constexpr std::size_t max_script_size = 10'000;
    if ((!script.empty() && script[0] == OP_RETURN) || script.size() > max_script_size)
        return Sat(0);
    // The output itself plus the cheapest input that could spend it, at 3 sat/vB.
    const std::size_t prefix = script.size() < 0xfd ? 1 : 3;
    const std::size_t spend =
        witness_program(script) ? 32 + 4 + 1 + 107 / 4 + 4 : 32 + 4 + 1 + 107 + 4;
    return Sat(3 * (8 + prefix + script.size() + spend));
}

}  // namespace runnel::bitcoin
