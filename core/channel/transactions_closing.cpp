// The closing transaction of transactions.h (BOLT 3, "Legacy Closing Transaction").
#include "core/channel/transactions.h"

#include "core/bitcoin/script.h"

#include <algorithm>

namespace runnel::channel {

std::optional<ClosingTx> build_closing(const ChannelParams& params, Sat to_ours, Sat to_theirs,
                                       const bitcoin::Script& our_script,
                                       const bitcoin::Script& their_script, Sat fee,
                                       ClosingVariant variant) {
    auto& funder = params.funder == Party::ours ? to_ours : to_theirs;
    const auto rest = sub(funder, fee);
    if (!rest) return std::nullopt;
    funder = *rest;

    struct Part {
        Party of;
        bitcoin::TxOut output;
    };
    std::vector<Part> parts;
    const auto put = [&](Party of, Sat value, const bitcoin::Script& script) {
        if (value.is_zero() ||
            value < std::max(params.ours.dust_limit_satoshis, bitcoin::dust_limit(script)))
            return;
        parts.push_back({of, {value, script}});
    };
    if (variant != ClosingVariant::without_ours) put(Party::ours, to_ours, our_script);
    if (variant != ClosingVariant::without_theirs) put(Party::theirs, to_theirs, their_script);
    if (parts.empty()) return std::nullopt;
    std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
        if (a.output.value != b.output.value) return a.output.value < b.output.value;
        return a.output.script < b.output.script;
    });

    ClosingTx closing;
    closing.tx.inputs.push_back({params.funding, {}, 0xffffffff, {}});
    for (auto& part : parts) {
        const auto index = static_cast<std::uint32_t>(closing.tx.outputs.size());
        (part.of == Party::ours ? closing.our_output : closing.their_output) = index;
        closing.tx.outputs.push_back(std::move(part.output));
    }
    return closing;
}

std::uint64_t closing_weight(const bitcoin::Transaction& unsigned_close) {
    // Marker and flag, element count, the empty element of CHECKMULTISIG, two signatures of at most
    // 72 bytes, the script.
    constexpr std::uint64_t witness = 2 + 1 + 1 + 2 * (1 + 72) + (1 + 71);
    return unsigned_close.weight() + witness;
}

bool is_allowed_shutdown_script(ByteView script, bool anysegwit) {
    if (bitcoin::is_p2wpkh(script) || bitcoin::is_p2wsh(script)) return true;
    const auto program = bitcoin::witness_program(script);
    return anysegwit && program && program->version >= 1;
}

}  // namespace runnel::channel
