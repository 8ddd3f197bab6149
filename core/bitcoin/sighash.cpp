#include "core/bitcoin/sighash.h"

#include "core/bitcoin/script.h"
#include "core/crypto/hash.h"

namespace runnel::bitcoin {
namespace {

constexpr std::uint32_t base_type(std::uint32_t type) { return type & 0x1f; }

void write_output(Writer& out, const TxOut& output) {
    out.le64(output.value.raw()).compact_size(output.script.size()).bytes(output.script);
}

Bytes all_prevouts(const Transaction& tx) {
    Writer out;
    out.reserve(tx.inputs.size() * 36);
    for (const auto& input : tx.inputs) out.fixed(input.previous.txid).le32(input.previous.index);
    return out.take();
}

Bytes all_sequences(const Transaction& tx) {
    Writer out;
    out.reserve(tx.inputs.size() * 4);
    for (const auto& input : tx.inputs) out.le32(input.sequence);
    return out.take();
}

Bytes all_outputs(const Transaction& tx) {
    Writer out;
    out.reserve(tx.outputs.size() * 43);
    for (const auto& output : tx.outputs) write_output(out, output);
    return out.take();
}

Hash256 sha256_of(const TxOut& output) {
    Writer out;
    write_output(out, output);
    return crypto::sha256(out.view());
}

}  // namespace

SegwitSighash::SegwitSighash(const Transaction& tx)
    : m_tx(tx),
      m_prevouts(crypto::sha256d(all_prevouts(tx))),
      m_sequences(crypto::sha256d(all_sequences(tx))),
      m_outputs(crypto::sha256d(all_outputs(tx))) {}

Hash256 SegwitSighash::digest(std::size_t index, ByteView script_code, Sat value,
                              std::uint8_t type) const {
    const bool anyone = (type & sighash_anyonecanpay) != 0;
    const bool single = base_type(type) == sighash_single;
    const bool none = base_type(type) == sighash_none;
    const auto& input = m_tx.inputs.at(index);

    Hash256 outputs;
    if (!single && !none) {
        outputs = m_outputs;
    } else if (single && index < m_tx.outputs.size()) {
        outputs = crypto::sha256(sha256_of(m_tx.outputs[index]).view());
    }
    Writer out;
    out.reserve(4 + 32 + 32 + 36 + 9 + script_code.size() + 8 + 4 + 32 + 4 + 4);
    out.le32(m_tx.version)
        .fixed(anyone ? Hash256{} : m_prevouts)
        .fixed(anyone || single || none ? Hash256{} : m_sequences)
        .fixed(input.previous.txid)
        .le32(input.previous.index)
        .compact_size(script_code.size())
        .bytes(script_code)
        .le64(value.raw())
        .le32(input.sequence)
        .fixed(outputs)
        .le32(m_tx.lock_time)
        .le32(type);
    return crypto::sha256d(out.view());
}

std::optional<Hash256> taproot_sighash(const Transaction& tx, std::size_t index,
                                       std::span<const TxOut> spent, std::uint8_t type,
                                       std::optional<ByteView> annex) {
    const bool anyone = (type & sighash_anyonecanpay) != 0;
    const std::uint8_t outputs = type == sighash_default ? sighash_all : type & 0x03;
    const bool known = type <= sighash_single || (type >= 0x81 && type <= 0x83);
    if (!known || index >= tx.inputs.size() || spent.size() != tx.inputs.size())
        return std::nullopt;
    if (outputs == sighash_single && index >= tx.outputs.size()) return std::nullopt;

    Writer out;
    out.u8(0).u8(type).le32(tx.version).le32(tx.lock_time);
    if (!anyone) {
        Writer amounts, scripts;
        for (const auto& output : spent) {
            amounts.le64(output.value.raw());
            scripts.compact_size(output.script.size()).bytes(output.script);
        }
        out.fixed(crypto::sha256(all_prevouts(tx)))
            .fixed(crypto::sha256(amounts.view()))
            .fixed(crypto::sha256(scripts.view()))
            .fixed(crypto::sha256(all_sequences(tx)));
    }
    if (outputs == sighash_all) out.fixed(crypto::sha256(all_outputs(tx)));
    out.u8(annex ? 1 : 0);  // spend_type: key path (ext_flag 0)
    if (anyone) {
        const auto& input = tx.inputs[index];
        out.fixed(input.previous.txid).le32(input.previous.index);
        write_output(out, spent[index]);
        out.le32(input.sequence);
    } else {
        out.le32(static_cast<std::uint32_t>(index));
    }
    if (annex) {
        Writer prefixed;
        prefixed.compact_size(annex->size()).bytes(*annex);
        out.fixed(crypto::sha256(prefixed.view()));
    }
    if (outputs == sighash_single) out.fixed(sha256_of(tx.outputs[index]));
    return crypto::tagged_hash("TapSighash", {ByteView(out.view())});
}

namespace {

Script without_code_separators(ByteView script) {
    Script out;
    out.reserve(script.size());
    while (!script.empty()) {
        const auto from = script;
        const auto next = next_instruction(script);
        if (!next) {
            append(out, from);
            break;
        }
        if (next->opcode != OP_CODESEPARATOR) append(out, from.first(from.size() - script.size()));
    }
    return out;
}

}  // namespace

Hash256 legacy_sighash(const Transaction& tx, std::size_t index, ByteView script_code,
                       std::uint32_t type) {
    const bool anyone = (type & sighash_anyonecanpay) != 0;
    const bool single = base_type(type) == sighash_single;
    const bool none = base_type(type) == sighash_none;
    if (single && index >= tx.outputs.size()) {
        Hash256 one;
        one.raw()[0] = 1;
        return one;
    }
    const Script code = without_code_separators(script_code);
    Writer out;
    out.le32(tx.version).compact_size(anyone ? 1 : tx.inputs.size());
    for (std::size_t i = 0; i < tx.inputs.size(); ++i) {
        const auto& input = tx.inputs[i];
        if (i != index && anyone) continue;
        out.fixed(input.previous.txid).le32(input.previous.index);
        if (i == index) {
            out.compact_size(code.size()).bytes(code);
        } else {
            out.compact_size(0);
        }
        out.le32(i != index && (single || none) ? 0 : input.sequence);
    }
    const std::size_t outputs = none ? 0 : single ? index + 1 : tx.outputs.size();
    out.compact_size(outputs);
    for (std::size_t i = 0; i < outputs; ++i) {
        if (single && i != index) {
            out.le64(UINT64_MAX).compact_size(0);
        } else {
            write_output(out, tx.outputs[i]);
        }
    }
    out.le32(tx.lock_time).le32(type);
    return crypto::sha256d(out.view());
}

Bytes witness_signature(const crypto::Signature& signature, std::uint8_t type) {
    Bytes out = crypto::to_der(signature);
    out.push_back(type);
    return out;
}

}  // namespace runnel::bitcoin
